"""Waiting for a process without holding up an event loop."""

from __future__ import annotations

import asyncio

from farm.forking.process import Process


async def ended(process: Process) -> int:
    """Wait for the end of ``process``; its exit code, -N for signal N."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    while (code := process.exit_code()) is None:
        over.clear()
        loop.add_reader(process.pidfd, over.set)
        try:
            await over.wait()
        finally:
            loop.remove_reader(process.pidfd)
    return code
