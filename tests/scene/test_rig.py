"""Rigs: what a manifest may say, and what is said about one that cannot be used."""

from __future__ import annotations

from typing import Any

import pytest

from scene.mistakes import SceneMistakes
from scene.rig import MAX_PARENTS, MAX_PARTS, parse_rig


def manifest(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Dot",
        "canvas": {"width": 100, "height": 200},
        "parts": [
            {"id": "body", "image": "body.svg"},
            {"id": "mouth", "parent": "body", "image": "closed.svg"},
        ],
        **changes,
    }


def mistakes(**changes: Any) -> dict[str, str]:
    with pytest.raises(SceneMistakes) as caught:
        parse_rig(manifest(**changes))
    return {mistake.path: mistake.reason for mistake in caught.value.mistakes}


def test_a_small_rig_is_read_with_its_defaults() -> None:
    rig = parse_rig(manifest())
    assert rig.emotions == ("neutral",)
    assert [name for _, name, _ in rig.images()] == ["body.svg", "closed.svg"]


def test_emotions_begin_with_neutral() -> None:
    rig = parse_rig(manifest(expressions={"happy": {}, "neutral": {}}))
    assert rig.emotions == ("neutral", "happy")


def test_every_image_is_told_with_the_place_that_names_it() -> None:
    rig = parse_rig(
        manifest(
            mouth={"part": "mouth", "shapes": ["a.svg", "b.svg"], "visemes": {"O": "o.svg"}},
            expressions={"sad": {"rest": "sad.svg", "parts": {"body": {"image": "bent.svg"}}}},
            blinks=[{"part": "body", "images": ["wink.svg"]}],
        )
    )
    assert {path: name for path, name, _ in rig.images()} == {
        "parts[0].image": "body.svg",
        "parts[1].image": "closed.svg",
        "expressions.sad.parts.body.image": "bent.svg",
        "expressions.sad.rest": "sad.svg",
        "mouth.shapes[0]": "a.svg",
        "mouth.shapes[1]": "b.svg",
        "mouth.visemes.O": "o.svg",
        "blinks[0].images[0]": "wink.svg",
    }


def _chain(length: int) -> list[dict[str, Any]]:
    return [{"id": f"p{i}", **({"parent": f"p{i - 1}"} if i else {})} for i in range(length)]


@pytest.mark.parametrize(
    ("changes", "path", "reason"),
    [
        ({"canvas": {"width": 8, "height": 200}}, "canvas.width", "must be at least 16"),
        ({"parts": []}, "parts", "has 0 entries; at least 1 are needed"),
        ({"parts": _chain(MAX_PARTS + 1)}, "parts", "has 49 entries; at most 48 are allowed"),
        (
            {"parts": [{"id": "a"}, {"id": "a"}]},
            "parts[1].id",
            "a is another part's id; choose another",
        ),
        (
            {"parts": [{"id": "a", "parent": "b"}]},
            "parts[0].parent",
            "there is no part 'b'; name one of the parts",
        ),
        (
            {"parts": [{"id": "a", "image": "../../etc/passwd"}]},
            "parts[0].image",
            "must name a file of the package, such as parts/head.svg: letters, digits and any of _ . -",
        ),
        (
            {"mouth": {"part": "nose", "shapes": ["a.svg", "b.svg"]}},
            "mouth.part",
            "there is no part 'nose'; name one of the parts",
        ),
        (
            {"mouth": {"part": "mouth", "shapes": ["a.svg"]}},
            "mouth.shapes",
            "has 1 entries; at least 2 are needed",
        ),
        (
            {"blinks": [{"part": "body", "images": ["a.svg"], "every": 1, "duration": 0.5}]},
            "blinks[0].duration",
            "must be at most a third of every, so that a double blink has room",
        ),
        (
            {"expressions": {"sad": {"rest": "sad.svg"}}},
            "expressions.sad.rest",
            "needs a mouth; the character has none",
        ),
        (
            {"motions": [{"part": "body", "property": "opacity", "amplitude": 1}]},
            "motions[0].property",
            "must be 'x', 'y' or 'rotation'",
        ),
        ({"legs": 4}, "legs", "is not a field that exists here; remove it"),
    ],
)
def test_a_mistake_is_named_with_its_path(changes: dict[str, Any], path: str, reason: str) -> None:
    assert mistakes(**changes) == {path: reason}


def test_parts_that_hang_on_themselves_or_too_deep_are_refused() -> None:
    circle = [{"id": "a", "parent": "b"}, {"id": "b", "parent": "a"}]
    assert set(mistakes(parts=circle)) == {"parts[0].parent", "parts[1].parent"}
    assert set(mistakes(parts=_chain(MAX_PARENTS + 2))) == {f"parts[{MAX_PARENTS + 1}].parent"}
    assert len(parse_rig(manifest(parts=_chain(MAX_PARENTS + 1))).parts) == MAX_PARENTS + 1


def test_all_mistakes_are_told_at_once() -> None:
    told = mistakes(mouth={"part": "x", "shapes": ["a.svg", "b.svg"], "moves": {"y": {}}})
    assert set(told) == {"mouth.part", "mouth.moves.y"}
