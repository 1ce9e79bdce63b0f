"""Where a stream goes: what the user asks for becomes the outputs that the encoder connects to.

A stream for which nobody named an output publishes to the farm's own RTMP server, with an internal stream
key. That output is kept in the stream's record like any other, under the id ``farm``; it is made when the
stream is, and renewed at each start, so that a moved server or a new key is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from pydantic import AfterValidator, Field

from api.http.services import Services
from api.http.shapes import Body, Shape
from farm.errors import InputError
from farm.log import mask_text
from farm.messages import OutputSpec
from farm.renders import file_name, is_file
from farm.store.streams import StreamRecord

FARM_OUTPUT = "farm"
MAX_OUTPUTS = 8
_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")


def _output_url(text: str) -> str:
    """``text`` with its scheme in small letters. Raises ValueError, which never repeats the URL."""
    if is_file(text):
        file_name(text)
        return text
    if _UNPRINTABLE.search(text):
        raise ValueError("must not hold blanks, control characters or letters beyond ASCII")
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("is not a URL") from error
    if parts.scheme not in ("rtmp", "rtmps"):
        raise ValueError("must begin with rtmp:// or rtmps://, or with file: if the stream's PACE is free")
    if not host or not parts.path.strip("/"):
        raise ValueError("needs a host and an application, for example rtmp://live.example.com/app")
    return parts.scheme + text[len(parts.scheme) :]


OutputUrl = Annotated[str, Field(max_length=2048), AfterValidator(_output_url)]


class OutputBody(Body):
    """One destination. The url may be left out of an output that is there already, whose url stays, and of
    the one with the id ``farm``: that is the farm's own RTMP server."""

    id: str | None = Field(None, pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")
    url: OutputUrl | None = Field(None, repr=False)


class OutputShape(Shape):
    """One destination; its url is masked behind the application."""

    id: str
    url: str


class OutputsShape(Shape):
    """Where a stream goes."""

    outputs: list[OutputShape]


def outputs_shape(record: StreamRecord) -> OutputsShape:
    """The outputs of ``record`` as people may see them."""
    return OutputsShape(outputs=[OutputShape(id=spec.id, url=mask_text(spec.url)) for spec in record.outputs])


def farm_output(farm: Services, stream: str) -> OutputSpec:
    """The output to the farm's own RTMP server; makes the stream's internal key when it is missing."""
    settings = farm.settings
    key = farm.stream_keys.internal(stream).key
    url = f"rtmp://{settings.rtmp_host}:{settings.rtmp_port}/live/{stream}?key={key}"
    return OutputSpec(FARM_OUTPUT, url)


def ordered_outputs(
    farm: Services, stream: str, asked: Sequence[OutputBody], present: Sequence[OutputSpec] = ()
) -> tuple[OutputSpec, ...]:
    """What ``asked`` means for ``stream``, whose outputs are ``present`` now. Raises InputError."""
    if not asked:
        return (farm_output(farm, stream),)
    known = {spec.id: spec.url for spec in present}
    taken = {body.id for body in asked if body.id is not None}
    free = (
        name for name in (f"output-{number}" for number in range(1, 2 * MAX_OUTPUTS)) if name not in taken
    )
    specs: list[OutputSpec] = []
    for index, body in enumerate(asked):
        if body.id == FARM_OUTPUT:
            if body.url is not None:
                raise _mistake(
                    f"outputs[{index}].url", f"must be left out: {FARM_OUTPUT!r} is our own server"
                )
            specs.append(farm_output(farm, stream))
            continue
        url = body.url or known.get(body.id or "")
        if url is None:
            raise _mistake(f"outputs[{index}].url", "is missing")
        specs.append(OutputSpec(body.id or next(free), url))
    if len({spec.id for spec in specs}) < len(specs):
        raise _mistake("outputs", "two outputs have the same id")
    return tuple(specs)


def renewed_outputs(farm: Services, record: StreamRecord) -> tuple[OutputSpec, ...]:
    """The outputs with which ``record`` starts: its own, where the one to our server is up to date."""
    if not record.outputs:
        return (farm_output(farm, record.id),)
    return tuple(
        msgspec.structs.replace(spec, url=farm_output(farm, record.id).url)
        if spec.id == FARM_OUTPUT
        else spec
        for spec in record.outputs
    )


def _mistake(path: str, reason: str) -> InputError:
    return InputError(f"{path}: {reason}", {"mistakes": [{"path": path, "reason": reason}]})
