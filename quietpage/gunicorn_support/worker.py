"""gunicorn's gevent worker, with our error responses and bounds on slow clients."""

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

# How long a client may take to read. The kernel buffers a response at once, unless it
# is long and the client reads less than 3 kB/s.
_MAX_SEND_S = 30
# The kernel's send buffer of a connection: a complete compressed response. By default
# it grows to megabytes for a client that does not read, at the expense of others.
_KERNEL_BYTES = 65536
# A request body up to this size is read, so that the next request can follow it.
_MAX_BODY_BYTES = 65536
# After this number of requests of a worker, the connection at hand yields to others.
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

    # gunicorn accepts one connection, then serves what all others have sent: a new
    # client would wait for everyone who sends slowly.
    max_accept = 16

    def __init__(
        self, listener: Any, *, spawn: Any, worker: Any, **_of_wsgi: Any
    ) -> None:
        super().__init__(listener, partial(worker.handle, listener), spawn=spawn)


class QuietWorker(GeventWorker):  # type: ignore[misc]  # gunicorn ships no types
    """A worker in which no connection waits for another.

    `keepalive` is how long a client may take to send a request.
    """

    sockets: list[Any]

    def patch(self) -> None:
        """Give gunicorn gevent's sockets and our server; do not patch Python.

        Preloaded modules would be patched too late, and our code never blocks.
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
        """Print an uncaught error; gevent's own line has client addresses."""
        del context, value
        self.report(kind, trace)

    def report(self, kind: type[BaseException], trace: TracebackType | None) -> None:
        """Print an error; a worker that is out of memory exits and is replaced."""
        try:
            self.log.fault(kind, trace)
        finally:
            if issubclass(kind, MemoryError):
                # At once: a normal shutdown would lose every connection until it ends.
                os._exit(1)

    def timeout_ctx(self) -> Any:
        """Return the timeout of the next request, and sometimes yield to others first.

        A client that pipelines requests, and reads as fast, would keep the worker:
        gevent switches to others only when a connection has to wait.
        """
        if self.nr % _TURN_REQUESTS == 0:
            gevent.sleep(0)
        return super().timeout_ctx()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Answer the requests of a connection."""
        client.settimeout(_MAX_SEND_S)
        # GeventWorker.handle would reset the timeout.
        AsyncWorker.handle(self, listener, client, addr)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Answer a request; one with a long body is the last of its connection."""
        body_bytes = getattr(req.body.reader, "length", None)
        if body_bytes is None or body_bytes > _MAX_BODY_BYTES:
            req.force_close()
        try:
            return super().handle_request(listener_name, req, sock, addr)
        except StopIteration:
            if body_bytes != 0:
                # If it were closed at once, the kernel would discard the response.
                util.close_graceful(sock)
            raise

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer what gunicorn refuses; its own response and log repeat the request."""
        del req, addr
        if isinstance(exc, gevent.GreenletExit):
            return
        known = (status for kind, status in _STATUSES.items() if isinstance(exc, kind))
        status = next(known, None)
        if status is None:
            self.report(type(exc), exc.__traceback__)
        with suppress(OSError):
            util.write_nonblock(client, self.wsgi.raw_error(status or 500))
        util.close_graceful(client)
