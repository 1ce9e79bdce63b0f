"""What a film shows of a show: the scene that it begins with, and its takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from farm.errors import InputError
from farm.settings import Settings
from scene.animation import MAX_TIME_S
from scene.mistakes import SceneMistakes
from scene.show import Show
from scene.show_edits import parse_transition
from scene.transitions import CUT, AnyTransition
from workers.assets import AssetSource
from workers.offline.timing import with_show_told

_FORM = "a take is TIME:SCENE:TYPE:SECONDS, such as 2.5:break:fade:0.5; all but the time may be left out"


class PlannedTake(NamedTuple):
    """A take of a film."""

    time_s: float
    """Scene time."""
    scene: str | None
    """None: the one on preview."""
    transition: AnyTransition


def rundown(
    show: Show, program: str | None, takes: Sequence[str], source: AssetSource, settings: Settings
) -> tuple[Show, list[PlannedTake]]:
    """``show`` with ``program`` on air first and with what its pictures say of themselves; and ``takes``.

    Raises InputError.
    """
    if program is not None:
        if program not in show.scenes:
            raise InputError(f"there is no scene {program!r}; there are {', '.join(show.scenes)}")
        show = replace(show, program=program, take=None, since={})
    return with_show_told(show, source, settings), [parse_take(text) for text in takes]


def parse_take(text: str) -> PlannedTake:
    """``"2.5:break:fade:0.5"``. Raises InputError."""
    time, scene, kind, duration, *rest = [*text.split(":"), "", "", ""]
    if any(rest):
        raise InputError(f"{text!r} has too many parts; {_FORM}")
    try:
        time_s, options = float(time), {"duration": float(duration)} if duration else {}
    except ValueError as error:
        raise InputError(f"{text!r} has something else than a number of seconds; {_FORM}") from error
    if not 0 <= time_s <= MAX_TIME_S:
        raise InputError(f"{text!r} lies outside of the show; {_FORM}")
    try:
        transition: AnyTransition = parse_transition({"type": kind, **options}) if kind else CUT
    except SceneMistakes as error:
        raise InputError(f"--take {text}: {error}") from error
    return PlannedTake(time_s, scene or None, transition)
