"""Measure whether equal firms get equal shares, by simulated desks with a known truth.

    python benchmarks/equals.py [--runs 30] [--write]

Each run is a log of 400 tows at one place with four firms. The file says the same of all. Each
firm accepts with its true chance, answers after 2 to 4 minutes and arrives as late as its truth,
give or take 5 minutes. The program ranks, learns and remembers; the clock moves on from case to
case. ``--write`` puts the table into docs/equals.md.
"""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import fmean
from typing import NamedTuple

from msgspec.structs import replace

from dispatch_cli import incident_ranking, ranking
from dispatch_cli.eligibility import EligibleProvider, Need, without_hours
from dispatch_cli.geo import TRAVEL_SOURCE
from dispatch_cli.learning import faded, summarise
from dispatch_cli.model import (
    Availability,
    Country,
    Incident,
    Observations,
    Phone,
    Place,
    PlanEntry,
    Provider,
    Rules,
    ServiceSettings,
    Settings,
)
from dispatch_cli.model.case_counts import Summary, TurnTally

CASES = 400
FIRST = 30
START = datetime(2026, 1, 5, 6, tzinfo=UTC)
ACCEPTANCE = 0.8
LATE_SPREAD_MIN = 5.0
BETTER_MIN = -5.0
BASE_MIN = 20.0
PAGE = Path(__file__).resolve().parents[1] / "docs" / "equals.md"
MARKS = ("<!-- the simulated desks -->\n", "<!-- end of the simulated desks -->")
_PLACE = Place(lat=48.37, lon=10.9)
_SUMS = (
    "accepted_weight", "asked_weight", "answer_weight", "answer_min_weighted", "late_weight",
    "late_min_weighted",
)  # fmt: skip


class Firm(NamedTuple):
    """The truth about a firm: its chance to accept, and how late it is on average."""

    acceptance: float = ACCEPTANCE
    late_min: float = 0.0


class Call(NamedTuple):
    """One call of a case: the firm, the moment, its answer, and how late the firm came."""

    firm: int
    at: datetime
    answer_min: int
    accepted: bool
    late_min: int


class Truth:
    """The answers of the firms: by seed the same ones, in whichever order the desk asks."""

    def __init__(self, firms: list[Firm], seed: int) -> None:
        self.firms, self._random = firms, [Random(f"{seed} {n}") for n in range(len(firms))]

    def call(self, firm: int, at: datetime) -> Call:
        """Ask a firm."""
        random, truth = self._random[firm], self.firms[firm]
        answer_min, accepted = random.randint(2, 4), random.random() < truth.acceptance
        late_min = round(random.gauss(truth.late_min, LATE_SPREAD_MIN))
        return Call(firm, at, answer_min, accepted, max(-int(BASE_MIN), late_min))


class Log:
    """The case log in memory: sums of offers and last assignments, by the program's functions."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], Summary] = {}
        self._assigned: dict[str, datetime] = {}

    def observations(self, now: datetime) -> Observations:
        """Return the observations for a ranking at a moment."""
        return Observations(
            last_assigned=dict(self._assigned), summaries=dict(self._sums), as_of=now
        )

    def note(self, call: Call) -> None:
        """Add a call, its answer and its arrival to the sums."""
        [more] = summarise([tally_of(call)], call.at)
        old = self._sums.get((more.provider, more.service), more)
        days = (more.as_of - old.as_of) / timedelta(days=1)
        if old is not more:
            more = replace(
                more,
                **{name: faded(getattr(old, name), days) + getattr(more, name) for name in _SUMS},
            )
        self._sums[more.provider, more.service] = more
        if call.accepted:
            self._assigned[more.provider] = call.at + timedelta(minutes=call.answer_min)


def tally_of(call: Call) -> TurnTally:
    """Make a call as the log counts it."""
    arrival_min = BASE_MIN + call.late_min if call.accepted else None
    return TurnTally(
        provider=name_of(call.firm),
        service="tow",
        client=None,
        opened_at=call.at,
        outcome="accepted" if call.accepted else "declined",
        answer_min=float(call.answer_min),
        promised_min=BASE_MIN if call.accepted else None,
        arrival_min=arrival_min,
        override="",
        case_id=1,
        came_min=arrival_min,
        base_min=int(BASE_MIN),
        travel_source=TRAVEL_SOURCE,
    )


def name_of(firm: int) -> str:
    """Return the id of a firm."""
    return f"equal-{firm}"


def providers_of(firms: list[Firm]) -> list[Provider]:
    """Return the firms as the file has them: all the same but for the number of the phone."""
    return [
        Provider(
            id=name_of(number),
            name=f"Equal {number}",
            phones=(Phone(f"+49899999830{number}", f"089 99998-30{number}"),),
            services=("tow",),
            lat=_PLACE.lat,
            lon=_PLACE.lon,
            area=Country(),
            hours="24/7",
            turnout_min=BASE_MIN,
        )
        for number in range(len(firms))
    ]


def settings_of(fair_within_min: float) -> Settings:
    """Return the settings of the simulated desks: the file's acceptance is the truth of most."""
    default = ServiceSettings(acceptance=ACCEPTANCE)
    return Settings(default=default, fair_within_min=fair_within_min)


