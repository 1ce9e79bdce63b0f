"""Where servers of tests and measurements listen."""

import socket
from pathlib import Path

import pytest

from farm.perf.ports import LOWEST, OUTGOING, free_port


def test_a_free_port_can_be_listened_on_and_is_given_to_no_outgoing_connection() -> None:
    lowest_outgoing = int(OUTGOING.read_text().split()[0])
    with socket.socket() as server:
        server.bind(("127.0.0.1", port := free_port()))
        server.listen()
        assert LOWEST <= port < lowest_outgoing


def test_a_port_that_somebody_listens_on_is_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", port := free_port()))
        squatter.listen()
        monkeypatch.setattr("random.sample", lambda _ports, _count: [port, port + 1])
        assert free_port() != port


def test_where_linux_gives_nearly_all_ports_to_outgoing_connections_any_may_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "range").write_text("1024\t65535\n")
    monkeypatch.setattr("farm.perf.ports.OUTGOING", tmp_path / "range")
    assert free_port() >= LOWEST
