"""Every example scene looks as it did: stored pictures of a few moments.

They are made with the fonts of Debian 12; other versions of them draw other edges. When a picture is to look
different: ``python -m pytest tests/golden --update-golden``, and look at what git says has changed.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.golden.differences import differences
from tests.golden.examples import EXAMPLES, MOMENTS_S, ROOT, drawn, variants_of

STORED = Path(__file__).parent / "pictures"

MAX_DIFFERENCE, MEAN_DIFFERENCE = 12, 0.1
"""Levels of 255 by which any channel of any pixel, and all of them on average, may differ."""

_EXAGGERATION = 8  # of the difference that is saved, so that people see it

CASES = [
    (scene, moment, variant)
    for scene in EXAMPLES
    for variant in variants_of(scene)
    for moment in (MOMENTS_S if variant is None else MOMENTS_S[-1:])
]


def stored_as(scene: Path, moment_s: float, variant: str | None) -> Path:
    """Where the picture of ``scene`` at ``moment_s`` is kept."""
    return STORED / f"{scene.stem}{f'-{variant}' if variant else ''}@{moment_s:g}s.png"


def told(actual: Image.Image, expected: Image.Image, folder: Path) -> str | None:
    """What is wrong with ``actual``, whose picture and difference then lie in ``folder``; None if nothing."""
    if actual.size == expected.size:
        most, mean = differences(actual, expected)
        if most <= MAX_DIFFERENCE and mean <= MEAN_DIFFERENCE:
            return None
        words = f"differs by up to {most} levels, {mean:.3f} on average"
        difference = ImageChops.difference(actual, expected).point(lambda level: level * _EXAGGERATION)
        difference.save(folder / "difference.png")
    else:
        words = f"is {actual.size}, not {expected.size}"
    actual.save(folder / "actual.png")
    expected.save(folder / "expected.png")
    return f"{words}; see actual.png, expected.png, difference.png in {folder}"


@pytest.mark.parametrize(
    ("scene", "moment_s", "variant"), CASES, ids=lambda value: getattr(value, "stem", str(value))
)
def test_it_looks_as_it_did(
    scene: Path, moment_s: float, variant: str | None, update_golden: bool, tmp_path: Path
) -> None:
    stored, actual = stored_as(scene, moment_s, variant), drawn(scene, moment_s, variant=variant)
    if update_golden:
        known = None
        if stored.exists():
            with Image.open(stored) as image:
                known = told(actual, image.convert("RGB"), tmp_path)
        if known is not None or not stored.exists():
            actual.save(stored, optimize=True)
        return
    assert stored.exists(), f"{stored.relative_to(ROOT)} is not there yet; make it with --update-golden"
    with Image.open(stored) as image:
        problem = told(actual, image.convert("RGB"), tmp_path)
    assert problem is None, f"{scene.name} at {moment_s} s {problem}"


def test_every_stored_picture_is_of_an_example(update_golden: bool) -> None:
    orphans = sorted(set(STORED.iterdir()) - {stored_as(*case) for case in CASES})
    if update_golden:
        for orphan in orphans:
            orphan.unlink()
        return
    assert not orphans, f"no example needs these; --update-golden removes them: {[o.name for o in orphans]}"


def test_a_picture_that_differs_is_told_and_saved(tmp_path: Path) -> None:
    grey = Image.new("RGB", (64, 36), "#808080")
    assert told(grey, grey.copy(), tmp_path) is None
    assert not list(tmp_path.iterdir())
    spot = grey.copy()
    spot.putpixel((3, 3), (128 + MAX_DIFFERENCE + 1, 128, 128))
    problem = told(spot, grey, tmp_path)
    assert problem is not None
    assert str(tmp_path) in problem
    assert {path.name for path in tmp_path.iterdir()} == {"actual.png", "expected.png", "difference.png"}


def test_a_faint_difference_all_over_is_one_too(tmp_path: Path) -> None:
    grey = Image.new("RGB", (64, 36), "#808080")
    assert told(Image.new("RGB", (64, 36), "#818181"), grey, tmp_path) is not None
    assert told(Image.new("RGB", (32, 36), "#808080"), grey, tmp_path) is not None
