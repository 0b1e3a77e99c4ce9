"""Programs that use one log and are controlled by a pipe."""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from dispatch_cli.errors import DispatchError
from dispatch_cli.model.case import Act
from dispatch_cli.store import Store
from dispatch_cli.store.database import Database

from .sample import NOW, case, personal


def plain(path: Path) -> Store:
    """Open the log as every command does."""
    return Store(Database(path, now=NOW, wait_s=5))


def open_case(store: Store, token: int) -> None:
    """Record a case with a token in its only record."""
    with store.deciding() as tx:
        made = tx.new_case(case(), personal())
        tx.append(
            Act(at=NOW, operator="mara", action="open", case_id=made.id, details={"token": token})
        )


def tokens_in(store: Store) -> list[int]:
    """Find the tokens of all records; raises DispatchError also for what ``verify`` finds."""
    with store.reading() as reader:
        tokens = [int(str(each.details["token"])) for each in reader.acts() if each.case_id]
        found = reader.verify()
    found += store.check()
    if found:
        raise DispatchError(*found)
    return tokens


class Program:
    """A process with the log open, as ``case work`` has it; it ends after its first error."""

    _pipes: ClassVar[set[int]] = set()
    """Our ends of all pipes: a child that kept one would keep another program from its end."""

    def __init__(self, path: Path) -> None:
        self.is_ended = False
        asking, self._commands = os.pipe()
        self._answers, telling = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            for pipe in (self._commands, self._answers, *self._pipes):
                os.close(pipe)
            try:
                _serve(path, os.fdopen(asking), telling)
            finally:
                os._exit(0)
        os.close(asking)
        os.close(telling)
        self._pipes.update((self._commands, self._answers))

    def tell(self, command: str) -> str:
        """Send a command; returns the answer."""
        self.start(command)
        return self.answer()

    def killed_in(self, command: str, after_s: float) -> str:
        """Send a command and kill the program some time later; "" without an answer."""
        self.start(command)
        until = time.perf_counter() + after_s
        while time.perf_counter() < until:
            pass
        os.kill(self.pid, signal.SIGKILL)
        answer = self.answer()
        self.end()
        return answer

    def end(self) -> None:
        """Close its commands, whereupon it closes the log and ends."""
        if self.is_ended:
            return
        self.is_ended = True
        for pipe in (self._commands, self._answers):
            self._pipes.remove(pipe)
            os.close(pipe)
        os.waitpid(self.pid, 0)

    def start(self, command: str) -> None:
        """Send a command, without waiting for its answer."""
        with suppress(BrokenPipeError):
            os.write(self._commands, f"{command}\n".encode())

    def answer(self) -> str:
        """Wait for the answer; "" if the program has ended."""
        heard = b""
        while not heard.endswith(b"\n"):
            more = os.read(self._answers, 1)
            if not more:
                return ""
            heard += more
        return heard.decode().rstrip("\n")


def _serve(path: Path, commands: Iterable[str], telling: int) -> None:
    store = plain(path)
    try:
        for line in commands:
            os.write(telling, (_done(store, line.split()) + "\n").encode())
    except DispatchError as error:
        os.write(telling, f"said {error}".replace("\n", " ").encode() + b"\n")
    except BaseException as error:
        os.write(telling, f"bug {error!r}".replace("\n", " ").encode() + b"\n")
        raise
    with suppress(DispatchError):
        store.close()


def _done(store: Store, words: list[str]) -> str:
    if words[0] == "open":
        open_case(store, int(words[1]))
        return f"opened {words[1]}"
    if words[0] == "backup":
        store.back_up(Path(words[1]), keep=int(words[2]) if words[2:] else 2)
        return "backed up"
    if words[0] == "look":
        return str(tokens_in(store))
    if words[0] == "wait":
        time.sleep(60)
    made = store.restore(Path(words[1]), operator="mara")
    return f"restored {made.missing}"


def with_cases(path: Path, *tokens: int) -> None:
    """Record a case for each token, and close the log."""
    with plain(path) as store:
        for token in tokens:
            open_case(store, token)


def back_up(path: Path, copy: Path) -> None:
    """Copy a log to a new file."""
    with plain(path) as store:
        store.back_up(copy, keep=None)


def killed_after(path: Path, tokens: range) -> None:
    """Record cases in a program that is killed, as every command ends: its -wal stays full."""
    program = Program(path)
    for token in tokens:
        assert program.tell(f"open {token}") == f"opened {token}"
    program.killed_in("wait", 0)
    assert Path(f"{path}-wal").stat().st_size
