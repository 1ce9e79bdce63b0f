"""What the layers of each kind show, made from their values at a moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from scene.acting import character_maker
from scene.card import CardContent
from scene.colour import parse_colour
from scene.content import (
    ColourContent,
    Content,
    FrameNumberContent,
    ImageContent,
    ShapeContent,
    SvgContent,
    TextContent,
)
from scene.data import Data
from scene.drawing import backdrop_of, gradient_of, shadow_of
from scene.feeding import feed_maker
from scene.fitting import Fitting
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
from scene.live import Live, Moment
from scene.places import filler
from scene.playback import FRAME
from scene.standing import Standing, shows_stream, with_stream
from scene.svg import svg_view
from scene.tracks import Values, colour_at
from scene.viewport import Viewport

_NO_STREAM = Standing(0, Fraction(1), (0, 0), paused=False)

KEPT_LOOKS = 4
"""Of a layer at rest: neighbouring frames show neighbouring snapshots."""

ContentMaker = Callable[[Values, Moment], Content]
"""A layer's content from its values at a moment."""


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


def content_maker(layer: AnyLayer, fitting: Fitting, around: Surroundings) -> ContentMaker:
    """How the content of ``layer`` follows from its values, on a canvas that ``fitting`` maps it to."""
    match layer:
        case ColourLayer():
            return _colour_maker(layer)
        case ImageLayer() | CharacterLayer() | FeedLayer():
            return _moving_maker(layer, fitting)
        case TextLayer():
            return _text_maker(layer, fitting, around)
        case ShapeLayer() | SvgLayer():
            return _drawing_maker(layer, fitting)
        case CardLayer():
            return _card_maker(layer, fitting)
        case FrameNumberLayer():
            mask, cell = (1 << layer.bits) - 1, max(1, round(layer.cell * fitting.scale))
            return lambda _values, moment: FrameNumberContent(moment.n & mask, layer.bits, cell)


def tells_of_stream(layer: AnyLayer) -> bool:
    """Whether its content follows from how the stream stands."""
    if not isinstance(layer, CardLayer):
        return False
    return layer.state == "stream" or any(map(shows_stream, (layer.title, *layer.lines)))


def _card_maker(layer: CardLayer, fitting: Fitting) -> ContentMaker:
    accent = None if layer.accent is None else parse_colour(layer.accent)

    def made(_values: Values, moment: Moment) -> Content:
        standing = moment.standing or _NO_STREAM
        state = standing.state if layer.state == "stream" else layer.state
        title, *lines = (with_stream(text, standing) for text in (layer.title, *layer.lines))
        return CardContent(title, tuple(lines), state, accent, fitting.scale)

    return made


def constant(content: Content) -> ContentMaker:
    """Always the same."""
    return lambda _values, _moment: content


def by_live(content: ContentMaker, base: Values) -> ContentMaker:
    """``content`` of a layer of which nothing but the live values changes, so that it is made once
    for each."""

    @lru_cache(maxsize=KEPT_LOOKS)
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


def _drawing_maker(layer: ShapeLayer | SvgLayer, fitting: Fitting) -> ContentMaker:
    if isinstance(layer, SvgLayer):
        width, height = (side * fitting.scale for side in svg_view(layer.svg)[2:])
        return constant(SvgContent(layer.svg, layer.fit, width, height))
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
