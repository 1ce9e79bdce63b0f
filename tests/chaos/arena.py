"""What all farms have in common that are put up to be broken: how they begin, and that all of it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.integration.running_farm import RunningFarm


class Ground:
    """What was put up with :meth:`building` stands until :meth:`close`."""

    def __init__(self) -> None:
        self._undo = ExitStack()

    @contextmanager
    def building(self) -> Iterator[ExitStack]:
        """Put things up; if one of them fails, those before it are taken down."""
        with ExitStack() as undo:
            yield undo
            self._undo = undo.pop_all()

    def close(self) -> None:
        """See :class:`tests.chaos.case.Arena`."""
        self._undo.close()


def started(undo: ExitStack, state_dir: Path, settings: Mapping[str, str]) -> RunningFarm:
    """A farm that runs until ``undo``."""
    farm = RunningFarm(state_dir, settings)
    undo.callback(farm.stop)
    farm.start()
    return farm
