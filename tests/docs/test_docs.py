"""The reference says what the code says, and shows what it draws."""

from __future__ import annotations

import json
import re

import pytest

from scene.document import parse_scene
from tests.docs.examples import EXAMPLES, example
from tests.docs.pages import EFFECTS, LAYERS, pages, shown
from tests.docs.reference import differs, kept_files, page_path, pictures
from tests.docs.schema import DEFINITIONS, VALUES, fields, kind
from tests.docs.sheets import FAMILIES, all_sheets
from tests.docs.transitions import TRANSITIONS

HOW = "run `make docs` and look at what git says has changed"


def test_every_kind_of_layer_and_every_effect_has_an_example() -> None:
    wanted = [*shown(), *(f"transitions/{kind}" for kind in TRANSITIONS)]
    missing = [str(example(name)) for name in wanted if not example(name).exists()]
    assert not missing, f"write scenes that show what is new, then {HOW}: {missing}"


def test_every_example_has_a_page() -> None:
    needed = {example(name) for name in (*shown(), *(f"transitions/{kind}" for kind in TRANSITIONS))}
    orphans = [
        path for path in EXAMPLES.rglob("*.json") if path not in needed and path.parent.name != "assets"
    ]
    assert not orphans, f"nothing of the schema has these names: {orphans}"


@pytest.mark.parametrize("name", shown())
def test_an_example_shows_what_its_page_is_about(name: str) -> None:
    document = json.loads(example(name).read_text())
    parse_scene(document, max_layers=20)
    group, _, shows = name.partition("/")
    layers = document["layers"]
    used = {
        "layers": {layer["type"] for layer in layers},
        "effects": {effect["type"] for layer in layers for effect in layer.get("effects", ())},
    }
    assert not shows or shows in used[group]


@pytest.mark.parametrize("name", pages())
def test_a_page_is_what_the_schema_makes_of_it(name: str) -> None:
    path = page_path(name)
    assert path.exists(), f"docs/{name} is missing; {HOW}"
    assert path.read_text() == pages()[name](), f"docs/{name} is not what the schema says; {HOW}"


def test_pictures_look_like_what_is_drawn_now() -> None:
    wrong = [path.name for path, picture in pictures() if differs(path, picture)]
    assert not wrong, f"{wrong} look different now; {HOW}"


def test_nothing_else_is_kept() -> None:
    needed = {page_path(name) for name in pages()} | {path for path, _ in pictures()}
    assert not kept_files() - needed, f"nobody needs these; {HOW}"


def test_every_field_is_in_a_table() -> None:
    text = "\n".join(made() for made in pages().values())
    for definition in (*LAYERS.values(), *EFFECTS.values()):
        for field in fields(DEFINITIONS[definition], without=["type"]):
            assert f"| `{field.name}` |" in text


def test_kinds_are_in_plain_words() -> None:
    assert kind({"type": "array", "items": {"type": "integer"}}) == "list of whole numbers"
    assert kind({"anyOf": [{"type": "boolean"}, {"const": "auto"}, {"type": "null"}]}) == (
        '`true` or `false` or `"auto"`'
    )
    assert kind({"type": "object", "additionalProperties": {"type": "string"}}) == "object of texts"
    assert kind(DEFINITIONS["TextLayer"]["properties"]["colour"]) == "[colour]"
    assert not re.search(r":\w+:`", "".join(made() for made in pages().values())), "pages name no modules"
    words = {
        kind(about)
        for definition in LAYERS.values()
        for about in DEFINITIONS[definition]["properties"].values()
    }
    assert {
        f"[{name}]" for name in ("colour", "share", "name", "loop", "start", "SVG", "points", "format")
    } <= words
    assert set(VALUES) >= {"easing", "coordinate", "length", "path", "value"}


def test_the_sheets_show_all_that_there_is() -> None:
    assert len(FAMILIES) == 10
    texts = {
        layer.text for sheet in all_sheets().values() for layer in sheet().layers if layer.type == "text"
    }
    assert {*FAMILIES, "multiply", "add", "grid", "chatColumn"} <= texts
