"""Logs: no secret gets out, people and machines can both read a line."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from farm.log import configure_logging, get_logger, mask_secrets, mask_text
from farm.settings import load_settings


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("rtmp://a.rtmp.youtube.com/live2/abcd-1234", "rtmp://a.rtmp.youtube.com/live2/***"),
        ("rtmps://host:443/app/key?token=x failed", "rtmps://host:443/app/*** failed"),
        ("rtmp://localhost:1935/live/demo?key=ffk_123", "rtmp://localhost:1935/live/***"),
        ("redis://:hunter2@10.0.0.1:6379/0", "redis://***@10.0.0.1:6379/0"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("token fft_abcdefghijklmnop is unknown", "token fft_*** is unknown"),
        ("nothing secret: 12 frames at rtmp://host/live", "nothing secret: 12 frames at rtmp://host/live"),
    ],
)
def test_secrets_in_text_become_stars(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "name", ["token", "admin_token", "password", "REDIS_PASSWORD", "key", "stream_key", "secret"]
)
def test_secret_fields_become_stars(name: str) -> None:
    assert mask_secrets(None, "info", {name: "hunter2"}) == {name: "***"}


@pytest.fixture(autouse=True)
def restore_root_logger() -> Iterator[None]:
    root = logging.getLogger()
    saved = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = saved[0], saved[1]


def test_a_json_line_carries_level_component_and_details(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(load_settings({"LOG_FORMAT": "json"}), "encoder")
    get_logger("any").warning("output lost", stream="demo", url="rtmp://host/live/secret-key")
    line = json.loads(capsys.readouterr().out)
    assert {k: line[k] for k in ("event", "level", "component", "stream", "url")} == {
        "event": "output lost",
        "level": "warning",
        "component": "encoder",
        "stream": "demo",
        "url": "rtmp://host/live/***",
    }


def test_a_pretty_line_is_one_line_with_the_component_in_its_column(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging(load_settings({"LOG_FORMAT": "pretty"}), "coordinator")
    get_logger("any").info("stream is live", stream="demo", frames=3)
    assert capsys.readouterr().out[13:] == "info    coordinator  stream is live  stream=demo frames=3\n"


def test_a_librarys_line_goes_the_same_way_and_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(load_settings({"LOG_FORMAT": "json"}), "worker")
    logging.getLogger("somelibrary").error("cannot reach redis://:pw@h:1/0")
    assert json.loads(capsys.readouterr().out)["event"] == "cannot reach redis://***@h:1/0"


def test_levels_below_the_setting_are_silent(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(load_settings({"LOG_FORMAT": "json", "LOG_LEVEL": "warning"}), "worker")
    get_logger("any").info("chatter")
    logging.getLogger("somelibrary").info("chatter")
    assert capsys.readouterr().out == ""
