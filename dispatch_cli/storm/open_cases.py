"""Make waiting incidents of the open cases, and proposals for them of a plan."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from ..cases.apply_plan import Proposal
from ..cases.open_demands import DemandsRead
from ..results.storm_results import StormPlan
from .waiting import Waiting


def waiting_of(read: DemandsRead) -> list[Waiting]:
    """Make a waiting incident of each service that an open case still needs.

    A service whose provider is being asked is left out: the plan waits for the answer.
    """
    return [
        Waiting(
            ref=str(each.case.id),
            incident=each.incident,
            since=read.at - timedelta(minutes=each.waiting_min),
            services=(each.service,),
            can_ask=frozenset(each.can_ask),
        )
        for each in read.demands
        if not each.is_asked
    ]


def asked_of(read: DemandsRead) -> dict[str, int]:
    """Count the questions of open cases that each provider has not answered yet."""
    cases = {each.case.id: each.case for each in read.demands}
    offers = (offer for case in cases.values() for offer in case.offers if offer.outcome is None)
    return dict(Counter(offer.provider for offer in offers))


def in_emergency(read: DemandsRead) -> list[Waiting]:
    """Make a waiting incident of each case whose emergency call is due and not recorded."""
    return [
        Waiting(ref=str(case.id), incident=case.incident, since=case.opened_at)
        for case in read.emergencies
    ]


def kept_of(read: DemandsRead) -> dict[tuple[str, str], str]:
    """Return the providers of the last applied plan by case and service."""
    return {
        (str(each.case.id), each.service): each.planned for each in read.demands if each.planned
    }


def proposals_of(plan: StormPlan) -> Iterator[Proposal]:
    """Yield what a plan proposes: firms to call now or later, and the last resort.

    A demand that waits for a unit or a line gets no firm. In its own cascade those come last whose
    units the plan needs for others.
    """
    given = {each.provider for each in plan.demands if each.provider is not None}
    for each in plan.demands:
        first = each.candidates[0] if each.provider is not None else None
        yield Proposal(
            case_id=int(each.ref),
            service=each.service,
            provider=None if first is None else first.provider,
            slot_wait_min=first.wait_min if first else 0.0,
            line_price=plan.line_price,
            scarcity_min=first.scarcity_min if first else 0.0,
            waits=each.act in ("wait", "queue"),
            behind=tuple(
                one.provider
                for one in each.candidates
                if one.scarcity_min > 0 and one.provider in given
            ),
        )
