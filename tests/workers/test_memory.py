"""When a process that draws is too large."""

from __future__ import annotations

import pytest

from farm.clock import ManualClock
from farm.settings import load_settings
from workers.memory import EVERY_NS, MemoryLimit, proportional_bytes, resident_bytes


def limit(clock: ManualClock, resident: int, proportional: int, bytes_: int = 100) -> MemoryLimit:
    return MemoryLimit(bytes_, clock, at_most=lambda: resident, measure=lambda: proportional)


@pytest.mark.parametrize(
    ("resident", "proportional", "exceeded"), [(100, 999, False), (101, 100, False), (101, 101, True)]
)
def test_what_is_shared_counts_by_its_share(resident: int, proportional: int, exceeded: bool) -> None:
    clock = ManualClock()
    watched = limit(clock, resident, proportional)
    clock.advance_ns(EVERY_NS)
    assert watched.exceeded() is exceeded


def test_it_is_looked_at_now_and_then() -> None:
    clock = ManualClock()
    watched = limit(clock, 999, 999)
    assert not watched.exceeded()
    clock.advance_ns(EVERY_NS)
    assert watched.exceeded()
    assert not watched.exceeded()


def test_without_a_limit_nothing_is_too_large() -> None:
    clock = ManualClock()
    watched = limit(clock, 999, 999, 0)
    clock.advance_ns(EVERY_NS)
    assert not watched.exceeded()


def test_this_process_is_measured() -> None:
    assert 0 < proportional_bytes() <= 1.5 * resident_bytes()


@pytest.mark.parametrize(
    ("settings", "megabytes"),
    [({}, 512 + 64), ({"RASTER_CACHE_MB": "1000"}, 1512), ({"WORKER_MEMORY_MB": "0"}, 0)],
)
def test_the_caches_have_room_of_their_own(settings: dict[str, str], megabytes: int) -> None:
    assert load_settings(settings).worker_memory_bytes() == megabytes * 1_000_000
