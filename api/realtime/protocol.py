"""The WebSocket protocol: what clients may say, what they are told, and why they are sent away.

A client's first message is ``{"type": "auth", "token": "fft_..."}`` unless it sent an Authorization header.
``events`` (names; none means all) and ``after`` (the id of the last event it saw) may stand in it or in a
later ``{"type": "subscribe"}``. All it is told has one form: ``{"type", "id", "stream", "at", "data"}``;
``id`` is null in what is not kept in the log and cannot be resumed from.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Any

import msgspec

from api.realtime.condition import iso_time
from api.realtime.state import LogEntry
from farm.errors import FarmError, InputError
from farm.messages import to_json

MAX_MESSAGE_BYTES = 4096
MAX_EVENT_NAMES = 64
_EVENT_ID = re.compile(r"\d{1,19}-\d{1,19}")


class CloseCode(IntEnum):
    """Why the server ends a connection: RFC 6455's codes, and ours beside the HTTP status they are like."""

    NORMAL = 1000
    GOING_AWAY = 1001
    INTERNAL = 1011
    TRY_AGAIN_LATER = 1013
    BAD_MESSAGES = 4400
    UNAUTHORIZED = 4401
    NOT_FOUND = 4404
    TOO_SLOW = 4408


class Auth(msgspec.Struct, frozen=True, tag="auth", forbid_unknown_fields=True):
    """Who the client is."""

    token: str
    events: list[str] | None = None
    after: str | None = None

    def __repr__(self) -> str:
        return "Auth(token=***)"


class Subscribe(msgspec.Struct, frozen=True, tag="subscribe", forbid_unknown_fields=True):
    """What the client wants to hear from now on."""

    events: list[str] | None = None
    after: str | None = None


_decoder: msgspec.json.Decoder[Auth | Subscribe] = msgspec.json.Decoder(Auth | Subscribe)


def event_position(event_id: str) -> tuple[int, int]:
    """An event's place in the log, to compare with others."""
    time_ms, number = event_id.split("-")
    return int(time_ms), int(number)


def parse_message(raw: str | bytes) -> Auth | Subscribe:
    """The client's message in ``raw``. Raises InputError that says what is wrong with it."""
    try:
        message = _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"this message cannot be understood: {error}") from error
    if message.after is not None and not _EVENT_ID.fullmatch(message.after):
        raise InputError('"after" must be the id of an event, for example "1700000000000-0"')
    if message.events is not None and len(message.events) > MAX_EVENT_NAMES:
        raise InputError(f'"events" may name {MAX_EVENT_NAMES} events at most')
    return message


def told(kind: str, stream: str, wall_ms: int, data: dict[str, Any], event_id: str | None = None) -> str:
    """One message to a client."""
    message = {"type": kind, "id": event_id, "stream": stream, "at": iso_time(wall_ms), "data": data}
    return to_json(message).decode()


def told_entry(entry: LogEntry) -> str:
    """One entry of the event log as a client gets it."""
    event = entry.event
    return told(event.type, event.stream, event.wall_ms, event.data, entry.id)


def told_error(error: FarmError, stream: str, wall_ms: int) -> str:
    """An error as a client gets it; the connection goes on."""
    data = {"code": error.code, "message": error.message, "details": error.details}
    return told("error", stream, wall_ms, data)
