"""Pictures, uploaded and fetched."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from api.http.services import Services
from farm.fetch import Fetched
from farm.settings import Settings
from farm.store.tokens import Scope
from tests.api.conftest import Caller


def picture(width: int = 8, height: int = 6, kind: str = "PNG") -> bytes:
    """A picture's file."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 40)).save(file, kind)
    return file.getvalue()


def _bomb() -> bytes:
    """A small PNG that says it has 50,000 x 50,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


def _upload(who: Caller, data: bytes) -> str:
    asset: str = who.ask("POST", "/assets", data=data, content_type="image/png", status=201)["id"]
    return asset


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_is_kept_as_it_came(bob: Caller, kind: str) -> None:
    data = picture(kind=kind)
    kept = bob.ask("POST", "/assets?name=logo", data=data, content_type="image/x", status=201)
    assert (kept["name"], kept["format"], kept["width"], kept["height"]) == ("logo", kind, 8, 6)
    assert (kept["owner"], kept["bytes"]) == ("bob", len(data))
    assert bob.ask("GET", f"/assets/{kept['id']}") == {**kept, "usedBy": []}
    assert bob.ask("GET", "/assets") == {"assets": [kept], "count": 1}
    answer = bob.raw("GET", f"/assets/{kept['id']}/data")
    assert (answer.data, answer.mimetype) == (data, f"image/{kind.lower()}")


def _animation(*durations_ms: int) -> bytes:
    file, frames = io.BytesIO(), [Image.new("L", (8, 6), 60 * number) for number in range(len(durations_ms))]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=durations_ms)
    return file.getvalue()


def test_an_animation_plays_as_its_file_says_and_not_as_a_document_says(bob: Caller, show: str) -> None:
    still, slow, fast = (
        _upload(bob, data) for data in (picture(), _animation(500, 700), _animation(20, 30, 40))
    )
    assert bob.ask("GET", f"/assets/{slow}")["frameMs"] == [500, 700]
    layer = {"id": "gif", "type": "image", "asset": slow, "frameMs": [1, 2, 3]}
    made = bob.ask("POST", f"/streams/{show}/layers", layer, status=201)
    assert (made["frameMs"], made["start"]) == ([500, 700], {"revision": 2})
    moved = bob.ask("PATCH", f"/streams/{show}/layers/gif", {"asset": fast, "speed": 2})
    assert (moved["frameMs"], moved["start"]) == ([20, 30, 40], {"revision": 2})
    assert "frameMs" not in bob.ask("PATCH", f"/streams/{show}/layers/gif", {"asset": still})
    made = bob.ask("POST", "/streams", {"scene": {"layers": [layer]}}, status=201)
    assert bob.ask("GET", f"/streams/{made['id']}/layers/gif")["frameMs"] == [500, 700]


def test_another_picture_in_a_variant_is_known_and_kept(bob: Caller, show: str) -> None:
    still, slow = _upload(bob, picture()), _upload(bob, _animation(500, 700))
    layer = {"id": "face", "type": "image", "asset": still}
    overrides = {"asset": slow}
    document = {"layers": [layer], "variants": {"tall": {"layers": {"face": overrides}}}}
    kept = bob.ask("PUT", f"/streams/{show}/scene", document)["variants"]["tall"]["layers"]["face"]
    assert (kept["asset"], kept["frameMs"], kept["start"]) == (slow, [500, 700], {"revision": 2})
    error = bob.refused("DELETE", f"/assets/{slow}", status=409)
    assert error["details"] == {"stream": show, "layer": "face"}
    overrides["asset"] = "nowhere"
    error = bob.refused("PUT", f"/streams/{show}/scene", document, status=422)
    assert [mistake["path"] for mistake in error["details"]["mistakes"]] == [
        "variants.tall.layers.face.asset"
    ]


def test_a_picture_may_come_in_a_form(bob: Caller) -> None:
    form = {"file": (io.BytesIO(picture()), "logo.png")}
    kept = bob.ask("POST", "/assets", data=form, content_type="multipart/form-data", status=201)
    assert kept["name"] == "logo.png"
    assert kept["id"] == _upload(bob, picture())


def test_a_form_without_a_picture_is_refused(bob: Caller) -> None:
    form = {"other": "x"}
    bob.refused("POST", "/assets", data=form, content_type="multipart/form-data", status=400)


@pytest.mark.parametrize(
    "data",
    [
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture(400, 300)[:-60],
        picture()[:40],
        _bomb(),
    ],
)
def test_a_corrupt_or_huge_picture_is_refused(bob: Caller, data: bytes) -> None:
    error = bob.refused("POST", "/assets", data=data, content_type="image/png", status=422)
    assert error["code"] == "ASSET_REFUSED"
    assert bob.ask("GET", "/assets")["count"] == 0


def test_an_empty_picture_is_refused(bob: Caller) -> None:
    bob.refused("POST", "/assets", data=b"", content_type="image/png", status=400)


@pytest.mark.parametrize("in_a_form", [False, True])
def test_a_picture_over_the_limit_is_too_large(bob: Caller, settings: Settings, in_a_form: bool) -> None:
    data = b"\x89PNG" + bytes(settings.asset_max_bytes)
    body = {"file": (io.BytesIO(data), "x.png")} if in_a_form else data
    kind = "multipart/form-data" if in_a_form else "image/png"
    error = bob.refused("POST", "/assets", data=body, content_type=kind, status=413)
    assert error["details"] == {"limitBytes": settings.asset_max_bytes}


def test_other_peoples_pictures_do_not_exist(bob: Caller, caller: Callable[..., Caller]) -> None:
    asset, eve = _upload(bob, picture()), caller("eve")
    for method, path in [("GET", ""), ("GET", "/data"), ("DELETE", "")]:
        eve.refused(method, f"/assets/{asset}{path}", status=404)
    assert eve.ask("GET", "/assets")["count"] == 0
    layer = {"type": "image", "asset": asset}
    assert eve.refused("POST", "/stream/layers", layer, status=422)["code"] == "SCENE_INVALID"


def test_a_picture_that_is_shown_is_not_deleted(bob: Caller, show: str) -> None:
    asset = _upload(bob, picture())
    bob.ask("POST", f"/streams/{show}/layers", {"id": "logo", "type": "image", "asset": asset}, status=201)
    error = bob.refused("DELETE", f"/assets/{asset}", status=409)
    assert error["details"] == {"stream": show, "layer": "logo"}
    bob.ask("DELETE", f"/streams/{show}/layers/logo")
    bob.ask("DELETE", f"/assets/{asset}")
    bob.refused("GET", f"/assets/{asset}", status=404)


def test_an_unknown_picture_is_not_found(bob: Caller) -> None:
    bob.refused("DELETE", "/assets/nothing", status=404)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, farm: Services) -> Callable[[bytes], str]:
    """Puts what it is given at a URL, as far as this app's fetcher knows."""

    def put(data: bytes) -> str:
        monkeypatch.setattr(farm.fetcher, "fetch", lambda _url: Fetched(data, "logo.png"))
        return "https://pictures.example/logo.png"

    return put


