"""Coverage equals a minute-by-minute count, and gaps that are known by hand."""

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from dispatch_cli import catalog, geo, planning
from dispatch_cli.errors import ExitCode, UsageError
from dispatch_cli.hours import evaluate_hours
from dispatch_cli.model import (
    Circle,
    Country,
    Hold,
    Observations,
    Phone,
    Place,
    Polygon,
    Postcodes,
    Provider,
    Settings,
)
from dispatch_cli.notation.centres import centres
from dispatch_cli.public_holidays import holiday_dates
from dispatch_cli.results.coverage_results import CoverageGap, CoverageReport

from ..batch.naive_availability import some_known, without_hours
from ..worlds import MemoryCatalog, looked_at, no_holidays, observed, provider

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
EPIPHANY, PEACE = date(2027, 1, 6), date(2026, 8, 8)


@cache
def _days(region: str, years: tuple[int, ...]) -> tuple[date, ...]:
    return holiday_dates(region, years, None)


def _holidays(region: str, years: Iterable[int]) -> tuple[date, ...]:
    """Return the real public holidays."""
    return _days(region, tuple(years))


def _plan(providers: list[Provider], start: str, days: int = 2, **asked: object) -> CoverageReport:
    now = datetime.fromisoformat(start).replace(tzinfo=BERLIN)
    asked = {"holidays": _holidays, **asked}
    return planning.plan_ahead(MemoryCatalog(providers), now=now, days=days, **asked)


def _firm(name: str, hours: str | None, postcodes: str = "86150", **facts: object) -> Provider:
    area = Postcodes(tuple((code, code) for code in postcodes.split()))
    return provider(name, hours=hours, timetable=None, area=area, **facts)


def _said(gaps: tuple[CoverageGap, ...]) -> list[str]:
    return [
        f"{gap.start:%d %H:%M} - {gap.end:%d %H:%M} {gap.count} {' '.join(gap.providers)}".rstrip()
        for gap in gaps
    ]


def test_two_firms_and_a_weekend() -> None:
    """No firm on Sunday, one on Saturday afternoon, else no gap."""
    firms = [_firm("a", "Mo-Sa 06:00-18:00"), _firm("b", "Mo-Fr 00:00-24:00; Sa 00:00-12:00")]
    found = _plan(firms, "2026-11-27T12:00", 3)
    assert _said(found.gaps) == [
        "27 18:00 - 28 06:00 1 b",
        "28 12:00 - 28 18:00 1 a",
        "28 18:00 - 30 00:00 0",
        "30 00:00 - 30 06:00 1 b",
    ]  # fmt: skip
    assert {(gap.region, gap.service, gap.postcodes, gap.worst) for gap in found.gaps} == {
        ("86", "tow", 1, 1)
    }
    assert [contact.provider for contact in found.contacts] == ["a", "b"]


@pytest.mark.parametrize(
    ("start", "gap"),
    [
        # The night to 25 October 2026 has 02:00 to 03:00 twice: a gap of nine hours, in CEST
        # before and CET after; the one to 28 March 2027 lacks it.
        ("2026-10-24T12:00", ("2026-10-24T20:00", "2026-10-25T05:00")),
        ("2027-03-27T12:00", ("2027-03-27T21:00", "2027-03-28T04:00")),
    ],
)
def test_the_nights_in_which_the_clocks_change(start: str, gap: tuple[str, str]) -> None:
    """A gap from 22:00 to 06:00 lasts nine hours in October and seven in March."""
    found = _plan([_firm("day", "Mo-Su 06:00-22:00")], start, 1, minimum=1)
    assert [
        (f"{one.start.astimezone(UTC):%Y-%m-%dT%H:%M}", f"{one.end.astimezone(UTC):%Y-%m-%dT%H:%M}")
        for one in found.gaps
    ] == [gap]
    assert [(f"{one.start:%H:%M}", f"{one.end:%H:%M}") for one in found.gaps] == [
        ("22:00", "06:00")
    ]


@pytest.mark.parametrize(
    ("region", "day", "is_gap"),
    [
        ("BY", EPIPHANY, True),
        ("BE", EPIPHANY, False),
        ("Augsburg", PEACE, True),
        ("BY", PEACE, False),
    ],
)
def test_holidays_of_a_region(region: str, day: date, is_gap: bool) -> None:
    """6 January closes in Bavaria and not in Berlin; 8 August only in Augsburg."""
    firm = _firm("firm", "Mo-Su 08:00-18:00; PH off", region=region)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=BERLIN)
    found = _plan([firm], f"{day}T00:00", 1, minimum=1)
    assert any(gap.start <= noon < gap.end for gap in found.gaps) is is_gap


