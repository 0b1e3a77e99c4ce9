"""Keep the sums for learning in tables, so that a ranking need not read the whole log."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from ..learning import HALF_LIFE_DAYS, faded, is_counted, summarise
from ..model.case import ACCEPTED_OUTCOMES, Case, Offer
from ..model.case_counts import Summary, TurnTally
from ..model.stamps import from_stamp, to_stamp
from .cases import offer_columns, offer_of
from .erasure import drive_step
from .tallies import read_tallies, tallies_of, turns_of

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

_DAY = timedelta(days=1)
_SUMS = (
    "accepted_weight", "asked_weight", "answer_weight", "answer_min_weighted", "promise_weight",
    "promise_min_weighted",
)  # fmt: skip
_LATE = ("late_weight", "late_min_weighted")
_WEIGHTS = tuple(name for name in (*_SUMS, *_LATE) if name.endswith("_weight"))
_OWN = "provider = ? AND service = ?"


def read_summaries(connection: "sqlite3.Connection", travel_source: str) -> list[Summary]:
    """Read the sums of each provider and service, with the lateness of one travel source."""
    names = (*_SUMS, *_LATE)
    columns = ", ".join([*_SUMS, *(f"coalesce({name}, 0.0)" for name in _LATE)])
    rows = connection.execute(
        f"SELECT half_life_days, provider, service, as_of, {columns}"  # noqa: S608 - our columns
        " FROM learned LEFT JOIN (SELECT * FROM lateness WHERE travel_source = ?)"
        " USING (provider, service)",
        (travel_source,),
    ).fetchall()
    if any(row[0] != HALF_LIFE_DAYS for row in rows):
        # Another version of the program had another half-life.
        tallies = [tally for tally in read_tallies(connection) if is_counted(tally)]
        return summarise(tallies, max(tally.opened_at for tally in tallies), travel_source)
    return [
        Summary(
            provider=provider,
            service=service,
            as_of=from_stamp(as_of),
            **dict(zip(names, sums, strict=True)),
        )
        for _, provider, service, as_of, *sums in rows
    ]


def read_assigned(connection: "sqlite3.Connection") -> "dict[str, datetime]":
    """Read the time of each provider's last acceptance that was not corrected or cancelled."""
    return {
        provider: from_stamp(at)
        for provider, at in connection.execute("SELECT provider, at FROM assigned")
    }


def update_learned(connection: "sqlite3.Connection", before: Case, after: Case) -> None:
    """Update the sums to the offers of a changed case, which are written already.

    New terms are added. If a term is removed (a correction, a cancelled acceptance), the sums of
    that provider and service are computed anew, so that no rounding error remains.
    """
    was, now = _counted(before), _counted(after)
    anew: set[tuple[str, str]] = set()
    for number in sorted({*was, *now}):
        old, new = was.get(number), now.get(number)
        if _terms(old) == _terms(new):
            continue
        if new is None or not _add(connection, old, new):
            anew.update((each.provider, each.service) for each in (old, new) if each is not None)
    for provider, service in sorted(anew):
        _work_out(connection, provider, service)
    known = {offer.number: offer for offer in before.offers}
    for offer in after.offers:
        if known.get(offer.number) != offer:
            _update_assigned(connection, known.get(offer.number), offer)


def work_out_all(connection: "sqlite3.Connection") -> None:
    """Compute all sums anew by the rules of this program, as after a migration."""
    connection.execute("DELETE FROM learned")
    connection.execute("DELETE FROM lateness")
    keys = connection.execute("SELECT DISTINCT provider, service FROM offer").fetchall()
    for provider, service in keys:
        _work_out(connection, provider, service)


def _counted(case: Case) -> dict[int, TurnTally]:
    """Return the turns of a case that count for learning, by the number of their last call."""
    turns = turns_of(case.offers)
    answered = [turn[-1].number for turn in turns if turn[-1].outcome is not None]
    tallies = tallies_of(case.id, None, case.offers, drive_step(case.offers))
    return {
        number: tally for number, tally in zip(answered, tallies, strict=True) if is_counted(tally)
    }


_Terms = tuple[dict[str, float], str]
"""The terms of one turn in the sums, unfaded, and the travel source of its lateness."""


def _terms(tally: TurnTally | None) -> _Terms:
    if tally is None:
        return dict.fromkeys((*_SUMS, *_LATE), 0.0), ""
    [sums] = summarise([tally], tally.opened_at, tally.travel_source)
    terms = {name: getattr(sums, name) for name in (*_SUMS, *_LATE)}
    return terms, tally.travel_source if sums.late_weight else ""


