"""What all strategies for scenes are made of: names, colours, lengths, times; canvases and segments."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from scene.time import Segment

Document = dict[str, Any]
ids = st.text("abcXYZ019_.-", min_size=1, max_size=8)
colours = st.one_of(
    st.from_regex(r"#[0-9a-f]{3}", fullmatch=True),
    st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True),
    st.from_regex(r"#[0-9a-f]{8}", fullmatch=True),
)
scales = st.sampled_from([0, 0.5, 1, 1.5]) | st.floats(0, 2)
percentages = st.integers(0, 120).map(lambda n: f"{n}%")
coordinates = st.integers(-200, 2000) | st.floats(-200, 2000) | percentages
sides = st.integers(0, 600) | st.floats(0, 600) | percentages
seconds = st.sampled_from([0, 0.1, 0.25, 1 / 3, 1, 2.5]) | st.floats(0, 5)
starts = st.sampled_from(["now", "onAir"]) | seconds | st.integers(1, 3).map(lambda k: {"revision": k})


def fields(
    required: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[Document]:
    """Objects with all of ``required`` and any of ``optional``."""
    return st.fixed_dictionaries(required, optional=optional)


canvases = st.tuples(st.integers(8, 640), st.integers(8, 400)).map(lambda half: (2 * half[0], 2 * half[1]))
"""Canvas sizes: even."""
rates = st.sampled_from([Fraction(30), Fraction(60), Fraction(30_000, 1001), Fraction(25)])
"""Frames per second."""
segments = st.builds(
    Segment,
    from_frame=st.integers(0, 100),
    revision=st.just(3),
    scene_time_s=st.fractions(0, 5, max_denominator=60),
    rate=st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 2)]),
)
"""Segments that show revision 3."""
