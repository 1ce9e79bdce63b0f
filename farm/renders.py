"""Where renders lie: files that free streams write, below STATE_DIR/renders, a folder to each stream.

An output whose URL is ``file:NAME`` is such a file. Nobody chooses a path: NAME is a plain file name, and the
folder follows from the stream.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import quote

from farm.errors import OutputFailed

FILE_SCHEME = "file:"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(flv|mp4|mkv|webm)")


def is_file(url: str) -> bool:
    """Whether an output's URL means a file."""
    return url.startswith(FILE_SCHEME)


def file_name(url: str) -> str:
    """The plain name in ``file:NAME``. Raises ValueError."""
    name = url.removeprefix(FILE_SCHEME)
    if not is_file(url) or _NAME.fullmatch(name) is None:
        raise ValueError(
            "must be like file:NAME.mp4 (mkv, webm, flv), with letters, digits, dots, dashes and underlines"
        )
    return name


def is_film(url: str, crf: int | None) -> bool:
    """Whether the file ``url`` is a film, encoded with time to spare and in segments; or else the very stream
    that would be on air, as FLV."""
    return crf is not None or not url.endswith(".flv")


def render_folder(state_dir: Path, stream: str) -> Path:
    """The folder of what ``stream`` renders; it need not exist."""
    return state_dir / "renders" / quote(stream, safe="")


def forget_render(state_dir: Path, stream: str) -> None:
    """Remove what ``stream`` rendered, as far as it lies here."""
    shutil.rmtree(render_folder(state_dir, stream), ignore_errors=True)


def render_path(state_dir: Path, stream: str, url: str) -> Path:
    """The file that the output ``url`` of ``stream`` means. Raises OutputFailed."""
    try:
        return render_folder(state_dir, stream) / file_name(url)
    except ValueError as error:
        raise OutputFailed(f"an output's URL {error}") from error
