"""The emergency line when everything else has failed."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from .. import plans
from ..model import Incident, Place, Rules, Vehicle
from ..model.words import SPOTS, VEHICLE_STATES, lookup
from ..results.cascade_answer import EmergencyCall

_FLAGS = frozenset(
    {"--ev", "--trailer", "--trapped", "--explain", "-x", "--json", "--quiet", "-q", "--debug"}
    | {"--work", "--sample", "--no-ev", "--no-trailer", "--no-trapped"}
)
_COMMANDS = (["cascade"], ["case", "open"], ["case", "amend"])
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class EmergencyLine(NamedTuple):
    """What stands whatever has failed: whom to dial, and what to tell the caller at once."""

    calls: tuple[EmergencyCall, ...] = ()
    advice: tuple[str, ...] = ()


def is_about_an_incident(argv: Sequence[str]) -> bool:
    """Whether a command line was to answer for an incident, whatever stands before the command."""
    return _command(argv) is not None


def _command(argv: Sequence[str]) -> list[str] | None:
    words = [word for word in argv if not word.startswith("-")]
    return next((command for command in _COMMANDS if words[: len(command)] == command), None)


def emergency_from(argv: Sequence[str]) -> EmergencyLine:
    """Read from a command line that failed whom the caller must dial first.

    Reads what it can and never complains: whatever it cannot read counts as not said.
    """
    command = _command(argv)
    if command is None:
        return EmergencyLine()
    said = dict(_words(argv[list(argv).index(command[-1]) + 1 :]))
    if command[-1] == "amend":
        # The case that is amended may be what cannot be read: then only what was said counts.
        said[""] = said.get("--kind", "other")
    rules = _rules_of(said)
    kind = plans.find_kind(said.get("", ""), rules.plans)
    if kind is None:
        return EmergencyLine()
    incident = Incident(
        kind=kind,
        place=Place(lat=0, lon=0),
        when=_BEGINNING,
        vehicle=Vehicle(state=lookup(said.get("--state", ""), VEHICLE_STATES)),
        spot=lookup(said.get("--spot", ""), SPOTS),
        # A number that cannot be read was still said because somebody is hurt.
        injured=0 if said.get("--injured", "0").strip() == "0" else 1,
        trapped="--trapped" in said,
        hazard=said.get("--hazard"),
    )
    calls = plans.emergency_calls(incident, rules)
    return EmergencyLine(calls, plans.advice_for(incident, calls))


def _words(argv: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of option and value; the first word that belongs to no option stands under ``""``."""
    seen_kind = False
    words = iter(argv)
    for word in words:
        if word == "--":
            continue
        if word.startswith("-") and len(word) > 1:
            name, has_value, value = word.partition("=")
            if not word.startswith("--") and len(word) > 2:
                name, value = word[:2], word[2:]  # as -a86150
            elif not has_value and name not in _FLAGS:
                value = next(words, "")
            yield name, value
        elif not seen_kind:
            seen_kind = True
            yield "", word


def _rules_of(said: dict[str, str]) -> Rules:
    """The rules of the provider file where it can be read, else the built-in ones."""
    from pathlib import Path

    from .open_files import open_catalog

    option = said.get("--providers")
    try:
        return open_catalog(Path(option) if option else None).rules
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        # What is wrong has been said already, be it the panic of a library; the built-in line
        # must stand.
        return Rules()
