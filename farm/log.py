"""Logging: structured, one line an event; JSON for machines, aligned and coloured for people.

Our own code uses structlog, libraries use the standard logging; both end in the same handler, and every
line passes :func:`mask_secrets` before it is written.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

import structlog

from farm.settings import Settings

_MASK = "***"
_SECRET_NAME = re.compile(r"(?i)token|password|secret|authorization|stream_?key$|^key$|^url$")
_SECRETS_IN_TEXT = (
    # user:password@ of any URL
    (re.compile(r"(\w+://)[^/\s@]*@"), rf"\1{_MASK}@"),
    # everything behind the application of an RTMP(S) or SRT URL: it is the stream key
    (re.compile(r"((?:rtmps?|srt)://[^/\s?]+(?:/[^/\s?]+)?+)[/?][^\s'\"]*"), rf"\1/{_MASK}"),
    (re.compile(r"(?i)\b(bearer\s+)\S+"), rf"\1{_MASK}"),
    (re.compile(r"\b(ffk|fft)_[A-Za-z0-9_-]{8,}"), rf"\1_{_MASK}"),
)


def mask_text(text: str) -> str:
    """``text`` without stream keys, tokens and passwords."""
    for pattern, replacement in _SECRETS_IN_TEXT:
        text = pattern.sub(replacement, text)
    return text


def mask_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: stars for secrets, by the name of the field and by the look of the text."""
    for name, value in event.items():
        if isinstance(value, str):
            secret = _SECRET_NAME.search(name) and "://" not in value
            event[name] = _MASK if secret else mask_text(value)
    return event


def pretty_line(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    """structlog renderer for people: time, level, component, what happened, then the details."""
    time, level = event.pop("timestamp", ""), event.pop("level", "")
    component, what = event.pop("component", ""), event.pop("event", "")
    trace = event.pop("exception", None)
    details = " ".join(f"{name}={value}" for name, value in event.items())
    line = f"{time} {level:7} {component:12} {what}" + (f"  {details}" if details else "")
    return line if trace is None else f"{line}\n{trace}"


def _short_time(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["timestamp"] = datetime.now(UTC).astimezone().strftime("%H:%M:%S.%f")[:-3]
    return event


def configure_logging(settings: Settings, component: str) -> None:
    """Send all of this process's log to stdout, each line marked with ``component``."""
    pretty = settings.log_format == "pretty" or (settings.log_format == "auto" and sys.stdout.isatty())

    def add_component(
        _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        event["component"] = component
        return event

    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        _short_time if pretty else structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                add_component,
                structlog.processors.format_exc_info,
                mask_secrets,
                pretty_line if pretty else structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for chatty in ("asyncio", "kombu", "amqp", "websockets", "httpx", "httpcore", "werkzeug"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for one module: ``log.info("output connected", stream=..., attempts=3)``."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger
