"""Access tokens over a real Redis."""

from __future__ import annotations

import pytest

from farm.clock import ManualClock
from farm.errors import Conflict, NotFound, Unauthorized
from farm.store import keys, tokens
from farm.store.connection import FarmRedis
from farm.store.tokens import SETTINGS_ADMIN, Scope, TokenStore


@pytest.fixture
def store(redis: FarmRedis) -> TokenStore:
    return TokenStore(redis, ManualClock(wall_ms=7))


def test_a_token_tells_who_calls(store: TokenStore) -> None:
    record, secret = store.create("bob", Scope.OPERATOR, "desk")
    assert store.identify(secret) == record
    assert (record.owner, record.scope, record.name, record.created_wall_ms) == ("bob", "operator", "desk", 7)


def test_redis_never_sees_the_token(store: TokenStore, redis: FarmRedis) -> None:
    _, secret = store.create("bob", Scope.VIEWER)
    kept = redis.hgetall(keys.TOKENS)
    assert len(kept) == 1
    assert secret not in str(kept)


@pytest.mark.parametrize("wrong", ["", "fft_unknown", "ä", "x" * 10_000])
def test_an_unknown_token_is_nobodys(store: TokenStore, wrong: str) -> None:
    with pytest.raises(Unauthorized):
        store.identify(wrong)


def test_a_revoked_token_is_unknown(store: TokenStore) -> None:
    record, secret = store.create("bob", Scope.OPERATOR)
    store.revoke(record.id)
    with pytest.raises(Unauthorized):
        store.identify(secret)
    with pytest.raises(NotFound):
        store.revoke(record.id)


def test_the_last_admin_token_stays(store: TokenStore) -> None:
    first, _ = store.create("admin", Scope.ADMIN)
    second, _ = store.create("admin", Scope.ADMIN)
    store.revoke(second.id)
    with pytest.raises(Conflict):
        store.revoke(first.id)
    assert store.all() == [first]


def test_a_lent_token_works_until_its_block_ends_even_as_the_last_one(store: TokenStore) -> None:
    with store.lent("tool", Scope.ADMIN) as secret:
        assert store.identify(secret).owner == "tool"
    with pytest.raises(Unauthorized):
        store.identify(secret)
    assert store.all() == []


def test_with_an_admin_token_in_the_settings_the_last_one_may_go(redis: FarmRedis) -> None:
    store = TokenStore(redis, ManualClock(), admin_token="from-the-settings")
    record, _ = store.create("admin", Scope.ADMIN)
    store.revoke(record.id)
    assert store.all() == []
    assert store.identify("from-the-settings") == SETTINGS_ADMIN


def test_tokens_are_bounded(store: TokenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_TOKENS", 2)
    store.create("bob", Scope.VIEWER)
    store.create("bob", Scope.VIEWER)
    with pytest.raises(Conflict):
        store.create("bob", Scope.VIEWER)


@pytest.mark.parametrize(
    ("scope", "needed", "enough"),
    [
        (Scope.VIEWER, Scope.VIEWER, True),
        (Scope.VIEWER, Scope.OPERATOR, False),
        (Scope.OPERATOR, Scope.VIEWER, True),
        (Scope.OPERATOR, Scope.OPERATOR, True),
        (Scope.OPERATOR, Scope.ADMIN, False),
        (Scope.ADMIN, Scope.ADMIN, True),
    ],
)
def test_scopes_are_in_order(scope: Scope, needed: Scope, enough: bool) -> None:
    assert scope.covers(needed) is enough
