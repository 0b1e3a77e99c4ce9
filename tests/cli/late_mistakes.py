"""Raise an error at each call after a commit, and check the output."""

import inspect
import json
import sqlite3
import sys
from contextlib import contextmanager
from pathlib import Path

from dispatch_cli.store.log import Store


class LateError(Exception):
    """A mistake of the program that comes after the commit."""


@contextmanager
def failing(monkeypatch, at: int, *, last: str = "deciding"):
    """Let the call number ``at`` of the program's own code after a commit fail.

    ``last`` is the part of the store that ends an act. An erasure of several cases is recorded when
    all of them are wiped from the files.
    """
    seen = {"after": False, "calls": 0}
    deciding, ending = Store.deciding, getattr(Store, last)
    ours = [f"/dispatch_cli/{part}/" for part in ("cases", "cli", "render")]

    @contextmanager
    def watched(store):
        with deciding(store) as tx:
            yield tx
        seen["after"] = last == "deciding"

    def ended(store, *given, **named):
        made = ending(store, *given, **named)
        seen["after"] = True
        return made

    def profile(frame, event, _):
        name = frame.f_code.co_filename
        if not seen["after"] or event != "call" or name.endswith("outcome.py"):
            return
        if any(each in name for each in ours) and not frame.f_code.co_flags & inspect.CO_GENERATOR:
            seen["calls"] += 1
            if seen["calls"] == at + 1:
                seen["after"] = False
                raise LateError

    monkeypatch.setattr(Store, "deciding", watched)
    if last != "deciding":
        monkeypatch.setattr(Store, last, ended)
    sys.setprofile(profile)
    try:
        yield seen
    finally:
        sys.setprofile(None)


def assert_fact_first(ran, fact, where, code=0):
    """The recorded fact is first on stderr, then the warning; stdout has at most one object."""
    assert ran.code == code, (where, ran.err)
    first, *others = ran.err.splitlines()
    assert first.startswith(fact), (where, ran.err)
    assert any("unexpected LateError" in each for each in others)
    assert all(each.startswith(("recorded: ", "warning: ")) for each in others), (where, ran.err)
    assert "Canary" not in ran.err
    if ran.out.startswith("{"):
        assert ran.out.count("\n") == 1
        assert json.loads(ran.out)["exit_code"] == code


def emptied(db: Path) -> None:
    """Remove a case log with its companions."""
    for suffix in ("", "-wal", "-shm", ".lock"):
        Path(f"{db}{suffix}").unlink(missing_ok=True)


def copied(source: Path, target: Path) -> None:
    """Copy a case log with its write-ahead log."""
    target.unlink(missing_ok=True)
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)
    old.close()
    new.close()
    target.chmod(0o600)