def test_from_a_file_with_its_own_holidays(tmp_path: Path) -> None:
    """A firm's Land follows from its base: on 6 January 2027 region 86 has a gap, 10 has none."""
    path = tmp_path / "providers.toml"
    path.write_text(
        "".join(
            f"""
[[provider]]
id = "p{base}"
name = "Abschlepp {base}"
phone = "089 99998-114"
services = ["tow"]
base = "{base}"
area = {{ postcodes = ["{base}"] }}
hours = "Mo-Su 00:00-24:00; PH off"
"""
            for base in ("86150", "10115")
        ),
        encoding="utf-8",
    )
    now = datetime(2027, 1, 5, 12, tzinfo=BERLIN)
    loaded = catalog.load(
        path, source="option", now=now, cache_dir=None,
        holidays=lambda region, years: holiday_dates(region, years, None),
    )  # fmt: skip
    for days in (3, 30):  # as the catalog has worked them out, and anew beyond its two weeks
        found = planning.plan_ahead(loaded, now=now, days=days, holidays=_holidays, minimum=1)
        assert _said(found.gaps) == ["06 00:00 - 07 00:00 0"]
        assert [gap.region for gap in found.gaps] == ["86"]


def test_each_reason_that_excludes_a_provider() -> None:
    """A hold until it ends, an outage for an hour, no unit for ever; unknown hours do not count."""
    firms = [
        _firm("held", "24/7", on_hold=Hold("yard", datetime(2026, 11, 27, 14, tzinfo=BERLIN))),
        _firm("down", "24/7"),
        _firm("full", "24/7"),
        _firm("busy", "24/7"),
        _firm("away", "24/7", on_hold=Hold("gone")),
        _firm("none", "24/7", units=0),
        _firm("maybe", None),
    ]
    noon = datetime(2026, 11, 27, 12, tzinfo=BERLIN)
    seen = observed(
        noon,
        down=looked_at("down", at=noon),
        full=looked_at("busy", at=noon, free=0),
        busy=looked_at("busy", at=noon, wait_min=30.0),
    )
    found = _plan(firms, "2026-11-27T12:00", minimum=4, observations=seen)
    assert _said(found.gaps) == [
        "27 12:00 - 27 13:00 2 full busy",
        "27 13:00 - 27 14:00 3 down full busy",
    ]
    assert {gap.unknown for gap in found.gaps} == {("maybe",)}


def test_neighbours_do_not_stand_in_for_each_other() -> None:
    """Two firms with half of a region each: in both halves only one can come."""
    firms = [_firm("north", "24/7", "86609 86660"), _firm("south", "24/7", "86899")]
    (gap,) = _plan(firms, "2026-11-27T12:00").gaps
    assert (gap.count, gap.worst, gap.postcodes, gap.providers) == (1, 3, 3, ("north", "south"))
    (half,) = _plan(firms, "2026-11-27T12:00", regions=["868"]).gaps
    assert (half.region, half.postcodes, half.providers) == ("868", 1, ("south",))
    both = _plan(firms, "2026-11-27T12:00", regions=["86", "868"]).gaps
    assert [(each.region, each.postcodes) for each in both] == [("86", 2), ("868", 1)]


def test_other_postcodes_as_many_are_one_gap() -> None:
    """One half lacks a firm on Monday, the other on Tuesday: one gap of two days."""
    firms = [
        _firm("both", "24/7", "86150 86899"),
        _firm("north", "Mo 00:00-24:00", "86150"),
        _firm("south", "Tu 00:00-24:00", "86899"),
    ]
    found = _plan(firms, "2026-11-30T00:00", 3).gaps
    assert [(gap.postcodes, gap.providers) for gap in found] == [(1, ("both",)), (2, ("both",))]
    assert _said(found) == ["30 00:00 - 02 00:00 1 both", "02 00:00 - 03 00:00 1 both"]


def test_a_place_never_covered_is_counted_and_no_gap() -> None:
    """Postcodes that no firm serves are counted, but are not a gap."""
    found = _plan([_firm("one", "24/7"), _firm("two", "24/7")], "2026-11-27T12:00")
    here = sum(1 for code, _, _ in centres().everything() if code.startswith("86"))
    assert [(each.region, each.served, each.postcodes) for each in found.services] == [
        ("86", 1, here)
    ]
    assert not found.gaps


def test_only_a_minimum_that_was_named_can_be_missed() -> None:
    """Fewer than two are shown anyway; the exit code is 7 only with a named minimum."""
    firms = [_firm("a", "24/7")]
    shown = _plan(firms, "2026-11-27T12:00")
    assert (len(shown.gaps), shown.exit_code) == (1, ExitCode.OK)
    assert _plan(firms, "2026-11-27T12:00", minimum=2).exit_code == ExitCode.ATTENTION
    assert _plan(firms, "2026-11-27T12:00", minimum=1).exit_code == ExitCode.OK


