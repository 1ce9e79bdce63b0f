"""The program of a stream: what is on air, kept so that any coordinator can go on where another ended."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import msgspec

from farm.messages import to_json
from farm.store import keys, snapshots
from farm.store.connection import FarmRedis
from farm.store.leases import Lease
from farm.store.reading import readable
from scene.time import Segment

KEPT_BIRTHS = 50_000
"""A scene may refer to the birth of a revision that many edits ago."""

# KEYS: lease, program, births, births of snapshots. ARGV: what the lease must hold, fence, program,
# the revision that is born at 0 (0: none), births to keep, the snapshot that is shown first (0: none), its
# birth, births of snapshots to keep, then revision and birth of each new one.
_WRITE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local old = redis.call('GET', KEYS[2])
if old and cjson.decode(old).fence > tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[2], ARGV[3])
local first_shown, kept = tonumber(ARGV[4]), tonumber(ARGV[5])
if first_shown > 0 then
  redis.call('DEL', KEYS[3], KEYS[4])
  redis.call('ZADD', KEYS[3], first_shown, ARGV[4] .. ' 0')
end
local snapshot = tonumber(ARGV[6])
if snapshot > 0 and redis.call('ZCOUNT', KEYS[4], snapshot, snapshot) == 0 then
  redis.call('ZADD', KEYS[4], snapshot, ARGV[6] .. ' ' .. ARGV[7])
  redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -1 - ARGV[8])
end
for i = 9, #ARGV, 2 do
  if redis.call('ZCOUNT', KEYS[3], ARGV[i], ARGV[i]) == 0 then
    redis.call('ZADD', KEYS[3], ARGV[i], ARGV[i] .. ' ' .. ARGV[i + 1])
  end
end
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -1 - kept)
return 1
"""


class Program(msgspec.Struct, frozen=True):
    """What is on air in one epoch of a stream, in the words of the lease holder of ``fence``."""

    epoch: int
    nonce: str
    """Of the encoder process's ring: tells two processes apart that were given the same epoch."""
    fence: int
    fps: Fraction
    segments: tuple[Segment, ...]
    emitted: int
    """The last frame known to have been sent when this was written; -1 before the first."""
    started_wall_ms: int | None
    """Which start of the stream this belongs to, as its StreamRecord has it."""
    quality: str = "high"
    """How finely the workers draw, all through the epoch."""
    dispatched: int | None = None
    """The last tick that a frame was ordered for, in the word of a holder that handed its lease over."""
    trusted_after: int | None = None
    """What that one knew of the canvas: see :class:`coordinator.dispatch.Show`."""


class ProgramStore:
    """Keeps programs and births. All methods raise StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: FarmRedis) -> None:
        self._redis = redis
        self._write_script = redis.register_script(_WRITE)

    def load(self, stream: str) -> Program | None:
        """What was on air last; None when nothing ever was."""
        return readable(self._redis.get(keys.program(stream)), Program)

    def write(
        self,
        lease: Lease,
        program: Program,
        births: Mapping[int, Fraction],
        *,
        premiere: int | None = None,
        snapshot: Segment | None = None,
    ) -> bool:
        """Keep ``program`` together with the births (seconds of scene time) of revisions shown first in it.

        A birth that is known already stays. ``premiere`` is the first revision of a new start of the stream:
        scene time begins again, so it is born at 0 and the births before it are forgotten. (A revision that
        has none counts as born with the next one that has.) ``snapshot`` is the segment in which a live
        snapshot is shown first; one that a new start begins with was always there. False, and nothing is
        written, when the lease was lost or a higher fence wrote before.
        """
        newborn = [text for revision, time in births.items() for text in (str(revision), str(time))]
        snapshot_birth = "" if snapshot is None or premiere else str(snapshot.scene_time_s)
        return bool(
            self._write_script(
                keys=[
                    lease.key,
                    keys.program(lease.stream),
                    keys.scene_births(lease.stream),
                    keys.snapshot_births(lease.stream),
                ],
                args=[
                    lease.mark,
                    lease.fence,
                    to_json(program),
                    premiere or 0,
                    KEPT_BIRTHS,
                    snapshot.snapshot if snapshot else 0,
                    snapshot_birth,
                    snapshots.KEPT_BIRTHS,
                    *newborn,
                ],
            )
        )
