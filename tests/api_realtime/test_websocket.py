"""The WebSocket server over a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import msgspec
import pytest
from websockets.exceptions import InvalidStatus

from api.realtime import feed, session
from farm.clock import ManualClock
from farm.messages import Desired, State
from farm.store import keys
from farm.store.connection import FarmRedis
from farm.store.streams import StreamStore
from farm.store.tokens import Scope
from tests.api_realtime.farm_fixtures import REPORT, add_stream, live_stream, publish, set_report, set_state
from tests.api_realtime.rig import Rig, event_server

Play = Callable[[Callable[[Rig], Coroutine[None, None, None]]], None]


@pytest.fixture
def play(redis: FarmRedis, redis_url: str) -> Play:
    """Runs a scene against a running server."""

    def run(scene: Callable[[Rig], Coroutine[None, None, None]]) -> None:
        async def main() -> None:
            async with event_server(redis_url, admin_token="the-admin-token") as rig:
                await scene(rig)

        asyncio.run(main())

    return run


def test_a_client_hears_the_status_first_and_then_metrics_and_events(redis: FarmRedis, play: Play) -> None:
    live_stream(redis)

    async def scene(rig: Rig) -> None:
        async with rig.listener() as client:
            status = await client.hear("stream:status")
            assert status["stream"] == "demo"
            assert status["id"] is None
            assert status["data"]["isLive"] is True
            assert status["data"]["viewers"] == 7
            assert status["data"]["health"] == {"level": "degraded", "reasons": ["1 of 2 outputs connected"]}
            metrics = await client.hear("metrics:update")
            assert metrics["data"] == {
                "fps": 29.97,
                "bitrate": 4012.3,
                "dropped": 10,
                "cpu": 27.5,
                "memory": 123_456_789,
            }
            event_id = publish(redis, id="title", changes={"visible": False})
            update = await client.hear("layer:update")
            assert update == {
                "type": "layer:update",
                "id": event_id,
                "stream": "demo",
                "at": "2023-11-14T22:13:20.000Z",
                "data": {"id": "title", "changes": {"visible": False}},
            }

    play(scene)


def test_a_change_of_state_is_told_without_asking(redis: FarmRedis, play: Play) -> None:
    add_stream(redis)

    async def scene(rig: Rig) -> None:
        async with rig.listener() as client:
            assert (await client.hear("stream:status"))["data"]["isLive"] is False
            set_report(redis, msgspec.structs.replace(REPORT, outputs=REPORT.outputs[:1]))
            set_state(redis, State.LIVE)
            status = (await client.hear("stream:status"))["data"]
            assert (status["isLive"], status["state"], status["health"]["level"]) == (True, "live", "good")

    play(scene)


def test_an_announced_status_is_completed_with_viewers_and_health(redis: FarmRedis, play: Play) -> None:
    live_stream(redis)

    async def scene(rig: Rig) -> None:
        async with rig.listener() as client:
            await client.hear("stream:status")
            event_id = publish(redis, "stream:status", state="failed", reason="no disk", isLive=False)
            told = await client.hear("stream:status")
            assert told["id"] == event_id
            assert told["data"]["state"] == "failed"
            assert told["data"]["viewers"] == 7
            assert told["data"]["health"] == {"level": "bad", "reasons": ["no disk"]}

    play(scene)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "auth", "token": "fft_wrong"}, 4401),
        ({"type": "subscribe"}, 4401),
        ({"type": "what?"}, 4401),
    ],
)
def test_nobody_gets_in_without_a_known_token(
    redis: FarmRedis, play: Play, message: dict[str, str], code: int
) -> None:
    live_stream(redis)

    async def scene(rig: Rig) -> None:
        async with rig.client() as client:
            await client.say(**message)
            assert (await client.goodbye())[0] == code

    play(scene)


def test_a_client_that_says_nothing_is_sent_away(
    redis: FarmRedis, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_stream(redis)
    monkeypatch.setattr(session, "AUTH_TIMEOUT_S", 0.05)

    async def scene(rig: Rig) -> None:
        async with rig.client() as client:
            assert await client.goodbye() == (4401, "no auth message came in time")

    play(scene)


def test_an_authorization_header_signs_in_as_well(redis: FarmRedis, play: Play) -> None:
    live_stream(redis)

    async def scene(rig: Rig) -> None:
        header = {"Authorization": f"Bearer {rig.token()}"}
        async with rig.client(additional_headers=header) as client:
            assert (await client.hear("stream:status"))["data"]["isLive"] is True

    play(scene)


@pytest.mark.parametrize("path", ["/streams/nothing/events", "/streams/bobs/events", "/stream/events"])
def test_streams_that_are_unknown_or_of_other_people_do_not_exist(
    redis: FarmRedis, play: Play, path: str
) -> None:
    live_stream(redis, "bobs", owner="bob")

    async def scene(rig: Rig) -> None:
        async with rig.client(path) as client:
            await client.say(type="auth", token=rig.token("ann"))
            assert (await client.goodbye())[0] == 4404

    play(scene)


def test_an_admin_hears_everybodys_streams(redis: FarmRedis, play: Play) -> None:
    live_stream(redis, "bobs", owner="bob")

    async def scene(rig: Rig) -> None:
        for token in ("the-admin-token", rig.token("ann", Scope.ADMIN)):
            async with rig.client("/streams/bobs/events") as client:
                await client.say(type="auth", token=token)
                assert (await client.hear("stream:status"))["stream"] == "bobs"

    play(scene)


def test_the_default_stream_is_the_callers_oldest(redis: FarmRedis, play: Play) -> None:
    add_stream(redis, "young", created_wall_ms=20)
    add_stream(redis, "old", created_wall_ms=10)
    add_stream(redis, "oldest", owner="bob", created_wall_ms=1)

    async def scene(rig: Rig) -> None:
        async with rig.client("/stream/events") as client:
            await client.say(type="auth", token=rig.token("ann"))
            assert (await client.hear("stream:status"))["stream"] == "old"

    play(scene)


def test_other_addresses_are_refused_before_the_handshake(redis: FarmRedis, play: Play) -> None:
    async def scene(rig: Rig) -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with rig.client("/streams/demo/nothing"):
                pass
        assert refused.value.response.status_code == 404

    play(scene)


def test_what_was_missed_is_sent_in_order_and_once(redis: FarmRedis, play: Play) -> None:
    live_stream(redis)
    seen = publish(redis, n=0)
    missed = [publish(redis, n=n) for n in range(1, 450)]

    async def scene(rig: Rig) -> None:
        async with rig.listener(after=seen, events=["layer:update"]) as client:
            fresh = [publish(redis, n=n) for n in range(450, 460)]
            heard = [await client.hear("layer:update") for _ in range(459)]
            assert [message["id"] for message in heard] == missed + fresh
            assert [message["data"]["n"] for message in heard] == list(range(1, 460))

    play(scene)


def test_an_open_connection_can_go_back_to_an_event(redis: FarmRedis, play: Play) -> None:
    live_stream(redis)
    first = publish(redis, n=1)
    second = publish(redis, n=2)

    async def scene(rig: Rig) -> None:
        async with rig.listener() as client:
            await client.hear("stream:status")
            await client.say(type="subscribe", after=first)
            assert (await client.hear("layer:update"))["id"] == second

    play(scene)


def test_a_gap_that_cannot_be_filled_is_told(redis: FarmRedis, play: Play) -> None:
    live_stream(redis)
    seen = publish(redis, n=0)
    publish(redis, n=1)
    oldest = publish(redis, n=2)
    redis.xtrim(keys.events("demo"), maxlen=1, approximate=False)

    async def scene(rig: Rig) -> None:
        async with rig.listener(after=seen) as client:
            assert (await client.hear("events:lost", "layer:update"))["data"] == {
                "after": seen,
                "oldest": oldest,
            }
            assert (await client.hear("layer:update"))["id"] == oldest

    play(scene)


def test_only_the_events_subscribed_to_are_sent(redis: FarmRedis, play: Play) -> None:
    live_stream(redis)

    async def scene(rig: Rig) -> None:
        async with rig.listener(events=["scene:applied"]) as client:
            await client.say(type="nonsense")
            await client.hear("error")  # the subscription stands by now
            publish(redis, "layer:update")
            publish(redis, "scene:applied", frame=7)
            told = await client.hear("layer:update", "scene:applied", "stream:status", "metrics:update")
            assert told["data"] == {"frame": 7}

    play(scene)


def test_garbage_is_answered_and_too_much_of_it_ends_the_connection(redis: FarmRedis, play: Play) -> None:
    live_stream(redis)

    async def scene(rig: Rig) -> None:
        async with rig.listener() as client:
            for garbage in ("{", b"\x00\xff", '{"type":"auth","token":"again"}'):
                await client.socket.send(garbage)
                assert (await client.hear("error"))["data"]["code"] == "INVALID_REQUEST"
            for _ in range(session.MAX_MISTAKES):
                await client.socket.send("[]")
            assert (await client.goodbye())[0] == 4400

    play(scene)


def test_a_message_that_is_too_large_ends_only_its_own_connection(redis: FarmRedis, play: Play) -> None:
    live_stream(redis)

    async def scene(rig: Rig) -> None:
        async with rig.listener() as other, rig.listener() as client:
            await other.hear("stream:status")
            await client.socket.send("x" * 5000)
            assert (await client.goodbye())[0] == 1009
            publish(redis)
            await other.hear("layer:update")

    play(scene)


def test_a_client_that_does_not_keep_up_is_cut_off_and_others_hear_all(redis: FarmRedis, play: Play) -> None:
    live_stream(redis)
    text = "x" * 20_000

    async def scene(rig: Rig) -> None:
        async with rig.client(max_queue=1) as slow, rig.listener(events=["layer:update"]) as other:
            await slow.say(type="auth", token=rig.token())
            await slow.hear("stream:status")
            for n in range(1500):
                publish(redis, n=n, text=text)
                if n % 50 == 49:
                    while (await other.hear("layer:update"))["data"]["n"] != n:
                        pass
            assert (await slow.goodbye())[0] in (4408, 1006)

    play(scene)


def test_deleting_a_stream_ends_its_listeners(redis: FarmRedis, play: Play) -> None:
    live_stream(redis)

    async def scene(rig: Rig) -> None:
        async with rig.listener() as client:
            await client.hear("stream:status")
            streams = StreamStore(redis, ManualClock(), user_limit=9, global_limit=9)
            streams.want("demo", Desired.STOPPED)
            streams.delete("demo")
            assert await client.goodbye() == (4404, "the stream was deleted")

    play(scene)


def test_revoking_a_token_ends_its_connections(
    redis: FarmRedis, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_stream(redis)
    monkeypatch.setattr(session, "TOKEN_RECHECK_S", 0.02)

    async def scene(rig: Rig) -> None:
        record, token = rig.tokens.create("ann", Scope.VIEWER)
        async with rig.listener(token) as client:
            await client.hear("stream:status")
            rig.tokens.revoke(record.id)
            assert (await client.goodbye())[0] == 4401

    play(scene)


def test_a_feed_ends_with_its_last_listener(redis: FarmRedis, play: Play) -> None:
    live_stream(redis)

    async def scene(rig: Rig) -> None:
        async with rig.listener() as one, rig.listener() as two:
            await one.hear("stream:status")
            await two.hear("stream:status")
            assert rig.feeds.streams() == ["demo"]
        async with asyncio.timeout(15):
            while rig.feeds.streams():
                await asyncio.sleep(0.01)

    play(scene)


def test_a_feed_that_breaks_sends_its_listeners_away_and_the_next_one_works(
    redis: FarmRedis, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_stream(redis)

    async def scene(rig: Rig) -> None:
        async with rig.listener() as client:
            await client.hear("stream:status")
            with monkeypatch.context() as broken:
                broken.setattr(feed, "metrics_data", None)
                assert (await client.goodbye())[0] == 1011
        async with rig.listener() as client:
            await client.hear("metrics:update")

    play(scene)
