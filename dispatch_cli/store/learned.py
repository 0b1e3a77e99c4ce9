"""What the answered offers add up to, kept with them: no ranking has to read the whole log."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from msgspec.structs import astuple

from ..learning import HALF_LIFE_DAYS, faded, is_counted, summarise
from ..model.case import SAID_YES, Case, Offer, Summary, Tally
from .cases import offer_columns, offer_of
from .erasure import STEP, drive_step, shifted
from .moments import from_stamp, to_stamp

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_WEIGHTS = (
    "accepted_weight", "asked_weight", "answer_weight", "answer_min_weighted", "late_weight",
    "late_min_weighted",
)  # fmt: skip
_COLUMNS = ("provider", "service", *_WEIGHTS, "as_of")


def tally_of(case_id: int, client: str | None, offer: Offer, step: timedelta) -> Tally | None:
    """One answered offer as it is counted; None for an open one and for a superseded answer.

    The drive is in whole steps of minutes before and after erasure, so that no statistics change
    when a motorist is forgotten; how late it was stays exact.
    """
    if offer.outcome is None or offer.corrected:
        return None
    coarse = shifted(offer, step)
    begin = offer.answered_at or offer.opened_at
    promised_at = coarse.promises[0].there_at if coarse.promises else None
    return Tally(
        provider=offer.provider,
        service=offer.service,
        client=client,
        opened_at=offer.opened_at,
        outcome=offer.outcome,
        answer_min=((offer.answered_at or offer.answer_by) - offer.opened_at) / _MINUTE,
        promised_min=None if promised_at is None else (promised_at - begin) / _MINUTE,
        arrival_min=None if coarse.arrived_at is None else (coarse.arrived_at - begin) / _MINUTE,
        rank=offer.rank,
        override=offer.override,
        case_id=case_id,
    )


def read_tallies(connection: "sqlite3.Connection") -> list[Tally]:
    """Read every answered offer, by case and number."""
    rows = connection.execute(
        f"SELECT case_id, client, {offer_columns('offer')}"  # noqa: S608 - our own columns
        " FROM offer JOIN case_file ON case_file.id = case_id ORDER BY case_id, number"
    )
    found: list[Tally] = []
    for (case_id, client), group in groupby(rows, key=itemgetter(0, 1)):
        offers = [offer_of(row[2:]) for row in group]
        step = drive_step(offers)
        again = called_again(offers)
        tallies = (
            tally_of(case_id, client, offer, step) for offer in offers if offer.number not in again
        )
        found += [tally for tally in tallies if tally is not None]
    return found


def read_summaries(connection: "sqlite3.Connection") -> list[Summary]:
    """Read what each provider's offers add up to, per service."""
    rows = connection.execute(
        f"SELECT {', '.join(_COLUMNS)}, half_life_days FROM learned"  # noqa: S608 - our columns
    ).fetchall()
    if any(row[-1] != HALF_LIFE_DAYS for row in rows):
        # Another version of the program has let them fade at another pace.
        tallies = [tally for tally in read_tallies(connection) if is_counted(tally)]
        return summarise(tallies, max(tally.opened_at for tally in tallies))
    return [
        Summary(**dict(zip(_COLUMNS, (*row[:-2], from_stamp(row[-2])), strict=True)))
        for row in rows
    ]


def read_assigned(connection: "sqlite3.Connection") -> "dict[str, datetime]":
    """Read when each provider has last accepted something that stood."""
    return {
        provider: from_stamp(at)
        for provider, at in connection.execute("SELECT provider, at FROM assigned")
    }


def update_learned(connection: "sqlite3.Connection", before: Case, after: Case) -> None:
    """Bring the sums in step with the offers of a case, which are written already.

    What is added is added; what is taken out again (a correction, a cancelled acceptance) is
    worked out anew from the offers of that provider and service, and so leaves no trace.
    """
    old = {offer.number: offer for offer in before.offers}
    again, again_now = called_again(before.offers), called_again(after.offers)
    anew: set[tuple[str, str]] = set()
    for offer in after.offers:
        known = old.get(offer.number)
        is_called_again = offer.number in again_now
        if known == offer and is_called_again == (offer.number in again):
            continue
        was = None if offer.number in again else _counted(known)
        now = None if is_called_again else _counted(offer)
        if _terms(was) != _terms(now) and not _add(connection, _terms(was), now):
            anew.add((offer.provider, offer.service))
        _update_assigned(connection, known, offer)
    for provider, service in sorted(anew):
        _work_out(connection, provider, service)


