"""``make chaos``: break everything that a farm consists of, one thing after the other, and watch the stream.

Exit code 1 when a mark is missed. A case that fails takes its farm along; the next gets a new one.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from farm.perf.results import circumstances, keep_result
from tests.chaos import (
    at_once,
    destinations,
    encoder_hosts,
    full_disk,
    monkey,
    one_host,
    own_redis,
    two_hosts,
)
from tests.chaos.case import Arena, Case, Outcome, run_case
from tests.chaos.report import as_values, in_markdown, print_table, rows, write_page

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
RESULTS = Path(__file__).parents[2] / "bench" / "results"
Found = Callable[[Path, dict[str, str]], Arena]


def stages(seed: int) -> tuple[tuple[Found, tuple[Case, ...]], ...]:
    """What to break, and the farm to break it in. What is random follows from ``seed``."""
    return (
        (one_host.OneHost, (*one_host.CASES, *at_once.CASES, *destinations.CASES, monkey.case(seed))),
        (two_hosts.TwoHosts, two_hosts.CASES),
        (two_hosts.SteppedHost, two_hosts.ONE_HOST_CASES),
        (encoder_hosts.EncoderHosts, encoder_hosts.CASES),
        (own_redis.OwnRedis, own_redis.CASES),
        (full_disk.FullDisk, full_disk.CASES),
    )


class Stage:
    """One kind of farm: started for the first case, and again after a case that failed."""

    def __init__(self, found: Found, settings: dict[str, str]) -> None:
        self._found = found
        self._settings = settings
        self._arena: Arena | None = None
        self._folder: TemporaryDirectory[str] | None = None

    def arena(self) -> Arena:
        """The farm, running."""
        if self._arena is None:
            self._folder = TemporaryDirectory(prefix="framefarm-chaos-", ignore_cleanup_errors=True)
            self._arena = self._found(Path(self._folder.name), self._settings)
        return self._arena

    def close(self) -> None:
        """End the farm, if there is one."""
        arena, self._arena = self._arena, None
        try:
            if arena is not None:
                arena.close()
        except Exception as error:  # noqa: BLE001  the cases go on, and this one's outcome is known already
            _say(f"the farm did not end well: {error}")
        finally:
            if self._folder is not None:
                self._folder.cleanup()


def main() -> int:
    """Run the cases that are asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="cases whose name contains one of these")
    parser.add_argument("--size", default="1280x720", help="width x height of the stream")
    parser.add_argument("--keep", action="store_true", help="write the page's table and a file of results")
    parser.add_argument("--seed", type=int, default=monkey.SEED, help="of the case that is random")
    parser.add_argument("--list", action="store_true", help="name the cases and run none")
    options = parser.parse_args()
    chosen = [
        (found, [case for case in cases if _wanted(case, options.only)])
        for found, cases in stages(options.seed)
    ]
    if options.list:
        print(*(case.name for _, cases in chosen for case in cases), sep="\n")  # noqa: T201
        return 0
    # So that a run that is ended takes its farms along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    outcomes = [outcome for found, cases in chosen for outcome in _play(found, cases, options.size)]
    table_rows = rows([case for _, cases in chosen for case in cases], outcomes)
    print_table(table_rows)
    if options.keep:
        measured = {**circumstances(), "size": options.size, **as_values(outcomes)}
        keep_result("chaos", measured, RESULTS)
        write_page(PAGE, in_markdown(table_rows, measured, options.size))
    return 1 if any(outcome.missed for outcome in outcomes) else 0


def _wanted(case: Case, words: list[str]) -> bool:
    return not words or any(word in case.name for word in words)


def _play(found: Found, cases: list[Case], size: str) -> Iterator[Outcome]:
    stage = Stage(found, {"STREAM_RESOLUTION": size})
    try:
        for case in cases:
            began = time.monotonic()
            outcome = _outcome(case, stage)
            if outcome.missed:
                stage.close()
            told = "; ".join(outcome.missed) or "kept"
            _say(f"{case.name}: {told} ({time.monotonic() - began:.0f} s)")
            yield outcome
    finally:
        stage.close()


def _outcome(case: Case, stage: Stage) -> Outcome:
    try:
        return run_case(case, stage.arena())
    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001  the boundary between cases
        first_line = next(iter(str(error).splitlines()), "")
        return Outcome(case.name, None, 0, (f"{type(error).__name__}: {first_line}",))


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
