"""Timelines: when each step plays, what it makes of the layers, and what is wrong with one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from scene.content import LayerState
from scene.document import Scene, parse_scene
from scene.edits import change_layer, remove_layer, with_runs
from scene.mistakes import SceneMistakes
from scene.state import scene_at
from scene.steps import MAX_DEPTH, MAX_STEPS, Stepped, placed
from scene.time import Segment
from scene.version import SceneVersion

F = Fraction
FPS = F(10)
SIZE = (200, 100)


def box(name: str, **fields: Any) -> dict[str, Any]:
    """A shape at 0, 0."""
    sides = {"width": 20, "height": 20}
    return {"id": name, "type": "shape", "shape": "rectangle", "fill": "#ffffff", "size": sides, **fields}


def move(layer: str | list[str], to: float, duration: float = 1, **fields: Any) -> dict[str, Any]:
    """A linear movement of position.x."""
    return {"animate": layer, "property": "position.x", "to": to, "duration": duration, **fields}


def timeline(*steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"id": "line", "start": 0, "steps": list(steps), **fields}


def version(*timelines: dict[str, Any], layers: Any = None, births: Any = None) -> SceneVersion:
    document = {
        "viewport": {"width": SIZE[0], "height": SIZE[1]},
        "layers": layers or [box("a"), box("b")],
        "timelines": list(timelines),
    }
    scene = parse_scene(document, max_layers=10)
    return SceneVersion(1, scene, {1: F(0)} if births is None else births, SIZE)


def shown(of: SceneVersion, tenths: int) -> dict[str, LayerState]:
    """The layers at so many tenths of a second of scene time."""
    state = scene_at(of, tenths, Segment(0, 1, F(0), F(1)), FPS)
    return {layer.id: layer for layer in state.layers}


def xs(of: SceneVersion, tenths: int) -> tuple[float, ...]:
    """Where a and b are, on the x axis."""
    layers = shown(of, tenths)
    return tuple(layers[name].x for name in sorted(layers))


def mistakes(*timelines: dict[str, Any], **fields: Any) -> list[tuple[str, str]]:
    with pytest.raises(SceneMistakes) as caught:
        version(*timelines, **fields)
    return [(mistake.path, mistake.reason) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    ("steps", "starts", "length"),
    [
        ([{"wait": 0.5}, move("a", 1), move("b", 1)], [("a", 0.5), ("b", 1.5)], 2.5),
        ([{"parallel": [move("a", 1), move("b", 1, 3)]}, move("a", 2)], [("a", 0), ("b", 0), ("a", 3)], 4),
        (
            [{"stagger": [move("a", 1), move("b", 1), {"wait": 0.25}], "each": 0.2}],
            [("a", 0), ("b", 0.2)],
            1.2,
        ),
        ([{"stagger": [move("a", 1, 5), move("b", 1, 0)]}], [("a", 0), ("b", 0.1)], 5),
        ([move(["a", "b"], 1, 0.5, each=0.25), {"wait": 1}], [("a", 0), ("b", 0.25)], 1.75),
        ([move("a", 1, 0.5, loop=4, delay=0.5), move("b", 1)], [("a", 0), ("b", 2.5)], 3.5),
        ([{"set": ["a", "b"], "values": {"opacity": 0}}, move("a", 1)], [("a", 0), ("b", 0), ("a", 0)], 1),
        (
            [
                {"sequence": [{"wait": 1}, {"parallel": [{"sequence": [{"wait": 2}, move("a", 1)]}]}]},
                move("b", 2),
            ],
            [("a", 3), ("b", 4)],
            5,
        ),
        (
            [{"animate": "a", "property": "opacity", "keyframes": [{"at": 0.7, "value": 1}]}, move("b", 1)],
            [("a", 0), ("b", 0.7)],
            1.7,
        ),
    ],
)
def test_each_movement_has_its_time(
    steps: list[dict[str, Any]], starts: list[tuple[str, float]], length: float
) -> None:
    found, length_s = placed(Stepped.model_validate({"steps": steps}).steps)
    assert [(one.layer, float(one.started_s)) for one in found] == starts
    assert length_s == F(str(length))


def test_a_sequence_moves_one_after_the_other_and_holds() -> None:
    of = version(timeline(move("a", 100), move("b", 50)))
    assert [xs(of, t) for t in (0, 5, 10, 15, 20, 999)] == [
        (0, 0),
        (50, 0),
        (100, 0),
        (100, 25),
        (100, 50),
        (100, 50),
    ]


def test_a_step_without_from_goes_on_where_the_one_before_was() -> None:
    of = version(timeline(move("a", 100), move("a", 40), move("a", 60, **{"from": 0})))
    assert [xs(of, t)[0] for t in (10, 15, 20, 25, 30)] == [100, 70, 0, 30, 60]
    crossing = version(timeline({"stagger": [move("a", 100), move("a", 0)], "each": 0.5}))
    assert [xs(crossing, t)[0] for t in (4, 5, 10, 15)] == [40, 50, 25, 0]


def test_a_loop_begins_again_with_the_layers_own_values() -> None:
    of = version(timeline({"wait": 0.5}, move("a", 100), loop=True), layers=[box("a", position={"x": 10})])
    assert [xs(of, t)[0] for t in (0, 4, 10, 15, 19, 25, 150_005)] == [10, 10, 55, 10, 10, 55, 10]
    twice = version(timeline(move("a", 100), loop=2))
    assert [xs(twice, t)[0] for t in (5, 15, 20, 99)] == [50, 50, 100, 100]


def test_it_starts_when_it_says() -> None:
    assert [xs(version(timeline(move("a", 100), start=2)), t)[0] for t in (19, 25)] == [0, 50]
    now = version(timeline(move("a", 100), start="now"), births={1: F(3)})
    assert [xs(now, t)[0] for t in (29, 35)] == [0, 50]
    assert xs(version(timeline(move("a", 100), start=None)), 99)[0] == 0
    unborn = version(timeline(move("a", 100), start="now"), births={})
    assert xs(unborn, 99)[0] == 0


def test_a_rate_makes_it_faster_or_slower() -> None:
    assert xs(version(timeline(move("a", 100), rate=0.5)), 5)[0] == 25
    assert xs(version(timeline(move("a", 100), rate=2)), 5)[0] == 100


def test_when_it_has_ended_it_holds_or_returns() -> None:
    assert xs(version(timeline(move("a", 100), onComplete="return")), 9)[0] == 90
    assert xs(version(timeline(move("a", 100), onComplete="return")), 10)[0] == 0


def test_it_goes_before_the_layers_own_animations_and_begins_where_they_are() -> None:
    own = {"property": "position.x", "from": 0, "to": 100, "duration": 10, "start": 0}
    of = version(timeline(move("a", 0), start=5), layers=[box("a", animations=[own])])
    assert [xs(of, t)[0] for t in (49, 50, 55, 60, 99)] == [49, 50, 25, 0, 0]


def test_of_two_timelines_the_last_to_start_goes_before_and_takes_over_where_the_other_is() -> None:
    late = timeline(move("a", 0, 0.5), id="late", start=0.5, onComplete="return")
    of = version(late, timeline(move("a", 100)))
    assert [xs(of, t)[0] for t in (4, 5, 8, 9, 10, 20)] == [40, 50, 20, 10, 100, 100]


def test_the_timelines_of_a_queue_wait_for_one_another() -> None:
    first = timeline(move("a", 100), id="first", start=0, queue="names")
    second = timeline(move("b", 100), id="second", start=0.5, queue="names", loop=True)
    third = timeline(move("a", 0), id="third", start=0, queue="names")
    of = version(first, second, third)
    assert [xs(of, t) for t in (5, 10, 15, 25)] == [(50, 0), (100, 0), (100, 50), (100, 50)]


def test_it_moves_colours_numbers_in_texts_effects_and_along_paths() -> None:
    text = {"id": "t", "type": "text", "text": "{value}", "value": 1, "size": {"width": 50}}
    blurred = box("z", effects=[{"type": "blur", "radius": 8}])
    of = version(
        timeline(
            {
                "parallel": [
                    {"animate": "a", "property": "fill", "to": "#000000", "duration": 1},
                    {"animate": "t", "property": "value", "to": 5, "duration": 1},
                    {"animate": "z", "property": "effects[0].radius", "to": 0, "duration": 1},
                    {"animate": "z", "property": "position", "path": "M 0 0 L 100 0", "duration": 1},
                ]
            }
        ),
        layers=[box("a"), text, blurred],
    )
    start, end = shown(of, 0), shown(of, 10)
    assert (str(start["a"].content), str(start["t"].content)) != (
        str(end["a"].content),
        str(end["t"].content),
    )
    assert "text='5'" in str(end["t"].content)
    assert start["z"].finish != end["z"].finish
    assert shown(of, 5)["z"].x == 50


def test_what_it_does_not_move_is_one_object_in_every_frame() -> None:
    of = version(timeline(move("a", 100)))
    assert shown(of, 3)["b"] is shown(of, 4)["b"]
    assert shown(of, 20)["a"] == shown(of, 999)["a"]


def test_the_document_comes_back_as_it_was() -> None:
    steps: list[dict[str, Any]] = [
        {"stagger": [move(["a", "b"], 5, loop=2), {"set": "a", "values": {"opacity": 0.5}}]},
        {"wait": 1},
    ]
    scene = version(timeline(*steps, events={"loops": True, "every": 30}, queue="q")).scene
    assert parse_scene(scene.to_json(), max_layers=10) == scene


@pytest.mark.parametrize(
    ("step", "path", "reason"),
    [
        (move("c", 1), "", "moves c, which is no layer of the scene; add it, or remove the step"),
        ({"set": ["a", "c"], "values": {"opacity": 1}}, ".values.opacity", "moves c, which is no layer"),
        ({**move("a", 1), "property": "fontSize"}, ".property", "must be 'position', "),
        ({**move("a", 1), "property": "size"}, ".property", "must be a property that layers have"),
        ({**move("a", 1), "property": "effects[0].radius"}, ".property", "must be a property that the layer"),
        ({"set": "a", "values": {"fontSize": 9}}, ".values.fontSize", "must be 'position', "),
        ({"set": "a", "values": {"opacity": 2}}, ".values.opacity", "must be between 0 and 1 for opacity"),
        ({"set": "a", "values": {"position": 2}}, ".values.position", "must be a property that layers have"),
        ({"set": "a", "values": {}}, ".values", "has 0 entries; at least 1 are needed"),
        (move("a", 1, easing="wobble"), ".easing", 'must be "linear"; ease'),
        (move("a", 1, loop=True), ".loop", "must be how often it plays in all"),
        (move("a", 1, start=3), ".start", "is not a field that exists here; remove it"),
        (move([], 1), ".animate", "names 0 layers; 1 to 100 are allowed"),
        ({"animate": "a", "property": "opacity", "duration": 1}, ".to", "is required; add it, or keyframes"),
        ({"wait": -1}, ".wait", "must be at least 0"),
        ({"dance": 1}, "", "must be an object with one of sequence, parallel, stagger, animate, set, wait"),
        (7, "", "must be an object with one of sequence"),
        ({"parallel": []}, ".parallel", "has no entry; at least 1 is needed"),
        ({"parallel": [{"wait": "1"}]}, ".parallel[0].wait", "must be a number"),
        ({"stagger": [{"parallel": [move("c", 1)]}]}, ".stagger[0].parallel[0]", "moves c, which is"),
    ],
)
def test_a_mistake_in_a_step_is_named(step: Any, path: str, reason: str) -> None:
    found = mistakes(timeline({"wait": 1}, step))
    assert [where for where, _ in found] == [f"timelines[0].steps[1]{path}"]
    assert found[0][1].startswith(reason)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"steps": []}, "steps"),
        ({"steps": "all"}, "steps"),
        ({"steps": [{"wait": 0}], "loop": True}, "loop"),
        ({"steps": [{"wait": 86_400}] * 200, "loop": True}, None),
        (
            {"steps": [{"animate": "a", "property": "opacity", "to": 1, "duration": 86_400, "loop": 400}]},
            "steps",
        ),
        ({"steps": [{"wait": 1}] * (MAX_STEPS + 1)}, "steps"),
        ({"steps": [{"parallel": [{"wait": 1}] * 101}] * 2}, "steps"),
        ({"steps": [{"set": ["a"] * 60, "values": {"opacity": 0}}] * 17}, "steps"),
        ({"start": -1}, "start"),
        ({"start": "soon"}, "start"),
        ({"rate": 0}, "rate"),
        ({"onComplete": "vanish"}, "onComplete"),
        ({"events": {"every": 1}}, "events.every"),
        ({"id": "a b"}, "id"),
    ],
)
def test_a_mistake_in_a_timeline_is_named(fields: dict[str, Any], path: str | None) -> None:
    wrong = {**timeline({"wait": 1}), **fields}
    if path is None:
        version(wrong)
        return
    assert [where for where, _ in mistakes(wrong)] == [f"timelines[0].{path}"]


def test_steps_nest_so_deep_and_no_deeper() -> None:
    step: dict[str, Any] = move("a", 100)
    for _ in range(MAX_DEPTH - 1):
        step = {"sequence": [step]}
    assert xs(version(timeline(step)), 5)[0] == 50
    assert mistakes(timeline({"parallel": [step]}))[0][0] == "timelines[0].steps"
    flood: Any = []
    for _ in range(500):
        flood = [{"parallel": flood}]
    assert "deep" in mistakes(timeline(*flood))[0][1]


def test_an_id_is_given_once() -> None:
    found = mistakes(timeline({"wait": 1}), timeline({"wait": 2}))
    assert found == [("timelines[1].id", "is also the id of timelines[0]; choose another")]


def test_a_size_without_a_beginning_is_refused_as_in_an_animation() -> None:
    text = {"id": "t", "type": "text", "text": "hi"}
    step = {"animate": "t", "property": "size.width", "to": 5, "duration": 1}
    assert mistakes(timeline(step), layers=[text])[0][0] == "timelines[0].steps[0].from"
    version(timeline({**step, "from": 0}), layers=[text])


def test_at_most_fifty_timelines_are_looked_at() -> None:
    assert mistakes(*[timeline({"wait": 1}, id=f"t{i}") for i in range(51)])[0][0] == "timelines"


def test_an_edit_neither_stops_nor_restarts_what_runs() -> None:
    old = with_runs(Scene(), version(timeline(move("a", 100), start="now")).scene, 4)
    assert [(run.timeline, run.revision) for run in old.runs or ()] == [("line", 4)]
    more = version(timeline(move("a", 7), start="now"), timeline(move("b", 1), id="more", start="now")).scene
    edited = with_runs(old, more, 5)
    assert [(run.timeline, run.revision) for run in edited.runs or ()] == [("line", 4), ("more", 5)]
    born = SceneVersion(5, edited, {4: F(1), 5: F(2)}, SIZE)
    assert xs(born, 15) == (3.5, 0)
    assert with_runs(edited, version().scene, 6).runs is None


def test_one_that_starts_on_air_starts_with_each_take() -> None:
    lines = [
        timeline({"wait": 1}, id=name, start=start) for name, start in (("each", "onAir"), ("once", "now"))
    ]
    scene = version(*lines).scene
    first = with_runs(Scene(), scene, 2, taken=True)
    edited = with_runs(first, scene, 3)
    again = with_runs(edited, scene, 4, taken=True)
    for kept, revisions in ((edited, {"each": 2, "once": 2}), (again, {"each": 4, "once": 2})):
        assert {run.timeline: run.revision for run in kept.runs or ()} == revisions


def test_a_layer_that_a_timeline_moves_stays_and_keeps_what_it_moves() -> None:
    scene = version(timeline({"animate": "a", "property": "radius", "to": 9, "duration": 1})).scene
    assert change_layer(scene, "a", {"opacity": 0.5}).layers[0].opacity == 0.5
    changed: list[tuple[Any, ...]] = [(remove_layer, "a"), (change_layer, "a", {"id": "c"})]
    for edit, *arguments in changed:
        with pytest.raises(SceneMistakes) as caught:
            edit(scene, *arguments)
        assert [mistake.path for mistake in caught.value.mistakes] == ["timelines[0].steps[0]"]
    assert len(remove_layer(scene, "b").layers) == 1
