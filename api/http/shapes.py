"""The base of what comes in and goes out: camelCase outside, snake_case inside, nothing unknown."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from farm.errors import InputError


class Body(BaseModel):
    """A request's JSON: no unknown fields, no guessing of types."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=to_camel, allow_inf_nan=False
    )


class Patch(Body):
    """A request that changes what it names. Leaving out is the only way to leave alone: null is refused."""

    @model_validator(mode="before")
    @classmethod
    def _no_null(cls, data: Any) -> Any:
        if isinstance(data, dict) and (
            nulls := sorted(name for name, value in data.items() if value is None)
        ):
            raise ValueError(f"{', '.join(nulls)} must not be null; leave out what shall stay")
        return data


class Remembered(BaseModel):
    """A model whose schema is made once: many routes answer scenes and layers, whose schema is large."""

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """See pydantic. Not to be changed by who gets it."""
        return cls._schema(*args, **options)

    @classmethod
    @cache
    def _schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        return super().model_json_schema(*args, **options)


class Shape(BaseModel):
    """The ``data`` of an answer."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)

    def plain(self) -> dict[str, Any]:
        """As JSON objects and lists."""
        return self.model_dump(mode="json", by_alias=True)


def path_text(location: tuple[str | int, ...]) -> str:
    """``("outputs", 0, "url")`` as ``"outputs[0].url"``; "body" for the whole."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".") or "body"


def refuse(error: ValidationError) -> InputError:
    """Our error for a body that does not have its model's shape; it names every mistake."""
    mistakes = [
        {"path": path_text(mistake["loc"]), "reason": mistake["msg"].removeprefix("Value error, ")}
        for mistake in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    message = "; ".join(f"{mistake['path']}: {mistake['reason']}" for mistake in mistakes[:5])
    return InputError(message, {"mistakes": mistakes})
