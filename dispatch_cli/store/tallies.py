"""Make the tallies of answered offers, one for each turn of a provider."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from ..model.case import Offer
from ..model.case_counts import TurnTally
from ..model.stamps import to_stamp
from .cases import offer_columns, offer_of
from .erasure import coarsened, drive_step

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

Turn = tuple[Offer, ...]
"""The calls to one provider for one service of a case until it answered, in their order."""

_MINUTE = timedelta(minutes=1)
_UNANSWERED = ("no_answer", "unreachable")


def turns_of(offers: Iterable[Offer]) -> list[Turn]:
    """Group the calls of a case by turns, in the order of their last calls.

    A second number does not count as a second refusal: an unanswered call belongs to the next call
    to the same provider for the same service. Superseded answers are left out.
    """
    turns: dict[tuple[str, str], list[list[Offer]]] = {}
    for offer in offers:
        if offer.corrected:
            continue
        own = turns.setdefault((offer.service, offer.provider), [])
        if own and own[-1][-1].outcome in _UNANSWERED:
            own[-1].append(offer)
        else:
            own.append([offer])
    found = [tuple(turn) for of_one in turns.values() for turn in of_one]
    return sorted(found, key=lambda turn: turn[-1].number)


def tally_of(case_id: int, client: str | None, turn: Turn, step: timedelta) -> TurnTally | None:
    """Make the tally of a turn; None while its last call is open.

    The drive is rounded to whole steps before erasure as well, so that no statistics change at
    erasure; lateness is in whole steps, too.
    """
    offer = turn[-1]
    if offer.outcome is None:
        return None
    coarse = coarsened(offer, step)
    begin = offer.answered_at or offer.opened_at
    promised_at = coarse.promises[0].there_at if coarse.promises else None

    def minutes(moment: "datetime | None") -> float | None:
        return None if moment is None else (moment - begin) / _MINUTE

    return TurnTally(
        provider=offer.provider,
        service=offer.service,
        client=client,
        opened_at=offer.opened_at,
        outcome=offer.outcome,
        answer_min=_answer_min(offer),
        promised_min=minutes(promised_at),
        arrival_min=minutes(coarse.arrived_at),
        override=offer.override,
        case_id=case_id,
        in_vain_min=tuple(map(_answer_min, turn[:-1])),
        came_min=minutes(coarse.came_at),
        base_min=coarse.base_min,
        travel_source=coarse.travel_source,
        before_opening=all(each.before_opening for each in turn),
    )


def tallies_of(
    case_id: int, client: str | None, offers: Sequence[Offer], step: timedelta
) -> list[TurnTally]:
    """Make the tallies of some offers of a case."""
    found = (tally_of(case_id, client, turn, step) for turn in turns_of(offers))
    return [tally for tally in found if tally is not None]


def read_tallies(
    connection: "sqlite3.Connection", since: "datetime | None" = None
) -> list[TurnTally]:
    """Read every answered offer of the cases opened from a moment on, by case and number."""
    rows = connection.execute(
        f"SELECT case_id, client, {offer_columns('offer')}"  # noqa: S608 - our own columns
        " FROM case_file CROSS JOIN offer ON offer.case_id = case_file.id"
        f" {'' if since is None else 'WHERE case_file.opened_at >= ?'} ORDER BY case_id, number",
        () if since is None else (to_stamp(since),),
    )
    found: list[TurnTally] = []
    for (case_id, client), group in groupby(rows, key=itemgetter(0, 1)):
        offers = [offer_of(row[2:]) for row in group]
        found += tallies_of(case_id, client, offers, drive_step(offers))
    return found


def _answer_min(offer: Offer) -> float:
    return ((offer.answered_at or offer.answer_by) - offer.opened_at) / _MINUTE
