"""No spelling of a private address, and no changing name, reaches an inside host."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.model.check import Probe, Reading
from dispatch_cli.network.guard import RefusedAddressError, kind_refused, open_socket

from .looking import local, look
from .park import Park, http, redirects_along, says
from .spellings import disguises, hosts, urls


class Numbers:
    """Resolves numbers as the system does, and the name of this machine, without a network."""

    async def addresses(self, host: str) -> tuple[str, ...]:
        if host.strip(".").lower() == "localhost":
            return ("::1", "127.0.0.1")
        found = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
        return tuple(dict.fromkeys(each[4][0] for each in found))


class _Connections:
    """Records the connections of this process while it is on; a hook of Python stays for ever."""

    def __init__(self) -> None:
        self.made: list[object] = []
        self.is_on = False
        sys.addaudithook(self._note)

    def _note(self, event: str, details: tuple[object, ...]) -> None:
        if self.is_on and event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            self.made.append(details[-1])


_CONNECTIONS = _Connections()


@pytest.fixture
def connections() -> Iterator[list[object]]:
    """Return the connections of this process during a test."""
    _CONNECTIONS.made.clear()
    _CONNECTIONS.is_on = True
    yield _CONNECTIONS.made
    _CONNECTIONS.is_on = False


@pytest.fixture(scope="module")
def decoy(park: Park) -> int:
    """Open a port that no check may reach."""
    return park.serve(says(http(b'{"free": 1}')))


def _targets(decoy: int) -> list[tuple[str, Probe]]:
    spelled = list(dict.fromkeys(hosts()))
    web = [url for host in spelled for url in urls(host, decoy)] + list(disguises(decoy))
    probes = [Probe(kind="http", url=url, timeout_s=5.0) for url in web]
    probes += [Probe(kind="http", url=url, timeout_s=5.0, allow_private=True) for url in web[:20]]
    probes += [
        Probe(kind=kind, host=host, port=decoy, timeout_s=5.0)
        for host in spelled
        for kind in ("tcp", "tls", "sip")
    ]
    return [(f"p{number:04}", probe) for number, probe in enumerate(probes)]


def test_no_spelling_reaches_a_private_address(
    park: Park, decoy: int, connections: list[object]
) -> None:
    """No kind of check even tries to connect to any of over 300 spellings."""
    targets = _targets(decoy)
    assert len({probe.url or probe.host for _, probe in targets}) >= 300
    before = park.opened.get(("127.0.0.1", decoy), 0)
    seen = look(*targets, resolver=Numbers())
    assert len(seen.readings) == len(targets)
    park.settle()
    assert connections == []
    assert park.opened.get(("127.0.0.1", decoy), 0) == before
    assert [each for each in seen.readings if each.fault == "internal"] == []
    by_id = dict(targets)
    assert [
        _told(each, by_id) for each in seen.readings if each.state not in ("unknown", "down")
    ] == []


def _told(each: Reading, by_id: dict[str, Probe]) -> tuple[str, str, str]:
    return by_id[each.provider].url or by_id[each.provider].host, each.state, str(each.why)


def test_the_decoy_is_reached_where_it_is_allowed(park: Park, decoy: int) -> None:
    """The control: with allow_private the same spellings are reached."""
    before = park.opened.get(("127.0.0.1", decoy), 0)
    spelled = ("127.0.0.1", "localhost", "::ffff:127.0.0.1")
    probes = [
        (f"p{number}", local("tcp", host=host, port=decoy)) for number, host in enumerate(spelled)
    ]
    seen = look(*probes, ("web", local("http", url=f"http://127.0.0.1:{decoy}/")))
    park.settle()
    assert {each.state for each in seen.readings} == {"up"}
    assert park.opened["127.0.0.1", decoy] == before + 4


def test_no_leave_without_trust(park: Park, decoy: int) -> None:
    """A provider's own file cannot allow private addresses."""
    before = park.opened.get(("127.0.0.1", decoy), 0)
    probe = Probe(kind="tcp", host="127.0.0.1", port=decoy, allow_private=True)
    (seen,) = look(("p", probe)).readings
    assert seen.state == "unknown"
    assert "127.0.0.1 is loopback" in str(seen.why)
    assert park.opened.get(("127.0.0.1", decoy), 0) == before