def called_again(offers: Sequence[Offer]) -> set[int]:
    """The numbers of calls that nobody answered and that the provider was called again after.

    A second number is no second refusal: the last call of a turn says what became of it.
    """
    found: set[int] = set()
    turns: dict[tuple[str, str], int] = {}
    for offer in reversed(offers):
        if offer.corrected:
            continue
        turn = (offer.service, offer.provider)
        if turn in turns and offer.outcome in ("no_answer", "unreachable"):
            found.add(offer.number)
        turns[turn] = offer.number
    return found


def _counted(offer: Offer | None) -> Tally | None:
    """The tally of an offer that teaches something; sums do not depend on its step."""
    tally = None if offer is None else tally_of(0, None, offer, STEP)
    return tally if tally is not None and is_counted(tally) else None


def _terms(tally: Tally | None) -> tuple[float, ...]:
    """The terms of the sums that one offer gives, unfaded."""
    if tally is None:
        return (0.0,) * len(_WEIGHTS)
    [sums] = summarise([tally], tally.opened_at)
    return tuple(getattr(sums, name) for name in _WEIGHTS)


def _add(connection: "sqlite3.Connection", was: Sequence[float], tally: Tally | None) -> bool:
    """Add what an offer gives beyond what it gave; False if something has to be taken out.

    A weight that shrinks would be taken out, and so would minutes that change under theirs.
    """
    terms = _terms(tally)
    fresh = [new - old for new, old in zip(terms, was, strict=True)]
    shrunk = any(fresh[place] < 0 for place in (0, 1, 2, 4))
    moved = (was[2] and fresh[3]) or (was[4] and fresh[5])
    if tally is None or shrunk or moved:
        return False
    at = tally.opened_at
    row = connection.execute(
        f"SELECT {', '.join(_WEIGHTS)}, as_of, half_life_days FROM learned"  # noqa: S608
        " WHERE provider = ? AND service = ?",
        (tally.provider, tally.service),
    ).fetchone()
    if row is not None and row[-1] != HALF_LIFE_DAYS:
        return False
    as_of = at if row is None else max(at, from_stamp(row[-2]))
    own = faded(1.0, (as_of - at) / _DAY)
    rest = 0.0 if row is None else faded(1.0, (as_of - from_stamp(row[-2])) / _DAY)
    kept = (0.0,) * len(_WEIGHTS) if row is None else row[:-2]
    sums = [rest * one + own * more for one, more in zip(kept, fresh, strict=True)]
    _write(connection, (tally.provider, tally.service, *sums, as_of))
    return True


def _work_out(connection: "sqlite3.Connection", provider: str, service: str) -> None:
    """Add up all offers of a provider and service again."""
    rows = connection.execute(
        f"SELECT case_id, {offer_columns('offer')} FROM offer"  # noqa: S608 - our own columns
        " WHERE provider = ? AND service = ? ORDER BY case_id, number",
        (provider, service),
    )
    tallies: list[Tally] = []
    for _, group in groupby(rows, key=itemgetter(0)):
        offers = [offer_of(row[1:]) for row in group]
        again = called_again(offers)
        counted = (_counted(offer) for offer in offers if offer.number not in again)
        tallies += [tally for tally in counted if tally is not None]
    connection.execute(
        "DELETE FROM learned WHERE provider = ? AND service = ?", (provider, service)
    )
    if tallies:
        [sums] = summarise(tallies, max(tally.opened_at for tally in tallies))
        _write(connection, astuple(sums))


def _write(connection: "sqlite3.Connection", values: Sequence[Any]) -> None:
    marks = ", ".join("?" * (len(_COLUMNS) + 1))
    connection.execute(
        f"INSERT OR REPLACE INTO learned ({', '.join(_COLUMNS)}, half_life_days)"  # noqa: S608
        f" VALUES ({marks})",
        (*values[:-1], to_stamp(values[-1]), HALF_LIFE_DAYS),
    )


def _update_assigned(connection: "sqlite3.Connection", was: Offer | None, now: Offer) -> None:
    before, after = _assigned_at(was), _assigned_at(now)
    if before == after:
        return
    if before is None and after is not None:
        connection.execute(
            "INSERT INTO assigned VALUES (?, ?) ON CONFLICT (provider)"
            " DO UPDATE SET at = max(at, excluded.at)",
            (now.provider, to_stamp(after)),
        )
        return
    connection.execute("DELETE FROM assigned WHERE provider = ?", (now.provider,))
    connection.execute(
        "INSERT INTO assigned SELECT provider, max(answered_at) FROM offer"
        " WHERE provider = ? AND answered_at IS NOT NULL AND NOT corrected"
        " AND outcome IN ('accepted', 'failed', 'unsuccessful') GROUP BY provider",
        (now.provider,),
    )


def _assigned_at(offer: Offer | None) -> "datetime | None":
    if offer is None or offer.corrected or offer.outcome not in SAID_YES:
        return None
    return offer.answered_at
