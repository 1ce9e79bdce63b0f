"""What may differ between two pictures of a scene, without drawing either."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from scene.content import LayerState
from scene.geometry import Rect
from scene.state import SceneState

Extent = Callable[[LayerState], Rect | None]
"""Where a layer's pixels lie: even, inside the canvas; None when none of them does."""
Difference = Callable[[LayerState, LayerState], Sequence[Rect] | None]
"""Where two states of one layer differ, as rectangles like those of an Extent; None when that is not known
more narrowly than by their extents."""


def unknown_difference(_old: LayerState, _new: LayerState) -> None:
    """The Difference of those who know extents only."""


def changed_between(
    a: SceneState, b: SceneState, extent: Extent, difference: Difference = unknown_difference
) -> list[Rect]:
    """Rectangles that hold every pixel in which the pictures of ``a`` and ``b`` may differ."""
    if (a.width, a.height, a.background) != (b.width, b.height, b.background):
        return [(0, 0, b.width, b.height)]
    if a.mix is not None or b.mix is not None:
        return [] if a == b else [(0, 0, b.width, b.height)]
    if len(a.layers) == len(b.layers):
        # As long as the same layers show in the same order, most of them are the same objects.
        moved = [(old, new) for old, new in zip(a.layers, b.layers, strict=True) if old is not new]
        if all(old.id == new.id for old, new in moved):
            return _rects([pair for pair in moved if pair[0] != pair[1]], (), extent, difference)
    before = {layer.id: layer for layer in a.layers}
    after = {layer.id: layer for layer in b.layers}
    pairs: list[tuple[LayerState, LayerState]] = []
    whole: list[LayerState] = []
    for layer_id in before | after:
        old, new = before.get(layer_id), after.get(layer_id)
        if old is None or new is None:
            whole += [state for state in (old, new) if state is not None]
        elif old is not new and old != new:
            pairs.append((old, new))
    for layer_id in _out_of_order(list(before), list(after)):
        whole += [before[layer_id], after[layer_id]]
    return _rects(pairs, whole, extent, difference)


def _rects(
    pairs: Iterable[tuple[LayerState, LayerState]],
    whole: Iterable[LayerState],
    extent: Extent,
    difference: Difference,
) -> list[Rect]:
    """Where each of ``pairs`` differs, and the extents of ``whole``; each rectangle once."""
    found: list[Rect | None] = [extent(layer) for layer in whole]
    for old, new in pairs:
        parts = difference(old, new)
        found += (extent(old), extent(new)) if parts is None else parts
    return [rect for rect in dict.fromkeys(found) if rect is not None]


def _out_of_order(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The fewest of the ids in both whose removal leaves the rest in the same order in both.

    If two layers changed places, one of them is among these, so its extent holds what they share.
    """
    rank = {layer_id: index for index, layer_id in enumerate(after)}
    common = [layer_id for layer_id in before if layer_id in rank]
    ranks = [rank[layer_id] for layer_id in common]
    if ranks == sorted(ranks):
        return []
    kept = _longest_rising(ranks)
    return [layer_id for layer_id in common if rank[layer_id] not in kept]


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """The members of a longest rising subsequence of distinct ``numbers``."""
    tails: list[int] = []  # the lowest last member of a rising subsequence of each length
    previous: dict[int, int | None] = {}
    for number in numbers:
        length = bisect_left(tails, number)
        previous[number] = tails[length - 1] if length else None
        tails[length : length + 1] = [number]
    member: int | None = tails[-1] if tails else None
    members = set()
    while member is not None:
        members.add(member)
        member = previous[member]
    return members
