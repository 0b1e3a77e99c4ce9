"""Draw the parts of the desk: lines of ``render`` as Textual texts, and the keys as buttons."""

from collections.abc import Iterable, Sequence

from rich.style import Style
from rich.text import Text

from ..messages import Message
from ..render.layout import Line, Screen, cells, wrap
from ..render.wording import worded
from .desk_tools import Question, Words
from .key_table import DeskKey, is_anywhere, worded_keys

_GAP = 2
_MOST_KEY_LINES = 3
_MOST_OFFERED = 6


def text_of_lines(lines: Iterable[Line]) -> Text:
    """Join lines into one text. Data of files and callers never become markup."""
    text = Text(end="", no_wrap=True)
    for number, line in enumerate(lines):
        if number:
            text.append("\n")
        for piece, style in line:
            text.append(piece, style or None)
    return text


def with_links(text: Text, phones: Iterable[str]) -> Text:
    """Make phone numbers ``tel:`` links, for terminals that can follow them."""
    for phone in phones:
        dialled = "".join(each for each in phone if each.isdigit() or each == "+")
        if dialled:
            text.highlight_words([phone], Style(link=f"tel:{dialled}"))
    return text


class Buttons:
    """Labelled keys in rows; a click on a label presses its key."""

    def __init__(self, width: int, most_lines: int = _MOST_KEY_LINES) -> None:
        self._width, self._most = width, most_lines
        self.rows: list[list[tuple[str, str, str]]] = [[]]
        self._used = 0

    def add(self, key: str, name: str, label: str) -> bool:
        """Add a key to the last row, or to a new one; False if there is no room for it."""
        size = cells(f"{name} {label}")
        gap = _GAP if self.rows[-1] else 0
        if self._used + gap + size > self._width and self.rows[-1]:
            if len(self.rows) >= self._most:
                return False
            self.rows.append([])
            self._used, gap = 0, 0
        self.rows[-1].append((key, name, label))
        self._used += gap + size
        return True

    def end_with(self, last: "Buttons") -> None:
        """Put the rows of other buttons below."""
        self.rows += last.rows

    @property
    def text(self) -> Text:
        """The rows as one text."""
        text = Text(end="", no_wrap=True)
        for number, row in enumerate(each for each in self.rows if each):
            if number:
                text.append("\n")
            for at, (key, name, label) in enumerate(row):
                if at:
                    text.append(" " * _GAP)
                act = Style(meta={"@click": f"app.press({key!r})"})
                text.append(f"{name} ", act + Style(bold=True))
                text.append(label, act)
        return text


def board_buttons(keys: Sequence[DeskKey], width: int, most_lines: int) -> Buttons:
    """Set the keys of board or plan on one or two lines; those without room stand under ?."""
    order = ("enter", "f10", "f2", "f9", "slash", "tab", "f6", "question_mark")
    first = [each for name in order for each in keys if each.key == name]
    return _set([*first, *(each for each in keys if each not in first)], Buttons(width, most_lines))


def key_lines(keys: Sequence[DeskKey], width: int) -> list[str]:
    """Set all keys of a screen, on as many lines as they need."""
    return _set(keys, Buttons(width, len(keys))).text.plain.splitlines()


def key_buttons(keys: Sequence[DeskKey], width: int) -> Buttons:
    """Set the keys of a screen: letters on up to three lines, the function keys on the last one."""
    others = [each for each in keys if is_anywhere(each)]
    # The first to give way are "Ctrl-Q" and "Esc", because everybody tries it anyway.
    places = {"f2": -2, "f9": -1, "question_mark": 1, "escape": 2, "ctrl+q": 3}
    others.sort(key=lambda each: places.get(each.key, 0))
    buttons = Buttons(width, _MOST_KEY_LINES)
    letters = [each for each in keys if each not in others]
    for each, (name, label) in zip(letters, worded_keys(letters), strict=True):
        if not buttons.add(each.key, name, label):
            break
    buttons.end_with(_set(others, Buttons(width, 1)))
    return buttons


def _set(keys: Sequence[DeskKey], buttons: Buttons) -> Buttons:
    for each, (name, label) in zip(keys, worded_keys(keys), strict=True):
        buttons.add(each.key, name, label)
    return buttons


def question_text(asked: Question, offered: Sequence[str], chosen: int, width: int) -> Text:
    """Draw a question with its choices, or with the suggestions for what was typed."""
    screen = Screen(width)
    text = Text("\n".join(wrap(screen.text(asked.text), width)), style="bold", end="")
    if asked.choices:
        buttons = Buttons(width, 4)
        for key, label in asked.choices:
            buttons.add(key, key, screen.text(worded_choice(label)))
        text.append("\n")
        text.append_text(buttons.text)
    for at, each in enumerate(offered[:_MOST_OFFERED]):
        mark = "> " if at + 1 == chosen else "  "
        text.append(f"\n{mark}{screen.shorten(screen.text(each), width - 2)}")
    return text


def worded_choice(label: Words) -> str:
    """Word the label of a choice; a reason such as ``no_unit`` without its underscore."""
    if isinstance(label, Message):
        return worded(label).replace("_", " ")
    return label


def message_text(texts: Sequence[Words], width: int, *, is_error: bool) -> Text:
    """Draw what was done or refused, on at most two lines."""
    screen = Screen(width)
    line = "   ".join(screen.text(each) for each in texts if each)
    lines = wrap(line, width)
    if len(lines) > 2:
        lines = [lines[0], screen.shorten(" ".join(lines[1:]), width)]
    style = "bold red" if is_error else "yellow"
    return Text("\n".join(lines) if line else "", style=style, end="", no_wrap=True)


def fuzzy(typed: str, words: Sequence[str]) -> list[str]:
    """Return the words that have the typed letters in their order, the best match first."""
    wanted = typed.strip().casefold()
    found = []
    for at, word in enumerate(words):
        folded = word.casefold()
        if wanted in folded:
            found.append((not folded.startswith(wanted), folded.index(wanted), at, word))
        elif wanted and _in_order(wanted, folded):
            found.append((True, len(folded), at, word))
    return [word for *_, word in sorted(found)]


def _in_order(wanted: str, folded: str) -> bool:
    letters = iter(folded)
    return all(each in letters for each in wanted)
