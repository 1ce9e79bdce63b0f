"""One stream's trouble stays its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from farm.errors import StoreUnavailable
from farm.log import get_logger

log = get_logger(__name__)


class Isolation:
    """An error boundary around what is done for one stream: the other streams go on.

    What gets this far is a mistake of ours, or a record that somebody else wrote. It is logged with its
    traceback once, and again only after the stream has worked in between.
    """

    def __init__(self) -> None:
        self._troubled: set[str] = set()

    @contextmanager
    def around(self, stream: str) -> Iterator[None]:
        """Log and drop whatever the block raises, but StoreUnavailable, which concerns all streams."""
        try:
            yield
        except StoreUnavailable:
            raise
        except Exception:
            if stream not in self._troubled:
                log.exception("this stream cannot be driven", stream=stream)
            self._troubled.add(stream)
        else:
            self._troubled.discard(stream)
