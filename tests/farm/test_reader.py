"""Reading a stream back ends, whatever the stream does."""

from __future__ import annotations

from pathlib import Path

import pytest

from farm.debug import reader


@pytest.mark.parametrize("said", ["x", ""], ids=["goes on", "is silent"])
def test_a_stream_that_never_gets_to_its_time_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    endless = tmp_path / "ffmpeg"
    endless.write_text(f"#!/bin/sh\nprintf x\nwhile :; do printf '{said}'; sleep 0.01; done\n")
    endless.chmod(0o755)
    monkeypatch.setattr(reader, "find_program", lambda _name, _package: str(endless))
    monkeypatch.setattr(reader, "OVERTIME_S", 0.1)
    with reader.decoded("rtmp://localhost/live/anew", "null", 1, seconds=0.1) as pictures:
        assert all(picture == b"x" for picture in pictures)
