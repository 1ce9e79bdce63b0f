"""The benchmarks, each as long as it takes to be sure, and the marks that they are held to.

The marks are those of docs/performance.md, for a machine with two cores.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Mark(NamedTuple):
    """What one number of a result is to be."""

    path: str
    """The keys that lead to the number, with blanks between them."""
    limit: float | None = None
    """None where nothing is promised."""
    at_least: bool = False
    """Or else at most."""

    def words(self) -> str:
        """Such as "at most 50"."""
        return "" if self.limit is None else f"at {'least' if self.at_least else 'most'} {self.limit:g}"

    def judged(self, result: Mapping[str, Any]) -> Judgement:
        """What ``result`` has there, and whether that is good enough."""
        value: Any = result
        for key in self.path.split():
            value = value[key]
        if self.limit is None:
            return Judgement(self, value, kept=True)
        return Judgement(self, value, kept=value >= self.limit if self.at_least else value <= self.limit)


class Judgement(NamedTuple):
    """A number beside its mark."""

    mark: Mark
    value: float
    kept: bool


class Benchmark(NamedTuple):
    """One command of ``framefarm perf``."""

    name: str
    arguments: tuple[str, ...]
    marks: tuple[Mark, ...]


BENCHMARKS = (
    Benchmark("compose", (), (Mark("scenes typical full_ms"), Mark("scenes typical patch_ms"))),
    Benchmark("live", ("--fps", "60", "--seconds", "60"), (Mark("late", 0), Mark("latency_ms p99", 50))),
    Benchmark("dispatch", (), (Mark("frames_per_s", 1000, at_least=True),)),
    Benchmark("wire", (), (Mark("ratio", 0.15),)),
    Benchmark("streams", (), (Mark("streams_1080p30", 6, at_least=True),)),
    Benchmark("scale", (), (Mark("of_linear", 0.9, at_least=True),)),
    Benchmark("compare", (), (Mark("ratio", 0.85), Mark("one_a_task_ratio", 1.0))),
    Benchmark("memory", ("--minutes", "30"), (Mark("pss_mb", 256), Mark("grows", 0))),
)
"""In the order in which they run: short ones first."""
