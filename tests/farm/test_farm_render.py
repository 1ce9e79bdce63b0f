"""`framefarm render --farm`: what is asked of the API, what is told, and what is left behind."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from rich.console import Console

from farm.clock import ManualClock
from farm.errors import FarmError, InputError, NotFound, RenderFailed, StoreUnavailable
from farm.offline.farm_film import Quality, Shot, Source, farm_film
from farm.offline.farm_render import AWAY_NS, FarmRender, Film, render_film
from farm.offline.progress import Bar, Lines, Pace, Standing, line, shown_on
from farm.offline.uploading import with_uploads

S = 1_000_000_000
SCENE = {"background": "#103050", "layers": [{"id": "logo", "type": "image", "asset": "logo"}]}


class FakeApi:
    """A farm whose renders make a tenth of their frames between two questions."""

    def __init__(self, *, there: dict[str, Any] | None = None) -> None:
        self.render = there
        self.calls: list[str] = []
        self.order: dict[str, Any] = {}
        self.uploads: list[tuple[str, str]] = []
        self.fails_at: int | None = None
        self.starts_in: int | None = None
        """Questions until it is started."""
        self.at_question: Callable[[int], None] = lambda _done: None
        self.refusals = 2
        """So often a stream that was stopped is still on its way off the air."""

    def call(self, method: str, path: str, body: Any = None) -> Any:
        self.calls.append(f"{method} {'/'.join(path.split('/')[3:]) or path.split('/')[1]}")
        match self.calls[-1]:
            case "POST streams":
                self.order = body
                self.render = standing(0, "idle")
            case "POST stop" if self.render is None:
                raise NotFound("there is no such stream")
            case "POST start" if self.render is not None:
                # The coordinator hears of it a moment later.
                self.starts_in = 2 if self.render["state"] == "failed" else 0
            case "POST stop" if self.render is not None:
                self.render = standing(self.render["done"], "idle")
            case "DELETE streams":
                self._delete()
            case "GET render":
                return self._question()
        return None

    def upload(self, path: str, data: bytes, media: str) -> Any:
        self.uploads.append((path, media))
        return {"id": f"id-{len(data)}"}

    def download(self, path: str, into: BinaryIO) -> int:
        return into.write(b"a film")

    def _delete(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise InputError("it is on air")
        if self.render is None:
            raise NotFound("there is no such stream")
        self.render = None

    def _question(self) -> dict[str, Any]:
        if self.render is None:
            raise NotFound("there is no such stream")
        self.at_question(self.render["done"])
        if self.starts_in is not None:
            self.starts_in -= 1
            if self.starts_in < 0:
                self.starts_in, self.render = None, standing(self.render["done"], "live")
        render = self.render
        if render["state"] == "live":
            done = render["done"] + 10
            state = "failed" if self.fails_at is not None and done > self.fails_at else "live"
            self.render = standing(done, state) if done < 100 else standing(100, "idle", finished=True)
        return render


def standing(done: int, state: str, *, finished: bool = False) -> dict[str, Any]:
    reason = {"failed": "frame 50 did not come"}.get(state)
    return {
        "done": done,
        "frames": 100,
        "orderedAgain": 0,
        "state": state,
        "finished": finished,
        "reason": reason,
    }


def film(tmp_path: Path, **changes: Any) -> Film:
    return Film(**{"document": SCENE, "config": {"FRAMES": 100}, "out": tmp_path / "film.mp4", **changes})


def run(api: FakeApi, order: Film, *, resume: bool = False) -> int:
    clock = ManualClock()
    shown = Lines(Console(file=io.StringIO()), clock)
    return render_film(FarmRender(api, order, clock), shown, resume=resume)


def test_a_film_is_ordered_fetched_and_leaves_nothing_on_the_farm(tmp_path: Path) -> None:
    api, order = FakeApi(), film(tmp_path)
    assert run(api, order) == 6
    assert order.out.read_bytes() == b"a film"
    assert sorted(tmp_path.iterdir()) == [order.out]
    assert api.order["id"] == order.stream
    assert api.order["outputs"] == [{"id": "film", "url": "file:film.mp4"}]
    assert api.calls.count("POST start") == 1
    assert api.render is None


def test_the_same_command_means_the_same_render_and_another_one_another(tmp_path: Path) -> None:
    order = film(tmp_path)
    others = [
        film(tmp_path, document={}),
        film(tmp_path, config={"FRAMES": 9}),
        film(tmp_path, out=tmp_path / "other.mp4"),
        film(tmp_path, data={"bid": 5}),
    ]
    assert film(tmp_path).stream == order.stream
    assert len({order.stream, *(other.stream for other in others)}) == 5


def test_a_render_that_was_cut_is_begun_anew_unless_it_is_to_go_on(tmp_path: Path) -> None:
    anew = FakeApi(there=standing(40, "live"))
    run(anew, film(tmp_path))
    assert "POST streams" in anew.calls
    for state in ("live", "idle", "failed"):
        again = FakeApi(there=standing(40, state))
        run(again, film(tmp_path), resume=True)
        assert "POST streams" not in again.calls
        assert ("POST start" in again.calls) is (state != "live")


def test_a_render_that_is_finished_is_only_fetched(tmp_path: Path) -> None:
    api = FakeApi(there=standing(100, "idle", finished=True))
    assert run(api, film(tmp_path), resume=True) == 6
    assert "POST start" not in api.calls


def test_a_render_that_fails_is_told_with_its_reason_and_stays_for_another_try(tmp_path: Path) -> None:
    api = FakeApi()
    api.fails_at = 50
    with pytest.raises(RenderFailed, match=r"frame 50 did not come; .* --resume"):
        run(api, film(tmp_path))
    assert not (tmp_path / "film.mp4").exists()
    api.fails_at = None
    run(api, film(tmp_path), resume=True)
    assert (tmp_path / "film.mp4").exists()


def test_a_render_that_does_not_go_on_again_is_told(tmp_path: Path) -> None:
    api = FakeApi(there=standing(50, "failed"))
    api.at_question = lambda _done: setattr(api, "starts_in", None)
    with pytest.raises(RenderFailed, match="frame 50 did not come"):
        run(api, film(tmp_path), resume=True)


def test_a_render_that_somebody_stops_does_not_wait_for_ever(tmp_path: Path) -> None:
    api = FakeApi()

    def stop(done: int) -> None:
        if done == 30:
            api.render = standing(30, "idle")

    api.at_question = stop
    with pytest.raises(RenderFailed, match="stopped"):
        run(api, film(tmp_path))


def test_ctrl_c_cancels_the_render_and_leaves_nothing(tmp_path: Path) -> None:
    api = FakeApi()

    def interrupt(done: int) -> None:
        if done == 30:
            raise KeyboardInterrupt

    api.at_question = interrupt
    with pytest.raises(KeyboardInterrupt):
        run(api, film(tmp_path))
    assert api.render is None
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_before_anything_was_made_leaves_nothing(tmp_path: Path) -> None:
    class Interrupted(FakeApi):
        def upload(self, path: str, data: bytes, media: str) -> Any:
            raise KeyboardInterrupt

    (tmp_path / "logo.png").write_bytes(b"12345")
    api = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        run(api, film(tmp_path, assets=tmp_path))
    assert api.render is None


def test_a_farm_that_is_away_for_a_moment_costs_nothing(tmp_path: Path) -> None:
    api, outages = FakeApi(), [30] * 20

    def away(done: int) -> None:
        if done in outages:
            outages.remove(done)
            raise StoreUnavailable("the API does not answer")

    api.at_question = away
    assert run(api, film(tmp_path)) == 6
    assert outages == []


def test_a_farm_that_stays_away_is_given_up(tmp_path: Path) -> None:
    class Away(FakeApi):
        def call(self, method: str, path: str, body: Any = None) -> Any:
            raise StoreUnavailable("the API does not answer")

    clock = ManualClock()
    with pytest.raises(StoreUnavailable):
        FarmRender(Away(), film(tmp_path), clock).wait(Lines(Console(), clock))
    assert AWAY_NS < clock.monotonic_ns() < 2 * AWAY_NS


def test_a_film_that_cannot_be_written_is_the_users_mistake(tmp_path: Path) -> None:
    order = film(tmp_path, out=tmp_path / "nowhere" / "film.mp4")
    with pytest.raises(InputError, match=r"cannot be written: .*; .* --resume"):
        run(FakeApi(), order)


def test_assets_of_the_folder_are_uploaded_once_and_named_by_their_ids(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"12345")
    (tmp_path / "owl").mkdir()
    (tmp_path / "owl" / "character.json").write_text("{}")
    document = {
        "layers": [
            {"asset": "logo", "text": "logo"},
            {"asset": "logo.png"},
            {"character": "owl"},
            {"asset": "elsewhere"},
            {"asset": "../logo"},
        ]
    }
    kept: list[tuple[str, bytes, str]] = []

    def upload(name: str, data: bytes, media: str) -> str:
        kept.append((name, data, media))
        return f"id-of-{name}"

    found = with_uploads(document, tmp_path, upload)
    assert [layer.get("asset", layer.get("character")) for layer in found["layers"]] == [
        "id-of-logo.png",
        "id-of-logo.png",
        "id-of-owl.zip",
        "elsewhere",
        "../logo",
    ]
    assert found["layers"][0]["text"] == "logo"
    assert [(name, media) for name, _, media in kept] == [
        ("logo.png", "image/png"),
        ("logo.png", "image/png"),
        ("owl.zip", "application/zip"),
    ]
    assert zipfile.ZipFile(io.BytesIO(kept[2][1])).namelist() == ["character.json"]
    assert with_uploads(document, None, upload) is document


def test_progress_in_words() -> None:
    assert line(Standing(0, 300, 0, "waiting"), 0) == "0 of 300 frames, waiting"
    assert line(Standing(120, 300, 2), 45) == "120 of 300 frames, 45.0 frames/s, 4 s left, 2 ordered again"
    assert line(Standing(300, 300, 0), 50) == "300 of 300 frames, 50.0 frames/s"


def test_pace_is_measured_from_where_somebody_began_to_look() -> None:
    clock = ManualClock()
    pace = Pace(clock)
    assert pace.frames_s(1000) == 0
    clock.advance_ns(2 * S)
    assert pace.frames_s(1060) == 30


def test_lines_are_few_and_a_terminal_gets_a_bar() -> None:
    clock, written = ManualClock(), io.StringIO()
    with Lines(Console(file=written, width=200), clock) as lines:
        for done in range(101):
            lines.show(Standing(done, 100, 0))
            clock.advance_ns(S // 10)
        for _ in range(20):
            lines.show(Standing(100, 100, 0))
            clock.advance_ns(S // 10)
    told = written.getvalue().splitlines()
    assert len(told) == 3
    assert told[-1].startswith("100 of 100 frames")
    drawn = io.StringIO()
    terminal = Console(file=drawn, force_terminal=True, width=120)
    assert isinstance(shown_on(Console(file=io.StringIO()), clock), Lines)
    with shown_on(terminal, clock) as bar:
        assert isinstance(bar, Bar)
        bar.show(Standing(30, 60, 4))
    assert "30/60" in drawn.getvalue()
    assert "4 ordered again" in drawn.getvalue()


def asked(tmp_path: Path, *, out: str = "film.mp4", fps: str = "30", **changes: Any) -> Film:
    scene = tmp_path / "scene.json"
    document = {
        "viewport": {"width": 1080, "height": 1920},
        "variants": {"wide": {"viewport": {"width": 640, "height": 360}}},
    }
    scene.write_text(json.dumps({**document, "layers": []}))
    shot = Shot(at_s=1.5, seconds=2.0, fps=Fraction(fps), size=None)
    return farm_film(
        scene,
        tmp_path / out,
        shot,
        changes.get("quality", Quality(20, None)),
        Source(**changes.get("source", {})),
    )


def test_a_command_becomes_a_streams_configuration(tmp_path: Path) -> None:
    assert asked(tmp_path).config == {
        "PACE": "free",
        "FRAMES": 60,
        "FIRST_FRAME": 45,
        "STREAM_RESOLUTION": "1920x1080",
        "TARGET_FPS": 30,
        "MAX_LAYERS": 100,
        "STREAM_PRIORITY": "low",
        "RENDER_CRF": 20,
    }
    rated = asked(tmp_path, quality=Quality(20, "900k")).config
    assert (rated["STREAM_BITRATE"], "RENDER_CRF" in rated) == ("900k", False)
    assert asked(tmp_path, source={"variant": "wide"}).config["STREAM_RESOLUTION"] == "640x360"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"out": "film.png"}, "must end in"),
        ({"fps": "29.97"}, "whole number"),
        ({"fps": "120"}, "whole number"),
        ({"source": {"program": "break"}}, "no scene 'break'"),
        ({"source": {"variant": "round"}}, "round"),
    ],
)
def test_what_a_farm_does_not_render_is_said_before_anything_is_uploaded(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(FarmError, match=reason):
        asked(tmp_path, **changes)
