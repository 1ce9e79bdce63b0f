"""What clients may say."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.realtime.protocol import Auth, Subscribe, event_position, parse_message, told
from farm.errors import InputError


def test_auth_and_subscribe_are_understood() -> None:
    assert parse_message('{"type":"auth","token":"fft_x"}') == Auth("fft_x")
    wish = '{"type":"subscribe","events":["layer:update"],"after":"17-0"}'
    assert parse_message(wish) == Subscribe(["layer:update"], "17-0")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "hello",
        "[]",
        "{}",
        '{"type":"auth"}',
        '{"type":"auth","token":7}',
        '{"type":"auth","token":"x","tocken":"y"}',
        '{"type":"dance"}',
        '{"type":"subscribe","events":"layer:update"}',
        '{"type":"subscribe","after":"yesterday"}',
        '{"type":"subscribe","after":"1-1 STREAMS other"}',
        b"\xff\xfe{",
    ],
)
def test_anything_else_is_refused_in_words(raw: str | bytes) -> None:
    with pytest.raises(InputError):
        parse_message(raw)


def test_too_many_event_names_are_refused() -> None:
    with pytest.raises(InputError, match="64"):
        parse_message('{"type":"subscribe","events":[' + ",".join(['"a"'] * 65) + "]}")


@given(st.text() | st.binary())
def test_no_input_raises_anything_but_input_error(raw: str | bytes) -> None:
    with contextlib.suppress(InputError):
        parse_message(raw)


def test_a_token_is_in_no_repr_and_no_error() -> None:
    assert "fft_secret" not in repr(Auth("fft_secret"))
    with pytest.raises(InputError) as refusal:
        parse_message('{"type":"auth","token":["fft_secret"]}')
    assert "fft_secret" not in refusal.value.message


def test_event_ids_are_ordered_as_numbers() -> None:
    assert event_position("9-10") < event_position("10-0") < event_position("10-2") < event_position("10-11")


def test_all_that_is_told_has_one_form() -> None:
    assert told("stream:status", "demo", 0, {"isLive": True}) == (
        '{"type":"stream:status","id":null,"stream":"demo","at":"1970-01-01T00:00:00.000Z","data":{"isLive":true}}'
    )
