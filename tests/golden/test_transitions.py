"""Every kind of transition looks as it did, in the middle of its way: one stored picture of all of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from farm.offline.scene_file import read_show
from scene.show import Show
from scene.show_edits import parse_transition
from tests.golden.examples import ROOT, picture_of
from tests.golden.test_golden import told

STORED = Path(__file__).parent / "transitions.png"
SHOW = ROOT / "examples" / "scenes" / "SC12-transitions.json"

_SIZE, _COLUMNS, _MIDDLE_S = (256, 144), 3, 3.0
KINDS: tuple[dict[str, Any], ...] = (
    {"type": "fade"},
    {"type": "fade", "linearLight": True},
    {"type": "fade", "colour": "#ffffff"},
    {"type": "slide", "direction": "left"},
    {"type": "push", "direction": "up"},
    {"type": "wipe", "direction": "right"},
    {"type": "wipe", "shape": "diamond", "softness": 0},
    {"type": "wipe", "shape": "clock", "softness": 0.2},
    {"type": "zoom", "direction": "in"},
    {"type": "zoom", "direction": "out"},
    {"type": "stinger", "asset": "band"},
    {"type": "cut"},
)


def test_every_kind_looks_as_it_did(update_golden: bool, tmp_path: Path) -> None:
    show = read_show(SHOW)
    _band().save(tmp_path / "band.png")
    width, height = _SIZE
    sheet = Image.new("RGB", (_COLUMNS * width, len(KINDS) // _COLUMNS * height))
    for index, kind in enumerate(KINDS):
        drawn = picture_of(_with(show, kind), _MIDDLE_S, width, height, tmp_path)
        sheet.paste(drawn, (index % _COLUMNS * width, index // _COLUMNS * height))
    if update_golden:
        sheet.save(STORED, optimize=True)
        return
    with Image.open(STORED) as image:
        problem = told(sheet, image.convert("RGB"), tmp_path)
    assert problem is None, problem


def _band() -> Image.Image:
    """A stinger's picture: clear but for a band across it."""
    band = Image.new("RGBA", (320, 180))
    draw = ImageDraw.Draw(band)
    for x, width, colour in ((40, 20, "#fde68acc"), (60, 140, "#f43f5e"), (200, 20, "#fde68acc")):
        draw.polygon([(x + 60, 0), (x + 60 + width, 0), (x + width, 180), (x, 180)], colour)
    return band


def _with(show: Show, kind: dict[str, Any]) -> Show:
    """``show`` with its take made in another way, a second long, 0.4 s before the middle."""
    assert show.take is not None
    timing = {} if kind["type"] == "cut" else {"duration": 1.0}
    update = {"transition": parse_transition({**kind, **timing}), "start": _MIDDLE_S - 0.4}
    return replace(show, take=show.take.model_copy(update=update), since={})
