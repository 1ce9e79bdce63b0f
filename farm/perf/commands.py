"""``framefarm perf``: measures a running farm, a farm of its own, or drawing alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from farm.perf.capacity import Host, Load, plan
from farm.perf.compare import measure_shows
from farm.perf.compose import compose
from farm.perf.course import every
from farm.perf.dispatch import STREAMS, WORKERS, measure_dispatch
from farm.perf.edit import measure_edits
from farm.perf.hosts import MOST
from farm.perf.live import measure_live
from farm.perf.measured import MEASURED
from farm.perf.memory import measure_memory
from farm.perf.options import Fps, Keep, ShowOption, Shows, Size
from farm.perf.results import show_result, up_to
from farm.perf.scale import WORKERS as SCALE
from farm.perf.scale import measure_scale
from farm.perf.shows.catalogue import SHOWS
from farm.perf.streams import measure_streams
from farm.perf.wire import measure_wire
from farm.reach import Json, TokenOption, Url, api_client, play_url, print_values
from farm.settings import parse_resolution

perf = typer.Typer(no_args_is_help=True, help="Measure a running farm, a farm of its own, or drawing alone.")
perf.command("compose")(compose)
perf.command("all")(every)


@perf.command("live")
def live(
    show: ShowOption = "reference",
    size: Size = "1920x1080",
    fps: Fps = 60,
    seconds: Annotated[int, typer.Option(min=5, help="How long to watch.")] = 60,
    keep: Keep = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Put a stream on air with a farm of its own and look at every tick: late ones, latency, CPU."""
    result = measure_live(show, size=size, fps=fps, seconds=seconds)
    show_result("live", result, keep, as_json=as_json)


@perf.command("compare")
def compare(
    shows: Shows = None,
    fps: Fps = 60,
    frames: Annotated[int, typer.Option(min=60, help="Frames of a round.")] = 600,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds, of which the median counts.")] = 5,
    keep: Keep = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """The CPU that a frame costs a whole farm, FFmpeg's filter graph and GStreamer, in turn, at 1080p."""
    result = measure_shows(shows or list(SHOWS), fps=fps, frames=frames, rounds=rounds)
    show_result("compare", result, keep, as_json=as_json)


@perf.command("memory")
def memory(
    show: ShowOption = "reference",
    size: Size = "1920x1080",
    fps: Fps = 30,
    minutes: Annotated[float, typer.Option(min=0, help="How long to look whether it grows.")] = 1,
    keep: Keep = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """What a whole farm with one stream takes of the memory (PSS), and whether that grows."""
    result = measure_memory(show, size=size, fps=fps, minutes=minutes)
    show_result("memory", result, keep, as_json=as_json)


@perf.command("streams")
def streams(  # noqa: PLR0913, PLR0917  a command's options
    show: ShowOption = "reference",
    size: Size = "1920x1080",
    fps: Fps = 30,
    seconds: Annotated[int, typer.Option(min=2, help="How long to watch each number of streams.")] = 15,
    most: Annotated[int, typer.Option(min=1, max=64, help="Not more than so many.")] = 16,
    keep: Keep = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """How many streams this host carries before one tick in a thousand repeats its picture."""
    result = measure_streams(show, size=size, fps=fps, seconds=seconds, most=most)
    show_result("streams", result, keep, as_json=as_json)


@perf.command("dispatch")
def dispatch(
    most_streams: Annotated[int, typer.Option(min=1, max=1000, help="Streams at most.")] = STREAMS[-1],
    most_workers: Annotated[int, typer.Option(min=1, max=256, help="Workers at most.")] = WORKERS[-1],
    fps: Fps = 60,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to watch each pair of numbers.")] = 3,
    keep: Keep = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """What ordering a frame costs the coordinator: 1 to 20 streams, 1 to 64 workers that draw nothing."""
    streams, workers = up_to(STREAMS, most_streams), up_to(WORKERS, most_workers)
    result = measure_dispatch(streams, workers, fps=fps, seconds=seconds)
    show_result("dispatch", result, keep, as_json=as_json)


@perf.command("wire")
def wire(  # noqa: PLR0913, PLR0917  a command's options
    shows: Shows = None,
    size: Size = "1920x1080",
    fps: Fps = 60,
    seconds: Annotated[int, typer.Option(min=1, help="How long to watch each show.")] = 10,
    local: Annotated[bool, typer.Option("--local", help="Through shared memory instead.")] = False,  # noqa: FBT002
    keep: Keep = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """What a frame takes of the network from a worker to the encoder of another host."""
    transport = "auto" if local else "mailbox"
    result = measure_wire(shows or list(SHOWS), size=size, fps=fps, seconds=seconds, transport=transport)
    kept_as = f"wire-{size}-{transport}"
    show_result("wire", result, keep, as_json=as_json, kept_as=kept_as)


@perf.command("plan")
def plan_farm(  # noqa: PLR0913, PLR0917  a command's options
    streams: Annotated[int, typer.Option(min=1, max=1_000_000, help="Streams on air at once.")] = 100,
    size: Size = "1920x1080",
    fps: Fps = 30,
    cores: Annotated[int, typer.Option(min=1, max=1024, help="Of a host.")] = 16,
    gbps: Annotated[float, typer.Option(min=0.1, max=1000, help="Of a host's network, Gbit/s.")] = 10,
    use: Annotated[float, typer.Option(min=0.1, max=1, help="How much of a host may be used.")] = 0.6,
    spread: Annotated[bool, typer.Option("--spread", help="Cells of several hosts; any may fail.")] = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """How large a farm must be for so many streams, by the model of docs/scale.md."""
    width, height = parse_resolution(size)
    host = Host(cores=cores, network_gbps=gbps, use=use)
    planned = plan(Load(streams, fps, width, height), host, MEASURED, spread=spread)
    print_values(asdict(planned), f"A farm for {streams} streams of {size} at {fps}", as_json=as_json)


@perf.command("scale")
def scale(
    most: Annotated[int, typer.Option(min=1, max=MOST, help="Workers at most.")] = SCALE[-1],
    wait_ms: Annotated[int, typer.Option(min=1, max=10_000, help="How long a frame takes to draw.")] = 300,
    seconds: Annotated[float, typer.Option(min=1, help="How long to watch each number of workers.")] = 15,
    keep: Keep = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Frames a second against workers, each on a host (a network namespace) of its own; needs root."""
    result = measure_scale(up_to(SCALE, most), wait_ms=wait_ms, seconds=seconds)
    show_result("scale", result, keep, as_json=as_json)


@perf.command("edit")
def edit(  # noqa: PLR0913, PLR0917  a command's options
    url: Url = None,
    access: TokenOption = None,
    stream: Annotated[str, typer.Option(help="A live stream.")] = "demo",
    rtmp: Annotated[
        str | None, typer.Option(help="Where to read it; the farm's own server by default.")
    ] = None,
    edits: Annotated[int, typer.Option(min=1, help="How many edits to time.")] = 50,
    data: Annotated[bool, typer.Option("--data", help="Change live data, not the scene.")] = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Time edits: from the PATCH of a layer, or of live data, to the first changed frame at a reader."""
    reader_url = rtmp or play_url(stream)
    with api_client(url, access) as client:
        latency = measure_edits(client, stream, reader_url, edits=edits, of_data=data)
    print_values(latency.as_dict(), "PATCH to first changed frame", as_json=as_json)
