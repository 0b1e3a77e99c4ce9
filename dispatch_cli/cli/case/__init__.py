"""``dispatch case``: the commands that work on a case, each imported when it is called."""

from typing import ClassVar

from ..lazy import LazyGroup, group


class CaseCommands(LazyGroup):
    """The commands of a case, in the usual order of their use."""

    package = __name__
    commands_at: ClassVar = {
        "open": "open:open_case",
        "park": "park:park",
        "resume": "park:resume",
        "discard": "park:discard",
        "work": "work:work",
        "offer": "offer:offer",
        "accept": "accept:accept",
        "decline": "answer:decline",
        "no-answer": "answer:no_answer",
        "unreachable": "answer:unreachable",
        "wrong-equipment": "answer:wrong_equipment",
        "fail": "answer:fail",
        "unsuccessful": "answer:unsuccessful",
        "later": "told:later",
        "told": "told:told",
        "called-off": "told:called_off",
        "line": "told:line",
        "emergency": "emergency:emergency",
        "last-resort": "emergency:last_resort",
        "eta": "accept:eta",
        "arrive": "answer:arrive",
        "close": "close:close",
        "cancel": "close:cancel",
        "correct": "close:correct",
        "amend": "amend:amend",
        "rerank": "amend:rerank",
        "undo": "undo:undo",
        "take": "take:take",
        "hand-over": "take:hand_over",
        "merge": "merge:merge",
        "find": "merge:find",
        "note": "keep:note",
        "callback": "keep:callback",
        "show": "show:show",
        "list": "show:list_cases",
        "audit": "show:audit",
        "export": "keep:export",
        "hold": "keep:hold",
        "forget": "keep:forget",
    }


app = group("Work on a case: calls, answers, arrivals, corrections.", CaseCommands)
