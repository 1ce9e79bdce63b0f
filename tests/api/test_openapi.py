"""The document of this API: complete, and true to what the routes do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import TEXT_LAYER, Caller

PAGES = {
    "/",
    "/dashboard/{file}",
    "/dashboard/settings.json",
    "/openapi.json",
    "/reference",
    "/reference/{file}",
}
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def document(nobody: Caller) -> dict[str, Any]:
    answer: dict[str, Any] = nobody.raw("GET", "/openapi.json").get_json()
    return answer


def _operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def test_every_route_is_in_the_document(app: Flask, document: dict[str, Any]) -> None:
    routes = {
        (method.lower(), path)
        for rule in app.url_map.iter_rules()
        if (path := re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule)) not in PAGES
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert set(_operations(document)) == routes
    assert {method for method, _ in routes} == METHODS


def test_every_parameter_of_a_path_is_declared(document: dict[str, Any]) -> None:
    for (_, path), operation in _operations(document).items():
        declared = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", path)), path


def test_every_operation_has_its_own_id_and_says_what_it_does(document: dict[str, Any]) -> None:
    operations = _operations(document).values()
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"].endswith((".", "?")) for operation in operations)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(re.findall(r"'\$ref': '#/components/schemas/([^']+)'", str(document)))
    assert references
    assert references <= set(document["components"]["schemas"])


def test_only_the_rtmp_servers_route_needs_no_token(document: dict[str, Any]) -> None:
    free = {path for (_, path), operation in _operations(document).items() if not operation.get("security")}
    assert free == {"/rtmp/publish"}


def test_a_layers_fields_are_described(document: dict[str, Any]) -> None:
    body = document["paths"]["/streams/{stream}/layers"]["post"]["requestBody"]
    name = body["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    assert "TextLayer" in str(document["components"]["schemas"][name])
    assert "fontSize" in document["components"]["schemas"]["TextLayer"]["properties"]


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/status", "StreamState"),
        ("/metrics", "MetricsShape"),
        ("/config", "ConfigShape"),
        ("/outputs", "OutputsShape"),
        ("/layers", "LayersShape"),
        ("/keys", "KeysShape"),
        ("/can-start", "AdmissionShape"),
        ("", "StreamShape"),
    ],
)
def test_answers_have_the_fields_of_the_document(
    bob: Caller, show: str, document: dict[str, Any], path: str, shape: str
) -> None:
    bob.ask("POST", f"/streams/{show}/layers", TEXT_LAYER, status=201)
    told = bob.ask("GET", f"/streams/{show}{path}")
    assert set(told) == set(document["components"]["schemas"][shape]["properties"])


def test_people_can_read_it(nobody: Caller, document: dict[str, Any]) -> None:
    page = nobody.raw("GET", "/reference")
    assert page.mimetype == "text/html"
    text = page.get_data(as_text=True)
    for path in document["paths"]:
        assert path.startswith("/stream/") or path == "/stream" or f"<code>{path}</code>" in text
    assert nobody.raw("GET", "/reference/reference.css").mimetype == "text/css"


def test_the_dashboard_is_the_front_page(nobody: Caller) -> None:
    page = nobody.raw("GET", "/")
    assert page.mimetype == "text/html"
    for file in re.findall(r'(?:src|href)="(/[^"]+)"', page.get_data(as_text=True)):
        assert nobody.raw("GET", file).status_code == 200, file


@pytest.mark.parametrize("file", ["../http/app.py", "..%2fhttp%2fapp.py", "%2e%2e/__main__.py"])
def test_pages_lead_nowhere_else(nobody: Caller, file: str) -> None:
    assert nobody.raw("GET", f"/dashboard/{file}").status_code == 404
    assert nobody.raw("GET", f"/reference/{file}").status_code == 404
