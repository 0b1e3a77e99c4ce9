"""Ask for a provider on a terminal; each answer is checked before the next question."""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ..errors import SentenceError
from ..messages import Message
from ..model.words import EQUIPMENT, SERVICES, VEHICLE_CLASSES, YES
from .typed_input import ask

if TYPE_CHECKING:
    from ..catalog.new_entries import EntryChecker

REQUIRED = ("name", "phone", "services", "base", "area")


class ProviderQuestion(Struct, frozen=True):
    """A question for one key; ``words`` is the closed set that ``?`` lists."""

    key: str
    text: Message
    read: Callable[[str], object] = str
    words: Mapping[str, tuple[str, ...]] = {}


def _questions() -> tuple[ProviderQuestion, ...]:
    from ..provider_lists.entry_cells import read_area, read_list, read_number

    weight = Message("Heaviest vehicle in tonnes (Enter: no limit)")
    return (
        ProviderQuestion("name", Message("Name of the firm")),
        ProviderQuestion("phone", Message("Phone number with area code; several with a comma"),
                         _read_phones),
        ProviderQuestion("services", Message('Services, with commas ("?" lists them)'),
                         read_list, SERVICES),
        ProviderQuestion("base", Message("Base: a postcode, coordinates or a plus code")),
        ProviderQuestion(
            "area",
            Message('Area: "30 km", postcodes such as 860-865, or "country"'),
            read_area,
        ),
        ProviderQuestion("hours",
                         Message("Opening hours, such as Mo-Fr 08:00-18:00 (Enter: unknown)")),
        ProviderQuestion(
            "vehicle_classes",
            Message('Vehicle classes, with commas ("?" lists them, Enter: any)'),
            read_list,
            VEHICLE_CLASSES,
        ),
        ProviderQuestion("max_weight_t", weight, lambda text: read_number(text, "max_weight_t")),
        ProviderQuestion(
            "equipment",
            Message('Equipment, with commas ("?" lists it, Enter: unknown)'),
            read_list,
            EQUIPMENT,
        ),
    )  # fmt: skip


def ask_provider(given: Mapping[str, Any], checker: "EntryChecker") -> dict[str, Any]:
    """Ask for all keys that are not given; raises KeyboardInterrupt at the end of the input."""
    entry = dict(given)
    for question in _questions():
        is_given = question.key in entry or (question.key == "phone" and "phones" in entry)
        if is_given:
            continue
        value = _answer(question, checker)
        if value is not None:
            several = question.key == "phone" and isinstance(value, list)
            entry["phones" if several else question.key] = value
    return entry


def confirm(text: str, path: object) -> bool:
    """Show the new table, and ask whether to write it; Enter means yes."""
    sys.stderr.write(f"\n{text}\n")
    answer = ask(Message("Add this to {path}? (Enter: yes, n: no)", path=path))
    return answer.casefold() in ("", *YES)


def _read_phones(text: str) -> object:
    found = [each.strip() for each in text.split(",") if each.strip()]
    return found if len(found) > 1 else text


def _answer(question: ProviderQuestion, checker: "EntryChecker") -> object:
    """Ask until the answer is valid; None if a question that is not required is passed over."""
    while True:
        text = ask(question.text)
        if text == "?" and question.words:
            for line in _listed(question.words):
                sys.stderr.write(line)
            continue
        if not text and question.key not in REQUIRED:
            return None
        problems: list[Message] = []
        try:
            value = question.read(text)
            key = "phones" if question.key == "phone" and isinstance(value, list) else question.key
            problems += checker.problems_of_value(key, value)
        except SentenceError as error:
            problems.append(error.sentence)
        if not problems:
            return value
        from ..render.stderr_lines import print_warnings

        print_warnings(problems, stream=sys.stderr)


def _listed(words: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for name, (german, *_) in words.items():
        yield f"  {name:20} {german}\n"
