"""Renders: how far they are, and the files that they made."""

from __future__ import annotations

import msgspec
import pytest

from api.http.services import Services
from farm.messages import State, to_json
from farm.renders import render_folder
from farm.store import keys
from farm.store.streams import StreamStatus
from tests.api.conftest import Caller, be, report

FILM = {"id": "film", "config": {"PACE": "free", "FRAMES": 90}, "outputs": [{"url": "file:film.mp4"}]}


@pytest.fixture
def film(bob: Caller) -> str:
    bob.ask("POST", "/streams", FILM, status=201)
    return "/streams/film/render"


def finish(farm: Services) -> None:
    """The render is done, and its file is here."""
    record = farm.streams.get("film")
    status = StreamStatus(State.IDLE, "finished", generation=record.generation)
    farm.redis.set(keys.status("film"), to_json(status))
    folder = render_folder(farm.settings.state_dir, "film")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "film.mp4").write_bytes(b"0123456789")


def test_a_render_tells_how_far_it_is(bob: Caller, film: str, farm: Services) -> None:
    waiting = bob.ask("GET", film)
    assert (waiting["file"], waiting["frames"], waiting["done"], waiting["finished"]) == (
        "film.mp4",
        90,
        0,
        False,
    )
    be(farm.redis, "film", State.LIVE)
    said = msgspec.structs.replace(report(farm.redis, "film"), emitted=41, ordered_again=3)
    farm.redis.set(keys.report("film"), to_json(said))
    under_way = bob.ask("GET", film)
    assert (under_way["done"], under_way["orderedAgain"], under_way["bytes"]) == (42, 3, None)


def test_a_finished_render_can_be_fetched_in_whole_and_in_part(
    bob: Caller, film: str, farm: Services
) -> None:
    bob.refused("GET", f"{film}/file", status=404)
    finish(farm)
    done = bob.ask("GET", film)
    assert (done["finished"], done["done"], done["bytes"]) == (True, 90, 10)
    whole = bob.raw("GET", f"{film}/file")
    assert (whole.data, whole.mimetype) == (b"0123456789", "video/mp4")
    part = bob.raw("GET", f"{film}/file", headers={"Range": "bytes=3-5"})
    assert (part.status_code, part.data) == (206, b"345")


def test_a_render_that_is_started_again_is_not_finished(bob: Caller, film: str, farm: Services) -> None:
    finish(farm)
    bob.ask("POST", "/streams/film/start")
    assert bob.ask("GET", film)["finished"] is False


def test_what_was_rendered_goes_with_its_stream(bob: Caller, film: str, farm: Services) -> None:
    finish(farm)
    bob.ask("DELETE", "/streams/film")
    assert not render_folder(farm.settings.state_dir, "film").exists()


def test_live_streams_are_not_rendered(bob: Caller, show: str) -> None:
    bob.refused("GET", f"/streams/{show}/render", status=409)
    bob.refused("GET", f"/streams/{show}/render/file", status=409)
