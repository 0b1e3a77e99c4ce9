"""Make the rows, changes and stored states of a report about checked providers."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from msgspec.structs import replace

from .availability import NOT_CHECKED, reachability_at
from .messages import Message
from .model import Known, Provider
from .model.check import Acknowledgement, CheckSettings, Move, PhoneReport, Reading, Watched
from .model.stored_sentences import restored_sentence
from .results.check_results import CheckRow, HardState, StateChange


def check_row(
    provider: Provider,
    closed: Message | str | None,
    watched: Watched | None,
    report: PhoneReport | None,
    *,
    doubt: Message | str,
    acknowledged: Acknowledgement | None = None,
    unchecked_since: datetime | None = None,
    now: datetime,
    settings: CheckSettings,
) -> CheckRow:
    """Make the row of one provider: with the state that its rank depends on, or "closed".

    ``doubt`` is the reason if this run has no result; it explains a state that is unknown.
    """
    known = Known(watched=watched, report=report)
    stands = reachability_at(known, now, now, settings)
    row = CheckRow(
        provider=provider.id,
        name=provider.name,
        phone=provider.phones[0].shown,
        state="unknown",
        why=NOT_CHECKED,
        seen_at=watched.seen_at if watched else None,
        reported_until=report.until if report else None,
        acknowledged_until=_silent_until(acknowledged, watched),
        unchecked_since=unchecked_since,
    )
    if closed is not None:
        return replace(row, state="closed", why=closed)
    if stands is None:
        return row
    is_doubted = stands.state == "unknown" and stands.source == "check" and doubt
    why = doubt if is_doubted else stands.why
    return replace(row, state=stands.state, since=stands.since, why=why, free=stands.free)


def last_looks_at(
    providers: Iterable[str],
    known: Mapping[str, Watched],
    looks: Mapping[tuple[str, str], Reading],
) -> dict[str, datetime]:
    """Return the moment of the last known look at each provider that has one.

    ``looks`` are those that are kept because they are not made in every run. Of a look that neither
    confirms the state nor fails, such as a single success during an outage, no moment is stored.
    """
    kept: dict[str, datetime] = {}
    for (each, _), look in looks.items():
        kept[each] = max(look.at, kept.get(each, look.at))
    found = dict[str, datetime]()
    for each in providers:
        watched = known.get(each)
        stored = (watched.seen_at, watched.failed_at) if watched else ()
        moments = [at for at in (*stored, kept.get(each)) if at is not None]
        if moments:
            found[each] = max(moments)
    return found


def hard_states(
    providers: Mapping[str, Provider],
    known: Mapping[str, Watched],
    moves: Mapping[str, Move],
    acknowledged: Mapping[str, Acknowledgement],
    *,
    closed: Collection[str],
    now: datetime,
) -> tuple[HardState, ...]:
    """List the stored states of providers, with the reasons of the changes in a run."""
    found = list[HardState]()
    for each, provider in providers.items():
        watched, move = known.get(each), moves.get(each)
        if watched is not None:
            found.append(
                HardState(
                    provider=each,
                    name=provider.name,
                    phone=provider.phones[0].shown,
                    state=watched.state,
                    at=move.at if move else watched.since or now,
                    why=move.why if move else restored_sentence(watched.why),
                    is_flapping=watched.is_flapping,
                    acknowledged_until=_silent_until(acknowledged.get(each), watched),
                    is_closed=each in closed,
                )
            )
    return tuple(found)


def change_of(move: Move, provider: Provider) -> StateChange:
    """Make the change of a provider's hard state from a move of this run."""
    return StateChange(
        provider=provider.id,
        name=provider.name,
        phone=provider.phones[0].shown,
        before=move.before,
        after=move.after,
        at=move.at,
        why=move.why,
        is_flapping=move.is_flapping,
    )


def _silent_until(acknowledged: Acknowledgement | None, watched: Watched | None) -> datetime | None:
    """Return the end of an acknowledgement of this outage; None without one."""
    if acknowledged is None or watched is None or watched.state != "down":
        return None
    return acknowledged.until if acknowledged.since == watched.since else None
