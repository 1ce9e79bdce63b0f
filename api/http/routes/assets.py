"""Pictures for image layers: uploaded, or fetched by their URL."""

from __future__ import annotations

from flask import Response, request
from flask_openapi3.models import RawModel
from pydantic import BaseModel, Field, ValidationError

from api.http.access import caller
from api.http.envelope import ok
from api.http.intake import too_large
from api.http.pictures import pictured
from api.http.router import Route
from api.http.scenes import SceneDesk
from api.http.services import Services, services
from api.http.shapes import Body, Shape, refuse
from api.http.streams import owned_streams
from farm.errors import Conflict, InputError, NotFound
from farm.fetch import MAX_URL
from farm.messages import to_plain
from farm.store.assets import AssetRecord
from farm.store.tokens import Scope

_MEDIA = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}


class AssetShape(Shape):
    """A picture; ``id`` is what an image layer's ``asset`` says. ``bytes`` is its size as uploaded.

    ``frameMs``: how long each frame of an animation stands, in milliseconds; empty for a still picture.
    """

    id: str
    name: str
    owner: str
    format: str
    width: int
    height: int
    bytes: int
    created_at: int = Field(validation_alias="created_wall_ms")
    frame_ms: list[int]


class AssetsShape(Shape):
    """Pictures, oldest first."""

    assets: list[AssetShape]
    count: int


class PictureBody(RawModel):
    """A picture: as the body, as the field ``file`` of a form, or as JSON that names its URL."""

    mimetypes = [*_MEDIA.values(), "multipart/form-data", "application/json"]  # noqa: RUF012  the library's own declaration


class AssetPath(BaseModel):
    """Which picture."""

    asset: str


class UploadQuery(BaseModel):
    """How to call it."""

    name: str = Field("", max_length=200)


class FetchBody(Body):
    """Where a picture lies on the web. Without a ``name`` it is called like the last part of the URL."""

    url: str = Field(min_length=1, max_length=MAX_URL)
    name: str | None = Field(None, max_length=200)


def list_assets() -> Response:
    """The caller's pictures; everybody's for admins."""
    records = [record for record in services().assets.list() if caller().may_see(record.owner)]
    return ok(AssetsShape(assets=[_shape(record) for record in records], count=len(records)))


def upload_asset(query: UploadQuery, raw: PictureBody) -> Response:
    """Upload a picture: PNG, JPEG, WebP or GIF. The same picture twice is one.

    As JSON, ``{"url": "https://…"}`` has the farm fetch the picture. It is kept as it is then.
    """
    farm = services()
    if request.mimetype == "application/json":
        return _fetch_asset(query.name)
    limit = farm.settings.asset_max_bytes
    if request.mimetype == "multipart/form-data":
        file = request.files.get("file")
        if file is None:
            raise InputError('the form has no field "file" with a picture')
        data, name = file.stream.read(limit + 1), query.name or file.filename or ""
    else:
        data, name = request.get_data(), query.name
    if not data:
        raise InputError("the body is empty; send a picture")
    if len(data) > limit:
        raise too_large(limit)
    return ok(_shape(farm.assets.put(data, name, caller().owner)), status=201)


def _fetch_asset(name: str) -> Response:
    farm = services()
    data = request.get_json()
    if not isinstance(data, dict):
        raise InputError("the body must be a JSON object")
    try:
        body = FetchBody.model_validate(data)
    except ValidationError as error:
        raise refuse(error) from error
    fetched = farm.fetcher.fetch(body.url)
    record = farm.assets.put(fetched.data, body.name or name or fetched.name, caller().owner)
    return ok(_shape(record), status=201)


def get_asset(path: AssetPath) -> Response:
    """What is known of a picture."""
    return ok(_shape(_visible(services(), path.asset)))


def get_asset_data(path: AssetPath) -> Response:
    """A picture as it was uploaded."""
    farm = services()
    record = _visible(farm, path.asset)
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return Response(farm.assets.data(record.id), headers=headers, mimetype=_MEDIA[record.format])


def delete_asset(path: AssetPath) -> Response:
    """Delete a picture that no scene of its owner shows."""
    farm = services()
    record = _visible(farm, path.asset)
    for stream in owned_streams(farm, record.owner):
        for layer in pictured(SceneDesk(farm, stream).current().scene):
            if record.id in (layer.asset, layer.content):
                raise Conflict(
                    f"layer {layer.id!r} of stream {stream.id!r} shows this picture",
                    {"stream": stream.id, "layer": layer.id},
                )
    farm.assets.delete(record.id)
    return ok()


def _visible(farm: Services, asset: str) -> AssetRecord:
    record = farm.assets.get(asset)
    if not caller().may_see(record.owner):
        raise NotFound(f"there is no picture {asset!r}", {"asset": asset})
    return record


def _shape(record: AssetRecord) -> AssetShape:
    return AssetShape.model_validate(to_plain(record))


ASSET_ROUTES = (
    Route("GET", "/assets", list_assets, AssetsShape, scope=Scope.VIEWER),
    Route("POST", "/assets", upload_asset, AssetShape, status=201, raw_body=True),
    Route("GET", "/assets/<asset>", get_asset, AssetShape, scope=Scope.VIEWER),
    Route("GET", "/assets/<asset>/data", get_asset_data, scope=Scope.VIEWER, media="image/*"),
    Route("DELETE", "/assets/<asset>", delete_asset),
)
