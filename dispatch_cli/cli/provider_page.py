"""The readable page of ``providers show``: what a provider can do, and what was learned of it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..messages import Message, joined
from ..model.words import LAENDER

if TYPE_CHECKING:
    from ..model import Provider
    from ..render.fact_page import Section, Texts

Fact = tuple[Message | str, "Texts"]


def provider_sections(
    provider: "Provider",
    written: "dict[str, Message | str]",
    learned: Iterable[tuple[str, Message]],
) -> "Iterator[Section]":
    """Yield the sections of a provider; ``written`` are its values as rows have them."""
    from ..render.fact_page import Section

    yield Section(provider.name, [*_contact(provider, written)])
    yield Section(Message("What it does"), [*_abilities(provider)])
    yield Section(Message("What the ranking assumes"), [*_assumptions(provider)])
    yield Section(
        Message("What its calls have shown"),
        [(_word(service), [sentence]) for service, sentence in learned],
    )


def _contact(provider: "Provider", written: "dict[str, Message | str]") -> Iterator[Fact]:
    yield Message("id"), [provider.id]
    phones = [
        "  ".join(filter(None, (each.shown, each.label, each.hours))) for each in provider.phones
    ]
    yield Message("phone"), phones
    yield Message("hours"), [provider.hours or Message("not in the file: ask")]
    if "on_hold" in written:
        yield Message("on hold"), [written["on_hold"]]
    yield Message("base"), [f"{provider.lat:.4f}, {provider.lon:.4f}"]
    yield Message("area"), [written["area"]]
    if provider.region:
        yield Message("holidays"), [LAENDER.get(provider.region, provider.region)]
    if provider.clients is not None:
        yield Message("clients"), [", ".join(provider.clients) or "-"]
    if provider.tags:
        yield Message("tags"), [", ".join(provider.tags)]
    if provider.notes:
        yield Message("notes"), [provider.notes]


def _abilities(provider: "Provider") -> Iterator[Fact]:
    yield Message("services"), [_words(provider.services)]
    yield Message("units"), [str(provider.units)]
    if provider.vehicle_classes is not None:
        yield Message("vehicles"), [_words(provider.vehicle_classes)]
    limits = [
        _limit("up to {limit:g} t", provider.max_weight_t),
        _limit("up to {limit:g} m high", provider.max_height_m),
    ]
    if any(limits):
        yield Message("limits"), [joined([each for each in limits if each], ", ")]
    if provider.height_m is not None:
        yield Message("height of its truck"), [Message("{height:g} m", height=provider.height_m)]
    if provider.seats is not None:
        yield Message("seats for passengers"), [str(provider.seats)]
    if provider.pets is not None:
        yield Message("takes animals"), [Message("yes") if provider.pets else Message("no")]
    if provider.equipment:
        yield Message("equipment on board"), [_words(provider.equipment)]


def _assumptions(provider: "Provider") -> Iterator[Fact]:
    if provider.turnout_min is not None:
        yield Message("sets off after"), [_minutes(provider.turnout_min)]
    if provider.acceptance is not None:
        yield Message("accepts"), [Message("{share:.0%} of the calls", share=provider.acceptance)]
    if provider.answer_min is not None:
        yield Message("answers in"), [_minutes(provider.answer_min)]


def _limit(template: str, limit: float | None) -> Message | str:
    return "" if limit is None else Message(template, limit=limit)


def _minutes(minutes: float) -> Message:
    return Message("{minutes:g} min", minutes=minutes)


def _words(ids: Sequence[str]) -> Message | str:
    return joined(map(_word, ids), ", ")


def _word(name: str) -> Message:
    return Message(name.replace("_", " "))
