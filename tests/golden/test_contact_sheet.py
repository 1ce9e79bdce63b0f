"""The overview holds every scene, each in its own place."""

from __future__ import annotations

import pytest

from tests.golden.contact_sheet import COLUMNS, contact_sheet
from tests.golden.examples import EXAMPLES


@pytest.mark.parametrize(("scenes", "rows"), [(1, 1), (COLUMNS, 1), (COLUMNS + 1, 2)])
def test_rows_grow_with_the_scenes(scenes: int, rows: int) -> None:
    sheet = contact_sheet(EXAMPLES[:1] * scenes)
    assert sheet.width == contact_sheet(EXAMPLES[:1]).width
    assert sheet.height - contact_sheet([]).height == rows * (
        contact_sheet(EXAMPLES[:1]).height - contact_sheet([]).height
    )
