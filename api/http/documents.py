"""Scenes and layers as bodies: described by the scene's own models, checked by the scene."""

from __future__ import annotations

from typing import Any

from flask import request
from pydantic import JsonValue, RootModel, model_validator

from api.http.shapes import Remembered
from scene.document import Scene
from scene.layers import Layer
from scene.show import ShowDocument
from scene.show_edits import TakeOrder


class SceneDocument(Remembered, RootModel[Scene]):
    """A scene."""


class LayerDocument(Remembered, RootModel[Layer]):
    """A layer."""


class SceneBody(RootModel[dict[str, JsonValue]]):
    """A scene as it came. The scene checks it, and names mistakes better than a union of models can."""

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """What it shall be."""
        return SceneDocument.model_json_schema(*args, **options)


class ScenePatch(RootModel[dict[str, JsonValue]]):
    """What shall change in a scene: any of its fields. Objects are merged, lists replaced, and null sets a
    field back to its default (RFC 7396)."""


class ShowDocumentShape(Remembered, RootModel[ShowDocument]):
    """A show; a scene that stands alone is answered as itself."""


class NamedScenePatch(RootModel[dict[str, JsonValue]]):
    """What shall change in a scene: any of its fields, merged as in a layer, and its ``name``."""


class ShowBody(RootModel[dict[str, JsonValue]]):
    """A show as it came, or a scene that stands alone; checked like :class:`SceneBody`."""

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """What it shall be."""
        return ShowDocumentShape.model_json_schema(*args, **options)


class TakeBody(RootModel[dict[str, JsonValue]]):
    """What goes on program, and how; checked like :class:`SceneBody`. No body at all is a take as well."""

    @model_validator(mode="before")
    @classmethod
    def _may_be_left_out(cls, data: Any) -> Any:
        return {} if data is None else data

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """What it shall be."""
        return TakeOrder.model_json_schema(*args, **options)


class LayerBody(RootModel[dict[str, JsonValue]]):
    """A layer as it came; checked like :class:`SceneBody`."""

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """What it shall be."""
        return LayerDocument.model_json_schema(*args, **options)


class LayerPatch(RootModel[dict[str, JsonValue]]):
    """What shall change in a layer: any of its fields. Objects are merged, lists replaced, and null sets a
    field back to its default (RFC 7396). With a ``transition`` (``duration`` and ``easing``, or a ``spring``)
    what can be animated goes to its new value instead of being there at once."""


def etag(revision: int) -> dict[str, str]:
    """The headers that say which revision an answer shows."""
    return {"ETag": f'"{revision}"', "X-Scene-Revision": str(revision)}


def expected_revisions() -> frozenset[int] | None:
    """The revisions that the request's If-Match allows; None when it allows any."""
    given = request.if_match
    if given.star_tag or not given:
        return None
    return frozenset(int(tag) for tag in given.as_set() if tag.isascii() and tag.isdigit())
