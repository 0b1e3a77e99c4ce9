"""Real travel engines on the roads of Heidelberg, and stand-in servers on loopback."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools import road_engine

from .road_servers import RoadServer

ROOT = Path(__file__).resolve().parents[2]
EXTRACT = ROOT.parent / "shared" / "data" / "osm" / "heidelberg.osm.pbf"
ENGINES = Path(os.environ.get("DISPATCH_ENGINES", ROOT / ".engines"))


@contextmanager
def served(engine: str, graph: Path) -> Iterator[str]:
    """Build the graph, serve it on a free port, and stop the server by its own process id."""
    if not EXTRACT.exists():
        pytest.skip(f"the extract is not here: {EXTRACT.name}")
    if not road_engine.is_installed(engine, ENGINES):
        pytest.skip(
            f"the engine {engine} is not here: python tools/road_engine.py --engine {engine}"
            " --install-only"
        )
    road_engine.build(engine, ENGINES, EXTRACT, graph)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        road_engine.command(engine, ENGINES, graph, port),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        road_engine.wait_until_ready(engine, port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="session")
def osrm(tmp_path_factory) -> Iterator[str]:
    """Serve Heidelberg by OSRM, and return its address."""
    with served("osrm", tmp_path_factory.mktemp("osrm")) as url:
        yield url


@pytest.fixture(scope="session")
def valhalla(tmp_path_factory) -> Iterator[str]:
    """Serve Heidelberg by Valhalla, and return its address."""
    with served("valhalla", tmp_path_factory.mktemp("valhalla")) as url:
        yield url


@pytest.fixture
def road_server() -> Iterator[RoadServer]:
    """Return a server that answers as the test says."""
    with RoadServer() as server:
        yield server
