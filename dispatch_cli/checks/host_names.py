"""From a name to addresses, without a resolver that hangs holding up a run or its end."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

_MOST_THREADS = 32

_Answer = tuple[str, ...]


class Names(Protocol):
    """Who looks names up; a test puts another in the system's place."""

    async def addresses(self, host: str) -> tuple[str, ...]:
        """List the numeric addresses of a host; raises OSError where there are none."""
        ...


async def known_addresses(names: Names, host: str) -> tuple[str, ...]:
    """List at least one address of a host; raises OSError."""
    addresses = await names.addresses(host)
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    return addresses


class SystemNames:
    """The system's own resolver, hosts file and all.

    It blocks and cannot be interrupted, so it is asked in daemon threads: neither the end of a
    run nor that of the program waits for them. Each host is asked once a round.
    """

    def __init__(self) -> None:
        self._asked: dict[str, asyncio.Future[_Answer]] = {}
        self._questions: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads = 0

    async def addresses(self, host: str) -> tuple[str, ...]:
        """List the addresses of a host, numeric, in the system's order of preference."""
        if _is_numeric(host):
            return (host,)
        answer = self._asked.get(host)
        if answer is None:
            answer = self._asked[host] = asyncio.get_running_loop().create_future()
            # Whoever asked may be gone when it fails.
            answer.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._ask(host, answer)
        return await asyncio.shield(answer)

    def close(self) -> None:
        """Let the threads end once they have what they ask for."""
        for _ in range(self._threads):
            self._questions.put(None)

    def _ask(self, host: str, answer: "asyncio.Future[_Answer]") -> None:
        loop = answer.get_loop()

        def look_up() -> None:
            addresses, error = _looked_up(host)

            def tell() -> None:
                if answer.done():
                    return
                if error is None:
                    answer.set_result(addresses)
                else:
                    answer.set_exception(error)

            with suppress(RuntimeError):  # The round is over, and nobody waits for it.
                loop.call_soon_threadsafe(tell)

        self._questions.put(look_up)
        if self._threads < _MOST_THREADS:
            self._threads += 1
            Thread(target=self._work, name="dispatch-names", daemon=True).start()

    def _work(self) -> None:
        while (look_up := self._questions.get()) is not None:
            look_up()


def _looked_up(host: str) -> tuple[_Answer, OSError | None]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        return (), error
    except ValueError as error:  # A name that no resolver is asked for: too long, empty, with NUL.
        return (), socket.gaierror(socket.EAI_NONAME, str(error))
    return tuple(dict.fromkeys(str(each[4][0]) for each in found)), None


def _is_numeric(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
