"""What a node does about one stream, as a pure function of what it sees.

Times are ``monotonic_ns``. A death is an end that nobody asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from encoder.backoff import retry_delay_s

DEATHS_WITHIN_NS = 60_000_000_000
LONGEST_PAUSE_S = 10.0


class Action(Enum):
    """The next step."""

    NOTHING = auto()
    START = auto()
    HAND_OVER = auto()
    TERMINATE = auto()
    KILL = auto()
    GIVE_UP = auto()
    FORGET = auto()


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient a node is."""

    max_restarts: int
    """Within a minute."""
    kill_after_ns: int
    answer_within_ns: int = 5_000_000_000
    """How long a process may take to say whether it takes over another spec."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is to be seen of one stream."""

    wanted: int | None
    """The generation that is to run; None when none is."""
    running: int | None = None
    """The generation that runs; None when no process does."""
    terminated_ns: int | None = None
    """When the process was told to end."""
    asked_ns: int | None = None
    """When it was told of the generation that is wanted; what it said to that is awaited."""
    refused: bool = False
    """It cannot take over the generation that is wanted."""
    deaths_ns: tuple[int, ...] = ()
    """Of the wanted generation, oldest first."""
    gave_up: bool = False
    """On the wanted generation."""
    stuck: bool = False
    """The process lives but does not tick, although nobody told it to end."""
    finished: bool = False
    """The wanted generation has done its work."""


def next_action(sight: Sight, limits: Limits, now_ns: int) -> Action:
    """The step that brings what runs nearer to what is wanted."""
    if sight.running is not None:
        return _about_running(sight, limits, now_ns)
    if sight.wanted is None:
        return Action.FORGET
    recent = recent_deaths(sight.deaths_ns, now_ns)
    if sight.gave_up or sight.finished or now_ns < _earliest_start_ns(recent):
        return Action.NOTHING
    return Action.GIVE_UP if len(recent) > limits.max_restarts else Action.START


def recent_deaths(deaths_ns: tuple[int, ...], now_ns: int) -> tuple[int, ...]:
    """Those that count."""
    return tuple(death for death in deaths_ns if now_ns - death < DEATHS_WITHIN_NS)


def _about_running(sight: Sight, limits: Limits, now_ns: int) -> Action:
    if sight.terminated_ns is not None:
        overdue = now_ns - sight.terminated_ns >= limits.kill_after_ns
        return Action.KILL if overdue else Action.NOTHING
    if sight.stuck:
        return Action.KILL
    if sight.running == sight.wanted:
        return Action.NOTHING
    if sight.wanted is None or sight.refused:
        return Action.TERMINATE
    if sight.asked_ns is None:
        return Action.HAND_OVER
    overdue = now_ns - sight.asked_ns >= limits.answer_within_ns
    return Action.TERMINATE if overdue else Action.NOTHING


def _earliest_start_ns(deaths_ns: tuple[int, ...]) -> int:
    """At once after the first death, for the stream is off air; then later and later."""
    if len(deaths_ns) < 2:
        return 0
    return deaths_ns[-1] + int(retry_delay_s(len(deaths_ns) - 1, 1.0, LONGEST_PAUSE_S) * 1e9)
