"""The emergency line of a command that has failed."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from .. import plans
from ..messages import Message
from ..model import Incident, Place, Rules, Vehicle
from ..model.typed_words import two_readings
from ..model.words import SPOTS, VEHICLE_STATES, lookup
from ..results.cascade_answer import EmergencyCall

_FLAGS = frozenset(
    {"--ev", "--trailer", "--trapped", "--explain", "-x", "--json", "--quiet", "-q", "--debug"}
    | {"--work", "--sample", "--no-ev", "--no-trailer", "--no-trapped"}
)
_COMMANDS = (["cascade"], ["case", "open"], ["case", "amend"])
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class EmergencyLine(NamedTuple):
    """The emergency calls and the advice that are shown although a command has failed."""

    calls: tuple[EmergencyCall, ...] = ()
    advice: tuple[Message | str, ...] = ()


def is_about_an_incident(argv: Sequence[str]) -> bool:
    """Return whether a command line is for an incident, also with options before the command."""
    return _command(argv) is not None


def _command(argv: Sequence[str]) -> list[str] | None:
    words = [word for word in argv if not word.startswith("-")]
    return next((command for command in _COMMANDS if words[: len(command)] == command), None)


def emergency_from(argv: Sequence[str]) -> EmergencyLine:
    """Read the emergency calls and the advice from a command line that has failed.

    Options that cannot be read are ignored.
    """
    command = _command(argv)
    if command is None:
        return EmergencyLine()
    options = dict(_words(argv[list(argv).index(command[-1]) + 1 :]))
    if command[-1] == "amend":
        # The case may be unreadable, so that only the typed options count.
        options[""] = options.get("--kind", "other")
    rules = _rules_of(options)
    kind = plans.find_kind(options.get("", ""), rules.plans)
    if kind is None:
        return EmergencyLine()
    incident = Incident(
        kind=kind,
        place=Place(lat=0, lon=0),
        when=_BEGINNING,
        vehicle=Vehicle(state=lookup(options.get("--state", ""), VEHICLE_STATES)),
        spot=_spot(options.get("--spot", "")),
        # An invalid number was typed because a person is injured.
        injured=0 if options.get("--injured", "0").strip() == "0" else 1,
        trapped="--trapped" in options,
        hazard=options.get("--hazard"),
    )
    calls = plans.emergency_calls(incident, rules)
    return EmergencyLine(calls, plans.advice_for(incident, calls))


def _spot(word: str) -> str | None:
    """Return the spot of a word; of one with two readings that in traffic."""
    both = two_readings(word, "spot")
    return both[0] if both else lookup(word, SPOTS)


def _words(argv: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of option and value; the first word without an option has the key ``""``."""
    seen_kind = False
    words = iter(argv)
    for word in words:
        if word == "--":
            continue
        if word.startswith("-") and len(word) > 1:
            name, has_value, value = word.partition("=")
            if not word.startswith("--") and len(word) > 2:
                name, value = word[:2], word[2:]  # for example -a86150
            elif not has_value and name not in _FLAGS:
                value = next(words, "")
            yield name, value
        elif not seen_kind:
            seen_kind = True
            yield "", word


def _rules_of(options: dict[str, str]) -> Rules:
    """Return the rules of the provider file, or the built-in ones if it cannot be read."""
    from pathlib import Path

    from .open_files import open_catalog

    option = options.get("--providers")
    try:
        return open_catalog(Path(option) if option else None).rules
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        # The error was already reported. Even after the panic of a library the built-in rules
        # give an emergency line.
        return Rules()
