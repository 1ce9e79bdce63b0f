"""Every route of the API has an answer, whatever is sent: also under the names of its own fields."""

from __future__ import annotations

import json
import random
import re
from typing import Any

from flask import Flask

from tests.api.conftest import ADMIN_TOKEN, TEXT_LAYER, Caller
from tests.fuzz.documents import nonsense

_PLACES = {"stream": "show", "layer_id": "title", "name": "main", "scene": "main", "revision": "1"}
"""What stands for a part of a path; of any other, "x"."""
_BODIES = 4  # of each route
_ASKED = 4  # questions in a query


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Method, path as the documentation writes it, and as it is asked."""
    found = []
    for rule in app.url_map.iter_rules():
        asked = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: _PLACES.get(part[1], "x"), rule.rule)
        told = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        found += [(method, told, asked) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return sorted(found)


def fields_of(document: dict[str, Any], method: str, path: str) -> list[str]:
    """The names of a route's own fields, as far as they are documented: of its body and its query."""
    operation = document["paths"].get(path, {}).get(method.lower(), {})
    names = [parameter["name"] for parameter in operation.get("parameters", ())]
    for media in operation.get("requestBody", {}).get("content", {}).values():
        reference = str(media.get("schema", {}).get("$ref", "")).rpartition("/")[2]
        names += list(document["components"]["schemas"].get(reference, {}).get("properties", {}))
    return names


def bodies(names: list[str], rng: random.Random) -> list[Any]:
    """Nonsense, and objects with the route's own names."""
    named = [{name: nonsense(rng) for name in names if rng.random() < 0.6} for _ in range(_BODIES - 1)]
    return [nonsense(rng), *named]


def query(names: list[str], rng: random.Random) -> dict[str, str]:
    """A few questions; their names are known or not."""
    return {
        rng.choice([*names, "x"]): str(nonsense(rng)).encode(errors="replace").decode()[:200]
        for _ in range(_ASKED)
    }


def test_whatever_is_sent_is_answered(admin: Caller, app: Flask, show: str) -> None:
    document = admin.raw("GET", "/openapi.json").get_json()
    every = routes(app)
    assert {("POST", "/streams"), ("PATCH", "/streams/show/layers/title")} <= {(m, p) for m, _, p in every}
    wrong = []
    for number, (method, told, asked) in enumerate(every):
        rng = random.Random(number)
        names = fields_of(document, method, told)
        # A route before may have removed them.
        admin.raw("POST", "/streams", json={"id": show})
        admin.raw("POST", f"/streams/{show}/layers", json=TEXT_LAYER)
        sent: list[dict[str, Any]] = [{"query_string": query(names, rng)}]
        if method not in {"GET", "DELETE"}:
            texts = [json.dumps(body).encode() for body in bodies(names, rng)]
            sent += [{"data": text, "content_type": "application/json"} for text in texts]
            sent.append({"data": rng.randbytes(40), "content_type": "image/png"})
        for options in sent:
            answer = admin.raw(method, asked, **options)
            text = answer.get_data(as_text=True)
            if answer.status_code >= 500 or ADMIN_TOKEN in text:
                wrong.append(f"{method} {asked} {str(options)[:300]}: {answer.status_code} {text[:300]}")
    assert not wrong, "\n".join(wrong)
