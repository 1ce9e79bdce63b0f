"""Streams that are rendered into files: what has to fit together, wherever it was changed."""

from __future__ import annotations

import msgspec

from farm.errors import InputError
from farm.messages import OutputSpec
from farm.renders import FILE_SCHEME, is_file, is_film
from farm.store.streams import StreamRecord

DEFAULT_NAME = "render.flv"


def free_outputs(record: StreamRecord) -> StreamRecord:
    """``record``, which is new; if it is free and names no output, with the file that such a stream gets."""
    if record.config.pace != "free" or record.outputs:
        return record
    return msgspec.structs.replace(record, outputs=(OutputSpec("file", f"{FILE_SCHEME}{DEFAULT_NAME}"),))


def check_pace(record: StreamRecord) -> StreamRecord:
    """``record`` again, if its pace and its outputs go together.

    Raises InputError: a free stream goes into one file, a live one to servers; only a free one has an end.
    """
    free = record.config.pace == "free"
    files = [spec for spec in record.outputs if is_file(spec.url)]
    if free and (len(files), len(record.outputs)) != (1, 1):
        raise _mistake("outputs", f"a stream whose PACE is free has one output, like {FILE_SCHEME}NAME.flv")
    if not free and files:
        raise _mistake("outputs", "a file takes a stream only whose PACE is free")
    config = record.config
    if not free and (config.frames or config.first_frame or config.crf is not None):
        raise _mistake("config.PACE", "FRAMES, FIRST_FRAME and RENDER_CRF are for streams whose PACE is free")
    if free and not config.frames and is_film(record.outputs[0].url, config.crf):
        raise _mistake("config.FRAMES", "a film needs an end; only an .flv without RENDER_CRF may go on")
    return record


def _mistake(path: str, reason: str) -> InputError:
    return InputError(f"{path}: {reason}", {"mistakes": [{"path": path, "reason": reason}]})
