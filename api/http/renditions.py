"""Renditions: streams that show a variant of another stream's scene, each encoded on its own."""

from __future__ import annotations

import msgspec
from pydantic import Field

from api.http.access import caller
from api.http.addressing import STREAM_ID
from api.http.scenes import SceneDesk, scene_errors
from api.http.services import Services
from api.http.shapes import Body
from farm.errors import Conflict, NotFound
from farm.messages import StreamConfig, VariantOf
from farm.settings import MAX_SIDE_PX, MIN_SIDE_PX
from farm.store.streams import StreamRecord
from scene.document import variant_of
from scene.viewport import Viewport


class VariantOfBody(Body):
    """Whose scene a rendition shows, and which variant of it."""

    stream: str = Field(pattern=rf"^{STREAM_ID.pattern}$")
    variant: str = Field(min_length=1, max_length=64)


def ordered_rendition(farm: Services, ordered: StreamRecord, body: VariantOfBody) -> StreamRecord:
    """``ordered`` as a rendition, not kept yet: it belongs to the owner of the stream that it follows and is
    encoded like that one, in the variant's proportions.

    Raises NotFound for a stream that the caller may not know of or a variant that its scene has not, and
    Conflict for a stream that is a rendition itself.
    """
    followed = farm.streams.get(body.stream)
    if not caller().may_see(followed.owner):
        raise NotFound(f"there is no stream {body.stream!r}", {"stream": body.stream})
    if followed.variant_of is not None:
        raise Conflict(
            f"stream {body.stream!r} is a rendition itself; make one of {followed.scene_stream!r}",
            {"stream": body.stream, "follow": followed.scene_stream},
        )
    with scene_errors():
        shown = variant_of(SceneDesk(farm, followed).current().scene, body.variant)
    return msgspec.structs.replace(
        ordered,
        owner=followed.owner,
        config=_sized(followed.config, shown.viewport),
        variant_of=VariantOf(body.stream, body.variant),
    )


def _sized(config: StreamConfig, viewport: Viewport) -> StreamConfig:
    """``config`` with a canvas in the proportions of ``viewport``, whose longer side stays what it is."""
    share = max(config.width, config.height) / max(viewport.size)
    width, height = (
        min(MAX_SIDE_PX, max(MIN_SIDE_PX, 2 * round(side * share / 2))) for side in viewport.size
    )
    return msgspec.structs.replace(config, width=width, height=height)
