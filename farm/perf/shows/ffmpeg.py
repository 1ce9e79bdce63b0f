"""A show as FFmpeg's own filter graph, built as somebody would who knows it well.

Every picture is decoded and converted to BT.709 planes once, before it is looped in memory; only the overlays
run for each frame. Filters: https://ffmpeg.org/ffmpeg-filters.html#overlay-1, ``loop``, ``scale``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from farm.perf.shows.show import CANVAS, Piece, Show, Slide

_TO_PLANES = "scale=out_color_matrix=bt709:out_range=tv"


def write_pictures(show: Show, folder: Path) -> None:
    """What the graph reads: a PNG file for each picture of each piece."""
    for piece in show.pieces:
        for number in range(len(piece.pictures)):
            (folder / f"{piece.name}-{number:03d}.png").write_bytes(piece.png(number))


def inputs(show: Show, folder: Path, fps: int) -> list[str]:
    """The arguments that open the pieces, and at last silence for the sound."""
    arguments: list[str] = []
    for piece in show.pieces:
        rate = piece.fps if len(piece.pictures) > 1 else fps
        arguments += ["-framerate", str(rate), "-i", str(folder / f"{piece.name}-%03d.png")]
    return [*arguments, "-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo"]


def graph(show: Show, fps: int) -> str:
    """The filter graph; its picture comes out of [out]."""
    width, height = CANVAS
    chains = [_source(piece, index) for index, piece in enumerate(show.pieces)]
    below = "p0"
    for index, piece in enumerate(show.pieces[1:], 1):
        x, y = _place(piece, "x"), _place(piece, "y")
        moves = "frame" if piece.slide else "init"
        above = f"o{index}"
        chains.append(f"[{below}][p{index}]overlay=x='{x}':y='{y}':eval={moves}:format=yuv420[{above}]")
        below = above
    rate = f",fps={fps}" if len(show.pieces[0].pictures) > 1 else ""
    chains.append(f"[{below}]crop={width}:{height}{rate},format=yuv420p[out]")
    return ";".join(chains)


def encoding(fps: int, bitrate_kbps: int) -> Sequence[str]:
    """The same codecs, settings and bits as the farm's encoder with the preset ultrafast; one thread."""
    rate = f"{bitrate_kbps}k"
    return (
        *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-threads", "1", "-bf", "0"),
        *("-b:v", rate, "-maxrate", rate, "-bufsize", rate, "-g", str(2 * fps), "-keyint_min", str(2 * fps)),
        *("-sc_threshold", "0", "-colorspace", "bt709", "-color_range", "tv"),
        *("-c:a", "aac", "-b:a", "128k"),
    )


def _source(piece: Piece, index: int) -> str:
    pictures = "yuv420p" if piece.pictures[0].mode == "RGB" else "yuva420p"
    count = len(piece.pictures)
    return f"[{index}:v]{_TO_PLANES},format={pictures},loop=loop=-1:size={count}:start=0[p{index}]"


def _place(piece: Piece, axis: str) -> str:
    slide = piece.slide
    if slide is None or slide.axis != axis:
        return str(piece.x if axis == "x" else piece.y)
    return _expression(slide)


def _expression(slide: Slide) -> str:
    """Where it is at ``t`` seconds, in FFmpeg's words."""
    period, way = slide.period_s, slide.to_px - slide.start_px
    share = f"(1-abs(mod(t/{period},2)-1))" if slide.yoyo else f"mod(t/{period},1)"
    return f"round({slide.start_px}+{way}*{share})"
