"""Free ports on the loopback address. Invariant: a port is known to be ours only when our own process listens on it."""

import socket

import psutil

HOST = "127.0.0.1"


def free_ports(count: int, preferred: tuple[int, ...] = ()) -> tuple[int, ...]:
    """So many different free ports; the preferred ones when nobody has them now.

    Another process may take one before ours binds it, so every start has to be ready to try again with new ones.
    """
    held: list[socket.socket] = []
    try:
        for wanted in (*preferred[:count], *([0] * (count - len(preferred[:count])))):
            probe = socket.socket()
            held.append(probe)
            try:
                probe.bind((HOST, wanted))
            except OSError:
                probe.bind((HOST, 0))
        return tuple(int(probe.getsockname()[1]) for probe in held)
    finally:
        for probe in held:
            probe.close()


def listens(process: psutil.Process, port: int) -> bool:
    """Whether this very process accepts connections on the port: asking the port alone could reach a stranger."""
    try:
        connections = process.net_connections("tcp")
    except psutil.Error:
        return False
    return any(
        connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
        for connection in connections
    )
