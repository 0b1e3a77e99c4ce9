"""Write a case log of any size: cases worked by the real verbs, then repeated through the years.

A few dozen cases are worked from the call to the end by the verbs of ``dispatch case``, ten records
of the journal each. The log gets them again and again, each with its case, its personal data and
its journal, moved to other times; providers are those of the pattern.
"""

import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from msgspec.structs import fields, replace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dispatch_cli import api
from dispatch_cli.cases import answer_call, end_case, keep_case, offer_call, open_case
from dispatch_cli.cases.book import Book
from dispatch_cli.model.case import Act, Case, Personal
from dispatch_cli.store import Store
from dispatch_cli.store.database import Database
from tests.worlds import no_holidays

MINUTE = timedelta(minutes=1)
PATTERNS = 40
AROUND = (48.3645, 10.8928)
PER_TRANSACTION = 2_000
DAYS = 400

Pattern = tuple[Case, Personal, list[Act]]


class QuickDatabase(Database):
    """A case log that waits for no disk while it is made."""

    def connect(self, path: Path) -> sqlite3.Connection:
        """Open a file without waiting for the disk at each commit."""
        connection = super().connect(path)
        connection.execute("PRAGMA synchronous = OFF")
        return connection


def write_log(path: Path, world: Path, count: int, *, now: datetime | None = None) -> None:
    """Write so many closed cases, evenly over the DAYS before now; the newest is a day old."""
    now = now or datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        patterns = list(_patterns(Path(folder), world, now))
    apart = (DAYS - 1) * timedelta(days=1) / count
    with Store(QuickDatabase(path, now=now)) as store:
        for start in range(0, count, PER_TRANSACTION):
            with store.deciding() as tx:
                for number in range(start, min(count, start + PER_TRANSACTION)):
                    case, personal, acts = patterns[number % len(patterns)]
                    moved = now - timedelta(days=DAYS) + number * apart - case.opened_at
                    new = tx.new_case(_moved(case, moved), personal)
                    for act in acts:
                        tx.append(replace(act, at=act.at + moved, case_id=new.id))


def _patterns(folder: Path, world: Path, now: datetime) -> Iterator[Pattern]:
    """Work cases round a town by the verbs, one after the other."""
    catalog, random, at = api.load(world, now=now), Random(1), now - timedelta(days=900)
    with Store(QuickDatabase(folder / "patterns.db", now=at)) as store:
        for _ in range(PATTERNS):
            at += timedelta(hours=7)
            number = _work(store, catalog, random, at)
            with store.reading() as reader:
                case, personal = reader.case(number), reader.personal(number)
                assert case is not None
                assert personal is not None
                yield case, personal, list(reader.acts(number))


def _work(store: Store, catalog: api.Catalog, random: Random, at: datetime) -> int:
    def book(minutes: float) -> Book:
        moment = at + minutes * MINUTE
        return Book(
            store=store, catalog=catalog, holidays=no_holidays, now=moment, operator="benchmark"
        )

    lat, lon = (each + random.uniform(-0.1, 0.1) for each in AROUND)
    place = api.locate(f"{lat:.5f},{lon:.5f}", catalog)
    incident = api.Incident(kind="tow", place=place, when=at, client="adac")
    motorist = Personal(caller="A. Caller", call_back="0152 28817386", plate="A-XX 1")
    number = open_case.open_case(book(0), incident, motorist).case.id
    keep_case.note(book(1), number, "waits behind the barrier")
    first = offer_call.place_call(book(2), number)
    assert isinstance(first, offer_call.OfferCard)
    answer_call.record(book(4), first.ref, "decline", reason="no_unit")
    second = offer_call.place_call(book(4.5), number)
    assert isinstance(second, offer_call.OfferCard)
    promised = at + 40 * MINUTE
    answer_call.accept(book(6), second.ref, promised)
    answer_call.promise(book(30), second.ref, promised + 10 * MINUTE, speaker="driver")
    answer_call.arrive(book(44 + random.uniform(0, 9)), second.ref)
    keep_case.remind(book(60), number, at + 70 * MINUTE)
    end_case.close(book(90), number)
    return number


def _moved(case: Case, by: timedelta) -> Case:
    offers = tuple(
        replace(
            _later(offer, by),
            promises=tuple(_later(each, by) for each in offer.promises),
        )
        for offer in case.offers
    )
    incident = _later(case.incident, by)
    return replace(_later(case, by), id=0, incident=incident, offers=offers)


def _later(value, by: timedelta):  # type: ignore[no-untyped-def]
    """Move every time of a value by so much."""
    times = {
        field.name: moment + by
        for field in fields(value)
        if isinstance(moment := getattr(value, field.name), datetime)
    }
    return replace(value, **times)
