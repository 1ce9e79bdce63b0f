"""Routes as data: each says its method, its path, its handler, who may call it and what it answers.

Every stream's routes exist twice: under ``/streams/{stream}`` and, for the caller's default stream, under
``/stream``; those of a scene for any scene by its name, too. Handlers do not know which;
:mod:`api.http.addressing` tells them the stream and the scene.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.parameter import Parameter
from flask_openapi3.models.parameter_in_type import ParameterInType
from flask_openapi3.models.path_item import PathItem
from flask_openapi3.models.schema import Schema
from flask_openapi3.models.tag import Tag
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel

from api.http.access import require
from api.http.addressing import pull_address
from api.http.envelope import Done, Failure, Success
from api.http.intake import takes_raw
from farm.store.tokens import Scope

TOKEN_SECURITY = "token"  # noqa: S105  the name of the security scheme in the OpenAPI document

_ADDRESSES = {"stream": "The stream's id.", "scene": "The scene's name."}
"""What may stand in the prefix of routes."""


@dataclass(frozen=True)
class Route:
    """One method of one path."""

    method: str
    rule: str
    handler: Callable[..., Response]
    answers: type[BaseModel] | None = None
    """The ``data`` of the answer; None when it has none."""
    status: int = 200
    scope: Scope | None = Scope.OPERATOR
    """The least scope that may call it; None lets everybody."""
    media: str | None = None
    """The media type of an answer that is not JSON."""
    raw_body: bool = False
    """Whether the handler reads the body itself."""


def mount(
    app: OpenAPI,
    name: str,
    prefix: str,
    groups: Iterable[tuple[Iterable[Route], str]],
    *,
    described: bool,
) -> None:
    """Add routes below ``prefix``, in groups with their titles. ``name`` begins their endpoints and
    operation ids. Only if they are ``described`` are their schemas made."""
    blueprint = APIBlueprint(
        name, __name__, url_prefix=prefix or None, operation_id_callback=_operation_id, doc_ui=described
    )
    addressed = "<" in prefix
    for routes, title in groups:
        for route in routes:
            _add(blueprint, route, Tag(name=title), addressed=addressed)
            endpoint = f"{name}.{route.handler.__name__}"
            require(app, endpoint, route.scope)
            if route.raw_body:
                takes_raw(app, endpoint)
    if addressed:
        blueprint.url_value_preprocessor(pull_address)
        _declare(blueprint.paths, [name for name in _ADDRESSES if f"<{name}>" in prefix])
    app.register_api(blueprint)


def _add(blueprint: APIBlueprint, route: Route, tag: Tag, *, addressed: bool) -> None:
    register = getattr(blueprint, route.method.lower())
    register(
        route.rule,
        tags=[tag],
        responses=_responses(route, addressed=addressed) if blueprint.doc_ui else None,
        security=[{TOKEN_SECURITY: []}] if route.scope else [],
        openapi_extensions={"x-scope": str(route.scope)} if route.scope else {},
    )(route.handler)


def _responses(route: Route, *, addressed: bool) -> dict[str | int, Any]:
    if route.media:
        schema = {"type": "string", "format": "binary"}
        good: Any = {"content": {route.media: {"schema": schema}}}
    else:
        good = Done if route.answers is None else Success[route.answers]  # type: ignore[name-defined]  # a model chosen at run time
    bad = [400, 503]
    if route.scope:
        bad += [401, 403]
    if addressed or "<" in route.rule:
        bad += [404]
    return {route.status: good, **{status: _failure(status) for status in sorted(bad)}}


def _failure(status: int) -> dict[str, Any]:
    """As a reference, because the library would make the same schema anew for every route."""
    schema = {"$ref": f"#/components/schemas/{Failure.__name__}"}
    return {"description": HTTPStatus(status).phrase, "content": {"application/json": {"schema": schema}}}


def _operation_id(*, bp_name: str, name: str, path: str, method: str) -> str:
    return f"{bp_name}_{name}"


def _declare(paths: dict[str, PathItem], names: Sequence[str]) -> None:
    """The handlers don't take these from the path, so the library does not know of them."""
    declared = [
        Parameter(
            name=name,
            param_in=ParameterInType.PATH,
            required=True,
            description=_ADDRESSES[name],
            param_schema=Schema(type="string"),
        )
        for name in names
    ]
    for item in paths.values():
        for operation in (item.get, item.post, item.put, item.patch, item.delete):
            if operation is not None:
                operation.parameters = [*declared, *(operation.parameters or [])]
