"""List the words of closed sets that a screen shows: states, reasons, headings, acts."""

import ast
from collections.abc import Iterable, Iterator
from typing import get_args

from dispatch_cli.batch.read import row_reader
from dispatch_cli.cases import case_deadlines, offer_table, undo_plan
from dispatch_cli.cases.intake_questions import QUESTIONS
from dispatch_cli.cli import batch_guess, doctor, kinds, providers, providers_report
from dispatch_cli.cli.case import keep
from dispatch_cli.eligibility import gate_table
from dispatch_cli.model import case as case_words
from dispatch_cli.model import case_parts, check, check_kinds, draft, provider, run_cards, words
from dispatch_cli.osm import map_kinds
from dispatch_cli.render import case_views
from dispatch_cli.results import check_results, hand_over_results, report_results
from dispatch_cli.store import restoring

try:
    from tools.package_sentences import calls_in, sources
except ModuleNotFoundError:  # started as a script
    from package_sentences import calls_in, sources

ACTION_AT = {"write": 1, "act": 0, "decide": 2, "_decide": 2, "_change_personal": 2, "personal": 2}
"""The position of the journal's action in the arguments of a function."""

FACTS = (
    "injured", "trapped", "persons", "children", "pets", "clearance_m", "hazard", "where",
    "language", "spot", "asked", "kind", "vehicle", "client", "weight", "weight_t", "height",
    "height_m", "brand", "note", "at", "at_vehicle", "call_back", "read_back", "last_exit",
)  # fmt: skip
"""Facts of an incident, as keys."""

PHASES = ("run", "answer", "body", "tls", "resolve", "connect", "provisional")


def closed_words() -> Iterator[str]:
    """Yield the words of closed sets, as they stand and with blanks.

    A word that has another translation in one place has its context before it, as in gettext.
    """
    sets: tuple[Iterable[str], ...] = (
        words.EMERGENCY_SERVICES, words.SERVICES, words.VEHICLE_CLASSES, words.SPOTS,
        words.VEHICLE_STATES, words.EQUIPMENT, words.SPEAKERS, words.DECLINE_REASONS,
        words.CLIENT_KINDS, words.METHODS, words.LANGUAGES, case_words.CALLERS,
        check_kinds.CHECK_KINDS, ("CET", "CEST"), run_cards.BUILT_IN,
        case_deadlines.WHAT_IS_DUE, (gate_table.BEYOND_FALLBACK, "abroad", "wish", "decision"),
        ("position", "because"), draft.STATES, draft.WHAT_IS_DUE, [each.key for each in QUESTIONS],
        [each.reason for each in gate_table.GATES], row_reader.REASONS, FACTS, PHASES,
        case_parts.UNDOABLE, hand_over_results.FOUND_BY, hand_over_results.PROMISED,
        *map(_values_of, (
            case_words.OfferState, case_words.ServiceState, case_words.EmergencyState,
            case_words.LastResortState, case_words.CorrectedOutcome, check.Fault,
            provider.OpenState, provider.CheckState,
            provider.AvailabilityState, provider.Source, check_results.Severity,
            report_results.Verdict,
        )),
        providers.LIST_COLUMNS, providers.READ_COLUMNS, batch_guess.COLUMNS, kinds.COLUMNS,
        doctor.COLUMNS, providers_report.COLUMNS, keep.FORGOTTEN_COLUMNS, ("key", "value"),
        case_views.PERSONAL_KEYS, journal_actions(), [each.name for each in map_kinds.KINDS],
    )  # fmt: skip
    for each in sets:
        for word in each:
            if word:
                yield from {word, word.replace("_", " ")}
    yield in_context("case", "closed")
    yield from (in_context("act", each) for each in ("open", "hold"))
    yield in_context("map", "taxi")
    for kind in run_cards.BUILT_IN:
        if kind in {*words.EMERGENCY_SERVICES, *words.SERVICES, *words.DECLINE_REASONS}:
            yield in_context("kind", kind)


def in_context(context: str, word: str) -> str:
    """Return the id of a word in a context, as gettext writes it."""
    return f"{context}\x04{word}"


def journal_actions() -> set[str]:
    """Return the actions of the journal, from the calls that record them."""
    found = {*offer_table.ACTIONS, case_words.OPENING, case_words.FORGETTING, case_words.EXPORT}
    found |= {case_words.UNDO, undo_plan.MERGE, restoring.RESTORE, "personal show"}
    for source in sources().values():
        for _, call in calls_in(ast.parse(source)):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            place = ACTION_AT.get(name, 99)
            given = [*call.args[place : place + 1]]
            given += [each.value for each in call.keywords if each.arg == "action"]
            found |= {
                node.value
                for each in given
                for node in ast.walk(each)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
    return {each for each in found if each.replace("_", "").replace(" ", "").isalpha()} - {
        "refused "
    }


def _values_of(literal: object) -> tuple[str, ...]:
    return get_args(literal)
