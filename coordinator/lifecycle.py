"""A stream's life: the state machine of ARCHITECTURE.md, as one table and one pure function."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from farm.messages import Desired, State


class Observed(NamedTuple):
    """What there is to see of a stream."""

    desired: Desired
    placed: bool = False
    """A node has it among its assignments, and is there or at least its process is."""
    ticking: bool = False
    """Its process gave credit a moment ago."""
    restarting: bool = False
    """Its node says that the process ended and is started again."""
    gave_up: bool = False
    """The process of this generation was restarted too often; nobody tries any more."""
    gone: bool = False
    """No process is left."""

    @property
    def wanted(self) -> bool:
        """Whether it is to run, paused or not."""
        return self.desired is not Desired.STOPPED


def _wanted(seen: Observed) -> bool:
    return seen.wanted


def _unwanted(seen: Observed) -> bool:
    return not seen.wanted


def _taken(seen: Observed) -> bool:
    return seen.wanted and seen.placed


def _lost(seen: Observed) -> bool:
    return not seen.placed


def _gave_up(seen: Observed) -> bool:
    return seen.gave_up


def _restarting(seen: Observed) -> bool:
    return seen.restarting and not seen.ticking


def _playing(seen: Observed) -> bool:
    return seen.ticking and seen.desired is Desired.LIVE


def _pausing(seen: Observed) -> bool:
    return seen.ticking and seen.desired is Desired.PAUSED


def _wants_play(seen: Observed) -> bool:
    return seen.desired is Desired.LIVE


def _wants_pause(seen: Observed) -> bool:
    return seen.desired is Desired.PAUSED


def _gone(seen: Observed) -> bool:
    return seen.gone


def _new_generation(seen: Observed) -> bool:
    return not seen.gave_up


Condition = Callable[[Observed], bool]

TRANSITIONS: dict[State, tuple[tuple[Condition, State], ...]] = {
    State.IDLE: ((_wanted, State.WAITING),),
    State.WAITING: (
        (_unwanted, State.IDLE),
        (_taken, State.STARTING),
    ),
    State.STARTING: (
        (_unwanted, State.STOPPING),
        (_gave_up, State.FAILED),
        (_lost, State.WAITING),
        (_playing, State.LIVE),
        (_pausing, State.PAUSED),
    ),
    State.LIVE: (
        (_unwanted, State.STOPPING),
        (_gave_up, State.FAILED),
        (_lost, State.WAITING),
        (_restarting, State.STARTING),
        (_wants_pause, State.PAUSED),
    ),
    State.PAUSED: (
        (_unwanted, State.STOPPING),
        (_gave_up, State.FAILED),
        (_lost, State.WAITING),
        (_restarting, State.STARTING),
        (_wants_play, State.LIVE),
    ),
    State.STOPPING: (
        (_taken, State.STARTING),
        (_gone, State.IDLE),
    ),
    State.FAILED: (
        (_unwanted, State.IDLE),
        (_new_generation, State.WAITING),
    ),
}
"""For each state, what makes it another; the first that holds counts."""


def next_state(state: State, seen: Observed) -> State:
    """The state after ``state``, one step further; itself when nothing that is seen moves it."""
    return next((to for holds, to in TRANSITIONS[state] if holds(seen)), state)


def settle(state: State, seen: Observed) -> State:
    """The state in which ``seen`` leaves the stream at rest."""
    for _ in State:
        after = next_state(state, seen)
        if after is state:
            break
        state = after
    return state
