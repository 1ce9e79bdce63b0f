"""Whatever is sent, the answer has the one form and is never our fault."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import ADMIN_TOKEN, TEXT_LAYER, Caller

_NAMES = st.sampled_from(
    [
        "id",
        "name",
        "type",
        "text",
        "layers",
        "viewport",
        "outputs",
        "url",
        "config",
        "scene",
        "owner",
        "scope",
        "position",
        "size",
        "x",
        "width",
        "opacity",
        "animations",
        "asset",
        "property",
        "from",
        "to",
        "duration",
        "keyframes",
        "start",
        "colour",
        "shape",
        "zIndex",
        "bits",
        "TARGET_FPS",
        "STREAM_RESOLUTION",
    ]
)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["text", "image", "colour", "shape", "frame_number", "rtmp://host/app", "50%", "now"])
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(_NAMES | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=15,
)
_ROUTES = st.sampled_from(
    [
        ("POST", "/streams"),
        ("PATCH", "/streams/show/config"),
        ("PUT", "/streams/show/outputs"),
        ("PUT", "/streams/show/scene"),
        ("POST", "/streams/show/scene/validate"),
        ("POST", "/streams/show/scene/undo"),
        ("POST", "/streams/show/layers"),
        ("PATCH", "/streams/show/layers/title"),
        ("POST", "/tokens"),
        ("POST", "/assets"),
        ("POST", "/rtmp/publish"),
        ("POST", "/streams/show/pause"),
        ("POST", "/streams/show/timelines/flash/start"),
        ("POST", "/streams/show/triggers/bid"),
    ]
)
_AGREED = {200, 201, 400, 403, 404, 409, 412, 415, 422, 429}

_relaxed = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _check(admin: Caller, method: str, path: str, **options: Any) -> None:
    answer = admin.raw(method, path, **options)
    assert answer.status_code in _AGREED, answer.get_data(as_text=True)
    assert answer.get_json()["success"] is (answer.status_code < 400)
    assert ADMIN_TOKEN not in answer.get_data(as_text=True)


@_relaxed
@given(route=_ROUTES, body=st.dictionaries(_NAMES, _JSON, max_size=6) | _JSON)
def test_any_json_is_answered(admin: Caller, show: str, route: tuple[str, str], body: object) -> None:
    admin.raw("POST", f"/streams/{show}/layers", json=TEXT_LAYER)
    _check(admin, *route, json=body)


@_relaxed
@given(
    route=_ROUTES, body=st.binary(max_size=60), kind=st.sampled_from(["application/json", "image/png", ""])
)
def test_any_bytes_are_answered(
    admin: Caller, show: str, route: tuple[str, str], body: bytes, kind: str
) -> None:
    _check(admin, *route, data=body, content_type=kind)


@_relaxed
@given(
    method=st.sampled_from(["GET", "DELETE"]),
    stream=st.text(min_size=1, max_size=12),
    rest=st.sampled_from(["", "/status", "/layers", "/scene", "/report", "/keys/x", "/layers/x"]),
)
def test_any_stream_is_answered(admin: Caller, method: str, stream: str, rest: str) -> None:
    answer = admin.raw(method, f"/streams/{stream}{rest}")
    assert answer.status_code in {200, 404, 405}
    assert answer.get_json()["success"] is (answer.status_code == 200)
