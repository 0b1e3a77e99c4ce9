"""A worker that makes small decisions, one journal record each, from any state.

The newest case tells how far it has come: opened, accepted, closed, forgotten. So after a crash
the number of records alone tells what the log must have.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from sqlite3 import Connection

from msgspec.structs import replace

from dispatch_cli.errors import DispatchError
from dispatch_cli.messages import Message
from dispatch_cli.model.case import Case
from dispatch_cli.store import Store
from dispatch_cli.store.database import Database

from .sample import MINUTE, NOW, accepted, act, case, closed, personal

STAGES = ("open", "accept", "close", "forget")


class HastyDatabase(Database):
    """The control: commits that are not on the disk when they are acknowledged."""

    def connect(self, path: Path) -> Connection:
        """Open a file without waiting for the disk at each commit."""
        connection = super().connect(path)
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


class DyingDatabase(Database):
    """A case log whose program is killed when it begins a statement, counted from the first."""

    dies_at = 0

    def connect(self, path: Path) -> Connection:
        """Open a file and count the statements from the first transaction on."""
        connection = super().connect(path)
        begun: list[str] = []

        def look(statement: str) -> None:
            if begun or statement.startswith("BEGIN"):
                begun.append(statement)
                if len(begun) == self.dies_at:
                    os.kill(os.getpid(), signal.SIGKILL)

        connection.set_trace_callback(look)
        return connection


def plain_environment() -> dict[str, str]:
    """Return the environment for a worker without coverage."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")}


def opened(path: Path, *, hasty: bool = False) -> Store:
    """Open the case log, or the control."""
    return Store((HastyDatabase if hasty else Database)(path, now=NOW))


def decide_next(store: Store, *, wipe_after: bool = True) -> int:
    """Take the next decision; returns the number of its record, which is on the disk."""
    with store.deciding() as tx:
        newest = next(iter(tx.cases(open_only=False, limit=1)), None)
        stage = stage_after(newest)
        if newest is None or stage == "open":
            number = 1 + (newest.id if newest else 0)
            newest = tx.new_case(case(), personal(caller=canary(number)))
        elif stage == "accept":
            tx.save(newest, replace(newest, offers=(accepted(provider=f"p{newest.id % 7}"),)))
            tx.set_text(newest.id, "1.because", canary(newest.id))
        elif stage == "close":
            tx.save(newest, closed(newest, NOW + 60 * MINUTE))
        else:
            tx.forget(newest.id, NOW + 61 * MINUTE)
        tx.append(act(stage, newest.id))
        number = int(tx.head().partition(":")[0])
    if stage == "forget" and wipe_after:
        store.after_erasure()
    return number


def canary(case_id: int) -> str:
    """Make the personal data of a case."""
    return f"Zwiebelkuchen <{case_id}>"


def stage_after(newest: Case | None) -> str:
    """Return the next step for the newest case."""
    if newest is None or newest.forgotten_at is not None:
        return "open"
    if newest.closed_at is not None:
        return "forget"
    return "close" if newest.offers else "accept"


def problems(store: Store, acknowledged: int) -> list[Message | str]:
    """List the problems of a log after a crash."""
    with store.reading() as reader:
        acts = [each for each in reader.acts() if each.case_id]
        cases = reader.cases(open_only=False)
        found = reader.verify(reader.head())
        forgotten = {each.id for each in cases if each.forgotten_at}
        erased = {each.id for each in cases if reader.personal(each.id) is None}
        engaged = [each for group in reader.bookings().values() for each in group]
    if len(acts) < acknowledged:
        found.append(f"lost {acknowledged - len(acts)} of {acknowledged} acknowledged")
    done = [(each.action, each.case_id) for each in acts]
    should = [(stage, case_id) for case_id in range(1, len(cases) + 1) for stage in STAGES]
    if done != should[: len(done)] or len(cases) != -(-len(done) // len(STAGES)):
        found.append("records out of step with the cases")
    for each in cases:
        steps = sum(case_id == each.id for _, case_id in done)
        is_so = (bool(each.offers), each.closed_at is not None, each.forgotten_at is not None)
        if is_so != (steps > 1, steps > 2, steps > 3):
            found.append(f"case {each.id} is half done: {is_so} after {steps} records")
    if erased != forgotten:
        found.append(f"personal data out of step: {erased ^ forgotten}")
    live = [each.id for each in cases if each.offers and each.closed_at is None]
    if [each.case_id for each in engaged] != live:
        found.append("units out of step")
    found += [each for each in store.check() if "erasure" not in str(each)]
    if forgotten:
        store.after_erasure()
        found += [
            f"{canary(number)} was erased and is still in {path.name}"
            for path in sorted(store.path.parent.glob(f"{store.path.name}*"))
            for number in sorted(forgotten)
            if canary(number).encode() in path.read_bytes()
        ]
    return found


def work(path: Path, steps: int, say: Callable[[str], None], *, hasty: bool = False) -> None:
    """Make some decisions, and acknowledge each; each has its own connection."""
    for step in range(steps):
        store = opened(path, hasty=hasty)
        say(f"{decide_next(store)}\n")
        if step % 3 != 1:  # as a program that ends, and now and then as one that is killed
            store.close()


def main() -> int:
    """``python -m tests.store.working PATH STEPS [hasty]``: for strace to look at."""
    path, steps, *mode = sys.argv[1:]
    try:
        work(Path(path), int(steps), _say, hasty="hasty" in mode)
    except DispatchError as error:
        print(error, error.hint, sep="\n", file=sys.stderr)
        return error.exit_code
    return 0


def _say(line: str) -> None:
    os.write(1, line.encode())


if __name__ == "__main__":
    sys.exit(main())
