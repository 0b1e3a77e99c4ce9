"""Local stand-ins for the services of messages: an HTTP server and an SMTP server of a test."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Posted(NamedTuple):
    """One request: its method, path and body."""

    method: str
    path: str
    body: str

    @property
    def json(self) -> dict:
        """The body as JSON."""
        return json.loads(self.body)


class HttpStandIn:
    """A server of this machine; ``status`` is its answer to every request."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.status = 200
        stand_in = self

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                stand_in.posted.append(Posted(self.command, self.path, body))
                self.send_response(stand_in.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_PUT = do_HEAD = do_GET

            def log_message(self, *args: object) -> None:
                """Print no log."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.port = self.server.server_address[1]


@contextmanager
def http_stand_in() -> Iterator[HttpStandIn]:
    """Serve HTTP for as long as a test runs."""
    made = HttpStandIn()
    with _served(made.server):
        yield made


class SmtpStandIn:
    """A mail server of this machine, which keeps the text of each mail."""

    def __init__(self) -> None:
        self.mails: list[str] = []
        mails = self.mails

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"220 stand-in\r\n")
                while line := self.rfile.readline():
                    verb = line.split()[0].upper() if line.split() else b""
                    if verb == b"DATA":
                        self.wfile.write(b"354 go on\r\n")
                        text = b""
                        while (part := self.rfile.readline()) not in (b".\r\n", b""):
                            text += part
                        mails.append(text.decode())
                    self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
                    if verb == b"QUIT":
                        break

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self.port = self.server.server_address[1]


@contextmanager
def smtp_stand_in() -> Iterator[SmtpStandIn]:
    """Take mails for as long as a test runs."""
    made = SmtpStandIn()
    with _served(made.server):
        yield made


@contextmanager
def _served(server: socketserver.TCPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
