"""Hypothesis strategies for timelines over given layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from scene.actions import Stagehand
from scene.document import Scene
from scene.performance import Performance

Document = dict[str, Any]
Movements = Callable[[str], st.SearchStrategy[Document]]
"""Animations for layers of a kind."""

_lengths = st.sampled_from([0, 0.1, 1 / 3, 0.5, 2])


@st.composite
def _animate(draw: st.DrawFn, layers: list[Document], movements: Movements) -> Document:
    layer = draw(st.sampled_from(layers))
    alike = [other["id"] for other in layers if other["type"] == layer["type"]]
    movement = draw(movements(layer["type"]))
    movement.pop("start", None)
    if isinstance(movement.get("loop"), bool):
        del movement["loop"]
    several = len(alike) > 1 and draw(st.booleans())
    return {
        **movement,
        "animate": alike if several else layer["id"],
        **({"each": draw(_lengths)} if several else {}),
    }


@st.composite
def _set(draw: st.DrawFn, layers: list[Document]) -> Document:
    chosen = draw(st.lists(st.sampled_from([layer["id"] for layer in layers]), min_size=1, max_size=2))
    values = {
        "opacity": st.floats(0, 1),
        "position.x": st.floats(-200, 2000) | st.just("50%"),
        "rotation": st.floats(-90, 90),
    }
    return {"set": chosen, "values": draw(st.fixed_dictionaries({}, optional=values).filter(bool))}


def steps(layers: list[Document], movements: Movements) -> st.SearchStrategy[list[Document]]:
    """Steps of every kind that suit ``layers``."""
    leaf = st.one_of(
        _animate(layers, movements),
        _set(layers),
        st.fixed_dictionaries({"wait": _lengths}),
    )
    several = st.lists(leaf, min_size=1, max_size=2)
    nested = st.one_of(
        st.fixed_dictionaries({"sequence": several}),
        st.fixed_dictionaries({"parallel": several}),
        st.fixed_dictionaries({"stagger": several}, optional={"each": _lengths}),
    )
    return st.lists(leaf | nested, min_size=1, max_size=2)


def triggers(of: list[Document]) -> st.SearchStrategy[list[Document]]:
    """At most one trigger on "go", which does something to any of these timelines."""
    chosen = st.lists(st.sampled_from([timeline["id"] for timeline in of]), min_size=1, max_size=2)
    effects = dict.fromkeys(("start", "pause", "resume", "cancel"), chosen)
    trigger = st.fixed_dictionaries({"on": st.just("go")}, optional=effects).filter(lambda t: len(t) > 1)
    return st.lists(trigger, max_size=1)


def triggered(scene: Scene, revision: int, births: Mapping[int, Fraction]) -> Scene:
    """``scene`` as ``revision`` in which "go" happens, if it waits for that."""
    if not scene.triggers:
        return scene
    parts = Performance(timelines=scene.timelines, triggers=scene.triggers, runs=scene.runs or ())
    known = {number: born for number, born in births.items() if number < revision}
    acted = Stagehand(parts, revision, known).trigger("go")
    return scene.model_copy(update={"runs": acted.runs})


@st.composite
def timelines(draw: st.DrawFn, layers: list[Document], movements: Movements) -> list[Document]:
    """Up to two timelines that move ``layers``."""
    found: list[Document] = []
    # Most have none: they are half of what a document costs to make.
    names = draw(st.sampled_from([[], [], [], ["one"], ["one", "two"]]))
    for name in names if layers else []:
        optional = {
            "loop": st.sampled_from([True, False, 2]),
            "rate": st.sampled_from([0.5, 1, 3]),
            "start": st.sampled_from(["now", 0, 0.2]),
            "onComplete": st.sampled_from(["hold", "return"]),
            "onCancel": st.sampled_from(["hold", "return"]),
            "queue": st.just("alerts"),
        }
        chosen: Document = draw(st.fixed_dictionaries({"steps": steps(layers, movements)}, optional=optional))
        # What loops has to take time.
        found.append({"id": name, **chosen, "steps": [*chosen["steps"], {"wait": 0.25}]})
    return found


def moves_value_of(document: list[Document], layer_id: str) -> bool:
    """Whether a step of these timelines counts the number in a text."""

    def inside(step: Document) -> bool:
        for kind in ("sequence", "parallel", "stagger"):
            if any(inside(inner) for inner in step.get(kind, ())):
                return True
        chosen = step.get("animate", ())
        return step.get("property") == "value" and layer_id in (
            [chosen] if isinstance(chosen, str) else chosen
        )

    return any(inside(step) for timeline in document for step in timeline["steps"])
