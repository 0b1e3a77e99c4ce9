"""Incidents in columns, ranked and written: the bytes of ``batch.output``, without a row of it."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from ..records.writing import guarded
from . import layout, objects, rendering
from .compiled import CompiledEngine, Ranking
from .digits import LONGEST
from .layout import Array
from .outgoing import REASONS, Incidents, Outgoing, settle

Texts = tuple[layout.Texts, ...]


def ranked(engine: CompiledEngine, rows: Incidents) -> tuple[Outgoing, layout.Lines, list[Ranking]]:
    """Rank every row; what came out, line by line and service by service."""
    shape, shapes = rows.shapes(engine)
    rankings = list(engine.rank_batch(rows.batch(shape, engine), shapes))
    for ranking in rankings:
        settle(engine, rows, ranking)
    out = Outgoing(engine, rows, shapes, shape)
    return out, out.lines(rankings), rankings


def csv_of(
    engine: CompiledEngine,
    out: Outgoing,
    lines: layout.Lines,
    numbers: Array,
    cells: layout.Cells,
    *,
    form: str,
) -> list[memoryview]:
    """Write lines as ``output.Table`` does.

    ``numbers`` are those of the rows, ``cells`` are ready to be copied. The bytes are in pieces,
    in order, so that nobody copies them on the way to a file.
    """
    shown = guarded if form == "spreadsheet" else str

    def firm(provider: str | None, phone: str) -> str:
        return f"{csv_cell(shown(provider or ''))},{csv_cell(shown(phone))}"

    offers = _of_offers(engine, form, lambda: (
        [firm(*engine.firm_of(one)) for one in engine.offers],
        [f",{one.wait_min!r},{one.turnout_min!r}," for one in engine.offers],
        [f",{one.late_min!r},{one.answer_min!r},{one.acceptance!r}," for one in engine.offers],
    ))  # fmt: skip
    services = texts_of(csv_cell(shown(each)) for each in out.services)
    more = texts_of(firm(*each) for each in out.more_firms)
    texts = (services, _joined(offers[0], more), offers[1], offers[2], texts_of(REASONS))
    longest = _longest(texts) + rendering.FIXED
    own = (cells.end - cells.begin).sum(axis=1) + cells.begin.shape[1]
    return _shared(engine, len(lines.row), lambda begin, end: (
        (end - begin) * longest + rendering.room(lines.row, own, begin, end),
        lambda buffer: rendering.render(lines, numbers, cells, texts, begin, end, buffer),
    ))  # fmt: skip


def json_of(
    engine: CompiledEngine,
    out: Outgoing,
    lines: layout.Lines,
    numbers: Array,
    cells: layout.Cells,
    *,
    kinds: tuple[Array, Sequence[str]],
    keep: Sequence[str],
) -> list[memoryview]:
    """Write rows as ``output.Objects`` does; ``kinds`` are a number for each row, and the words."""
    offers = _of_offers(engine, "jsonl", lambda: (
        [_named(*engine.firm_of(one)) for one in engine.offers],
        [f',"wait_min":{_json(one.wait_min)},"turnout_min":{_json(one.turnout_min)},"travel_min":'
         for one in engine.offers],
        [f',"late_min":{_json(one.late_min)},"answer_min":{_json(one.answer_min)},"acceptance":'
         f'{_json(one.acceptance)},"head_start_min":' for one in engine.offers],
    ))  # fmt: skip
    more = texts_of(_named(*each) for each in out.more_firms)
    before = [("" if at else ',"kept":{') + _json(name) + ':"' for at, name in enumerate(keep)]
    texts = (
        texts_of(map(_json, out.services)),
        _joined(offers[0], more),
        offers[1],
        offers[2],
        texts_of(map(_json, REASONS)),
        texts_of(map(_json, kinds[1])),
        texts_of(before),
        texts_of(objects.WORDS),
    )
    count = cells.begin.shape[0]
    starts = np.searchsorted(lines.row, np.arange(count + 1))
    fixed = int(sum(map(len, objects.WORDS)))
    longest = _longest(texts[:5]) + 4 * LONGEST + fixed
    per_row = _longest(texts[5:6]) + len(texts[6].text) + 4 * len(before) + LONGEST + fixed
    own = (cells.end - cells.begin).sum(axis=1) + per_row
    ends = np.concatenate([[0], np.cumsum(own)])
    return _shared(engine, count, lambda begin, end: (
        int((starts[end] - starts[begin]) * longest + ends[end] - ends[begin]),
        lambda buffer: objects.render(
            lines, starts, numbers, kinds[0], cells, texts, begin, end, buffer
        ),
    ))  # fmt: skip


def _shared(
    engine: CompiledEngine,
    count: int,
    work: Callable[[int, int], tuple[int, Callable[[Array], int]]],
) -> list[memoryview]:
    """Write in parts, each into room of its own, by all threads."""
    parts: dict[int, memoryview] = {}

    def part(begin: int, end: int) -> None:
        room, render = work(begin, end)
        buffer = np.empty(room, np.uint8)
        if size := render(buffer):
            parts[begin] = buffer[:size].data

    engine.share(count, part)
    return [parts[begin] for begin in sorted(parts)]


def _of_offers(
    engine: CompiledEngine, form: str, write: Callable[[], tuple[list[str], ...]]
) -> Texts:
    """What does not change from row to row, written once for each offer."""
    count = len(engine.offers)
    known = engine.texts.get(form)
    if known is None or known[0] != count:
        known = engine.texts[form] = count, tuple(map(texts_of, write()))
    return known[1]


def _joined(first: layout.Texts, more: layout.Texts) -> layout.Texts:
    return layout.Texts(
        np.concatenate([first.begin, more.begin[1:] + first.begin[-1]]),
        np.concatenate([first.text, more.text]),
    )


def _longest(texts: Texts) -> int:
    return sum(int(np.diff(each.begin).max(initial=0)) for each in texts)


def texts_of(texts: Any) -> layout.Texts:
    """Put many texts into one."""
    content = [text.encode() for text in texts]
    begin = np.cumsum([0, *map(len, content)])
    return layout.Texts(begin, np.frombuffer(b"".join(content), np.uint8))


def csv_cell(text: str) -> str:
    """A text as a cell of CSV."""
    if any(sign in text for sign in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _json(value: str | float) -> str:
    return msgspec.json.encode(value).decode()


def _named(provider: str | None, phone: str) -> str:
    """A firm as it stands in an object; whoever is dialled first has only a number."""
    dialled = _json(phone)
    return dialled if provider is None else f'"provider":{_json(provider)},"phone":{dialled}'
