"""A headless browser and servers on loopback, to look at pages as a reader sees them."""

import shutil
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not here")
SCHEMES = {"dark": 0, "light": 1}
"""Blink's numbers for prefers-color-scheme."""


class Served:
    """A loopback server with some pages that keeps the requested paths."""

    def __init__(self, pages):
        self.asked = asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                found = pages.get(self.path)
                self.send_response(200 if found is not None else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write((found or "").encode())

            def log_message(self, *args):
                """Stay quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def serving(pages):
    served = Served(pages)
    thread = threading.Thread(target=served.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.server.shutdown()
        served.server.server_close()
        thread.join()


def chromium(tmp_path, address, *options, wait_ms=2000):
    """Open a page and return its DOM after some time of the clock."""
    return _started(tmp_path, address, options, wait_ms).stdout


def console_of(tmp_path, address, *, wait_ms=2000):
    """Open a page and return the lines that its scripts and policies write to the console."""
    done = _started(tmp_path, address, ("--enable-logging=stderr", "--dump-dom"), wait_ms)
    return [line for line in done.stderr.splitlines() if ":CONSOLE" in line]


def _started(tmp_path, address, options, wait_ms):
    return subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}",
            f"--virtual-time-budget={wait_ms}", *options, address,
        ],
        capture_output=True, timeout=120, check=True, text=True,
    )  # fmt: skip
