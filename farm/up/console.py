"""The one log of ``framefarm up``: what its processes print, line by line, and what it says itself."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from typing import TextIO

from farm.log import get_logger, mask_text

_LEVEL_COLOURS = {"debug": "\x1b[2m", "warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[1;31m"}
_PLAIN, _BOLD, _DIM = "\x1b[0m", "\x1b[1m", "\x1b[2m"
_OUR_LINE = re.compile(r"\d\d:\d\d:\d\d\.\d{3} (\w+)")


class Console:
    """Writes whole lines to ``out``; coloured by level when that is a terminal."""

    def __init__(self, *, json: bool, out: TextIO = sys.stdout) -> None:
        self._json = json
        self._out = out
        self._coloured = out.isatty() and not json
        self._log = get_logger("up")

    def relay(self, service: str, line: str, *, foreign: bool) -> None:
        """Pass on a line that ``service`` printed; what is not a log line of ours is marked and masked."""
        line = line.rstrip()
        if not line:
            return
        ours = not foreign and (line.startswith("{") if self._json else _OUR_LINE.match(line))
        if ours:
            self._write(self._paint(line))
        elif self._json:
            self._log.info(line, service=service)
        else:
            self._write(f"{'':12} {'':7} {service:12} {mask_text(line)}")

    def banner(self, title: str, rows: dict[str, str]) -> None:
        """The block at the top: where everything is."""
        if self._json:
            self._log.info(title, **{name.replace(" ", "_"): value for name, value in rows.items()})
            return
        bold, dim, plain = (_BOLD, _DIM, _PLAIN) if self._coloured else ("", "", "")
        self._write(f"\n  {bold}{title}{plain}")
        for name, value in rows.items():
            self._write(f"    {dim}{name:12}{plain} {value}")
        self._write("")

    def _paint(self, line: str) -> str:
        match = _OUR_LINE.match(line) if self._coloured else None
        colour = _LEVEL_COLOURS.get(match[1]) if match else None
        return f"{colour}{line}{_PLAIN}" if colour else line

    def _write(self, line: str) -> None:
        """A line that cannot be written, to a disk that is full or a pipe that nobody reads, is lost: the
        processes behind it go on talking, and must not wait."""
        with suppress(OSError):
            self._out.write(f"{line}\n")
            self._out.flush()
