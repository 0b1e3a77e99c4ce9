"""From what was found to lines, compiled: each at its place, and as CSV."""

import numpy as np

from .digits import LONGEST, put_float, put_whole
from .kernel import drive_min, jit

COMMA, NEWLINE = 44, 10
FIXED = 3 * LONGEST + 2 * 20 + 12
"""What a line takes beside its texts: three floats, two whole numbers, commas and the end."""


@jit
def spread(table, sides, found, side_of, start, base, service, top, lines):
    """Put the ranks of one service where their lines are."""
    for task in range(len(start)):
        line = start[task]
        head_of = sides.head_of[side_of[task]]
        lines.service[line] = service
        lines.reason[line] = found.gate[task] if found.offer[task, 0] < 0 else -1
        for at in range(top):
            offer = found.offer[task, at]
            if offer < 0:
                break
            lines.service[line] = service
            lines.rank[line] = at + 1
            lines.offer[line] = base + offer
            lines.order_min[line] = found.order_min[task, at]
            lines.travel_min[line] = drive_min(found.distance_km[task, at], table)
            if head_of >= 0:
                lines.head_min[line] = sides.heads[head_of, table.number[offer]]
            line += 1


@jit
def put(texts, number, out, at):
    """Copy one of many texts; nothing for -1."""
    if number < 0:
        return at
    # Signed positions might count from the end, which keeps the copy from being made in one go.
    begin, end = np.uint64(texts.begin[number]), np.uint64(texts.begin[number + 1])
    ahead = np.uint64(at) - begin
    for place in range(begin, end):
        out[place + ahead] = texts.text[place]
    return at + np.int64(end - begin)


@jit
def copy(cells, row, column, out, at):
    """Copy a cell of a row."""
    begin, end = np.uint64(cells.begin[row, column]), np.uint64(cells.end[row, column])
    ahead = np.uint64(at) - begin
    for place in range(begin, end):
        out[place + ahead] = cells.text[place]
    return at + np.int64(end - begin)


@jit
def room(row_of, own, begin, end):
    """Add up what the rows of some lines have of their own."""
    size = 0
    for line in range(begin, end):
        size += own[row_of[line]]
    return size


@jit
def render(lines, rows, cells, texts, begin, end, out):
    """Write the lines from ``begin`` to ``end`` as CSV; return how many bytes they are."""
    services, firms, standing, asking, reasons = texts
    order_bits = lines.order_min.view(np.uint64)
    travel_bits = lines.travel_min.view(np.uint64)
    head_bits = lines.head_min.view(np.uint64)
    at = 0
    for line in range(begin, end):
        row = lines.row[line]
        at = put_whole(rows[row], out, at)
        out[at] = COMMA
        at = copy(cells, row, 0, out, at + 1)
        out[at] = COMMA
        at = put(services, lines.service[line], out, at + 1)
        out[at] = COMMA
        at += 1
        if lines.rank[line] >= 0:
            at = put_whole(lines.rank[line], out, at)
        out[at] = COMMA
        at = put(firms, lines.firm[line], out, at + 1)
        offer = lines.offer[line]
        if offer < 0:
            for _ in range(10 if lines.firm[line] < 0 else 9):
                out[at] = COMMA
                at += 1
        else:
            out[at] = COMMA
            at = put_float(lines.order_min[line], order_bits[line], out, at + 1)
            at = put(standing, offer, out, at)
            at = put_float(lines.travel_min[line], travel_bits[line], out, at)
            at = put(asking, offer, out, at)
            at = put_float(lines.head_min[line], head_bits[line], out, at)
            out[at] = COMMA
            at += 1
        at = put(reasons, lines.reason[line], out, at)
        for column in range(1, cells.begin.shape[1]):
            out[at] = COMMA
            at = copy(cells, row, column, out, at + 1)
        out[at] = NEWLINE
        at += 1
    return at