def test_a_picture_is_fetched_by_its_url(bob: Caller, web: Callable[[bytes], str]) -> None:
    url = web(picture())
    kept = bob.ask("POST", "/assets", {"url": url}, status=201)
    assert (kept["name"], kept["owner"], kept["width"]) == ("logo.png", "bob", 8)
    assert bob.raw("GET", f"/assets/{kept['id']}/data").data == picture()
    named = bob.ask("POST", "/assets", {"url": web(picture(9, 9)), "name": "sign"}, status=201)
    assert named["name"] == "sign"
    assert bob.ask("POST", "/assets", {"url": web(picture())}, status=201)["id"] == kept["id"]


def test_what_is_fetched_is_checked_like_what_is_uploaded(bob: Caller, web: Callable[[bytes], str]) -> None:
    for data in (b"<html>not here</html>", _bomb(), b""):
        error = bob.refused("POST", "/assets", {"url": web(data)}, status=422)
        assert error["code"] == "ASSET_REFUSED"
    assert bob.ask("GET", "/assets")["count"] == 0


@pytest.mark.parametrize(
    "body", [{}, {"url": 1}, {"url": ""}, {"url": "x" * 3000}, {"url": "http://h/", "x": 1}]
)
def test_an_order_to_fetch_nothing_is_refused(bob: Caller, body: dict[str, object]) -> None:
    bob.refused("POST", "/assets", body, status=400)


@pytest.mark.parametrize("body", [b"[]", b"{", b""])
def test_an_order_that_is_no_object_is_refused(bob: Caller, body: bytes) -> None:
    bob.refused("POST", "/assets", data=body, content_type="application/json", status=400)


def test_a_url_that_leads_inside_is_refused(bob: Caller) -> None:
    error = bob.refused("POST", "/assets", {"url": "http://127.0.0.1:6379/"}, status=422)
    assert (error["code"], "public internet" in error["message"]) == ("ASSET_REFUSED", True)


def test_a_viewer_has_nothing_fetched(caller: Callable[..., Caller]) -> None:
    caller("vera", Scope.VIEWER).refused("POST", "/assets", {"url": "http://h/"}, status=403)
