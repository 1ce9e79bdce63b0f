"""What a scene document may look like, for programs: editors check with it while one writes."""

from __future__ import annotations

from functools import cache
from typing import Any

from scene.document import Scene
from scene.show import ShowDocument

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@cache
def scene_schema() -> dict[str, Any]:
    """The JSON Schema of scene documents."""
    return {"$schema": DIALECT, **Scene.model_json_schema(), "title": "Framefarm scene"}


@cache
def show_schema() -> dict[str, Any]:
    """The JSON Schema of shows. One scene that stands alone is a show as well; its schema is another."""
    return {"$schema": DIALECT, **ShowDocument.model_json_schema(), "title": "Framefarm show"}
