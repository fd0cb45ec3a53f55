"""Whether a port can be listened on, asked before a server tries."""

import socket


def port_fault(host: str, port: int) -> OSError | None:
    """Return why nothing new can listen there, None if something can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            return error
    return None