def test_emergency_services_are_not_planned() -> None:
    """112 and 110 do not depend on the file; a service can be named."""
    firms = [_firm("a", "24/7", services=("ambulance", "tow", "taxi"))]
    assert {gap.service for gap in _plan(firms, "2026-11-27T12:00").gaps} == {"tow", "taxi"}
    only = _plan(firms, "2026-11-27T12:00", services=["taxi"])
    assert {gap.service for gap in only.gaps} == {"taxi"}


def test_all_invalid_arguments_are_refused_at_once() -> None:
    """Every wrong value is named, with what is allowed."""
    with pytest.raises(UsageError) as caught:
        _plan([], "2026-11-27T12:00", 0, minimum=0, regions=["8x"], services=["ambulance"])
    texts = [str(problem) for problem in caught.value.problems]
    assert [text.split()[0] for text in texts] == ["0", "the", "region", "unknown"]
    assert "between 1 and 92" in texts[0]


def test_a_month_ahead_is_worked_out_anew() -> None:
    """Hours beyond the two weeks of the catalog's timetables are right."""
    firm = provider(
        "a", hours="Mo-Fr 00:00-24:00", area=Postcodes((("86150", "86150"),)),
        timetable=evaluate_hours(
            "Mo-Fr 00:00-24:00", holidays=(), days=16, timezone="Europe/Berlin",
            start=datetime(2026, 11, 1, tzinfo=BERLIN),
        ),
    )  # fmt: skip
    found = _plan([firm], "2026-11-02T00:00", 28, minimum=1)
    assert [f"{gap.start:%d.%m.}" for gap in found.gaps] == ["07.11.", "14.11.", "21.11.", "28.11."]


# --- against a count that looks at every minute ---

HOURS = (
    "24/7", None, "Mo-Fr 08:00-18:00; PH off", "Mo-Su 22:00-06:00", "Sa,Su,PH 00:00-24:00",
    "Mo-Fr 07:30-16:30; Sa 08:00-12:10", "Mo-Su 06:00-22:00, Mo-Su 22:00-23:00 unknown",
)  # fmt: skip
STARTS = (
    "2026-10-24T09:17", "2027-03-27T00:00", "2027-01-05T23:59", "2026-08-07T12:00",
    "2026-11-27T12:03",
)  # fmt: skip


def _random_world(random: Random) -> list[Provider]:
    """Make firms round Augsburg, with every kind of area, hold and hours."""
    firms = []
    for number in range(random.randint(1, 8)):
        lat, lon = 48.36 + random.uniform(-0.3, 0.3), 10.9 + random.uniform(-0.4, 0.4)
        ring = tuple((lat + dy, lon + dx) for dy, dx in ((-0.1, -0.2), (0.2, -0.1), (0.1, 0.3)))
        area = random.choice(
            [
                Circle(random.uniform(0.5, 40)),
                Circle(25.0),
                Postcodes((("86150", "86199"), ("86180", "86399"))),
                Postcodes((("86500", "86500"),)),
                Polygon(((ring,),)),
                Country(),
            ]
        )
        until = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)
        firms.append(
            provider(
                f"p{number}", lat=lat, lon=lon, area=area, timetable=None,
                hours=random.choice(HOURS), region=random.choice(["BY", "BE", "Augsburg"]),
                services=random.choice([("tow",), ("tow", "taxi"), ("taxi",)]),
                phones=(Phone("+49", "own", hours=random.choice([None, "24/7"])),),
                units=random.choice([0, 1, 1, 2]),
                on_hold=random.choice([None, None, None, Hold("x"), Hold("x", until)]),
            )
        )  # fmt: skip
    return firms