def incident_of(number: int, at: datetime) -> Incident:
    """One case of the simulated desk."""
    return Incident(kind="tow", place=_PLACE, when=at, number=number)


def simulated(
    truth: Truth, every: timedelta, *, fair_within_min: float, cases: int = CASES
) -> Iterator[list[Call]]:
    """Work one case after the other; yields the calls of each."""
    rules, log = Rules(settings=settings_of(fair_within_min)), Log()
    providers = providers_of(truth.firms)
    for case in range(cases):
        at = START + case * every
        entry = PlanEntry(service="tow")
        need = without_hours(incident_of(case + 1, at), entry, rules, log.observations(at))
        calls = []
        for provider in asked(need, providers):
            call = truth.call(int(provider.rpartition("-")[2]), at)
            at += timedelta(minutes=call.answer_min)
            calls.append(call)
            if call.accepted:
                break
        for call in calls:
            log.note(call)
        yield calls


def asked(need: Need, providers: list[Provider]) -> list[str]:
    """Return the ids in the order in which the program asks them."""
    rated = []
    for provider in providers:
        eligible = EligibleProvider(
            provider=provider, phone=provider.phones[0], distance_km=0.0,
            availability=Availability(), area_edge=False, ask=(),
        )  # fmt: skip
        experienced, late_min, error_min = incident_ranking.with_experience(eligible, need)
        rated.append(ranking.rate(experienced, need, 0.0, late_min, error_min))
    return [each.eligible.provider.id for each in ranking.orders(rated, [], need).asked]


def shares(
    firms: list[Firm], seed: int, every: timedelta, *, fair_within_min: float
) -> list[float]:
    """Return the share of all cases that each firm got."""
    won = [0] * len(firms)
    for calls in simulated(Truth(firms, seed), every, fair_within_min=fair_within_min):
        if calls[-1].accepted:
            won[calls[-1].firm] += 1
    return [each / CASES for each in won]


class Study(NamedTuple):
    """Means over some runs, as shares from 0 to 1.

    ``even``: runs in which each of four equal firms got 20 to 30 % of the cases, of all runs and of
    the first 30. ``largest``: the largest share of an equal firm. ``better``: the share of a firm
    that is 5 minutes better than three others, divided by its acceptance.
    """

    even: float
    even_of_first: float
    largest: float
    better: float


def study(runs: int, every: timedelta, fair_within_min: float) -> Study:
    """Simulate equal firms, and one firm that is better than three others."""
    alike = [
        shares([Firm()] * 4, seed, every, fair_within_min=fair_within_min) for seed in range(runs)
    ]
    better = [Firm(late_min=BETTER_MIN), *[Firm()] * 3]
    first = [
        shares(better, seed, every, fair_within_min=fair_within_min)[0] for seed in range(runs)
    ]
    is_even = [min(each) >= 0.2 and max(each) <= 0.3 for each in alike]
    return Study(
        even=fmean(is_even),
        even_of_first=fmean(is_even[:FIRST]),
        largest=fmean(max(each) for each in alike),
        better=fmean(first) / ACCEPTANCE,
    )


CADENCES = {"1 a day": timedelta(days=1), "4 a day": timedelta(hours=6),
            "24 a day": timedelta(hours=1)}  # fmt: skip


def table(runs: int) -> str:
    """Write the studies as a Markdown table."""
    lines = [
        f"| cases | equals | runs with 20 to 30 % each | of the first {FIRST} |"
        " largest share, mean | better firm's share of its acceptance |",
        "|---|---|---|---|---|---|",
    ]
    for name in CADENCES:
        lines += rows(name, runs)
    return "\n".join([*lines, ""])


def rows(cadence: str, runs: int) -> list[str]:
    """Write the two rows of a cadence: ordered by minutes alone, and equals in turn."""
    lines = []
    for within_min, rule in ((0.0, "by minutes alone"), (3.0, "in turn")):
        found = study(runs, CADENCES[cadence], within_min)
        shown = " | ".join(f"{share:.0%}" for share in found)
        lines.append(f"| {cadence} | {rule} | {shown} |")
    return lines


def main() -> None:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--write", action="store_true", help=f"put it into docs/{PAGE.name}")
    options = parser.parse_args()
    found = table(options.runs)
    if not options.write:
        print(found, end="")
        return
    before, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    PAGE.write_text(before + MARKS[0] + found + MARKS[1] + after, encoding="utf-8")


if __name__ == "__main__":
    main()
