"""Layers made ready to be evaluated: percentages, defaults and colours are resolved to numbers, and a layer
that nothing moves is a finished state. Of the others only what moves is computed for a frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial

from scene.acting import SCENE_TIME, SceneClock, character_maker
from scene.animation import COLOURS
from scene.bindings import Link, links_of
from scene.card import CardContent
from scene.colour import parse_colour
from scene.content import (
    ColourContent,
    Content,
    FrameNumberContent,
    ImageContent,
    LayerState,
    ShapeContent,
    SvgContent,
    TextContent,
)
from scene.data import Data
from scene.document import layer_to_json
from scene.drawing import backdrop_of, gradient_of, shadow_of
from scene.effects import finish_bounds, finish_values, is_finish_property
from scene.feeding import feed_maker
from scene.fields import MAX_SIDE_PX, Size, viewport_px
from scene.finish import Finish, FinishMaker, finish_maker
from scene.fitting import Fitting
from scene.glides import Glider, glides_without
from scene.layers import (
    AnyLayer,
    CardLayer,
    CharacterLayer,
    ColourLayer,
    FeedLayer,
    FrameNumberLayer,
    ImageLayer,
    ShapeLayer,
    SvgLayer,
    TextLayer,
)
from scene.live import NOTHING_LIVE, Live, Moment
from scene.places import filler, names_in
from scene.playback import FRAME, Playback, animated, sprites
from scene.score import NO_STAGING, Moving, Staging
from scene.svg import svg_view
from scene.tracks import (
    COLOUR_BOUNDS,
    Values,
    colour_at,
    colour_values,
    exact,
    plays,
    start_s,
    tracks_of,
)
from scene.viewport import Viewport

_OPACITY_STEPS = 255

# Properties that change the content itself, not where and how it lies.
_OF_CONTENT = (
    frozenset({"fontSize", "radius", "strokeWidth", "value", FRAME, SCENE_TIME}) | COLOUR_BOUNDS.keys()
)

_KEPT_LOOKS = 4  # of a layer at rest: neighbouring frames show neighbouring snapshots
_START = Moment(0, Fraction(0), NOTHING_LIVE)

# What a layout says of the layers in its slots.
_PLACE = ("position.x", "position.y", "size.width", "size.height")

ContentMaker = Callable[[Values, Moment], Content]
"""A layer's content from its values at a moment."""

Bound = tuple[tuple[str, float], ...]
"""Numbers of a layer that named values give it."""


