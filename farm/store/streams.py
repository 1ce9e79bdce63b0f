"""Streams as the user ordered them, and the count of those that run.

The count lives in Redis and is changed together with the record in one script, so that two API processes
cannot both admit the last stream.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from farm.clock import Clock
from farm.errors import Conflict, NotFound, StreamLimitExceeded
from farm.messages import Desired, OutputSpec, State, StreamConfig, VariantOf, from_json, to_json
from farm.store import keys
from farm.store.connection import FarmRedis, as_text


class StreamRecord(msgspec.Struct, frozen=True):
    """A stream as its owner ordered it."""

    id: str
    name: str
    owner: str
    desired: Desired
    config: StreamConfig
    outputs: tuple[OutputSpec, ...]
    created_wall_ms: int
    started_wall_ms: int | None = None
    generation: int = 1
    """Grows with every change that needs another encoder process, and with every start."""
    version: int = 1
    """Grows with every change; what compare-and-set compares."""
    variant_of: VariantOf | None = None
    """Of a rendition, which has no scene of its own; it stays what it was made as."""

    node: str | None = None
    """The encoder node that it was moved to: it runs there while that node is there, open and has room."""

    @property
    def scene_stream(self) -> str:
        """The stream whose scene revisions and live snapshots this one shows."""
        return self.variant_of.stream if self.variant_of else self.id


class StreamStatus(msgspec.Struct, frozen=True):
    """What a stream is doing, in the coordinator's words."""

    state: State = State.IDLE
    reason: str | None = None
    since_wall_ms: int = 0
    node: str | None = None
    epoch: int | None = None
    generation: int | None = None
    """Of the record that this speaks of: a failed stream is tried again when that has a newer one."""


class Admission(msgspec.Struct, frozen=True):
    """Whether one more stream may start: the answer with its numbers."""

    allowed: bool
    reason: str | None
    user_count: int
    user_limit: int
    global_count: int
    global_limit: int


# KEYS: streams, live. ARGV: id, expected version, record, owner or "", user limit, global limit, the
# stream that a new rendition follows or "". Answers {1} when written; {0, user count, global count} over a
# limit; {-1} when changed meanwhile; {-2} when there is nothing to follow.
_WRITE = """
local old = redis.call('HGET', KEYS[1], ARGV[1])
local version = old and cjson.decode(old).version or 0
if version ~= tonumber(ARGV[2]) then return {-1} end
if not old and ARGV[7] ~= '' and redis.call('HEXISTS', KEYS[1], ARGV[7]) == 0 then return {-2} end
if ARGV[4] ~= '' and redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then
  local owners = redis.call('HVALS', KEYS[2])
  local mine = 0
  for _, owner in ipairs(owners) do if owner == ARGV[4] then mine = mine + 1 end end
  if mine >= tonumber(ARGV[5]) or #owners >= tonumber(ARGV[6]) then return {0, mine, #owners} end
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[4])
elseif ARGV[4] == '' then
  redis.call('HDEL', KEYS[2], ARGV[1])
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return {1}
"""


# KEYS: streams, live, and all else that lives with the stream. ARGV: id.
# Answers 1 when deleted, 0 when unknown, -1 when it is wanted on air, -2 when it has renditions.
_DELETE = """
local record = redis.call('HGET', KEYS[1], ARGV[1])
if not record then return 0 end
if cjson.decode(record).desired ~= 'stopped' then return -1 end
for _, other in ipairs(redis.call('HVALS', KEYS[1])) do
  local source = cjson.decode(other).variant_of
  if type(source) == 'table' and source.stream == ARGV[1] then return -2 end
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
for i = 3, #KEYS do redis.call('DEL', KEYS[i]) end
return 1
"""


