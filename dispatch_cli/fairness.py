"""Who was asked how often, and what contracts cost: the proof that nobody is preferred for money.

Every count is of the services of cases: a second call to one provider is no second offer, and
whom the operator asked out of order stands apart.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from math import fsum

from .model import NO_CLIENT
from .model.case import SAID_NO, SAID_YES, Case, ContractCost, Standing, Tally
from .model.whole_months import divided, first_month
from .reports import ContractRow, FairnessReport, FairnessRow, OverrideRow

_Whose = tuple[str, str]
"""A provider and a service."""

_Turns = dict[int, list[Tally]]
"""The offers of one provider for one service, by case: one offer, however many calls it took."""


def report(
    cases: Iterable[Case],
    tallies: Iterable[Tally],
    since: datetime,
    *,
    standings: Iterable[Standing] = (),
    contract_costs: Iterable[ContractCost] = (),
) -> FairnessReport:
    """Count over the cases opened since a moment; their offers count whenever they were made.

    The cascades of erased cases are known by whole months only, from ``standings`` and
    ``contract_costs``; a month that the moment divides is named in ``left_out``. Services that were
    planned but never opened do not count, nor do superseded answers. No order changes anything.
    """
    counted = {case.id: case for case in cases if case.opened_at >= since}
    erased, costs = list(standings), list(contract_costs)
    months = {each.month for each in erased} | {each.month for each in costs}
    in_order: dict[_Whose, _Turns] = {}
    overrides: dict[tuple[str, str, str], _Turns] = {}
    for tally in tallies:
        if tally.case_id not in counted or tally.outcome == "corrected":
            continue
        whose = (tally.provider, tally.service)
        turns = (
            overrides.setdefault((*whose, tally.override), {})
            if tally.override
            else in_order.setdefault(whose, {})
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
    cases: Iterable[Case], in_order: dict[_Whose, _Turns], erased: Iterable[Standing]
) -> tuple[FairnessRow, ...]:
    """One row for each provider and service that was in a cascade, asked or not."""
    in_cases: dict[_Whose, set[int]] = {}
    in_months: Counter[_Whose] = Counter()
    first: Counter[_Whose] = Counter()
    by_wish: Counter[_Whose] = Counter()
    for case in cases:
        for service in case.services:
            if not service.opened:
                continue
            keys = [(option.provider, service.service) for option in service.options]
            for key in keys:
                in_cases.setdefault(key, set()).add(case.id)
            first.update(keys[:1])
            by_wish.update(key for key in keys[:1] if key[0] == case.incident.wish)
    for key, turns in in_order.items():
        # A provider asked in order was eligible then, though an amended case has ranked again.
        in_cases.setdefault(key, set()).update(turns)
    for each in erased:
        key = (each.provider, each.service)
        in_months[key] += each.eligible
        first[key] += each.first
        by_wish[key] += each.first_by_wish
    return tuple(
        _row(
            key,
            eligible=len(in_cases.get(key, ())) + in_months[key],
            first=first[key],
            by_wish=by_wish[key],
            turns=in_order.get(key, {}),
        )
        for key in sorted({*in_cases, *in_months})
    )


def _row(key: _Whose, *, eligible: int, first: int, by_wish: int, turns: _Turns) -> FairnessRow:
    accepted = _cases_with(turns, SAID_YES)
    answer_min, arrival_min = _mean_minutes(turns)
    return FairnessRow(
        provider=key[0],
        service=key[1],
        eligible=eligible,
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
        accepted=len(_cases_with(turns, SAID_YES)),
        answer_min=answer_min,
        arrival_min=arrival_min,
    )


def _contracts(cases: Iterable[Case], erased: Iterable[ContractCost]) -> tuple[ContractRow, ...]:
    """What each client's contracts cost over all its cases, also those that they cost nothing."""
    costs: dict[str, list[float]] = {}
    counts: Counter[str] = Counter()
    for case in cases:
        client = case.incident.client
        if case.forgotten_at is None and client is not None and client != NO_CLIENT:
            counts[client] += 1
            costs.setdefault(client, []).extend(
                each.neutral_cost_min for each in case.services if each.opened
            )
    for each in erased:
        if each.client != NO_CLIENT:
            counts[each.client] += each.cases
            costs.setdefault(each.client, []).append(each.cost_min)
    return tuple(
        ContractRow(
            client=client,
            cases=counts[client],
            cost_min=_whole_steps(fsum(costs[client])),
            mean_cost_min=_whole_steps(fsum(costs[client]) / counts[client]),
        )
        for client in sorted(costs)
    )


def _whole_steps(minutes: float) -> float:
    """Minutes in whole millionths: a sum of sums, as of erased cases, differs in the last bit."""
    return round(minutes, 6)


def _cases_with(turns: _Turns, outcomes: Iterable[str]) -> set[int]:
    """The cases in which one of the calls ended in one of these outcomes."""
    return {
        case_id
        for case_id, calls in turns.items()
        if any(call.outcome in outcomes for call in calls)
    }


def _mean_minutes(turns: _Turns) -> tuple[float | None, float | None]:
    """The mean minutes to an answer, of all who answered or failed to, and to an arrival."""
    calls = [call for calls in turns.values() for call in calls]
    answered = [
        fsum((*call.in_vain_min, call.answer_min))
        for call in calls
        if call.outcome in SAID_YES | SAID_NO
    ]
    arrived = [call.arrival_min for call in calls if call.arrival_min is not None]
    return _mean(answered), _mean(arrived)


def _mean(minutes: list[float]) -> float | None:
    return fsum(minutes) / len(minutes) if minutes else None
