"""Run the checks once, attribute each failure to a provider or the observer, store the states."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from . import incident_ranking
from .availability import (
    ASKED_AGAIN,
    AvailabilityBasis,
    HolidayDates,
    availability_at,
    due_looks,
    hours_around,
)
from .availability.hard_states import advance
from .availability.observer import attributed, observer_fault
from .availability.samples import combine_readings
from .check_rows import change_of, check_row, hard_states, last_looks_at
from .errors import ExitCode
from .messages import Message
from .model import Provider
from .model.check import (
    Acknowledgement,
    CheckSettings,
    Move,
    PhoneReport,
    Probe,
    Reading,
    Watched,
)
from .results.check_results import CheckReport, HardState

if TYPE_CHECKING:
    from .catalog import Catalog
    from .checks import RoundResult
    from .store import Store

_REMEMBERED = timedelta(days=30)
_REFUSED = Message('the check is refused: "dispatch providers validate" says why')
CheckTargets = Callable[[Sequence[tuple[str, Probe]], CheckSettings], "RoundResult"]
"""Checks every target once, over the network."""


class Checked(Struct, frozen=True):
    """The result of a run: its report and its single checks.

    For a run with one provider, ``moves`` and ``reports`` are its history of 30 days, the newest
    first. ``states`` are the stored states, also of providers that are closed now.
    """

    report: CheckReport
    readings: tuple[Reading, ...] = ()
    moves: tuple[Move, ...] = ()
    reports: tuple[PhoneReport, ...] = ()
    states: tuple[HardState, ...] = ()


class Watch(Struct, frozen=True, kw_only=True):
    """The log, provider file and settings of a run; ``clock`` is read twice."""

    store: "Store"
    catalog: "Catalog"
    holidays: HolidayDates
    settings: CheckSettings
    clock: Callable[[], datetime]

    def local(self, moment: datetime) -> datetime:
        """Return a moment in the time zone of the provider file."""
        return moment.astimezone(ZoneInfo(self.catalog.rules.settings.timezone))


def run_checks(watch: Watch, *, ids: Sequence[str], look: CheckTargets) -> Checked:
    """Check all providers, or those with the ids, once, and store the new states.

    While the observer is offline no state is changed. A provider with a check that was left out for
    lack of time keeps its state. Raises UsageError for an unknown id.
    """
    with watch.store:
        standing = _standing(watch, ids)
        probes, closed = standing.probes, standing.closed
        # A named provider has all its looks.
        last = {} if ids else standing.last_looks
        due = due_looks.due_probes(probes, last, watch.clock())
        seen = _look_at(watch, due, look)
        offline = _offline(watch.settings, seen, probes, standing.known, closed)
        moves: dict[str, Move] = {}
        if seen.readings and not offline:
            orphans = standing.known.keys() - probes.keys()
            kept = due_looks.kept_readings(probes, due, last, seen.readings)
            known, moves, doubts = _keep(watch, seen, kept, closed, orphans, ids=ids)
            _keep_looks(watch, standing, due, seen, ids=ids)
            standing = replace(standing, known=known, doubts=doubts)
        who = standing.who
        past = _history(watch, next(iter(who))) if len(who) == 1 else ((), ())
    made = {reading.provider for reading in seen.readings if reading.why is not _REFUSED}
    report = replace(
        _report(watch, standing, unchecked=standing.probes.keys() - made | {*seen.left_out}),
        seconds=seen.seconds,
        checked=len(made),
        changes=tuple(change_of(moves[each], who[each]) for each in who if each in moves),
        offline=offline,
        left_out=len(seen.left_out),
    )
    states = hard_states(
        who, standing.known, moves, standing.acknowledged, closed=closed, now=report.at
    )
    return Checked(report, seen.readings, *past, states)


def _look_at(
    watch: Watch, probes: Mapping[str, tuple[Probe, ...]], look: CheckTargets
) -> "RoundResult":
    """Check all targets; a refused check is not made, and its reading changes no state."""
    targets = [(each, probe) for each in probes for probe in probes[each]]
    seen = look([(each, probe) for each, probe in targets if not probe.is_refused], watch.settings)
    refused = tuple(
        Reading(provider=each, kind=probe.kind, at=watch.clock(), state="unknown", why=_REFUSED)
        for each, probe in targets
        if probe.is_refused
    )
    return replace(seen, readings=(*seen.readings, *refused)) if refused else seen


def as_known(watch: Watch, *, ids: Sequence[str] = ()) -> CheckReport:
    """Report the states that earlier runs have stored, without any check."""
    with watch.store:
        return _report(watch, _standing(watch, ids))


def _keep_looks(
    watch: Watch,
    standing: "_KnownStates",
    due: due_looks.Probes,
    seen: "RoundResult",
    *,
    ids: Sequence[str],
) -> None:
    """Store the looks that are not made in every run; a full run deletes those of no check."""
    made = due_looks.looks_to_keep(due, seen.readings, seen.left_out)
    old = set() if ids else standing.last_looks.keys() - due_looks.keys_of(standing.probes)
    if made or old:
        with watch.store.deciding() as tx:
            tx.save_last_looks(made)
            tx.drop_last_looks(old)


def _history(watch: Watch, provider_id: str) -> tuple[tuple[Move, ...], tuple[PhoneReport, ...]]:
    """Read the history of one provider: its moves and its reports, the newest first."""
    since = watch.clock() - _REMEMBERED
    with watch.store.reading() as reader:
        moves = [move for move in reader.moves(since) if move.provider == provider_id]
        said = [each for each in reader.reports_of(provider_id) if each.at >= since]
    return tuple(reversed(moves)), tuple(said)


class _KnownStates(Struct, frozen=True, kw_only=True):
    """The providers with checks or reports, in the file's order, and their stored states.

    ``doubts`` are the reasons of the samples of this run that have no result.
    """

    who: dict[str, Provider]
    probes: dict[str, tuple[Probe, ...]]
    closed: dict[str, Message | str]
    known: Mapping[str, Watched]
    said: Mapping[str, PhoneReport]
    doubts: Mapping[str, Message | str] = {}
    acknowledged: Mapping[str, Acknowledgement] = {}
    last_looks: Mapping[tuple[str, str], Reading] = {}


def _standing(watch: Watch, ids: Iterable[str]) -> _KnownStates:
    """Read the states of all providers, or of those with the ids; raises UsageError."""
    now = watch.clock()
    wanted = _named(watch.catalog, ids)
    with watch.store.reading() as reader:
        known, said = reader.watched(), reader.reports(now - ASKED_AGAIN)
        acknowledged, last_looks = reader.acknowledged(now), reader.last_looks()
    probes = {
        each: asked
        for each, asked in watch.catalog.probes().items()
        if wanted is None or each in wanted
    }
    who = _to_watch(watch.catalog, {*probes, *said, *(wanted or ())}, wanted)
    return _KnownStates(
        who=who,
        probes=probes,
        closed=closed_now(watch, who, now),
        known=known,
        said=said,
        acknowledged=acknowledged,
        last_looks=last_looks,
    )


def _report(
    watch: Watch, standing: _KnownStates, *, unchecked: Collection[str] = ()
) -> CheckReport:
    """Make the report of a run without checks.

    ``unchecked`` are the providers with checks of which the run has made none.
    """
    now = watch.clock()
    since = last_looks_at(unchecked, standing.known, standing.last_looks)
    return CheckReport(
        at=watch.local(now),
        seconds=0.0,
        checked=0,
        rows=tuple(
            check_row(
                provider,
                standing.closed.get(each),
                standing.known.get(each),
                standing.said.get(each),
                doubt=standing.doubts.get(each, ""),
                acknowledged=standing.acknowledged.get(each),
                unchecked_since=since.get(each),
                now=now,
                settings=watch.settings,
            )
            for each, provider in standing.who.items()
        ),
    )


def closed_now(
    watch: Watch, providers: Mapping[str, Provider], now: datetime
) -> dict[str, Message | str]:
    """Find the providers that need not answer now, with the reason: hold, maintenance, hours."""
    settings = watch.catalog.rules.settings
    basis = AvailabilityBasis(hours_around(now, settings.timezone, watch.holidays), settings)
    checking = watch.catalog.checking()
    closed: dict[str, Message | str] = {}
    for each, provider in providers.items():
        stands = availability_at(provider, now, basis)
        window = checking.maintenance_of(provider, now)
        if stands.reason == "on_hold":
            closed[each] = Message("on hold: {why}", why=stands.why)
        elif window is not None:
            named = Message("maintenance: {text}", text=window.text)
            closed[each] = named if window.text else Message("maintenance")
        elif stands.hours.state == "closed":
            closed[each] = Message("outside its hours")
    return closed


def _named(catalog: "Catalog", ids: Iterable[str]) -> set[str] | None:
    """Return the ids that were named, None for all providers; raises UsageError."""
    return {incident_ranking.find_provider(catalog, each).id for each in ids} or None


def _to_watch(
    catalog: "Catalog", candidates: Collection[str], wanted: Collection[str] | None
) -> dict[str, Provider]:
    """List the wanted candidates in the file's order."""
    return {
        provider.id: provider
        for provider in catalog.all()
        if provider.id in candidates and (wanted is None or provider.id in wanted)
    }


