"""How often previews are made: while somebody looks, and seldom of an overloaded stream."""

from __future__ import annotations

import threading

import pytest

from encoder.canvas import Canvas
from encoder.preview import IDLE_PERIOD_S, PERIOD_S, SPARING_PERIOD_S, Preview
from farm.messages import Relief, to_json
from farm.store import keys
from farm.store.connection import FarmRedis


@pytest.fixture
def preview(redis: FarmRedis) -> Preview:
    canvas = Canvas(64, 36)
    return Preview("s", lambda: canvas, redis, threading.Event())


def test_nobody_looks(preview: Preview, redis: FarmRedis) -> None:
    assert preview.look() == IDLE_PERIOD_S
    assert redis.get(keys.preview("s")) is None


@pytest.mark.parametrize(
    ("rungs", "period_s"), [((), PERIOD_S), (("batch",), PERIOD_S), (("batch", "preview"), SPARING_PERIOD_S)]
)
def test_an_overloaded_stream_has_fewer_previews(
    preview: Preview, redis: FarmRedis, rungs: tuple[str, ...], period_s: float
) -> None:
    redis.set(keys.preview_wanted("s"), "1")
    redis.set(keys.relief("s"), to_json(Relief(rungs)))
    assert preview.look() == period_s
    assert redis.get(keys.preview("s")) is not None
