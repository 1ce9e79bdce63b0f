"""A scene revision, compiled once to be evaluated for many frames."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from scene.colour import parse_colour
from scene.compiled import CompiledLayer, compile_layer
from scene.document import Scene
from scene.fitting import fit_viewport
from scene.makers import Surroundings
from scene.score import NO_STAGING, stagings


class SceneVersion:
    """What is needed to evaluate ``scene`` on a canvas of (width, height); never changed after it is made.

    ``births`` are the scene times in seconds at which revisions were first shown. An animation that starts
    with a revision that has no birth has not started; one that starts "now" starts with ``revision``.
    """

    __slots__ = ("background", "canvas", "layers", "needed", "revision", "scene")

    def __init__(
        self, revision: int, scene: Scene, births: Mapping[int, Fraction], canvas: tuple[int, int]
    ) -> None:
        fitting = fit_viewport(scene.viewport.size, canvas, scene.viewport.fit)
        self.revision = revision
        self.scene = scene
        self.canvas = canvas
        self.background = parse_colour(scene.background)
        around = Surroundings(scene.viewport, fitting, births, revision, scene.data, scene.fonts or {})
        staged = stagings(scene, births, revision)
        self.layers: tuple[CompiledLayer, ...] = tuple(
            compile_layer(layer, around, staged.get(layer.id, NO_STAGING))
            for layer in sorted(scene.layers, key=lambda layer: layer.z_index)
            if layer.visible
        )
        """From the lowest to the highest; those switched off are left out."""
        self.needed = tuple(layer for layer in self.layers if not layer.optional)
        """Those of them that are shown even when the farm has too much to do."""
