"""JSON Merge Patch: https://www.rfc-editor.org/rfc/rfc7396."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``old`` with ``changes``: objects field by field, all else as a whole; null removes a field."""
    result = dict(old)
    for name, change in changes.items():
        value = result.get(name)
        if change is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(change, dict):
            result[name] = merged(value, change)
        else:
            result[name] = change
    return result
