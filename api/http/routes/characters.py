"""The characters of a scene while they are on air: their state, their emotion, and what they say.

It is kept by the layer's id: a character that has the same in several scenes does the same in all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from flask import Response, request
from flask_openapi3.models import RawModel
from pydantic import BaseModel, Field, ValidationError

from api.http.addressing import addressed_scene, addressed_stream
from api.http.characters import CharacterRig, rig_of
from api.http.envelope import ok
from api.http.live import Kept, LiveDesk
from api.http.router import Route
from api.http.scenes import Edited, SceneDesk, scene_errors
from api.http.services import services
from api.http.shapes import Body, Shape, refuse
from farm.errors import InputError
from farm.store.acts import Act, Spoken
from farm.store.snapshots import Snapshot
from farm.store.tokens import Scope
from farm.wav import STEP_MS, wav_levels
from scene.character import CharacterState, Role
from scene.document import Scene
from scene.edits import find_layer
from scene.fields import Name
from scene.layers import CharacterLayer
from scene.voice import FULL, MAX_VOICE_S

_WAV = ("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave")
_MIN_STEP_MS = 10
_MAX_LEVELS = MAX_VOICE_S * 1000 // _MIN_STEP_MS
_MAX_VISEMES = 2000


class ToldShape(Shape):
    """What was set live."""

    state: CharacterState | None
    emotion: str | None


class CharacterShape(Shape):
    """A character on air. ``state`` and ``emotion`` are what it shows now; ``told`` is what was set live
    of them, and null where it does as its layer says."""

    layer: str
    role: Role
    character: str
    state: CharacterState
    emotion: str
    told: ToldShape
    voice_ms: int
    """How long the voice is that it was given last; 0 for none."""
    emotions: list[str]
    """Those that it has."""
    visemes: list[str]


class CharactersShape(Shape):
    """The scene's characters from the lowest to the highest, and the number of the live snapshot. The event
    ``data:applied`` tells the first frame that shows that snapshot, or a later one."""

    snapshot: int
    characters: list[CharacterShape]


class OneCharacterShape(CharacterShape):
    """A character, and the number of the live snapshot that has this."""

    snapshot: int


class CharacterPath(BaseModel):
    """Which layer."""

    layer_id: str


class ActBody(Body):
    """What it shall do; null gives a field back to the layer."""

    state: CharacterState | None = None
    emotion: Name | None = None


class VisemeBody(Body):
    """A shape of the mouth from a time on."""

    at_ms: int = Field(ge=0, le=MAX_VOICE_S * 1000)
    shape: Name


class VoiceBody(Body):
    """How loud a voice is, in equal steps from the first frame that shows this on: 0 is silence, 1 loud. A
    viseme holds until the next one."""

    step_ms: int = Field(ge=_MIN_STEP_MS, le=500)
    levels: list[Annotated[float, Field(ge=0, le=1)]] = Field(min_length=1, max_length=_MAX_LEVELS)
    visemes: list[VisemeBody] = Field(default_factory=list, max_length=_MAX_VISEMES)


class VoiceDocument(RawModel):
    """A voice: as a WAV file, or as JSON, an object with ``stepMs``, ``levels`` (each 0..1) and maybe
    ``visemes`` (``atMs``, ``shape``)."""

    mimetypes = ["application/json", *_WAV]  # noqa: RUF012  the library's own declaration


def list_characters() -> Response:
    """All characters of the scene, and what they do."""
    kept = _desk().current()
    shown = [_shape(layer, kept) for layer in _acting(_current().scene)]
    return ok(CharactersShape(snapshot=kept.number, characters=shown))


def get_character(path: CharacterPath) -> Response:
    """One character, and what it does."""
    return _answer(_layer(path.layer_id), _desk().current())


def patch_character(path: CharacterPath, body: ActBody) -> Response:
    """Tell a character what to do.

    It is no edit of the scene. An emotion comes within a fifth of a second from the frame that begins it.
    """
    layer = _layer(path.layer_id)
    rig = rig_of(services(), layer)
    if body.emotion is not None and rig is not None and body.emotion not in rig.emotions:
        raise InputError(
            f"{layer.character} has no emotion {body.emotion!r}; it has {', '.join(rig.emotions)}",
            {"emotions": list(rig.emotions)},
        )

    def change(act: Act, number: int, shown: int) -> Act:
        if "state" in body.model_fields_set:
            act = msgspec.structs.replace(act, state=body.state)
        return act.feeling(body.emotion, number, shown) if "emotion" in body.model_fields_set else act

    return _edited(layer, change)


def delete_character(path: CharacterPath) -> Response:
    """Let a character do as its layer says again, at once."""
    return _edited(_layer(path.layer_id), lambda _act, _number, _shown: Act())


def put_mouth(path: CharacterPath, raw: VoiceDocument) -> Response:
    """Let a character speak.

    It does from the first frame that shows this until the voice has ended; what it said before ends there.
    """
    layer = _layer(path.layer_id)
    voice = _voice(rig_of(services(), layer))
    return _edited(
        layer,
        lambda act, number, _: msgspec.structs.replace(
            act, spoken=msgspec.structs.replace(voice, snapshot=number)
        ),
    )


def delete_mouth(path: CharacterPath) -> Response:
    """Let a character fall silent."""
    return _edited(
        _layer(path.layer_id), lambda act, _number, _shown: msgspec.structs.replace(act, spoken=None)
    )


def _voice(rig: CharacterRig | None) -> Spoken:
    """What the request's body says. Raises InputError."""
    if request.mimetype in _WAV:
        return Spoken(0, STEP_MS, wav_levels(request.get_data()))
    try:
        body = VoiceBody.model_validate(request.get_json())
    except ValidationError as error:
        raise refuse(error) from error
    if len(body.levels) * body.step_ms > MAX_VOICE_S * 1000:
        raise InputError(f"the voice is longer than {MAX_VOICE_S} seconds; send it in parts")
    times = [viseme.at_ms for viseme in body.visemes]
    if times != sorted(times):
        raise InputError("visemes must be in the order of time")
    unknown = sorted({viseme.shape for viseme in body.visemes} - set(rig.visemes if rig else ()))
    if rig is not None and unknown:
        raise InputError(
            f"the character has no viseme {unknown[0]!r}; it has {', '.join(rig.visemes) or 'none'}",
            {"visemes": list(rig.visemes)},
        )
    visemes = tuple((viseme.at_ms, viseme.shape) for viseme in body.visemes)
    return Spoken(0, body.step_ms, bytes(round(level * FULL) for level in body.levels), visemes)


