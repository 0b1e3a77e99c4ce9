"""A page of facts on a terminal: sections, each of labels with their texts beside them."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from ..messages import Message
from .layout import Line, Screen, cells, pad, plain_line, plain_lines, wrap

_LEAST_LABEL = 8

Texts = Sequence[Message | str]


class Section(Struct, frozen=True):
    """A title, and labels with one or more texts; each text begins on a line of its own."""

    title: Message | str
    facts: Sequence[tuple[Message | str, Texts]]


def page_lines(sections: Iterable[Section], screen: Screen) -> list[Line]:
    """Make the lines of a page; no word is broken that a line can hold. Empty texts are omitted."""
    known = [each for each in sections if each.facts]
    labels = [screen.text(label) for each in known for label, _ in each.facts]
    most = max(_LEAST_LABEL, screen.width // 3)
    width = min(max(map(cells, labels), default=0), most)
    lines: list[Line] = []
    for section in known:
        if lines:
            lines.append(plain_line(""))
        lines += plain_lines(wrap(screen.text(section.title), screen.width), "bold")
        for label, texts in section.facts:
            lines += plain_lines(_fact(screen.text(label), texts, width, screen))
    return lines


def _fact(label: str, texts: Texts, width: int, screen: Screen) -> Iterable[str]:
    rest = " " * (width + 4)
    first = f"  {pad(label, width)}  "
    if cells(label) > width:
        yield from wrap(label, screen.width, first="  ", rest="  ")
        first = rest
    for text in filter(None, (screen.text(each) for each in texts)):
        yield from wrap(text, screen.width, first=first, rest=rest)
        first = rest
