"""Texts in uploaded fonts: drawn in them, in the family where they have nothing, and never not at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from farm.clock import ManualClock
from farm.errors import DrawFailed, NotFound
from scene.colour import parse_colour
from scene.content import TextContent
from tests.golden.dot_matrix import DOTS, dot_matrix
from workers.painters.painter import Raster
from workers.painters.text import TextPainter
from workers.typography.fonts import UPLOADED, Faces, fallbacks
from workers.typography.layout import Typesetter
from workers.typography.uploaded import RETRY_NS, SETTLED_NS, NoFonts, UploadedFonts

LIFETIME_NS = 60_000_000_000
PLAIN = TextContent("HI 42", "sans", 32, "normal", "normal", parse_colour("#fff"), "left", 1.2)
LED = replace(PLAIN, typeface="led")


class Shelf:
    """Assets from memory."""

    def __init__(self, **assets: bytes) -> None:
        self.assets = assets
        self.asked = 0

    def data(self, asset_id: str) -> bytes:
        """See :class:`workers.typography.uploaded.AssetSource`."""
        self.asked += 1
        if asset_id not in self.assets:
            raise NotFound(f"there is no font {asset_id!r}")
        return self.assets[asset_id]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(led=dot_matrix())


@pytest.fixture
def faces(shelf: Shelf, clock: ManualClock) -> Faces:
    fonts = UploadedFonts(shelf, clock, max_bytes=1_000_000, lifetime_ns=LIFETIME_NS)
    return Faces(fonts, clock, LIFETIME_NS)


def drawn(painter: TextPainter, content: TextContent) -> Raster:
    return painter.paint(content, painter.measure(content, None, None), "high")


def test_a_text_is_drawn_in_its_font(faces: Faces) -> None:
    box = TextPainter(faces).measure(LED, None, None)
    assert (box.width, box.problem) == (32 * 5 * 6 // 8, None)
    other, plain = drawn(TextPainter(faces), LED), drawn(TextPainter(), PLAIN)
    assert other.shape != plain.shape or not np.array_equal(other, plain)


def test_the_family_draws_what_the_font_has_not(faces: Faces) -> None:
    assert fallbacks(LED)[:2] == (f"{UPLOADED}led", "NotoSans-Regular.ttf")
    (line,) = Typesetter(faces).lay_out(replace(LED, text="HI ä!"), None).lines
    assert [(run.text, run.font) for run in line.runs] == [
        ("HI ", f"{UPLOADED}led"),
        ("ä!", "NotoSans-Regular.ttf"),
    ]


def test_the_family_stands_in_for_a_font_that_is_not_here(faces: Faces) -> None:
    gone = replace(LED, typeface="gone")
    painter = TextPainter(faces)
    box = painter.measure(gone, None, None)
    assert box.problem == "there is no font 'gone'"
    assert box.unsettled is not None
    assert np.array_equal(painter.paint(gone, box, "high"), drawn(TextPainter(), PLAIN))
    assert TextPainter().measure(LED, None, None).problem == "there is no font 'led'"


def test_a_font_that_comes_is_found_and_settles(shelf: Shelf, faces: Faces, clock: ManualClock) -> None:
    font, painter = shelf.assets.pop("led"), TextPainter(faces)
    assert painter.measure(LED, None, None).problem is not None
    shelf.assets["led"] = font
    assert painter.measure(LED, None, None).problem is not None
    clock.advance_ns(RETRY_NS)
    here = painter.measure(LED, None, None)
    stand_in = TextPainter().measure(PLAIN, None, None)
    assert (here.problem, here.unsettled) == (None, (stand_in.width, stand_in.height))
    clock.advance_ns(SETTLED_NS)
    assert painter.measure(LED, None, None).unsettled is None


def test_a_damaged_font_says_so(shelf: Shelf, faces: Faces) -> None:
    shelf.assets["led"] = dot_matrix()[:2000]
    assert "cut off" in (TextPainter(faces).measure(LED, None, None).problem or "")
    with pytest.raises(DrawFailed):
        faces.face(f"{UPLOADED}led", 20)
    with pytest.raises(DrawFailed):
        NoFonts().font("led")


def test_a_font_is_loaded_once_and_its_faces_stay_open_while_they_are_used(
    shelf: Shelf, faces: Faces, clock: ManualClock
) -> None:
    name = f"{UPLOADED}led"
    first = faces.face(name, 20)
    for _ in range(5):
        clock.advance_ns(LIFETIME_NS // 2)
        assert faces.face(name, 20) is first
    assert faces.face(name, 30) is not first
    assert (shelf.asked, faces.hits, faces.misses) == (1, 5, 2)
    clock.advance_ns(LIFETIME_NS)
    faces.face("NotoSans-Regular.ttf", 20)
    assert faces.face(name, 20) is not first


def test_what_nobody_draws_with_is_forgotten(shelf: Shelf, faces: Faces, clock: ManualClock) -> None:
    shelf.assets["other"] = dot_matrix({"A": DOTS["A"]})
    for asset in ("led", "other", "led"):
        assert faces.fonts.font(asset).data == shelf.assets[asset]
    clock.advance_ns(LIFETIME_NS)
    del shelf.assets["other"]
    faces.fonts.state("new")
    with pytest.raises(DrawFailed, match="there is no font 'other'"):
        faces.fonts.font("other")


@pytest.mark.parametrize("text", ["下半场，主队领先一球", "ホームが一点リード", "홈팀이 앞서고"])
def test_east_asian_text_has_a_font(text: str) -> None:
    (line,) = Typesetter(Faces()).lay_out(replace(PLAIN, text=text), None).lines
    assert {run.font for run in line.runs} <= {"wqy-microhei.ttc", "NotoSans-Regular.ttf", "DejaVuSans.ttf"}
    assert "wqy-microhei.ttc" in {run.font for run in line.runs}
