"""Cases that go wrong, for the tests of who notices. Imports next to nothing: each has its own process."""

from __future__ import annotations

import os
import random

from tests.fuzz.trial import MEMORY_MB


def raises(_rng: random.Random) -> str:
    raise ZeroDivisionError("a case of the test")


def crashes(_rng: random.Random) -> str:
    os.abort()


def floods(_rng: random.Random) -> str:
    return str(len(bytearray(2 * MEMORY_MB * 2**20)))


def hangs(_rng: random.Random) -> str:
    while True:
        pass


def goes_wrong(rng: random.Random) -> str:
    """In another way each time; the number of the case is not known here, what follows from it is."""
    ways = (raises, crashes, floods)
    return ways[[random.Random(case).random() for case in range(3)].index(rng.random())](rng)
