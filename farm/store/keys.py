"""Every Redis key and channel of the farm, in one place; ARCHITECTURE.md shows the same table."""

from __future__ import annotations

# Kept: survives a restart of everything (AOF).
STREAMS = "ff:streams"
"""hash: stream id -> StreamRecord as JSON"""
LIVE = "ff:live"
"""hash: stream id -> owner, of every stream that counts against the limits"""
STREAM_KEYS = "ff:stream-keys"
"""hash: key id -> StreamKey as JSON"""
TOKENS = "ff:tokens"
"""hash: SHA-256 of a token -> Token as JSON"""
ASSETS = "ff:assets"
"""hash: asset id -> AssetRecord as JSON"""
ASSET_NAMES = "ff:asset-names"
"""sorted set by name, all of score 0: "name", a zero byte, asset id"""
ASSET_USAGE = "ff:asset-usage"
"""hash: owner:count and owner:bytes -> how many pictures an owner has, and how large they are together"""
ASSET_IMPORTS = "ff:asset-imports"
"""hash: SHA-256 of owner and URL -> ImportRecord as JSON: pictures that scenes name by their URL"""
IMPORT_QUEUE = "ff:import-queue"
"""list: the fields of ASSET_IMPORTS that shall be fetched"""
ASSIGNED_NODES = "ff:assigned-nodes"
"""set: the encoder nodes that have assignments"""
FOUNDED = "ff:founded"
"""string: a random mark that never changes; another one, or none, and Redis was emptied"""
FENCE = "ff:fence"
"""counter: the last fencing token given; at least the time in ms when it was"""


COORDINATORS = "ff:coordinators"
"""sorted set by time (ms, of Redis): the coordinators that were there a moment ago"""
DRAINING_NODES = "ff:draining-nodes"
"""set: encoder nodes that take no new streams and whose streams move away"""


def scene(stream: str, revision: int) -> str:
    """string: one scene revision as JSON; immutable."""
    return f"ff:scene:{stream}:{revision}"


def scene_head(stream: str) -> str:
    """counter: the newest scene revision."""
    return f"ff:scene-head:{stream}"


def scene_births(stream: str) -> str:
    """sorted set by revision: "revision time", the scene time (seconds, a fraction) at which it was first
    shown; never changed."""
    return f"ff:scene-birth-times:{stream}"


def scene_notes(stream: str) -> str:
    """hash: revision -> RevisionNote as JSON: who made it, when, what it changed."""
    return f"ff:scene-notes:{stream}"


def snapshot(stream: str, number: int) -> str:
    """string: one live snapshot as JSON; immutable, expires when it is overtaken."""
    return f"ff:snapshot:{stream}:{number}"


def snapshot_head(stream: str) -> str:
    """counter: the newest live snapshot."""
    return f"ff:snapshot-head:{stream}"


def snapshot_births(stream: str) -> str:
    """sorted set by snapshot: "snapshot time", the scene time (seconds, a fraction) at which it was first
    shown; no time for one that a start of the stream began with."""
    return f"ff:snapshot-births:{stream}"


def program(stream: str) -> str:
    """string: what is on air (epoch, fence, segments); the lease owner writes it before dispatching."""
    return f"ff:program:{stream}"


def epoch(stream: str) -> str:
    """counter: the last epoch given to an encoder process."""
    return f"ff:epoch:{stream}"


def asset(address: str) -> str:
    """string: a picture's bytes as uploaded; with expiry when they were replaced."""
    return f"ff:asset:{address}"


def feed_pictures(stream: str) -> str:
    """hash with expiry: address -> size and time (ms) of the pictures that the stream's live feeds keep."""
    return f"ff:feed-pictures:{stream}"


def events(stream: str) -> str:
    """Redis stream, bounded: what people are told over the WebSocket."""
    return f"ff:events:{stream}"


def cues(stream: str) -> str:
    """string: up to which moment of scene time the events of timelines were told; goes with the events."""
    return f"ff:cues:{stream}"


def assignments(node: str) -> str:
    """hash: stream id -> StreamSpec as JSON: what this encoder node is to run."""
    return f"ff:assignments:{node}"


# Passing: expires by itself, or is forgotten in time.
STANDINGS = "ff:standings"
"""string with expiry: worker -> Standing as JSON, of workers that are blocked or were"""
WARD = "ff:ward"
"""string with expiry: the coordinator that judges the workers"""
HEARTBEATS = "ff:heartbeats"
"""sorted set by time (ms, of Redis): the keys of all heartbeats of the last ten minutes"""
ASSET_COLLECTION = "ff:asset-collection"
"""string with expiry: some process looked for unused assets a while ago."""


def lease(stream: str) -> str:
    """string with expiry: the coordinator that drives this stream."""
    return f"ff:lease:{stream}"


def status(stream: str) -> str:
    """string: StreamStatus as JSON: what the stream is doing, in the coordinator's words."""
    return f"ff:status:{stream}"


def relief(stream: str) -> str:
    """string: Relief as JSON: what an overloaded stream goes without."""
    return f"ff:relief:{stream}"


def report(stream: str) -> str:
    """string with expiry: StreamReport as JSON."""
    return f"ff:report:{stream}"


def node(name: str) -> str:
    """string with expiry: NodeReport as JSON, an encoder node's heartbeat."""
    return f"ff:node:{name}"


def component(name: str) -> str:
    """string with expiry: heartbeat of a coordinator, worker or API process, for health."""
    return f"ff:component:{name}"


def mailbox(stream: str, epoch_number: int) -> str:
    """list with expiry: finished frames from other hosts."""
    return f"ff:mailbox:{stream}:{epoch_number}"


def passed(stream: str, epoch_number: int) -> str:
    """string with expiry: the last frame emitted, for workers that cannot read the ring."""
    return f"ff:passed:{stream}:{epoch_number}"


def ledger(stream: str) -> str:
    """list with expiry: pages of FrameRecord as MessagePack, the newest first, one a second."""
    return f"ff:ledger:{stream}"


def hedges(stream: str) -> str:
    """list with expiry: frames that were ordered twice, as MessagePack (epoch, frame), the newest first."""
    return f"ff:hedges:{stream}"


def preview_wanted(stream: str) -> str:
    """string with expiry: somebody looks at the preview."""
    return f"ff:preview-wanted:{stream}"


def preview(stream: str) -> str:
    """string with expiry: the newest preview picture, JPEG."""
    return f"ff:preview:{stream}"


# Channels (pub/sub). Each carries only hints or cumulative state: a lost message costs nothing.
def credit(stream: str) -> str:
    """Credit as MessagePack, one a tick. A channel for each stream: only the coordinator that drives it
    listens."""
    return f"ff:credits:{stream}"


CHANGES = "ff:changes"
"""id of a stream whose record or scene changed."""

PICTURES = "ff:pictures"
"""address of a picture that a frame may soon want."""
HANDOVERS = "ff:handovers"
"""name of a coordinator and the id of a stream whose lease it was given, with a space between."""
SNAPSHOTS = "ff:snapshots"
"""id of a stream and the number of its newest live snapshot, with a space between."""


def node_channel(name: str) -> str:
    """Wakes an encoder node: its assignments changed."""
    return f"ff:node-changes:{name}"


QUEUE = "frames"
"""Celery's queue of FrameTask."""
