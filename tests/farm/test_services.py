"""The servers that are not ours: how they are configured, and what is said when one is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from farm.errors import SettingsError
from farm.services import reaching_private_redis, redis_command, redis_password_file, rtmp_command
from farm.settings import Settings, load_settings


def settings(state_dir: Path, **environment: str) -> Settings:
    return load_settings({"STATE_DIR": str(state_dir), **environment})


def password_of(wanted: Settings) -> str:
    return redis_password_file(wanted).read_text().split()[1]


def test_a_password_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first = password_of(settings(tmp_path))
    assert len(first) >= 32
    assert password_of(settings(tmp_path)) == first
    assert redis_password_file(settings(tmp_path)).stat().st_mode & 0o077 == 0


def test_the_users_password_wins(tmp_path: Path) -> None:
    password_of(settings(tmp_path))
    assert password_of(settings(tmp_path, REDIS_PASSWORD="chosen")) == "chosen"


def test_a_tool_beside_the_farm_learns_its_password(tmp_path: Path) -> None:
    password = password_of(settings(tmp_path))
    assert password in reaching_private_redis(settings(tmp_path)).broker_url()


def test_a_redis_of_the_users_gets_no_password_of_ours(tmp_path: Path) -> None:
    password_of(settings(tmp_path))
    own = settings(tmp_path, REDIS_URL="redis://elsewhere:6379/0")
    assert reaching_private_redis(own).broker_url() == "redis://elsewhere:6379/0"


@pytest.mark.parametrize(
    ("bind", "addresses"),
    [("127.0.0.1", ["127.0.0.1"]), ("0.0.0.0", ["0.0.0.0"]), ("10.0.0.5", ["127.0.0.1", "10.0.0.5"])],
)
def test_the_private_redis_always_listens_on_loopback(
    tmp_path: Path, bind: str, addresses: list[str]
) -> None:
    command = list(redis_command(tmp_path, 4279, bind=bind))
    begin = command.index("--bind") + 1
    assert command[begin : begin + len(addresses) + 1] == [*addresses, "--port"]


def test_the_private_redis_writes_everything_to_disk(tmp_path: Path) -> None:
    command = " ".join(redis_command(tmp_path, 4279))
    assert "--appendonly yes" in command
    assert f"--dir {tmp_path}" in command


def test_a_missing_program_is_named_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("farm.services._EXTRA_PATH", str(tmp_path))
    with pytest.raises(
        SettingsError, match="redis-server is not installed; run `make setup`, or `apt-get install"
    ):
        redis_command(tmp_path, 4279)
    with pytest.raises(SettingsError, match="nginx is not installed"):
        rtmp_command(tmp_path, listen="1", stat_listen="2", on_publish_url="http://127.0.0.1:1/")


def test_a_missing_rtmp_module_is_named_with_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("farm.services._RTMP_MODULE_DIRS", (tmp_path,))
    with pytest.raises(SettingsError, match="apt-get install libnginx-mod-rtmp"):
        rtmp_command(tmp_path, listen="1", stat_listen="2", on_publish_url="http://127.0.0.1:1/")
