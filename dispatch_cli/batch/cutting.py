"""Lines of CSV into cells, and cells into numbers, compiled.

Whatever is not plainly one thing is odd, and its row is read one by one: by ``records.csv_rows``
and ``rows``, which alone know every way to write it.
"""

import numpy as np

from .digits import jit
from .layout import Array

QUOTE, RETURN, MINUS, POINT, COMMA, COLON, ZERO, NINE = 34, 13, 45, 46, 44, 58, 48, 57
PLAIN, ODD, LONG = 0, 1, 2
"""What a number is: worked out, not understood here, or with more digits than are exact here."""
NO_HOUR = -2
"""The hour of what is no time that is understood here."""
_EXACT = np.uint64(1 << 53)
_POWERS = np.array([10.0**power for power in range(23)])
"""Each of them is a float without an error."""


@jit
def cut(data, starts, ends, delimiter, slots, begin, end, cells, odd, high):
    """Find the cells of the wanted columns of some lines, without their quotes.

    ``slots`` says for each column where its cells go, or -1. Odd is a line without a cell, with
    too many or too few, with a NUL, or with quotes that do not just stand round a cell.
    """
    width = len(slots)
    for row in range(begin, end):
        at, last = starts[row], ends[row]
        if last > at and data[last - 1] == RETURN:
            last -= 1
        column, is_odd, is_high = 0, at == last, False
        while not is_odd:
            first, close = at, -1
            if at < last and data[at] == QUOTE:
                first = at = at + 1
                while at < last and data[at] != QUOTE:
                    is_high |= data[at] >= 128
                    is_odd |= data[at] == 0
                    at += 1
                close = at
                at += 1
                is_odd |= at > last or (at < last and data[at] != delimiter)
            while at < last and data[at] != delimiter:
                is_high |= data[at] >= 128
                is_odd |= data[at] == 0 or data[at] == QUOTE
                at += 1
            if column < width and slots[column] >= 0:
                cells[row, slots[column], 0] = first
                cells[row, slots[column], 1] = close if close >= 0 else min(at, last)
            column += 1
            if at >= last:
                break
            at += 1  # a delimiter at the very end has an empty cell behind it
        odd[row] = is_odd or column != width
        high[row] = is_high


@jit
def decimals(data, cells, slot, begin, end, values, states):
    """Read ``48.3705`` and ``-48,3705``: digits on both sides of one point or comma."""
    for row in range(begin, end):
        at, last = cells[row, slot, 0], cells[row, slot, 1]
        is_negative = at < last and data[at] == MINUS
        at += is_negative
        digits, whole, point = np.uint64(0), 0, -1
        state = ODD if last - at > 25 else PLAIN  # so long a number is looked at by itself
        while at < last and state != ODD:
            sign = data[at]
            if ZERO <= sign <= NINE:
                if digits > _EXACT:
                    state = LONG
                else:
                    digits = digits * np.uint64(10) + np.uint64(sign - ZERO)
                whole += point < 0
            elif sign in (POINT, COMMA) and point < 0:
                point = at
            else:
                state = ODD
            at += 1
        fraction = last - point - 1
        if point < 0 or whole == 0 or fraction == 0:
            state = ODD
        elif state != ODD and (digits > _EXACT or fraction > 22):
            state = LONG
        states[row] = state
        if state == PLAIN:
            value = np.float64(digits) / _POWERS[fraction]
            values[row] = -value if is_negative else value


@jit
def _two(data, at):
    """Two digits, or a number that is none of them."""
    tens, ones = np.int64(data[at]) - ZERO, np.int64(data[at + 1]) - ZERO
    return tens * 10 + ones if 0 <= tens <= 9 and 0 <= ones <= 9 else 1000


