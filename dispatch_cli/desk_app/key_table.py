"""The keys of the desk: a registry of key, act and label.

A letter has one meaning on all screens and in all languages, and acts only on a card. What must
work anywhere, also inside a text field, is a function key.
"""

from collections.abc import Iterable

from msgspec import Struct

from ..messages import Message
from ..render.wording import worded
from ..results.desk_results import DeskCard

EVERYWHERE = frozenset(
    {
        "board",
        "next",
        "rings_back",
        "asking",
        "accepted",
        "arrived",
        "exhausted",
        "idle",
        "ended",
        "intake",
        "plan",
    }
)
"""The screens: the board, a card by its service, the new call, and the plan of all cases."""

_IN_ORDER = (
    "board", "plan", "intake", "next", "rings_back", "asking", "accepted", "arrived", "exhausted",
    "idle", "ended",
)  # fmt: skip

CARDS = EVERYWHERE - {"board", "intake", "plan"}
_OPEN = CARDS - {"ended"}


class DeskKey(Struct, frozen=True, kw_only=True):
    """A key: the act that it stands for, its label, and the screens on which it is valid.

    ``key`` is its name in Textual, ``shown`` its name for people. A key that ``records`` writes to
    the case log and is guarded against accidents. ``verb`` is the command that does the same.
    """

    key: str
    act: str
    label: Message
    on: frozenset[str]
    shown: str = ""
    records: bool = False
    verb: str = ""

    @property
    def name(self) -> str:
        """The key as people read it."""
        return self.shown or self.key


KEYS: tuple[DeskKey, ...] = (
    DeskKey(
        key="enter", shown="Enter", act="place_call", label=Message("call placed"), records=True,
        verb="case offer", on=frozenset({"next", "rings_back"}),
    ),
    DeskKey(
        key="a", act="accept", label=Message("accepts"), records=True, verb="case accept",
        on=frozenset({"asking", "rings_back"}),
    ),
    DeskKey(
        key="d", act="decline", label=Message("declines"), records=True, verb="case decline",
        on=frozenset({"asking", "rings_back"}),
    ),
    DeskKey(
        key="n", act="no_answer", label=Message("no answer"), records=True, verb="case no-answer",
        on=frozenset({"asking", "rings_back"}),
    ),
    DeskKey(
        key="w", act="later", label=Message("rings back"), records=True, verb="case later",
        on=frozenset({"asking"}),
    ),
    DeskKey(
        key="u", act="unreachable", label=Message("wrong number"), records=True,
        verb="case unreachable", on=frozenset({"asking"}),
    ),
    DeskKey(
        key="e", act="wrong_equipment", label=Message("wrong equipment"), records=True,
        verb="case wrong-equipment", on=frozenset({"asking", "rings_back"}),
    ),
    DeskKey(
        key="g", act="tell_driver", label=Message("driver knows"), records=True,
        verb="case told REF driver", on=frozenset({"accepted"}),
    ),
    DeskKey(
        key="b", act="tell_caller", label=Message("caller knows"), records=True,
        verb="case told REF caller", on=frozenset({"accepted"}),
    ),
    DeskKey(
        key="t", act="new_time", label=Message("new time"), records=True, verb="case eta",
        on=frozenset({"accepted"}),
    ),
    DeskKey(
        key="f", act="fail", label=Message("does not come"), records=True, verb="case fail",
        on=frozenset({"accepted"}),
    ),
    DeskKey(
        key="r", act="arrive", label=Message("on the scene"), records=True, verb="case arrive",
        on=frozenset({"accepted"}),
    ),
    DeskKey(
        key="s", act="unsuccessful", label=Message("no success"), records=True,
        verb="case unsuccessful", on=frozenset({"accepted", "arrived"}),
    ),
    DeskKey(
        key="l", act="last_resort", label=Message("last resort"), records=True,
        verb="case last-resort", on=frozenset({"exhausted"}),
    ),
    DeskKey(
        key="x", act="cancel", label=Message("caller cancels"), records=True, verb="case cancel",
        on=_OPEN,
    ),
    DeskKey(
        key="c", act="call_back", label=Message("call back"), records=True, verb="case callback",
        on=_OPEN,
    ),
    DeskKey(
        key="m", act="amend", label=Message("change"), records=True, verb="case amend", on=_OPEN,
    ),
    DeskKey(key="i", act="note", label=Message("note"), records=True, verb="case note", on=CARDS),
    DeskKey(
        key="z", act="take_back", label=Message("take back"), records=True, verb="case undo",
        on=CARDS,
    ),
    DeskKey(
        key="y", act="copy", label=Message("copy number"),
        on=frozenset({"next", "rings_back", "asking", "accepted", "arrived", "exhausted"}),
    ),
    DeskKey(key="tab", shown="Tab", act="next_service", label=Message("next service"), on=CARDS),
    DeskKey(
        key="k", act="close", label=Message("close"), records=True, verb="case close", on=_OPEN,
    ),
    DeskKey(
        key="o", act="call_off", label=Message("called off"), records=True, verb="case called-off",
        on=CARDS,
    ),
    DeskKey(
        key="v", act="correct", label=Message("correct"), records=True, verb="case correct",
        on=_OPEN,
    ),
    DeskKey(
        key="h", act="merge", label=Message("same as another case"), records=True,
        verb="case merge", on=_OPEN,
    ),
    DeskKey(
        key="plus", shown="+", act="together", label=Message("one call for all services"),
        records=True, verb="case offer --services", on=frozenset({"next"}),
    ),
    DeskKey(
        key="p", act="personal", label=Message("caller's data"), records=True,
        verb="case show --personal", on=CARDS,
    ),
    DeskKey(
        key="q", act="report_units", label=Message("free units"), records=True,
        verb="providers report", on=frozenset({"next", "rings_back", "asking", "accepted"}),
    ),
    DeskKey(
        key="j", act="on_line", label=Message("caller on the line"), records=True,
        verb="case line", on=_OPEN,
    ),
    DeskKey(
        key="enter", shown="Enter", act="rank_again", label=Message("rank again"), records=True,
        verb="case rerank", on=frozenset({"exhausted"}),
    ),
    DeskKey(
        key="enter", shown="Enter", act="open", label=Message("open it"),
        on=frozenset({"board", "plan"}),
    ),
    DeskKey(key="tab", shown="Tab", act="filter", label=Message("filter"), on=frozenset({"board"})),
    DeskKey(key="slash", shown="/", act="find", label=Message("find"), on=frozenset({"board"})),
    DeskKey(
        key="f2", shown="F2", act="new_call", label=Message("new call"), verb="case open",
        on=EVERYWHERE,
    ),
    DeskKey(
        key="f3", shown="F3", act="park", label=Message("park"), verb="case park",
        on=EVERYWHERE - {"board"},
    ),
    DeskKey(
        key="f4", shown="F4", act="board", label=Message("board"), verb="case list",
        on=EVERYWHERE - {"board"},
    ),
    DeskKey(
        key="f6", shown="F6", act="take", label=Message("take over"), verb="case take",
        on=EVERYWHERE - {"intake", "ended", "plan"},
    ),
    DeskKey(
        key="f7", shown="F7", act="hand_over", label=Message("hand over"), verb="case hand-over",
        on=frozenset({"board"}),
    ),
    DeskKey(
        key="f8", shown="F8", act="plan", label=Message("plan of all cases"),
        verb="storm --open --watch", on=frozenset({"board"}),
    ),
    DeskKey(
        key="f9", shown="F9", act="emergency", label=Message("emergency"), verb="case emergency",
        on=EVERYWHERE,
    ),
    DeskKey(
        key="f10", shown="F10", act="finish", label=Message("open the case"), verb="case open",
        on=frozenset({"intake"}),
    ),
    DeskKey(
        key="f10", shown="F10", act="record_plan", label=Message("record the plan"), records=True,
        verb="storm --open --apply", on=frozenset({"plan"}),
    ),
    DeskKey(
        key="escape", shown="Esc", act="back", label=Message("back"),
        on=EVERYWHERE - {"board"},
    ),
    DeskKey(
        key="question_mark", shown="?", act="help", label=Message("keys"),
        on=EVERYWHERE - {"intake"},
    ),
    DeskKey(
        key="ctrl+q", shown="Ctrl-Q", act="leave", label=Message("leave"), on=EVERYWHERE,
    ),
)  # fmt: skip
"""All keys of the desk, in the order in which they are shown."""


