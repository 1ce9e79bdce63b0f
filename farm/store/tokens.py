"""Access tokens: who calls, and how much they may do.

A token is 256 random bits, shown once. Redis holds its SHA-256 only: a random token of that size needs no
slow hash, and looking up a digest tells a timing attacker nothing about any token. The settings' ADMIN_TOKEN
is a token as well; it lies in no store and cannot be revoked.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import msgspec

from farm.clock import Clock
from farm.errors import Conflict, NotFound, Unauthorized
from farm.messages import from_json, to_json
from farm.store import keys
from farm.store.connection import FarmRedis, as_text

MAX_TOKENS = 1000
TOKEN_PREFIX = "fft_"  # noqa: S105  how a token begins, so that logs can mask it
ADMIN_OWNER = "admin"

# KEYS: tokens. ARGV: digest, record, the most there may be. Answers 0 when there are too many.
_ADD = """
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
"""

# KEYS: tokens. ARGV: token id, "1" when an admin must be left over.
# Answers 1 when removed, 0 when unknown, -1 when it is the last admin's.
_REVOKE = """
local found, admin, admins = nil, false, 0
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local token = cjson.decode(all[i + 1])
  if token.scope == 'admin' then admins = admins + 1 end
  if token.id == ARGV[1] then found, admin = all[i], token.scope == 'admin' end
end
if not found then return 0 end
if admin and admins == 1 and ARGV[2] == '1' then return -1 end
redis.call('HDEL', KEYS[1], found)
return 1
"""


class Scope(StrEnum):
    """How much a token may do; each scope may do all that the ones before it may."""

    VIEWER = "viewer"  # read
    OPERATOR = "operator"  # read and change its owner's streams
    ADMIN = "admin"  # everything, of every owner

    def covers(self, needed: Scope) -> bool:
        """Whether this scope is enough where ``needed`` is asked for."""
        order = list(Scope)
        return order.index(self) >= order.index(needed)


class Token(msgspec.Struct, frozen=True):
    """What is known of a token; never the token itself."""

    id: str
    owner: str
    scope: Scope
    name: str
    created_wall_ms: int

    def may_see(self, owner: str) -> bool:
        """Whether what belongs to ``owner`` exists for this caller."""
        return self.scope is Scope.ADMIN or self.owner == owner


SETTINGS_ADMIN = Token("settings", ADMIN_OWNER, Scope.ADMIN, "ADMIN_TOKEN", 0)
"""Who calls with the settings' ADMIN_TOKEN."""


def token_digest(token: str) -> str:
    """Under which field of ``keys.TOKENS`` a token's record lies."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_settings_admin(token: str, admin_token: str | None) -> bool:
    """Whether ``token`` is the settings' ADMIN_TOKEN; takes the same time for every wrong one."""
    return admin_token is not None and hmac.compare_digest(token.encode(), admin_token.encode())


class TokenStore:
    """Keeps tokens. All methods raise StoreUnavailable when Redis does not answer."""

    def __init__(self, redis: FarmRedis, clock: Clock, *, admin_token: str | None = None) -> None:
        self._redis = redis
        self._clock = clock
        self._admin_token = admin_token
        self._add_script = redis.register_script(_ADD)
        self._revoke_script = redis.register_script(_REVOKE)

    def create(self, owner: str, scope: Scope, name: str = "") -> tuple[Token, str]:
        """A new token: its record, and the token itself, which nobody can read again.

        Raises Conflict when there are MAX_TOKENS already.
        """
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        record = Token(secrets.token_hex(8), owner, scope, name, self._clock.wall_ms())
        if not self._add_script(keys=[keys.TOKENS], args=[token_digest(secret), to_json(record), MAX_TOKENS]):
            raise Conflict(f"there are {MAX_TOKENS} tokens already; revoke some first", {"limit": MAX_TOKENS})
        return record, secret

    @contextmanager
    def lent(self, owner: str, scope: Scope) -> Iterator[str]:
        """A token for as long as the ``with`` block lasts, for tools of the farm itself."""
        record, secret = self.create(owner, scope)
        try:
            yield secret
        finally:
            self._revoke_script(keys=[keys.TOKENS], args=[record.id, "0"])

    def identify(self, token: str) -> Token:
        """Who calls with ``token``. Raises Unauthorized for one that is unknown or revoked."""
        if is_settings_admin(token, self._admin_token):
            return SETTINGS_ADMIN
        data = self._redis.hget(keys.TOKENS, token_digest(token))
        if data is None:
            raise Unauthorized("the token is unknown or revoked")
        return from_json(data, Token)

    def all(self) -> list[Token]:
        """Every token's record, oldest first; the settings' ADMIN_TOKEN is not among them."""
        records = [from_json(as_text(data), Token) for data in self._redis.hvals(keys.TOKENS)]
        return sorted(records, key=lambda record: (record.created_wall_ms, record.id))

    def revoke(self, token_id: str) -> None:
        """From now on the token is unknown. Raises NotFound, and Conflict when nobody could make new tokens
        after that: it is the last admin's and the settings have none."""
        must_keep = "0" if self._admin_token else "1"
        answer = self._revoke_script(keys=[keys.TOKENS], args=[token_id, must_keep])
        if answer == 0:
            raise NotFound(f"there is no token {token_id!r}", {"token": token_id})
        if answer == -1:
            raise Conflict("this is the last admin token; create another before you revoke it")
