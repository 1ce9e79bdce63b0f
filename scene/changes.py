"""What may differ between two pictures of a scene, without drawing either."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from scene.content import LayerState
from scene.geometry import Rect
from scene.state import SceneState

Extent = Callable[[LayerState], Rect | None]
"""Where a layer's pixels lie: even, inside the canvas; None when none of them does."""


def changed_between(a: SceneState, b: SceneState, extent: Extent) -> list[Rect]:
    """Rectangles that hold every pixel in which the pictures of ``a`` and ``b`` may differ."""
    if (a.width, a.height, a.background) != (b.width, b.height, b.background):
        return [(0, 0, b.width, b.height)]
    if a.mix is not None or b.mix is not None:
        return [] if a == b else [(0, 0, b.width, b.height)]
    if len(a.layers) == len(b.layers):
        # As long as the same layers show in the same order, most of them are the same objects.
        moved = [(old, new) for old, new in zip(a.layers, b.layers, strict=True) if old is not new]
        if all(old.id == new.id for old, new in moved):
            return _extents([state for pair in moved if pair[0] != pair[1] for state in pair], extent)
    before = {layer.id: layer for layer in a.layers}
    after = {layer.id: layer for layer in b.layers}
    changed: list[LayerState] = []
    for layer_id in before | after:
        old, new = before.get(layer_id), after.get(layer_id)
        if old is not new and old != new:
            changed += [state for state in (old, new) if state is not None]
    for layer_id in _out_of_order(list(before), list(after)):
        changed += [before[layer_id], after[layer_id]]
    return _extents(changed, extent)


def _extents(changed: Iterable[LayerState], extent: Extent) -> list[Rect]:
    """Each once."""
    extents = dict.fromkeys(map(extent, changed))
    return [rect for rect in extents if rect is not None]


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
