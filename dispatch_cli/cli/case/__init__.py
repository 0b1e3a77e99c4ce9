"""``dispatch case``: working an incident, a verb each; imported verb by verb."""

from typing import ClassVar

import typer

from ..lazy import HELP_OPTIONS, LazyGroup


class Verbs(LazyGroup):
    """The verbs in the order in which a case goes through them."""

    package = __name__
    commands_at: ClassVar = {
        "open": "opening:open_case",
        "work": "work:work",
        "offer": "asking:offer",
        "accept": "accepting:accept",
        "decline": "answering:decline",
        "no-answer": "answering:no_answer",
        "unreachable": "answering:unreachable",
        "wrong-equipment": "answering:wrong_equipment",
        "fail": "answering:fail",
        "unsuccessful": "answering:unsuccessful",
        "eta": "accepting:eta",
        "arrive": "answering:arrive",
        "close": "ending:close",
        "cancel": "ending:cancel",
        "correct": "ending:correct",
        "amend": "opening:amend",
        "rerank": "opening:rerank",
        "note": "keeping:note",
        "callback": "keeping:callback",
        "show": "viewing:show",
        "list": "viewing:list_cases",
        "audit": "viewing:audit",
        "export": "keeping:export",
        "hold": "keeping:hold",
        "forget": "keeping:forget",
    }


app = typer.Typer(
    cls=Verbs,
    help="Work an incident: offers, answers, who is on the way.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    context_settings=HELP_OPTIONS,
)


@app.callback()
def case() -> None:
    """Work an incident: offers, answers, who is on the way."""
