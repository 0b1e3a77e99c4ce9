"""Logs of random worlds, and a second implementation of docs/learning.md and docs/equals.md."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from math import sqrt
from random import Random
from typing import Any

from dispatch_cli.model import Observations, Provider, ServiceSettings, Settings
from dispatch_cli.model.case_counts import Summary

AS_OF_DAYS = 30
"""The time from the summaries to the observations of these worlds."""


def summaries_of(
    random: Random, providers: Iterable[Provider], as_of: datetime
) -> dict[tuple[str, str], Summary]:
    """Make the sums of some firms of a world: short and long logs, late and early firms."""
    found = {}
    for one in providers:
        for service in one.services:
            if random.random() < 0.7:
                weight = random.choice((0.4, 3.0, 12.0, 60.0, 400.0))
                late_weight = weight * random.random()
                found[one.id, service] = Summary(
                    provider=one.id,
                    service=service,
                    asked_weight=weight,
                    accepted_weight=weight * random.choice((0.0, 0.3, 0.6, 1.0)),
                    answer_weight=weight,
                    answer_min_weighted=weight * random.choice((1.0, 3.0, 4.5)),
                    late_weight=late_weight,
                    late_min_weighted=late_weight * random.choice((-4.0, 0.0, 2.0, 9.0)),
                    as_of=as_of - timedelta(days=AS_OF_DAYS),
                )
    return found


def learned_by_hand(
    seen: Observations, settings: ServiceSettings, provider: Provider, service: str, factor: float
) -> tuple[float, float, float, float]:
    """Answer minutes, acceptance, lateness and the standard error of the index.

    ``factor`` is what the night leaves of the acceptance that is known before the log.
    """
    answer = settings.answer_min if provider.answer_min is None else provider.answer_min
    said = settings.acceptance if provider.acceptance is None else provider.acceptance
    said *= factor
    log = seen.summaries.get((provider.id, service))
    if log is None:
        return answer, said, 0.0, 0.0
    assert seen.as_of is not None
    rest = 0.5 ** ((seen.as_of - log.as_of) / timedelta(days=90))
    yes = 10 * said + rest * log.accepted_weight
    no = 10 * (1 - said) + rest * (log.asked_weight - log.accepted_weight)
    acceptance, asks = yes / (yes + no), 10 + rest * log.answer_weight
    answer = (10 * answer + rest * log.answer_min_weighted) / asks
    arrivals = 10 + rest * log.late_weight
    late = rest * log.late_min_weighted / arrivals
    if acceptance == 0:
        return answer, acceptance, late, 0.0
    of_acceptance = yes * no / ((yes + no) ** 2 * (yes + no + 1)) * (answer / acceptance**2) ** 2
    error = sqrt(of_acceptance + 9 / asks / acceptance**2 + 25 / arrivals)
    return answer, acceptance, late, error


def turns_by_hand(
    order: Sequence[Any],
    settings: Settings,
    *,
    part: Callable[[Any], Any],
    minutes: Callable[[Any], float],
    error: Callable[[Any], float],
    tie: Callable[[Any], Any],
) -> list[Any]:
    """Form the groups of equals one by one, from what is left; ``order`` is by minutes and tie."""
    found, left = [], [*order]
    while left:
        leader = left[0]
        most = round(minutes(leader) * 1e6) + min(settings.fair_within_min, 3 * error(leader)) * 1e6
        group = [
            each
            for each in left
            if part(each) == part(leader) and round(minutes(each) * 1e6) <= most
        ]
        found += sorted(group, key=tie)
        left = [each for each in left if each not in group]
    return found
