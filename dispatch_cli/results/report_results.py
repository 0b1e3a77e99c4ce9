"""The results of ``dispatch report``, whose fields are the JSON schemas."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from ..model.travel_engines import CROW_FLY


class FairnessRow(Struct, frozen=True, kw_only=True):
    """The cases in which a provider was eligible and was asked for one service, without overrides.

    All counts are of cases: a second call in one case does not count again. ``offered`` is
    ``accepted`` (also if it ``failed`` later) + ``cancelled`` by the motorist + refused. Minutes
    are means over the answered calls, None if there is none.
    """

    provider: str
    service: str
    eligible: int
    eligible_most: int
    """Upper bound of ``eligible``: an erased case only keeps which providers were asked."""
    ranked_first: int
    first_by_wish: int
    """The cases among ``ranked_first`` in which the caller's wish (``--wish``) put it first."""
    offered: int
    accepted: int
    failed: int
    cancelled: int
    answer_min: float | None
    arrival_min: float | None


class OverrideRow(Struct, frozen=True, kw_only=True):
    """The offers to a provider out of order, by the ``wish`` or ``decision`` in ``override``."""

    provider: str
    service: str
    override: str
    offered: int
    accepted: int
    answer_min: float | None
    arrival_min: float | None


class ContractRow(Struct, frozen=True, kw_only=True):
    """Expected minutes that a client's contracts cost its motorists against the neutral order.

    Cases are counted by bands of minutes. The mean of the known costs lies between
    ``mean_low_min`` and ``mean_high_min``; None: there is no such bound.
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
    """The offers by provider in the cases opened since a moment, and the cost of contracts."""

    since: datetime
    cases: int
    rows: tuple[FairnessRow, ...]
    overrides: tuple[OverrideRow, ...]
    contracts: tuple[ContractRow, ...]
    left_out: tuple[str, ...] = ()
    """Months (UTC) that contain ``since``: of their erased cases only the offers are counted."""


Verdict = Literal["as_said", "less_than_said", "more_than_said", "too_little"]
"""How the observed share compares with the forecast; ``too_little``: not enough offers."""


class ChanceRow(Struct, frozen=True, kw_only=True):
    """The observed acceptance of all offers with a forecast from ``said_from`` to ``said_to``.

    The true share lies between ``low`` and ``high`` with 95 % confidence; both are None with the
    verdict ``too_little``.
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
    """The observed acceptance of a provider in a year; ``said`` is the mean of its forecasts."""

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
    """The mean observed minutes from acceptance to arrival, for one band of forecast minutes.

    The last band has no end. ``travel_source`` is the engine of the forecast's travel minutes.
    """

    travel_source: str
    said_from_min: int
    said_to_min: int | None
    arrived: int
    mean_min: float

    @property
    def is_estimate(self) -> bool:
        """Whether the forecast was made of crow-fly minutes."""
        return self.travel_source == CROW_FLY


class ForecastReport(Struct, frozen=True, kw_only=True):
    """The forecasts of the ranking (acceptances and arrivals) against the observations.

    ``since`` None: all kept counts. Rows are in order, and none is empty.
    """

    since: datetime | None
    asked: int
    least: int
    """The smallest number of offers for a verdict."""
    rows: tuple[ChanceRow, ...]
    arrivals: tuple[ArrivalRow, ...]
    providers: tuple[ProviderChanceRow, ...]
    left_out: tuple[str, ...] = ()
    """The months and years that contain ``since``: their counts cannot be divided."""

    @property
    def is_too_little(self) -> bool:
        """Whether no tenth has enough offers for a verdict."""
        return all(row.verdict == "too_little" for row in self.rows)


class ServiceExperience(Struct, frozen=True, kw_only=True):
    """The values learned from the log for a provider and service, beside those of the file.

    ``offers`` and ``accepted`` are counts; in the learned values older offers weigh less. The true
    acceptance lies in ``interval`` with 80 % probability. ``late_min`` is actual arrival minus our
    own estimate, and the ranking adds it; ``promise_late_min`` is actual minus promised arrival.
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
