"""Options of the test run, where its files lie, and what is worked out once for all tests."""

import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from dispatch_cli.store.database import Database
from dispatch_cli.store.migrating import in_memory
from dispatch_cli.store.migrations import Migration
from dispatch_cli.store.soundness import schema_of


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a changed screen be accepted, after one has looked at the difference."""
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/**/golden")


MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes private folders in it
LEAST_FREE = 8 * 2**30
"""The largest tests write files of some gibibytes."""


def pytest_configure() -> None:
    """Put the folders of the tests into memory, where Linux offers enough: no test needs a disk.

    Half of the time would be spent on waiting for it. What reaches a disk before the power fails
    is worked out from system calls (``store/power.py``), which are the same in both places.
    """
    if not MEMORY.is_dir() or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return
    if shutil.disk_usage(MEMORY).free >= LEAST_FREE:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@cache
def _schema_after(known: tuple[Migration, ...]) -> frozenset[tuple[str, str, str]]:
    connection = in_memory(known)
    try:
        return schema_of(connection)
    finally:
        connection.close()


@pytest.fixture(scope="session", autouse=True)
def schema_is_worked_out_once() -> Iterator[None]:
    """Keep the newest schema, with which each check of a log compares it.

    It depends on the migrations alone, and the tests check many thousand logs.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "schema", lambda self: _schema_after(self.known))
        yield