def test_no_redirect_reaches_a_private_address(park: Park, decoy: int) -> None:
    """A chain of redirects from an allowed host reaches no other private host."""
    before = park.opened.get(("127.0.0.1", decoy), 0)
    ends = [url for host in dict.fromkeys(hosts()) for url in urls(host, decoy)]
    ends = [url for url in ends if "//localhost:" not in url.lower()] + list(disguises(decoy))
    ends = [url for url in ends if url.isascii() and url.isprintable() and url.startswith("http")]
    chains = []
    for number, end in enumerate(ends):
        hops = [f"/{hop}" for hop in range(number % 3)]
        port = park.serve(redirects_along(*hops, end))
        chains.append((end, local("http", url=f"http://localhost:{port}/", timeout_s=9.0)))
    assert len(chains) >= 250
    seen = look(*chains, resolver=Numbers())
    park.settle()
    assert [
        each for each in seen.readings if each.state not in ("degraded", "down", "unknown")
    ] == []
    assert [each for each in seen.readings if each.fault == "internal"] == []
    assert park.opened.get(("127.0.0.1", decoy), 0) == before


def test_addresses_are_judged_as_the_registries_say() -> None:
    """Public addresses pass, also inside of IPv6; every special kind is refused."""
    public = ("9.9.9.9", "193.0.14.129", "2a00:1450:4001::1", "64:ff9b::9.9.9.9", "::ffff:9.9.9.9")
    assert [kind_refused(each) for each in public] == [""] * 5
    kinds = {
        "127.0.0.1": "loopback",
        "10.1.2.3": "private",
        "100.64.0.1": "shared by a carrier (CGNAT)",
        "224.0.0.1": "multicast",
        "fd00::1": "private (unique local)",
        "64:ff9b::10.0.0.1": "private",
        "2002:808:808::1": "IPv4 in 6to4",
        "::127.0.0.1": "IPv4 in a form no longer used",
        "tow.example": "not an address",
        "4000::1": "not assigned",
    }
    assert {each: str(kind_refused(each)) for each in kinds} == kinds


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_nothing_passes_that_python_calls_private(address) -> None:
    """The list is never laxer than the standard library's."""
    if kind_refused(str(address)) == "":
        inner = getattr(address, "ipv4_mapped", None) or address
        in_nat64 = str(address).startswith("64:ff9b::")
        assert inner.is_global or in_nat64
        assert not any((inner.is_private, inner.is_multicast)) or in_nat64
    else:
        with pytest.raises(RefusedAddressError):
            open_socket(socket.AF_INET, socket.SOCK_STREAM, str(ip_address(address)))


_NAMESPACE = Path(__file__).parent / "rebinding.py"


def _can_make_namespaces() -> bool:
    try:
        made = subprocess.run(
            ["unshare", "-rn", "ip", "link", "set", "lo", "up"], capture_output=True, check=False
        )
    except FileNotFoundError:
        return False
    return made.returncode == 0


@pytest.mark.parametrize("kind", ["http", "tcp", "tls"])
def test_a_name_that_changes_between_two_look_ups(kind: str) -> None:
    """The checker connects to the address it checked; a client that resolves twice gets the decoy.

    Runs in a network of its own, where a public address is this machine.
    """
    if not _can_make_namespaces():
        pytest.skip("network namespaces are not permitted here")
    run = subprocess.run(
        ["unshare", "-rn", sys.executable, "-W", "error", "-m", "tests.checks.rebinding", kind],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    *_, last = run.stdout.splitlines()
    assert last == "public 1, decoy 0; looking twice: decoy 1"
