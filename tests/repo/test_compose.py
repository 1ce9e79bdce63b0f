"""docker-compose.yml: it runs what exists, locked down, and publishes only what settings name."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import Any

import pytest

from farm.cli import app
from farm.settings import Settings
from tests.repo.test_settings import COMPOSE_ONLY, listed
from tests.repo.tree import ROOT, read, read_yaml

COMPOSE: dict[str, Any] = read_yaml("docker-compose.yml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if service["image"].startswith("framefarm:"))
COMMANDS = {
    command.name or command.callback.__name__ for command in app.registered_commands if command.callback
}
_VARIABLE = re.compile(r"\$\{(\w+)")


def test_every_service_of_the_farm_is_there() -> None:
    assert {"api", "coordinator", "worker", "encoder", "encoder-gpu", "flower"} == set(OURS)
    assert {"redis", "rtmp", "prometheus", "grafana"} == set(SERVICES) - set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_runs_a_command_that_exists(name: str) -> None:
    command = SERVICES[name]["command"]
    if command[0] == "keep":
        command = command[1:]
    if command[:2] == ["python", "-m"]:
        assert find_spec(command[2]) is not None
    else:
        assert command[0] == "framefarm"
        assert command[1] in COMMANDS


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_locked_down(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc"} & set(service)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_watched_and_its_log_and_processes_are_bounded(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"
    assert service["pids_limit"] > 0
    assert {"max-size", "max-file"} <= set(service["logging"]["options"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_be_scaled_unless_it_has_a_port(name: str) -> None:
    assert "container_name" not in SERVICES[name]
    assert "hostname" not in SERVICES[name]
    if name in ("worker", "coordinator", "encoder", "encoder-gpu"):
        assert "ports" not in SERVICES[name]


def test_only_ports_of_settings_are_published_and_at_the_address_of_host() -> None:
    published = {
        tuple(_VARIABLE.findall(port)[:2])
        for service in SERVICES.values()
        for port in service.get("ports", ())
    }
    ports = {"PORT", "WS_PORT", "METRICS_PORT", "HEALTH_PORT", "FLOWER_PORT", "RTMP_PORT", "GRAFANA_PORT"}
    assert published == {("HOST", port) for port in ports}


def test_every_variable_is_explained_and_has_the_default_of_the_code() -> None:
    entries = listed()
    for name, operator, default in re.findall(r"\$\{(\w+)(:-|:\?)?([^${}]*)", read("docker-compose.yml")):
        assert name in entries, f"{name} is not in .env.example"
        assert operator, f"{name} may be empty: give a default, or :?"
        if operator == ":-" and default:
            assert default == entries[name].value, f"the default of {name} is not that of .env.example"


@pytest.mark.parametrize("secret", ["ADMIN_TOKEN", "REDIS_PASSWORD"])
def test_a_secret_must_be_set_and_the_message_says_where(secret: str) -> None:
    assert f"${{{secret}:?set it in .env}}" in read("docker-compose.yml")


def test_the_environment_of_our_services_is_of_settings() -> None:
    allowed = {name.upper() for name in Settings.model_fields} | COMPOSE_ONLY | {"NVIDIA_DRIVER_CAPABILITIES"}
    for name in OURS:
        assert set(SERVICES[name]["environment"]) <= allowed


def test_only_the_api_gets_the_admin_token() -> None:
    holders = [name for name in OURS if SERVICES[name]["environment"]["ADMIN_TOKEN"]]
    assert holders == ["api"]


def test_workers_and_encoders_of_a_host_share_memory() -> None:
    for name in ("worker", "encoder", "encoder-gpu"):
        assert "frames:/dev/shm" in SERVICES[name]["volumes"]
    assert COMPOSE["volumes"]["frames"]["driver_opts"]["type"] == "tmpfs"


def test_workers_redis_and_coordinators_cannot_reach_the_internet() -> None:
    assert COMPOSE["networks"]["farm"]["internal"] is True
    for name in ("worker", "redis", "coordinator", "prometheus"):
        assert SERVICES[name]["networks"] == ["farm"]


def test_what_is_mounted_from_the_repository_is_there_and_read_only() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            if volume.startswith("./"):
                source, _, mode = volume.split(":")
                assert (ROOT / source).is_dir()
                assert mode == "ro"
