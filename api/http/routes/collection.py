"""Deleting the assets that nothing shows any more."""

from __future__ import annotations

from flask import Response
from pydantic import Field

from api.http.access import caller
from api.http.collector import collect, unused_assets
from api.http.envelope import ok
from api.http.router import Route
from api.http.routes.assets import AssetShape, asset_shape
from api.http.services import services
from api.http.shapes import Body, Shape


class CollectBody(Body):
    """What to delete: assets that are unused, and older than so many hours. With ``dryRun`` nothing is."""

    dry_run: bool = True
    older_than_hours: float = Field(24.0, ge=0, le=100_000)


class CollectionShape(Shape):
    """What was deleted, or with ``dryRun`` would have been, and how large it is together."""

    assets: list[AssetShape]
    count: int
    bytes: int
    dry_run: bool


def collect_assets(body: CollectBody) -> Response:
    """Delete the caller's assets that no kept revision of any scene mentions; everybody's for admins.

    What has the tag ``keep`` stays.
    """
    farm = services()
    owners = {record.owner for record in farm.assets.list() if caller().may_see(record.owner)}
    found = unused_assets(farm, owners, body.older_than_hours)
    gone = found if body.dry_run else collect(farm, found)
    shapes = [asset_shape(record) for record in gone]
    size = sum(record.bytes for record in gone)
    return ok(CollectionShape(assets=shapes, count=len(gone), bytes=size, dry_run=body.dry_run))


COLLECTION_ROUTES = (Route("POST", "/assets/collect", collect_assets, CollectionShape),)
