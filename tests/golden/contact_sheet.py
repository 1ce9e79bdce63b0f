"""``make contact-sheet``: all example scenes in one picture, each with its name below it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.golden.examples import EXAMPLES, ROOT, drawn
from workers.typography.fonts import font_path

SHEET = ROOT / "docs" / "pictures" / "examples.png"
COLUMNS = 3
MOMENT_S = 3.0
_WIDTH, _HEIGHT, _LABEL, _GAP = 480, 270, 40, 24
_PAPER, _INK = "#1d2433", "#cbd5e1"


def contact_sheet(scenes: Sequence[Path]) -> Image.Image:
    """``scenes`` in rows of COLUMNS."""
    rows = -(-len(scenes) // COLUMNS)
    cell_width, cell_height = _WIDTH + _GAP, _HEIGHT + _LABEL + _GAP
    sheet = Image.new("RGB", (COLUMNS * cell_width + _GAP, rows * cell_height + _GAP), _PAPER)
    draw = ImageDraw.Draw(sheet)
    face = ImageFont.truetype(font_path("DejaVuSansMono.ttf"), 18)
    for index, scene in enumerate(scenes):
        x = _GAP + index % COLUMNS * cell_width
        y = _GAP + index // COLUMNS * cell_height
        # Drawn at twice the size, which keeps small text clear.
        large = drawn(scene, MOMENT_S, 2 * _WIDTH, 2 * _HEIGHT)
        sheet.paste(large.resize((_WIDTH, _HEIGHT), Image.Resampling.BOX), (x, y))
        draw.text((x + _WIDTH / 2, y + _HEIGHT + _LABEL / 2), scene.name, _INK, face, anchor="mm")
    return sheet


def main() -> None:
    """Make it anew."""
    contact_sheet(EXAMPLES).save(SHEET, optimize=True)


if __name__ == "__main__":
    main()
