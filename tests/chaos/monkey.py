"""Something random dies or hangs every other second, by a plan that follows from a seed."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass

import psutil

from farm.errors import FarmError
from tests.chaos.case import Arena, Case, Marks
from tests.chaos.faults import Victim, drawing_process, encoder_process, http_process, service
from tests.chaos.one_host import BACK_MS, BLACK, COORDINATOR_MS, PROCESS_MS

SEED = 7
SECONDS = 30.0
PAUSE_S = (1.0, 2.0)
"""Between two deeds, from the beginning of one to that of the next."""
STOPPED_S = (0.2, 0.9)
ENCODER = "encoder process"
ENCODER_STOPPED_S = (0.1, 0.4)
"""So short a stop is no death: its node has more patience."""
MOST_ENCODER_DEATHS = 2
"""After more its node waits longer and longer; that is another promise."""

VICTIMS: Mapping[str, Victim] = {
    "worker-1": service("worker-1"),
    "worker-2": service("worker-2"),
    "a process of worker-1": drawing_process("worker-1"),
    "a process of worker-2": drawing_process("worker-2"),
    "coordinator": service("coordinator"),
    "coordinator-2": service("coordinator-2"),
    "API": service("api"),
    "HTTP": http_process,
    "fork server": service("forks"),
    "Redis": service("redis"),
    "encoder node": service("encoder"),
    ENCODER: encoder_process,
}


@dataclass(frozen=True)
class Deed:
    """One thing that the monkey does."""

    at_s: float
    """Since its beginning."""
    victim: str
    stopped_s: float | None
    """For so long the process is stopped; None when it is killed."""

    @property
    def ends_encoder(self) -> bool:
        """Whether it costs the stream its process, and so its connection."""
        return self.victim == ENCODER and self.stopped_s is None


def plan(seed: int, seconds: float = SECONDS) -> tuple[Deed, ...]:
    """What happens when; the same for the same seed."""
    chance = random.Random(seed)
    deeds: list[Deed] = []
    at_s = 0.0
    while at_s < seconds:
        victim, dies = chance.choice(sorted(VICTIMS)), chance.random() < 0.5
        lasts_s = chance.uniform(*(ENCODER_STOPPED_S if victim == ENCODER else STOPPED_S))
        deed = Deed(at_s, victim, None if dies else lasts_s)
        if deed.ends_encoder and encoder_deaths(deeds) == MOST_ENCODER_DEATHS:
            continue
        deeds.append(deed)
        at_s += chance.uniform(*PAUSE_S)
    return tuple(deeds)


def encoder_deaths(deeds: Sequence[Deed]) -> int:
    """How often the stream's process dies."""
    return sum(deed.ends_encoder for deed in deeds)


def rage(deeds: Sequence[Deed]) -> Callable[[Arena], AbstractContextManager[None]]:
    """Do all of them."""

    @contextmanager
    def strike(arena: Arena) -> Iterator[None]:
        began = time.monotonic()
        for deed in deeds:
            # The plan is one of moments; nothing else says that the next has come.
            time.sleep(max(0.0, began + deed.at_s - time.monotonic()))
            # Who is not there at the moment cannot be hurt, and who died meanwhile needs no signal.
            with suppress(psutil.Error, LookupError, ValueError, FarmError):
                _do(deed, VICTIMS[deed.victim](arena.farm))
        yield

    return strike


def _do(deed: Deed, process: psutil.Process) -> None:
    if deed.stopped_s is None:
        process.kill()
        return
    process.send_signal(signal.SIGSTOP)
    time.sleep(deed.stopped_s)
    process.send_signal(signal.SIGCONT)


def case(seed: int) -> Case:
    """The case of this seed, and what a viewer may notice of it."""
    deeds = plan(seed)
    deaths = encoder_deaths(deeds)
    marks = Marks(
        BACK_MS + COORDINATOR_MS,
        reconnects=deaths,
        unreadable=deaths * BLACK,
        silence_ms=PROCESS_MS,
    )
    return Case(f"a monkey, {SECONDS:g} s, seed {seed}", rage(deeds), marks)
