"""Where to publish: an RTMP URL taken apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from farm.errors import OutputFailed


@dataclass(frozen=True, slots=True)
class Target:
    """A server, an application and a stream key, which is a secret and stays out of representations."""

    host: str
    port: int
    app: str
    key: str = field(repr=False)
    tls: bool

    @classmethod
    def parse(cls, url: str) -> Self:
        """``rtmp(s)://host[:port]/app/key``: the key is what follows the path's last slash, and the query.

        Raises OutputFailed, without the URL in it.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise OutputFailed("the output's URL cannot be read") from None
        app, _, key = parts.path.strip("/").rpartition("/")
        if parts.scheme not in ("rtmp", "rtmps") or not parts.hostname or not app or not key:
            raise OutputFailed("an output's URL must look like rtmp://host/app/key or rtmps://host/app/key")
        tls = parts.scheme == "rtmps"
        query = f"?{parts.query}" if parts.query else ""
        return cls(parts.hostname, port or (443 if tls else 1935), app, key + query, tls)

    def tc_url(self) -> str:
        """The URL without the key, as the server wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"rtmp{'s' if self.tls else ''}://{host}:{self.port}/{self.app}"

    def without_key(self, text: str) -> str:
        """``text``, which a server wrote and which may repeat the key, without it."""
        for secret in (self.key, self.key.partition("?")[0]):
            text = text.replace(secret, "***")
        return text
