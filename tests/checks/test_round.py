"""A round of checks: order, limits, and faults of the observer."""

import asyncio
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from dispatch_cli.checks import look_at
from dispatch_cli.checks.round import in_turn
from dispatch_cli.model.check import CheckSettings, HostPort, Probe
from dispatch_cli.network.host_names import SystemResolver

from .looking import local, look, reading, real_now
from .park import Park, http, says, tar_pit


class Cut:
    """A resolver without a network."""

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Fail as the system does without a resolver."""
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def test_the_order_follows_from_the_ids_alone() -> None:
    """The order depends neither on the file nor on the alphabet."""
    targets = [(f"firm-{number}", Probe(kind="tcp", port=number)) for number in range(100)]
    turns = in_turn(targets)
    assert turns == in_turn(reversed(targets))
    assert [name for name, _ in turns] != sorted(dict(targets))
    first_halves = {name for name, _ in turns[:50]}
    assert 10 < len([name for name, _ in targets[:50] if name in first_halves]) < 40


def test_all_probes_of_a_provider_are_looked_at(park: Park) -> None:
    """Two checks of one provider give two readings, in the file's order."""
    port = park.serve(says(http()))
    good = local("tcp", host="127.0.0.1", port=port)
    web = local("http", url=f"http://127.0.0.1:{port}/")
    seen = look(("a", good), ("b", good), ("a", web))
    assert [each.kind for each in seen.readings if each.provider == "a"] == ["tcp", "http"]
    assert len(seen.readings) == 3


def test_no_more_run_at_once_than_is_set(park: Park) -> None:
    """The limit of parallel checks is kept at every moment."""
    running, most = 0, 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.02)
        running -= 1
        writer.write(http())
        await writer.drain()

    probe = local("http", url=f"http://127.0.0.1:{park.serve(serve)}/", timeout_s=10.0)
    seen = look(*[(f"p{n}", probe) for n in range(40)], settings=CheckSettings(concurrency=7))
    assert {each.state for each in seen.readings} == {"up"}
    assert 5 <= most <= 7


def test_one_look_is_one_sample(park: Park) -> None:
    """A failed check is not repeated: one connection each."""
    port = park.serve(says(http(b"", "500 Oops")))
    before = park.opened.get(("127.0.0.1", port), 0)
    seen = look(("a", local("http", url=f"http://127.0.0.1:{port}/")))
    assert [each.state for each in seen.readings] == ["down"]
    assert park.opened["127.0.0.1", port] - before == 1


class Stalling:
    """Blocks the whole loop, as an overloaded machine does."""

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Answer late, and delay all other checks as well."""
        if host == "slow.example":
            time.sleep(0.8)
        return ("127.0.0.1",)


def test_a_time_out_while_the_checker_lags_says_nothing(park: Park) -> None:
    """A time-out caused by the checker's own delay is unknown; an answer still counts."""
    silent = park.serve(tar_pit)
    well = park.serve(says(http()))
    seen = look(
        ("silent", local("http", url=f"http://127.0.0.1:{silent}/")),
        ("stalls", local("http", url=f"http://slow.example:{well}/", timeout_s=5.0)),
        ("well", local("http", url=f"http://127.0.0.1:{well}/", timeout_s=5.0)),
        resolver=Stalling(),
    )
    found = {each.provider: each for each in seen.readings}
    assert (found["silent"].state, found["silent"].fault) == ("unknown", "lag")
    assert "late by 0." in str(found["silent"].why)
    assert found["stalls"].state == "up"
    assert found["well"].state == "up"


class Broken:
    """A resolver with a bug."""

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Fail with an unexpected error, if there is a name to resolve."""
        if host == "127.0.0.1":
            return (host,)
        raise LookupError("Bearer s3cret")


def test_a_fault_of_the_checker_changes_no_other_state(park: Park) -> None:
    """A bug in one check makes it unknown, without the error's text; the others continue."""
    port = park.serve(says(http()))
    seen = look(
        ("odd", local("tcp", host="tow.example", port=port)),
        ("fine", local("tcp", host="127.0.0.1", port=port)),
        resolver=Broken(),
    )
    by_name = {each.provider: each for each in seen.readings}
    assert by_name["fine"].state == "up"
    found = by_name["odd"]
    assert (found.state, found.fault) == ("unknown", "internal")
    assert str(found.why) == "the checker failed (LookupError)"


