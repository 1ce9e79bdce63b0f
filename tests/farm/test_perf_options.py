"""Mistakes in what `framefarm perf` and `framefarm debug` are told are named before anything is started."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from farm.cli import app
from farm.errors import InputError


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("perf live --show nothing", "nothing"),
        ("perf streams --show nothing", "ticker"),
        ("perf memory --show nothing", "ticker"),
        ("perf compare reference nothing", "nothing"),
        ("perf wire nothing", "nothing"),
        ("perf live --size 641x360", "both sides must be even"),
        ("perf plan --size wide", "WIDTHxHEIGHT"),
        ("debug read anything --seconds=-1", "--seconds"),
        ("debug read anything --cell 0", "--cell"),
    ],
)
def test_a_mistake_is_told_with_what_would_do(arguments: str, told: str) -> None:
    done = CliRunner().invoke(app, arguments.split())
    assert done.exit_code == 2
    assert told in done.output


def test_the_size_of_a_test_stream_is_checked_before_the_farm_is_asked() -> None:
    done = CliRunner().invoke(app, ["debug", "test-stream", "--size", "large"])
    assert isinstance(done.exception, InputError)
    assert "--size" in done.exception.message