class StreamStore:
    """Keeps StreamRecords. All methods raise StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: FarmRedis, clock: Clock, *, user_limit: int, global_limit: int) -> None:
        self._redis = redis
        self._clock = clock
        self._user_limit = user_limit
        self._global_limit = global_limit
        self._write_script = redis.register_script(_WRITE)
        self._delete_script = redis.register_script(_DELETE)

    def create(self, record: StreamRecord) -> StreamRecord:
        """Keep a new, stopped stream. Raises Conflict when the id is taken, and NotFound when it is to follow
        a stream that there is not."""
        written = self._write(record, expected=0)
        if written is None:
            raise Conflict(f"stream {record.id!r} exists already", {"stream": record.id})
        return written

    def get(self, stream: str) -> StreamRecord:
        """The record of ``stream``. Raises NotFound."""
        data = self._redis.hget(keys.STREAMS, stream)
        if data is None:
            raise NotFound(f"there is no stream {stream!r}", {"stream": stream})
        return from_json(data, StreamRecord)

    def all(self) -> list[StreamRecord]:
        """Every record, oldest first."""
        records = [from_json(data, StreamRecord) for data in self._redis.hvals(keys.STREAMS)]
        return sorted(records, key=lambda record: (record.created_wall_ms, record.id))

    def renditions(self, stream: str) -> list[StreamRecord]:
        """Those that show variants of the scene of ``stream``, oldest first."""
        return [record for record in self.all() if record.variant_of and record.scene_stream == stream]

    def change(
        self,
        stream: str,
        *,
        config: StreamConfig | None = None,
        outputs: tuple[OutputSpec, ...] | None = None,
    ) -> StreamRecord:
        """Change what is given; a running encoder process is replaced if the change concerns it.

        Raises NotFound.
        """
        return self.edit(
            stream,
            lambda record: msgspec.structs.replace(
                record,
                config=record.config if config is None else config,
                outputs=record.outputs if outputs is None else outputs,
            ),
        )

    def edit(self, stream: str, change: Callable[[StreamRecord], StreamRecord]) -> StreamRecord:
        """Like :meth:`change`, for a change that depends on what is there: ``change`` sees the newest record,
        and sees it again when somebody else was faster. Raises NotFound."""
        while True:
            record = self.get(stream)
            new = change(record)
            if new == record:
                return record
            if new.outputs != record.outputs or _encoded(new.config) != _encoded(record.config):
                new = msgspec.structs.replace(new, generation=record.generation + 1)
            if written := self._write(new, expected=record.version):
                return written

    def want(self, stream: str, desired: Desired, *, only_if_running: bool = False) -> StreamRecord:
        """Say what the stream shall do. Raises NotFound, and StreamLimitExceeded with the numbers.

        Wanting what is wanted already changes nothing. With ``only_if_running`` a stopped stream is not
        started but Conflict is raised.
        """
        while True:
            record = self.get(stream)
            starts = record.desired is Desired.STOPPED
            if starts and only_if_running:
                raise Conflict(f"stream {stream!r} is not running; start it first", {"stream": stream})
            if record.desired == desired:
                return record
            new = msgspec.structs.replace(
                record,
                desired=desired,
                generation=record.generation + (1 if starts else 0),
                started_wall_ms=self._clock.wall_ms() if starts else record.started_wall_ms,
            )
            if written := self._write(new, expected=record.version):
                return written

    def finish(self, stream: str, generation: int) -> bool:
        """What generation ``generation`` was started for is done: stop it. False when it runs no more."""
        while True:
            data = self._redis.hget(keys.STREAMS, stream)
            record = None if data is None else from_json(data, StreamRecord)
            if record is None or record.generation != generation or record.desired is Desired.STOPPED:
                return False
            new = msgspec.structs.replace(record, desired=Desired.STOPPED)
            if self._write(new, expected=record.version):
                return True

    def start_again(self, stream: str) -> StreamRecord:
        """Ask for a new encoder process for a stream whose own failed. Raises NotFound."""
        while True:
            record = self.get(stream)
            if record.desired is Desired.STOPPED:
                return record
            new = msgspec.structs.replace(
                record, generation=record.generation + 1, started_wall_ms=self._clock.wall_ms()
            )
            if written := self._write(new, expected=record.version):
                return written

    def delete(self, stream: str) -> None:
        """Forget the stream and what lives with it but its scenes and keys, which have their own stores.

        Raises NotFound, and Conflict when it is wanted on air.
        """
        passing = [kind(stream) for kind in (keys.program, keys.events, keys.status, keys.report)]
        answer = self._delete_script(keys=[keys.STREAMS, keys.LIVE, *passing], args=[stream])
        if answer == 0:
            raise NotFound(f"there is no stream {stream!r}", {"stream": stream})
        if answer == -1:
            raise Conflict(f"stream {stream!r} is running; stop it first", {"stream": stream})
        if answer == -2:
            names = [record.id for record in self.renditions(stream)]
            raise Conflict(
                f"stream {stream!r} has renditions: {', '.join(names)}; delete those first",
                {"stream": stream, "renditions": names},
            )
        self._redis.publish(keys.CHANGES, stream)

    def can_start(self, owner: str) -> Admission:
        """Whether ``owner`` may start one more stream now, and why not."""
        owners = [as_text(value) for value in self._redis.hvals(keys.LIVE)]
        mine = owners.count(owner)
        reason = None
        if mine >= self._user_limit:
            reason = _limit_message(self._user_limit)
        elif len(owners) >= self._global_limit:
            reason = _limit_message(self._global_limit)
        return Admission(reason is None, reason, mine, self._user_limit, len(owners), self._global_limit)

    def status(self, stream: str) -> StreamStatus:
        """What the stream is doing; idle when nobody has said yet."""
        data = self._redis.get(keys.status(stream))
        return StreamStatus() if data is None else from_json(data, StreamStatus)

    def _write(self, record: StreamRecord, *, expected: int) -> StreamRecord | None:
        """Write unless somebody else did since ``expected``; counts and uncounts the stream as running.

        The record as written, None when somebody was faster. Raises StreamLimitExceeded.
        """
        record = msgspec.structs.replace(record, version=expected + 1)
        running = record.desired is not Desired.STOPPED
        answer, *counts = self._write_script(
            keys=[keys.STREAMS, keys.LIVE],
            args=[
                record.id,
                expected,
                to_json(record),
                record.owner if running else "",
                self._user_limit,
                self._global_limit,
                record.variant_of.stream if record.variant_of else "",
            ],
        )
        if answer == -2:
            raise NotFound(
                f"there is no stream {record.scene_stream!r} to follow", {"stream": record.scene_stream}
            )
        if answer == 0:
            user_count, global_count = counts
            limit = self._user_limit if user_count >= self._user_limit else self._global_limit
            details = {
                "userCount": user_count,
                "userLimit": self._user_limit,
                "globalCount": global_count,
                "globalLimit": self._global_limit,
            }
            raise StreamLimitExceeded(_limit_message(limit), details)
        if answer != 1:
            return None
        self._redis.publish(keys.CHANGES, record.id)
        return record


def _encoded(config: StreamConfig) -> StreamConfig:
    """What of ``config`` an encoder process is made for."""
    return msgspec.structs.replace(config, max_layers=0, priority="normal")


def _limit_message(limit: int) -> str:
    return f"Maximum {limit} concurrent streams reached"