def _offline(
    settings: CheckSettings,
    seen: "RoundResult",
    probes: Collection[str],
    known: Mapping[str, Watched],
    closed: Collection[str],
) -> Message | str:
    """Return why the observer is offline, or "".

    A closed provider may have switched its systems off: its failures do not count as evidence,
    unless it has just answered and a name or a route fails now.
    """
    fresh_from = min((each.at for each in seen.readings), default=None)
    stale = timedelta(minutes=settings.stale_min)
    ignored = {each for each in probes if each in known and known[each].state == "down"}
    for each in closed:
        seen_at = known[each].seen_at if each in known else None
        if fresh_from is None or seen_at is None or fresh_from - seen_at > stale:
            ignored.add(each)
    evidence = [
        reading
        for reading in seen.readings
        if (reading.provider not in closed or reading.fault or reading.state != "down")
        and reading.why is not _REFUSED  # was not made
    ]
    return observer_fault(
        evidence,
        reference_ok=seen.reference_ok,
        reference_is_named=settings.reference is not None and settings.reference.is_name,
        known_down=ignored,
    )


def _keep(
    watch: Watch,
    seen: "RoundResult",
    kept: Iterable[Reading],
    closed: Collection[str],
    orphans: Collection[str],
    *,
    ids: Sequence[str],
) -> tuple[dict[str, Watched], dict[str, Move], dict[str, Message | str]]:
    """Add the run's samples to the stored states, in one transaction.

    ``kept`` are the earlier readings of checks that are not due. Returns the states, the moves, and
    the reasons of the samples that have no result.
    """
    zone = ZoneInfo(watch.catalog.rules.settings.timezone)
    by_provider: dict[str, list[Reading]] = {}
    for reading in (*seen.readings, *kept):
        by_provider.setdefault(reading.provider, []).append(attributed(reading))
    for each in seen.left_out:
        by_provider.pop(each, None)
    moves: dict[str, Move] = {}
    doubts: dict[str, Message | str] = {}
    changed: list[Watched] = []
    with watch.store.deciding() as tx:
        known = tx.watched()
        for each, readings in by_provider.items():
            before = known.get(each) or Watched(provider=each)
            sample = combine_readings(readings, watch.settings, zone)
            if sample.state == "unknown":
                doubts[each] = sample.why
            after, move = advance(before, sample, watch.settings, is_closed=each in closed)
            if after != before:
                changed.append(after)
            if move is not None:
                moves[each] = move
        tx.save_watched(changed, moves.values())
        if not ids and orphans:
            tx.drop_watched(orphans)
    known.update({each.provider: each for each in changed})
    return known, moves, doubts


def heartbeat_event(code: ExitCode) -> str:
    """Return the last part of the heartbeat's path: "", or the exit code of a run that failed.

    A run that finds a provider down has not failed.
    """
    return "" if code in (ExitCode.OK, ExitCode.ATTENTION) else str(int(code))
