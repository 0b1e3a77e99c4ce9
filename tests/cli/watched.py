"""Providers for checks: a listener that can close, and a file that has its port."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests import answers

ROOT = Path(__file__).resolve().parents[2]
DISPATCH = (sys.executable, "-m", "dispatch_cli")


class Listener:
    """A port of this machine for one test: it answers while open, and refuses afterwards."""

    def __init__(self) -> None:
        self.port = 0
        self._socket = self._bound()
        self.open()

    def open(self) -> None:
        """Accept connections and drop them."""
        self._socket.listen(128)
        self._thread = threading.Thread(target=self._accept, args=(self._socket,))
        self._thread.start()

    def close(self) -> None:
        """Refuse connections, and keep the port reserved."""
        if not self._thread.is_alive():
            return
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()
        self._socket = self._bound()

    def release(self) -> None:
        """Let the port go."""
        self.close()
        self._socket.close()

    def _bound(self) -> socket.socket:
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", self.port))
        self.port = bound.getsockname()[1]
        return bound

    @staticmethod
    def _accept(listening: socket.socket) -> None:
        with suppress(OSError):  # it was closed
            while True:
                listening.accept()[0].close()


@contextmanager
def listener() -> Iterator[Listener]:
    """Listen for as long as a test runs."""
    found = Listener()
    try:
        yield found
    finally:
        found.release()


@contextmanager
def web_server(answer: int = 200) -> Iterator[tuple[int, list[str]]]:
    """Serve HTTP on a port, and keep the requested paths."""
    asked: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_HEAD = do_GET

        def log_message(self, *args: object) -> None:
            """Print no log."""

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
    """Make a check of a port of this machine, as a line of the provider's table."""
    return (
        f'check = [{{ kind = "tcp", host = "127.0.0.1", port = {port}, allow_private = true, '
        "timeout_s = 5 }]"
    )


def command(*argv: str) -> str:
    """Make a check by a program, as a line of the provider's table."""
    return f'check = [{{ kind = "command", command = [{", ".join(map(repr, argv))}] }}]'


def provider(name: str, *lines: str) -> str:
    """Make a provider that is always open, with further lines."""
    rest = "\n".join(lines)
    hours = "" if "hours" in rest else 'hours = "24/7"\n'
    return (
        f'[[provider]]\nid = "{name}"\nname = "Abschlepp {name.title()}"\n'
        f'phone = "089 99998-207"\nservices = ["tow"]\nbase = "86150"\n'
        f"area = {{ radius_km = 30 }}\n{hours}{rest}\n"
    )


def write(folder: Path, *tables: str) -> Path:
    """Write a provider file that only its owner can write.

    Runs of a test follow each other at once, so that each failed look counts by default.
    """
    path = folder / "own.toml"
    text = "\n".join(tables)
    if "apart_s" not in text:
        head, _, rest = text.partition("[check]\n")
        text = f"{head}\n[check]\napart_s = 0\n{rest}"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def started(*argv: object, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Start the program as cron does: no terminal, nothing on stdin."""
    ran = subprocess.run(
        [*DISPATCH, *map(str, argv)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env={**os.environ, **environ},
    )
    answers.check(ran.stdout)
    return ran


def run(*argv: object, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Run the program like ``started``, but without the time of its start; see ``forking.py``."""
    words = [*map(str, argv)]
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    request = [words, os.getcwd(), {**os.environ, **environ}]
    print(json.dumps(request), file=server.stdin, flush=True)
    code, out, err = json.loads(server.stdout.readline())
    answers.check(out.encode("latin-1"))
    return subprocess.CompletedProcess(words, code, out.encode("latin-1"), err.encode("latin-1"))


@cache
def _server() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.cli.forking"], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def end_server() -> None:
    """End the program that the runs are forked from, if there has been a run."""
    if _server.cache_info().currsize:
        with _server() as server:
            assert server.stdin is not None
            server.stdin.close()
        _server.cache_clear()