def _counted(
    firms: list[Provider], seen: Observations, start: datetime, days: int, minimum: int
) -> Iterator[tuple[datetime, tuple[object, ...] | None]]:
    """Compute for each minute the gap of region 86 and tow, by a second implementation."""
    table = [row for row in centres().everything() if row[0].startswith("86")]
    reached = {}
    for code, lat, lon in table:
        place = Place(lat=lat, lon=lon, postcode=code, postcodes=(code,))
        who = [
            firm
            for firm in firms
            if "tow" in firm.services
            and geo.fit(firm.area, firm.lat, firm.lon, place)[0] == "inside"
        ]  # fmt: skip
        if who:
            reached[code] = who
    # A region that was named is short everywhere if no firm comes to any of its postcodes.
    reached = reached or {code: [] for code, *_ in table}
    hours = {
        firm.id: evaluate_hours(
            firm.hours, holidays=_holidays(firm.region, [2026, 2027]), days=days + 3,
            start=start - timedelta(days=1), timezone="Europe/Berlin",
        )
        for firm in firms
    }  # fmt: skip
    for minute in range(days * 1440):
        at = start.astimezone(UTC) + timedelta(minutes=minute)

        def state(firm: Provider, at: datetime = at) -> str:
            held = firm.on_hold and (firm.on_hold.until is None or at < firm.on_hold.until)
            if held or without_hours(firm, at, seen, Settings()).is_out:
                return "closed"
            found = hours[firm.id].span_at(at).state
            if found == "closed" and firm.phones[0].hours:
                soon = (hours[firm.id].span_at(at + m * MINUTE).state for m in range(31))
                # A look ahead over hours that are not known is none.
                return "open" if "open" in soon else found
            return found

        now = {firm.id: state(firm) for firm in firms}
        counts = {
            code: sum(now[firm.id] == "open" for firm in who) for code, who in reached.items()
        }
        thin = [code for code, count in counts.items() if count < minimum]
        if not thin:
            yield at, None
            continue
        ids = {firm.id for code in thin for firm in reached[code]}
        worst = min(counts.values())
        yield (
            at,
            (
                worst,
                list(counts.values()).count(worst),
                len(thin),
                tuple(sorted(each for each in ids if now[each] == "open")),
                tuple(sorted(each for each in ids if now[each] == "unknown")),
            ),
        )


@pytest.mark.parametrize("worlds", [8, pytest.param(150, marks=pytest.mark.ci)])
def test_equals_a_count_of_every_minute(worlds: int) -> None:
    """In random worlds every minute is in the gap of a second implementation, or in none."""
    minutes = found_gaps = 0
    for seed in range(worlds):
        random = Random(seed)
        firms, minimum = _random_world(random), random.choice([1, 2, 2, 3])
        start, days = random.choice(STARTS), random.randint(1, 2)
        now = datetime.fromisoformat(start).replace(tzinfo=BERLIN)
        known = {
            firm.id: some_known(random, firm.id, now) for firm in firms if random.random() < 0.3
        }
        seen = Observations(now=now, known=known)
        report = _plan(
            firms, start, days, minimum=minimum, services=["tow"], regions=["86"],
            observations=seen,
        )  # fmt: skip
        gaps = list(report.gaps)
        for before, after in pairwise(gaps):
            assert before.end <= after.start
            assert before.end < after.start or _facts(before) != _facts(after)
        for at, expected in _counted(firms, seen, report.start, days, minimum):
            holding = [gap for gap in gaps if gap.start <= at < gap.end]
            assert [_facts(gap) for gap in holding] == ([] if expected is None else [expected])
            minutes += 1
        found_gaps += len(gaps)
    assert minutes > worlds * 1440 - 1
    assert found_gaps > worlds  # else the worlds would prove nothing


def _facts(gap: CoverageGap) -> tuple[object, ...]:
    return gap.count, gap.worst, gap.postcodes, gap.providers, gap.unknown


@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.ci)])
def test_ten_thousand_providers_take_seconds(count: int) -> None:
    """A week of 10,000 providers all over Germany takes a few seconds."""
    random = Random(1)
    rows = list(centres().everything())
    tables = [
        evaluate_hours(
            hours, holidays=(), start=datetime(2026, 11, 26, 12, tzinfo=BERLIN), days=16,
            timezone="Europe/Berlin",
        )
        for hours in HOURS
    ]  # fmt: skip
    firms = []
    for number in range(count):
        _, lat, lon = random.choice(rows)
        services = tuple(random.sample(["tow", "taxi", "recovery", "lockout", "winch_out"], 3))
        firms.append(
            provider(
                f"p{number}", lat=lat, lon=lon, services=services, timetable=random.choice(tables),
                area=Circle(random.uniform(15, 60)),
            )
        )  # fmt: skip
    begin = time.process_time()
    report = _plan(firms, "2026-11-27T12:03", 7)
    seconds = time.process_time() - begin
    print(f"{count} providers, 7 days: {seconds:.1f} s, {len(report.gaps)} gaps")
    assert report.gaps
    assert seconds < 10


def test_a_file_without_providers() -> None:
    """A file without providers has no region and no gap."""
    report = planning.plan_ahead(
        MemoryCatalog([]), now=datetime(2026, 11, 27, tzinfo=UTC), days=1, holidays=no_holidays
    )
    assert (report.services, report.gaps) == ((), ())
