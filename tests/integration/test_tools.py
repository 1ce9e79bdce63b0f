"""The command line's tools against a farm that runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.integration.running_farm import RunningFarm


def framefarm(farm: RunningFarm, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "farm", *arguments],
        env={**os.environ, **farm.environment},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.fixture(scope="module")
def checked(farm: RunningFarm) -> str:
    """A test stream that the command line made."""
    made = framefarm(farm, "debug", "test-stream", "--stream", "checked", "--size", "1280x720")
    assert made.returncode == 0, made.stderr
    farm.wait_steady("checked")
    return farm.play_url("checked")


def test_a_test_stream_reads_back_complete(farm: RunningFarm, checked: str) -> None:
    read = framefarm(farm, "debug", "read", checked, "--seconds", "3", "--json")
    seen = json.loads(read.stdout)
    assert (read.returncode, seen["complete"], seen["frames"]) == (0, True, 90), seen


def test_a_stream_without_a_pattern_is_not_called_complete(farm: RunningFarm, checked: str) -> None:
    farm.call("PATCH", "/streams/checked/layers/number", {"visible": False})
    read = framefarm(farm, "debug", "read", checked, "--seconds", "2", "--json")
    farm.call("PATCH", "/streams/checked/layers/number", {"visible": True})
    assert read.returncode == 1
    assert json.loads(read.stdout)["unreadable"] > 0


def test_a_stream_that_is_not_there_is_said_in_one_line(farm: RunningFarm) -> None:
    read = framefarm(farm, "debug", "read", farm.play_url("nowhere"), "--seconds", "2")
    assert read.returncode == 1
    assert read.stderr.startswith("framefarm: no picture could be read")
    assert len(read.stderr.splitlines()) == 1


@pytest.mark.parametrize("kind", [[], ["--data"]], ids=["scene", "data"])
def test_edits_are_timed_and_the_probe_is_taken_away(
    farm: RunningFarm, checked: str, kind: list[str]
) -> None:
    layers = farm.call("GET", "/streams/checked/layers")["count"]
    timed = framefarm(
        farm, "perf", "edit", "--stream", "checked", "--rtmp", checked, "--edits", "5", "--json", *kind
    )
    assert timed.returncode == 0, timed.stderr
    latency = json.loads(timed.stdout)
    assert latency["edits"] == 5
    assert 0 < latency["p50_ms"] <= latency["p99_ms"] <= latency["max_ms"]
    assert farm.call("GET", "/streams/checked/layers")["count"] == layers
    assert farm.call("GET", "/streams/checked/data")["values"] == {}


def test_a_new_token_opens_what_its_scope_allows(farm: RunningFarm) -> None:
    made = framefarm(farm, "token", "guest", "--scope", "viewer")
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    base = f"http://127.0.0.1:{farm.settings.port}"
    assert httpx.get(f"{base}/streams", headers=headers).status_code == httpx.codes.OK
    refused = httpx.post(f"{base}/streams", headers=headers, json={"id": "x"})
    assert refused.status_code == httpx.codes.FORBIDDEN


def test_tools_leave_no_tokens_behind(farm: RunningFarm, checked: str) -> None:
    assert checked
    names = {token["owner"] for token in farm.call("GET", "/tokens")["tokens"]}
    assert "command line" not in names
    assert "up" not in names


def test_a_tool_without_a_farm_says_what_is_missing(farm: RunningFarm) -> None:
    lost = framefarm(farm, "perf", "edit", "--url", "http://127.0.0.1:9", "--token", "none")
    assert lost.returncode == 1
    assert "the API at http://127.0.0.1:9 does not answer" in lost.stderr
    assert len(lost.stderr.splitlines()) == 1


def test_a_farm_of_its_own_is_measured_and_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "farm", "perf", "live", "--show", "still", "--size", "320x180"]
    command += ["--fps", "20", "--seconds", "5", "--json", "--keep", str(tmp_path / "kept")]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    measured = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert measured.returncode == 0, measured.stderr
    result = json.loads(measured.stdout)
    assert result["frames"] == 100
    assert 0 < result["latency_ms"]["p50"] <= result["latency_ms"]["p99"] <= result["latency_ms"]["max"]
    assert result["cpu_percent"] > 0
    assert result["pss_mb"] > 0
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
