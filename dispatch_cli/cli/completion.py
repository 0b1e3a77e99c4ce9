"""Completion of closed sets of words, and of the numbers of cases, offers and parked calls.

A completion shows no errors: it is empty where the case log cannot be read. What it needs is
imported when the Tab key is pressed.
"""

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from ..model.case import Case
    from ..store import Reader

Completion = Callable[[str], list[str]]

COMPLETING = "_DISPATCH_COMPLETE"
"""The variable by which a shell asks for completions instead of a run."""

_MOST_ENDED = 20
"""Cases that have ended are listed after the open ones, the latest first."""


def begun(words: Iterable[str], incomplete: str) -> list[str]:
    """List the words that begin with a text, in any case; the text itself stays as it was typed.

    Shells drop completions that begin otherwise.
    """
    typed, length = incomplete.casefold(), len(incomplete)
    return [incomplete + word[length:] for word in words if word[:length].casefold() == typed]


def words_of(find: Callable[[], Collection[str]]) -> Completion:
    """Return the completion of a closed set.

    Of a set with other words for its terms, these are completed as well once one is begun.
    """

    def complete(incomplete: str) -> list[str]:
        known = find()
        words = list(known)
        if incomplete and isinstance(known, Mapping):
            words += [word for others in known.values() for word in others if " " not in word]
        return begun(words, incomplete)

    return complete


def _model(name: str) -> Callable[[], Collection[str]]:
    def find() -> Collection[str]:
        from ..model import words

        found: Collection[str] = getattr(words, name)
        return found

    return find


def _outcomes() -> Collection[str]:
    from typing import get_args

    from ..model.case import CorrectedOutcome

    return get_args(CorrectedOutcome)


def _callers() -> Collection[str]:
    from ..model.case import CALLERS

    return CALLERS


def _take_reasons() -> Collection[str]:
    from ..cases.take_over import REASONS

    return REASONS


def _told() -> Collection[str]:
    from ..cases.keep_promises import TOLD

    return TOLD


def _reported_states() -> Collection[str]:
    from ..cases.provider_reports import REPORTED_STATES

    return REPORTED_STATES


def _screen_languages() -> Collection[str]:
    from ..translations import available

    return available()


def _zones() -> Collection[str]:
    from zoneinfo import available_timezones

    return sorted(available_timezones())


complete_vehicles = words_of(_model("VEHICLE_CLASSES"))
complete_states = words_of(_model("VEHICLE_STATES"))
complete_spots = words_of(_model("SPOTS"))
complete_services = words_of(_model("SERVICES"))
complete_spoken_languages = words_of(_model("LANGUAGES"))
complete_speakers = words_of(_model("SPEAKERS"))
complete_refusals = words_of(_model("DECLINE_REASONS"))
complete_outcomes = words_of(_outcomes)
complete_callers = words_of(_callers)
complete_take_reasons = words_of(_take_reasons)
complete_told = words_of(_told)
complete_reported_states = words_of(_reported_states)
complete_screen_languages = words_of(_screen_languages)
complete_zones = words_of(_zones)


def complete_service_lists(incomplete: str) -> list[str]:
    """Complete the last service of a list with commas."""
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{word}" for word in begun(_model("SERVICES")(), last)]


def complete_cases(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the numbers of cases, the open ones first."""
    return _numbers(ctx, incomplete, lambda reader: [str(case.id) for case in _cases(reader)])


def complete_offers(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the numbers of the open cases, and of their offers."""

    def found(reader: "Reader") -> list[str]:
        from ..model.case import ref_of

        cases = reader.cases(open_only=True)
        refs = [ref_of(case.id, offer.number) for case in cases for offer in case.offers]
        return [*(str(case.id) for case in cases), *refs]

    return _numbers(ctx, incomplete, found)


def complete_drafts(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the numbers of the calls that are not finished."""
    return _numbers(ctx, incomplete, lambda reader: [f"G{draft.id}" for draft in reader.drafts()])


def _cases(reader: "Reader") -> list["Case"]:
    return [*reader.cases(open_only=True), *reader.closed_cases(limit=_MOST_ENDED)]


def _numbers(
    ctx: typer.Context, incomplete: str, read: Callable[["Reader"], list[str]]
) -> list[str]:
    """Read numbers of the case log that ``--db`` or the environment names; none on any failure."""
    from ..errors import DispatchError
    from .open_files import now, store_at

    named = ctx.params.get("db") or os.environ.get("DISPATCH_DB")
    on_network = bool(ctx.params.get("db_on_network"))
    with suppress(DispatchError, OSError, ValueError):
        log = store_at(Path(named) if named else None, now(), on_network=on_network)
        if not log.path.exists():
            return []
        with log, log.reading() as reader:
            return begun(read(reader), incomplete)
    return []
