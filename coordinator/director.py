"""Puts credits into effect: keeps the program, orders the frames, tells what went on air."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from coordinator.degrade import Measures
from coordinator.dispatch import Dispatch, Show, dispatch, handed_over, resume
from coordinator.hedging import Hedger
from coordinator.isolation import Isolation
from coordinator.order import Order, relieved
from coordinator.publisher import USUAL, Publisher, Terms
from coordinator.teller import Teller
from coordinator.tenure import Tenure
from farm.clock import Clock
from farm.log import get_logger
from farm.messages import Credit, FrameTask
from farm.store.keepsake import OnAir
from farm.store.leases import Lease
from farm.store.programs import Program, ProgramStore
from farm.tasks import LANES

log = get_logger(__name__)

MIN_BACKLOG = 32
"""Tasks of a priority that may wait for a worker however few frames are wanted."""
_PRIORITIES = {lane: priority for priority, lane in LANES.items()}


class Director:
    """Drives what is on air of the streams whose leases ``tenure`` holds. Methods raise StoreUnavailable."""

    def __init__(
        self,
        tenure: Tenure,
        programs: ProgramStore,
        publisher: Publisher,
        teller: Teller,
        hedger: Hedger,
        clock: Clock,
    ) -> None:
        self._tenure = tenure
        self._programs = programs
        self._publisher = publisher
        self._teller = teller
        self._hedger = hedger
        self._clock = clock
        self._orders: dict[str, Order] = {}
        self._shows: dict[str, Show] = {}
        self._kept_emitted: dict[str, int] = {}
        self._isolation = Isolation()
        self._isolated_telling = Isolation()
        self._stuck: set[str] = set()
        """Lanes in which more tasks wait than workers take."""

    def order(self, stream: str, order: Order) -> None:
        """What is to be on air of ``stream`` from the next frame on that is ordered."""
        self._orders[stream] = order

    def refresh(self, stream: str, snapshot: int) -> None:
        """``snapshot`` is live in ``stream``: show it from the next frame on, unless a newer one is known."""
        order = self._orders.get(stream)
        if order is not None and order.snapshot < snapshot:
            self._orders[stream] = order._replace(snapshot=snapshot)

    def relieve(self, stream: str, measures: Measures) -> None:
        """From the next frame on, have ``stream`` do with ``measures``."""
        order = self._orders.get(stream)
        if order is not None:
            self._orders[stream] = relieved(order, measures)

    def on_air(self) -> list[OnAir]:
        """What each stream shows that this process drives."""
        return [
            _on_air(stream, show.program, self._orders[stream])
            for stream, show in self._shows.items()
            if stream in self._orders
        ]

    def put_down(self, stream: str) -> None:
        """Write down what another coordinator needs to go on with ``stream`` at the next frame."""
        show, lease = self._shows.get(stream), self._tenure.lease(stream)
        if show is not None and lease is not None and show.program.fence == lease.fence:
            self._programs.write(lease, handed_over(show), {})

    def forget(self, stream: str) -> None:
        """Order no more frames of ``stream``, and drop what is known of it."""
        self._orders.pop(stream, None)
        self._shows.pop(stream, None)
        self._kept_emitted.pop(stream, None)

    def forget_all_but(self, streams: Collection[str]) -> None:
        """Drop what is known of streams that somebody else drives."""
        for stream in (self._orders.keys() | self._shows.keys()) - set(streams):
            self.forget(stream)
        self._teller.forget_all_but(streams)
        self._hedger.forget_all_but(streams)

    def direct(self, credits_: Iterable[Credit], *, frames_wanted: int, drawers: int = 0) -> int:
        """Order the frames that ``credits_``, one a stream, call for; how many.

        ``frames_wanted`` is how many frames all streams of the farm together want to be under way: once twice
        as many of a priority wait for workers, none of it are added until they are fewer; those of others
        are not to suffer for that. ``drawers`` is how many frames the workers can draw at once: late frames
        are ordered again only while one of several is free.
        """
        mine = [(credit, lease) for credit in credits_ if (lease := self._tenure.lease(credit.stream))]
        bound = max(MIN_BACKLOG, 2 * frames_wanted)
        if mine and self._stuck:
            self._note(self._publisher.waiting(), bound)
            mine = [(credit, lease) for credit, lease in mine if self._lane(credit.stream) not in self._stuck]
        if not mine:
            return 0
        steps: dict[str, Dispatch] = {}
        for credit, lease in mine:
            with self._isolation.around(credit.stream):
                step = self._step(credit, lease)
                if step is not None:
                    steps[credit.stream] = step
        tasks = [task for step in steps.values() for task in step.tasks]
        terms = {
            stream: _terms(order)
            for stream in (credit.stream for credit, _ in mine)
            if (order := self._orders.get(stream)) is not None
        }
        again = self._late(mine, drawers)
        self._note(self._publisher.publish(tasks, terms), bound)
        self._publisher.publish_again(again, terms)
        self._hedger.ordered(tasks)
        for stream, step in steps.items():
            with self._isolated_telling.around(stream):
                self._tell(stream, step)
        return len(tasks)

    def _late(self, mine: Sequence[tuple[Credit, Lease]], drawers: int) -> list[FrameTask]:
        """Second draws of what was ordered in earlier turns."""

        def free() -> bool:
            return drawers > 1 and self._publisher.backlog() < drawers

        now_ns = self._clock.monotonic_ns()
        return [
            task
            for credit, lease in mine
            for task in self._hedger.choose(credit, lease.fence, free=free, now_ns=now_ns)
        ]

    def keep_place(self) -> None:
        """Write down how far each stream came, so that whoever goes on after a crash of all goes on there."""
        for stream, show in self._shows.items():
            lease, emitted = self._tenure.lease(stream), show.program.emitted
            if lease is None or lease.fence != show.program.fence:
                continue
            if self._kept_emitted.get(stream) != emitted:
                self._programs.write(lease, show.program, {})
                self._kept_emitted[stream] = emitted

    def _step(self, credit: Credit, lease: Lease) -> Dispatch | None:
        stream = credit.stream
        order = self._orders.get(stream)
        if order is None:
            return None
        if credit.fence > lease.fence:
            log.warning("somebody else's frames are on air", stream=stream, fence=credit.fence)
            self._tenure.outrank(stream, credit.fence)
            return None
        step = dispatch(self._show(stream, lease), credit, order, lease.fence, self._clock.monotonic_ns())
        if step is None:
            return None
        if step.rewritten and not self._programs.write(
            lease, step.show.program, step.births, premiere=step.premiere, snapshot=step.refreshed
        ):
            log.warning("lost the lease", stream=stream)
            self._tenure.give_up(stream)
            return None
        self._shows[stream] = step.show
        return step

    def _tell(self, stream: str, step: Dispatch) -> None:
        """Tell of what goes on air with ``step``, which nothing waits for."""
        order = self._orders.get(stream)
        follows = order.variant_of if order is not None else None
        self._teller.tell(stream, follows.stream if follows else stream, step)

    def _show(self, stream: str, lease: Lease) -> Show | None:
        """What is on air. What another owner wrote since is newer than what we remember; but what Redis
        lost in a crash, we still know."""
        show = self._shows.get(stream)
        if show is not None and show.program.fence == lease.fence:
            return show
        stored = self._programs.load(stream)
        if stored is not None and (show is None or stored.fence > show.program.fence):
            return resume(stored)
        return show

    def _lane(self, stream: str) -> str:
        order = self._orders.get(stream)
        return (USUAL if order is None else _terms(order)).lane

    def _note(self, waiting: Mapping[str, int], bound: int) -> None:
        """Note in which lanes workers do not keep up; said once when it begins and once when it ends."""
        for lane, tasks in waiting.items():
            if tasks > bound and lane not in self._stuck:
                self._stuck.add(lane)
                told = {"priority": _PRIORITIES[lane], "waiting": tasks, "bound": bound}
                log.warning("workers do not keep up; ordering no more frames until they do", **told)
            elif tasks <= bound and lane in self._stuck:
                self._stuck.remove(lane)
                log.info("workers keep up again", priority=_PRIORITIES[lane], waiting=tasks)


def _terms(order: Order) -> Terms:
    return Terms(order.batch, order.priority)


def _on_air(stream: str, program: Program, order: Order) -> OnAir:
    return OnAir(
        stream=stream,
        source=order.variant_of.stream if order.variant_of else stream,
        revisions=frozenset(segment.revision for segment in program.segments),
        snapshots=frozenset(segment.snapshot for segment in program.segments if segment.snapshot),
        newest=order.revision,
        fence=program.fence,
    )
