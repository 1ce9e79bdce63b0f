"""Pictures for the layers of scenes: uploaded, or fetched by their URL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from flask import Response, request
from flask_openapi3.models import RawModel
from pydantic import BaseModel, Field, ValidationError

from api.http.access import caller
from api.http.envelope import ok
from api.http.intake import too_large
from api.http.pictures import Pictured, Shows
from api.http.refresh import characters_of, fonts_of, refresh_scenes, users_of
from api.http.router import Route
from api.http.services import Services, services
from api.http.shapes import Body, Patch, Shape, refuse
from farm.errors import Conflict, InputError, NotFound
from farm.messages import to_plain
from farm.store.assets import MAX_TAGS, AssetRecord
from farm.store.tokens import Scope
from scene.source import MAX_URL

_MEDIA = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
_FONTS = {"TTF": "font/ttf", "OTF": "font/otf", "WOFF": "font/woff"}
_ZIP = "application/zip"

_Tag = Annotated[str, Field(min_length=1, max_length=40)]


class AssetShape(Shape):
    """A picture; ``id`` is what a layer's ``asset`` says. ``bytes`` is its size as uploaded.

    ``content`` is the address of its bytes, another one after they were replaced. ``frameMs``: how long each
    frame of an animation stands, in milliseconds; empty for a still picture. ``url`` is where the farm
    fetched it, if it did.
    """

    id: str
    name: str
    owner: str
    kind: Literal["picture", "animation", "character", "font"]
    tags: list[str]
    format: str
    width: int
    height: int
    bytes: int
    frames: int
    duration_ms: int
    frame_ms: list[int]
    content: str
    url: str
    created_at: int = Field(validation_alias="created_wall_ms")
    changed_at: int = Field(validation_alias="changed_wall_ms")


class AssetUse(Shape):
    """A layer that shows a picture."""

    stream: str
    layer: str


class AssetDetail(AssetShape):
    """A picture and the layers of newest scenes that show it."""

    used_by: list[AssetUse]


class AssetsShape(Shape):
    """Pictures, oldest first."""

    assets: list[AssetShape]
    count: int


class PictureBody(RawModel):
    """A picture: as the body, as the field ``file`` of a form, or as JSON that names its URL."""

    mimetypes = [*_MEDIA.values(), *_FONTS.values(), _ZIP, "multipart/form-data", "application/json"]  # noqa: RUF012  the library's own declaration


class AssetPath(BaseModel):
    """Which picture."""

    asset: str


class AssetQuery(BaseModel):
    """Which pictures: those of which all of this is true."""

    name: str = Field("", max_length=200)
    """Part of the name, in any case."""
    tag: str = Field("", max_length=40)
    kind: Literal["picture", "animation", "character", "font"] | None = None
    used: bool | None = None
    """Whether the newest scene of any stream shows it."""


class UploadQuery(BaseModel):
    """How to call it."""

    name: str = Field("", max_length=200)


class FetchBody(Body):
    """Where a picture lies on the web. Without a ``name`` it is called like the last part of the URL."""

    url: str = Field(min_length=1, max_length=MAX_URL)
    name: str | None = Field(None, max_length=200)


class AssetPatch(Patch):
    """What to call a picture, and what to find it by."""

    name: Annotated[str, Field(max_length=200)] | None = None
    tags: Annotated[list[_Tag], Field(max_length=MAX_TAGS)] | None = None


def list_assets(query: AssetQuery) -> Response:
    """The caller's pictures; everybody's for admins."""
    farm = services()
    wanted = query.name.casefold()
    records = [
        record
        for record in farm.assets.list()
        if caller().may_see(record.owner)
        and wanted in record.name.casefold()
        and (not query.tag or query.tag in record.tags)
        and query.kind in (None, record.kind)
    ]
    if query.used is not None:
        shown = _shown(farm, {record.owner for record in records})
        records = [record for record in records if bool(shown & {record.id, record.address}) is query.used]
    return ok(AssetsShape(assets=[asset_shape(record) for record in records], count=len(records)))


def upload_asset(query: UploadQuery, raw: PictureBody) -> Response:
    """Upload a picture: PNG, JPEG, WebP or GIF. The same picture twice is one.

    A ZIP is a character, as docs/characters.md describes it. A TTF, OTF or WOFF is a font; all its characters
    are drawn once before it is kept. As JSON, ``{"url": "https://…"}`` has the farm
    fetch the picture. It is kept as it is then.
    """
    farm = services()
    data, name, url = _sent(farm)
    record = farm.assets.put(data, query.name or name, caller().owner, url)
    return ok(asset_shape(record), status=201)


def get_asset(path: AssetPath) -> Response:
    """What is known of a picture, and which layers show it."""
    farm = services()
    record = _visible(farm, path.asset)
    used_by = [AssetUse(stream=stream, layer=layer) for stream, layer in _users(farm, record)]
    return ok(AssetDetail.model_validate({**_told(record), "used_by": used_by}))


def get_asset_data(path: AssetPath) -> Response:
    """A picture as it was uploaded. If-None-Match is honoured."""
    farm = services()
    record = _visible(farm, path.asset)
    # Its bytes may be replaced: who keeps them asks whether they are still the same.
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{record.address}"'}
    response = Response(
        farm.assets.data(record.address),
        headers=headers,
        mimetype={**_MEDIA, **_FONTS}.get(record.format, _ZIP),
    )
    response.make_conditional(request.environ)
    return response


def replace_asset_data(path: AssetPath, raw: PictureBody) -> Response:
    """Put another picture in its place: as the body, in a form, or by its URL.

    Every scene that shows it shows the new one then, by an edit of the farm's.
    """
    farm = services()
    before = _visible(farm, path.asset)
    data, _, _ = _sent(farm)
    record = farm.assets.replace(before.id, data)
    if record.address != before.address:
        refresh_scenes(farm, record.owner, _showing(before))
    return ok(asset_shape(record))


def patch_asset(path: AssetPath, body: AssetPatch) -> Response:
    """Give a picture another name, or other tags."""
    farm = services()
    record = _visible(farm, path.asset)
    return ok(asset_shape(farm.assets.describe(record.id, name=body.name, tags=body.tags)))


def delete_asset(path: AssetPath) -> Response:
    """Delete a picture that no scene of its owner shows."""
    farm = services()
    record = _visible(farm, path.asset)
    for stream, layer in _users(farm, record):
        raise Conflict(
            f"layer {layer!r} of stream {stream!r} shows this picture", {"stream": stream, "layer": layer}
        )
    farm.assets.delete(record.id)
    return ok()


def _sent(farm: Services) -> tuple[bytes, str, str]:
    """The picture that the request brings or names by its URL; its name and its URL."""
    if request.mimetype == "application/json":
        body = _fetch_body()
        fetched = farm.fetcher.fetch(body.url)
        return fetched.data, body.name or fetched.name, body.url
    limit = farm.settings.asset_max_bytes
    name = ""
    if request.mimetype == "multipart/form-data":
        file = request.files.get("file")
        if file is None:
            raise InputError('the form has no field "file" with a picture')
        data, name = file.stream.read(limit + 1), file.filename or ""
    else:
        data = request.get_data()
    if not data:
        raise InputError("the body is empty; send a picture")
    if len(data) > limit:
        raise too_large(limit)
    return data, name, ""


def _fetch_body() -> FetchBody:
    data = request.get_json()
    if not isinstance(data, dict):
        raise InputError("the body must be a JSON object")
    try:
        return FetchBody.model_validate(data)
    except ValidationError as error:
        raise refuse(error) from error


def _users(farm: Services, record: AssetRecord) -> Iterator[tuple[str, str]]:
    """Stream and layer of everything that shows ``record``."""
    if record.kind == "font":
        written = fonts_of(farm, record.owner)
        return ((stream, layer) for stream, layer, font in written if font == record.id)
    if record.kind != "character":
        return users_of(farm, record.owner, _showing(record))
    acting = characters_of(farm, record.owner)
    return ((stream, layer) for stream, layer, character in acting if character == record.id)


def _showing(record: AssetRecord) -> Shows:
    def shows(layer: Pictured) -> bool:
        return layer.asset == record.id or layer.content == record.address

    return shows


def _shown(farm: Services, owners: set[str]) -> set[str]:
    """Every id and address that newest scenes of ``owners`` show."""
    found: set[str] = set()

    def note(layer: Pictured) -> bool:
        found.update(name for name in (layer.asset, layer.content) if name is not None)
        return False

    for owner in owners:
        for _ in users_of(farm, owner, note):
            pass
        found.update(character for _, _, character in characters_of(farm, owner))
        found.update(font for _, _, font in fonts_of(farm, owner))
    return found


def _visible(farm: Services, asset: str) -> AssetRecord:
    record = farm.assets.get(asset)
    if not caller().may_see(record.owner):
        raise NotFound(f"there is no picture {asset!r}", {"asset": asset})
    return record


def asset_shape(record: AssetRecord) -> AssetShape:
    """``record`` as the API tells it."""
    return AssetShape.model_validate(_told(record))


def _told(record: AssetRecord) -> dict[str, object]:
    return {
        **to_plain(record),
        "content": record.address,
        "kind": record.kind,
        "frames": max(1, len(record.frame_ms)),
        "duration_ms": sum(record.frame_ms),
    }


ASSET_ROUTES = (
    Route("GET", "/assets", list_assets, AssetsShape, scope=Scope.VIEWER),
    Route("POST", "/assets", upload_asset, AssetShape, status=201, raw_body=True),
    Route("GET", "/assets/<asset>", get_asset, AssetDetail, scope=Scope.VIEWER),
    Route("PATCH", "/assets/<asset>", patch_asset, AssetShape),
    Route("GET", "/assets/<asset>/data", get_asset_data, scope=Scope.VIEWER, media="image/*"),
    Route("PUT", "/assets/<asset>/data", replace_asset_data, AssetShape, raw_body=True),
    Route("DELETE", "/assets/<asset>", delete_asset),
)
