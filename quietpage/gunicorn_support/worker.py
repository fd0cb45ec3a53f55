"""gunicorn's gevent worker with our error answers and a bound on all that is slow."""

import os
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any

import gevent
from gevent import socket
from gevent.server import StreamServer
from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker

# How long a client may take to read. An answer is in the kernel's hands long before,
# but for a reader of a long one on a line of less than 3 kB/s.
_MAX_SEND_S = 30
# What the kernel may hold of a connection: a whole compressed answer. Left alone, it
# holds megabytes for a client that does not read, until none is left for others.
_KERNEL_BYTES = 65536
# What is read of a body, so that the next request of the connection can be found.
_MAX_BODY_BYTES = 65536
# Requests, of any connection, after which one lets the others go first.
_TURN_REQUESTS = 16

_STATUSES = {
    errors.LimitRequestLine: 414,
    errors.ExpectationFailed: 417,
    errors.LimitRequestHeaders: 431,
    errors.UnsupportedTransferCoding: 501,
    errors.ParseException: 400,
}


class _Server(StreamServer):  # type: ignore[misc]  # gevent ships no types
    """Accepts connections for a worker."""

    # gunicorn accepts one, then serves all that others have sent, then the next: who
    # comes new waits behind everyone who drips.
    max_accept = 16

    def __init__(
        self, listener: Any, *, spawn: Any, worker: Any, **_of_wsgi: Any
    ) -> None:
        super().__init__(listener, partial(worker.handle, listener), spawn=spawn)


class QuietWorker(GeventWorker):  # type: ignore[misc]  # gunicorn ships no types
    """A worker in which every connection waits for itself and nobody else.

    `keepalive` is how long a client may take for a whole request.
    """

    sockets: list[Any]

    def patch(self) -> None:
        """Give gunicorn sockets of gevent's and our server; leave Python as it is.

        What is preloaded would be patched too late, and no code of ours ever waits.
        """
        self.sockets = [
            socket.socket(s.FAMILY, socket.SOCK_STREAM, fileno=s.sock.detach())
            for s in self.sockets
        ]
        self.server_class = partial(_Server, worker=self)
        for listener in self.sockets:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BYTES)
        gevent.get_hub().print_exception = self.print_exception

    def print_exception(
        self,
        context: object,
        kind: type[BaseException],
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Print an error that nobody caught; gevent's own line has client addresses."""
        del context, value
        self.report(kind, trace)

    def report(self, kind: type[BaseException], trace: TracebackType | None) -> None:
        """Print an error; a worker that is out of memory ends, and is replaced."""
        try:
            self.log.fault(kind, trace)
        finally:
            if issubclass(kind, MemoryError):
                # Here, as every connection until the end of its loop would be lost.
                os._exit(1)

    def timeout_ctx(self) -> Any:
        """Return the bound on the next request, and let others go first now and then.

        A client that sends one request behind the other, and reads as fast, would never
        let go: gevent goes on to others only where there is nothing to do.
        """
        if self.nr % _TURN_REQUESTS == 0:
            gevent.sleep(0)
        return super().timeout_ctx()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Answer the requests of a connection."""
        client.settimeout(_MAX_SEND_S)
        # GeventWorker.handle would take the timeout away.
        AsyncWorker.handle(self, listener, client, addr)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Answer a request; one with a long body is the last of its connection."""
        body_bytes = getattr(req.body.reader, "length", None)
        if body_bytes is None or body_bytes > _MAX_BODY_BYTES:
            req.force_close()
        return super().handle_request(listener_name, req, sock, addr)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer what gunicorn refuses, whose own answer and log repeat the request."""
        del req, addr
        if isinstance(exc, gevent.GreenletExit):
            return
        known = (status for kind, status in _STATUSES.items() if isinstance(exc, kind))
        status = next(known, None)
        if status is None:
            self.report(type(exc), exc.__traceback__)
        with suppress(OSError):
            util.write_nonblock(client, self.wsgi.raw_error(status or 500))
        # Closed at once, what has not been read would take the answer away.
        util.close_graceful(client)
