"""Build the cascade of a service: its expected minutes, its chance, and the costs of its order."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import UNSET, UnsetType

from .candidates import Orders, RatedProvider
from .eligibility import Need, later
from .messages import Clock, Message, time_of_day
from .model import Availability
from .model.travel_engines import NOT_ASKED
from .results.cascade_answer import (
    WHY_AT_MOST,
    Candidate,
    Cascade,
    Exclusion,
    LastResortLine,
    RoadUse,
)

CLOSES_SOON = timedelta(hours=2)
SELDOM_ACCEPTS = 0.6
_TINY_MIN = 1e-6


def expected_min(
    order: Iterable[RatedProvider], fallback_min: float, start_min: float = 0.0
) -> float:
    """Add up the expected time to rescue of an order (docs/ranking.md), in minutes.

    The minutes count from the first call, which is ``start_min`` after the incident. The sum runs
    over P(all before refused) * (answer + acceptance * arrival), then P(all refused) * fallback; an
    empty order gives the fallback itself.
    """
    minutes, all_refused = 0.0, 1.0
    for candidate in order:
        minutes += all_refused * (
            candidate.answer_min + candidate.acceptance * arrival_after(candidate, start_min)
        )
        all_refused *= 1 - candidate.acceptance
    return minutes + all_refused * fallback_min


def arrival_after(candidate: RatedProvider, start_min: float) -> float:
    """Return the minutes to the arrival of a provider that is asked ``start_min`` later.

    Its wait is shorter by these minutes.
    """
    return max(0.0, candidate.arrival_min - min(candidate.wait_min, start_min))


def chances(order: Iterable[RatedProvider]) -> list[float]:
    """List the chance of an acceptance by each rank, if refusals are independent."""
    found, all_refused = [], 1.0
    for candidate in order:
        all_refused *= 1 - candidate.acceptance
        found.append(1 - all_refused)
    return found


def build(
    orders: Orders,
    need: Need,
    *,
    start_min: float = 0.0,
    last_resort: LastResortLine,
    excluded_counts: dict[str, int],
    opens_soon: Sequence[Exclusion] = (),
    beyond: Sequence[Exclusion] = (),
    nearest: Sequence[Exclusion] = (),
    excluded: Sequence[Exclusion] | None = None,
    roads: RoadUse | UnsetType = UNSET,
) -> Cascade:
    """Make the cascade of one service.

    ``start_min`` is the start of a service that waits for another one of the plan. The costs split
    the difference to the neutral order: ``contract_cost_min`` and ``method_cost_min`` are never
    negative, since the index is optimal within a client's groups. They compare orders by minutes
    alone; ``fairness_cost_min`` is the additional cost of equal providers that take turns.
    """
    fallback_min = need.settings.of(need.entry.service).fallback_min
    asked = expected_min(orders.asked, fallback_min, start_min)
    ungrouped = (
        asked if orders.is_by_minutes else expected_min(orders.ungrouped, fallback_min, start_min)
    )
    without_wish = expected_min(orders.without_wish, fallback_min, start_min)
    by_index = expected_min(orders.by_index, fallback_min, start_min)
    neutral = expected_min(orders.neutral, fallback_min, start_min)
    by_rank = chances(orders.asked)
    client = need.client
    return Cascade(
        service=need.entry.service,
        when=f"after:{need.entry.after}" if need.entry.after else "now",
        method=need.settings.method,
        start_min=start_min,
        expected_min=start_min + asked,
        success_probability=by_rank[-1] if by_rank else 0.0,
        neutral_expected_min=start_min + neutral,
        # Sums of the same minutes in another order can differ in the last bit.
        contract_cost_min=max(0.0, by_index - neutral),
        method_cost_min=max(0.0, without_wish - by_index),
        wish_cost_min=ungrouped - without_wish,
        fairness_cost_min=_unless_tiny(asked - ungrouped),
        fallback_min=fallback_min,
        ranked_count=len(orders.asked),
        candidates=_candidates(orders, by_rank, need, start_min, roads),
        last_resort=last_resort,
        excluded_counts=excluded_counts,
        opens_soon=tuple(opens_soon),
        beyond_fallback=tuple(beyond),
        nearest_excluded=tuple(nearest),
        excluded=UNSET if excluded is None else tuple(excluded),
        roads=roads,
        contract_ends=client.name
        if client and client.only and client.only_strict and not need.incident.in_danger
        else "",
    )


def _unless_tiny(minutes: float) -> float:
    """Return 0 for a difference of expected minutes that decides no order."""
    return minutes if abs(minutes) >= _TINY_MIN else 0.0


def _candidates(
    orders: Orders,
    by_rank: list[float],
    need: Need,
    start_min: float,
    roads: RoadUse | UnsetType,
) -> tuple[Candidate, ...]:
    """Make the rows, each with the clock time of arrival if the calls are made in order."""
    of_all = (NOT_ASKED, "" if roads is UNSET else roads.failure)
    order = orders.asked
    ungrouped = [] if orders.is_by_minutes else orders.ungrouped
    by_minutes = {rated.eligible.provider.id: at for at, rated in enumerate(ungrouped, 1)}
    soonest_min = min((rated.arrival_min for rated in order), default=0.0)
    rows, asking_min = [], start_min
    for rank, (rated, chance) in enumerate(zip(order, by_rank, strict=True), start=1):
        asking_min += rated.answer_min
        there_at = later(need.incident.when, minutes=asking_min + arrival_after(rated, start_min))
        eligible = rated.eligible
        rows.append(
            Candidate(
                rank=rank,
                provider=eligible.provider.id,
                name=eligible.provider.name,
                phone=eligible.phone.shown,
                phone_label=eligible.phone.label,
                index_min=rated.index_min,
                order_min=rated.order_min,
                arrival_min=rated.arrival_min,
                there_at=there_at,
                chance_by_rank=chance,
                why=_why(
                    rated,
                    need,
                    there_at,
                    is_soonest=rated.arrival_min == soonest_min,
                    is_in_turn=rank < by_minutes.get(eligible.provider.id, 0),
                    no_road_why="" if rated.no_road_why in of_all else rated.no_road_why,
                ),
                wait_min=rated.wait_min,
                turnout_min=rated.turnout_min,
                travel_min=rated.travel_min,
                answer_min=rated.answer_min,
                acceptance=rated.acceptance,
                head_start_min=rated.head_start_min,
                distance_km=eligible.distance_km,
                open_until=eligible.availability.open_until,
                open_state=eligible.availability.hours.state,
                travel_source=rated.travel_source,
                outside_contract=rated.outside_contract,
                ask=eligible.ask,
                area_edge=eligible.area_edge,
                state=eligible.availability.mark,
                late_min=rated.late_min,
                road_km=UNSET if rated.road_km is None else rated.road_km,
                no_road_why=rated.no_road_why or UNSET,
            )
        )
    return tuple(rows)


def _why(
    rated: RatedProvider,
    need: Need,
    there_at: datetime,
    *,
    is_soonest: bool,
    is_in_turn: bool,
    no_road_why: Message | str,
) -> tuple[Message | str, ...]:
    """Return the reasons for the rank of a row: the first that hold, in this order."""
    eligible, client, when = rated.eligible, need.client, need.incident.when
    availability = eligible.availability
    open_until = availability.open_until
    reasons: list[Message | str] = []
    if eligible.provider.id == need.incident.wish:
        reasons.append(Message("wish"))
    if open_until is not None and open_until <= there_at:
        reasons.append(_closes(open_until))
    if availability.due_at is not None:
        reasons.append(Message("back since {due_at}?", due_at=Clock(availability.due_at, when)))
    if is_in_turn:
        reasons.append(Message("its turn"))
    if rated.head_start_min and client:
        reasons.append(
            Message(
                "own {client_kind}: -{head_start_min:.1f}",
                client_kind=Message(client.kind),
                head_start_min=rated.head_start_min,
            )
        )
    reasons += _of_units(availability, need, there_at)
    reasons += filter(None, [no_road_why])
    if eligible.area_edge:
        reasons.append(Message("area edge"))
    if open_until is not None and timedelta() < open_until - there_at <= CLOSES_SOON:
        reasons.append(_closes(open_until))
    if availability.hours.state == "unknown":
        reasons.append(availability.hours.remark or Message("hours unknown"))
    if rated.acceptance < SELDOM_ACCEPTS:
        # Rounded down, but 0.57 is 57 % although 100 * 0.57 is slightly less as a float.
        percent = int(rated.acceptance * 100 + 1e-9)
        reasons.append(Message("yes {percent} %", percent=percent))
    if availability.seen in ("unknown", "degraded") and availability.mark != "overdue":
        reasons.append(_state_since(availability.seen, availability.since, when))
    if rated.outside_contract:
        reasons.append(Message("outside contract"))
    if not reasons:
        reasons.append(Message("soonest of all") if is_soonest else Message("free now"))
    return tuple(reasons[:WHY_AT_MOST])


def _of_units(stands: Availability, need: Need, there_at: datetime) -> Iterator[Message]:
    """Say when a unit can set off, and when its next job begins."""
    when = need.incident.when
    if stands.wait_min and stands.source == "hours" and stands.opens_at is not None:
        yield Message("opens {opens_at}", opens_at=Clock(stands.opens_at, when))
    elif stands.wait_min:
        yield Message("free in {wait_min:.0f} min", wait_min=stands.wait_min)
    job = timedelta(minutes=need.settings.job_min(need.entry.service))
    if stands.next_at is not None and stands.next_at < there_at + job:
        yield Message("next job {next_at}", next_at=Clock(stands.next_at, when))


def _closes(open_until: datetime) -> Message:
    return Message("closes {closes_at}", closes_at=time_of_day(open_until))


def _state_since(state: str, since: datetime | None, when: datetime) -> Message:
    if since is None:
        return Message(state)
    return Message("{state} since {since}", state=Message(state), since=Clock(since, when))