@pytest.mark.parametrize("kind", ["http", "tcp", "tls", "sip"])
def test_no_resolver_is_seen_as_such(kind: str) -> None:
    """Every reading of a round without a resolver has that fault."""
    probe = Probe(kind=kind, url="", host="tow.example", port=5060, timeout_s=1.0)
    if kind == "http":
        probe = Probe(kind=kind, url="http://tow.example/", timeout_s=1.0)
    seen = look(*[(f"p{number}", probe) for number in range(20)], resolver=Cut())
    assert {(each.state, each.fault, str(each.why)) for each in seen.readings} == {
        ("down", "resolver", "name not resolved")
    }


@pytest.mark.parametrize("runs", [20, pytest.param(200, marks=pytest.mark.ci)])
def test_a_blackout_is_distinguished_from_an_outage(runs: int, park: Park) -> None:
    """Without a network all failures have the resolver's fault; a real outage has none."""
    well, gone = park.serve(says(http())), _closed_port()
    reference = CheckSettings(reference=HostPort("127.0.0.1", well), is_trusted=True)
    cut_off = CheckSettings(reference=HostPort("reference.example", 443), is_trusted=True)
    far = Probe(kind="tcp", host="tow.example", port=80, timeout_s=1.0)
    for run in range(runs):
        if run % 10:
            seen = look(("a", far), ("b", far), settings=cut_off, resolver=Cut())
            assert seen.reference_ok is False
            assert {each.fault for each in seen.readings} == {"resolver"}
        else:
            seen = look(
                ("well", local("tcp", host="127.0.0.1", port=well)),
                ("gone", local("tcp", host="127.0.0.1", port=gone)),
                settings=reference,
            )
            assert seen.reference_ok is True
            found = {
                each.provider: (each.state, each.fault, str(each.why)) for each in seen.readings
            }
            assert found == {"well": ("up", "", f"port {well} open"),
                             "gone": ("down", "", "connection refused")}  # fmt: skip


_BLACKOUT = """
import sys
from datetime import UTC, datetime
from dispatch_cli.checks import look_at
from dispatch_cli.model.check import CheckSettings, HostPort, Probe
probes = [("web", Probe(kind="http", url="http://193.0.14.129/")),
    ("port", Probe(kind="tcp", host="193.0.14.129", port=80)),
    ("six", Probe(kind="tls", host="2001:7fd::1", port=443)),
    ("sip", Probe(kind="sip", host="193.0.14.129")),
    ("name", Probe(kind="tcp", host="tow.example", port=80))]
seen = look_at(probes, CheckSettings(reference=HostPort("193.0.14.129", 53)),
    clock=lambda: datetime.now(UTC), budget_s=20)
found = {(each.provider, each.state, each.fault) for each in seen.readings}
print(seen.reference_ok, sorted(found))
"""


