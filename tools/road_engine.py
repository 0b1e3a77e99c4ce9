"""Build a road graph from an OpenStreetMap extract and serve it on this machine.

    python tools/road_engine.py FILE.osm.pbf [--engine osrm|valhalla] [--port N] [--folder DIR]

The executables come from the wheels of osrm-bindings and pyvalhalla, which pip puts into a folder
of their own: they need no Python. The graph is built again when the file has changed. Ctrl-C ends
the server.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

PACKAGES = {"osrm": "osrm-bindings==26.10.0", "valhalla": "pyvalhalla==3.9.1"}
"""The versions with which road minutes are tested. They are not in constraints.txt, because no
environment has them: their wheels are for newer versions of Python than this project needs."""
PORTS = {"osrm": 5000, "valhalla": 8002}
READY_S = 30


def main() -> int:
    """Install, build and serve, and say the address."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extract", type=Path, nargs="?")
    parser.add_argument("--engine", choices=PACKAGES, default="osrm")
    parser.add_argument("--port", type=int)
    parser.add_argument("--folder", type=Path, default=Path(".engines"))
    parser.add_argument("--install-only", action="store_true")
    options = parser.parse_args()
    install(options.engine, options.folder)
    if options.install_only:
        return 0
    if options.extract is None:
        parser.error("name an extract: FILE.osm.pbf")
    graph = options.folder / f"{options.engine}-{options.extract.name.partition('.')[0]}"
    if not is_built(graph, options.extract):
        shutil.rmtree(graph, ignore_errors=True)
        build(options.engine, options.folder, options.extract, graph)
        (graph / "done").write_text(stamp_of(options.extract))
    port = options.port or PORTS[options.engine]
    server = subprocess.Popen(command(options.engine, options.folder, graph, port))
    try:
        wait_until_ready(options.engine, port, server)
        print(f"ready: --router {options.engine}=http://localhost:{port}", flush=True)
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        server.terminate()
        server.wait()


def stamp_of(extract: Path) -> str:
    """Return a text that is another one when an extract has changed or is another file."""
    path = extract.resolve()
    found = path.stat()
    return blake2b(
        f"{path}|{found.st_size}|{found.st_mtime_ns}".encode(), digest_size=8
    ).hexdigest()


def is_built(graph: Path, extract: Path) -> bool:
    """Return whether the graph of an extract, as it is now, is in a folder."""
    try:
        return (graph / "done").read_text() == stamp_of(extract)
    except FileNotFoundError:
        return False


def is_installed(engine: str, folder: Path) -> bool:
    """Return whether the executables of an engine are in a folder."""
    return _program(engine, folder, {"osrm": "osrm-routed", "valhalla": "valhalla_service"}[engine]
                    ).exists()  # fmt: skip


def install(engine: str, folder: Path) -> None:
    """Put the executables of an engine into a folder, unless they are there."""
    if is_installed(engine, folder):
        return
    # Both wheels are for Python 3.12 and later; the executables in them run without Python.
    subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--target", folder / engine,
            "--python-version", "3.12", "--only-binary=:all:", "--no-deps", PACKAGES[engine],
        ],
        check=True,
    )  # fmt: skip


def build(engine: str, folder: Path, extract: Path, graph: Path) -> None:
    """Build the graph of an extract in a folder of its own."""
    graph.mkdir(parents=True, exist_ok=True)
    if engine == "osrm":
        area = graph / "area.osrm"
        link = graph / "area.osm.pbf"
        link.unlink(missing_ok=True)
        link.symlink_to(extract.resolve())
        profile = folder / "osrm" / "osrm" / "share" / "profiles" / "car.lua"
        # With a version the answers of an older graph, which dispatch keeps for a day, are void.
        version = ("--data_version", stamp_of(extract))
        _run(_program(engine, folder, "osrm-extract"), "-p", profile, *version, link)
        _run(_program(engine, folder, "osrm-partition"), area)
        _run(_program(engine, folder, "osrm-customize"), area)
        return
    config = _valhalla_config(folder, graph, PORTS[engine])
    _run(_program(engine, folder, "valhalla_build_tiles"), "-c", config, extract)


def command(engine: str, folder: Path, graph: Path, port: int) -> Sequence[str | Path]:
    """Return the command that serves a graph on loopback."""
    if engine == "osrm":
        program = _program(engine, folder, "osrm-routed")
        return [program, "--algorithm", "mld", "--ip", "127.0.0.1", "--port", str(port),
                graph / "area.osrm"]  # fmt: skip
    config = _valhalla_config(folder, graph, port)
    return [_program(engine, folder, "valhalla_service"), config, "1"]


def wait_until_ready(engine: str, port: int, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers; raises TimeoutError, and ChildProcessError if it has ended."""
    path = {"osrm": "/nearest/v1/driving/8.68,49.41", "valhalla": "/status"}[engine]
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        if server.poll() is not None:
            raise ChildProcessError(f"{engine} ended with {server.returncode}")
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise TimeoutError(f"{engine} does not answer")


def _program(engine: str, folder: Path, name: str) -> Path:
    return (folder / engine / engine / "bin" / name).absolute()


def _valhalla_config(folder: Path, graph: Path, port: int) -> Path:
    """Write the configuration of Valhalla, with sockets in the folder of the graph."""
    graph = graph.absolute()
    found = subprocess.run(
        [
            sys.executable, folder / "valhalla" / "valhalla" / "valhalla_build_config.py",
            "--mjolnir-tile-dir", graph / "tiles",
            "--httpd-service-listen", f"tcp://127.0.0.1:{port}",
            "--httpd-service-loopback", f"ipc://{graph}/loopback",
            "--httpd-service-interrupt", f"ipc://{graph}/interrupt",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    path = graph / f"config-{port}.json"
    path.write_bytes(found.stdout)
    return path


def _run(*words: str | Path) -> None:
    """Run a program quietly; its output is shown if it fails."""
    environment = {**os.environ, "OMP_NUM_THREADS": "2"}
    done = subprocess.run(words, capture_output=True, env=environment, check=False)
    if done.returncode:
        sys.stderr.buffer.write(done.stdout + done.stderr)
        raise ChildProcessError(f"{words[0]} ended with {done.returncode}")


if __name__ == "__main__":
    raise SystemExit(main())