def _edited(layer: CharacterLayer, change: Callable[[Act, int, int], Act]) -> Response:
    def changed(snapshot: Snapshot, number: int, shown: int) -> Snapshot:
        act = change(snapshot.acts.get(layer.id, Act()), number, shown)
        return snapshot.with_act(layer.id, act, among=_all_acting)

    return _answer(layer, _desk().edit(changed))


def _desk() -> LiveDesk:
    return LiveDesk(services(), addressed_stream())


def _all_acting() -> set[str]:
    """The layers of characters in all scenes of the stream."""
    show = _current().show
    return {layer.id for name in show.scenes for layer in _acting(show.scene(name))}


def _acting(scene: Scene) -> list[CharacterLayer]:
    return [layer for layer in scene.layers if isinstance(layer, CharacterLayer)]


def _current() -> Edited:
    return SceneDesk(services(), addressed_stream(), scene=addressed_scene()).current()


def _layer(layer_id: str) -> CharacterLayer:
    """Raises NotFound, and InputError when the layer is none of a character."""
    with scene_errors():
        layer = find_layer(_current().scene, layer_id)
    if not isinstance(layer, CharacterLayer):
        raise InputError(f"layer {layer_id!r} is no character but of type {layer.type!r}")
    return layer


def _answer(layer: CharacterLayer, kept: Kept) -> Response:
    return ok(OneCharacterShape(snapshot=kept.number, **dict(_shape(layer, kept))))


def _shape(layer: CharacterLayer, kept: Kept) -> CharacterShape:
    act, rig = kept.snapshot.acts.get(layer.id, Act()), rig_of(services(), layer)
    return CharacterShape(
        layer=layer.id,
        role=layer.role,
        character=layer.character,
        state=act.state or layer.state,
        emotion=act.emotion or layer.emotion,
        told=ToldShape(state=act.state, emotion=act.emotion),
        voice_ms=len(act.spoken.levels) * act.spoken.step_ms if act.spoken else 0,
        emotions=list(rig.emotions) if rig else [],
        visemes=list(rig.visemes) if rig else [],
    )


CHARACTER_ROUTES = (
    Route("GET", "/characters", list_characters, CharactersShape, scope=Scope.VIEWER),
    Route("GET", "/characters/<layer_id>", get_character, OneCharacterShape, scope=Scope.VIEWER),
    Route("PATCH", "/characters/<layer_id>", patch_character, OneCharacterShape),
    Route("DELETE", "/characters/<layer_id>", delete_character, OneCharacterShape),
    Route("PUT", "/characters/<layer_id>/mouth", put_mouth, OneCharacterShape, raw_body=True),
    Route("DELETE", "/characters/<layer_id>/mouth", delete_mouth, OneCharacterShape),
)
