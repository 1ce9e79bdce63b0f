"""What a coordinator hears: everything that was said since its last turn, sorted."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from farm.log import get_logger
from farm.messages import Credit, from_pack
from farm.store import keys
from farm.store.channels import Message, Subscription
from farm.store.leases import MOST_FENCE

log = get_logger(__name__)

CHANNELS = (keys.CHANGES, keys.SNAPSHOTS, keys.HANDOVERS)
"""Those that every coordinator hears, besides the credits of its own streams."""
MAX_BURST = 512
"""Messages heard before they are acted on."""


class Heard(NamedTuple):
    """What was said since the last turn."""

    credits: dict[str, Credit]
    """The newest of each stream."""
    changed: set[str]
    """Streams whose record or scene changed."""
    refreshed: dict[str, int]
    """The newest live snapshot of each stream that has a new one."""
    handed: list[str]
    """What coordinators said of leases that they handed over."""


def hear(heard: Subscription, timeout_s: float) -> Heard:
    """What there is to hear, waiting for the first word. Raises StoreUnavailable."""
    said = Heard({}, set(), {}, [])
    message = heard.next(timeout_s)
    for _ in range(MAX_BURST):
        if message is None:
            break
        _sort(message, said)
        message = heard.next(0)
    return said


def _sort(message: Message, said: Heard) -> None:
    if message.channel == keys.CHANGES:
        said.changed.add(message.data.decode(errors="replace"))
    elif message.channel == keys.HANDOVERS:
        said.handed.append(message.data.decode(errors="replace"))
    elif message.channel == keys.SNAPSHOTS:
        stream, _, number = message.data.decode(errors="replace").partition(" ")
        if number.isdecimal():
            said.refreshed[stream] = max(said.refreshed.get(stream, 0), int(number))
    elif (credit := _read_credit(message)) is not None:
        newest = said.credits.get(credit.stream)
        if newest is None or credit.epoch >= newest.epoch:
            said.credits[credit.stream] = credit


def _read_credit(message: Message) -> Credit | None:
    try:
        credit = from_pack(message.data, Credit)
    except msgspec.MsgspecError as error:
        log.warning("ignored a credit that cannot be read", reason=str(error))
        return None
    counted = -1 <= credit.canvas <= credit.emitted and 0 <= credit.fence < MOST_FENCE
    if credit.fps <= 0 or not counted:
        log.warning("ignored a credit that makes no sense", stream=credit.stream)
        return None
    return credit
