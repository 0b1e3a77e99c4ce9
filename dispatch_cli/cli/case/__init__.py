"""``dispatch case``: working an incident, a verb each; imported verb by verb."""

from typing import ClassVar

from ..lazy import LazyGroup, group


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


app = group("Work an incident: offers, answers, who is on the way.", Verbs)
