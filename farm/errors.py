"""Every error that Framefarm raises on purpose.

FarmError
├── SettingsError            a setting is missing or wrong; the process does not start
├── InputError               the user's request is wrong (400)
│   ├── SceneInvalid         a scene document has mistakes, each with path and reason (422)
│   ├── AssetRefused         a picture is corrupt, too large or of an unknown format (422)
│   └── TooLarge             a body is over its limit (413)
├── Unauthorized             no token, or not one that we know (401)
├── Forbidden                the token's scope does not allow this (403)
├── NotFound                 there is no such thing (404)
├── Conflict                 the thing is not in a state that allows this (409)
│   └── ChangedMeanwhile     it is not the version that the caller knows any more (412)
├── StreamLimitExceeded      no more streams may run at once (429)
├── StoreUnavailable         Redis does not answer (503); what was on air stays on air
├── FrameRefused             a frame is late, torn, of an old owner or an old epoch; its tick heals later
├── DrawFailed               a layer could not be drawn; the frame goes on without it
├── EncoderFailed            the codec refused its settings or a picture
│   └── RenderFailed         a frame of a render did not come, however often it was ordered
└── OutputFailed             the user's destination refused or broke; the output reconnects

An error says how bad it is and whose fault it is; HTTP status, retries and alerts follow from that.
Driver errors (redis, av, kombu, PIL) are translated to these where they arise, and get no further.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How bad an error is."""

    CRITICAL = "critical"  # someone has to act
    TRANSIENT = "transient"  # goes away by itself; retried
    WARNING = "warning"  # one request or one frame is lost, nothing else


class Fault(StrEnum):
    """Whose error it is."""

    OURS = "ours"
    INPUT = "the user's input"
    DESTINATION = "the user's destination"


class FarmError(Exception):
    """The root. ``message`` says what and where and what to do; ``details`` is JSON for programs."""

    code = "INTERNAL"
    http_status = 500
    severity = Severity.CRITICAL
    fault = Fault.OURS

    def __init__(self, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = details or {}


class SettingsError(FarmError):
    """One or several settings are wrong; the message names all of them."""

    code = "SETTINGS_INVALID"


class InputError(FarmError):
    """The user's request is wrong."""

    code = "INVALID_REQUEST"
    http_status = 400
    severity = Severity.WARNING
    fault = Fault.INPUT


class SceneInvalid(InputError):
    """A scene document has mistakes; ``details["mistakes"]`` is a list of {path, reason}."""

    code = "SCENE_INVALID"
    http_status = 422


class AssetRefused(InputError):
    """A picture is corrupt, too large or of an unknown format."""

    code = "ASSET_REFUSED"
    http_status = 422


class TooLarge(InputError):
    """A request body, or what it would make of the stream's scenes, is over its limit."""

    code = "BODY_TOO_LARGE"
    http_status = 413


class Unauthorized(InputError):
    """There is no token, or not one that we know."""

    code = "UNAUTHORIZED"
    http_status = 401


class Forbidden(InputError):
    """The token's scope does not allow this."""

    code = "FORBIDDEN"
    http_status = 403


class NotFound(InputError):
    """There is no such thing."""

    code = "NOT_FOUND"
    http_status = 404


class Conflict(InputError):
    """The thing is not in a state that allows this."""

    code = "CONFLICT"
    http_status = 409


class ChangedMeanwhile(Conflict):
    """Somebody changed the thing: it is not the version that the caller knows any more."""

    code = "CHANGED_MEANWHILE"
    http_status = 412


class StreamLimitExceeded(InputError):
    """No more streams may run at once, for this user or for the whole farm."""

    code = "STREAM_LIMIT_EXCEEDED"
    http_status = 429


class StoreUnavailable(FarmError):
    """Redis does not answer, or answers with an error."""

    code = "STORE_UNAVAILABLE"
    http_status = 503
    severity = Severity.TRANSIENT


class StoreCannotSave(StoreUnavailable):
    """Redis cannot write to its disk and refuses everything until it can."""


class FrameRefused(FarmError):
    """A delivered frame cannot be used; ``reason`` is a word for counters (late, torn, fence, epoch …);
    ``worker`` says who drew it, and ``frame`` which it was to be, where that can be read."""

    code = "FRAME_REFUSED"
    severity = Severity.WARNING

    def __init__(self, reason: str, message: str, worker: str = "", frame: int | None = None) -> None:
        super().__init__(message, {"reason": reason})
        self.reason = reason
        self.worker = worker
        self.frame = frame


class DrawFailed(FarmError):
    """A layer could not be drawn."""

    code = "DRAW_FAILED"
    severity = Severity.WARNING


class EncoderFailed(FarmError):
    """The codec refused its settings or a picture."""

    code = "ENCODER_FAILED"


class RenderFailed(EncoderFailed):
    """A frame of a render did not come, however often it was ordered."""

    code = "RENDER_FAILED"


class OutputFailed(FarmError):
    """The destination refused the connection or broke it."""

    code = "OUTPUT_FAILED"
    severity = Severity.TRANSIENT
    fault = Fault.DESTINATION
