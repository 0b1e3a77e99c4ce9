"""``dispatch kinds``: list kinds of incidents, services and conditions with their words."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from ..messages import Message, joined
from .options import DebugOption, JsonOption, ProvidersOption, QuietOption
from .outcome import Outcome

if TYPE_CHECKING:
    from ..model import Plan, PlanEntry
    from ..render.fact_page import Section

COLUMNS = ("what", "name", "german", "needs or option", "other words")


def kinds(
    equipment: Annotated[
        bool,
        typer.Option("--equipment", help="List the equipment of providers instead."),
    ] = False,
    providers: ProvidersOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> Outcome:
    """List incident kinds, services and conditions, with the German words.

    With a broken provider file the words of the program are listed, because they help to mend it.
    """
    from ..errors import BadDataError
    from ..plans import BUILT_IN
    from .open_files import open_catalog
    from .result_output import listing

    if equipment:
        return listing("dispatch.kinds/1", COLUMNS, list(_equipment_rows()), json=json)
    known, warnings = dict(BUILT_IN), []
    try:
        known |= open_catalog(providers).rules.plans
    except BadDataError as error:
        first, *others = error.problems
        more = Message("and {count:,} more", count=len(others)) if others else ""
        why = joined((Message("{problem}", problem=first), more))
        warnings = [Message("the kinds of the provider file are not listed: {why}", why=why)]
    rows = [*_kind_rows(known), *_service_rows(), *_condition_rows()]
    return listing("dispatch.kinds/1", COLUMNS, rows, json=json, sections=lambda: _sections(known),
                   warnings=() if quiet else warnings)  # fmt: skip


def _sections(known: "Mapping[str, Plan]") -> "Iterator[Section]":
    """Yield the page for people: each name with its words, and below them what it needs."""
    from ..plans import plan_of
    from ..render.fact_page import Section

    kinds = []
    for kind in known:
        plan = plan_of(kind, known)
        needs = [_entry_words(each) for each in plan.entries if not each.when]
        kinds.append((kind, [", ".join(plan.words), *needs]))
    services = [
        (name, [_in_one(german, others), number and Message("call {number}", number=number)])
        for _, name, german, number, others in _service_rows()
    ]
    conditions = [
        (name, [_in_one(german, others), option])
        for _, name, german, option, others in _condition_rows()
    ]
    yield Section(Message("Kinds of incident, their words, and the services that they need"), kinds)
    yield Section(Message("Services"), services)
    yield Section(Message("Conditions of a plan, and the options that set them"), conditions)


def _in_one(*words: Message | str) -> str:
    return ", ".join(filter(None, map(str, words)))


def _kind_rows(known: "Mapping[str, Plan]") -> Iterator[tuple[Message | str, ...]]:
    from ..plans import plan_of

    for kind in known:
        plan = plan_of(kind, known)
        german, *others = plan.words or ("",)
        needs = joined((_entry_words(each) for each in plan.entries if not each.when), ", ")
        yield Message("kind"), kind, german, needs, ", ".join(others)


def _entry_words(entry: "PlanEntry") -> Message | str:
    """Word a service of a plan, and when it is needed."""
    if not entry.unless:
        if not entry.after:
            return entry.service
        return Message("{service} after {after}", service=entry.service, after=entry.after)
    first, *others = entry.unless
    unless: Message | str = first
    for each in others:
        unless = Message("{first} or {second}", first=unless, second=each)
    return Message(
        "{service} after {after} unless {unless}" if entry.after else "{service} unless {unless}",
        service=entry.service,
        after=entry.after,
        unless=unless,
    )


def _service_rows() -> Iterator[tuple[Message | str, ...]]:
    from ..model.words import EMERGENCY_NUMBERS, SERVICES

    for service, (german, *others) in SERVICES.items():
        yield (
            Message("service"),
            service,
            german,
            EMERGENCY_NUMBERS.get(service, ""),
            ", ".join(others),
        )


def _equipment_rows() -> Iterator[tuple[Message | str, ...]]:
    from ..model.words import EQUIPMENT

    for name, (german, *others) in EQUIPMENT.items():
        yield Message("piece of equipment"), name, german, "", ", ".join(others)


def _condition_rows() -> Iterator[tuple[Message | str, ...]]:
    from ..model.words import SPOTS, VEHICLE_CLASSES, VEHICLE_STATES
    from ..plans import CONDITIONS

    words = {**SPOTS, **VEHICLE_STATES, **VEHICLE_CLASSES}
    for name, condition in CONDITIONS.items():
        german, *others = words.get(name, ("",))
        yield Message("condition"), name, german, condition.option, ", ".join(others)
