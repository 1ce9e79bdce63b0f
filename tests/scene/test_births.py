"""When revisions were first shown: what a document needs to know of it."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from scene.births import births_mentioned, births_until
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


def test_of_all_births_a_document_gets_those_that_it_mentions_and_its_own() -> None:
    births = {2: "1/3", 5: "2", 7: "5/2", 9: "4"}
    document = {"layers": [{"animations": [{"start": {"revision": 3}}]}], "runs": [{"revision": 6}]}
    found = births_mentioned(births, 7, document)
    assert found == {3: Fraction(2), 6: Fraction(5, 2), 7: Fraction(5, 2)}
    assert births_mentioned(births, 8, document) == {3: Fraction(2), 6: Fraction(5, 2)}, "8 is not born yet"
    assert births_mentioned({}, 8, document) == {}


shown = st.dictionaries(st.integers(1, 12), st.fractions(0, 9, max_denominator=60), max_size=12)


@given(shown, st.integers(1, 12), st.sets(st.integers(1, 14)))
def test_it_is_what_all_births_would_say(
    births: dict[int, Fraction], revision: int, mentioned: set[int]
) -> None:
    everything = births_until(births, revision)
    document = [{"start": {"revision": number}} for number in mentioned]
    texts = {number: str(time) for number, time in births.items()}
    wanted = {revision, *mentioned}
    expected = {number: time for number, time in everything.items() if number in wanted}
    assert births_mentioned(texts, revision, document) == expected


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
    few = births_mentioned({n: str(time) for n, time in births.items()}, newest, scene.to_json())
    segment = Segment(0, newest, births[newest], Fraction(1))
    whole, mentioned = (SceneVersion(newest, scene, known, CANVAS) for known in (births, few))
    for n in frames:
        assert scene_at(mentioned, n, segment, fps) == scene_at(whole, n, segment, fps)
