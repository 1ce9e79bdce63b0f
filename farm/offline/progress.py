"""How far a render is, for people: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import NamedTuple, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from farm.clock import Clock

LINE_EVERY_NS = 5_000_000_000


class Standing(NamedTuple):
    """Where a render stands: ``done`` of ``frames``, of which some had to be ordered again."""

    done: int
    frames: int
    ordered_again: int
    state: str = "live"


class Pace:
    """Frames per second since somebody looks, which is not since the first frame when a render goes on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._first: tuple[int, int] | None = None

    def frames_s(self, done: int) -> float:
        """So far; 0 while there is nothing to measure."""
        now_ns = self._clock.monotonic_ns()
        if self._first is None or done < self._first[0]:
            self._first = done, now_ns
        frames, since_ns = done - self._first[0], now_ns - self._first[1]
        return frames * 1e9 / since_ns if since_ns else 0.0


def line(standing: Standing, frames_s: float) -> str:
    """``"120 of 300 frames, 48.0 frames/s, 4 s left, 2 ordered again"``."""
    done, frames, again, state = standing
    words = [f"{done} of {frames} frames"]
    if done == 0:
        words.append(state)
    if frames_s > 0:
        words.append(f"{frames_s:.1f} frames/s")
    if frames_s > 0 and done < frames:
        words.append(f"{(frames - done) / frames_s:.0f} s left")
    if again:
        words.append(f"{again} ordered again")
    return ", ".join(words)


class Shown(Protocol):
    """What shows it; as a context it takes care of the terminal."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Show no more."""

    def show(self, standing: Standing) -> None:
        """It stands like this now."""


class Lines:
    """A line every few seconds, and when the last frame is there; joining takes a while after that."""

    def __init__(self, console: Console, clock: Clock) -> None:
        self._console = console
        self._clock = clock
        self._pace = Pace(clock)
        self._told_ns: int | None = None
        self._told_all = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is left behind."""

    def show(self, standing: Standing) -> None:
        """See :class:`Shown`."""
        frames_s, now_ns = self._pace.frames_s(standing.done), self._clock.monotonic_ns()
        due = self._told_ns is None or now_ns - self._told_ns >= LINE_EVERY_NS
        done = standing.done == standing.frames
        if due or (done and not self._told_all):
            self._told_ns, self._told_all = now_ns, done
            self._console.print(line(standing, frames_s), highlight=False, soft_wrap=True)


class Bar:
    """A bar on a terminal."""

    def __init__(self, console: Console, clock: Clock) -> None:
        self._pace = Pace(clock)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[pace]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[again]}", style="yellow"),
            console=console,
        )
        self._task = self._progress.add_task("waiting", total=None, pace="", again="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, standing: Standing) -> None:
        """See :class:`Shown`."""
        done, frames, again, state = standing
        self._progress.update(
            self._task,
            description="rendering" if done else state,
            completed=done,
            total=frames,
            pace=f"{self._pace.frames_s(done):.1f} frames/s",
            again=f"{again} ordered again" if again else "",
        )


def shown_on(console: Console, clock: Clock) -> Shown:
    """What suits ``console``."""
    return Bar(console, clock) if console.is_terminal else Lines(console, clock)
