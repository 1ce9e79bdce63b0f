"""Settings: typed, bounded, all mistakes at once, nothing secret in their text."""

from __future__ import annotations

from fractions import Fraction

import pytest

from farm.errors import SettingsError
from farm.settings import load_settings, parse_bitrate_kbps, parse_resolution


def test_defaults_are_those_of_the_contract() -> None:
    settings = load_settings({})
    assert (settings.port, settings.ws_port, settings.metrics_port, settings.health_port) == (
        4200,
        4201,
        4290,
        4291,
    )
    assert (settings.rtmp_port, settings.flower_port) == (1935, 5555)
    config = settings.stream_config()
    assert (config.width, config.height, config.fps) == (1920, 1080, Fraction(30))
    assert settings.max_concurrent_streams_per_user == 5
    assert settings.max_concurrent_streams_global == 20


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        load_settings(
            {"PORT": "http", "TARGET_FPS": "61", "STREAM_RESOLUTION": "1921x1080", "STREAM_BITRATE": "fast"}
        )
    lines = error.value.message.splitlines()
    assert [line.split(":")[0] for line in sorted(lines)] == [
        "PORT",
        "STREAM_BITRATE",
        "STREAM_RESOLUTION",
        "TARGET_FPS",
    ]


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load_settings({"PORT": ""}).port == 4200


def test_variables_of_others_are_ignored() -> None:
    assert load_settings({"HOME": "/root", "PORT": "4300"}).port == 4300


def test_secrets_are_stars_in_the_text_of_the_settings() -> None:
    settings = load_settings({"ADMIN_TOKEN": "hunter2", "REDIS_PASSWORD": "hunter3"})
    assert "hunter" not in repr(settings)
    assert "hunter" not in str(settings)


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, "redis://127.0.0.1:4279/0"),
        ({"REDIS_PORT": "5000", "REDIS_PASSWORD": "pw"}, "redis://:pw@127.0.0.1:5000/0"),
        ({"REDIS_URL": "redis://redis:6379/1"}, "redis://redis:6379/1"),
        ({"REDIS_URL": "redis://redis:6379/1", "REDIS_PASSWORD": "pw"}, "redis://:pw@redis:6379/1"),
        ({"REDIS_URL": "redis://u:own@redis:6379", "REDIS_PASSWORD": "pw"}, "redis://u:own@redis:6379"),
    ],
)
def test_the_broker_url_has_the_password_once(environment: dict[str, str], url: str) -> None:
    assert load_settings(environment).broker_url() == url


@pytest.mark.parametrize(
    "text", ["1920", "1920x", "x1080", "1921x1080", "1920x1081", "8x8", "9000x100", "-2x4", "1920X1080"]
)
def test_a_resolution_that_cannot_be_encoded_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected WIDTHxHEIGHT|both sides"):
        parse_resolution(text)


@pytest.mark.parametrize(("text", "kbps"), [("4000k", 4000), ("6M", 6000), ("100k", 100)])
def test_bitrates_have_units(text: str, kbps: int) -> None:
    assert parse_bitrate_kbps(text) == kbps


@pytest.mark.parametrize("text", ["4000", "99k", "101M", "4.5M", "k", "-1k", ""])
def test_a_bitrate_out_of_bounds_or_without_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a number|must be between"):
        parse_bitrate_kbps(text)
