"""The HTTP server: one thread for each connection, kept alive, closed at once on `stop`."""

import contextlib
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any

from clever_sandbox.delivery import deliver
from clever_sandbox.messages import Request, Response

Application = Callable[[Request], Response]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def handle_one_request(self) -> None:
        try:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            self._answer()
        except OSError:
            self.close_connection = True

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = headers.get("content-length", "")
        body = self.rfile.read(int(said)) if said.isdecimal() else b""
        response = self.server.application(Request(self.command, path, query, headers, body))
        stopping = self.server.stopping
        stopped = bool(response.delay) and stopping.wait(response.delay)
        if stopped or not deliver(self.connection, response, stopping):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Stays silent: the request log is in the sandbox."""


class Server(ThreadingMixIn, TCPServer):
    """Serves one application until it is stopped."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, port: int, application: Application) -> None:
        self.application = application
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        super().__init__((host, port), _Handler)

    @property
    def port(self) -> int:
        """The port that the system gave."""
        return int(self.server_address[1])

    def run(self) -> None:
        """Accepts connections until `stop`; waits in accept instead of polling."""
        while not self.stopping.is_set():
            self._handle_request_noblock()  # type: ignore[attr-defined]

    def stop(self) -> None:
        """Stops accepting, closes every connection, ends slow answers."""
        self.stopping.set()
        host = str(self.server_address[0])
        # A connection to ourselves wakes the accept that `run` waits in.
        with contextlib.suppress(OSError), socket.create_connection((host, self.port), 1):
            pass
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Hands a new connection to its thread, unless the server is being stopped."""
        if self.stopping.is_set():
            self.shutdown_request(request)
            return
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Closes a connection whose thread has ended."""
        self._open.discard(request)
        request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of the sandbox; anything else is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)
