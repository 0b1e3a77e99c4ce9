"""Count how often each provider was asked, and what contracts cost the motorists.

Each count is one of services of cases: a second call to one provider for one service does not count
again. Providers that the operator asked out of order are counted separately.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from math import fsum

from .model import NO_CLIENT
from .model.case import ACCEPTED_OUTCOMES, REFUSED_OUTCOMES, Case
from .model.case_counts import ContractCount, CostBand, Standing, TurnTally
from .model.whole_months import divided, first_month
from .results.report_results import ContractRow, FairnessReport, FairnessRow, OverrideRow

COST_BANDS: "dict[CostBand, tuple[float, float | None]]" = {
    "0": (0, 0),
    "under_1": (0, 1),
    "1_to_3": (1, 3),
    "3_to_10": (3, 10),
    "over_10": (10, None),
}
"""The least and the most minutes of each band; the band "unknown" has no bounds."""

_NO_COST_MIN = 1e-6

_ProviderService = tuple[str, str]
"""A provider and a service."""

_Turns = dict[int, list[TurnTally]]
"""The calls to one provider for one service, by case; they are one offer."""


def report(
    cases: Iterable[Case],
    tallies: Iterable[TurnTally],
    since: datetime,
    *,
    standings: Iterable[Standing] = (),
    contract_counts: Iterable[ContractCount] = (),
) -> FairnessReport:
    """Count over the cases opened since a moment, with all their offers, in any order.

    The cascades of erased cases are known by whole months only, from ``standings`` and
    ``contract_counts``; a month that the moment divides is named in ``left_out``. Services that
    were planned but never opened do not count, nor do superseded answers.
    """
    counted = {case.id: case for case in cases if case.opened_at >= since}
    erased, costs = list(standings), list(contract_counts)
    months = {each.month for each in erased} | {each.month for each in costs}
    in_order: dict[_ProviderService, _Turns] = {}
    overrides: dict[tuple[str, str, str], _Turns] = {}
    for tally in tallies:
        if tally.case_id not in counted or tally.outcome == "corrected":
            continue
        key = (tally.provider, tally.service)
        turns = (
            overrides.setdefault((*key, tally.override), {})
            if tally.override
            else in_order.setdefault(key, {})
        )
        turns.setdefault(tally.case_id, []).append(tally)
    return FairnessReport(
        since=since,
        cases=len(counted),
        rows=_rows(
            counted.values(),
            in_order,
            [each for each in erased if each.month >= first_month(since)],
        ),
        overrides=tuple(_override_row(key, overrides[key]) for key in sorted(overrides)),
        contracts=_contracts(
            counted.values(), [each for each in costs if each.month >= first_month(since)]
        ),
        left_out=tuple(sorted(months & divided(since))),
    )


def _rows(
    cases: Iterable[Case], in_order: dict[_ProviderService, _Turns], erased: Iterable[Standing]
) -> tuple[FairnessRow, ...]:
    """Make a row for each provider and service that was in a cascade, asked or not."""
    in_cases: dict[_ProviderService, set[int]] = {}
    unknown: Counter[str] = Counter()
    first: Counter[_ProviderService] = Counter()
    by_wish: Counter[_ProviderService] = Counter()
    forgotten: set[int] = set()
    for case in cases:
        if case.forgotten_at is not None:
            # Only the asked providers of its cascades are known.
            forgotten.add(case.id)
            unknown.update(service.service for service in case.services if service.opened)
        for service in case.services:
            if not service.opened:
                continue
            keys = [(option.provider, service.service) for option in service.options]
            for key in keys:
                in_cases.setdefault(key, set()).add(case.id)
            first.update(keys[:1])
            by_wish.update(key for key in keys[:1] if key[0] == case.incident.wish)
    for key, turns in in_order.items():
        # A provider asked in order was eligible then, although an amended case has ranked again.
        in_cases.setdefault(key, set()).update(turns)
    for each in erased:
        key = (each.provider, each.service)
        first[key] += each.first
        by_wish[key] += each.first_by_wish
    return tuple(
        _row(
            key,
            in_cases=in_cases.get(key, set()),
            unknown=unknown[key[1]] - len(forgotten & in_cases.get(key, set())),
            first=first[key],
            by_wish=by_wish[key],
            turns=in_order.get(key, {}),
        )
        for key in sorted({*in_cases, *first})
    )


def _row(
    key: _ProviderService,
    *,
    in_cases: set[int],
    unknown: int,
    first: int,
    by_wish: int,
    turns: _Turns,
) -> FairnessRow:
    accepted = _cases_with(turns, ACCEPTED_OUTCOMES)
    answer_min, arrival_min = _mean_minutes(turns)
    return FairnessRow(
        provider=key[0],
        service=key[1],
        eligible=len(in_cases),
        eligible_most=len(in_cases) + unknown,
        ranked_first=first,
        first_by_wish=by_wish,
        offered=len(turns),
        accepted=len(accepted),
        failed=len(_cases_with(turns, {"failed"})),
        cancelled=len(_cases_with(turns, {"cancelled"}) - accepted),
        answer_min=answer_min,
        arrival_min=arrival_min,
    )


def _override_row(key: tuple[str, str, str], turns: _Turns) -> OverrideRow:
    answer_min, arrival_min = _mean_minutes(turns)
    return OverrideRow(
        provider=key[0],
        service=key[1],
        override=key[2],
        offered=len(turns),
        accepted=len(_cases_with(turns, ACCEPTED_OUTCOMES)),
        answer_min=answer_min,
        arrival_min=arrival_min,
    )


def cost_band(minutes: float) -> CostBand:
    """Return the band of some minutes; less than a millionth of a minute counts as 0."""
    if minutes < _NO_COST_MIN:
        return "0"
    return next(
        band
        for band, (_, most) in COST_BANDS.items()
        if band != "0" and (most is None or minutes < most)
    )


def case_band(case: Case) -> CostBand:
    """Return the band of a contract's cost in a case, summed over its opened services."""
    return cost_band(fsum(each.neutral_cost_min for each in case.services if each.opened))