def _add(connection: "sqlite3.Connection", was: TurnTally | None, now: TurnTally) -> bool:
    """Add the new terms of a turn; returns False if a term would have to be removed.

    That is so if a weight shrinks, or if minutes change without their weight. Only lateness may
    change: it is a whole number, and every arrival replaces a promise.
    """
    (old, old_source), (new, source) = _terms(was), _terms(now)
    fresh = {name: new[name] - old[name] for name in new}
    if any(fresh[name] < 0 for name in _WEIGHTS) or old_source not in ("", source):
        return False
    for weight, minutes in zip(_SUMS[2::2], _SUMS[3::2], strict=True):
        if old[weight] and fresh[minutes]:
            return False
    key = (now.provider, now.service)
    row = connection.execute(
        f"SELECT as_of, half_life_days, {', '.join(_SUMS)} FROM learned WHERE {_OWN}",  # noqa: S608
        key,
    ).fetchone()
    at = now.opened_at
    if row is None:
        _write(connection, key, [fresh[name] for name in _SUMS], at)
        own = 1.0
    else:
        as_of, half_life_days, *kept = row
        if half_life_days != HALF_LIFE_DAYS:
            return False
        newest = max(at, from_stamp(as_of))
        own = faded(1.0, (newest - at) / _DAY)
        rest = faded(1.0, (newest - from_stamp(as_of)) / _DAY)
        sums = [rest * each + own * fresh[name] for name, each in zip(_SUMS, kept, strict=True)]
        _write(connection, key, sums, newest)
        connection.execute(
            "UPDATE lateness SET late_weight = late_weight * ?,"  # noqa: S608 - our own text
            f" late_min_weighted = late_min_weighted * ? WHERE {_OWN}",
            (rest, rest, *key),
        )
    if source:
        _add_late(connection, (*key, source), [own * fresh[name] for name in _LATE])
    return True


def _work_out(connection: "sqlite3.Connection", provider: str, service: str) -> None:
    """Compute the sums of a provider and service anew."""
    key = (provider, service)
    # The rounding step of a case depends on all providers that drove in it.
    rows = connection.execute(
        f"SELECT case_id, {offer_columns('offer')} FROM offer"  # noqa: S608 - our own columns
        f" WHERE case_id IN (SELECT case_id FROM offer WHERE {_OWN}) ORDER BY case_id, number",
        key,
    )
    tallies: list[TurnTally] = []
    for case_id, group in groupby(rows, key=itemgetter(0)):
        offers = [offer_of(row[1:]) for row in group]
        own = [offer for offer in offers if (offer.provider, offer.service) == key]
        found = tallies_of(case_id, None, own, drive_step(offers))
        tallies += filter(is_counted, found)
    connection.execute(f"DELETE FROM learned WHERE {_OWN}", key)  # noqa: S608
    connection.execute(f"DELETE FROM lateness WHERE {_OWN}", key)  # noqa: S608
    if not tallies:
        return
    as_of = max(tally.opened_at for tally in tallies)
    for source in sorted({tally.travel_source for tally in tallies}):
        [sums] = summarise(tallies, as_of, source)
        if sums.late_weight:
            _add_late(connection, (*key, source), [getattr(sums, name) for name in _LATE])
    _write(connection, key, [getattr(sums, name) for name in _SUMS], as_of)


def _write(
    connection: "sqlite3.Connection",
    key: tuple[str, str],
    sums: Iterable[float],
    as_of: "datetime",
) -> None:
    marks = ", ".join("?" * len(_SUMS))
    connection.execute(
        "INSERT OR REPLACE INTO learned (provider, service, as_of, half_life_days,"  # noqa: S608
        f" {', '.join(_SUMS)}) VALUES (?, ?, ?, ?, {marks})",
        (*key, to_stamp(as_of), HALF_LIFE_DAYS, *sums),
    )


def _add_late(
    connection: "sqlite3.Connection", key: tuple[str, str, str], terms: Iterable[float]
) -> None:
    connection.execute(
        "INSERT INTO lateness VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " late_weight = late_weight + excluded.late_weight,"
        " late_min_weighted = late_min_weighted + excluded.late_min_weighted",
        (*key, *terms),
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
    if offer is None or offer.corrected or offer.outcome not in ACCEPTED_OUTCOMES:
        return None
    return offer.answered_at
