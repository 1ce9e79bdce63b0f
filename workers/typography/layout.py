"""Where text lies: characters are given fonts, words are broken into lines, lines are measured.

Raqm shapes each run (ligatures, kerning, right-to-left inside a run). A paragraph reads in the direction of
its first strong character: runs of different fonts follow one another that way. Letters that are spaced are
runs of one letter each, which keep their kerning; scripts whose letters join or stack are not spaced.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from scene.content import TextContent
from workers.typography.breaking import SOFT_HYPHEN, SPACES, breakable
from workers.typography.fonts import EMOJI, EMOJI_SIZE_PX, Faces, characters, fallbacks

ELLIPSIS = "…"
_TAB = " " * 4
_JOINERS = {0x200D, 0xFE0E, 0xFE0F, 0x20E3}  # keep what they join in one font
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_PICTOGRAPHS = range(0x1F000, 0x1FB00)
_AS_EMOJI = "\ufe0f"
# Arabic to Myanmar, Khmer and Mongolian: letters that join, or stand over and under one another.
_NEVER_SPACED = (range(0x0600, 0x10A0), range(0x1780, 0x18B0))

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
        lines = self._lines(content, fonts, width)
        ascent, descent = self._faces.face(fonts[0], content.font_size).getmetrics()
        line_px = content.line_height * content.font_size
        baseline_px = (line_px - ascent - descent) / 2 + ascent
        return TextLayout(tuple(lines), max(line.width for line in lines), line_px, baseline_px)

    def _lines(self, content: TextContent, fonts: Sequence[str], width: float | None) -> list[Line]:
        set_: list[tuple[_Setter, str]] = []
        for paragraph in content.text.replace("\t", _TAB).split("\n"):
            direction = reading_direction(paragraph)
            setter = _Setter(self._faces, fonts, content.font_size, content.letter_spacing, direction)
            for text in setter.wrap(paragraph, width):
                if len(set_) == content.max_lines:
                    last, cut = set_.pop()
                    return [*(one.line(whole) for one, whole in set_), last.shortened(cut, width)]
                set_.append((setter, text))
        return [one.line(whole) for one, whole in set_]


class _Setter:
    """Measures and breaks one paragraph."""

    def __init__(
        self, faces: Faces, fonts: Sequence[str], size_px: float, spacing_px: float, direction: Direction
    ) -> None:
        self._faces = faces
        self._fonts = fonts
        self._size_px = size_px
        self._spacing_px = spacing_px
        self._direction = direction

    def line(self, text: str) -> Line:
        """``text`` as one line."""
        pieces = list(split_by_font(text, self._fonts, self._faces.characters))
        if self._direction == "rtl":
            pieces.reverse()
        runs: list[Run] = []
        x = 0.0
        for font, piece in pieces:
            for letters, width in self._letters(font, piece):
                runs.append(Run(letters, font, x, width))
                x += width
        if pieces and self._is_spaced(pieces[-1][1]):
            x -= self._spacing_px  # nothing follows the last letter
        return Line(tuple(runs), max(0.0, x), self._direction)

    def shortened(self, text: str, width: float | None) -> Line:
        """``text``, of which more would follow, as a line that ends in an ellipsis."""
        kept = list(_clusters(text.rstrip(SPACES)))
        while kept and width is not None and self.line("".join(kept) + ELLIPSIS).width > width:
            kept.pop()
        return self.line("".join(kept).rstrip(SPACES) + ELLIPSIS)

    def wrap(self, paragraph: str, width: float | None) -> Iterator[str]:
        """``paragraph`` broken where UAX 14 allows it, and inside words that are too long by themselves."""
        if width is None or self.line(paragraph).width <= width:
            yield paragraph
            return
        line, used = "", 0.0
        for piece in breakable(list(_clusters(paragraph))):
            ink = self.line(_ended(piece)).width
            if used + ink <= width:
                line, used = line + piece, used + self._width(piece)
                continue
            if line.strip(SPACES):
                yield _ended(line)
            *full, line = self._chop(piece, width) if ink > width else [piece]
            yield from full
            used = self._width(line)
        yield _ended(line)

    def _chop(self, word: str, width: float) -> list[str]:
        """``word`` in pieces that fit, each of at least one character."""
        pieces, piece, used = [], "", 0.0
        for cluster in _clusters(word):
            if piece and used + self.line(cluster).width > width:
                pieces.append(piece)
                piece, used = "", 0.0
            piece, used = piece + cluster, used + self._width(cluster)
        return [*pieces, piece]

    def _width(self, text: str) -> float:
        """What ``text`` takes in the middle of a line."""
        pieces = split_by_font(text, self._fonts, self._faces.characters)
        return sum(width for font, piece in pieces for _, width in self._letters(font, piece))

    def _letters(self, font: str, piece: str) -> Iterator[tuple[str, float]]:
        """What of a piece is drawn as one, from left to right, each with its advance."""
        if not self._is_spaced(piece):
            yield piece, self._advance(font, piece)
            return
        clusters = list(_clusters(piece))
        if reading_direction(piece) == "rtl":
            clusters.reverse()
        for cluster, after in zip(clusters, [*clusters[1:], ""], strict=True):
            # What the pair takes beyond its second letter: the first one's advance and their kerning.
            kerned = self._advance(font, cluster + after) - self._advance(font, after) if after else None
            yield cluster, (self._advance(font, cluster) if kerned is None else kerned) + self._spacing_px

    def _is_spaced(self, piece: str) -> bool:
        joined = any(ord(character) in codes for character in piece for codes in _NEVER_SPACED)
        return self._spacing_px != 0 and not joined

    def _advance(self, font: str, text: str) -> float:
        if font == EMOJI:
            advance = self._faces.face(EMOJI, EMOJI_SIZE_PX).getlength(text, direction=self._direction)
            return advance * self._size_px / EMOJI_SIZE_PX
        return self._faces.face(font, self._size_px).getlength(text, direction=self._direction)


def _ended(text: str) -> str:
    """``text`` as it looks at the end of a line."""
    bare = text.rstrip(SPACES)
    return bare[:-1] + "-" if bare.endswith(SOFT_HYPHEN) else bare


Coverage = Callable[[str], frozenset[int]]
"""The code points that a font has glyphs for."""


def split_by_font(
    text: str, fonts: Sequence[str], covered: Coverage = characters
) -> Iterator[tuple[str, str]]:
    """``text`` in runs of (font, characters).

    A letter goes to the first font that has it. Spaces, digits, marks and punctuation stay with the run
    before them when its font has them, so that a word and its accents are shaped together. What no font
    has is drawn as the first one's sign for that.
    """
    run_font, run = "", ""
    for cluster in _clusters(text):
        font = _font_of(cluster, fonts, run_font, covered)
        if font != run_font and run:
            yield run_font, run
            run = ""
        run_font, run = font, run + cluster
    if run:
        yield run_font, run


def _font_of(cluster: str, fonts: Sequence[str], current: str, covered: Coverage) -> str:
    code = ord(cluster[0])
    if (_AS_EMOJI in cluster or code in _PICTOGRAPHS) and code in covered(EMOJI):
        return EMOJI
    sticky = current and current != EMOJI and not cluster[0].isalpha()
    order = (current, *fonts) if sticky else fonts
    for font in order:
        if code in covered(font):
            return font
    return EMOJI if code in covered(EMOJI) else fonts[0]


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