def is_function(key: str) -> bool:
    """Return whether a key also acts in the middle of a question: function keys, and leaving."""
    return key == "ctrl+q" or (key[:1] == "f" and key[1:].isdigit())


def is_anywhere(key: DeskKey) -> bool:
    """Return whether a key is shown on every screen, also below a question."""
    return is_function(key.key) or key.key in ("escape", "question_mark")


def shown_key(key: str, character: str) -> str:
    """Return how people name a key that was pressed: its character, or its name."""
    if character.isprintable() and character.strip():
        return character
    names = {each.key: each.name for each in KEYS} | {"up": "↑", "down": "↓"}
    return names.get(key, key)


def valid_keys(screen: str) -> list[DeskKey]:
    """Return the keys of a screen, in their order."""
    return [each for each in KEYS if screen in each.on]


def key_of(key: str, screen: str) -> DeskKey | None:
    """Return what a key stands for on a screen; None if it stands for nothing there."""
    return next((each for each in KEYS if each.key == key and screen in each.on), None)


def has_effect(key: DeskKey, card: DeskCard | None) -> bool:
    """Return whether a key can do anything on a card; such keys need no room on the screen."""
    if card is None:
        return True
    waiting = [each for each in card.case.services if each.state == "waiting"]
    effects = {
        "next_service": len(card.case.services) > 1,
        "together": len(waiting) > 1,
        "call_off": bool(card.to_call_off),
    }
    return effects.get(key.act, True)


def worded_keys(keys: Iterable[DeskKey]) -> list[tuple[str, str]]:
    """Return the name and the label of keys, in the language of the screen."""
    return [(each.name, worded(each.label)) for each in keys]


def as_markdown() -> str:
    """Return the table of the keys for the docs, each key with its screens and its verb."""
    lines = ["| key | what it does | where | command |", "|---|---|---|---|"]
    for each in KEYS:
        where = "everywhere" if each.on == EVERYWHERE else "everywhere but the board"
        if each.on in (CARDS, _OPEN):
            where = "card"
        elif not each.on >= EVERYWHERE - {"board"}:
            names = (name.replace("_", " ") for name in _IN_ORDER if name in each.on)
            where = ", ".join(names)
        verb = f"`{each.verb}`" if each.verb else ""
        lines.append(f"| `{each.name}` | {each.label} | {where} | {verb} |")
    return "\n".join(lines) + "\n"
