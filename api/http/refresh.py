"""What happens to scenes when a picture that they show came, went or was replaced: an edit by the farm.

It is no step of its own for undo and redo, which go on from where they were.
"""

from __future__ import annotations

from collections.abc import Iterator

from api.http.pictures import Pictured, Shows, looks_of, pictured
from api.http.scenes import Edited, Plan, SceneDesk
from api.http.services import Services
from farm.errors import FarmError, StoreUnavailable
from farm.log import get_logger
from farm.store.scenes import NO_NOTE
from farm.store.streams import StreamRecord
from farm.store.tokens import ADMIN_OWNER
from scene.document import Scene
from scene.layers import AnyLayer, CharacterLayer, TextLayer

log = get_logger(__name__)

FARM = "farm"
"""Whom a scene's history names for these edits."""


def refresh_scenes(farm: Services, owner: str, shows: Shows) -> int:
    """Write into all scenes of ``owner`` what there is now of the pictures that ``shows`` picks out.

    Everybody may show the farm's own pictures. How many scenes changed. Raises StoreUnavailable.
    """
    changed = 0
    for record in farm.streams.all():
        if owner not in (record.owner, ADMIN_OWNER):
            continue
        try:
            show = SceneDesk(farm, record).current().show
            for name in show.scenes:
                changed += _refreshed(farm, record, None if name == show.program else name, shows)
        except StoreUnavailable:
            raise
        except FarmError as error:
            # An older scene that may not be shown any more waits for its owner's next edit.
            log.warning("a scene keeps its old picture", stream=record.id, reason=error.message)
    return changed


def users_of(farm: Services, owner: str, shows: Shows) -> Iterator[tuple[str, str]]:
    """Stream and layer of everything in the newest scenes of ``owner`` that ``shows`` picks out."""
    for record in farm.streams.all():
        if owner in (record.owner, ADMIN_OWNER):
            show = SceneDesk(farm, record).current().show
            for layer in (layer for name in show.scenes for layer in pictured(show.scene(name))):
                if shows(layer):
                    yield record.id, layer.id


def characters_of(farm: Services, owner: str) -> Iterator[tuple[str, str, str]]:
    """Stream, layer and character of everything that acts in the newest scenes of ``owner``."""
    for stream, _, layer in _layers_of(farm, owner):
        if isinstance(layer, CharacterLayer):
            yield stream, layer.id, layer.character


def fonts_of(farm: Services, owner: str) -> Iterator[tuple[str, str, str]]:
    """Stream, layer and font of every text in the newest scenes of ``owner`` that has an uploaded one."""
    for stream, look, layer in _layers_of(farm, owner):
        if isinstance(layer, TextLayer) and layer.font_asset is not None:
            yield stream, layer.id, (look.fonts or {}).get(layer.font_asset, layer.font_asset)


def _layers_of(farm: Services, owner: str) -> Iterator[tuple[str, Scene, AnyLayer]]:
    """Stream, scene and layer of everything in the newest scenes of ``owner``, and in their variants."""
    for record in farm.streams.all():
        if owner in (record.owner, ADMIN_OWNER):
            show = SceneDesk(farm, record).current().show
            for look in (look for name in show.scenes for look in looks_of(show.scene(name))):
                for layer in look.layers:
                    yield record.id, look, layer


def _refreshed(farm: Services, record: StreamRecord, name: str | None, shows: Shows) -> bool:
    """Of one scene; None is the one on program."""
    desk = SceneDesk(farm, record, FARM, name)
    before = desk.current().scene
    if not any(shows(layer) for layer in pictured(before)):
        return False

    def plan(current: Edited) -> Plan:
        [note] = farm.scenes.notes(record.id, [current.revision])
        known = note or NO_NOTE
        scene = desk.pictures.resettled(current.scene, shows)
        named = ", ".join(layer.id for layer in _changed(current.scene, scene))
        return Plan(scene, f"picture of {named}", undo=known.undo, redo=known.redo)

    edited = desk.follow(plan)
    if edited.changed:
        for layer in _changed(before, edited.scene):
            _tell(desk, edited.revision, layer)
    return edited.changed


def _changed(before: Scene, after: Scene) -> list[Pictured]:
    """The layers that show something else, each once."""
    known = set(pictured(before))
    return list({layer.id: layer for layer in pictured(after) if layer not in known}.values())


def _tell(desk: SceneDesk, revision: int, layer: Pictured) -> None:
    if layer.problem is not None:
        desk.tell("asset:failed", revision, {"layer": layer.id, "reason": layer.problem})
    elif layer.content is not None:
        desk.tell("asset:loaded", revision, {"layer": layer.id, "content": layer.content})
