"""Which TCP ports of this machine are free."""

import socket

LOCALHOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """True when nobody listens on this port of this machine."""
    with socket.socket() as probe:
        # As servers do, so that a port whose last connections are still fading counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError:
            return False
    return True


def first_free(wanted: int) -> int:
    """The wanted port, or the next free one after it."""
    for port in range(wanted, min(wanted + 200, 65_536)):
        if is_free(port):
            return port
    raise OSError(f"No free port between {wanted} and {wanted + 199}.")


def any_free() -> int:
    """A free port that the operating system picks."""
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        port: int = probe.getsockname()[1]
    return port


def answers(port: int) -> bool:
    """True when somebody accepts connections on this port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOCALHOST, port)) == 0
