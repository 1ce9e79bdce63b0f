"""Documents of no shape at all, and far too large ones: refused shortly, with mistakes and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scene.document import MAX_LAYERS, MAX_MISTAKES, parse_scene
from scene.mistakes import Mistake, SceneMistakes
from tests.scene.refusals import TEXT, mistakes, scene_with
from tests.scene.strategies.documents import documents


def test_too_many_layers_are_refused_with_the_numbers() -> None:
    many = {"layers": [{**TEXT, "id": f"t{i}"} for i in range(4)]}
    assert mistakes(many, max_layers=3) == {"layers": "has 4 layers; remove some, 3 are allowed"}
    assert len(parse_scene(many, max_layers=4).layers) == 4


def test_a_flood_of_layers_is_not_looked_at_to_its_end() -> None:
    flood: dict[str, object] = {"layers": [{}] * 100_000}
    with pytest.raises(SceneMistakes) as caught:
        parse_scene(flood, max_layers=10**9)
    assert len(caught.value.mistakes) == MAX_MISTAKES
    assert caught.value.mistakes[-1].path == "layers[98].type"
    assert caught.value.mistakes[0].reason == f"has 100000 layers; remove some, {MAX_LAYERS} are allowed"


FLOODS: list[tuple[object, dict[str, str]]] = [
    (
        {f"field{i}": i for i in range(1000)},
        {".": "has 1000 fields, nearly all of them unknown; remove those"},
    ),
    (
        scene_with(**{f"field{i}": i for i in range(1000)}),
        {"layers[0]": "has 1003 fields, nearly all of them unknown; remove those"},
    ),
    (
        scene_with(animations=[{}] * 1000),
        {"layers[0].animations": "has 1000 entries; at most 50 are allowed"},
    ),
    ({"x" * 100_000: 1}, {"x" * 64: "is not a field that exists here; remove it"}),
]


@pytest.mark.parametrize(("flood", "expected"), FLOODS, ids=["fields", "in a layer", "animations", "a name"])
def test_a_flood_of_anything_is_one_short_mistake(flood: object, expected: dict[str, str]) -> None:
    assert mistakes(flood) == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def attempt(data: object) -> list[Mistake]:
    """The mistakes that parsing finds; anything else that it raises fails the test."""
    try:
        parse_scene(data, max_layers=3)
    except SceneMistakes as error:
        return error.mistakes
    return []


@given(json_values)
def test_arbitrary_json_is_refused_with_mistakes_or_accepted(data: object) -> None:
    found = attempt(data)
    assert all(mistake.path and mistake.reason for mistake in found)


@st.composite
def damaged(draw: st.DrawFn) -> object:
    """A valid document in which one value, anywhere, is replaced by arbitrary JSON."""
    document: Any = draw(documents(max_layers=3))
    place, steps = document, draw(st.integers(0, 6))
    for _ in range(steps):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        inner = [key for key in keys if isinstance(place[key], dict | list) and place[key]]
        if not inner:
            break
        place = place[draw(st.sampled_from(inner))]
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    if keys:
        place[draw(st.sampled_from(keys))] = draw(json_values)
    return document


@given(damaged())
def test_a_damaged_document_never_raises_anything_else(document: object) -> None:
    found = attempt(document)
    assert all(mistake.path and mistake.reason for mistake in found)
