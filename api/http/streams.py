"""Making streams, finding an owner's, and forgetting them with all that belongs to them."""

from __future__ import annotations

import secrets

from api.http.condition import read_conditions
from api.http.outputs import farm_output
from api.http.scenes import SceneDesk
from api.http.services import Services
from farm.errors import Conflict
from farm.messages import Desired
from farm.renders import forget_render
from farm.store.streams import StreamRecord
from scene.document import Scene
from scene.show import Show
from scene.viewport import Viewport

MAX_STREAMS_PER_OWNER = 100


def owned_streams(farm: Services, owner: str) -> list[StreamRecord]:
    """The streams of ``owner``, oldest first."""
    return [record for record in farm.streams.all() if record.owner == owner]


def ordered_stream(farm: Services, stream: str, owner: str) -> StreamRecord:
    """A stream as it is ordered without further wishes; not kept yet."""
    return StreamRecord(
        id=stream,
        name=stream,
        owner=owner,
        desired=Desired.STOPPED,
        config=farm.settings.stream_config(),
        outputs=(),
        created_wall_ms=farm.clock.wall_ms(),
    )


def create_stream(farm: Services, record: StreamRecord, show: Scene | Show | None = None) -> StreamRecord:
    """Keep a new stream and its first scene or show: an empty scene of its size when None, none of its own
    for a rendition. Without outputs it gets the one to the farm's own server.

    Raises SceneInvalid, and Conflict when the id is taken or the owner has too many streams.
    """
    if len(owned_streams(farm, record.owner)) >= MAX_STREAMS_PER_OWNER:
        raise Conflict(
            f"{record.owner!r} has {MAX_STREAMS_PER_OWNER} streams already; delete some first",
            {"limit": MAX_STREAMS_PER_OWNER},
        )
    if record.variant_of is None:
        show = show or Scene(viewport=Viewport(width=record.config.width, height=record.config.height))
        desk = SceneDesk(farm, record)
        desk.refuse_unknown_assets(show)
        kept = farm.streams.create(record)
        desk.begin(show)
    else:
        kept = farm.streams.create(record)
    return kept if kept.outputs else farm.streams.change(kept.id, outputs=(farm_output(farm, kept.id),))


def default_stream(farm: Services, owner: str) -> StreamRecord:
    """The oldest stream of ``owner`` that is no rendition; ``main-<owner>`` is made for who has none."""
    if mine := _with_own_scene(farm, owner):
        return mine[0]
    try:
        return create_stream(farm, ordered_stream(farm, f"main-{owner}", owner))
    except Conflict:
        # Two first requests at once, or somebody else's stream has this name.
        if mine := _with_own_scene(farm, owner):
            return mine[0]
        return create_stream(farm, ordered_stream(farm, f"main-{owner}-{secrets.token_hex(4)}", owner))


def _with_own_scene(farm: Services, owner: str) -> list[StreamRecord]:
    return [record for record in owned_streams(farm, owner) if record.variant_of is None]


def forget_stream(farm: Services, stream: str) -> None:
    """Delete a stream that is off the air, with its scenes, data, keys and what it rendered on this host.

    Raises NotFound and Conflict."""
    [condition] = read_conditions(farm.redis, [stream])
    if condition.report is not None:
        raise Conflict(f"stream {stream!r} is on air; stop it and wait until it is idle", {"stream": stream})
    farm.streams.delete(stream)
    farm.scenes.delete(stream)
    farm.ledgers.delete(stream)
    farm.hedges.delete(stream)
    farm.snapshots.delete(stream)
    farm.feeds.delete(stream)
    farm.stream_keys.delete_all(stream)
    forget_render(farm.settings.state_dir, stream)
