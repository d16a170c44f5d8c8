"""Ports of one's own."""

import os
import socket
import threading

import psutil
import pytest

from careflow_cli.processes import ports
from careflow_cli.processes.ports import HOST, RANGE, free_ports, listens


def test_free_ports_differ_and_lie_below_those_of_outgoing_connections() -> None:
    found = free_ports(20)

    assert len(set(found)) == 20
    assert all(port in RANGE for port in found)


def test_a_port_that_is_drawn_twice_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([7, 7, 8, 8, 9, 10])
    monkeypatch.setattr("secrets.randbelow", lambda _: next(drawn))
    monkeypatch.setattr(ports, "TRIES", 6)
    monkeypatch.setattr(ports, "_binds", lambda *_: True)

    assert [port - RANGE.start for port in free_ports(3)] == [7, 8, 9]


def test_a_preferred_port_is_kept_while_it_is_free() -> None:
    (port,) = free_ports(1)

    assert free_ports(1, [port]) == (port,)


def test_a_preferred_port_somebody_else_has_is_given_up() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]

        assert free_ports(1, [port]) != (port,)


def test_a_process_listens_only_on_ports_it_opened_itself() -> None:
    this = psutil.Process(os.getpid())
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]

        assert listens(this, port)
        assert not listens(psutil.Process(os.getppid()), port)
    assert not listens(this, port)


def test_a_preferred_port_that_is_just_being_let_go_is_waited_for() -> None:
    with socket.create_server((HOST, 0)) as ending:
        port = ending.getsockname()[1]
        threading.Timer(0.2, ending.close).start()

        assert free_ports(1, [port]) == (port,)
