"""Visual feeds: a picture on a card, with a caption and what is known of the work that it shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from scene.colour import Colour, parse_colour
from scene.fields import ColourText, DrawableText, Part, mistake
from scene.fitting import Fit, Fitting

FeedState = Literal["loading", "still", "live", "stale", "error"]
"""What is known of the picture: on its way, one that stays, the newest of a live feed, the last one of a feed
that has stalled, or none that can be shown."""

FeedOverlay = Literal["card", "bar", "none"]
"""What lies around the picture: a panel below it, a bar over its lower part, or nothing but the picture."""

MAX_TRAITS = 12
MAX_ASPECT = 8.0
"""The widest picture, and as much the highest, that an ``aspect`` may ask for."""

LIVE_ASPECT = 16 / 9
_ASPECT = re.compile(r"(\d{1,4}):(\d{1,4})")

_Word = Annotated[DrawableText, Field(max_length=120)]
"""On a badge, a chip or a line of its own."""


def _aspect(text: str) -> str:
    match = _ASPECT.fullmatch(text)
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if not width or not height or not 1 / MAX_ASPECT <= width / height <= MAX_ASPECT:
        raise mistake(
            f'must be width:height such as "16:9", neither more than {MAX_ASPECT:g} times the other'
        )
    return text


class Trait(Part):
    """A quality of a work: ``{"name": "Palette", "value": "Borealis"}``."""

    name: _Word
    """Such as ``"Palette"``."""
    value: _Word
    """Such as ``"Borealis"``."""


class FeedMetadata(Part):
    """What is known of the work that a feed shows; what is left out is not drawn."""

    title: _Word = ""
    """Of the work."""
    collection: _Word = ""
    """That it belongs to."""
    creator: _Word = ""
    """Who made it."""
    price: _Word = ""
    """With its currency, as it shall be read: ``"2.4 ETH"``."""
    price_label: _Word = "Price"
    """What the price is: ``"Current bid"``."""
    chain: _Word = ""
    """The blockchain, as a badge on the picture."""
    token_id: _Word = ""
    """Its number in the collection."""
    status: _Word = ""
    """Such as ``"Auction live"``, as a badge on the picture."""
    traits: Annotated[tuple[Trait, ...], Field(strict=False, max_length=MAX_TRAITS)] = ()
    """Chips with a name and a value."""


class FeedFields(Part):
    """The own fields of a feed layer but for its source."""

    caption: Annotated[DrawableText, Field(max_length=300)] = ""
    """A sentence about it."""
    metadata: FeedMetadata = FeedMetadata()
    """What is known of the work."""
    overlay: FeedOverlay = "card"
    """Where the texts are: on a panel below the picture, over its lower part, or nowhere."""
    fit: Fit = "contain"
    """How the picture lies in a box of other proportions."""
    aspect: Annotated[str, AfterValidator(_aspect)] | None = None
    """Of the picture's box, ``"16:9"``; without one it is that of the picture."""
    radius: float = Field(20.0, ge=0, le=500)
    """Of the corners, viewport px."""
    accent: ColourText = "#38bdf8"
    """Of the caption's mark, the collection's name and the status."""
    natural: Annotated[tuple[int, int], Field(strict=False)] | None = None
    """The picture's own width and height, px; written by the farm, which knows the picture."""

    @property
    def proportion(self) -> float | None:
        """Width by height of the picture's box, if anything says so."""
        if self.aspect is not None:
            width, height = map(int, self.aspect.split(":"))
            return width / height
        if self.natural is None:
            return None
        return min(MAX_ASPECT, max(1 / MAX_ASPECT, self.natural[0] / max(1, self.natural[1])))


@dataclass(frozen=True, slots=True)
class FeedWords:
    """The texts of a feed; an empty one is not drawn. The traits are pairs of name and value."""

    caption: str
    title: str
    collection: str
    creator: str
    price: str
    price_label: str
    chain: str
    token_id: str
    status: str
    traits: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FeedLook:
    """All of a feed but its picture; ``scale`` and ``radius`` are canvas px.

    ``proportion`` is width by height of the picture's box where the layer gives one side at most.
    """

    words: FeedWords
    overlay: FeedOverlay
    fit: Fit
    proportion: float
    accent: Colour
    radius: float
    scale: float


@dataclass(frozen=True, slots=True)
class FeedContent:
    """A picture, by the address of its bytes (empty when there is none), in its look."""

    picture: str
    state: FeedState
    problem: str | None
    look: FeedLook


def feed_look(fields: FeedFields, fitting: Fitting, natural_proportion: float = 1.0) -> FeedLook:
    """``fields`` on the canvas; a picture of which nothing is known yet has ``natural_proportion``."""
    about: dict[str, Any] = fields.metadata.model_dump(exclude={"traits"})
    traits = tuple((trait.name, trait.value) for trait in fields.metadata.traits)
    return FeedLook(
        words=FeedWords(caption=fields.caption, traits=traits, **about),
        overlay=fields.overlay,
        fit=fields.fit,
        proportion=fields.proportion or natural_proportion,
        accent=parse_colour(fields.accent),
        radius=fitting.length(fields.radius),
        scale=fitting.scale,
    )
