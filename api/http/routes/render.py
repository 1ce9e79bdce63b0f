"""Renders: how far a free stream is, and the file that it made."""

from __future__ import annotations

from pathlib import Path

from flask import Response, send_file

from api.http.addressing import addressed_stream
from api.http.condition import read_conditions
from api.http.envelope import ok
from api.http.router import Route
from api.http.services import Services, services
from api.http.shapes import Shape
from farm.errors import Conflict, NotFound
from farm.messages import State
from farm.renders import render_path
from farm.store.streams import StreamRecord
from farm.store.tokens import Scope

_MEDIA = {".mp4": "video/mp4", ".webm": "video/webm", ".flv": "video/x-flv", ".mkv": "video/x-matroska"}
FINISHED = "finished"
"""The reason of a stream to be idle whose render is done."""


class RenderShape(Shape):
    """A render: ``done`` of ``frames`` frames are encoded; ``orderedAgain`` counts those that had to be asked
    for once more. ``bytes`` is the finished file's size, null until then, or if it lies on another host."""

    file: str
    state: State
    finished: bool
    reason: str | None
    frames: int
    done: int
    fps: float
    ordered_again: int
    bytes: int | None


def get_render() -> Response:
    """How far the render of a stream is whose PACE is free."""
    farm, record = services(), _free_stream()
    [condition] = read_conditions(farm.redis, [record.id])
    status, report = condition.status, condition.report
    finished = status.reason == FINISHED and status.generation == record.generation
    path = _path(farm, record)
    return ok(
        RenderShape(
            file=path.name,
            state=status.state,
            finished=finished,
            reason=status.reason,
            frames=record.config.frames,
            done=record.config.frames if finished else report.emitted + 1 if report else 0,
            fps=report.fps if report else 0.0,
            ordered_again=report.ordered_again if report else 0,
            bytes=path.stat().st_size if finished and path.is_file() else None,
        )
    )


def get_render_file() -> Response:
    """The finished file, if the API shares STATE_DIR with the encoder node that made it; or a range of it."""
    farm, record = services(), _free_stream()
    path = _path(farm, record)
    if not path.is_file():
        raise NotFound(
            f"{path.name} is not here: it is not finished, or lies in STATE_DIR/renders of another host",
            {"stream": record.id},
        )
    return send_file(path.resolve(), mimetype=_MEDIA[path.suffix], conditional=True)


def _free_stream() -> StreamRecord:
    record = addressed_stream()
    if record.config.pace != "free":
        raise Conflict(
            f"stream {record.id!r} is live; only one whose PACE is free is rendered", {"pace": "live"}
        )
    return record


def _path(farm: Services, record: StreamRecord) -> Path:
    return render_path(farm.settings.state_dir, record.id, record.outputs[0].url)


RENDER_ROUTES = (
    Route("GET", "/render", get_render, RenderShape, scope=Scope.VIEWER),
    Route("GET", "/render/file", get_render_file, scope=Scope.VIEWER, media="video/*"),
)
