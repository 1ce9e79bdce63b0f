"""The shows that this farm is measured with."""

from __future__ import annotations

import math
from collections.abc import Callable

from farm.perf.shows import pictures
from farm.perf.shows.show import CANVAS, Piece, Show, Slide

_TURN = 2 * math.pi
_TICKER_SPEEDS = ((60, 92), (120, 46), (180, 31), (240, 23), (300, 19), (360, 16))
"""(px a second, seconds for the whole way): whole pixels at 30 and 60 frames a second, so that everybody
rounds alike."""


def reference() -> Show:
    """What people put on air: a host who talks beside a feed, a chat that scrolls, a banner that slides."""
    host = tuple(pictures.host((560, 760), _TURN * cell / 16) for cell in range(8))
    feed = tuple(pictures.feed(600, _TURN * cell / 10) for cell in range(10))
    return Show(
        "reference",
        "a background, a host, a feed of 600 x 600, a chat column of 480 that scrolls, a banner that slides",
        (
            Piece("background", (pictures.backdrop(CANVAS),), 0, 0),
            Piece("host", host, 120, 320, fps=12),
            Piece("feed", feed, 760, 120, fps=30),
            Piece("chat", (pictures.talk((480, 2400), 80),), 1420, 1080, Slide("y", 1080, -2400, 58)),
            Piece("banner", (pictures.banner((1000, 140)),), 120, 880, Slide("x", -1000, 200, 4, yoyo=True)),
        ),
    )


def still() -> Show:
    """A card that says that the show begins soon: nothing moves."""
    return Show(
        "still",
        "a card on a background; nothing moves",
        (
            Piece("background", (pictures.backdrop(CANVAS, 1.0),), 0, 0),
            Piece("card", (pictures.banner((1000, 140)),), 460, 470),
        ),
    )


def moving() -> Show:
    """A background that is another picture everywhere, thirty times a second, and a banner on it."""
    film = tuple(pictures.backdrop(CANVAS, _TURN * frame / 6) for frame in range(6))
    return Show(
        "moving",
        "a background video that moves everywhere, with a banner",
        (
            Piece("background", film, 0, 0, fps=30),
            Piece("banner", (pictures.banner((1000, 140)),), 120, 880),
        ),
    )


def ticker() -> Show:
    """Six lines of text that run through, each at its own speed."""
    lines = tuple(
        Piece(
            f"line{index}",
            (pictures.letters((3600, 64), index),),
            1920,
            60 + 170 * index,
            Slide("x", 1920, 1920 - speed * period_s, period_s),
        )
        for index, (speed, period_s) in enumerate(_TICKER_SPEEDS)
    )
    return Show(
        "ticker",
        "six lines of text that run through a background",
        (Piece("background", (pictures.backdrop(CANVAS, 2.0),), 0, 0), *lines),
    )


SHOWS: dict[str, Callable[[], Show]] = {
    "reference": reference,
    "still": still,
    "moving": moving,
    "ticker": ticker,
}
