"""Reading what may have been written by another version of the farm, or by nobody of ours."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from farm.log import get_logger
from farm.messages import from_json

log = get_logger(__name__)
T = TypeVar("T")


def readable(data: bytes | str | None, kind: type[T]) -> T | None:
    """What ``data`` says; None when it is None, or, with a line in the log, when it cannot be read."""
    if data is None:
        return None
    try:
        return from_json(data, kind)
    except msgspec.MsgspecError as error:
        log.warning("ignored what cannot be read", kind=kind.__name__, reason=str(error))
        return None
