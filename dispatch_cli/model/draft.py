"""A draft: a call whose questions are not all answered, before it becomes a case."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from .incident import is_danger

REQUIRED = ("injured", "at", "kind")
"""The facts without which no case is opened."""

STATES = ("parked", "held")
"""The states of a draft that has not ended; ``held`` while a program asks its questions."""

WHAT_IS_DUE = ("safety question", "parked call", "erasure")
"""What is due for a draft; the last one after its end."""

COPIED_PLACE = "copied_place"
"""The fact with the place of another case, which only the program reads."""

LETTER = "G"
"""The letter before the number of a draft, which distinguishes it from that of a case."""


def with_new_facts(facts: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """Return the facts of a draft after new ones; a new place replaces one that was copied."""
    known = dict(facts)
    if "at" in new:
        known.pop(COPIED_PLACE, None)
    return {**known, **new}


class Draft(Struct, frozen=True, kw_only=True):
    """The answers of a caller so far, numbered G1, G2 and so on; all of it is personal data.

    ``facts`` are the answers as they were typed, by the name of the fact; an empty text is a
    question that was passed over. ``operator`` took the call last. ``parked_at``: since when the
    caller waits; each answer begins the wait anew. ``holder`` is the id of the process that asks
    the questions, 0 without one; a process that was killed leaves its id.
    """

    id: int
    operator: str
    opened_at: datetime
    changed_at: datetime
    parked_at: datetime
    facts: dict[str, str] = {}
    on_line: bool = False
    """Whether the caller stays on the line."""
    holder: int = 0
    holder_started: str = ""
    """When that process started, as the system counts it; its id may be given to another one."""
    ended_at: datetime | None = None
    end_reason: str = ""
    """Why the draft was discarded; empty for one that became a case."""
    case_id: int = 0
    """The case that the draft became; 0: none."""

    @property
    def number(self) -> str:
        """The number of the draft as operators say it: G1."""
        return f"{LETTER}{self.id}"

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that are still needed to open a case."""
        return tuple(key for key in REQUIRED if not self.facts.get(key))

    @property
    def is_safety_asked(self) -> bool:
        """Whether the caller has said if a person is hurt or in danger."""
        return bool(self.facts.get("injured"))

    @property
    def is_danger(self) -> bool:
        """Whether the caller has said that a person is hurt, trapped or in traffic."""
        injured = self.facts.get("injured", "")
        return is_danger(
            # A number that cannot be read is not known to be 0.
            injured=int(injured) if injured.isdecimal() else len(injured),
            trapped=self.facts.get("trapped") == "yes",
            spot=self.facts.get("spot"),
        )

    @property
    def can_be_called_back(self) -> bool:
        """Whether the caller can be reached: by a number, or on the line."""
        return self.on_line or bool(self.facts.get("call_back"))
