"""The list of cases: open ones and the last 50 closed; every one, page by page, with --all."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from dispatch_cli.cases import view_case
from dispatch_cli.store import open_store

from ..store.sample import case, closed, personal

COUNT = 60


@pytest.fixture
def many(dispatch, firms, tmp_path, monkeypatch):
    """A log with 60 closed cases and an open one, listed in pages of seven."""
    monkeypatch.setattr(view_case, "PAGE", 7)
    path = tmp_path / "many.sqlite3"
    now = datetime.now(UTC)
    with open_store(path, now=now) as store, store.deciding() as tx:
        for number in range(COUNT):
            at = now - timedelta(days=90 - number)
            tx.new_case(closed(case(opened_at=at), at + timedelta(hours=1)), personal())
        tx.new_case(case(opened_at=now), personal())
    return lambda *argv: dispatch("case", "list", *argv, "--db", str(path))


def _numbers(ran) -> list[int]:
    return [int(line.split("\t")[0]) for line in ran.out.splitlines()[1:]]


def test_the_list_has_open_cases_and_the_last_closed(many):
    """The open case is first, then the last 50 closed ones, the oldest first."""
    assert _numbers(many()) == [COUNT + 1, *range(COUNT - 49, COUNT + 1)]
    assert _numbers(many("--open")) == [COUNT + 1]


def test_all_cases_come_page_by_page(many):
    """With --all each case is listed once, in the table and in one JSON object."""
    everything = [COUNT + 1, *range(1, COUNT + 1)]
    assert _numbers(many("--all")) == everything
    ran = many("--all", "--json")
    envelope = json.loads(ran.out)
    assert [each["id"] for each in envelope["data"]["cases"]] == everything
    few = json.loads(many("--open", "--json").out)
    assert {**envelope, "data": 0} == {**few, "data": 0}
    assert envelope["data"]["cases"][0].keys() == few["data"]["cases"][0].keys()


def test_open_and_all_exclude_each_other(many):
    """Both at once are refused in words."""
    ran = many("--open", "--all")
    assert ran.code == 2
    assert "exclude each other" in ran.err
