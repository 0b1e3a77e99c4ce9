"""After an erasure no byte and no place is left, and chain and statistics are unchanged."""

import random
from datetime import timedelta
from pathlib import Path
from struct import pack

import pytest
from msgspec.structs import replace

from dispatch_cli import fairness
from dispatch_cli.errors import ConflictError, UsageError
from dispatch_cli.learning import summarise
from dispatch_cli.model import Incident, Place, Vehicle
from dispatch_cli.model.case import Case, Offer, Personal
from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.notation import place_at, place_of_postcode
from dispatch_cli.results.report_results import FairnessReport
from dispatch_cli.store import Store
from dispatch_cli.store.database import Database
from dispatch_cli.store.erasure import blurred, forgotten

from . import place_grid
from .sample import (
    MINUTE,
    NOW,
    accepted,
    act,
    case,
    closed,
    declined,
    incident,
    personal,
    service,
)
from .working import opened

LATER = NOW + timedelta(days=40)
PERSONAL = ("caller", "call_back", "plate", "ref", "to", "note", "salt")


def _canary(number: int, field: str) -> str:
    return f"{field}-{random.Random(f'{number}{field}').randbytes(8).hex()}"


def _with_canaries(number: int) -> tuple[Case, Personal, dict[str, str]]:
    """Make a case with a mark in each field that may hold personal data."""
    facts = {
        name: _canary(number, name)
        for name in ("where", "last_exit", "hazard", "note", "language", "wish")
    }
    chance = random.Random(number)
    place = place_at(48.3 + chance.random() / 10, 10.8 + chance.random() / 10)
    case_ = case(
        service("tow", "huber", "lech", input_hash=_canary(number, "input")),
        incident=incident(place=replace(place, label=_canary(number, "label")), **facts),
    )
    texts = {f"1.{name}": _canary(number, name) for name in ("because", "text", "corrected")}
    return case_, Personal(**{name: _canary(number, name) for name in PERSONAL}), texts


def _life(store: Store, number: int) -> list[bytes]:
    """Work a case from the call to its end; returns all data that must be erased."""
    first, motorist, texts = _with_canaries(number)
    with store.deciding() as tx:
        new = tx.new_case(first, motorist)
        for key, text in texts.items():
            tx.set_text(new.id, key, text)
        tx.append(act("open", new.id))
    said = random.Random(number).random()
    asked = replace(
        new,
        offers=(
            declined(1, acceptance=said),
            accepted(2, "lech", unit=number, acceptance=1 - said),
        ),
    )
    with store.deciding() as tx:
        tx.save(new, asked)
        tx.append(act("accept", new.id, eta=_canary(number, "eta")))
    # Rows that grow and shrink move within the file and leave copies behind.
    with store.deciding() as tx:
        tx.set_personal(new.id, replace(motorist, note=_canary(number, "longer") * (number % 60)))
        tx.save(asked, closed(asked, NOW + 90 * MINUTE))
        tx.append(act("close", new.id))
    place = first.incident.place
    gone = [*texts.values(), *(_canary(number, name) for name in PERSONAL)]
    gone += [
        _canary(number, name)
        for name in ("where", "last_exit", "hazard", "note", "language", "wish")
    ]
    gone += [_canary(number, name) for name in ("label", "input", "eta", "longer")]
    gone += [f"{place.lat!r}"[:10], f"{place.lon!r}"[:10]]
    # SQLite keeps a number as its eight bytes, the highest first.
    return [each.encode() for each in gone] + [pack(">d", each) for each in (said, 1 - said)]


def _bytes(folder: Path) -> bytes:
    return b"\0".join(each.read_bytes() for each in sorted(folder.iterdir()))