def test_a_network_without_a_route_is_seen_as_such() -> None:
    """In a network namespace without routes, every failure has that fault."""
    try:
        run = subprocess.run(
            ["unshare", "-rn", sys.executable, "-W", "error", "-c", _BLACKOUT],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("unshare is not here")
    if "unshare" in run.stderr and "not permitted" in run.stderr:
        pytest.skip("network namespaces are not permitted here")
    assert run.stderr == ""
    assert run.stdout.strip() == (
        "False [('name', 'down', 'resolver'), ('port', 'down', 'route'), "
        "('sip', 'down', 'route'), ('six', 'down', 'route'), ('web', 'down', 'route')]"
    )


def test_the_reference_is_asked_again_after_a_failure(park: Park) -> None:
    """A network that fails during a round is noticed by the second test of the reference."""
    stops = _OneAnswer()
    seen = look(
        ("gone", local("http", url=f"http://127.0.0.1:{park.serve(tar_pit)}/", timeout_s=0.4)),
        settings=CheckSettings(reference=HostPort("127.0.0.1", stops.port), is_trusted=True),
    )
    assert seen.reference_ok is False


class _OneAnswer:
    """Listens until the first connection."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        opened, _ = self._socket.accept()
        opened.close()
        self._socket.close()


def test_without_a_reference_the_result_is_none() -> None:
    """Without a reference target the result is None."""
    assert look().reference_ok is None


def test_a_private_reference_needs_a_file_that_the_user_named(park: Park) -> None:
    """A found file cannot make the checker connect to an inside host."""
    port = park.serve(says())
    settings = CheckSettings(reference=HostPort("127.0.0.1", port))
    assert look(settings=settings).reference_ok is False
    park.settle()
    assert ("127.0.0.1", port) not in park.opened


def test_a_hanging_resolver_delays_no_other_look() -> None:
    """A hanging resolver delays neither a check's time-out nor the program's end."""
    script = """
import socket, threading
from datetime import UTC, datetime
from dispatch_cli.checks import look_at
from dispatch_cli.network import host_names
from dispatch_cli.model.check import CheckSettings, Probe
class Hung(host_names.SystemResolver):
    def _ask(self, host, answer):
        for _ in range(64):
            self._questions.put(threading.Event().wait)
        super()._ask(host, answer)
seen = look_at([("p", Probe(kind="tcp", host="tow.invalid", port=1, timeout_s=0.5))],
    CheckSettings(), clock=lambda: datetime.now(UTC), budget_s=5, resolver=Hung())
print(str(seen.readings[0].why), seen.readings[0].fault)
"""
    begun = time.monotonic()
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "name not resolved within 0.5 s resolver"
    assert time.monotonic() - begun < 8.0


class Counted(SystemResolver):
    """The system's resolver, which records its queries."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def _ask(self, host: str, answer: Any) -> None:
        self.asked.append(host)
        super()._ask(host, answer)


def test_the_system_knows_this_machine(park: Park) -> None:
    """The hosts file counts, each host is resolved once, and an unknown name raises no error."""
    port = park.serve(says(http()))
    probe = local("http", url=f"http://localhost:{port}/")
    names = Counted()
    seen = look(*[(f"p{number}", probe) for number in range(30)], resolver=names)
    names.close()
    assert {each.state for each in seen.readings} == {"up"}
    assert names.asked == ["localhost"]
    for host in ("a..b", "x" * 70, "nul\0", "_.invalid"):
        assert reading(local("tcp", host=host, port=1)).fault == "resolver"


def test_open_files_bound_what_runs_at_once(park: Park) -> None:
    """Under a low limit of open files fewer checks run together, and all are made."""
    port = park.serve(says(http()))
    script = f"""
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
from datetime import UTC, datetime
from dispatch_cli.checks import look_at
from dispatch_cli.model.check import CheckSettings, Probe
probe = Probe(kind="http", url="http://127.0.0.1:{port}/", allow_private=True, is_trusted=True)
seen = look_at([(str(n), probe) for n in range(300)], CheckSettings(),
    clock=lambda: datetime.now(UTC), budget_s=30)
print({{each.state for each in seen.readings}}, len(seen.readings))
"""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "{'up'} 300"


def test_the_limit_of_open_files_is_raised_where_it_may_be() -> None:
    """A soft limit that is too low is raised."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    probe = local("tcp", host="127.0.0.1", port=_closed_port(), timeout_s=9.0)
    few = len(os.listdir("/proc/self/fd")) + 100  # The servers of the other tests are open too.
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, hard))
    try:
        seen = look(
            *[(f"p{number}", probe) for number in range(few)],
            settings=CheckSettings(concurrency=few),
        )
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 2 * few + 64
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert {str(each.why) for each in seen.readings} == {"connection refused"}


def test_the_moment_of_a_look_is_the_clocks(park: Park) -> None:
    """``at`` is the time of the clock at the start of the check."""
    probe = local("tcp", host="127.0.0.1", port=park.serve(says()))
    before = real_now()
    seen = look_at([("p", probe)], CheckSettings(), clock=real_now, budget_s=5)
    assert before <= seen.readings[0].at <= real_now()
    assert 0 < seen.seconds < 5


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        return opened.getsockname()[1]


def test_importing_the_layer_loads_no_client() -> None:
    """Importing the package loads neither asyncio nor an HTTP client."""
    script = """
import sys
from dispatch_cli import checks
print({"asyncio", "httptools", "ssl"} & set(sys.modules))
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
