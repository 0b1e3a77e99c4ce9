"""From lines to JSON, compiled: one object for each row, as msgspec writes it."""

import numpy as np

from .digits import jit, put_json_float, put_whole
from .rendering import copy, put

QUOTE, COMMA, CLOSE, NEWLINE = 34, 44, 125, 10
WORDS = (
    '{"row":', ',"id":', "null", ',"kind":', ',"emergency":[', '{"service":', ',"dial":',
    '],"cascades":[', ',"reason":', ',"candidates":[', '{"rank":', ',"order_min":', "]}", "]",
)  # fmt: skip
_ROW, _ID, _NULL, _KIND, _EMERGENCY, _SERVICE, _DIAL = range(7)
_CASCADES, _REASON, _CANDIDATES, _RANK, _ORDER, _END, _LAST = range(7, 14)


@jit
def render(lines, starts, numbers, kinds, cells, texts, begin, end, out):
    """Write the rows from ``begin`` to ``end``; return how many bytes they are."""
    _, _, _, _, _, kind_texts, kept_texts, words = texts
    bits = (
        lines.order_min.view(np.uint64),
        lines.travel_min.view(np.uint64),
        lines.head_min.view(np.uint64),
    )
    at = 0
    for row in range(begin, end):
        at = put(words, _ROW, out, at)
        at = put_whole(numbers[row], out, at)
        at = put(words, _ID, out, at)
        if cells.begin[row, 0] == cells.end[row, 0]:
            at = put(words, _NULL, out, at)
        else:
            at = _quoted(cells, row, 0, out, at)
        at = put(words, _KIND, out, at)
        at = put(kind_texts, kinds[row], out, at)
        at = put(words, _EMERGENCY, out, at)
        line = starts[row]
        while line < starts[row + 1] and lines.rank[line] == 0:
            at = _put_call(lines, line, texts, out, at, line > starts[row])
            line += 1
        at = put(words, _CASCADES, out, at)
        at = _put_cascades(lines, line, starts[row + 1], bits, texts, out, at)
        out[at] = 93
        at += 1
        for column in range(1, cells.begin.shape[1]):
            if column > 1:
                out[at] = COMMA
                at += 1
            at = put(kept_texts, column - 1, out, at)
            at = copy(cells, row, column, out, at)
            out[at] = QUOTE
            at += 1
        if cells.begin.shape[1] > 1:
            out[at] = CLOSE
            at += 1
        out[at], out[at + 1] = CLOSE, NEWLINE
        at += 2
    return at


@jit
def _quoted(cells, row, column, out, at):
    out[at] = QUOTE
    at = copy(cells, row, column, out, at + 1)
    out[at] = QUOTE
    return at + 1


@jit
def _put_call(lines, line, texts, out, at, is_further):
    services, firms, words = texts[0], texts[1], texts[7]
    if is_further:
        out[at] = COMMA
        at += 1
    at = put(words, _SERVICE, out, at)
    at = put(services, lines.service[line], out, at)
    at = put(words, _DIAL, out, at)
    at = put(firms, lines.firm[line], out, at)
    out[at] = CLOSE
    return at + 1


@jit
def _put_cascades(lines, first, last, bits, texts, out, at):
    services, firms, standing, asking, reasons, _, _, words = texts
    order_bits, travel_bits, head_bits = bits
    for line in range(first, last):
        service, rank, offer = lines.service[line], lines.rank[line], lines.offer[line]
        if service < 0:
            return at  # nobody at all is needed
        if rank <= 1:
            if line > first:
                at = put(words, _END, out, at)
                out[at] = COMMA
                at += 1
            at = put(words, _SERVICE, out, at)
            at = put(services, service, out, at)
            at = put(words, _REASON, out, at)
            if lines.reason[line] < 0:
                at = put(words, _NULL, out, at)
            else:
                at = put(reasons, lines.reason[line], out, at)
            at = put(words, _CANDIDATES, out, at)
        if offer < 0:
            continue
        if rank > 1:
            out[at] = COMMA
            at += 1
        at = put(words, _RANK, out, at)
        at = put_whole(rank, out, at)
        out[at] = COMMA
        at = put(firms, lines.firm[line], out, at + 1)
        at = put(words, _ORDER, out, at)
        at = put_json_float(lines.order_min[line], order_bits[line], out, at)
        at = put(standing, offer, out, at)
        at = put_json_float(lines.travel_min[line], travel_bits[line], out, at)
        at = put(asking, offer, out, at)
        at = put_json_float(lines.head_min[line], head_bits[line], out, at)
        out[at] = CLOSE
        at += 1
    return put(words, _END, out, at) if last > first else at
