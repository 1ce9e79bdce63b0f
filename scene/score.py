"""What timelines make of layers: the roles that a layer plays in their runs, resolved to tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from scene.animation import BOUNDS
from scene.clock import Clock, clocks
from scene.document import Scene
from scene.motion import Motion, Track, latest_first
from scene.performance import current_runs
from scene.slots import Seat, seats
from scene.steps import Placed, placed
from scene.timeline import Timeline
from scene.tracks import COLOUR_BOUNDS, Values, exact, motions_of, numbers_of


class Moving(Protocol):
    """What gives one of a layer's numbers a value."""

    @property
    def target(self) -> str:
        """The number's name."""
        ...

    def value_at(self, time_s: Fraction) -> float | None:
        """The value at scene time ``time_s``; None when it leaves the number alone."""
        ...


class Playhead:
    """Where one run is. All its tracks ask for the same moment, one after the other; it is found out once."""

    __slots__ = ("_asked", "_shown", "clock", "timeline")

    def __init__(self, timeline: str, clock: Clock) -> None:
        self.timeline = timeline
        self.clock = clock
        self._asked: Fraction | None = None
        self._shown: Fraction | None = None

    def at(self, time_s: Fraction) -> Fraction | None:
        """See :meth:`Clock.play_at_s`. While it stands still the answer is the same object."""
        if time_s is not self._asked:
            shown = self.clock.play_at_s(time_s)
            self._shown = self._shown if shown == self._shown else shown
            self._asked = time_s
        return self._shown


class TimedTrack:
    """A track that goes by a timeline's clock. While that stands still its value is not found out again."""

    __slots__ = ("_asked", "_value", "playhead", "target", "track")

    def __init__(self, playhead: Playhead, track: Track) -> None:
        self.playhead = playhead
        self.track = track
        self.target = track.target
        self._asked: Fraction | None = None
        self._value: float | None = None

    def value_at(self, time_s: Fraction) -> float | None:
        """See :class:`Moving`."""
        play_s = self.playhead.at(time_s)
        if play_s is None:
            return None
        if play_s is not self._asked:
            self._value, self._asked = self.track.value_at(play_s), play_s
        return self._value


@dataclass(frozen=True, slots=True)
class Role:
    """What one layer does in one run."""

    playhead: Playhead
    movements: tuple[Placed, ...]

    def tracks(
        self,
        own: Values,
        before: Sequence[Moving],
        viewport: tuple[float, float],
        bounds: Mapping[str, tuple[float, float]],
    ) -> tuple[TimedTrack, ...]:
        """The numbers that it moves. ``own`` are the layer's, ``before`` is what moves them otherwise."""
        values = {**own, **self._found(before)}
        motions: dict[str, list[Motion]] = {}
        for place in sorted(self.movements, key=lambda place: place.started_s + exact(place.movement.delay)):
            begins_s = place.started_s + exact(place.movement.delay)
            reached = {
                number: value
                for number in numbers_of(place.movement.target)
                if (value := _reached(motions.get(number, ()), bounds.get(number), begins_s)) is not None
            }
            moved = motions_of(place.movement, place.started_s, {**values, **reached}, viewport)
            for target, motion in moved:
                motions.setdefault(target, []).append(motion)
        return tuple(
            TimedTrack(self.playhead, Track(target, latest_first(found), *bounds[target]))
            for target, found in motions.items()
        )

    def _found(self, before: Sequence[Moving]) -> Values:
        """Where the layer's numbers are when the run starts, by what is not of the same timeline."""
        found = {}
        for track in before:
            if isinstance(track, TimedTrack) and track.playhead.timeline == self.playhead.timeline:
                continue
            value = track.value_at(self.playhead.clock.begins_s)
            if value is not None:
                found[track.target] = value
        return found


@dataclass(frozen=True, slots=True)
class Staging:
    """What moves a layer besides its own animations."""

    seat: Seat | None = None
    roles: tuple[Role, ...] = ()
    """Those of the runs that start first come first."""

    def targets(self) -> set[str]:
        """The properties that its roles move."""
        return {place.movement.target for role in self.roles for place in role.movements}

    def directed(
        self,
        own: Values,
        others: Sequence[Moving],
        viewport: tuple[float, float],
        finishing: Mapping[str, tuple[float, float]],
    ) -> tuple[Moving, ...]:
        """``others``, the tracks of a layer with ``own`` values, and those of its roles behind them."""
        bounds = {**BOUNDS, **COLOUR_BOUNDS, **finishing}
        tracks: tuple[Moving, ...] = tuple(others)
        for role in self.roles:
            tracks += role.tracks(own, tracks, viewport, bounds)
        return tracks


NO_STAGING = Staging()


def stagings(scene: Scene, births: Mapping[int, Fraction], revision: int) -> dict[str, Staging]:
    """By layer id, for those layers that a layout or a timeline moves."""
    seated = seats(scene)
    roles = _roles(scene, births, revision)
    return {
        layer_id: Staging(seated.get(layer_id), tuple(roles.get(layer_id, ())))
        for layer_id in seated.keys() | roles.keys()
    }


def _roles(scene: Scene, births: Mapping[int, Fraction], revision: int) -> dict[str, list[Role]]:
    runs = current_runs(scene, revision)
    begun = [
        (clock, run.timeline)
        for run, clock in zip(runs, clocks(scene.timelines, runs, births), strict=True)
        if clock is not None
    ]
    movements = {timeline.id: _by_layer(timeline) for timeline in scene.timelines}
    found: dict[str, list[Role]] = {}
    for clock, timeline in sorted(begun, key=lambda one: one[0].begins_s):
        playhead = Playhead(timeline, clock)
        for layer_id, moved in movements[timeline].items():
            found.setdefault(layer_id, []).append(Role(playhead, tuple(moved)))
    return found


def _by_layer(timeline: Timeline) -> dict[str, list[Placed]]:
    found: dict[str, list[Placed]] = {}
    for movement in placed(timeline.steps)[0]:
        found.setdefault(movement.layer, []).append(movement)
    return found


def _reached(motions: Sequence[Motion], bounds: tuple[float, float] | None, time_s: Fraction) -> float | None:
    """Where ``motions`` of one number have brought it; None when they have not begun."""
    return Track("", latest_first(motions), *bounds).value_at(time_s) if motions and bounds else None
