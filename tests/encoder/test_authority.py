"""Who may order frames: what Redis says is believed, what a worker says only when Redis says it too."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event as Flag

from hypothesis import given
from hypothesis import strategies as st

from encoder.authority import LATER_ANSWERS, MOST_CLAIMS, Authority, Belief
from encoder.link import CreditLink
from farm.messages import Credit
from farm.store import keys
from farm.store.connection import FarmRedis
from tests.conftest import wait_until
from tests.coordinator.rig import credit


def test_every_fence_up_to_the_highest_that_was_told_is_true() -> None:
    authority = Authority()
    for told in (7, None, 5):
        authority.tell(told)
    assert [authority.belief(fence) for fence in (0, 5, 7)] == [Belief.TRUE] * 3


def test_a_fence_that_nobody_is_known_to_have_stays_open_until_it_was_asked_for_again() -> None:
    authority = Authority()
    authority.tell(7)
    beliefs = []
    for _ in range(LATER_ANSWERS + 1):
        beliefs.append(authority.belief(8))
        authority.tell(7)
    assert beliefs == [*[Belief.OPEN] * LATER_ANSWERS, Belief.FALSE]


def test_what_was_open_or_false_is_true_once_somebody_has_it() -> None:
    authority = Authority()
    authority.belief(8)
    for _ in range(LATER_ANSWERS):
        authority.tell(7)
    assert authority.belief(8) is Belief.FALSE
    authority.tell(8)
    assert authority.belief(8) is Belief.TRUE


@given(st.lists(st.one_of(st.integers(-(2**70), 2**70), st.none()), max_size=3 * MOST_CLAIMS))
def test_whatever_is_claimed_it_is_bounded_and_nobody_who_has_a_lease_is_shut_out(
    claims: list[int | None],
) -> None:
    authority = Authority()
    authority.tell(7)
    for claim in claims:
        if claim is None:
            authority.tell(7)
        else:
            assert (authority.belief(claim) is Belief.TRUE) == (claim <= 7)
        assert authority.belief(7) is Belief.TRUE
    assert len(authority._claims) <= MOST_CLAIMS


def belief_after(redis: FarmRedis, said: Credit, fence: int, enough: Callable[[Belief], bool]) -> Belief:
    """What is thought of ``fence`` once credits were published for a while, and ``enough`` is known."""
    authority, stopping = Authority(), Flag()
    link = CreditLink(redis, authority, stopping)
    link.thread.start()
    try:

        def known() -> bool:
            link.give(said)
            return enough(authority.belief(fence))

        wait_until(known, "Redis has answered")
    finally:
        stopping.set()
        link.thread.join()
    return authority.belief(fence)


def test_each_credit_asks_who_holds_the_lease(redis: FarmRedis) -> None:
    redis.set(keys.lease("s"), "41 somebody")
    assert belief_after(redis, credit(3), 41, lambda belief: belief is Belief.TRUE) is Belief.TRUE
    assert belief_after(redis, credit(3), 42, lambda belief: belief is not Belief.OPEN) is Belief.FALSE


def test_a_lease_that_makes_no_sense_says_nothing(redis: FarmRedis) -> None:
    redis.set(keys.lease("s"), "nonsense")
    assert belief_after(redis, credit(3), 1, lambda belief: belief is not Belief.OPEN) is Belief.FALSE
