"""Learn the acceptance, answer time and lateness of a provider from the case log.

All values are shrunk toward those of the file, which weigh PRIOR_OFFERS offers, and offers of the
log fade with HALF_LIFE_DAYS. See docs/learning.md.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import fsum, hypot, isfinite, nextafter, sqrt

from msgspec import Struct
from msgspec.structs import replace

from .betas import beta_quantile
from .geo import TRAVEL_SOURCE
from .model import Provider, Settings
from .model.case import ACCEPTED_OUTCOMES, REFUSED_OUTCOMES
from .model.case_counts import Summary, TurnTally

HALF_LIFE_DAYS = 90
"""Age of an offer that counts half of one made now."""

PRIOR_OFFERS = 10
"""Weight of the file's values, in offers."""

MOST_ANSWER_MIN = 15
"""Longest answer time that counts: a later answer was recorded late."""

INTERVAL = 0.8
"""The chance that the true acceptance lies within the interval that is shown."""

ANSWER_SPREAD_MIN = 3
"""Standard deviation of a single answer time."""

LATE_SPREAD_MIN = 5
"""Standard deviation of a single lateness."""

_DAY = timedelta(days=1)
_NOTHING = 1e-9


class PriorValues(Struct, frozen=True):
    """The values before the first offer, from the provider or its service's settings."""

    acceptance: float
    answer_min: float


class LearnedValues(Struct, frozen=True, kw_only=True):
    """A provider's values for one service, learned from the log.

    ``late_min`` is the mean of arrival minus base forecast, negative if the provider comes early;
    it is added to ``arrival_min``, which is never below 0. ``promise_late_min`` is the mean of
    actual minus promised arrival, and is only shown. ``asked``, ``accepted`` and the two weights
    are faded sums, not counts.
    """

    acceptance: float
    answer_min: float
    late_min: float
    promise_late_min: float
    asked: float
    accepted: float
    prior: PriorValues
    answer_weight: float = 0.0
    late_weight: float = 0.0

    @property
    def error_min(self) -> float:
        """The standard error of ``index_min`` by the log, in minutes; 0 without offers in the log.

        It adds the variances of answer_min / acceptance and of the lateness. That of the acceptance
        is the variance of its Beta distribution; those of minutes are constants over their weight.
        """
        if not self.asked or not self.acceptance:
            return 0.0
        yes, no = _beta_of(self)
        acceptance_error = sqrt(yes * no / (yes + no + 1)) / (yes + no)
        answer_error = ANSWER_SPREAD_MIN / sqrt(PRIOR_OFFERS + self.answer_weight)
        return hypot(
            acceptance_error * self.answer_min / self.acceptance / self.acceptance,
            answer_error / self.acceptance,
            LATE_SPREAD_MIN / sqrt(PRIOR_OFFERS + self.late_weight),
        )

    # Properties, because the bounds take a hundred times as long as the mean, and only reports
    # use them.
    @property
    def interval_low(self) -> float:
        """The lower end of the credible interval of the acceptance."""
        return beta_quantile(*_beta_of(self), (1 - INTERVAL) / 2)

    @property
    def interval_high(self) -> float:
        """The upper end of the credible interval of the acceptance."""
        return beta_quantile(*_beta_of(self), (1 + INTERVAL) / 2)


def faded(weight: float, days: float) -> float:
    """Let a weight fade over some days; negative days (a clock was set back) count as 0."""
    return float(weight * 0.5 ** (max(0.0, days) / HALF_LIFE_DAYS))


def is_counted(tally: TurnTally) -> bool:
    """Return whether an offer counts: answered, in order, and not called off by the motorist.

    A call without an answer before the provider opens does not count.
    """
    if tally.override or (tally.before_opening and tally.outcome in ("no_answer", "unreachable")):
        return False
    return tally.outcome in ACCEPTED_OUTCOMES or tally.outcome in REFUSED_OUTCOMES


def answer_minutes(tally: TurnTally) -> float | None:
    """Return the minutes of all calls of a turn; None if the time of a call is impossible.

    Unanswered calls count, because they cost time before the one that was answered.
    """
    calls = (*tally.in_vain_min, tally.answer_min)
    if not all(isfinite(minutes) and minutes >= 0 for minutes in calls):
        return None
    return fsum(min(minutes, MOST_ANSWER_MIN) for minutes in calls)


def late_minutes(tally: TurnTally) -> int | None:
    """Return arrival minus base forecast in whole minutes; None if one of them is unknown."""
    if tally.came_min is None or tally.base_min is None or not isfinite(tally.came_min):
        return None
    return round(tally.came_min) - tally.base_min


def summarise(
    tallies: Iterable[TurnTally], as_of: datetime, travel_source: str = TRAVEL_SOURCE
) -> list[Summary]:
    """Add up the offers of each provider and service, faded to a moment; sorted by both.

    Lateness counts for offers whose travel minutes have the source that the ranking uses. The
    order of the tallies changes nothing, not even the last bit.
    """
    groups: dict[tuple[str, str], list[TurnTally]] = {}
    for tally in tallies:
        if is_counted(tally):
            groups.setdefault((tally.provider, tally.service), []).append(tally)
    return [
        _summary(provider, service, groups[provider, service], as_of, travel_source)
        for provider, service in sorted(groups)
    ]


