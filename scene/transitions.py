"""How a scene takes another one's place on air, as documents hold it; ``scene.onair`` plays it.

All times are seconds of scene time. An overshoot of the easing ends at the picture's edge.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from scene.fields import ColourText, Name, Part, Unit
from scene.layers import spelt_alike
from scene.playback import FrameTimes
from scene.timing import Easing

MAX_TRANSITION_S = 60.0
DEFAULT_S = 0.5
STILL_STINGER_S = 1.0
"""How long a stinger whose picture does not move is on air, unless it says so itself."""

Direction = Literal["left", "right", "up", "down"]
WipeShape = Literal["line", "circle", "diamond", "clock"]
Seconds = Annotated[float, Field(ge=0, le=MAX_TRANSITION_S)]


class Cut(Part):
    """At once."""

    type: Literal["cut"]

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return 0.0


class Timed(Part):
    """What takes its time."""

    duration: Seconds = DEFAULT_S
    """Seconds."""
    easing: Easing = "easeInOutCubic"
    """Its pace."""

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return self.duration


class Fade(Timed):
    """One picture turns into the other: evenly, or through ``colour``."""

    type: Literal["fade"]
    easing: Easing = "linear"
    """Its pace."""
    colour: ColourText | None = None
    """The picture goes to this colour first and comes from it then: a dip."""
    linear_light: bool = False
    """Mix light instead of its code values: lights stay bright on their way, as in a film camera."""


class Slide(Timed):
    """The new picture slides over the old one, towards ``direction``."""

    type: Literal["slide"]
    direction: Direction = "left"
    """Where it moves to."""


class Push(Timed):
    """The new picture pushes the old one out, towards ``direction``."""

    type: Literal["push"]
    direction: Direction = "left"
    """Where it moves to."""


class Wipe(Timed):
    """An edge runs over the old picture and leaves the new one behind: a line towards ``direction``, a circle
    or a diamond from the middle, or the hand of a clock."""

    type: Literal["wipe"]
    shape: WipeShape = "line"
    """What the edge looks like."""
    direction: Direction = "left"
    """Of a line."""
    softness: Unit = 0.05
    """How wide the edge is, as a share of its way."""


class Zoom(Timed):
    """``in``: into the old picture, while the new one appears. ``out``: back from within the new one."""

    type: Literal["zoom"]
    direction: Literal["in", "out"] = "in"
    """In is towards what is seen."""


class Stinger(Part):
    """An animated picture with alpha plays above both, as large as covers them; behind it they are cut."""

    type: Literal["stinger"]
    asset: Name
    """The picture."""
    duration: Seconds | None = None
    """None: as long as the picture plays once."""
    cut_at: Seconds | None = None
    """Seconds after the start; None: in the middle."""
    frame_ms: FrameTimes | None = None
    """Of the picture; written by the farm, which knows it, like ``content``."""
    content: Name | None = None
    """Where the picture's bytes lie."""

    @property
    def address(self) -> str:
        """What workers ask for."""
        return self.content or self.asset

    @property
    def seconds(self) -> float:
        """How long it takes."""
        if self.duration is not None:
            return self.duration
        return min(sum(self.frame_ms) / 1000, MAX_TRANSITION_S) if self.frame_ms else STILL_STINGER_S

    @property
    def cut_s(self) -> float:
        """When the pictures change, seconds after the start."""
        return self.seconds / 2 if self.cut_at is None else min(self.cut_at, self.seconds)


Mixing = Fade | Slide | Push | Wipe | Zoom
"""Those that draw two scenes and make one picture of them."""
AnyTransition = Cut | Mixing | Stinger
Transition = Annotated[Annotated[AnyTransition, Field(discriminator="type")], BeforeValidator(spelt_alike)]

CUT = Cut(type="cut")