@jit
def moments(data, cells, slot, begin, end, hours, tails, seconds, odd):
    """Part ``2026-12-24T22:30:15+01:00`` into its hour, what stands behind, and seconds of it.

    ``hours`` and ``tails`` are numbers for texts: two rows have the same only if they differ in
    nothing but minutes and seconds. An empty cell has the hour -1.
    """
    for row in range(begin, end):
        at, last = cells[row, slot, 0], cells[row, slot, 1]
        if at == last:
            hours[row], tails[row], seconds[row] = -1, 0, 0
            continue
        hours[row], tails[row], seconds[row] = NO_HOUR, 0, 0
        if last - at < 16:
            odd[row] = True
            continue
        century, year, month = _two(data, at), _two(data, at + 2), _two(data, at + 5)
        day, hour, minute = _two(data, at + 8), _two(data, at + 11), _two(data, at + 14)
        is_shaped = data[at + 4] == MINUS and data[at + 7] == MINUS and data[at + 13] == COLON
        is_parted = data[at + 10] == 84 or data[at + 10] == 32
        most = max(century, year, month, day, hour)
        if not (is_shaped and is_parted and most < 100 and minute < 60):
            odd[row] = True
            continue
        tail = np.int64(data[at + 10]) * 2  # twice, to have room for whether it says seconds
        number = (((century * 100 + year) * 100 + month) * 100 + day) * 100 + hour
        at += 16
        second = 0
        if at + 2 < last and data[at] == COLON:
            second = _two(data, at + 1)
            tail += 1
            at += 3
        if second > 59 or last - at > 6:
            odd[row] = True
            continue
        while at < last:
            tail = tail * 256 + np.int64(data[at])
            at += 1
        hours[row], tails[row], seconds[row] = number, tail, minute * 60 + second


@jit
def blends(data, cells, slots, begin, end, hashes):
    """Make a number of some cells of each row, the same for the same cells."""
    for row in range(begin, end):
        blend = np.uint64(14695981039346656037)
        for slot in slots:
            for at in range(cells[row, slot, 0], cells[row, slot, 1]):
                blend = (blend ^ np.uint64(data[at])) * np.uint64(1099511628211)
            blend = (blend ^ np.uint64(256)) * np.uint64(1099511628211)
        hashes[row] = blend ^ (blend >> np.uint64(29))


@jit
def _is_same(data, cells, slots, one, other):
    for slot in slots:
        first, second = cells[one, slot, 0], cells[other, slot, 0]
        size = cells[one, slot, 1] - first
        if size != cells[other, slot, 1] - second:
            return False
        for at in range(size):
            if data[first + at] != data[second + at]:
                return False
    return True


@jit
def _number_alike(data, cells, slots, hashes, table, codes, firsts):
    """Number rows by what stands in some of their cells; return how many numbers there are.

    ``table`` is full of -1 and at least twice as long as there are rows, a power of two.
    """
    count, mask = 0, np.uint64(len(table) - 1)
    for row in range(len(codes)):
        at = hashes[row] & mask
        while True:
            code = table[at]
            if code < 0:
                table[at] = codes[row] = count
                firsts[count] = row
                count += 1
                break
            first = firsts[code]
            if hashes[first] == hashes[row] and _is_same(data, cells, slots, first, row):
                codes[row] = code
                break
            at = (at + np.uint64(1)) & mask
    return count


def alike(data: Array, cells: Array, slots: Array, hashes: Array) -> tuple[Array, Array]:
    """Number rows by what stands in some of their cells: that of each, and for each its first row.

    ``hashes`` are the same for the same cells.
    """
    table = np.full(1 << (2 * len(hashes)).bit_length(), -1, np.int32)
    codes, firsts = np.empty(len(hashes), np.int64), np.empty(len(hashes), np.int64)
    count = _number_alike(data, cells, slots, hashes, table, codes, firsts)
    return codes, firsts[:count]


def alike_rows(rows: Array, hashes: Array) -> tuple[Array, Array]:
    """Number the rows of a table of numbers in the same way."""
    data = np.ascontiguousarray(rows).view(np.uint8)
    ends = np.cumsum(np.full(len(rows), data.shape[1]))
    cells = np.stack([ends - data.shape[1], ends], axis=1)
    return alike(data.ravel(), cells[:, None, :], np.zeros(1, np.int64), hashes)


@jit
def find_signs(data, cells, slot, begin, end, is_special, found):
    """Mark rows whose cell holds any of some signs."""
    for row in range(begin, end):
        for at in range(cells[row, slot, 0], cells[row, slot, 1]):
            if is_special[data[at]]:
                found[row] = True
                break


@jit
def find_edges(data, cells, slot, begin, end, odd):
    """Mark rows whose cell may begin or end with a blank of any script."""
    for row in range(begin, end):
        first, last = cells[row, slot, 0], cells[row, slot, 1] - 1
        if first <= last:
            before, behind = data[first], data[last]
            odd[row] |= before <= 32 or before >= 128 or behind <= 32 or behind >= 128