def prior_of(provider: Provider, service: str, settings: Settings) -> PriorValues:
    """Return the values of a provider and service without any offers."""
    default = settings.of(service)
    return PriorValues(
        acceptance=default.acceptance if provider.acceptance is None else provider.acceptance,
        answer_min=default.answer_min if provider.answer_min is None else provider.answer_min,
    )


def learned(prior: PriorValues, summary: Summary | None, now: datetime) -> LearnedValues:
    """Shrink the sums of the log toward the prior; without a summary the prior is returned.

    The acceptance is the mean of a Beta distribution and strictly between 0 and 1, unless the file
    has exactly 0 or 1 and no offer in the log contradicts it.
    """
    if summary is None:
        return LearnedValues(
            acceptance=prior.acceptance,
            answer_min=prior.answer_min,
            late_min=0.0,
            promise_late_min=0.0,
            asked=0.0,
            accepted=0.0,
            prior=prior,
        )
    days = (now - summary.as_of) / _DAY
    asked = faded(summary.asked_weight, days)
    accepted = faded(summary.accepted_weight, days)
    answer_weight = faded(summary.answer_weight, days)
    late_weight = faded(summary.late_weight, days)
    promise_weight = faded(summary.promise_weight, days)
    answer_min = PRIOR_OFFERS * prior.answer_min + faded(summary.answer_min_weighted, days)
    return LearnedValues(
        acceptance=_posterior_mean(prior.acceptance, accepted, asked),
        answer_min=answer_min / (PRIOR_OFFERS + answer_weight),
        late_min=faded(summary.late_min_weighted, days) / (PRIOR_OFFERS + late_weight),
        promise_late_min=(
            faded(summary.promise_min_weighted, days) / (PRIOR_OFFERS + promise_weight)
        ),
        asked=asked,
        accepted=accepted,
        prior=prior,
        answer_weight=answer_weight,
        late_weight=late_weight,
    )


def apply_learned(
    provider: Provider, service: str, settings: Settings, summary: Summary | None, now: datetime
) -> tuple[Provider, LearnedValues]:
    """Put the learned acceptance and answer minutes into a provider, for one service.

    Without a summary the provider is returned unchanged. A provider has no field for ``late_min``,
    which the caller adds to the arrival.
    """
    found = learned(prior_of(provider, service, settings), summary, now)
    if summary is None:
        return provider, found
    return replace(provider, acceptance=found.acceptance, answer_min=found.answer_min), found


def _beta_of(found: LearnedValues) -> tuple[float, float]:
    """Return the two parameters of the acceptance's distribution; below 1e-9 they are 0."""
    yes = PRIOR_OFFERS * found.prior.acceptance + found.accepted
    no = PRIOR_OFFERS * (1 - found.prior.acceptance) + found.asked - found.accepted
    return (yes if yes > _NOTHING else 0.0), (no if no > _NOTHING else 0.0)


def _posterior_mean(prior: float, accepted: float, asked: float) -> float:
    mean = (PRIOR_OFFERS * prior + accepted) / (PRIOR_OFFERS + asked)
    if mean >= 1 and (prior < 1 or accepted < asked):
        return nextafter(1, 0)
    return max(mean, nextafter(0, 1)) if prior > 0 or accepted > 0 else 0.0


def _summary(
    provider: str, service: str, tallies: Sequence[TurnTally], as_of: datetime, travel_source: str
) -> Summary:
    weighted = [(faded(1.0, (as_of - tally.opened_at) / _DAY), tally) for tally in tallies]
    answers = [
        (weight, minutes)
        for weight, tally in weighted
        if (minutes := answer_minutes(tally)) is not None
    ]
    late = [
        (weight, minutes)
        for weight, tally in weighted
        if tally.travel_source == travel_source and (minutes := late_minutes(tally)) is not None
    ]
    kept = [
        (weight, tally.arrival_min - tally.promised_min)
        for weight, tally in weighted
        if tally.arrival_min is not None
        and tally.promised_min is not None
        and isfinite(tally.arrival_min - tally.promised_min)
    ]
    return Summary(
        provider=provider,
        service=service,
        accepted_weight=fsum(
            weight for weight, tally in weighted if tally.outcome in ACCEPTED_OUTCOMES
        ),
        asked_weight=fsum(weight for weight, _ in weighted),
        answer_weight=fsum(weight for weight, _ in answers),
        answer_min_weighted=fsum(weight * minutes for weight, minutes in answers),
        late_weight=fsum(weight for weight, _ in late),
        late_min_weighted=fsum(weight * minutes for weight, minutes in late),
        as_of=as_of,
        promise_weight=fsum(weight for weight, _ in kept),
        promise_min_weighted=fsum(weight * minutes for weight, minutes in kept),
    )
