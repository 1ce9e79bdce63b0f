"""Named values that a scene shows: its own, until others are set while it is on air."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from scene.fields import DrawableText, mistake, worded
from scene.live import Datum
from scene.mistakes import Mistake, SceneMistakes
from scene.numbers import MAX_VALUE
from scene.wording import mistakes_in

MAX_DATA = 200
"""So many values a scene, or a snapshot, may have."""
MAX_DATUM_CHARS = 2000
MAX_DATA_CHARS = 50_000
"""Of all values together: each change of one writes all of them."""

NAME_PATTERN = r"[A-Za-z0-9_.-]{1,64}"
_NAME = re.compile(NAME_PATTERN)
_SHOWN_OF_A_NAME = 40

Data = Mapping[str, Datum]


def _too_much(data: Data) -> str | None:
    """What is too much in ``data``."""
    if len(data) > MAX_DATA:
        return f"has {len(data)} values; at most {MAX_DATA} are allowed"
    chars = sum(len(value) for value in data.values() if isinstance(value, str))
    if chars > MAX_DATA_CHARS:
        return f"has {chars} characters in all; at most {MAX_DATA_CHARS} are allowed"
    return None


def _within_limits(data: object) -> object:
    # Before each value is looked at: a flood would be looked at to its end.
    if not isinstance(data, dict):
        return data
    if (reason := _too_much(data)) is not None:
        raise mistake(reason)
    for name in data:
        if not isinstance(name, str) or _NAME.fullmatch(name) is None:
            shown = str(name)[:_SHOWN_OF_A_NAME]
            raise mistake(f"has a name, {shown!r}, that is not 1 to 64 letters, digits or any of _ . -")
    return data


_Number = (
    Annotated[int, Field(ge=-MAX_VALUE, le=MAX_VALUE)] | Annotated[float, Field(ge=-MAX_VALUE, le=MAX_VALUE)]
)
_Value = Annotated[
    _Number | Annotated[DrawableText, Field(max_length=MAX_DATUM_CHARS)],
    worded(
        f"must be a number up to {MAX_VALUE:g} either way, or a text of at most {MAX_DATUM_CHARS} characters "
        "without control characters"
    ),
]
DataValues = Annotated[
    dict[str, _Value],
    Field(json_schema_extra={"propertyNames": {"pattern": f"^{NAME_PATTERN}$"}, "maxProperties": MAX_DATA}),
    BeforeValidator(_within_limits),
]
"""Values by name, as documents and the API give them."""

_values: TypeAdapter[dict[str, Datum]] = TypeAdapter(DataValues)


def parse_data(data: object) -> dict[str, Datum]:
    """The values in ``data``, a JSON value. Raises SceneMistakes."""
    try:
        return _values.validate_python(data, strict=True)
    except ValidationError as error:
        raise SceneMistakes(mistakes_in(error)) from error


def check_limits(data: Data) -> None:
    """That values which are good one by one are not too many together. Raises SceneMistakes."""
    if (reason := _too_much(data)) is not None:
        raise SceneMistakes([Mistake(".", reason)])
