"""Ctrl-C leaves nothing behind, a kill of everything loses nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

from encoder.registry import Registry
from farm.perf.ports import free_port
from farm.transport.ring import RING_PREFIX, SHM_DIR
from farm.up.plan import own_share_dir
from tests.conftest import wait_until
from tests.integration.conftest import StartFarm
from tests.integration.running_farm import RunningFarm


def shared_memory(farm: RunningFarm) -> set[Path]:
    """What the farm's encoder processes and workers hold."""
    labels = [e.ring_label for e in Registry(farm.state_dir.resolve(), farm.settings.node_name).entries()]
    rings = [path for label in labels for path in SHM_DIR.glob(f"{RING_PREFIX}{label}-*")]
    return {*rings, own_share_dir(farm.settings)}


def test_ctrl_c_leaves_no_process_socket_or_shared_memory(start_farm: StartFarm) -> None:
    farm = start_farm()
    farm.checkable_stream("short")
    processes = [psutil.Process(pid) for pid in farm.services().values()]
    processes += [child for p in processes for child in p.children(recursive=True)]
    processes += farm.encoder_processes()
    held = shared_memory(farm)
    assert len(held) == 2
    assert all(path.exists() for path in held)
    farm.stop()
    assert not [p for p in processes if p.is_running()]
    assert not [path for path in held if path.exists()]
    assert not list(farm.state_dir.rglob("*.sock"))
    assert not (farm.state_dir / "processes.json").exists()


def test_after_everything_was_killed_what_was_acknowledged_is_back(start_farm: StartFarm) -> None:
    farm = start_farm()
    farm.checkable_stream("lasting")
    key = farm.call("POST", "/streams/lasting/keys")
    farm.call("PATCH", "/streams/lasting/config", {"STREAM_BITRATE": "2500k"})
    farm.call("PATCH", "/streams/lasting/layers/mover", {"opacity": 0.5})
    farm.call("POST", "/streams", {"id": "resting"})
    wait_until(lambda: farm.call("GET", "/streams/lasting/status")["isLive"], "live again after the change")
    farm.wait_steady("lasting")
    farm.kill_everything()

    again = start_farm(farm.state_dir, **farm.environment)
    wait_until(lambda: again.call("GET", "/streams/lasting/status")["isLive"], "the stream is live again", 30)
    assert again.call("GET", "/streams/lasting/config")["STREAM_BITRATE"] == "2500k"
    assert again.call("GET", "/streams/lasting/layers/mover")["opacity"] == 0.5
    assert [k["id"] for k in again.call("GET", "/streams/lasting/keys")["keys"]] == [key["id"]]
    assert not again.call("GET", "/streams/resting/status")["isLive"]
    again.wait_steady("lasting")


def test_after_a_killed_supervisor_the_next_one_adopts_the_streams(start_farm: StartFarm) -> None:
    farm = start_farm()
    farm.checkable_stream("orphan")
    (process,) = farm.encoder_processes()
    farm.kill_supervisor()
    again = start_farm(farm.state_dir, **farm.environment)
    assert [p.pid for p in again.encoder_processes()] == [process.pid]
    again.wait_steady("orphan")


def up(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "farm", "up"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_second_farm_in_the_same_place_is_refused_in_one_line(farm: RunningFarm) -> None:
    second = up(**farm.environment)
    assert second.returncode == 1
    assert len(second.stderr.splitlines()) == 1
    assert "runs in" in second.stderr


def test_a_taken_port_is_refused_in_one_line(farm: RunningFarm, tmp_path: Path) -> None:
    second = up(**{**farm.environment, "STATE_DIR": str(tmp_path)})
    lines = second.stderr.splitlines()
    assert second.returncode == 1
    assert f"framefarm: PORT: port {farm.settings.port} is taken by another program" in "\n".join(lines)
    assert all(line.startswith("framefarm: ") for line in lines)


def test_a_redis_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    farm = RunningFarm(tmp_path, {"REDIS_URL": f"redis://:secret@127.0.0.1:{free_port()}/0"})
    refused = up(**farm.environment)
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert "REDIS_URL (127.0.0.1:" in refused.stderr
    assert "does not answer" in refused.stderr
    assert "secret" not in refused.stderr
