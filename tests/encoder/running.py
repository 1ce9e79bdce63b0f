"""Starting the real encoder processes for tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from encoder.order import ProcessOrder
from farm.messages import OutputSpec, StreamConfig, StreamReport, StreamSpec, from_json, to_json
from farm.store import keys
from farm.store.connection import FarmRedis

ROOT = Path(__file__).parents[2]
SMALL = StreamConfig(
    width=320, height=180, fps=Fraction(30), bitrate_kbps=2000, gop_frames=30, hardware_acceleration=False
)


def small_spec(stream: str, *urls: str, generation: int = 1, config: StreamConfig = SMALL) -> StreamSpec:
    outputs = tuple(OutputSpec(f"out-{i}", url) for i, url in enumerate(urls, 1))
    return StreamSpec(stream, generation, config, outputs)


def environment(redis_url: str, **settings: object) -> dict[str, str]:
    named = {name.upper(): str(value) for name, value in settings.items()}
    return os.environ | {"REDIS_URL": redis_url, "LOG_FORMAT": "json", "OUTPUT_RETRY_MAX_MS": "500"} | named


def label_of(stream: str) -> str:
    """The ring label of :func:`encoder_process`: other test runs on this host have others."""
    return f"{stream}-test-{os.getpid()}"


@contextmanager
def encoder_process(
    redis_url: str, spec: StreamSpec, *, epoch: int = 1, **settings: object
) -> Iterator[subprocess.Popen[bytes]]:
    """One stream's process; killed at the end if it still runs."""
    order = ProcessOrder(spec, epoch, "node-1", label_of(spec.stream))
    process = subprocess.Popen(
        [sys.executable, "-m", "encoder.process"],
        stdin=subprocess.PIPE,
        cwd=ROOT,
        env=environment(redis_url, **settings),
    )
    with process:
        assert process.stdin is not None
        process.stdin.write(to_json(order))
        process.stdin.close()
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(8)
                finally:
                    process.kill()


def report_of(redis: FarmRedis, stream: str) -> StreamReport | None:
    data = redis.get(keys.report(stream))
    return None if data is None else from_json(data, StreamReport)
