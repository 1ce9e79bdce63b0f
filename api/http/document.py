"""``python -m api.http.document``: writes what this API says of itself to standard output.

In a process of its own that ends then: the schemas of all bodies and answers take several times the memory
of everything that serves them, and are asked for once in a while.
"""

from __future__ import annotations

import sys
from typing import Any

import msgspec
from flask import render_template

from api.http.table import add_routes, blank_app
from farm.messages import to_json, to_pack

_METHODS = ("get", "post", "put", "patch", "delete")


class Document(msgspec.Struct, frozen=True):
    """The document of this API."""

    openapi: bytes
    """In the OpenAPI format, as JSON."""
    reference: str
    """For people to read, as HTML."""


def describe() -> Document:
    """Make it, in this process."""
    app = blank_app()
    add_routes(app, described=True)
    document = app.api_doc
    with app.test_request_context():
        page = render_template("reference.html", document=document, sections=_sections(document))
    return Document(to_json(document), page)


def _sections(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations by the title of their group."""
    sections: dict[str, list[dict[str, Any]]] = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                row = {"method": method.upper(), "path": path, "operation": operation}
                sections.setdefault(operation["tags"][0], []).append(row)
    return sections


def main() -> None:
    """The entry point."""
    sys.stdout.buffer.write(to_pack(describe()))


if __name__ == "__main__":
    main()
