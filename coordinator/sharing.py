"""How coordinators share the streams evenly: the rule, pure.

Every coordinator sees who is there and who drives what, and works out the same plan; each carries out its own
part of it. A stream that nobody drives is taken by whoever comes first, so that none waits; what is uneven
afterwards is handed over. As few streams as can be change hands.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping


def handovers(me: str, members: Collection[str], owners: Mapping[str, str]) -> dict[str, str]:
    """Which of its streams ``me`` hands to whom, given the owner of each stream that is on air.

    Streams go from the coordinator that has most to the one that has fewest, until no two differ by more than
    one. Those of owners that are no members any more count for nobody.
    """
    held: dict[str, list[str]] = {member: [] for member in sorted(members)}
    for stream in sorted(owners, reverse=True):
        if owners[stream] in held:
            held[owners[stream]].append(stream)
    mine: dict[str, str] = {}
    while held:
        giver = max(held, key=lambda member: len(held[member]))
        taker = min(held, key=lambda member: len(held[member]))
        if len(held[giver]) - len(held[taker]) < 2:
            break
        stream = held[giver].pop()
        held[taker].append(stream)
        if giver == me:
            mine[stream] = taker
    return mine


def successor(me: str, members: Collection[str], owners: Mapping[str, str]) -> str | None:
    """The coordinator that gets the next stream of ``me``, which leaves: of the others, the one with fewest;
    None when there is no other."""
    others = sorted(set(members) - {me})
    return min(others, key=lambda member: list(owners.values()).count(member), default=None)
