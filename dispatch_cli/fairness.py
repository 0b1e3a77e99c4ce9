"""Who was asked how often, and what contracts cost: the proof that nobody is preferred for money.

Every count is of the services of cases: a second call to one provider is no second offer, and
whom the operator asked out of order stands apart.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from math import fsum

from .model import NO_CLIENT
from .model.case import SAID_NO, SAID_YES, Case, Tally
from .results import ContractRow, FairnessReport, FairnessRow, OverrideRow

_Turns = dict[int, list[Tally]]
"""The offers of one provider for one service, by case: one offer, however many calls it took."""


def report(cases: Iterable[Case], tallies: Iterable[Tally], since: datetime) -> FairnessReport:
    """Count over the cases opened since a moment; their offers count whenever they were made.

    Services that were planned but never opened are not in it, nor are superseded answers. The
    order of cases and tallies changes nothing.
    """
    counted = {case.id: case for case in cases if case.opened_at >= since}
    in_order: dict[tuple[str, str], _Turns] = {}
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
        rows=_rows(counted.values(), in_order),
        overrides=tuple(_override_row(key, overrides[key]) for key in sorted(overrides)),
        contracts=_contracts(counted.values()),
    )


def _rows(
    cases: Iterable[Case], in_order: dict[tuple[str, str], _Turns]
) -> tuple[FairnessRow, ...]:
    """One row for each provider and service that was in a cascade, asked or not."""
    eligible: dict[tuple[str, str], set[int]] = {}
    first: Counter[tuple[str, str]] = Counter()
    by_wish: Counter[tuple[str, str]] = Counter()
    for case in cases:
        for service in case.services:
            if not service.opened:
                continue
            keys = [(option.provider, service.service) for option in service.options]
            for key in keys:
                eligible.setdefault(key, set()).add(case.id)
            first.update(keys[:1])
            by_wish.update(key for key in keys[:1] if key[0] == case.incident.wish)
    for key, turns in in_order.items():
        # Whoever was asked in order was eligible then, though an amended case has ranked again.
        eligible.setdefault(key, set()).update(turns)
    return tuple(
        _row(key, len(eligible[key]), first[key], by_wish[key], in_order.get(key, {}))
        for key in sorted(eligible)
    )


def _row(
    key: tuple[str, str], eligible: int, first: int, by_wish: int, turns: _Turns
) -> FairnessRow:
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


def _contracts(cases: Iterable[Case]) -> tuple[ContractRow, ...]:
    """What each client's contracts cost over all its cases, also those that they cost nothing."""
    costs: dict[str, list[float]] = {}
    for case in cases:
        client = case.incident.client
        if client is not None and client != NO_CLIENT:
            cost_min = fsum(each.neutral_cost_min for each in case.services if each.opened)
            costs.setdefault(client, []).append(cost_min)
    return tuple(
        ContractRow(
            client=client,
            cases=len(costs[client]),
            cost_min=fsum(costs[client]),
            mean_cost_min=fsum(costs[client]) / len(costs[client]),
        )
        for client in sorted(costs)
    )


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
    answered = [call.answer_min for call in calls if call.outcome in SAID_YES | SAID_NO]
    arrived = [call.arrival_min for call in calls if call.arrival_min is not None]
    return _mean(answered), _mean(arrived)


def _mean(minutes: list[float]) -> float | None:
    return fsum(minutes) / len(minutes) if minutes else None
