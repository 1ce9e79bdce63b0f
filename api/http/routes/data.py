"""Values that a stream's scene shows by their names, changed while it is on air without an edit of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Response
from pydantic import JsonValue, RootModel

from api.http.addressing import addressed_stream
from api.http.envelope import ok
from api.http.live import Change, Kept, LiveDesk
from api.http.router import Route
from api.http.services import services
from api.http.shapes import Shape
from farm.errors import InputError
from farm.store.snapshots import Snapshot
from farm.store.tokens import Scope
from scene.data import DataValues, check_limits, parse_data
from scene.live import Datum
from scene.mistakes import SceneMistakes


class DataDocument(RootModel[DataValues]):
    """Texts and numbers by name."""


class DataBody(RootModel[dict[str, JsonValue]]):
    """Values as they came; checked like those of a scene."""

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """What it shall be."""
        return DataDocument.model_json_schema(*args, **options)


class DataPatch(RootModel[dict[str, JsonValue]]):
    """Values that shall change, by name; null gives one back to the scene's own."""


class DataShape(Shape):
    """What was set of the values that the scene shows, and the number of the live snapshot that has it. The
    event ``data:applied`` tells the first frame that shows that snapshot, or a later one."""

    snapshot: int
    values: DataValues


def get_data() -> Response:
    """The values that were set. Others are as the scene's own ``data`` says."""
    return _answer(_desk().current())


def put_data(body: DataBody) -> Response:
    """Set these values and no others."""
    with data_errors():
        values = parse_data(body.root)
    return _answer(_desk().edit(lambda old, number, shown: old.with_values(values, number, shown)))


def patch_data(body: DataPatch) -> Response:
    """Set these values, and leave the others as they are."""
    with data_errors():
        return _answer(_desk().edit(patched(body)))


def delete_data() -> Response:
    """Give all values back to the scene's own ``data``."""
    return _answer(_desk().edit(lambda old, number, shown: old.with_values({}, number, shown)))


def patched(body: DataPatch) -> Change:
    """The change that ``body`` asks for. It and this raise SceneMistakes."""
    values = parse_data({name: value for name, value in body.root.items() if value is not None})
    return lambda old, number, shown: _merged(old, body.root, values, number, shown)


def _desk() -> LiveDesk:
    return LiveDesk(services(), addressed_stream())


def _merged(
    old: Snapshot, asked: Mapping[str, object], values: Mapping[str, Datum], number: int, shown: int
) -> Snapshot:
    stay = {name: value for name, value in old.plain_values().items() if name not in asked}
    merged = {**stay, **values}
    check_limits(merged)
    return old.with_values(merged, number, shown)


def _answer(kept: Kept) -> Response:
    return ok({"snapshot": kept.number, "values": kept.snapshot.plain_values()})


@contextmanager
def data_errors() -> Iterator[None]:
    """Translate the scene's mistakes to InputError with all of them."""
    try:
        yield
    except SceneMistakes as error:
        mistakes = [{"path": mistake.path, "reason": mistake.reason} for mistake in error.mistakes]
        raise InputError(str(error), {"mistakes": mistakes}) from error


DATA_ROUTES = (
    Route("GET", "/data", get_data, DataShape, scope=Scope.VIEWER),
    Route("PUT", "/data", put_data, DataShape),
    Route("PATCH", "/data", patch_data, DataShape),
    Route("DELETE", "/data", delete_data, DataShape),
)
