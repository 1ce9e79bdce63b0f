"""What reports tell of an overload, and what they do not."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import msgspec
import pytest

from coordinator.strain import Cause, strain_of
from tests.api_realtime.farm_fixtures import REPORT

FPS = Fraction(30)
BEFORE = msgspec.structs.replace(REPORT, repeated={}, refused={}, fps=30.0)


def later(**changes: Any) -> Any:
    return msgspec.structs.replace(BEFORE, **{"emitted": BEFORE.emitted + 30, **changes})


@pytest.mark.parametrize(
    ("now", "cause"),
    [
        (later(), None),
        (later(repeated={"late": 1}), None),
        (later(repeated={"late": 3}), Cause.FARM),
        (later(repeated={"missing": 20}, refused={"passed": 5}), Cause.FARM),
        (later(repeated={"missing": 20}, queue_ms=200.0), Cause.FARM),
        (later(repeated={"late": 3}, host_cpu_percent=99.0), Cause.HOST),
        (later(host_cpu_percent=99.0), None),
        (later(encode_ms=32.0, fps=25.0), Cause.ENCODER),
        (later(encode_ms=32.0, fps=30.0), None),
        (later(encode_ms=5.0, fps=20.0), None),
    ],
)
def test_an_overload_has_a_cause(now: Any, cause: Cause | None) -> None:
    found = strain_of(BEFORE, now, FPS)
    assert found is not None
    assert found.cause is cause


def test_a_farm_that_is_silent_is_not_overloaded() -> None:
    found = strain_of(BEFORE, later(repeated={"missing": 30}), FPS)
    assert found is not None
    assert (found.cause, found.missed, found.easy) == (None, 1.0, False)


@pytest.mark.parametrize(
    "now", [later(queue_ms=20.0), later(encode_ms=25.0), later(repeated={"late": 1})], ids=str
)
def test_ease_means_that_there_is_room(now: Any) -> None:
    found = strain_of(BEFORE, now, FPS)
    assert found is not None
    assert not found.easy


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (None, later()),
        (BEFORE, BEFORE),
        (BEFORE, later(epoch=BEFORE.epoch + 1)),
        (BEFORE, later(pid=1)),
        (msgspec.structs.replace(BEFORE, emitted=80), later(emitted=110)),
    ],
)
def test_what_cannot_be_compared_says_nothing(before: Any, now: Any) -> None:
    assert strain_of(before, now, FPS) is None


def test_pictures_held_on_purpose_are_not_missed() -> None:
    found = strain_of(BEFORE, later(held=15), FPS)
    assert found is not None
    assert (found.missed, found.easy) == (0.0, True)
