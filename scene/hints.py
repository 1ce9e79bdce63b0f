"""What is no mistake in a scene but may surprise its author."""

from __future__ import annotations

from collections.abc import Iterator

from scene.document import Scene
from scene.layers import TextLayer
from scene.mistakes import Mistake
from scene.places import names_in


def hints_for(scene: Scene) -> list[Mistake]:
    """Named values that layers show and of which the scene's own ``data`` says nothing."""
    return list(_without_default(scene))


def _without_default(scene: Scene) -> Iterator[Mistake]:
    for index, layer in enumerate(scene.layers):
        shown = names_in(layer.text) if isinstance(layer, TextLayer) else ()
        for name in shown:
            if name not in scene.data:
                reason = (
                    f"shows nothing for {{data.{name}}} until it is set; give it a value in the scene's data"
                )
                yield Mistake(f"layers[{index}].text", reason)
        for at, binding in enumerate(layer.bindings):
            if isinstance(scene.data.get(binding.data, ""), str):
                reason = (
                    f"{binding.data!r} has no number in the scene's data; until set, the layer's own holds"
                )
                yield Mistake(f"layers[{index}].bindings[{at}].data", reason)
