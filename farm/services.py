"""The servers that are not ours: how redis-server and nginx-rtmp are configured and started."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from string import Template

from pydantic import SecretStr

from farm.errors import SettingsError
from farm.settings import Settings

_RTMP_TEMPLATE = Path(__file__).parents[1] / "deploy" / "rtmp" / "nginx.conf.template"
_EXTRA_PATH = "/usr/sbin:/usr/local/sbin:/sbin"
"""Where servers are installed, and where not every user's PATH leads."""
_REACH_LOOPBACK = ("127.0.0.1", "localhost", "0.0.0.0")  # noqa: S104  compared with, not bound to
_RTMP_MODULE_DIRS = (Path("/usr/lib/nginx/modules"), Path("/usr/lib64/nginx/modules"))


def find_program(name: str, package: str) -> str:
    """The path of ``name``. Raises SettingsError that names the Debian ``package`` when it is missing."""
    found = shutil.which(name, path=None) or shutil.which(name, path=_EXTRA_PATH)
    if found is None:
        raise SettingsError(f"{name} is not installed; run `make setup`, or `apt-get install {package}`")
    return found


def redis_command(
    directory: Path, port: int, password_file: Path | None = None, *, bind: str = "127.0.0.1"
) -> Sequence[str]:
    """The command of a private redis-server that keeps everything (AOF) in ``directory``.

    It listens on loopback, and on the address ``bind`` if that is another one.
    """
    addresses = [bind] if bind in _REACH_LOOPBACK else ["127.0.0.1", bind]
    command = [
        find_program("redis-server", "redis-server"),
        *("--bind", *addresses),
        *("--port", str(port)),
        *("--dir", str(directory)),
        *("--appendonly", "yes"),
        *("--appendfsync", "everysec"),
        *("--save", ""),
        *("--daemonize", "no"),
        *("--loglevel", "warning"),
    ]
    if password_file is not None:
        # In a file and not on the command line, where every user of the host could read it.
        command[1:1] = [str(password_file)]
    return command


def redis_password_file(settings: Settings) -> Path:
    """The configuration file that tells the private redis-server its password.

    REDIS_PASSWORD if it is set, else one that is made once and kept: encoder processes that outlived a
    killed supervisor come back with it.
    """
    configuration = _redis_configuration(settings.state_dir)
    wanted = settings.redis_password and settings.redis_password.get_secret_value()
    if wanted or not configuration.exists():
        configuration.parent.mkdir(parents=True, exist_ok=True)
        configuration.touch(mode=0o600)
        configuration.write_text(f"requirepass {wanted or secrets.token_urlsafe(32)}\n")
    return configuration


def reaching_private_redis(settings: Settings) -> Settings:
    """``settings`` with the password of the private redis-server of their state directory, if used."""
    configuration = _redis_configuration(settings.state_dir)
    if not settings.private_redis() or settings.redis_password or not configuration.exists():
        return settings
    password = configuration.read_text().split()[1]
    return settings.model_copy(update={"redis_password": SecretStr(password)})


def _redis_configuration(state_dir: Path) -> Path:
    return state_dir / "redis" / "redis.conf"


def rtmp_command(
    directory: Path, *, listen: str, stat_listen: str, on_publish_url: str, error_log: str = "stderr"
) -> Sequence[str]:
    """Write nginx's configuration into ``directory`` and return the command that runs it.

    ``listen`` and ``stat_listen`` are addresses with port. Raises SettingsError when a part is missing.
    """
    nginx = find_program("nginx", "nginx-light")
    module = next(
        (d / "ngx_rtmp_module.so" for d in _RTMP_MODULE_DIRS if (d / "ngx_rtmp_module.so").exists()), None
    )
    if module is None:
        raise SettingsError(
            "nginx has no RTMP module; run `make setup`, or `apt-get install libnginx-mod-rtmp`"
        )
    directory.mkdir(parents=True, exist_ok=True)
    text = Template(_RTMP_TEMPLATE.read_text()).substitute(
        NGINX_MODULES=f"load_module {module};",
        NGINX_DIR=directory.resolve(),
        NGINX_ERROR_LOG=error_log,
        RTMP_LISTEN=listen,
        RTMP_STAT_LISTEN=stat_listen,
        ON_PUBLISH_URL=on_publish_url,
        NGINX_HTTP="",
    )
    configuration = directory / "nginx.conf"
    configuration.write_text(re.sub(r"\n{3,}", "\n\n", text))
    return [nginx, "-e", error_log, "-c", str(configuration.resolve()), "-p", str(directory.resolve())]
