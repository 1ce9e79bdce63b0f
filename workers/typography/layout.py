"""Where text lies: characters are given fonts, words are broken into lines, lines are measured.

Raqm shapes each run (ligatures, kerning, right-to-left inside a run). A paragraph reads in the direction of
its first strong character: runs of different fonts follow one another that way.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from scene.content import TextContent
from workers.typography.fonts import EMOJI, EMOJI_SIZE_PX, Faces, characters, fallbacks

_WORDS = re.compile(r"\s+|\S+")
_TAB = " " * 4
_JOINERS = {0x200D, 0xFE0E, 0xFE0F, 0x20E3}  # keep what they join in one font
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_PICTOGRAPHS = range(0x1F000, 0x1FB00)
_AS_EMOJI = "\ufe0f"

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one font. ``x`` is their start and ``width`` their advance, in px."""

    text: str
    font: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``width`` is the sum of its runs', ``direction`` is the paragraph's."""

    runs: tuple[Run, ...]
    width: float
    direction: Direction


@dataclass(frozen=True, slots=True)
class TextLayout:
    """All lines. ``line_px`` is from one baseline to the next, ``baseline_px`` the first one's depth."""

    lines: tuple[Line, ...]
    width: float
    line_px: float
    baseline_px: float

    @property
    def height(self) -> float:
        """Of all lines, px."""
        return self.line_px * len(self.lines)


class Typesetter:
    """Lays out texts with the fonts of ``faces``. All methods raise DrawFailed when a font is missing."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces

    def lay_out(self, content: TextContent, width: float | None) -> TextLayout:
        """``content`` in lines of at most ``width`` px; without a width only line feeds break."""
        fonts = fallbacks(content)
        lines: list[Line] = []
        for paragraph in content.text.replace("\t", _TAB).split("\n"):
            setter = _Setter(self._faces, fonts, content.font_size, reading_direction(paragraph))
            lines += map(setter.line, setter.wrap(paragraph, width))
        ascent, descent = self._faces.face(fonts[0], content.font_size).getmetrics()
        line_px = content.line_height * content.font_size
        baseline_px = (line_px - ascent - descent) / 2 + ascent
        return TextLayout(tuple(lines), max(line.width for line in lines), line_px, baseline_px)


class _Setter:
    """Measures and breaks one paragraph."""

    def __init__(self, faces: Faces, fonts: Sequence[str], size_px: float, direction: Direction) -> None:
        self._faces = faces
        self._fonts = fonts
        self._size_px = size_px
        self._direction = direction

    def line(self, text: str) -> Line:
        """``text`` as one line."""
        pieces = list(split_by_font(text, self._fonts))
        if self._direction == "rtl":
            pieces.reverse()
        runs, x = [], 0.0
        for font, piece in pieces:
            width = self._advance(font, piece)
            runs.append(Run(piece, font, x, width))
            x += width
        return Line(tuple(runs), x, self._direction)

    def wrap(self, paragraph: str, width: float | None) -> Iterator[str]:
        """``paragraph`` broken at spaces, and inside words that are too long by themselves."""
        if width is None or self._width(paragraph) <= width:
            yield paragraph
            return
        line, used = "", 0.0
        for word in _WORDS.findall(paragraph):
            advance = self._width(word)
            if word.isspace() or used + advance <= width:
                line, used = line + word, used + advance
                continue
            if line.strip():
                yield line.rstrip()
            *full, line = self._chop(word, width) if advance > width else [word]
            yield from full
            used = self._width(line)
        yield line.rstrip()

    def _chop(self, word: str, width: float) -> list[str]:
        """``word`` in pieces that fit, each of at least one character."""
        pieces, piece, used = [], "", 0.0
        for cluster in _clusters(word):
            advance = self._width(cluster)
            if piece and used + advance > width:
                pieces.append(piece)
                piece, used = "", 0.0
            piece, used = piece + cluster, used + advance
        return [*pieces, piece]

    def _width(self, text: str) -> float:
        return sum(self._advance(font, piece) for font, piece in split_by_font(text, self._fonts))

    def _advance(self, font: str, text: str) -> float:
        if font == EMOJI:
            advance = self._faces.face(EMOJI, EMOJI_SIZE_PX).getlength(text, direction=self._direction)
            return advance * self._size_px / EMOJI_SIZE_PX
        return self._faces.face(font, self._size_px).getlength(text, direction=self._direction)


def split_by_font(text: str, fonts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """``text`` in runs of (font, characters).

    A letter goes to the first font that has it. Spaces, digits, marks and punctuation stay with the run
    before them when its font has them, so that a word and its accents are shaped together. What no font
    has is drawn as the first one's sign for that.
    """
    run_font, run = "", ""
    for cluster in _clusters(text):
        font = _font_of(cluster, fonts, run_font)
        if font != run_font and run:
            yield run_font, run
            run = ""
        run_font, run = font, run + cluster
    if run:
        yield run_font, run


def _font_of(cluster: str, fonts: Sequence[str], current: str) -> str:
    code = ord(cluster[0])
    if (_AS_EMOJI in cluster or code in _PICTOGRAPHS) and code in characters(EMOJI):
        return EMOJI
    sticky = current and current != EMOJI and not cluster[0].isalpha()
    order = (current, *fonts) if sticky else fonts
    for font in order:
        if code in characters(font):
            return font
    return EMOJI if code in characters(EMOJI) else fonts[0]


def _clusters(text: str) -> Iterator[str]:
    """Characters with their marks, and emoji sequences, which are one picture each."""
    cluster = ""
    for character in text:
        code = ord(character)
        flag = _is_flag(code) and len(cluster) == 1 and _is_flag(ord(cluster))
        joined = cluster.endswith("\u200d") or code in _JOINERS or code in _SKIN_TONES or flag
        if cluster and not joined and not unicodedata.combining(character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _is_flag(code: int) -> bool:
    """Half of a country's flag."""
    return 0x1F1E6 <= code <= 0x1F1FF


def reading_direction(paragraph: str) -> Direction:
    """Where ``paragraph`` reads to: as its first character does that has a direction."""
    for character in paragraph:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return "ltr" if direction == "L" else "rtl"
    return "ltr"


def ceil_px(length: float) -> int:
    """``length`` in whole pixels that hold all of it."""
    return math.ceil(length - 1e-6)
