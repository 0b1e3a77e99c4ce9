"""Compute the expected learned values by a second implementation.

It reads all calls of the model, stores no sums and shares no code with the program.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from dispatch_cli.model.case import Case

from .jobs import MINUTE, Call, Job

YES = {"accepted", "failed", "unsuccessful"}
NO = {"declined", "no_answer", "unreachable", "wrong_equipment"}
HALF_LIFE = timedelta(days=90)
FILE_WEIGHT = 10


class Posterior(Struct):
    """The learned values of a firm for a service: acceptance, answer minutes, lateness twice."""

    acceptance: float
    answer_min: float
    late_min: float
    promise_late_min: float


def note_forecasts(job: Job, case: Case) -> None:
    """Keep the forecast of the cascade for each new call."""
    options = {
        (service.service, option.provider): option
        for service in case.services
        for option in service.options
    }
    for call in job.calls:
        if call.is_noted:
            continue
        call.is_noted = True
        same = (call.firm, call.service, call.at)
        struck = [each for each in job.calls if each.is_struck and each.number < call.number]
        before = [each for each in struck if (each.firm, each.service, each.at) == same]
        if before:  # the record of a call that was struck out is about the same call
            last = before[-1]
            call.chance, call.said_min, call.base_min = last.chance, last.said_min, last.base_min
        elif not call.override:
            option = options[call.service, call.firm]
            call.chance = option.acceptance
            if job.when <= call.at + MINUTE:
                passed = min(option.wait_min, max(0.0, (call.at - job.when) / MINUTE))
                call.said_min = round(max(0.0, option.arrival_min - passed))
                call.base_min = round(option.base_min - passed)


def turns(jobs: Iterable[Job]) -> Iterator[tuple[Job, list[Call]]]:
    """Yield the turns: the calls to a firm for a service of a case, up to an answered one."""
    for job in jobs:
        running: dict[tuple[str, str], list[Call]] = {}
        for call in job.calls:
            if call.is_struck:
                continue
            turn = running.setdefault((call.service, call.firm), [])
            turn.append(call)
            if call.outcome not in ("no_answer", "unreachable"):
                yield job, running.pop((call.service, call.firm))
        yield from ((job, turn) for turn in running.values())


def lessons(jobs: Iterable[Job]) -> Iterator[tuple[Job, list[Call]]]:
    """Yield the turns that count for learning."""
    for job, turn in turns(jobs):
        if turn[-1].outcome in YES | NO and not turn[-1].override:
            yield job, turn


def posteriors(
    jobs: Iterable[Job], prior: tuple[float, float], now: datetime
) -> dict[tuple[str, str], Posterior]:
    """Compute the learned values of each firm and service at a moment after all calls."""
    found: dict[tuple[str, str], Posterior] = {}
    taught = list(lessons(jobs))
    for key in {(turn[-1].firm, turn[-1].service) for _, turn in taught}:
        jobs_of, own = zip(*[
            (job, turn) for job, turn in taught if (turn[-1].firm, turn[-1].service) == key
        ], strict=True)  # fmt: skip
        weights = [2 ** ((turn[-1].at - now) / HALF_LIFE) for turn in own]
        yes = [float(turn[-1].outcome in YES) for turn in own]
        acceptance, answer_min = prior
        found[key] = Posterior(
            acceptance=shrunk(acceptance, yes, weights),
            answer_min=shrunk(answer_min, map(waited, own), weights),
            late_min=shrunk(0.0, map(late, jobs_of, own), weights),
            promise_late_min=shrunk(0.0, map(later_than_promised, jobs_of, own), weights),
        )
    return found


def shrunk(prior: float, values: Iterable[float | None], weights: list[float]) -> float:
    """Return the weighted mean, in which the prior counts ten times; None values are left out."""
    known = [(v, w) for v, w in zip(values, weights, strict=True) if v is not None]
    total = FILE_WEIGHT * prior + sum(value * weight for value, weight in known)
    return total / (FILE_WEIGHT + sum(weight for _, weight in known))


def waited(turn: list[Call]) -> float | None:
    """Return the minutes of waiting in a turn: at most 15 for each call, and none negative."""
    minutes = [((call.answered or call.due) - call.at) / MINUTE for call in turn]
    return None if min(minutes) < 0 else sum(min(each, 15.0) for each in minutes)


def came(call: Call) -> float | None:
    """Return the minutes from the acceptance to the arrival, or to the newest promise."""
    if (
        call.outcome not in YES
        or (call.outcome == "failed" and not call.there)
        or not call.promised
    ):
        return None
    return ((call.there or call.promised[-1]) - call.answered) / MINUTE


def coarse(job: Job, minutes: float) -> int:
    """Round minutes of a drive to steps of 5, with several drivers of 10 for each."""
    drivers = {each.firm for each in job.calls if each.promised or each.there}
    step = 5 if len(drivers) < 2 else 10 * len(drivers)
    return round(minutes / step) * step


def late(job: Job, turn: list[Call]) -> float | None:
    minutes, base = came(turn[-1]), turn[-1].base_min
    if minutes is None or base is None:
        return None
    return coarse(job, minutes) - coarse(job, base)


def later_than_promised(job: Job, turn: list[Call]) -> float | None:
    call = turn[-1]
    if not call.there or not call.promised:
        return None
    there, promised = ((each - call.answered) / MINUTE for each in (call.there, call.promised[0]))
    return coarse(job, there) - coarse(job, promised)


def chances(jobs: Iterable[Job]) -> Counter:
    """Count by tenth of the chance how often a firm was asked and how often it accepted."""
    found: Counter = Counter()
    for _, turn in lessons(jobs):
        first, last = turn[0], turn[-1]
        if first.chance is not None:
            month = last.at.astimezone(UTC).strftime("%Y-%m")
            tenth = next(n for n in range(10) if first.chance < (n + 1) / 10 or n == 9)
            found[month, last.firm, last.service, tenth, "asked"] += 1
            found[month, last.firm, last.service, tenth, "yes"] += last.outcome in YES
    return +found


def arrivals(jobs: Iterable[Job]) -> Counter:
    """Count arrivals by band of the forecast, and add up their rounded minutes."""
    found: Counter = Counter()
    for job, turn in lessons(jobs):
        first, last = turn[0], turn[-1]
        if first.chance is None or last.said_min is None or not last.there or came(last) is None:
            continue
        observed, forecast = coarse(job, came(last)), coarse(job, last.said_min)
        band = next(begin for begin in (60, 30, 15, 0) if forecast >= begin or begin == 0)
        month = last.at.astimezone(UTC).strftime("%Y-%m")
        found[month, last.firm, last.service, band, "arrived"] += 1
        found[month, last.firm, last.service, band, "minutes"] += observed
    return found


def sums_of_chances(jobs: Iterable[Job]) -> Counter:
    """Count how often each firm was asked in a year, and add up its chances."""
    found: Counter = Counter()
    for _, turn in lessons(jobs):
        if turn[0].chance is not None:
            year = turn[-1].at.astimezone(UTC).strftime("%Y")
            found[year, turn[-1].firm, "asked"] += 1
            found[year, turn[-1].firm, "sum"] += turn[0].chance
    return found
