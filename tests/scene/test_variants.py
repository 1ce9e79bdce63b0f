"""Variants: the same scene for another canvas, checked as a whole, and kept right by edits."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from scene.document import Scene, check_variants, parse_scene, variant_of
from scene.edits import change_layer, change_scene, remove_layer, settle_starts
from scene.layers import TextLayer
from scene.mistakes import Mistake, SceneMistakes, UnknownVariant
from scene.overrides import overriding_assets
from scene.slots import with_layout_moves
from scene.state import scene_at
from scene.time import Segment
from scene.version import SceneVersion
from tests.scene.strategies.documents import scenes

TITLE = {"id": "title", "type": "text", "text": "Hello", "fontSize": 60, "position": {"x": 100, "y": 50}}
FADE = {"property": "opacity", "from": 0, "to": 1, "duration": 1}


def scene(variant: dict[str, Any], *layers: dict[str, Any], **fields: Any) -> Scene:
    """A scene with the variant "tall"."""
    document = {"layers": list(layers or [TITLE]), "variants": {"tall": variant}, **fields}
    return parse_scene(document, max_layers=50)


def mistakes(variant: dict[str, Any], *layers: dict[str, Any]) -> list[Mistake]:
    with pytest.raises(SceneMistakes) as caught:
        scene(variant, *layers)
    return caught.value.mistakes


def test_a_variant_says_what_differs_and_leaves_the_rest() -> None:
    viewport = {"width": 1080, "height": 1920, "fit": "cover"}
    layers = {"title": {"color": "#ff0000", "position": {"y": "75%"}, "fontSize": None}}
    tall = variant_of(
        scene({"viewport": viewport, "background": "#112233", "layers": layers}, layout={"type": "grid"}),
        "tall",
    )
    assert tall.viewport.size == (1080, 1920)
    assert (tall.background, tall.layout.type, tall.variants) == ("#112233", "grid", {})
    [title] = tall.layers
    assert isinstance(title, TextLayer)
    assert (title.text, title.colour, title.font_size) == ("Hello", "#ff0000", 48)
    assert (title.position.x, title.position.y) == (100, "75%")


def test_an_unknown_variant_is_said_with_those_that_there_are() -> None:
    with pytest.raises(UnknownVariant, match="no variant 'wide' of the scene; it has tall"):
        variant_of(scene({}), "wide")
    with pytest.raises(UnknownVariant, match="it has none"):
        variant_of(Scene(), "wide")


@pytest.mark.parametrize(
    ("variant", "path", "reason"),
    [
        (
            {"layers": {"tilte": {}}},
            "variants.tall.layers.tilte",
            "is not a layer of the scene; add it there, or remove it here",
        ),
        (
            {"layers": {"title": {"opacity": 2}}},
            "variants.tall.layers.title.opacity",
            "must be at most 1.0",
        ),
        (
            {"layers": {"title": {"animations": [{**FADE, "duration": -1}]}}},
            "variants.tall.layers.title.animations[0].duration",
            "must be at least 0.0",
        ),
        (
            {"layers": {"title": {"id": "other"}}},
            "variants.tall.layers.title.id",
            "cannot differ in a variant; remove it",
        ),
        ({"layers": {"title": {"text": None}}}, "variants.tall.layers.title.text", "is required; add it"),
        (
            {"layers": {"title": {"radius": 4}}},
            "variants.tall.layers.title.radius",
            "is not a field that exists here; remove it",
        ),
        ({"layers": {"title": 7}}, "variants.tall.layers.title", "must be an object with fields"),
        ({"viewport": {"width": 1}}, "variants.tall.viewport.width", "must be at least 16"),
        ({"layer": {}}, "variants.tall.layer", "is not a field that exists here; remove it"),
    ],
)
def test_mistakes_are_named_with_the_variant(variant: dict[str, Any], path: str, reason: str) -> None:
    assert mistakes(variant) == [Mistake(path, reason)]


def test_names_and_numbers_of_variants_are_checked() -> None:
    with pytest.raises(SceneMistakes) as caught:
        parse_scene({"variants": {"9:16": {}}}, max_layers=1)
    assert caught.value.mistakes == [
        Mistake("variants.9:16", "must be 1 to 64 letters, digits or any of _ . -")
    ]
    with pytest.raises(SceneMistakes) as caught:
        parse_scene({"variants": {f"v{number}": {} for number in range(9)}}, max_layers=1)
    assert caught.value.mistakes == [Mistake("variants", "has 9 entries; at most 8 are allowed")]


@settings(max_examples=40)
@given(scenes())
def test_a_variant_is_a_scene_that_can_be_written_and_read(parsed: Scene) -> None:
    assert parse_scene(parsed.to_json(), max_layers=100) == parsed
    for name in parsed.variants:
        shown = variant_of(parsed, name)
        assert parse_scene(shown.to_json(), max_layers=100) == shown


def test_nulls_of_overrides_are_kept() -> None:
    kept = scene({"layers": {"title": {"fontSize": None, "position": {"x": None}}}})
    assert kept.to_json()["variants"]["tall"]["layers"] == {
        "title": {"fontSize": None, "position": {"x": None}}
    }


def test_a_removed_layer_is_gone_from_every_variant() -> None:
    two = scene({"layers": {"title": {"opacity": 0.5}, "dot": {}}}, TITLE, {**TITLE, "id": "dot"})
    left = remove_layer(two, "title")
    assert left.variants["tall"].layers == {"dot": {}}
    check_variants(left)


def test_a_renamed_layer_keeps_what_variants_say_of_it() -> None:
    renamed = change_layer(scene({"layers": {"title": {"opacity": 0.5}}}), "title", {"id": "headline"})
    assert renamed.variants["tall"].layers == {"headline": {"opacity": 0.5}}
    assert variant_of(renamed, "tall").layers[0].opacity == 0.5


def test_an_edit_that_a_variant_does_not_go_with_is_refused() -> None:
    grows = {"property": "size.width", "to": 500, "duration": 1}
    sized = scene({"layers": {"title": {"animations": [grows]}}}, {**TITLE, "size": {"width": 300}})
    with pytest.raises(SceneMistakes) as caught:
        change_layer(sized, "title", {"size": None})
    assert [mistake.path for mistake in caught.value.mistakes] == [
        "variants.tall.layers.title.animations[0].from"
    ]


def test_what_starts_now_in_a_variant_starts_with_the_revision_that_brings_it() -> None:
    later = {**FADE, "start": {"revision": 99}}
    fixed = {**FADE, "start": 2.5}
    overrides = {"animations": [FADE, {**FADE, "start": "now"}, later, fixed]}
    settled = settle_starts(scene({"layers": {"title": overrides}}), 7)
    again = settle_starts(settled, 8)
    assert again == settled
    starts = [animation.start for animation in variant_of(again, "tall").layers[0].animations]
    assert [getattr(start, "revision", start) for start in starts] == [7, 7, 7, 2.5]


def test_another_picture_of_a_variant_is_known() -> None:
    picture = {"id": "face", "type": "image", "asset": "wide"}
    variant = {"layers": {"face": {"asset": "narrow", "start": "now"}}}
    found = settle_starts(scene(variant, picture), 3)
    assert overriding_assets(found) == [("variants.tall.layers.face.asset", "narrow")]
    assert found.variants["tall"].layers["face"]["start"] == {"revision": 3}


def slotted(layout: str, tall: str | None) -> Scene:
    box = {"type": "shape", "shape": "rectangle"}
    return scene(
        {"viewport": {"width": 400, "height": 800}, **({"layout": {"type": tall}} if tall else {})},
        {**box, "id": "a", "slot": "main"},
        {**box, "id": "b", "slot": "side"},
        layout={"type": layout},
    )


def test_another_layout_moves_layers_in_each_variant_from_its_own_boxes() -> None:
    moved = with_layout_moves(slotted("grid", None), slotted("speaker", None), 2)
    tall = variant_of(moved, "tall")
    own, theirs = moved.layers[0].layout_move, tall.layers[0].layout_move
    assert own is not None
    assert theirs is not None
    assert (own.width, theirs.width) == (936, 176)
    births = {1: Fraction(0), 2: Fraction(5)}
    version = SceneVersion(2, tall, births, (400, 800))
    at_birth = scene_at(version, 0, Segment(0, 2, Fraction(5), Fraction(1)), Fraction(30))
    assert [layer.width for layer in at_birth.layers] == [176, 176]


def test_a_variant_whose_layout_stays_does_not_move() -> None:
    moved = with_layout_moves(slotted("grid", "grid"), slotted("speaker", "grid"), 2)
    assert moved.layers[0].layout_move is not None
    assert variant_of(moved, "tall").layers[0].layout_move is None
    assert with_layout_moves(moved, moved, 3) == moved


def test_a_scene_is_changed_field_by_field() -> None:
    old = scene({"layers": {"title": {"opacity": 0.5, "rotation": None}}}, background="#112233")
    changes = {
        "viewport": {"width": 640},
        "background": None,
        "variants": {"tall": {"layers": {"title": {"opacity": None, "fontSize": 20}}}, "wide": {}},
    }
    new = change_scene(old, changes)
    assert (new.viewport.size, new.background) == ((640, 1080), "#000000")
    assert new.variants["tall"].layers == {"title": {"rotation": None, "fontSize": 20}}
    assert list(new.variants) == ["tall", "wide"]
    assert new.layers == old.layers


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"layers": []}, "layers"),
        ({"viewport": {"width": 1}}, "viewport.width"),
        ({"variants": {"tall": {"layers": {"nobody": {}}}}}, "variants.tall.layers.nobody"),
        ({"sound": 1}, "sound"),
    ],
)
def test_changes_of_a_scene_are_checked(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(SceneMistakes) as caught:
        change_scene(scene({}), changes)
    assert [mistake.path for mistake in caught.value.mistakes] == [path]


def test_an_override_that_is_no_json_is_told_at_its_field() -> None:
    (mistake,) = mistakes({"layers": {"title": {"position": {"x": [[float("nan")]]}}}})
    assert str(mistake).startswith("variants.tall.layers.title.position: must be a value of JSON")
