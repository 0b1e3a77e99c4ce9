"""Run programs that end in the middle of a decision: by an exception, or killed at a statement."""

import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from dispatch_cli.errors import ConflictError, ExitCode, UsageError
from dispatch_cli.store import Store, Transaction
from dispatch_cli.store.database import Database

from ..store.working import DyingDatabase

_WRITES = (
    "new_case", "save", "set_text", "set_personal", "append", "hold", "new_draft", "save_draft",
    "erase_draft",
)  # fmt: skip


class Died(BaseException):
    """The end of the program: nothing in it can catch this by mistake."""


class _Fused:
    """A decision in which the program ends after a number of writes."""

    def __init__(self, tx: Transaction, writes: int) -> None:
        self._tx, self.left = tx, writes

    def __getattr__(self, name: str) -> object:
        if name in _WRITES:
            if not self.left:
                raise Died
            self.left -= 1
        return getattr(self._tx, name)


class FusedStore(Store):
    """A case log whose program ends after a number of writes, or after the commit."""

    def __init__(self, path: Path, now: datetime, writes: int) -> None:
        super().__init__(Database(path, now=now))
        self._writes = writes

    @contextmanager
    def deciding(self) -> Iterator[Transaction]:
        """Decide, and end before or after the commit reaches the disk."""
        with super().deciding() as tx:
            fused = _Fused(tx, self._writes)
            yield fused
        if not fused.left:
            raise Died


def killed_at(path: Path, now: datetime, dies_at: int, act: Callable[[Store], object]) -> bool:
    """Do an act in a separate program that is killed at a statement; return whether it was killed.

    A refusal is raised here as well, without its text, because only the exit code is known.
    """
    child = os.fork()
    if not child:
        code = 1
        try:
            database = DyingDatabase(path, now=now)
            database.dies_at = dies_at
            act(Store(database))
            code = ExitCode.OK
        except (ConflictError, UsageError) as refused:
            code = refused.exit_code
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return True
    code = os.WEXITSTATUS(status)
    for refusal in (ConflictError, UsageError):
        if code == refusal.exit_code:
            raise refusal
    assert code == ExitCode.OK
    return False
