"""When revisions were first shown: what a document needs to know of it."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from scene.births import revisions_in
from scene.document import MAX_LAYERS, Scene, parse_scene
from scene.edits import with_runs
from scene.slots import with_layout_moves
from scene.state import scene_at
from scene.time import Segment
from scene.version import SceneVersion
from tests.scene.strategies.basics import Document, rates
from tests.scene.strategies.documents import documents
from tests.scene.strategies.timelines import triggered

CANVAS = (160, 90)


def test_a_document_says_which_revisions_it_mentions() -> None:
    document = {
        "layers": [{"id": "revision", "animations": [{"start": {"revision": 3}}]}],
        "runs": [{"revision": 6, "changes": [{"revision": 8, "time": "1/2"}]}],
        "data": {"revision": True, "words": ["revision", 7]},
    }
    assert set(revisions_in(document)) == {3, 6, 8}
    assert set(revisions_in([])) == set(revisions_in(7)) == set()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(documents(3), min_size=1, max_size=3),
    rates,
    st.lists(st.integers(0, 90), min_size=1, max_size=4),
)
def test_a_scene_shows_the_same_with_the_births_that_it_mentions(
    edits: list[Document], fps: Fraction, frames: list[int]
) -> None:
    births = {number: Fraction(number - 1, 3) for number in range(1, len(edits) + 1)}
    scene = Scene()
    for number, document in enumerate(edits, 1):
        edited = with_layout_moves(scene, parse_scene(document, max_layers=MAX_LAYERS), number)
        scene = triggered(with_runs(scene, edited, number), number, births)
    newest = len(edits)
    few = {number: births[number] for number in revisions_in(scene.to_json()) if number in births}
    few[newest] = births[newest]
    segment = Segment(0, newest, births[newest], Fraction(1))
    whole, mentioned = (SceneVersion(newest, scene, known, CANVAS) for known in (births, few))
    for n in frames:
        assert scene_at(mentioned, n, segment, fps) == scene_at(whole, n, segment, fps)
