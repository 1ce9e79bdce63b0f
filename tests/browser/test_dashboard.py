"""What a person can see and do in the dashboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from farm.clock import SystemClock
from farm.messages import Desired
from farm.store.connection import FarmRedis
from farm.store.scenes import SceneStore
from farm.store.streams import StreamStore
from farm.store.tokens import Scope, TokenStore
from tests.browser.conftest import ControlRoom
from tests.browser.farm_on_air import ADMIN_TOKEN, report
from tests.conftest import wait_until


def enter(page: Page, room: ControlRoom, token: str = ADMIN_TOKEN) -> None:
    """Open the dashboard, signed in by the address, and wait for the stream on air."""
    page.goto(f"{room.url}/#token={token}")
    expect(page.get_by_role("heading", name="Evening-Show")).to_be_visible()
    expect(page.get_by_role("switch")).to_have_count(3)
    expect(page.locator("#link")).to_have_text("Live events")


def layer(redis: FarmRedis, layer_id: str, stream: str = "evening-show") -> dict[str, Any]:
    """A layer as it stands in the newest revision."""
    scenes = SceneStore(redis)
    layers = scenes.load(stream, scenes.head(stream))["layers"]
    return next(entry for entry in layers if entry["id"] == layer_id)


def desired(redis: FarmRedis, stream: str = "evening-show") -> Desired:
    """What is wanted of the stream."""
    return StreamStore(redis, SystemClock(), user_limit=9, global_limit=9).get(stream).desired


def test_signing_in_with_a_token_by_keyboard(page: Page, control_room: ControlRoom) -> None:
    page.goto(control_room.url)
    expect(page.get_by_label("Access token")).to_be_focused()
    page.keyboard.type(ADMIN_TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Evening-Show")).to_be_visible()


def test_a_wrong_token_is_refused_in_words(page: Page, control_room: ControlRoom) -> None:
    page.goto(control_room.url)
    page.get_by_label("Access token").fill("fft_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#sign-in-error")).to_have_text("This token is not known, or it was revoked.")
    expect(page.locator("#room")).to_be_hidden()


def test_a_token_in_the_address_is_taken_once_and_removed(page: Page, control_room: ControlRoom) -> None:
    enter(page, control_room)
    assert ADMIN_TOKEN not in page.url
    page.reload()
    expect(page.get_by_role("heading", name="Evening-Show")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.reload()
    expect(page.get_by_label("Access token")).to_be_visible()


def test_streams_show_their_states_and_the_one_on_air_its_figures(
    page: Page, control_room: ControlRoom
) -> None:
    enter(page, control_room)
    streams = page.get_by_role("navigation", name="Streams").get_by_role("listitem")
    expect(streams).to_have_text(
        ["Evening-ShowOn air · 30 fps", "RehearsalOff air", "AuctionWaiting for an encoder"]
    )
    expect(page.locator("#tile-frames")).to_have_text("53,941")
    expect(page.locator("#tile-repeated")).to_have_text("10")
    expect(page.locator("#outputs")).to_contain_text("connection refused")
    report(control_room.redis, emitted=60_000, fps=24.0)
    expect(page.locator("#tile-frames")).to_have_text("60,001")
    expect(page.locator("#tile-fps")).to_have_text("24.0")


def test_the_picture_is_shown_in_its_own_shape(page: Page, control_room: ControlRoom) -> None:
    enter(page, control_room)
    preview = page.get_by_alt_text("What Evening-Show shows now")
    expect(preview).to_be_visible()
    assert preview.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [1280, 720]
    box = page.locator("#monitor").bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(16 / 9, rel=0.01)


def test_a_layer_is_switched_off_by_keyboard(page: Page, control_room: ControlRoom) -> None:
    enter(page, control_room)
    switch = page.get_by_role("switch", name="title visible")
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).not_to_be_checked()
    wait_until(lambda: layer(control_room.redis, "title").get("visible") is False, "the scene has the change")
    expect(switch).to_be_focused()
    expect(page.get_by_role("log")).to_contain_text("title changed: visible false")


def test_opacity_and_height_are_set_by_keyboard(page: Page, control_room: ControlRoom) -> None:
    enter(page, control_room)
    page.get_by_label("ticker opacity").focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    wait_until(lambda: layer(control_room.redis, "ticker").get("opacity") == 0.97, "the opacity is kept")
    page.get_by_label("ticker z-index").fill("30")
    page.keyboard.press("Enter")
    wait_until(lambda: layer(control_room.redis, "ticker").get("zIndex") == 30, "the z-index is kept")
    expect(page.locator(".layer b").first).to_have_text("ticker")


def test_an_edit_is_undone_and_redone(page: Page, control_room: ControlRoom) -> None:
    enter(page, control_room)
    switch = page.get_by_role("switch", name="title visible")
    undo, redo = page.get_by_role("button", name="Undo"), page.get_by_role("button", name="Redo")
    expect(undo).to_be_disabled()
    switch.click()
    expect(undo).to_be_enabled()
    undo.click()
    expect(switch).to_be_checked()
    expect(undo).to_be_disabled()
    redo.click()
    expect(switch).not_to_be_checked()
    expect(redo).to_be_disabled()
    page.get_by_text("History").click()
    expect(page.locator("#history li").first).to_contain_text("redo: as revision 2")
    expect(page.locator("#history li").nth(2)).to_contain_text("title: visible")


def test_a_scene_is_put_on_preview_and_taken(page: Page, control_room: ControlRoom) -> None:
    enter(page, control_room)
    expect(page.locator("#scenes")).to_be_hidden()
    page.evaluate(
        """token => fetch("/streams/evening-show/scenes", {
            method: "POST",
            headers: {Authorization: `Bearer ${token}`, "Content-Type": "application/json"},
            body: JSON.stringify({name: "break"}),
        })""",
        ADMIN_TOKEN,
    )
    take = page.get_by_role("button", name="Take")
    expect(take).to_be_disabled()
    page.get_by_role("button", name="break").click()
    expect(page.get_by_role("button", name="break")).to_contain_text("preview")
    page.get_by_label("Transition").select_option("wipe")
    take.click()
    expect(page.get_by_role("button", name="break")).to_contain_text("program")
    expect(page.get_by_role("button", name="main")).to_contain_text("preview")
    expect(page.get_by_role("switch")).to_have_count(0)
    scenes = SceneStore(control_room.redis)
    kept = scenes.load("evening-show", scenes.head("evening-show"))
    assert (kept["program"], kept["take"]["transition"]["type"]) == ("break", "wipe")


def test_what_somebody_else_changes_is_seen_without_reloading(page: Page, control_room: ControlRoom) -> None:
    enter(page, control_room)
    page.evaluate(
        """token => fetch("/streams/evening-show/layers/title", {
            method: "PATCH",
            headers: {Authorization: `Bearer ${token}`, "Content-Type": "application/json"},
            body: JSON.stringify({visible: false}),
        })""",
        ADMIN_TOKEN,
    )
    expect(page.get_by_role("switch", name="title visible")).not_to_be_checked()


def test_what_the_api_refuses_is_said_in_its_words(page: Page, control_room: ControlRoom) -> None:
    enter(page, control_room)
    page.get_by_label("title z-index").fill("5000000")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("zIndex: must be at most")
    page.get_by_label("title opacity").focus()
    expect(page.get_by_label("title z-index")).to_have_value("20")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator("#notices")).to_be_empty()


def test_stopping_asks_first(page: Page, control_room: ControlRoom) -> None:
    enter(page, control_room)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("heading", name="Take Evening-Show off the air?")).to_be_visible()
    expect(page.get_by_role("button", name="Keep on air")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Pause").click()
    wait_until(lambda: desired(control_room.redis) is Desired.PAUSED, "it is to pause")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Stop the stream").click()
    wait_until(lambda: desired(control_room.redis) is Desired.STOPPED, "it is to stop")


def test_another_stream_is_chosen_and_started(page: Page, control_room: ControlRoom) -> None:
    enter(page, control_room)
    page.get_by_role("button", name="Rehearsal").click()
    expect(page.get_by_role("heading", name="Rehearsal")).to_be_visible()
    expect(page.locator("#tile-frames")).to_have_text("–")
    page.get_by_role("button", name="Start").click()
    wait_until(lambda: desired(control_room.redis, "rehearsal") is Desired.LIVE, "it is to go on air")


def test_a_viewer_sees_everything_and_can_change_nothing(page: Page, control_room: ControlRoom) -> None:
    _, token = TokenStore(control_room.redis, SystemClock()).create("admin", Scope.VIEWER)
    enter(page, control_room, token)
    expect(page.get_by_role("switch", name="title visible")).to_be_disabled()
    for name in ("Start", "Pause", "Stop"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_disabled()
    expect(page.locator("#history-count")).to_have_text("1 revision")
    for name in ("New", "Undo", "Redo"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()


def test_the_first_stream_is_made_from_the_empty_room(page: Page, control_room: ControlRoom) -> None:
    _, token = TokenStore(control_room.redis, SystemClock()).create("newcomer", Scope.OPERATOR)
    page.goto(f"{control_room.url}/#token={token}")
    page.get_by_role("button", name="Make the first stream").click()
    expect(page.locator("#tally")).to_have_text("Off air")
    expect(page.locator("#layers-count")).to_have_text("0 layers")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_phone_shows_everything_without_scrolling_sideways(
    page: Page, control_room: ControlRoom, scheme: Any
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme=scheme)
    enter(page, control_room)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for control in page.locator("button:visible, input:visible").all():
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= 24


def test_the_room_says_when_the_farm_is_away_and_comes_back_by_itself(
    page: Page, control_room: ControlRoom
) -> None:
    enter(page, control_room)
    page.route("**/streams", lambda route: route.abort())
    expect(page.locator("#notices")).to_contain_text("The farm does not answer")
    page.unroute("**/streams")
    report(control_room.redis, emitted=70_000)
    expect(page.locator("#tile-frames")).to_have_text("70,001")


def test_a_layer_is_dragged_over_the_picture(page: Page, control_room: ControlRoom) -> None:
    enter(page, control_room)
    expect(page.get_by_alt_text("What Evening-Show shows now")).to_be_visible()
    box = page.locator("#monitor").bounding_box()
    assert box is not None
    scale = box["width"] / 1920
    page.mouse.move(box["x"] + 30 * scale, box["y"] + 30 * scale)
    page.mouse.down()
    expect(page.locator("#held")).to_have_text("title")
    page.mouse.move(box["x"] + 330 * scale, box["y"] + 230 * scale, steps=4)
    page.mouse.up()

    def lies_at(x: float, y: float) -> bool:
        place = layer(control_room.redis, "title").get("position", {})
        return bool(abs(place.get("x", 0) - x) < 3 and abs(place.get("y", 0) - y) < 3)

    wait_until(lambda: lies_at(300, 200), "the scene has the place")
    page.locator("#monitor").press("Shift+ArrowRight")
    wait_until(lambda: lies_at(310, 200), "the key moved it")
    page.locator("#monitor").press("Escape")
    expect(page.locator("#held")).to_be_hidden()
