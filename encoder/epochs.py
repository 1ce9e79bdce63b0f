"""Numbers for encoder processes: each new one of a stream gets a higher one."""

from __future__ import annotations

from farm.errors import StoreUnavailable
from farm.log import get_logger
from farm.store import keys
from farm.store.connection import FarmRedis

log = get_logger(__name__)

# KEYS: counter. ARGV: the last epoch that is known. Answers the new one, above both.
_NEXT = """
local epoch = redis.call('INCR', KEYS[1])
if epoch <= tonumber(ARGV[1]) then
  epoch = tonumber(ARGV[1]) + 1
  redis.call('SET', KEYS[1], epoch)
end
return epoch
"""


class Epochs:
    """Counts in Redis, and on from the last known epoch while Redis is away."""

    def __init__(self, redis: FarmRedis) -> None:
        self._script = redis.register_script(_NEXT)

    def next(self, stream: str, known: int) -> int:
        """An epoch above ``known`` and above all that were ever given while Redis was there."""
        try:
            return int(self._script(keys=[keys.epoch(stream)], args=[known]))
        except StoreUnavailable as error:
            log.warning("counting epochs without Redis", stream=stream, reason=error.message)
            return known + 1
