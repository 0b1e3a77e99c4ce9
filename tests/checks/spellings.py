"""Spellings of addresses that no check may reach."""

from collections.abc import Iterator

_IPV4_TARGETS = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "10.255.255.254", "172.16.0.1",  # noqa: S104
    "172.31.255.254", "192.168.0.1", "192.168.178.1", "169.254.169.254", "169.254.170.2",
    "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "168.63.129.16",
)  # fmt: skip
_IPV6_TARGETS = (
    "::", "::1", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001", "::0001",
    "::1%lo", "fe80::1", "fe80::1%eth0", "febf::1", "fc00::1", "fd00:ec2::254", "fdff::1",
    "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1", "3fff::1", "100::1", "5f00::1",
    "64:ff9b:1::1", "2001::1", "2001:0:7f00:1::", "4000::1",
    "2a00:1450::5efe:7f00:1", "2a00:1450::200:5efe:10.0.0.1",
)  # fmt: skip


def hosts() -> Iterator[str]:
    """Spell each address in every way that a resolver or library accepts."""
    for target in _IPV4_TARGETS:
        yield from _ipv4_spellings(target)
    yield from _IPV6_TARGETS
    yield from (
        "localhost",
        "LOCALHOST",
        "localhost.",
        "LocalHost",
        "loc\u00adalhost",
        "ｌocalhost",
    )


def _ipv4_spellings(target: str) -> Iterator[str]:
    a, b, c, d = (int(part) for part in target.split("."))
    number = (a << 24) | (b << 16) | (c << 8) | d
    yield target
    yield f"{target}."
    yield str(number)
    yield f"{number:#x}"
    yield f"{number:#X}"
    yield f"0{number:o}"
    yield f"{a:#x}.{b:#x}.{c:#x}.{d:#x}"
    yield f"0{a:o}.0{b:o}.0{c:o}.0{d:o}"
    yield f"{a:#x}.0{b:o}.{c}.{d}"
    yield f"{a}.{(b << 16) | (c << 8) | d}"
    yield f"{a}.{b}.{(c << 8) | d}"
    yield target.replace(".", "。")
    yield target.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    yield target.translate({ord("0"): "⓪"} | {ord(str(n)): chr(0x245F + n) for n in range(1, 10)})
    yield f"::ffff:{target}"
    yield f"::ffff:{number >> 16:x}:{number & 0xFFFF:x}"
    yield f"0:0:0:0:0:ffff:{target}"
    yield f"::{target}"
    yield f"::ffff:0:{target}"
    yield f"64:ff9b::{target}"
    yield f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"


def urls(host: str, port: int) -> Iterator[str]:
    """Make the URL of a host."""
    there = f"[{host.replace('%', '%25')}]" if ":" in host else host
    yield f"http://{there}:{port}/"


def disguises(port: int) -> Iterator[str]:
    """Make URLs that hide their host, and URLs that are not HTTP."""
    yield from (
        f"http://tow.example@127.0.0.1:{port}/",
        f"http://tow.example:pass@127.0.0.1:{port}/",
        f"http://tow.example%40127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}#@tow.example/",
        f"http://127.0.0.1:{port}?@tow.example/",
        f"http://127.0.0.1:{port}\\@tow.example/",
        f"http://tow.example\\@127.0.0.1:{port}/",
        f"http:/\\127.0.0.1:{port}/",
        f"http:///127.0.0.1:{port}/",
        f"http:127.0.0.1:{port}/",
        f"//127.0.0.1:{port}/",
        f"HTTP://127.0.0.1:{port}/",
        f" http://127.0.0.1:{port}/",
        f"http://127.0.0.1 :{port}/",
        f"http://127.0.0.1\t:{port}/",
        f"http://127.0.0.1\r\nHost: x:{port}/",
        f"http://127.0.0.1%00.tow.example:{port}/",
        f"http://127.0.0.1%2f:{port}/",
        f"http://%31%32%37.0.0.1:{port}/",
        f"http://[::1%25lo]:{port}/",
        f"http://[::]:{port}/",
        f"http://[::ffff:127.0.0.1]:{port}/",
        f"gopher://127.0.0.1:{port}/",
        f"ftp://127.0.0.1:{port}/",
        "file://127.0.0.1/etc/passwd",
        f"ws://127.0.0.1:{port}/",
        f"dict://127.0.0.1:{port}/x",
        "unix:///var/run/docker.sock",
        "http+unix://%2Fvar%2Frun/x",
        f"http://:{port}/",
        "http://:@/",
        "",
    )
