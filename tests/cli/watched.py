"""Providers to be looked at: a listener that can go away, and a file that may name it."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DISPATCH = (sys.executable, "-m", "dispatch_cli")


class Listener:
    """A port of this machine that answers while it is open."""

    def __init__(self) -> None:
        self.socket: socket.socket | None = None
        self.port = 0
        self.open()

    def open(self) -> None:
        """Answer, on the same port as before."""
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", self.port))
        self.socket.listen(128)
        self.port = self.socket.getsockname()[1]

    def close(self) -> None:
        """Refuse connections."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None


@contextmanager
def listener() -> Iterator[Listener]:
    """Listen for as long as a test runs."""
    found = Listener()
    try:
        yield found
    finally:
        found.close()


@contextmanager
def web_server(answer: int = 200) -> Iterator[tuple[int, list[str]]]:
    """Serve HTTP on a port, and note the paths that were asked for."""
    asked: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_HEAD = do_GET

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def tcp(port: int) -> str:
    """A check of a port of this machine, as a line of the provider's table."""
    return (
        f'check = [{{ kind = "tcp", host = "127.0.0.1", port = {port}, allow_private = true, '
        "timeout_s = 5 }]"
    )


def command(*argv: str) -> str:
    """A check by a program, as a line of the provider's table."""
    return f'check = [{{ kind = "command", command = [{", ".join(map(repr, argv))}] }}]'


def provider(name: str, *lines: str) -> str:
    """A provider that is always open, with further lines."""
    rest = "\n".join(lines)
    hours = "" if "hours" in rest else 'hours = "24/7"\n'
    return (
        f'[[provider]]\nid = "{name}"\nname = "Abschlepp {name.title()}"\n'
        f'phone = "089 99998-207"\nservices = ["tow"]\nbase = "86150"\n'
        f"area = {{ radius_km = 30 }}\n{hours}{rest}\n"
    )


def write(folder: Path, *tables: str) -> Path:
    """Write a provider file that only its owner can write."""
    path = folder / "own.toml"
    path.write_text("\n".join(tables), encoding="utf-8")
    path.chmod(0o600)
    return path


def run(*argv: object, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Run the program as cron does: no terminal, nothing on stdin."""
    return subprocess.run(
        [*DISPATCH, *map(str, argv)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env={**os.environ, **environ},
    )
