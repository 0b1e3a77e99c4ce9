"""An attacker who has a forgotten log, two daily copies of it, and the provider file.

The attacker ranks every postcode of the kept region as the program does and takes the one that
agrees best with what is left. Knowing only the retention page ("What is left" in docs/cases.md), he
has the decision with its coarse drives and the band of the contract's cost; with the files he also
has everything that the sums and counts of the log say of the one case that was erased last.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from operator import itemgetter
from pathlib import Path
from random import Random
from sqlite3 import connect

from msgspec import Struct

from benchmarks.reliability import QuickDatabase
from dispatch_cli import incident_ranking
from dispatch_cli.cases import answer_call, end_case, erase_case, offer_call, open_case
from dispatch_cli.cases.book import Book
from dispatch_cli.fairness import cost_band
from dispatch_cli.model import Circle, Client, Country, Incident, Place, Provider, Rules
from dispatch_cli.model.case import Case, Personal
from dispatch_cli.notation import centre_of, place_at
from dispatch_cli.notation.centres import centres
from dispatch_cli.results.cascade_answer import Cascade
from dispatch_cli.store import Store

from ..worlds import ALWAYS, NOON, MemoryCatalog, no_holidays, provider

MINUTE = timedelta(minutes=1)
FIRMS = 24
HIT_KM = 5.0
TABLES = (
    "standing", "contract_count", "chance_count", "arrival_count", "chance_sum", "learned",
    "lateness",
)  # fmt: skip

Sums = dict[tuple[object, ...], tuple[float, ...]]
"""Every aggregate of a log: the numbers of each row by its table and texts."""


class Leftover(Struct, frozen=True):
    """The data of an erased case that the attacker has, and its true place."""

    case: Case
    catalog: MemoryCatalog
    more: Sums
    """How the sums and counts differ between the copies before and after its erasure."""

    truth: Place
    exact_cost_min: float
    """The sum of costs that an older version kept."""

    exact_eligible: frozenset[str]
    """The providers of the stored cascade, which an older version counted."""


def simulated(path: Path, seed: int) -> Leftover:
    """Work a few cases, erase all, and return the data of the erased log."""
    random = Random(seed)
    postcode = random.choice(_postcodes())
    lat, lon = centre_of(postcode)
    catalog = _world(random, lat, lon)
    now = NOON
    with Store(QuickDatabase(path, now=now)) as store:
        # One log in two has a single case in its month; the others are seen through two copies.
        for _ in range(random.choice([0, 2])):
            now += timedelta(hours=9)
            _work(store, catalog, random, _beside(random, lat, lon), now)
        erase_case.forget(_book(store, catalog, now + timedelta(hours=5)), older_than_days=0,
                       dry_run=False)  # fmt: skip
        now += timedelta(hours=9)
        before = _sums(path)
        truth = _beside(random, lat, lon)
        number = _work(store, catalog, random, truth, now)
        with store.reading() as reader:
            whole = reader.case(number)
        erase_case.forget(_book(store, catalog, now + timedelta(hours=5)), older_than_days=0,
                       dry_run=False)  # fmt: skip
        with store.reading() as reader:
            left = reader.case(number)
        assert whole is not None
        assert left is not None
        [service] = whole.services
        return Leftover(
            case=left,
            catalog=catalog,
            more=_difference(before, _sums(path)),
            truth=truth,
            exact_cost_min=service.neutral_cost_min,
            exact_eligible=frozenset(option.provider for option in service.options),
        )


class Guesses(Struct, frozen=True):
    """The places that agree best with the page alone, with all files, and with exact sums too."""

    by_page: Place
    by_files: Place
    by_sums: Place


def guess(left: Leftover) -> Guesses:
    """Rank every postcode of the kept region and take those that agree best.

    The files are all that the log and two copies of it hold; the sums are those that older versions
    kept beside.
    """
    scores: list[tuple[float, float, float, Place]] = []
    for postcode in _postcodes(left.case.incident.place.postcode):
        place = place_at(*centre_of(postcode))
        incident = Incident(kind="tow", place=place, when=left.case.incident.when, client="adac")
        answer = incident_ranking.rank_incident(left.catalog, incident, holidays=no_holidays)  # type: ignore[arg-type]
        by_page = _agreement(left, answer.cascades[0])
        by_files = by_page + _agreement_of_files(left, answer.cascades[0])
        by_sums = by_files + _agreement_of_sums(left, answer.cascades[0])
        scores.append((by_page, by_files, by_sums, place))
    return Guesses(*(max(scores, key=itemgetter(which))[3] for which in range(3)))


def _agreement(left: Leftover, cascade: Cascade) -> float:
    """Return how well a cascade agrees with the kept decision, as a log likelihood."""
    rank = {row.provider: number for number, row in enumerate(cascade.candidates, 1)}
    base = {row.provider: row.wait_min + row.turnout_min + row.travel_min
            for row in cascade.candidates}  # fmt: skip
    score = 0.0
    step_min = _step_min(left.case)
    for offer in left.case.offers:
        if offer.provider not in rank:
            score -= 6
            continue
        if offer.rank:
            score -= min(4.0, 1.2 * abs(rank[offer.provider] - offer.rank))
        if offer.base_min is not None:
            score += _bell(offer.base_min - base[offer.provider], 0.5 + step_min / 3)
        if offer.arrived_at is not None and offer.answered_at is not None:
            took_min = (offer.arrived_at - offer.answered_at) / MINUTE
            score += _bell(took_min - base[offer.provider], 6 + step_min / 3)
    if f"contract_count {cost_band(cascade.contract_cost_min)}" not in _names(left.more):
        score -= 1.5
    return score


def _agreement_of_files(left: Leftover, cascade: Cascade) -> float:
    """Return how well it agrees with eligible providers and exact minutes."""
    there = {row.provider for row in cascade.candidates}
    counted = {
        str(key[2])
        for key, numbers in left.more.items()
        if key[0] == "standing" and any(numbers)
    }  # fmt: skip
    score = 0.0
    if counted - {offer.provider for offer in left.case.offers}:
        score -= 1.0 * len(counted ^ there)
    first = [row.provider for row in cascade.candidates[:1]]
    score -= 1.5 * (not set(first) <= counted)
    base = {row.provider: row.wait_min + row.turnout_min + row.travel_min
            for row in cascade.candidates}  # fmt: skip
    for name, minutes in _exact_drives(left):
        if name in base:
            score += _bell(minutes - base[name], 1.0)
    return score


def _agreement_of_sums(left: Leftover, cascade: Cascade) -> float:
    """Return how well it agrees with the exact cost and the exact set of the eligible."""
    there = {row.provider for row in cascade.candidates}
    off_min = abs(cascade.contract_cost_min - left.exact_cost_min)
    return -min(8.0, 3 * off_min) - len(left.exact_eligible ^ there)


def _exact_drives(left: Leftover) -> Iterator[tuple[str, float]]:
    """Base forecasts that can be worked out to the minute, with their providers.

    A promise was said in whole fives of minutes from the moment it was given; a time that was
    shifted together with it tells by how much. Lateness is kept as a sum, which gives the forecast
    where the arrival is known.
    """
    late = {
        str(key[1]): numbers[1] / numbers[0]
        for key, numbers in left.more.items()
        if key[0] == "lateness" and numbers[0] > 0
    }
    for offer in left.case.offers:
        if offer.answered_at is None or not offer.promises:
            continue
        last = offer.promises[-1]
        said_min = (last.there_at - last.said_at) / MINUTE
        shift_min = said_min - 5 * round(said_min / 5)
        if offer.base_min is not None and abs(shift_min) > 1e-6:
            yield offer.provider, offer.base_min - shift_min
        if offer.provider in late and offer.arrived_at is None:
            came_min = (last.there_at - offer.answered_at) / MINUTE - shift_min
            yield offer.provider, came_min - late[offer.provider]


def _step_min(case: Case) -> float:
    drivers = len({offer.provider for offer in case.offers if offer.promises or offer.arrived_at})
    return 5 if drivers < 2 else 10 * drivers


def _bell(off: float, spread: float) -> float:
    return -min(8.0, off * off / (2 * spread * spread))


def _names(more: Sums) -> set[str]:
    return {f"{key[0]} {key[3]}" for key in more if key[0] == "contract_count"}


@cache
def _postcodes(prefix: str = "") -> list[str]:
    return [each[0] for each in centres().everything(prefix)]


def _beside(random: Random, lat: float, lon: float) -> Place:
    while True:
        place = place_at(lat + random.gauss(0, 0.012), lon + random.gauss(0, 0.018))
        if not place.foreign_km:
            return place


def _world(random: Random, lat: float, lon: float) -> MemoryCatalog:
    providers: list[Provider] = []
    for number in range(FIRMS):
        area = Country() if random.random() < 0.15 else Circle(random.uniform(12, 60))
        providers.append(
            provider(
                f"firm{number}",
                lat=lat + random.uniform(-0.45, 0.45),
                lon=lon + random.uniform(-0.65, 0.65),
                area=area,
                tags=("own",) if random.random() < 0.3 else (),
                acceptance=random.uniform(0.4, 0.95),
                answer_min=random.uniform(1, 5),
                turnout_min=random.uniform(3, 12),
                units=9,
                timetable=ALWAYS,
            )
        )
    clients = {"adac": Client(id="adac", name="ADAC", prefer=("own",), head_start_min=15)}
    return MemoryCatalog(providers, Rules(clients=clients))


def _book(store: Store, catalog: MemoryCatalog, now: datetime) -> Book:
    return Book(
        store=store,
        catalog=catalog,
        holidays=no_holidays,
        now=now,
        operator="mara",  # type: ignore[arg-type]
    )


def _work(store: Store, catalog: MemoryCatalog, random: Random, place: Place, at: datetime) -> int:
    """Work a case to its end; a firm promises whole fives of minutes and comes at a random time."""
    incident = Incident(kind="tow", place=place, when=at, client="adac")
    number = open_case.open_case(_book(store, catalog, at), incident, Personal()).case.id
    while True:
        at += random.uniform(0.5, 3) * MINUTE
        card = offer_call.place_call(_book(store, catalog, at), number)
        if isinstance(card, offer_call.Exhausted):
            break
        at += random.uniform(0.5, 3) * MINUTE
        if random.random() < 0.45:
            answer_call.record(_book(store, catalog, at), card.ref, "decline", reason="no_unit")
            continue
        drive_min = _drive_min(store, number, card.provider)
        promised_min = 5 * max(1, round((drive_min + random.gauss(4, 4)) / 5))
        answer_call.accept(_book(store, catalog, at), card.ref, at + promised_min * MINUTE)
        if random.random() < 0.3:
            at += random.uniform(3, 15) * MINUTE
            answer_call.record(_book(store, catalog, at), card.ref, "fail")
            continue
        if random.random() < 0.6:
            at += max(2.0, drive_min + random.gauss(3, 5)) * MINUTE
            answer_call.arrive(_book(store, catalog, at), card.ref)
        break
    end_case.close(_book(store, catalog, at + 30 * MINUTE), number)
    return number


def _drive_min(store: Store, number: int, provider_id: str) -> float:
    with store.reading() as reader:
        case = reader.case(number)
    assert case is not None
    [service] = case.services
    option = next(each for each in service.options if each.provider == provider_id)
    return option.base_min or 0.0


def _sums(path: Path) -> Sums:
    if not path.exists():
        return {}
    connection = connect(path)
    try:
        found: Sums = {}
        for table in TABLES:
            for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 - our own names
                texts = tuple(each for each in row if isinstance(each, str))
                numbers = tuple(float(each) for each in row if not isinstance(each, str))
                if table in ("chance_count", "arrival_count"):
                    texts, numbers = (*texts, str(numbers[0])), numbers[1:]
                key = _keyed(table, texts)
                found[key] = numbers
        return found
    finally:
        connection.close()


def _keyed(table: str, texts: Iterable[str]) -> tuple[object, ...]:
    return (table, *texts)


def _difference(before: Sums, after: Sums) -> Sums:
    found: Sums = {}
    for key, numbers in after.items():
        old = before.get(key, (0.0,) * len(numbers))
        if numbers != old:
            found[key] = tuple(new - was for new, was in zip(numbers, old, strict=True))
    return found
