"""What happens to a scene document on its way into pixels. Only errors about the document may come of it."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from typing import Any

import numpy as np

from scene.document import MAX_LAYERS, MAX_MISTAKES, Scene, layer_to_json, variant_of
from scene.edits import add_layer, change_layer, remove_layer, settle_starts
from scene.mistakes import SceneMistakes
from scene.show import Show, parse_show
from scene.slots import with_layout_moves
from tests.fuzz.documents import broken, nonsense
from tests.workers.farmhand import Gallery
from workers.characters.stage import Stage
from workers.offline.film import Film, Shot
from workers.painters.registry import Painters, all_painters

MAX_REASON = 2000
"""Characters: what is wrong is said in a sentence, however long what was sent is."""

_SHOT = Shot(64, 36, Fraction(30))
_FRAMES = (0, 1, 17, 90, 100_000)
_CACHE_BYTES = 16_000_000
_PAINTERS = all_painters(Gallery())


class Broken(AssertionError):
    """Something that may not happen, whatever is sent."""


def travel(document: Any, rng: random.Random) -> bool:
    """Parse, edit, compile, evaluate and draw ``document``. Answers whether it was valid.

    Raises whatever goes wrong: no error but those that are about the document is agreed.
    """
    try:
        data = json.loads(json.dumps(document))
        show = parse_show(data, max_layers=MAX_LAYERS)
    except SceneMistakes as error:
        _check_mistakes(error)
        return False
    if parse_show(json.loads(json.dumps(show.to_json())), max_layers=MAX_LAYERS) != show:
        raise Broken("the document does not round-trip")
    scene = show.on_air
    edited = settle_starts(with_layout_moves(scene, _edited(scene, rng), 1), 1)
    draw(show)
    for shown in (edited, *(variant_of(edited, name) for name in edited.variants)):
        draw(shown)
    return True


def _edited(scene: Scene, rng: random.Random) -> Scene:
    """``scene`` after edits, of which some are refused."""
    for layer in scene.layers[:3]:
        changes = broken(layer_to_json(layer), rng) if rng.random() < 0.7 else nonsense(rng)
        try:
            scene = change_layer(scene, layer.id, json.loads(json.dumps(changes)))
        except SceneMistakes as error:
            _check_mistakes(error)
        except LookupError:
            continue
    if scene.layers and rng.random() < 0.5:
        first = scene.layers[0]
        scene = remove_layer(scene, first.id)
        scene = add_layer(scene, layer_to_json(first))
    return scene


def draw(scene: Scene | Show, painters: Painters = _PAINTERS, stage: Stage | None = None) -> None:
    """At a few frames, one from the other; the last one again, from nothing."""
    film = Film(scene, _SHOT, painters, _CACHE_BYTES, stage)
    for frame in _FRAMES:
        _check_problems(film.draw(frame))
    patched = film.buffer.copy()
    film.forget()
    _check_problems(film.draw(_FRAMES[-1]))
    if not np.array_equal(patched, film.buffer):
        raise Broken("the patch does not equal the full frame")


def _check_mistakes(error: SceneMistakes) -> None:
    if not 1 <= len(error.mistakes) <= MAX_MISTAKES:
        raise Broken(f"{len(error.mistakes)} mistakes")
    for mistake in error.mistakes:
        if not mistake.path or not mistake.reason or len(mistake.path) + len(mistake.reason) > MAX_REASON:
            raise Broken(f"a mistake that says nothing, or too much: {str(mistake)[:300]}")


def _check_problems(problems: Any) -> None:
    for layer, problem in problems:
        # A painter may refuse; an error that it did not foresee is said with the error's name.
        if problem.startswith("the painter failed"):
            raise Broken(f"layer {layer}: {problem}")
