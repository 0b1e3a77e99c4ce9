"""Measure how often the intervals of the forecast report hold the truth, by simulated desks.

    python benchmarks/reliability.py [--logs 12] [--cases 250] [--write]

Each log is a desk of its own: eight firms round a town, whose acceptance the file has wrong by
N(0, 0.15). Cases are opened, offered, answered, corrected, called off, closed and forgotten by the
verbs that the command line uses. ``--write`` puts the figures into docs/learning.md.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from sqlite3 import Connection

from msgspec import Struct

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dispatch_cli import reliability
from dispatch_cli.cases import (
    answer_call,
    correct_case,
    end_case,
    erase_case,
    offer_call,
    open_case,
)
from dispatch_cli.cases.book import Book
from dispatch_cli.model import Incident, Phone, Place, Provider
from dispatch_cli.model.case import ACCEPTED_OUTCOMES, REFUSED_OUTCOMES, Case, Personal
from dispatch_cli.model.case_counts import TurnTally
from dispatch_cli.model.forecast_counts import tenth_of
from dispatch_cli.results.report_results import ForecastReport
from dispatch_cli.store import Store
from dispatch_cli.store.database import Database
from tests.worlds import ALWAYS, MemoryCatalog, no_holidays, provider

FIRMS = 8
FILE_ERROR = 0.15
APART = timedelta(minutes=47)
"""Between two cases: time of day and weekday have no influence on a simulated firm."""

CORRECTED, CANCELLED = 0.03, 0.03
FIRST_NUMBER_IN_VAIN = 0.3
PAGE = Path(__file__).resolve().parents[1] / "docs" / "learning.md"
MARKS = ("<!-- the simulated logs -->\n", "<!-- end of the logs -->")
_BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_TOWN = (48.37, 10.90)


class Firm(Struct, frozen=True):
    """How often a firm truly accepts and how late it truly comes; the provider file has guesses."""

    acceptance: float
    late_min: float


class Held(Struct, frozen=True):
    """How many intervals a report has, how many hold the true share, and from how many asks."""

    intervals: int
    held: int
    asked: int

    @property
    def share(self) -> str:
        """Write the share of the intervals that hold the true share."""
        return f"{self.held / self.intervals:.1%}" if self.intervals else "-"


class QuickDatabase(Database):
    """A case log that waits for no disk: no power fails in a simulation."""

    def connect(self, path: Path) -> Connection:
        """Open a file without waiting for the disk at each commit."""
        connection = super().connect(path)
        connection.execute("PRAGMA synchronous = OFF")
        return connection


class SimulatedDesk:
    """A desk with a case log of its own, worked by the verbs of ``dispatch case``."""

    def __init__(self, path: Path, seed: int) -> None:
        self._random = Random(seed)
        self._now = _BEGIN
        self._store = Store(QuickDatabase(path, now=_BEGIN))
        self.truth: dict[str, Firm] = {}
        self._catalog = MemoryCatalog(self._firm(f"firm{number}") for number in range(FIRMS))

    def work(self, cases: int) -> None:
        """Work so many cases from the call of the motorist to the end."""
        for _ in range(cases):
            self._now += APART
            self._work_case()

    def rest(self) -> None:
        """Let a day pass without cases."""
        self._now += timedelta(days=1)

    def forget_all(self) -> None:
        """Erase all motorists after a day of rest."""
        self.rest()
        erase_case.forget(self._book(), older_than_days=0, dry_run=False)

    def report(self) -> ForecastReport:
        """Make the forecast report of everything that is kept."""
        with self._store.reading() as reader:
            return reliability.report(
                reader.chance_counts(), reader.arrival_counts(), reader.chance_sums()
            )

    def turns(self) -> list[TurnTally]:
        """Read who was asked when and what came of it, as learning sees it."""
        with self._store.reading() as reader:
            return reader.tallies()

    def true_shares(self) -> dict[int, float]:
        """Work out, by tenth of the forecast, the mean true acceptance of the firms asked.

        Only before erasure, which removes the exact forecasts.
        """
        by_tenth: dict[int, list[float]] = {}
        with self._store.reading() as reader:
            for case in reader.cases(open_only=False):
                for firm, chance in _asked(case):
                    by_tenth.setdefault(tenth_of(chance), []).append(self.truth[firm].acceptance)
        return {tenth: sum(each) / len(each) for tenth, each in by_tenth.items()}

    def close(self) -> None:
        """Let go of the case log."""
        self._store.close()

    def _firm(self, firm: str) -> Provider:
        random = self._random
        self.truth[firm] = Firm(0.05 + 0.9 * random.betavariate(3, 2), random.gauss(5, 8))
        said = self.truth[firm].acceptance + random.gauss(0, FILE_ERROR)
        return provider(
            firm,
            lat=_TOWN[0] + random.uniform(-0.15, 0.15),
            lon=_TOWN[1] + random.uniform(-0.2, 0.2),
            phones=tuple(Phone(f"{firm}{n}", f"{firm}-{n}") for n in range(random.choice([1, 2]))),
            acceptance=min(0.99, max(0.05, said)),
            answer_min=random.uniform(1, 6),
            turnout_min=random.uniform(3, 15),
            units=30,
            timetable=ALWAYS,
        )

    def _book(self) -> Book:
        return Book(
            store=self._store,
            catalog=self._catalog,  # type: ignore[arg-type]
            holidays=no_holidays,
            now=self._now,
            operator="desk",
        )

    def _work_case(self) -> None:
        lat, lon = (each + self._random.uniform(-0.1, 0.1) for each in _TOWN)
        incident = Incident(kind="tow", place=Place(lat=lat, lon=lon), when=self._now)
        number = open_case.open_case(self._book(), incident, Personal()).case.id
        refused: set[str] = set()
        while True:
            card = offer_call.place_call(self._book(), number)
            if isinstance(card, offer_call.Exhausted) or self._answer(number, card, refused):
                break
        end_case.close(self._book(), number)

    def _answer(self, number: int, card: offer_call.OfferCard, refused: set[str]) -> bool:
        """Let a firm answer a call as it truly does; return whether no other is needed.

        A firm that refuses does so on all its numbers.
        """
        random, firm = self._random, self.truth[card.provider]
        self._now += random.uniform(0.5, 5) * _MINUTE
        if random.random() < CANCELLED:
            answer_call.record(self._book(), card.ref, "cancel")
            return True
        if card.provider in refused or random.random() >= firm.acceptance:
            refused.add(card.provider)
            action = random.choice(["decline", "decline", "no_answer", "wrong_equipment"])
            self._refuse(card, action)
            return False
        if card.other_phones and random.random() < FIRST_NUMBER_IN_VAIN:
            self._refuse(card, "no_answer")
            again = offer_call.place_call(self._book(), number)
            assert isinstance(again, offer_call.OfferCard)
            assert again.provider == card.provider
            card = again
        arrival_min = max(1.0, base_of(self._store, card) + random.gauss(firm.late_min, 5))
        said_min = max(1.0, arrival_min - random.uniform(-2, 8))
        answer_call.accept(self._book(), card.ref, self._now + said_min * _MINUTE)
        self._now += arrival_min * _MINUTE
        answer_call.arrive(self._book(), card.ref)
        return True

    def _refuse(self, card: offer_call.OfferCard, action: str) -> None:
        """Record a refusal; now and then it is typed wrongly first, and corrected."""
        reason = "no_unit" if action == "decline" else ""
        if self._random.random() >= CORRECTED:
            answer_call.record(self._book(), card.ref, action, reason=reason)
            return
        answer_call.record(self._book(), card.ref, "unreachable")
        right = {"decline": "declined"}.get(action, action)
        correct_case.correct(self._book(), card.ref, right, "typed wrongly")  # type: ignore[arg-type]


def base_of(store: Store, card: offer_call.OfferCard) -> float:
    """Return the base forecast of the offer on a card, in minutes."""
    with store.reading() as reader:
        case = reader.case(card.case_id)
    assert case is not None
    return float(case.offers[-1].base_min or 0)


def _asked(case: Case) -> Iterator[tuple[str, float]]:
    """Yield the firms that were asked in turn and answered, each once, with its first chance."""
    first: dict[str, float] = {}
    for offer in case.offers:
        if offer.acceptance is not None and not offer.corrected:
            first.setdefault(offer.provider, offer.acceptance)
    for offer in case.offers:
        if (
            not offer.corrected
            and offer.outcome in ACCEPTED_OUTCOMES | REFUSED_OUTCOMES
            and offer.provider in first
        ):
            yield offer.provider, first.pop(offer.provider)


def held_by(report: ForecastReport, truth: dict[int, float]) -> Held:
    """Count the intervals of a report that hold the true share of their tenth."""
    rows = [row for row in report.rows if row.low is not None and row.high is not None]
    held = sum(
        row.low <= truth[tenth_of(row.said_from + 0.05)] <= row.high  # type: ignore[operator]
        for row in rows
    )
    return Held(len(rows), held, report.asked)


def simulate(logs: int, cases: int, folder: Path) -> tuple[Held, Held]:
    """Work the desks; count the intervals that hold the truth before and after an erasure."""
    totals = [[0, 0, 0], [0, 0, 0]]
    for seed in range(logs):
        desk = SimulatedDesk(folder / f"{seed}.sqlite3", seed)
        desk.work(cases)
        truth = desk.true_shares()
        for when, total in enumerate(totals):
            if when:
                desk.forget_all()
            found = held_by(desk.report(), truth)
            total[:] = [
                a + b
                for a, b in zip(total, (found.intervals, found.held, found.asked), strict=True)
            ]
        desk.close()
    return Held(*totals[0]), Held(*totals[1])


def table(logs: int, cases: int, before: Held, after: Held) -> str:
    """Write the figures as a Markdown table."""
    head = ["| | asked | intervals | hold the truth |", "|---|---|---|---|"]
    rows = [
        f"| {when} | {each.asked} | {each.intervals} | {each.share} |"
        for when, each in (("before `forget`", before), ("after `forget`", after))
    ]
    return "\n".join([f"{logs} logs of {cases} cases:", "", *head, *rows, ""])


def main() -> None:
    """Print the figures, or write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--logs", type=int, default=12)
    parser.add_argument("--cases", type=int, default=250)
    parser.add_argument("--write", action="store_true", help=f"put it into docs/{PAGE.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        before, after = simulate(options.logs, options.cases, Path(folder))
    found = table(options.logs, options.cases, before, after)
    if not options.write:
        print(found, end="")
        return
    begin, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
    end = rest.split(MARKS[1])[1]
    PAGE.write_text(begin + MARKS[0] + found + MARKS[1] + end, encoding="utf-8")


if __name__ == "__main__":
    main()
