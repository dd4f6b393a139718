"""A local port for a tunnel."""

import socket

from wizard.model.trouble import Trouble


def free_port() -> int:
    """A port of 127.0.0.1 that is free now; `ssh` says so if it is not any more when it wants it."""
    with socket.socket() as probe:
        # Without this a port whose last connections were just closed counts as taken; for ssh it does not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_taken(port: int) -> Trouble:
    """Told where the port that was named is not free."""
    return Trouble(
        f"The local port {port} is taken by another program.",
        untouched="Nothing was opened.",
        remedy="Name another port, or leave it out: then a free one is taken.",
        code="port-taken",
    )