@pytest.mark.parametrize("count", [50, pytest.param(500, marks=pytest.mark.ci)])
def test_no_byte_is_left(tmp_path: Path, count: int) -> None:
    """After erasing half the cases no file holds any of their marks; the others keep theirs."""
    path = tmp_path / "cases.sqlite3"
    chance = random.Random(count)
    with opened(path) as store:
        marks = {number: _life(store, number) for number in range(1, count + 1)}
        gone = set(chance.sample(sorted(marks), count // 2))
        with store.reading() as reader:
            before = (reader.tallies(), reader.summaries(), reader.last_assigned())
        for number in sorted(gone):
            with store.deciding() as tx:
                tx.forget(number, LATER)
                tx.append(act("forget", number))
        assert [*map(str, store.check())] == [
            "an erasure is unfinished: repeat dispatch case forget"
        ]
        store.after_erasure()
        left = _bytes(tmp_path)
        for number, texts in marks.items():
            found = [text for text in texts if text in left]
            assert found == [] if number in gone else len(found) >= len(texts) - 1
        with store.reading() as reader:
            assert (reader.tallies(), reader.summaries(), reader.last_assigned()) == before
            assert reader.verify(reader.head()) == []
        assert store.check() == []


EVERY_FACT = {
    "kind": "accident", "when": NOW, "client": "adac", "spot": "shoulder", "clearance_m": 2.4,
    "where": "A8", "last_exit": "Dasing", "trapped": True, "injured": 3, "hazard": "fuel",
    "persons": 3, "children": 1, "pets": 1, "language": "fr", "note": "gate", "wish": "huber",
    "asked": ("lech",), "number": 7,
}  # fmt: skip
EVERY_FACT_OF_VEHICLE = {
    "kind": "van", "brand": "Borgward", "ev": True, "trailer": True, "weight_t": 2.31,
    "height_m": 1.98, "state": "rolls",
}  # fmt: skip


def test_exactly_these_facts_stay(tmp_path: Path) -> None:
    """Of an incident with every fact, an erasure keeps those of the reports; all others are gone.

    A new fact must be added here: it is erased unless it is added to the facts that stay.
    """
    place = place_of_postcode("86150")
    assert {*EVERY_FACT, "place", "vehicle"} == set(Incident.__struct_fields__)
    assert set(EVERY_FACT_OF_VEHICLE) == set(Vehicle.__struct_fields__)
    full = Incident(place=place, vehicle=Vehicle(**EVERY_FACT_OF_VEHICLE), **EVERY_FACT)
    plain = Incident(kind="tow", place=replace(place, lat=0.0), when=LATER)
    for one, other in ((full, plain), (full.vehicle, plain.vehicle)):
        for name in one.__struct_fields__:
            assert getattr(one, name) != getattr(other, name), name
    with opened(tmp_path / "cases.sqlite3") as store, store.deciding() as tx:
        number = tx.new_case(closed(case(incident=full), NOW), personal()).id
        tx.forget(number, LATER)
        left = tx.case(number)
    assert left is not None
    assert left.incident == Incident(
        kind="accident",
        place=blurred(place),
        when=NOW,
        client="adac",
        vehicle=Vehicle(kind="van", ev=True, trailer=True, weight_t=3.0, state="rolls"),
        spot="shoulder",
        trapped=True,
        injured=1,
    )


def test_the_search_finds_what_was_only_deleted(tmp_path: Path) -> None:
    """The control: rows deleted without wiping are found by the same search."""
    with opened(tmp_path / "cases.sqlite3") as store:
        marks = _life(store, 1)
        with store.deciding() as tx:
            tx.forget(1, LATER)
        left = _bytes(tmp_path)
    assert any(mark in left for mark in marks)


def test_a_backup_goes_as_well(tmp_path: Path) -> None:
    """A copy that a killed migration has left is removed by the next erasure."""
    copy = tmp_path / "cases.sqlite3.before-2-of-1-20261124T120000"
    with opened(tmp_path / "cases.sqlite3") as store:
        _life(store, 1)
        copy.write_bytes(b"everything")
        with store.deciding() as tx:
            tx.forget(1, LATER)
        store.after_erasure()
    assert not copy.exists()


def test_an_interrupted_erasure_is_finished_by_the_next(tmp_path: Path) -> None:
    """A program killed between erasing and wiping leaves a mark for the next run."""
    path = tmp_path / "cases.sqlite3"
    with opened(path) as store:
        marks = _life(store, 1)
        with store.deciding() as tx:
            tx.forget(1, LATER)
    with opened(path) as store:
        store.after_erasure()
    assert not any(mark in _bytes(tmp_path) for mark in marks)


def test_a_reader_that_holds_an_old_state_is_named(tmp_path: Path) -> None:
    """During another read of the old state the erasure ends with exit 8; later it succeeds."""
    path = tmp_path / "cases.sqlite3"
    with Store(Database(path, now=NOW, wait_s=0.05)) as store, opened(path) as other:
        marks = _life(store, 1)
        with other.reading() as reader:
            assert reader.personal(1)
            with store.deciding() as tx:
                tx.forget(1, LATER)
            with pytest.raises(ConflictError, match="still reads"):
                store.after_erasure()
        store.after_erasure()
    assert not any(mark in _bytes(tmp_path) for mark in marks)


def test_open_and_held_cases_stay(tmp_path: Path) -> None:
    """An open case and one on hold are refused with a message, and never due."""
    with opened(tmp_path / "cases.sqlite3") as store:
        for number in (1, 2, 3):
            _life(store, number)
        with store.deciding() as tx:
            tx.new_case(case(), personal())
            tx.hold(2, LATER + timedelta(days=1))
        assert store.due_for_erasure(30, LATER) == [1, 3]
        assert store.due_for_erasure(30, LATER + timedelta(days=1)) == [1, 2, 3]
        assert store.due_for_erasure(41, LATER) == []
        refusals = {2: "kept from erasure until 2027-01-04", 4: "case 4 is open"}
        for number, words in refusals.items():
            with pytest.raises(ConflictError, match=words), store.deciding() as tx:
                tx.forget(number, LATER)
        with pytest.raises(UsageError, match="no case 9"), store.deciding() as tx:
            tx.forget(9, LATER)


def test_what_is_forgotten_is_closed_for_good(tmp_path: Path) -> None:
    """A second erasure changes nothing; no personal data can be written any more."""
    with opened(tmp_path / "cases.sqlite3") as store:
        _life(store, 1)
        with store.deciding() as tx:
            tx.forget(1, LATER)
            once = tx.case(1)
            tx.forget(1, LATER + MINUTE)
            assert tx.case(1) == once
            assert tx.personal(1) is None
            assert tx.texts(1) == {}
            assert once is not None
            assert once.forgotten_at == LATER
            for change in (
                lambda: tx.save(once, replace(once, call_back_at=LATER)),
                lambda: tx.set_personal(1, personal()),
                lambda: tx.set_text(1, "1.text", "x"),
                lambda: tx.hold(1, LATER),
            ):
                with pytest.raises(ConflictError):
                    change()


@pytest.mark.parametrize("days", [30, pytest.param(1095, marks=pytest.mark.ci)])
def test_retention_runs_by_itself(tmp_path: Path, days: int) -> None:
    """In nightly runs no personal data is older than the limit and a day; a hold ends in time."""
    limit = 7
    with opened(tmp_path / "cases.sqlite3") as store:
        held_until: dict[int, int] = {}
        chance = random.Random(days)
        for day in range(days):
            now = NOW + timedelta(days=day)
            due = store.due_for_erasure(limit, now)
            with store.deciding() as tx:
                for number in due:
                    tx.forget(number, now)
                new = tx.new_case(closed(case(opened_at=now), now), personal())
                tx.append(act("open", new.id))
                if chance.random() < 0.1:
                    held_until[new.id] = day + chance.randrange(20)
                    tx.hold(new.id, NOW + timedelta(days=held_until[new.id]))
            with store.reading() as reader:
                cases = reader.cases(open_only=False, limit=60)
                for each in cases:
                    last = max(each.id - 1 + limit, held_until.get(each.id, 0))
                    assert (reader.personal(each.id) is None) == (day >= last)
        store.after_erasure()
        assert store.check() == []


def test_what_reports_need_is_added_up(tmp_path: Path) -> None:
    """First ranks of asked providers and costs are counted by month; asked providers have a tally.

    Of a cascade whose first was not asked in order nothing is counted.
    """
    first = service("tow", "huber", "lech", "isar"), service("taxi", "isar", opened=False)
    passed_over = (service("tow", "lech", "huber", "isar"),)
    with opened(tmp_path / "cases.sqlite3") as store, store.deciding() as tx:
        for unit, services in ((1, first), (2, passed_over)):
            new = case(*services, incident=incident(wish="huber"), offers=(accepted(1, unit=unit),))
            number = tx.new_case(closed(new, LATER), personal()).id
            tx.forget(number, LATER)
        sums = tx.standings()
        found = [(each.provider, each.first, each.first_by_wish) for each in sums]
        assert found == [("huber", 1, 1)]
        [cost] = tx.contract_counts()
        assert (cost.month, cost.client, cost.band, cost.cases) == ("2026-11", "adac", "1_to_3", 2)
        assert [each.provider for each in tx.tallies()] == ["huber", "huber"]


def test_the_fairness_report_is_the_same_afterwards(tmp_path: Path) -> None:
    """An erasure changes no count of asked providers, acceptances, minutes and costs.

    Only of who was not asked it is no longer certain in which cases it was eligible.
    """
    month = NOW.replace(day=1, hour=0, minute=0)

    def reported(store: Store) -> FairnessReport:
        with store.reading() as reader:
            return fairness.report(
                reader.cases(open_only=False),
                reader.tallies(),
                month,
                standings=reader.standings(),
                contract_counts=reader.contract_counts(),
            )

    with opened(tmp_path / "cases.sqlite3") as store:
        for number in range(1, 13):
            _life(store, number)
        before = reported(store)
        for number in (2, 3, 5, 7, 11):
            with store.deciding() as tx:
                tx.forget(number, LATER)
        store.after_erasure()
        after = reported(store)
    for row, was in zip(after.rows, before.rows, strict=True):
        assert row.eligible <= was.eligible == was.eligible_most <= row.eligible_most
    rows = tuple(
        replace(row, eligible=was.eligible, eligible_most=was.eligible_most)
        for row, was in zip(after.rows, before.rows, strict=True)
    )
    assert replace(after, rows=rows) == before
    assert before.cases == 12
    assert {row.provider for row in before.rows} == {"huber", "lech"}


def test_each_time_of_a_drive_is_rounded_by_itself(tmp_path: Path) -> None:
    """A drive of 23 minutes that was promised as 16 is 25, promised as 15, before erasure as well.

    Moved together with the arrival the promise would be 18 afterwards, and tell by how much.
    """
    with opened(tmp_path / "cases.sqlite3") as store, store.deciding() as tx:
        made = accepted(1, minutes=16.0)
        there = replace(made, arrived_at=made.promises[0].there_at + 7 * MINUTE)
        tx.new_case(closed(case(offers=(there,)), LATER), personal())
        before, learned = tx.tallies(), tx.summaries()
        tx.forget(1, LATER)
        assert tx.tallies() == before
        assert (before[0].arrival_min, before[0].promised_min) == (25.0, 15.0)
        assert tx.summaries() == learned == summarise(before, made.opened_at)


def test_a_second_driver_makes_the_first_one_coarser(tmp_path: Path) -> None:
    """The sums of a firm follow the step of its case, which grows with a second driver."""
    with opened(tmp_path / "cases.sqlite3") as store, store.deciding() as tx:
        said = {"base_min": 14, "travel_source": "crow_fly"}
        one = tx.new_case(case(offers=(accepted(1, minutes=33.0, **said),)), personal())
        [alone] = tx.summaries()
        assert alone.late_min_weighted == 35 - 15
        second = accepted(2, "lech", minutes=50.0, service="taxi", **said)
        tx.save(one, replace(one, offers=(*one.offers, second)))
        [first, _] = tx.summaries()
        assert first.late_min_weighted == 40 - 20


def test_what_is_kept_of_forecasts_says_no_more_than_the_offers(tmp_path: Path) -> None:
    """Band and observed minutes follow from the coarse offer; declined offers have none."""
    with opened(tmp_path / "cases.sqlite3") as store, store.deciding() as tx:
        said = {"acceptance": 0.74, "base_min": 14, "forecast_min": 16, "travel_source": "crow_fly"}
        made = accepted(2, minutes=23.0, **said)
        there = replace(made, arrived_at=made.promises[0].there_at + 3 * MINUTE)
        offers = (declined(1, "lech", **said), there)
        tx.new_case(closed(case(offers=offers), LATER), personal())
        before = tx.chance_counts(), tx.arrival_counts(), tx.chance_sums(), tx.summaries()
        tx.forget(1, LATER)
        assert (tx.chance_counts(), tx.arrival_counts(), tx.chance_sums(), tx.summaries()) == before
        forgotten_case = tx.case(1)
        assert forgotten_case is not None
        first, second = forgotten_case.offers
        assert (first.base_min, first.forecast_min, first.travel_source) == (None, None, "")
        # 26 minutes are 25 now, and 14 are 15.
        assert (second.base_min, second.forecast_min, second.acceptance) == (15, None, None)
        assert second.rank == 0
        [tally] = [each for each in tx.tallies() if each.provider == "huber"]
        [arrival] = tx.arrival_counts()
        assert (arrival.band_min, arrival.observed_min) == (15, 25) == (15, tally.arrival_min)
        assert [(each.provider, each.tenth, each.accepted) for each in tx.chance_counts()] == [
            ("huber", 7, 1), ("lech", 7, 0),
        ]  # fmt: skip


def _driven(
    place: Place, drivers: int, chance: random.Random, late_min: float
) -> tuple[Case, dict[str, place_grid.Base]]:
    """Make a closed case to which several firms from all directions have driven, some late."""
    bases = {
        f"p{number}": (place.lat + chance.uniform(-0.3, 0.3), place.lon + chance.uniform(-0.4, 0.4))
        for number in range(drivers)
    }
    offers: list[Offer] = []
    for number, (provider, base) in enumerate(bases.items(), 1):
        minutes = place_grid.drive_min(base, place.lat, place.lon)
        there_min = minutes + chance.uniform(0, late_min)
        made = accepted(number, provider, minutes=there_min, service=f"s{number}")
        said = {"base_min": round(minutes), "forecast_min": round(minutes), "acceptance": 0.7}
        offers.append(
            replace(made, arrived_at=made.promises[0].there_at, travel_source="crow_fly", **said)
        )
    return closed(case(incident=incident(place=place), offers=tuple(offers)), LATER), bases


@pytest.mark.parametrize("by_forecast", [False, True], ids=["drives", "forecasts"])
@pytest.mark.parametrize("count", [30, pytest.param(500, marks=pytest.mark.ci)])
def test_the_place_cannot_be_found_again(count: int, by_forecast: bool) -> None:
    """With all bases and speeds the place cannot be found to 2 km after an erasure.

    Neither from the drives of firms that come as forecast, nor from the forecasts of late ones.
    """
    chance = random.Random(count)
    narrow = 0
    for number in range(count):
        place = place_at(chance.uniform(48, 53.5), chance.uniform(8, 12.5))
        full, bases = _driven(place, 1 + number % 4, chance, 40.0 if by_forecast else 0.0)
        left = forgotten(full, LATER)
        found = place_grid.possible_places(left, bases, by_forecast=by_forecast)
        narrow += place_grid.apart_km(found) < 4.0
        if number % 4 == 3 and number < 12:  # the control: with exact drives it is found
            region = replace(full.incident, place=left.incident.place)
            exact = replace(full, services=(), incident=region)
            found = place_grid.possible_places(exact, bases, 0.6, by_forecast=by_forecast)
            assert place_grid.apart_km(found) < 2.5
    # Where a circle just touches the rim of a region, the sliver between them may be narrow.
    assert narrow <= count // 100


@pytest.mark.parametrize("text", ["86150", "10117", "17419", "80331", "25999"])
def test_a_place_is_blurred_to_a_region(text: str) -> None:
    """The rest of a postcode has a radius of at least 8 km and contains the place."""
    place = place_of_postcode(text)
    region = blurred(place)
    assert text.startswith(region.postcode)
    assert region.uncertainty_km >= 8
    assert great_circle_km(region.lat, region.lon, place.lat, place.lon) <= region.uncertainty_km
    assert region.land == place.land


def test_a_place_abroad_is_blurred_to_a_degree() -> None:
    """Abroad a place is blurred to whole degrees, and its distance to steps of 80 km."""
    region = blurred(place_at(45.4642, 9.1900))
    assert (region.lat, region.lon, region.postcode, region.label) == (45.0, 9.0, "", "")
    assert region.foreign_km % 80 == 0
