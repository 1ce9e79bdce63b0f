"""What a viewer's sightings say about a stream while something was broken: pure, in ticks and nanoseconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple


class Sighting(NamedTuple):
    """One picture that arrived: the frame number that it shows, None when it cannot be read."""

    number: int | None
    at_ns: int
    """``monotonic_ns`` of its arrival."""


@dataclass(frozen=True)
class Findings:
    """What was seen from before the fault until the stream was clean again."""

    pictures: int
    missing_ticks: int
    """Ticks of one encoder process for which no picture came at all."""
    repeated: int
    unreadable: int
    freeze_ms: float
    """How long the picture that stood longest was overdue: ticks in a row that showed nothing new."""
    silence_ms: float
    """The longest time without any picture, beyond a tick's own."""
    epochs: int
    """Times that the frame numbers began anew: another encoder process."""
    recovered_s: float
    """From the end of the fault to the last picture that was not a new one; 0 when there was none."""


def findings(sightings: Sequence[Sighting], fps: float, fault_ended_ns: int) -> Findings:
    """Judge ``sightings``, whose first and last pictures are of calm times."""
    epochs = list(_epochs(sightings))
    bad_ns = [sighting.at_ns for epoch in epochs for sighting in _not_new(epoch)]
    bad_ns += [epoch[0].at_ns for epoch in epochs[1:]]
    gaps_ns = [after.at_ns - before.at_ns for before, after in pairwise(sightings)]
    tick_ms = 1000 / fps
    return Findings(
        pictures=len(sightings),
        missing_ticks=sum(_missing(epoch) for epoch in epochs),
        repeated=sum(sighting.number is not None for epoch in epochs for sighting in _not_new(epoch)),
        unreadable=sum(sighting.number is None for sighting in sightings),
        freeze_ms=round(max((_longest_stand(epoch) for epoch in epochs), default=0) * tick_ms),
        silence_ms=round(max(0.0, max(gaps_ns, default=0) / 1e6 - tick_ms)),
        epochs=max(0, len(epochs) - 1),
        recovered_s=round(max(0.0, (max(bad_ns, default=0) - fault_ended_ns) / 1e9), 2),
    )


def calm_for(sightings: Sequence[Sighting]) -> int:
    """How many of the last pictures in a row each showed the number after the one before."""
    count = 0
    for after, before in pairwise(reversed(sightings)):
        if after.number is None or before.number is None or after.number != before.number + 1:
            break
        count += 1
    return count


def _epochs(sightings: Sequence[Sighting]) -> Iterator[list[Sighting]]:
    """The pictures of each encoder process: within one, numbers never fall."""
    epoch: list[Sighting] = []
    last = -1
    for sighting in sightings:
        if sighting.number is not None:
            if sighting.number < last:
                yield epoch
                epoch = []
            last = sighting.number
        epoch.append(sighting)
    if epoch:
        yield epoch


def _not_new(epoch: Sequence[Sighting]) -> Iterator[Sighting]:
    """Pictures that show no number higher than those before them."""
    shown = -1
    for sighting in epoch:
        if sighting.number is None or sighting.number <= shown:
            yield sighting
        else:
            shown = sighting.number


def _longest_stand(epoch: Sequence[Sighting]) -> int:
    """Most ticks in a row that showed nothing new."""
    longest = stands = 0
    shown = -1
    for sighting in epoch:
        new = sighting.number is not None and sighting.number > shown
        if new and sighting.number is not None:
            shown = sighting.number
        stands = 0 if new else stands + 1
        longest = max(longest, stands)
    return longest


def _missing(epoch: Sequence[Sighting]) -> int:
    """Ticks between the first and the last new picture, less the pictures that came: while all is well a
    picture's number is its tick, and each repeat takes the place of one that was lost."""
    numbered = [(index, s.number) for index, s in enumerate(epoch) if s.number is not None]
    first_index, first = numbered[0] if numbered else (0, 0)
    last = max((number for _, number in numbered), default=first)
    last_index = next((index for index, number in numbered if number == last), first_index)
    return max(0, (last - first) - (last_index - first_index))
