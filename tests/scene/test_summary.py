"""An edit in a few words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from scene.document import Scene, parse_scene
from scene.summary import MAX_SUMMARY, describe_change
from tests.scene.strategies.documents import scenes

DOT: dict[str, Any] = {"id": "dot", "type": "colour", "colour": "#ff0000"}
TITLE: dict[str, Any] = {"id": "title", "type": "text", "text": "Hello"}


def scene(*layers: dict[str, Any], **fields: Any) -> Scene:
    return parse_scene({"layers": list(layers), **fields}, max_layers=100)


def many(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [{**DOT, "id": f"l{number}", **changes} for number in range(count)]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (scene(), scene(DOT), "added dot"),
        (scene(DOT, TITLE), scene(TITLE), "removed dot"),
        (scene(TITLE), scene({**TITLE, "text": "Bye", "opacity": 0.5}), "title: opacity, text"),
        (scene(), scene(background="#112233"), "background"),
        (
            scene(DOT),
            scene({**TITLE, "id": "dot"}),
            "dot: type, colour, text, font, fontSize, weight and 7 more",
        ),
        (scene(DOT, TITLE), scene(TITLE, DOT), "the order of the layers"),
        (scene(), scene(*many(8)), "added l0, l1, l2, l3, l4, l5 and 2 more"),
        (scene(*many(7)), scene(*many(7, opacity=0.5)), "changed l0, l1, l2, l3, l4, l5 and 1 more"),
        (
            scene(DOT),
            scene(TITLE, background="#112233", viewport={"width": 100, "height": 50}),
            "viewport; background; added title; removed dot",
        ),
        (scene(DOT), scene(DOT), ""),
    ],
)
def test_it_says_what_changed(old: Scene, new: Scene, words: str) -> None:
    assert describe_change(old, new) == words


def test_it_is_short_whatever_the_layers_are_called() -> None:
    long = [{**DOT, "id": f"{number}{'x' * 60}"} for number in range(6)]
    words = describe_change(scene(), scene(*long))
    assert len(words) == MAX_SUMMARY
    assert words.endswith("…")


@given(old=scenes(), new=scenes())
def test_it_says_something_if_and_only_if_something_changed(old: Scene, new: Scene) -> None:
    assert bool(describe_change(old, new)) is (old != new)
    assert len(describe_change(old, new)) <= MAX_SUMMARY
