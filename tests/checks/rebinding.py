"""In a network of its own: a name that is public when looked at and loopback when looked at again.

unshare -rn python -m tests.checks.rebinding http
"""

import asyncio
import subprocess
import sys
from itertools import count

from dispatch_cli.model.check import Probe
from dispatch_cli.network.guard import kind_refused

from .looking import look
from .park import Park, http, says

_PUBLIC = "193.0.14.129"  # Any public address; in this network it is this machine.


class Changing:
    """Resolves a name to a public address first, and to loopback afterwards."""

    def __init__(self) -> None:
        self.asked = count()

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Return the next address of any name."""
        return (_PUBLIC if next(self.asked) == 0 else "127.0.0.1",)


async def naive(names: Changing, port: int) -> None:
    """Resolve a name, accept its address, and connect by name: the mistake."""
    (first,) = await names.addresses("tow.example")
    assert kind_refused(first) == ""
    (again,) = await names.addresses("tow.example")
    _, writer = await asyncio.open_connection(again, port)
    writer.close()
    await writer.wait_closed()


def main(kind: str) -> None:
    """Check the name with the guard and without, and count the connections."""
    for command in (["link", "set", "lo", "up"], ["addr", "add", f"{_PUBLIC}/32", "dev", "lo"]):
        subprocess.run(["ip", *command], check=True)
    park = Park()
    public = park.serve(says(http()), host=_PUBLIC)
    decoy = park.serve(says(http()), port=public)
    assert public == decoy
    probe = Probe(
        kind=kind,
        url=f"http://tow.example:{public}/",
        host="tow.example",
        port=public,
        timeout_s=0.5,
    )
    look(("p", probe), resolver=Changing())
    park.settle()
    by_guard = (park.opened.get((_PUBLIC, public), 0), park.opened.get(("127.0.0.1", decoy), 0))
    asyncio.run(naive(Changing(), decoy))
    park.settle()
    park.close()
    by_twice = park.opened.get(("127.0.0.1", decoy), 0)
    print(f"public {by_guard[0]}, decoy {by_guard[1]}; looking twice: decoy {by_twice}")


if __name__ == "__main__":
    main(sys.argv[1])
