"""The frozen values of ``dispatch report``: the JSON schemas of its reports."""

from datetime import datetime
from typing import Literal

from msgspec import Struct


class FairnessRow(Struct, frozen=True, kw_only=True):
    """How often a provider's turn came for one service, and what it made of it.

    Every count is of cases, so that a second call in one case is no second offer; overrides are
    not in it. ``offered`` is ``accepted`` (also if it ``failed`` later) + ``cancelled`` by the
    motorist + refused. Minutes are means over the answered calls, None where there is none.
    """

    provider: str
    service: str
    eligible: int
    eligible_most: int
    """Of an erased case it is only known who was asked: it was eligible in at most so many."""
    ranked_first: int
    first_by_wish: int
    """How many of ``ranked_first`` were put there by the caller's wish (``--wish``)."""
    offered: int
    accepted: int
    failed: int
    cancelled: int
    answer_min: float | None
    arrival_min: float | None


class OverrideRow(Struct, frozen=True, kw_only=True):
    """How often a provider was asked out of order, by ``wish`` or the operator's ``decision``."""

    provider: str
    service: str
    override: str
    offered: int
    accepted: int
    answer_min: float | None
    arrival_min: float | None


class ContractRow(Struct, frozen=True, kw_only=True):
    """Expected minutes that a client's contracts cost its motorists against the neutral order.

    The cases are counted by bands of minutes. The mean of those whose cost is known lies between
    ``mean_low_min`` and ``mean_high_min``; None: it has no such bound.
    """

    client: str
    cases: int
    cost_0: int
    cost_under_1: int
    cost_1_to_3: int
    cost_3_to_10: int
    cost_over_10: int
    cost_unknown: int
    mean_low_min: float | None
    mean_high_min: float | None


class FairnessReport(Struct, frozen=True, kw_only=True):
    """Who was asked how often in the cases opened since a moment, and what contracts cost."""

    since: datetime
    cases: int
    rows: tuple[FairnessRow, ...]
    overrides: tuple[OverrideRow, ...]
    contracts: tuple[ContractRow, ...]
    left_out: tuple[str, ...] = ()
    """Months (UTC) that ``since`` divides: of their erased cases only the offers are counted."""


Verdict = Literal["as_said", "less_than_said", "more_than_said", "too_little"]
"""How outcomes stand to what was said of them; ``too_little``: too few to tell."""


class ChanceRow(Struct, frozen=True, kw_only=True):
    """How often chances from ``said_from`` to ``said_to`` came true, over all providers.

    ``low`` and ``high`` hold the true share with a chance of 95 %; both are None with the verdict
    ``too_little``.
    """

    said_from: float
    said_to: float
    asked: int
    accepted: int
    share: float
    low: float | None
    high: float | None
    verdict: Verdict


class ProviderChanceRow(Struct, frozen=True, kw_only=True):
    """How often a provider accepted in a year, beside the mean of the chances that were said."""

    year: str
    provider: str
    said: float
    asked: int
    accepted: int
    share: float
    low: float | None
    high: float | None
    verdict: Verdict


class ArrivalRow(Struct, frozen=True, kw_only=True):
    """After how many minutes, on average, providers came whose arrival was forecast in a band.

    The last band has no end.
    """

    said_from_min: int
    said_to_min: int | None
    arrived: int
    mean_min: float


class ForecastReport(Struct, frozen=True, kw_only=True):
    """Whether the chances and arrivals that the ranking forecast have come true.

    ``since`` None is everything that is kept. Rows are in order, and none is empty.
    """

    since: datetime | None
    asked: int
    least: int
    """So many must have been asked for a verdict."""
    rows: tuple[ChanceRow, ...]
    arrivals: tuple[ArrivalRow, ...]
    providers: tuple[ProviderChanceRow, ...]
    left_out: tuple[str, ...] = ()
    """The months and years that ``since`` divides: they are kept as a whole only."""

    @property
    def is_too_little(self) -> bool:
        """Whether no tenth has enough offers for a verdict."""
        return all(row.verdict == "too_little" for row in self.rows)


class ServiceExperience(Struct, frozen=True, kw_only=True):
    """What the log has taught about a provider for one service, beside what the file says.

    ``offers`` and ``accepted`` are counts; the learned values also know how long ago they were.
    ``interval`` holds the true acceptance with a chance of 80 %. ``late_min`` is arrival minus our
    own estimate, which the ranking adds; ``promise_late_min`` is actual minus promised arrival.
    """

    service: str
    prior_acceptance: float
    prior_answer_min: float
    offers: int
    accepted: int
    acceptance: float
    interval: tuple[float, float]
    answer_min: float
    late_min: float
    promise_late_min: float = 0.0
