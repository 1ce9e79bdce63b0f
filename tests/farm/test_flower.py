"""Flower: who may see it, and what it may cost."""

from __future__ import annotations

from typing import Any

import pytest

from farm.flower import flower_options, make_flower
from farm.settings import load_settings


def options(**environment: str) -> dict[str, Any]:
    return flower_options(load_settings(environment))


def test_without_a_password_only_this_host_may_look_and_nobody_change_anything() -> None:
    found = options(HOST="0.0.0.0")
    assert found["address"] == "127.0.0.1"
    assert found["basic_auth"] == []
    assert found["read_only"] is True


def test_with_a_password_it_listens_where_the_farm_does_and_asks_for_it() -> None:
    found = options(HOST="0.0.0.0", FLOWER_PASSWORD="sesame", FLOWER_PORT="5556")
    assert (found["address"], found["port"]) == ("0.0.0.0", 5556)
    assert found["basic_auth"] == ["admin:sesame"]
    assert found["read_only"] is False


@pytest.mark.parametrize("wanted", ["true", "false"])
def test_workers_are_asked_for_events_only_if_the_settings_say_so(wanted: str) -> None:
    assert options(TASK_EVENTS=wanted)["enable_events"] is (wanted == "true")


def test_it_looks_at_the_farms_broker_and_queue(redis_url: str) -> None:
    flower = make_flower(load_settings({"REDIS_URL": redis_url, "FLOWER_PASSWORD": "sesame"}))
    flower.executor.shutdown()
    assert flower.capp.conf.broker_url == redis_url
    assert flower.capp.conf.task_default_queue == "frames"
    assert flower.options.basic_auth == ["admin:sesame"]
