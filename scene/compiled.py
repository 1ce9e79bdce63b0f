"""Layers made ready to be evaluated: percentages, defaults and colours are resolved to numbers, and a layer
that nothing moves is a finished state. Of the others only what moves is computed for a frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial

from scene.acting import SCENE_TIME, SceneClock
from scene.animation import BOTH, COLOURS
from scene.bindings import Link, links_of
from scene.colour import parse_colour
from scene.content import LayerState
from scene.document import layer_to_json
from scene.effects import finish_bounds, finish_values, is_finish_property
from scene.fields import MAX_SIDE_PX, Size, viewport_px
from scene.finish import Finish, FinishMaker, finish_maker
from scene.fitting import Fitting
from scene.glides import Glider, glides_without
from scene.layers import (
    AnyLayer,
    CharacterLayer,
    ColourLayer,
    FeedLayer,
    FrameNumberLayer,
    ImageLayer,
    ShapeLayer,
    TextLayer,
)
from scene.live import NOTHING_LIVE, Live, Moment
from scene.makers import (
    KEPT_LOOKS,
    ContentMaker,
    Surroundings,
    by_live,
    constant,
    content_maker,
    tells_of_stream,
)
from scene.places import names_in
from scene.playback import FRAME, Playback, animated, sprites
from scene.score import NO_STAGING, Moving, Staging
from scene.standing import Standing
from scene.tracks import COLOUR_BOUNDS, Values, colour_values, exact, plays, start_s, tracks_of

_OPACITY_STEPS = 255

_ZOOM = BOTH["scale"]

# Properties that change the content itself, not where and how it lies.
_OF_CONTENT = (
    frozenset({"fontSize", "radius", "strokeWidth", "value", *_ZOOM, FRAME, SCENE_TIME})
    | COLOUR_BOUNDS.keys()
)

_KEPT_ZOOMS = 16  # the last ones of a scale that moves
_START = Moment(0, Fraction(0), NOTHING_LIVE)

# What a layout says of the layers in its slots.
_PLACE = ("position.x", "position.y", "size.width", "size.height")

Bound = tuple[tuple[str, float], ...]
"""Numbers of a layer that named values give it."""


@dataclass(frozen=True, slots=True)
class CompiledLayer:
    """A layer that can be evaluated."""

    id: str
    optional: bool
    base: Values
    tracks: tuple[Moving, ...]
    content: ContentMaker
    counts_frames: bool
    """Whether it shows something else in every frame, without any animation."""
    fitting: Fitting
    finish: FinishMaker
    still: LayerState | None
    """What it shows while no animation has begun, unless it counts frames; None when that is nothing."""
    links: tuple[Link, ...]
    """What of it follows named values."""
    shows_live: bool
    """Whether its content does."""
    resting: Callable[[Live, Bound], LayerState | None]
    """The same as ``still`` of a layer with links, or one that shows live values."""

    def at(
        self, n: int, time_s: Fraction, live: Live = NOTHING_LIVE, standing: Standing | None = None
    ) -> LayerState | None:
        """What it shows in output frame ``n`` at scene time ``time_s``, of a stream that stands as
        ``standing`` says; None when that is nothing."""
        moved = {}
        for track in self.tracks:
            value = track.value_at(time_s)
            if value is not None:
                moved[track.target] = value
        bound = self._bound(live, time_s) if self.links else ()
        if not moved and not self.counts_frames:
            if not self.links and not self.shows_live:
                return self.still
            return self.resting(live if self.shows_live else NOTHING_LIVE, bound)
        values = {**self.base, **dict(bound), **moved}
        moment = Moment(n, time_s, live, standing)
        return _state(self.id, values, self.content, moment, self.fitting, self.finish)

    def _bound(self, live: Live, time_s: Fraction) -> Bound:
        values = ((link.target, link.value_at(live, time_s)) for link in self.links)
        return tuple((target, value) for target, value in values if value is not None)


def compile_layer(layer: AnyLayer, around: Surroundings, staging: Staging = NO_STAGING) -> CompiledLayer:
    """``layer``, ready to be evaluated."""
    births, revision = around.births, around.revision
    area = around.viewport.area(layer.within)
    origin = area.at(layer.position.origin)
    # From here on all places are measured from there.
    fitting, sides = around.fitting.seen_from(*origin), (area.width, area.height)
    gliding = glides_without(layer.glides, _PLACE if staging.seat is not None else ())
    directed = staging.targets() | {name for glide in gliding for name in glide.from_}
    base = _base_values(layer, sides, directed)
    seated: Values = {}
    arriving: tuple[Moving, ...] = ()
    if staging.seat is not None:
        seat = staging.seat.seen_from(*origin)
        seated = seat.values(layer.anchor.x, layer.anchor.y)
        base = {**base, **seated}
        arriving = seat.tracks(layer.anchor.x, layer.anchor.y, births)
    content = _zooming(lambda zoomed: content_maker(layer, zoomed, around), fitting)
    finishing = finish_bounds(layer.effects)
    moved = tracks_of(layer.animations, base, sides, births, revision, finishing)
    # The layer's own animations come after the layout's and edits' ways, which they override, and timelines
    # after both.
    if gliding:
        arriving += Glider(base, layer_to_json(layer), sides).tracks(gliding, births, revision, finishing)
    own = arriving + moved + _playback(layer, births, revision)
    tracks = staging.directed(base, own, sides, finishing)
    counts_frames = isinstance(layer, FrameNumberLayer) or tells_of_stream(layer)
    shows_live = _shows_live(layer)
    links = links_of(layer.bindings, around.data, seated)
    moved_numbers = {track.target for track in tracks} | {link.target for link in links}
    if not counts_frames and moved_numbers.isdisjoint(_OF_CONTENT):
        content = by_live(content, base) if shows_live else constant(content(base, _START))
    finish = finish_maker(layer.effects, layer.blend, fitting)
    if not any(is_finish_property(track.target) for track in tracks) and moved_numbers.isdisjoint(_ZOOM):
        finish = partial(_same, finish(base))

    @lru_cache(maxsize=KEPT_LOOKS)
    def resting(live: Live, bound: Bound) -> LayerState | None:
        moment = Moment(0, Fraction(0), live)
        return _state(layer.id, {**base, **dict(bound)}, content, moment, fitting, finish)

    return CompiledLayer(
        id=layer.id,
        optional=layer.optional,
        base=base,
        tracks=tracks,
        content=content,
        counts_frames=counts_frames,
        fitting=fitting,
        finish=finish,
        still=resting(NOTHING_LIVE, ()),
        links=links,
        shows_live=shows_live,
        resting=resting,
    )


def _state(
    layer_id: str,
    values: Values,
    content: ContentMaker,
    moment: Moment,
    fitting: Fitting,
    finish: FinishMaker,
) -> LayerState | None:
    opacity = round(values["opacity"] * _OPACITY_STEPS) / _OPACITY_STEPS
    width, height = values.get("size.width"), values.get("size.height")
    by_x, by_y = values["scale.x"], values["scale.y"]
    zoomed = fitting.zoomed(by_x, by_y)
    width = None if width is None else zoomed.width(width)
    height = None if height is None else zoomed.height(height)
    if 0 in (opacity, width, height, by_x, by_y):
        return None
    return LayerState(
        id=layer_id,
        content=content(values, moment),
        x=fitting.x(values["position.x"]),
        y=fitting.y(values["position.y"]),
        width=width,
        height=height,
        anchor_x=values["anchor.x"],
        anchor_y=values["anchor.y"],
        # Rounded before it is reduced: a tiny negative angle is 0, not 360.
        rotation_deg=round(values["rotation"], 3) % 360,
        opacity=opacity,
        finish=finish(values),
    )


def _zooming(make: Callable[[Fitting], ContentMaker], fitting: Fitting) -> ContentMaker:
    """What ``make`` makes, at the scale that the layer has at the moment."""

    @lru_cache(maxsize=_KEPT_ZOOMS)
    def made(by_x: float, by_y: float) -> ContentMaker:
        return make(fitting.zoomed(by_x, by_y))

    return lambda values, moment: made(values["scale.x"], values["scale.y"])(values, moment)


def _shows_live(layer: AnyLayer) -> bool:
    if isinstance(layer, FeedLayer):
        return layer.feed is not None
    return isinstance(layer, TextLayer) and bool(names_in(layer.text))


def _same(finish: Finish, _values: Values) -> Finish:
    return finish


def _base_values(layer: AnyLayer, sides: tuple[float, float], directed: Set[str]) -> Values:
    """The layer's own values, without any animation. ``sides`` are those of the area that it lies in,
    ``directed`` the properties that timelines move."""
    values = {
        "position.x": viewport_px(layer.position.x, sides[0]),
        "position.y": viewport_px(layer.position.y, sides[1]),
        "anchor.x": layer.anchor.x,
        "anchor.y": layer.anchor.y,
        "scale.x": layer.scale.x,
        "scale.y": layer.scale.y,
        "opacity": layer.opacity,
        "rotation": layer.rotation,
        **finish_values(layer.crop, layer.effects),
    }
    size = layer.size or Size()
    if isinstance(layer, ColourLayer | ShapeLayer):
        values |= {"size.width": sides[0], "size.height": sides[1]}
    if size.width is not None:
        values["size.width"] = viewport_px(size.width, sides[0])
    if size.height is not None:
        values["size.height"] = viewport_px(size.height, sides[1])
    values |= _measures(layer, min(sides))
    for name in COLOURS & ({animation.target for animation in layer.animations} | directed):
        own = getattr(layer, name)
        values |= colour_values(name, None if own is None else parse_colour(own))
    return values


def _measures(layer: AnyLayer, shorter_px: float) -> Values:
    """What of the content is as large in every direction, and the number that a text shows."""
    if isinstance(layer, TextLayer):
        return {
            "fontSize": _measure(layer.font_size, shorter_px, 1, 1000),
            "letterSpacing": _measure(layer.letter_spacing, shorter_px, -100, 500),
            "strokeWidth": _measure(layer.stroke_width, shorter_px, 0, 100),
            "value": layer.value or 0.0,
        }
    if isinstance(layer, ShapeLayer):
        return {
            "radius": _measure(layer.radius, shorter_px, 0, MAX_SIDE_PX),
            "strokeWidth": _measure(layer.stroke_width, shorter_px, 0, 1000),
        }
    return {}


def _measure(written: float | str, shorter_px: float, low: float, high: float) -> float:
    return max(low, min(viewport_px(written, shorter_px), high))


def _playback(
    layer: AnyLayer, births: Mapping[int, Fraction], revision: int
) -> tuple[Playback | SceneClock, ...]:
    """What moves in a picture by itself, once it has a beginning."""
    if isinstance(layer, CharacterLayer) or (isinstance(layer, FeedLayer) and layer.can_stall):
        return (SceneClock(),)
    if not isinstance(layer, ImageLayer) or not layer.moving:
        return ()
    started_s = start_s(layer.start, births, revision)
    if started_s is None:
        return ()
    speed, times = exact(layer.speed), plays(layer.loop)
    if layer.sprite is not None:
        return (sprites(layer.sprite.length, started_s, speed * exact(layer.sprite.fps), times),)
    return (animated(layer.frame_ms or (), started_s, speed, times),)
