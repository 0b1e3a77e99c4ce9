"""Resolve names in threads, so that a hanging resolver delays neither a run nor its end."""

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


class Resolver(Protocol):
    """Resolves names; tests replace the one of the system."""

    async def addresses(self, host: str) -> tuple[str, ...]:
        """List the numeric addresses of a host; raises OSError if there are none."""
        ...


async def known_addresses(names: Resolver, host: str) -> tuple[str, ...]:
    """List at least one address of a host; raises OSError."""
    addresses = await names.addresses(host)
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    return addresses


class SystemResolver:
    """The resolver of the system, with its hosts file.

    It blocks and cannot be interrupted, so that it runs in daemon threads: neither the end of a run
    nor that of the program waits for them. Each host is resolved once a round.
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
            # The check may have ended when the resolver fails: retrieve the error here.
            answer.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._ask(host, answer)
        return await asyncio.shield(answer)

    def close(self) -> None:
        """End each thread after its current name."""
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

            with suppress(RuntimeError):  # the round is over, and its loop closed
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
    except ValueError as error:  # an invalid name: too long, empty, with NUL
        return (), socket.gaierror(socket.EAI_NONAME, str(error))
    return tuple(dict.fromkeys(str(each[4][0]) for each in found)), None


def _is_numeric(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
