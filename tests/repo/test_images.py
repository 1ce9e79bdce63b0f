"""The Dockerfile and the scripts of the images."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.conftest import wait_until
from tests.repo.tree import ROOT, read, read_yaml

DOCKERFILE = read("Dockerfile")
STAGES = {
    match[1]: match[0]
    for match in re.finditer(r"^FROM \S+ AS (\w+)\n.*?(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL)
}
BUILT = sorted(
    {
        service["build"]["target"]
        for service in read_yaml("docker-compose.yml")["services"].values()
        if "build" in service
    }
)
KEEP = ROOT / "deploy" / "docker" / "keep"


@pytest.mark.parametrize("target", BUILT)
def test_an_image_does_not_run_as_root(target: str) -> None:
    assert re.findall(r"^USER (.+)$", STAGES[target], re.MULTILINE) == ["10001:10001"]


def test_all_images_are_built_from_one_base() -> None:
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)[0] == "debian:bookworm-slim"
    foreign = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)[1:]) - set(STAGES)
    assert not foreign


def test_packages_of_python_are_installed_by_their_hashes() -> None:
    assert "--require-hashes -r requirements.lock" in DOCKERFILE


def test_compilers_and_headers_stay_behind() -> None:
    assert not re.search(r"\bgcc\b|-dev\b", STAGES["farm"])


def test_the_image_has_the_fonts_and_the_headers_that_the_setup_installs() -> None:
    setup = read("deploy/setup")
    for pattern in (r"\bfonts-[\w-]+", r"\b(?:lib|zlib)\w*-dev\b"):
        assert set(re.findall(pattern, setup)) <= set(re.findall(pattern, DOCKERFILE))


def test_the_rtmp_image_fills_in_every_placeholder_of_the_template() -> None:
    placeholders = set(re.findall(r"\$\{(\w+)\}", read("deploy/rtmp/nginx.conf.template")))
    script = read("deploy/docker/rtmp")
    assert set(re.findall(r"^export (\w+)=", script, re.MULTILINE)) == placeholders
    assert set(re.findall(r"\$(\w+)", script.split("envsubst '", 1)[1].split("'", 1)[0])) == placeholders


@pytest.mark.parametrize("script", sorted((ROOT / "deploy" / "docker").iterdir()), ids=lambda path: path.name)
def test_a_script_is_executable_and_can_be_parsed(script: Path) -> None:
    assert script.stat().st_mode & 0o111
    shell = script.read_text().splitlines()[0].removeprefix("#!")
    assert subprocess.run([shell, "-n", script], check=False).returncode == 0


def test_keep_starts_a_command_again_and_ends_with_it(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    # It dies at its first start; at the second one it stays until it is told to go.
    body = f"echo $$ >>{starts}; [ $(wc -l <{starts}) = 1 ] && exit 3; exec sleep 60"
    with subprocess.Popen([KEEP, "sh", "-c", body], stderr=subprocess.PIPE, text=True) as keep:
        wait_until(lambda: starts.exists() and len(starts.read_text().split()) == 2, "the second start")
        child = starts.read_text().split()[1]
        keep.send_signal(signal.SIGTERM)
        _, said = keep.communicate(timeout=10)
    assert keep.returncode == 0
    assert not Path("/proc", child).exists()
    assert said.splitlines()[0] == "keep: sh ended with code 3; starting it again"
