"""Show what an act has recorded."""

from typing import TYPE_CHECKING

from ..outcome import Outcome
from .session import Desk, shown

if TYPE_CHECKING:
    from ...results.case_results import Recorded


def shown_record(desk: Desk, verb: str, done: "Recorded", *, hint: str = "") -> Outcome:
    """Make the outcome of an act; it is in the log before anything of it is shown."""
    from ...render import case_cards

    return shown(
        desk,
        verb,
        done,
        lines=lambda screen: case_cards.recorded_lines(done, screen),
        columns=case_cards.RECORDED_COLUMNS,
        rows=lambda: case_cards.recorded_rows(done),
        warnings=done.warnings,
        hint=hint,
    )
