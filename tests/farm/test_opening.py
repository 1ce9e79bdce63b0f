"""Opening a farm: where it is, and whose token is shown."""

from __future__ import annotations

import pytest

from farm.errors import FarmError
from farm.settings import load_settings
from farm.store.connection import FarmRedis
from farm.up import opening


@pytest.fixture
def environment(redis: FarmRedis, redis_url: str) -> dict[str, str]:
    """Of a farm over an empty Redis."""
    return {"REDIS_URL": redis_url, "LOG_FORMAT": "pretty"}


def test_the_first_token_is_shown_once(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings(environment)
    opening.show_addresses(settings, demo=False)
    first = capsys.readouterr().out
    assert "fft_" in first
    assert "live/demo" not in first
    opening.show_addresses(settings, demo=True)
    again = capsys.readouterr().out
    assert "fft_" not in again
    assert "shown at the first start" in again
    assert "live/demo" in again


def test_a_token_of_the_settings_is_not_shown(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings(environment | {"ADMIN_TOKEN": "a-token-that-nobody-shall-read"})
    opening.show_addresses(settings, demo=False)
    out = capsys.readouterr().out
    assert "the one in ADMIN_TOKEN" in out
    assert "nobody-shall-read" not in out


@pytest.mark.parametrize(("step", "what"), [("addresses", "Redis"), ("ready", "the farm")])
def test_what_does_not_come_is_named(monkeypatch: pytest.MonkeyPatch, step: str, what: str) -> None:
    monkeypatch.setattr(opening, "READY_WITHIN_S", 0.0)
    settings = load_settings({"REDIS_URL": "redis://127.0.0.1:1/0", "HEALTH_PORT": "1"})
    with pytest.raises(FarmError, match=f"{what} is not ready"):
        opening.STEPS[step](settings, demo=False)