@dataclass(frozen=True, slots=True)
class CompiledLayer:
    """A layer that can be evaluated."""

    id: str
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

    def at(self, n: int, time_s: Fraction, live: Live = NOTHING_LIVE) -> LayerState | None:
        """What it shows in output frame ``n`` at scene time ``time_s``; None when that is nothing."""
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
        return _state(self.id, values, self.content, Moment(n, time_s, live), self.fitting, self.finish)

    def _bound(self, live: Live, time_s: Fraction) -> Bound:
        values = ((link.target, link.value_at(live, time_s)) for link in self.links)
        return tuple((target, value) for target, value in values if value is not None)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the layers of a scene version have in common; see :class:`scene.version.SceneVersion`."""

    viewport: Viewport
    fitting: Fitting
    births: Mapping[int, Fraction]
    revision: int
    data: Data
    """The scene's own values."""
    fonts: Mapping[str, str]
    """The ids of fonts by the names that the scene calls them."""


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
    content = _content_maker(layer, fitting, around)
    finishing = finish_bounds(layer.effects)
    moved = tracks_of(layer.animations, base, sides, births, revision, finishing)
    # The layer's own animations come after the layout's and edits' ways, which they override, and timelines
    # after both.
    if gliding:
        arriving += Glider(base, layer_to_json(layer), sides).tracks(gliding, births, revision, finishing)
    own = arriving + moved + _playback(layer, births, revision)
    tracks = staging.directed(base, own, sides, finishing)
    counts_frames = isinstance(layer, FrameNumberLayer)
    shows_live = _shows_live(layer)
    links = links_of(layer.bindings, around.data, seated)
    moved_numbers = {track.target for track in tracks} | {link.target for link in links}
    if not counts_frames and moved_numbers.isdisjoint(_OF_CONTENT):
        content = _by_live(content, base) if shows_live else _constant(content(base, _START))
    finish = finish_maker(layer.effects, layer.blend, fitting)
    if not any(is_finish_property(track.target) for track in tracks):
        finish = partial(_same, finish(base))

    @lru_cache(maxsize=_KEPT_LOOKS)
    def resting(live: Live, bound: Bound) -> LayerState | None:
        moment = Moment(0, Fraction(0), live)
        return _state(layer.id, {**base, **dict(bound)}, content, moment, fitting, finish)

    return CompiledLayer(
        id=layer.id,
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
    width = None if width is None else fitting.width(width)
    height = None if height is None else fitting.height(height)
    if opacity == 0 or width == 0 or height == 0:
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


def _content_maker(layer: AnyLayer, fitting: Fitting, around: Surroundings) -> ContentMaker:
    match layer:
        case ColourLayer():
            return _colour_maker(layer)
        case ImageLayer() | CharacterLayer() | FeedLayer():
            return _moving_maker(layer, fitting)
        case TextLayer():
            return _text_maker(layer, fitting, around)
        case ShapeLayer():
            return _shape_maker(layer, fitting)
        case CardLayer() | SvgLayer():
            return _constant(_fixed(layer, fitting))
        case FrameNumberLayer():
            mask, cell = (1 << layer.bits) - 1, max(1, round(layer.cell * fitting.scale))
            return lambda _values, moment: FrameNumberContent(moment.n & mask, layer.bits, cell)


def _fixed(layer: CardLayer | SvgLayer, fitting: Fitting) -> Content:
    """The content of a layer of which nothing but the box moves."""
    if isinstance(layer, CardLayer):
        accent = None if layer.accent is None else parse_colour(layer.accent)
        return CardContent(layer.title, layer.lines, layer.state, accent, fitting.scale)
    width, height = (side * fitting.scale for side in svg_view(layer.svg)[2:])
    return SvgContent(layer.svg, layer.fit, width, height)


def _constant(content: Content) -> ContentMaker:
    return lambda _values, _moment: content


def _by_live(content: ContentMaker, base: Values) -> ContentMaker:
    """``content`` of a layer of which nothing but the live values changes, so that it is made once
    for each."""

    @lru_cache(maxsize=_KEPT_LOOKS)
    def made(live: Live) -> Content:
        return content(base, Moment(0, Fraction(0), live))

    return lambda _values, moment: made(moment.live)


def _moving_maker(layer: ImageLayer | CharacterLayer | FeedLayer, fitting: Fitting) -> ContentMaker:
    """Of a layer whose content may move by itself."""
    if isinstance(layer, CharacterLayer):
        return character_maker(layer, fitting)
    if isinstance(layer, FeedLayer):
        return feed_maker(layer, fitting)
    grid = None if layer.sprite is None else (layer.sprite.columns, layer.sprite.rows)
    return lambda values, _moment: ImageContent(
        layer.address, layer.fit, fitting.scale, int(values.get(FRAME, 0)), grid, layer.problem
    )


def _colour_maker(layer: ColourLayer) -> ContentMaker:
    colour = parse_colour(layer.colour)
    return lambda values, _moment: ColourContent(colour_at(values, "colour", colour) or colour)


def _text_maker(layer: TextLayer, fitting: Fitting, around: Surroundings) -> ContentMaker:
    text = filler(layer.text, layer.format, around.data)
    typeface = layer.font_asset and around.fonts.get(layer.font_asset, layer.font_asset)
    colour = parse_colour(layer.colour)
    stroke = None if layer.stroke is None else parse_colour(layer.stroke)
    shadow, backdrop = shadow_of(layer.shadow, fitting), backdrop_of(layer.background, fitting)
    return lambda values, moment: TextContent(
        text=text(None if layer.value is None else values["value"], moment.live),
        font=layer.font,
        typeface=typeface,
        font_size=max(1.0, fitting.length(values["fontSize"])),
        weight=layer.weight,
        style=layer.style,
        colour=colour_at(values, "colour", colour) or colour,
        align=layer.align,
        line_height=layer.line_height,
        vertical_align=layer.vertical_align,
        letter_spacing=fitting.length(values["letterSpacing"]),
        max_lines=layer.max_lines,
        stroke=stroke,
        stroke_width=fitting.length(values["strokeWidth"]),
        shadow=shadow,
        backdrop=backdrop,
    )


def _shape_maker(layer: ShapeLayer, fitting: Fitting) -> ContentMaker:
    fill = None if layer.fill is None else parse_colour(layer.fill)
    stroke = None if layer.stroke is None else parse_colour(layer.stroke)
    gradient, shadow = gradient_of(layer.gradient), shadow_of(layer.shadow, fitting)
    return lambda values, _moment: ShapeContent(
        shape=layer.shape,
        radius=fitting.length(values["radius"]),
        fill=colour_at(values, "fill", fill),
        stroke=colour_at(values, "stroke", stroke),
        stroke_width=fitting.length(values["strokeWidth"]),
        points=layer.points or (),
        corners=layer.corners,
        inner=layer.inner,
        cap=layer.cap,
        gradient=gradient,
        shadow=shadow,
    )
