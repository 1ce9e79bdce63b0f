"""Feed layers as documents."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scene.document import parse_scene
from scene.feed import FeedContent
from scene.live import FeedPicture, Live
from scene.mistakes import SceneMistakes
from scene.state import scene_at
from scene.time import Segment
from scene.version import SceneVersion


def shown(**fields: Any) -> FeedContent:
    document = {"viewport": {"width": 200, "height": 100}, "layers": [_layer(**fields)]}
    version = SceneVersion(1, parse_scene(document, max_layers=1), {1: Fraction(0)}, (400, 200))
    [layer] = scene_at(version, 0, Segment(0, 1, Fraction(0), Fraction(1)), Fraction(30)).layers
    assert isinstance(layer.content, FeedContent)
    return layer.content


def _layer(**fields: Any) -> dict[str, Any]:
    return {"id": "lot", "type": "feed", "asset": "art.jpg", **fields}


def mistakes(**fields: Any) -> list[tuple[str, str]]:
    with pytest.raises(SceneMistakes) as caught:
        parse_scene({"layers": [_layer(**fields)]}, max_layers=1)
    return [(mistake.path, mistake.reason) for mistake in caught.value.mistakes]


def test_a_feed_says_what_is_known_of_its_work() -> None:
    traits = [{"name": "Sky", "value": "Aurora"}]
    feed = shown(caption="New", metadata={"title": "Silence", "tokenId": "7", "traits": traits})
    words = feed.look.words
    assert (words.caption, words.title, words.token_id, words.traits) == (
        "New",
        "Silence",
        "7",
        (("Sky", "Aurora"),),
    )
    assert (feed.picture, feed.state, feed.look.scale) == ("art.jpg", "still", 2.0)
    assert shown(content="a1b2").picture == "a1b2"


def test_its_box_has_the_proportions_of_the_picture_unless_an_aspect_is_given() -> None:
    assert shown().look.proportion == 1
    assert shown(natural=[400, 300]).look.proportion == pytest.approx(4 / 3)
    assert shown(natural=[400, 300], aspect="16:9").look.proportion == pytest.approx(16 / 9)
    assert shown(natural=[4000, 3]).look.proportion == 8


@pytest.mark.parametrize("aspect", ["", "16", "16:0", "0:9", "1:9", "9:1", "a:b", "16/9"])
def test_an_aspect_that_is_none_is_named(aspect: str) -> None:
    [(path, reason)] = mistakes(aspect=aspect)
    assert (path, "width:height" in reason) == ("layers[0].aspect", True)


def test_every_mistake_in_metadata_has_its_path() -> None:
    found = mistakes(metadata={"traits": [{"name": "x"}], "colour": "red", "title": "x" * 200}, overlay="big")
    assert {path for path, _ in found} == {
        "layers[0].metadata.title",
        "layers[0].metadata.traits[0].value",
        "layers[0].metadata.colour",
        "layers[0].overlay",
    }


def test_only_so_many_traits_are_shown() -> None:
    [(path, _)] = mistakes(metadata={"traits": [{"name": "a", "value": "b"}] * 13})
    assert path == "layers[0].metadata.traits"


def on_air(time_s: Fraction, live: Live, **fields: Any) -> FeedContent:
    """What a live feed's layer shows."""
    layer = {"id": "cam", "type": "feed", "feed": "camera", **fields}
    version = SceneVersion(1, parse_scene({"layers": [layer]}, max_layers=1), {1: Fraction(0)}, (1920, 1080))
    [shown] = version.layers
    state = shown.at(0, time_s, live)
    assert state is not None
    assert isinstance(state.content, FeedContent)
    return state.content


def test_a_live_feed_shows_its_newest_picture() -> None:
    nothing = on_air(Fraction(5), Live())
    assert (nothing.picture, nothing.state) == ("", "loading")
    assert nothing.look.proportion == pytest.approx(16 / 9)
    picture = Live(feeds={"camera": FeedPicture("a1", Fraction(3)), "other": FeedPicture("b2")})
    shown = on_air(Fraction(5), picture)
    assert (shown.picture, shown.state) == ("a1", "live")
    assert on_air(Fraction(5), picture, aspect="1:1").look.proportion == 1


def test_a_feed_that_stalls_is_stale_after_its_time_and_not_before() -> None:
    live = Live(feeds={"camera": FeedPicture("a1", Fraction(3))})
    assert on_air(Fraction(100), live).state == "live"
    for time_s, state in ((Fraction("4.99"), "live"), (Fraction(5), "stale"), (Fraction(9), "stale")):
        shown = on_air(time_s, live, staleAfter=2)
        assert (shown.state, shown.picture) == (state, "a1")
    # One that no frame has shown yet is fresh.
    assert on_air(Fraction(9), Live(feeds={"camera": FeedPicture("a1")}), staleAfter=2).state == "live"


def test_a_feed_has_one_source() -> None:
    found = mistakes(feed="camera")
    assert found == [("layers[0].feed", "cannot stand beside asset; remove one of them")]
