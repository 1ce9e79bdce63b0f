"""What a node tells a new encoder process; light, because nodes import it without the codecs."""

from __future__ import annotations

import re
from enum import IntEnum

import msgspec

from farm.messages import StreamSpec


class LastWord(IntEnum):
    """Exit codes of a process that is not to be started again for the same order."""

    FINISHED = 3
    """All that was ordered is done."""
    HOPELESS = 4
    """It tried everything already; another process would fail as well."""


class ProcessOrder(msgspec.Struct, frozen=True):
    """What one process is to do. ``ring_label`` marks its shared memory, so that the node finds it."""

    spec: StreamSpec
    epoch: int
    node: str
    ring_label: str


def ring_label(stream: str, token: str) -> str:
    """The label of a new ring: the stream's id as far as a file name takes it, and a ``token`` of its own."""
    return f"{re.sub(r'[^A-Za-z0-9_]', '_', stream)[:40]}-{token}"
