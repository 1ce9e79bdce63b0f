"""Changes of a layer that take their time, and what becomes of them when the next one comes meanwhile."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scene.colour import Colour
from scene.content import LayerState, ShapeContent
from scene.document import Scene, parse_scene, variant_of
from scene.edits import change_layer, settle_starts
from scene.glides import MAX_GLIDES
from scene.mistakes import SceneMistakes
from scene.state import scene_at
from scene.time import Segment
from scene.version import SceneVersion

F = Fraction
SIZE = (1000, 500)
BOX: dict[str, Any] = {
    "id": "box",
    "type": "shape",
    "shape": "rectangle",
    "fill": "#000000",
    "position": {"x": 100, "y": 100},
    "size": {"width": 50, "height": 50},
}
LINEAR = {"duration": 1, "easing": "linear"}


class Edits:
    """A scene that is edited; revision n is born at the second that it is edited for."""

    def __init__(self, **fields: Any) -> None:
        viewport = {"width": SIZE[0], "height": SIZE[1]}
        self.scene = parse_scene({"viewport": viewport, "layers": [BOX], **fields}, max_layers=5)
        self.births = {1: F(0)}

    def patch(self, second: float, **changes: Any) -> Edits:
        revision = len(self.births) + 1
        self.scene = settle_starts(change_layer(self.scene, "box", changes), revision)
        self.births[revision] = F(str(second))
        return self

    def at(self, second: float, scene: Scene | None = None) -> LayerState:
        revision = len(self.births)
        version = SceneVersion(revision, scene or self.scene, self.births, SIZE)
        (layer,) = scene_at(version, 0, Segment(0, revision, F(str(second)), F(0)), F(30)).layers
        return layer

    def x(self, second: float) -> float:
        return self.at(second).x


def test_a_change_with_a_transition_takes_its_time_from_its_birth_on() -> None:
    edits = Edits().patch(5, position={"x": 300}, rotation=90, transition=LINEAR)
    assert [edits.x(second) for second in (5, 5.5, 6, 99)] == [100, 200, 300, 300]
    assert [edits.at(second).rotation_deg for second in (5, 5.5, 6)] == [0, 45, 90]
    assert edits.at(5.5).y == 100
    assert "transition" not in edits.scene.to_json()["layers"][0]


def test_without_one_it_is_there_at_once() -> None:
    assert Edits().patch(5, position={"x": 300}).x(5) == 300
    assert Edits().patch(5, position={"x": 300}, transition=None).x(5) == 300


def test_the_next_change_begins_where_the_layer_is() -> None:
    edits = Edits().patch(5, position={"x": 300}, transition=LINEAR)
    edits.patch(5.5, position={"x": 0}, transition=LINEAR)
    assert [edits.x(second) for second in (5.25, 5.5, 6, 6.5, 99)] == [150, 200, 100, 0, 0]
    edits.patch(6, opacity=0.5, transition=LINEAR)
    assert [edits.x(second) for second in (6, 6.25, 6.5)] == [100, 50, 0]
    late = Edits().patch(1, position={"x": 300}, transition=LINEAR)
    assert late.patch(9, position={"x": 0}, transition=LINEAR).x(9) == 300


def test_a_change_at_once_ends_the_way_of_what_it_changes() -> None:
    edits = Edits().patch(5, position={"x": 300, "y": 300}, transition=LINEAR)
    edits.patch(5.5, position={"x": 0})
    assert (edits.x(5.5), edits.at(5.75).y) == (0, 250)


def test_colours_sizes_effects_crops_and_percentages_glide() -> None:
    blur = [{"type": "blur", "radius": 0}]
    edits = Edits().patch(1, effects=blur, position={"x": "10%"})
    edits.patch(
        2,
        fill="#ffffff",
        size={"width": 150},
        effects=[{"type": "blur", "radius": 8}],
        crop={"left": 10},
        position={"x": "50%"},
        transition=LINEAR,
    )
    middle, end = edits.at(2.5), edits.at(3)
    assert (middle.width, middle.x) == (100, 300)
    assert isinstance(middle.content, ShapeContent)
    assert middle.content.fill not in (Colour(0, 0, 0), Colour(255, 255, 255), None)
    assert middle.finish != end.finish
    assert end == Edits().patch(0, **{k: edits.scene.to_json()["layers"][0][k] for k in LOOKS}).at(3)


LOOKS = ("fill", "size", "effects", "crop", "position")


def test_a_spring_may_take_it_there() -> None:
    edits = Edits().patch(0, position={"x": 300}, transition={"spring": {"stiffness": 200, "damping": 8}})
    assert edits.x(0) == 100
    assert max(edits.x(tenth / 10) for tenth in range(10)) > 300
    assert edits.x(30) == 300


def test_what_means_something_else_now_does_not_glide() -> None:
    moved = Edits().patch(0, position={"x": 10, "origin": "bottomRight"}, transition=LINEAR)
    assert moved.at(0) == moved.at(9)
    other = Edits().patch(0, effects=[{"type": "blur", "radius": 1}])
    other.patch(1, effects=[{"type": "pixelate", "size": 9}], transition=LINEAR)
    assert other.at(1) == other.at(9)


def test_the_layers_own_animations_go_before() -> None:
    own = {"property": "position.x", "from": 0, "to": 500, "duration": 1, "start": 2}
    edits = Edits().patch(0, animations=[own]).patch(1.5, position={"x": 300}, transition=LINEAR)
    assert [edits.x(second) for second in (1.5, 1.75, 2, 3)] == [100, 150, 0, 500]


def test_a_variant_that_says_where_the_layer_is_does_not_go_along() -> None:
    tall = {"layers": {"box": {"position": {"x": 700}}}}
    edits = Edits(variants={"tall": tall}).patch(5, position={"x": 300, "y": 300}, transition=LINEAR)
    varied = edits.at(5, variant_of(edits.scene, "tall"))
    assert (varied.x, varied.y) == (700, 100)


def test_only_so_many_are_kept_and_they_come_back_from_the_document() -> None:
    edits = Edits()
    for index in range(40):
        edits.patch(index / 10, position={"x": 100 + index % 2}, transition=LINEAR)
    assert len(edits.scene.layers[0].glides) <= MAX_GLIDES
    assert parse_scene(edits.scene.to_json(), max_layers=5) == edits.scene
    assert edits.x(99) == 101


@pytest.mark.parametrize(
    ("transition", "path"),
    [
        ("slowly", "transition"),
        ({"duration": -1}, "transition.duration"),
        ({"easing": "wobble"}, "transition.easing"),
        ({"spring": {}, "duration": 1}, "transition.spring"),
        ({"delay": 1}, "transition.delay"),
    ],
)
def test_a_transition_with_a_mistake_is_refused(transition: object, path: str) -> None:
    with pytest.raises(SceneMistakes) as caught:
        Edits().patch(0, opacity=0.5, transition=transition)
    assert [mistake.path for mistake in caught.value.mistakes] == [path]
