"""Where renders lie: files that free streams write, below STATE_DIR/renders, a folder to each stream.

An output whose URL is ``file:NAME`` is such a file. Nobody chooses a path: NAME is a plain file name, and the
folder follows from the stream.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from farm.errors import OutputFailed

FILE_SCHEME = "file:"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.flv")


def is_file(url: str) -> bool:
    """Whether an output's URL means a file."""
    return url.startswith(FILE_SCHEME)


def file_name(url: str) -> str:
    """The plain name in ``file:NAME``. Raises ValueError."""
    name = url.removeprefix(FILE_SCHEME)
    if not is_file(url) or _NAME.fullmatch(name) is None:
        raise ValueError(
            "must look like file:NAME.flv, where NAME has only letters, digits, dots, dashes and underlines"
        )
    return name


def render_folder(state_dir: Path, stream: str) -> Path:
    """The folder of what ``stream`` renders; it need not exist."""
    return state_dir / "renders" / quote(stream, safe="")


def render_path(state_dir: Path, stream: str, url: str) -> Path:
    """The file that the output ``url`` of ``stream`` means. Raises OutputFailed."""
    try:
        return render_folder(state_dir, stream) / file_name(url)
    except ValueError as error:
        raise OutputFailed(f"an output's URL {error}") from error
