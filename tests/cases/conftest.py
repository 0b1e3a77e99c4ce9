"""A case log of its own, with three firms round the middle of a small world."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch_cli.cases.book import Book
from dispatch_cli.model import Phone, Rules
from dispatch_cli.store import open_store

from ..worlds import MemoryCatalog, no_holidays, provider

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


@pytest.fixture
def catalog():
    """Anna with two numbers, Bert, and Carl with two trucks; Anna is soonest."""
    phones = (Phone("+49891", "089 1"), Phone("+49892", "089 2"))
    both = ("roadside_repair", "tow")
    return MemoryCatalog(
        [
            provider("anna", phones=phones, services=both, turnout_min=10.0),
            provider("bert", services=both, turnout_min=15.0),
            provider("carl", services=("tow",), turnout_min=20.0, units=2),
        ],
        Rules(),
    )


@pytest.fixture
def desk(tmp_path, catalog):
    """Open the log at some minute after noon; the log itself stays the same."""

    def at(minutes: float = 0, operator: str = "desk") -> Book:
        now = NOON + timedelta(minutes=minutes)
        return Book(
            store=open_store(tmp_path / "cases.sqlite3", now=now),
            catalog=catalog,
            holidays=no_holidays,
            now=now,
            operator=operator,
        )

    return at
