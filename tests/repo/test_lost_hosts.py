"""The times by which a stream is back whose encoder host is lost, said in three places, go together."""

from __future__ import annotations

import re
from pathlib import Path

from coordinator.reconciler import LOST_NS
from encoder.node import BEAT_EXPIRY_S, BEAT_S

TEMPLATE = Path(__file__).parents[2] / "deploy" / "rtmp" / "nginx.conf.template"
PROMISED_S = 5.0
LOOKS_S = 0.5
"""Two passes of a coordinator: in the first the stream waits, in the second it gets another node."""


def test_the_name_is_free_when_another_node_wants_to_publish_under_it_and_that_is_soon_enough() -> None:
    idle = re.search(r"^\s*drop_idle_publisher (\d+)s;$", TEMPLATE.read_text(), re.MULTILINE)
    assert idle is not None
    first_s, last_s = (BEAT_EXPIRY_S - since_s + LOST_NS / 1e9 for since_s in (BEAT_S, 0.0))
    assert int(idle[1]) <= first_s
    assert last_s + LOOKS_S < PROMISED_S
