"""Turns pydantic's errors into mistakes in plain English, with paths as the document's author knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from scene.mistakes import Mistake

_REASONS: Mapping[str, str] = {
    "missing": "is required; add it",
    "model_type": "must be an object with fields",
    "model_attributes_type": "must be an object with fields",
    "dict_type": "must be an object with fields",
    "tuple_type": "must be a list",
    "string_type": "must be a text in quotes",
    "string_too_long": "must have at most {max_length} characters",
    "string_unicode": "must be well-formed Unicode text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_short": "has {actual_length} entries; at least {min_length} are needed",
    "too_long": "has {actual_length} entries; at most {max_length} are allowed",
    "none_required": "cannot be set here; remove it",
    "literal_error": "must be {expected}",
    "union_tag_invalid": "must be one of {expected_tags}",
    "union_tag_not_found": "is required; add it",
}
_MAX_STEP = 64  # characters; the name of an unknown field may be anything
# The lists whose entries are of several kinds: of a layer and of a timeline.
_OF_KINDS = ("effects", "steps", "sequence", "parallel", "stagger")
_A_NAME = "[key]"  # what pydantic calls the name of an entry, behind that name
_OF_A_KIND = "transition"  # a single part that is of several kinds
_ABOUT_TYPE = ("union_tag_invalid", "union_tag_not_found")


def mistakes_in(error: ValidationError, *, skipped_steps: int = 0) -> list[Mistake]:
    """Every mistake in ``error``, without the first steps of each path."""
    return [
        Mistake(_path(found, skipped_steps), _reason(found))
        for found in error.errors(include_url=False, include_input=False)
    ]


def _path(found: Mapping[str, Any], skipped_steps: int) -> str:
    steps = [step for step in _without_kinds(found["loc"][skipped_steps:]) if step != _A_NAME]
    if found["type"] in _ABOUT_TYPE:
        steps.append("type")
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step[:_MAX_STEP]}" for step in steps)
    path += found.get("ctx", {}).get("at", "")
    return path.removeprefix(".") or "."


def _without_kinds(steps: Sequence[int | str]) -> list[int | str]:
    """Without the kind that pydantic names behind a part, or an entry of a list, that is of several kinds."""
    return [step for index, step in enumerate(steps) if not _names_a_kind(steps, index)]


def _names_a_kind(steps: Sequence[int | str], index: int) -> bool:
    if index >= 1 and steps[index - 1] == _OF_A_KIND:
        return True
    return index >= 2 and steps[index - 2] in _OF_KINDS and isinstance(steps[index - 1], int)


def _reason(found: Mapping[str, Any]) -> str:
    context = found.get("ctx", {})
    if found["type"] == "extra_forbidden":
        return "is not a field that exists here; remove it"
    template = _REASONS.get(found["type"])
    return template.format_map(context) if template else str(found["msg"])
