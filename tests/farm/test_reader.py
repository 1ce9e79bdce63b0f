"""Reading a stream back ends, whatever the stream does."""

from __future__ import annotations

from pathlib import Path

import pytest

from farm.debug import reader
from farm.errors import OutputFailed


def reading_with(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a shell's ``program`` in place of ffmpeg."""
    instead = folder / "ffmpeg"
    instead.write_text(f"#!/bin/sh\n{program}\n")
    instead.chmod(0o755)
    monkeypatch.setattr(reader, "find_program", lambda _name, _package: str(instead))


def test_a_reader_that_complains_without_end_goes_on_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaints = "head -c 1000000 /dev/zero | tr '\\0' w >&2"
    reading_with(f"printf x; {complaints}; printf y", tmp_path, monkeypatch)
    with reader.decoded("rtmp://localhost/live/anew", "null", 1, seconds=5) as pictures:
        assert list(pictures) == [b"x", b"y"]


def test_why_nothing_could_be_read_is_said_in_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading_with("echo no such stream >&2", tmp_path, monkeypatch)
    with (
        pytest.raises(OutputFailed, match=r"no such stream$"),
        reader.decoded("rtmp://localhost/live/none", "null", 1) as pictures,
    ):
        list(pictures)


@pytest.mark.parametrize("said", ["x", ""], ids=["goes on", "is silent"])
def test_a_stream_that_never_gets_to_its_time_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    reading_with(f"printf x\nwhile :; do printf '{said}'; sleep 0.01; done", tmp_path, monkeypatch)
    monkeypatch.setattr(reader, "OVERTIME_S", 0.1)
    with reader.decoded("rtmp://localhost/live/anew", "null", 1, seconds=0.1) as pictures:
        assert all(picture == b"x" for picture in pictures)
