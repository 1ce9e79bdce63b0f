"""Playing a scene's timelines: start, pause, resume, seek, cancel, and the triggers that do several at once.

Each is a revision of the scene, told as ``timeline:update``, but no edit of it: undo and redo step over it.
"""

from __future__ import annotations

from typing import Annotated

from flask import Response
from pydantic import BaseModel, Field, StringConstraints

from api.http.access import caller
from api.http.addressing import addressed_stream
from api.http.documents import etag
from api.http.envelope import ok
from api.http.live import LiveDesk
from api.http.router import Route
from api.http.routes.data import DataPatch, data_errors, patched
from api.http.services import services
from api.http.shapes import Body
from api.http.timelines import TimelineShape, TimelinesShape, timelines_now
from farm.errors import Conflict
from farm.messages import Event
from farm.store.tokens import Scope
from farm.timelines import Action, Played, TimelineDesk
from scene.actions import Stagehand
from scene.animation import MAX_TIME_S
from scene.performance import Performance
from scene.timeline import Rate

_SceneTime = Annotated[float, Field(ge=0, le=MAX_TIME_S)]


class TimelinePath(BaseModel):
    """Which timeline."""

    timeline: Annotated[str, StringConstraints(max_length=64)]


class TriggerPath(BaseModel):
    """What happens."""

    trigger: Annotated[str, StringConstraints(max_length=64)]


class StartBody(Body):
    """How to start; an empty object starts at once."""

    at: _SceneTime | None = None
    """The second of scene time."""
    rate: Rate | None = None
    """Seconds of the timeline per second; else as the timeline says."""
    data: DataPatch | None = None
    """Values that texts show by name, set before it starts."""


class ResumeBody(Body):
    """How to go on."""

    rate: Rate | None = None
    """Seconds of the timeline per second; else as the timeline says."""


class SeekBody(Body):
    """Where to go."""

    to: _SceneTime
    """Seconds of the timeline, over all its plays."""


class TriggerBody(Body):
    """What happened."""

    data: DataPatch | None = None
    """Values that texts show by name, set before the timelines start."""


def list_timelines() -> Response:
    """All timelines and what they are doing, as of the last second."""
    farm, record = services(), addressed_stream()
    played = _desk().current(record.scene_stream)
    return ok(timelines_now(farm, record.scene_stream, played), headers=etag(played.revision))


def start_timeline(path: TimelinePath, body: StartBody) -> Response:
    """Start a timeline from its beginning.

    One that runs begins again; one of a queue plays once more, when it is its turn.
    """

    def start(hand: Stagehand) -> Performance:
        return hand.start(path.timeline, at=body.at, rate=body.rate)

    _show(body.data, start)
    return _act(path, "start", start)


def pause_timeline(path: TimelinePath) -> Response:
    """Let a timeline stand still where it is."""
    return _act(path, "pause", lambda hand: hand.pause(path.timeline))


def resume_timeline(path: TimelinePath, body: ResumeBody) -> Response:
    """Let a paused timeline go on."""
    return _act(path, "resume", lambda hand: hand.resume(path.timeline, rate=body.rate))


def seek_timeline(path: TimelinePath, body: SeekBody) -> Response:
    """Go to a moment of a timeline, playing or paused as it is.

    One that was not started shows that moment, paused.
    """
    return _act(path, "seek", lambda hand: hand.seek(path.timeline, body.to))


def cancel_timeline(path: TimelinePath) -> Response:
    """End a timeline, and take it out of its queue. What it held is let go of, unless it says otherwise."""
    return _act(path, "cancel", lambda hand: hand.cancel(path.timeline))


def fire_trigger(path: TriggerPath, body: TriggerBody) -> Response:
    """Tell the scene that something happens: its triggers start, pause, resume and cancel timelines."""
    _show(body.data, lambda hand: hand.trigger(path.trigger))
    played = _play(f"trigger {path.trigger}", lambda hand: hand.trigger(path.trigger))
    _tell(played, {"trigger": path.trigger})
    shape = timelines_now(services(), addressed_stream().id, played)
    return ok(shape, headers=etag(played.revision))


def _act(path: TimelinePath, action: str, act: Action) -> Response:
    played = _play(f"timeline {path.timeline}: {action}", act)
    _tell(played, {"id": path.timeline, "action": action})
    shape = timelines_now(services(), addressed_stream().id, played)
    [mine] = (timeline for timeline in shape.timelines if timeline.id == path.timeline)
    return ok(mine, headers=etag(played.revision))


def _play(summary: str, act: Action) -> Played:
    return _desk().act(_own_scene(), caller().owner, summary, act)


def _own_scene() -> str:
    """The stream that is addressed. Raises Conflict when it shows another one's scene."""
    record = addressed_stream()
    if record.variant_of is not None:
        raise Conflict(
            f"stream {record.id!r} shows a variant of the scene of {record.scene_stream!r}; play that one",
            {"stream": record.id, "play": record.scene_stream},
        )
    return record.id


def _show(data: DataPatch | None, act: Action) -> None:
    """Set ``data``, which is to be there when ``act`` is, unless that cannot be done."""
    if data is not None:
        _desk().rehearse(_own_scene(), act)
        with data_errors():
            LiveDesk(services(), addressed_stream()).edit(patched(data))


def _tell(played: Played, data: dict[str, str]) -> None:
    if played.changed:
        farm, stream = services(), addressed_stream().id
        told = {**data, "revision": played.revision}
        farm.events.publish(Event("timeline:update", stream, farm.clock.wall_ms(), told))


def _desk() -> TimelineDesk:
    return TimelineDesk(services().scenes, services().clock)


TIMELINE_ROUTES = (
    Route("GET", "/timelines", list_timelines, TimelinesShape, scope=Scope.VIEWER),
    Route("POST", "/timelines/<timeline>/start", start_timeline, TimelineShape),
    Route("POST", "/timelines/<timeline>/pause", pause_timeline, TimelineShape),
    Route("POST", "/timelines/<timeline>/resume", resume_timeline, TimelineShape),
    Route("POST", "/timelines/<timeline>/seek", seek_timeline, TimelineShape),
    Route("POST", "/timelines/<timeline>/cancel", cancel_timeline, TimelineShape),
    Route("POST", "/triggers/<trigger>", fire_trigger, TimelinesShape),
)