def _contracts(cases: Iterable[Case], erased: Iterable[ContractCount]) -> tuple[ContractRow, ...]:
    """Count the cases of each client by the cost of its contract.

    Cases are counted by band also before their erasure, so that the difference of two reports, one
    before it and one after, does not reveal the exact cost.
    """
    counts: dict[str, Counter[CostBand]] = {}
    for case in cases:
        client = case.incident.client
        if case.forgotten_at is None and client is not None and client != NO_CLIENT:
            counts.setdefault(client, Counter())[case_band(case)] += 1
    for each in erased:
        if each.client != NO_CLIENT:
            counts.setdefault(each.client, Counter())[each.band] += each.cases
    return tuple(_contract_row(client, counts[client]) for client in sorted(counts))


def _contract_row(client: str, counts: "Counter[CostBand]") -> ContractRow:
    known = sum(counts[band] for band in COST_BANDS)
    least_min = fsum(counts[band] * least for band, (least, _) in COST_BANDS.items())
    most_min = fsum(counts[band] * most for band, (_, most) in COST_BANDS.items() if most)
    has_most = known and not counts["over_10"]
    return ContractRow(
        client=client,
        cases=counts.total(),
        cost_0=counts["0"],
        cost_under_1=counts["under_1"],
        cost_1_to_3=counts["1_to_3"],
        cost_3_to_10=counts["3_to_10"],
        cost_over_10=counts["over_10"],
        cost_unknown=counts["unknown"],
        mean_low_min=least_min / known if known else None,
        mean_high_min=most_min / known if has_most else None,
    )


def _cases_with(turns: _Turns, outcomes: Iterable[str]) -> set[int]:
    """Return the cases with a call that ended in one of these outcomes."""
    return {
        case_id
        for case_id, calls in turns.items()
        if any(call.outcome in outcomes for call in calls)
    }


def _mean_minutes(turns: _Turns) -> tuple[float | None, float | None]:
    """Return the mean minutes to an answer, with unanswered calls, and to an arrival."""
    calls = [call for calls in turns.values() for call in calls]
    answered = [
        fsum((*call.in_vain_min, call.answer_min))
        for call in calls
        if call.outcome in ACCEPTED_OUTCOMES | REFUSED_OUTCOMES
    ]
    arrived = [call.arrival_min for call in calls if call.arrival_min is not None]
    return _mean(answered), _mean(arrived)


def _mean(minutes: list[float]) -> float | None:
    return fsum(minutes) / len(minutes) if minutes else None
