"""``framefarm render --farm``: a film that a running farm renders, through its API and nothing else.

The render is a free stream whose id follows from what is to be rendered and where to. So the same command
means the same stream, and whoever is cut off finds it again: with ``--resume`` it goes on, without it begins
anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from farm.clock import Clock
from farm.errors import FarmError, InputError, NotFound, RenderFailed, StoreUnavailable
from farm.offline.progress import Shown, Standing
from farm.offline.uploading import with_uploads

POLL_NS = 200_000_000
AWAY_NS = 15_000_000_000
"""A farm that does not answer for so long is given up; the render itself goes on when it is back."""
BEGIN_NS = 10_000_000_000
"""A render that failed may still say so for so long after it was told to go on."""
LEAVE_NS = 15_000_000_000
"""How long a stream may take to leave the air before it is deleted."""


@dataclass(frozen=True, slots=True)
class Film:
    """What to render: a scene document with the folder of its assets, values that it shows, and how."""

    document: Mapping[str, Any]
    config: Mapping[str, Any]
    out: Path
    assets: Path | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stream(self) -> str:
        """The id of the stream that renders it."""
        what = [self.document, self.config, str(self.out.resolve()), self.data]
        return f"render-{hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]}"


class Api(Protocol):
    """What a render needs of :class:`farm.client.FarmClient`; methods raise FarmError."""

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Call one route; JSON in, JSON out."""
        ...

    def upload(self, path: str, data: bytes, media: str) -> Any:
        """POST ``data`` as it is; JSON out."""
        ...

    def download(self, path: str, into: BinaryIO) -> int:
        """GET what lies at ``path``; its bytes."""
        ...


_GO_ON = "the same command with --resume goes on where it was cut"


class FarmRender:
    """One render. Methods raise FarmError with the API's own words."""

    def __init__(self, client: Api, film: Film, clock: Clock) -> None:
        self._client = client
        self._film = film
        self._clock = clock
        self._path = f"/streams/{film.stream}"

    def begin(self, *, resume: bool) -> None:
        """Start it; with ``resume`` go on with what an earlier call began, if it did."""
        there = self._render()
        if there is not None and not resume:
            self.forget()
            there = None
        if there is None:
            self._make()
        if there is None or (there["state"] in ("idle", "failed") and not there["finished"]):
            self._client.call("POST", f"{self._path}/start")

    def wait(self, shown: Shown) -> None:
        """Return when every frame is in the film. Raises RenderFailed with the reason."""
        began = False
        began_ns = answered_ns = self._clock.monotonic_ns()
        while True:
            try:
                render = self._render()
            except StoreUnavailable:
                if self._clock.monotonic_ns() - answered_ns > AWAY_NS:
                    raise
                self._sleep()
                continue
            answered_ns = self._clock.monotonic_ns()
            if render is None:
                raise RenderFailed("somebody deleted the render")
            shown.show(Standing(render["done"], render["frames"], render["orderedAgain"], render["state"]))
            if render["finished"]:
                return
            began = began or render["state"] not in ("idle", "failed")
            given_up = render["state"] == "failed" and answered_ns - began_ns > BEGIN_NS
            if given_up or (began and render["state"] in ("idle", "failed")):
                raise RenderFailed(f"{render['reason'] or 'somebody stopped the render'}; {_GO_ON}")
            self._sleep()

    def fetch(self) -> int:
        """Put the film where it belongs; its bytes."""
        out = self._film.out
        part = out.with_name(f"{out.name}.part")
        try:
            with part.open("wb") as file:
                size = self._client.download(f"{self._path}/render/file", file)
            part.replace(out)
        except OSError as error:
            why = f"{out} cannot be written: {error.strerror}"
            raise InputError(f"{why}; the farm keeps the film, and --resume fetches it") from error
        finally:
            part.unlink(missing_ok=True)
        return size

    def forget(self) -> None:
        """Stop the render if it runs, and delete its stream with all that it made."""
        try:
            self._client.call("POST", f"{self._path}/stop")
        except NotFound:  # it was not even made
            return
        deadline_ns = self._clock.monotonic_ns() + LEAVE_NS
        while True:
            try:
                self._client.call("DELETE", self._path)
            except NotFound:
                return
            except InputError:  # it is still on its way off the air
                if self._clock.monotonic_ns() > deadline_ns:
                    raise
                self._sleep()
            else:
                return

    def _make(self) -> None:
        film = self._film
        document = with_uploads(film.document, film.assets, self._upload)
        order = {
            "id": film.stream,
            "name": f"render of {film.out.name}"[:100],
            "config": film.config,
            "outputs": [{"id": "film", "url": f"file:film{film.out.suffix.lower()}"}],
            "scene": document,
        }
        self._client.call("POST", "/streams", order)
        if film.data:
            self._client.call("PUT", f"{self._path}/data", film.data)

    def _upload(self, name: str, data: bytes, media: str) -> str:
        answer: dict[str, Any] = self._client.upload(f"/assets?name={name}", data, media)
        asset: str = answer["id"]
        return asset

    def _render(self) -> dict[str, Any] | None:
        try:
            render: dict[str, Any] = self._client.call("GET", f"{self._path}/render")
        except NotFound:
            return None
        return render

    def _sleep(self) -> None:
        self._clock.sleep_until_ns(self._clock.monotonic_ns() + POLL_NS)


def render_film(render: FarmRender, shown: Shown, *, resume: bool) -> int:
    """All of it: begin, wait, fetch, tidy up; the film's bytes. Raises FarmError. A KeyboardInterrupt cancels
    the render, and is raised again."""
    try:
        render.begin(resume=resume)
        with shown:
            render.wait(shown)
        size = render.fetch()
    except KeyboardInterrupt:
        render.forget()
        raise
    _leave(render.forget)
    return size


def _leave(forget: Callable[[], None]) -> None:
    """The film is here; a farm that goes away now costs nobody anything."""
    try:
        forget()
    except FarmError:
        return
