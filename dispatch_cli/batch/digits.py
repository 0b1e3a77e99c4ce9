"""The shortest digits that read back as the same float, compiled; what ``repr`` writes.

Schubfach (Giulietti, "The Schubfach way to render doubles", 2020): of the decimals with the fewest
digits inside the rounding interval, the nearest. tests/batch/test_digits.py holds it against
``repr``.
"""

import numpy as np
from numba import njit, uint64

jit = njit(cache=True, nogil=True, error_model="numpy")

_LEAST, _MOST = -292, 324
LONGEST = 26
"""More bytes than any float takes."""


def _powers() -> tuple[np.ndarray, np.ndarray]:
    """Powers of ten in 128 bits, rounded up, as two columns."""
    high, low = [], []
    for exponent in range(_LEAST, _MOST + 1):
        numerator, denominator = 10 ** max(exponent, 0), 10 ** max(-exponent, 0)
        # Shifted until the quotient has 128 bits.
        shift = 128 - (numerator.bit_length() - denominator.bit_length())
        for bits in (shift - 1, shift, shift + 1):
            top = numerator << max(bits, 0)
            quotient, rest = divmod(top, denominator << max(-bits, 0))
            if quotient.bit_length() == 128:
                break
        value = quotient + (rest > 0)
        high.append(value >> 64)
        low.append(value & (2**64 - 1))
    return np.array(high, np.uint64), np.array(low, np.uint64)


_HIGH, _LOW = _powers()
_MASK = np.uint64(0xFFFFFFFF)
_32, _1, _2, _4, _10, _10000 = (np.uint64(number) for number in (32, 1, 2, 4, 10, 10_000))
_ZERO = np.uint64(48)
_FRACTION = np.uint64((1 << 52) - 1)
_HIDDEN = np.uint64(1 << 52)


@jit
def _high_of(a, b):
    """The upper 64 bits of a product."""
    a0, a1, b0, b1 = a & _MASK, a >> _32, b & _MASK, b >> _32
    middle = a1 * b0 + ((a0 * b0) >> _32)
    other = a0 * b1 + (middle & _MASK)
    return a1 * b1 + (middle >> _32) + (other >> _32)


@jit
def _scaled(power, value):
    """A value times a power of ten, its last bit set if anything was cut off."""
    x = _high_of(_LOW[power], value)
    y0, y1 = _HIGH[power] * value, _high_of(_HIGH[power], value)
    low = y0 + x
    if low < y0:
        y1 += _1
    return y1 | (_1 if low > _1 else uint64(0))


@jit
def shortest(bits):
    """The digits of a positive float and their power of ten."""
    fraction, biased = bits & _FRACTION, np.int64(bits >> np.uint64(52))
    if biased != 0:
        mantissa, exponent = fraction | _HIDDEN, biased - 1075
        if -53 < exponent <= 0 and (mantissa & ((_1 << np.uint64(-exponent)) - _1)) == 0:
            return mantissa >> np.uint64(-exponent), 0
    else:
        mantissa, exponent = fraction, np.int64(-1074)
    is_closer = fraction == 0 and biased > 1
    power = (exponent * 1262611 - (524031 if is_closer else 0)) >> 22
    shift = np.uint64(exponent + ((-power * 1741647) >> 19) + 1)
    at = -power - _LEAST
    middle = _4 * mantissa
    lower = _scaled(at, (middle - (_1 if is_closer else _2)) << shift)
    value = _scaled(at, middle << shift)
    upper = _scaled(at, (middle + _2) << shift)
    if mantissa & _1:  # an odd mantissa does not own its ends
        lower += _1
        upper -= _1
    return _chosen(value, lower, upper, power)


@jit
def _chosen(value, lower, upper, power):
    """Of the decimals between, one with fewer digits if there is any, else the nearest."""
    whole = value // _4
    if whole >= _10:
        tens = whole // _10
        is_low = lower <= np.uint64(40) * tens
        is_high = np.uint64(40) * tens + np.uint64(40) <= upper
        if is_low != is_high:
            return tens + (_1 if is_high else uint64(0)), power + 1
    is_low, is_high = lower <= _4 * whole, _4 * whole + _4 <= upper
    if is_low != is_high:
        return whole + (_1 if is_high else uint64(0)), power
    half = _4 * whole + _2
    is_up = value > half or (value == half and (whole & _1) != 0)
    return whole + (_1 if is_up else uint64(0)), power


@jit
def _length(number):
    """How many digits an unsigned number has."""
    length = 1
    while number >= _10000:
        number //= _10000
        length += 4
    while number >= _10:
        number //= _10
        length += 1
    return length


@jit
def put_whole(number, out, at):
    """Write a whole number that is not negative; return where it ends."""
    left = np.uint64(number)  # unsigned division is by far the faster
    end = at + _length(left)
    place = np.uint64(end - 1)
    while left >= _10:
        tens = left // _10
        out[place] = _ZERO + (left - tens * _10)
        left = tens
        place -= _1
    out[place] = _ZERO + left
    return end


@jit
def put_float(value, bits, out, at):
    """Write a finite float as ``repr`` does; return where it ends."""
    return _put(value, bits, out, at, -4, 2)


@jit
def put_json_float(value, bits, out, at):
    """Write a finite float as msgspec does: fewer exponents, and no signs and noughts in them."""
    return _put(value, bits, out, at, -5, 1)


@jit
def _put(value, bits, out, at, least, width):
    if bits >> np.uint64(63):
        out[at] = 45
        at += 1
        bits &= np.uint64((1 << 63) - 1)
    if value == 0:
        out[at], out[at + 1], out[at + 2] = 48, 46, 48
        return at + 3
    digits, power = shortest(bits)
    tens = digits // _10
    while tens * _10 == digits:
        digits, power = tens, power + 1
        tens = digits // _10
    length = _length(digits)
    point = length + power  # how many digits stand before the point
    if least < point <= 16:
        return _put_plain(digits, length, point, out, at)
    return _put_scientific(digits, length, point - 1, out, at, width)


@jit
def _put_plain(digits, length, point, out, at):
    if point <= 0:
        out[at], out[at + 1] = 48, 46
        at += 2
        for _ in range(-point):
            out[at] = 48
            at += 1
        return put_whole(digits, out, at)
    if point >= length:
        at = put_whole(digits, out, at)
        for _ in range(point - length):
            out[at] = 48
            at += 1
        out[at], out[at + 1] = 46, 48
        return at + 2
    put_whole(digits, out, at + 1)
    for place in range(at, at + point):
        out[place] = out[place + 1]
    out[at + point] = 46
    return at + length + 1


@jit
def _put_scientific(digits, length, exponent, out, at, width):
    if length == 1:
        out[at] = 48 + np.int64(digits)
        at += 1
    else:
        put_whole(digits, out, at + 1)
        out[at], out[at + 1] = out[at + 1], 46
        at += length + 1
    out[at] = 101
    at += 1
    if exponent < 0 or width > 1:
        out[at] = 45 if exponent < 0 else 43
        at += 1
    exponent = abs(exponent)
    if exponent < 10 and width > 1:
        out[at] = 48
        at += 1
    return put_whole(exponent, out, at)
