"""List the offers whose area consists of postcodes, by postcode.

A place has its possible postcodes, so that its offers are looked up and not measured.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cache

from ...model import Postcodes, Provider
from ...notation.centres import centres
from ..kernel_tables import Backend, CodeEntries

_SLACK_MIN = 1e-6


@cache
def all_codes() -> tuple[str, ...]:
    """List every postcode that has an area, in order."""
    return tuple(sorted(code for code, _, _ in centres().everything()))


def number_of(code: str) -> int | None:
    """Return the number of a postcode; None for one that has no area."""
    codes = all_codes()
    at = bisect_left(codes, code)
    return at if at < len(codes) and codes[at] == code else None


def numbers_of(codes: Iterable[str]) -> list[int] | None:
    """Return the numbers of some postcodes, each once; None if any has no area."""
    found = {number_of(code) for code in codes if code}
    return None if None in found else sorted(number for number in found if number is not None)


def code_entries(
    codes: Sequence[str],
    providers: Sequence[Provider],
    rest_min: Sequence[float],
    backend: Backend,
) -> CodeEntries:
    """List the offers of each postcode by their lower bounds.

    ``codes`` are ``all_codes``, or empty if no row has postcodes. ``providers`` and ``rest_min``
    belong to a service's offers, in their order.
    """
    by_code: list[list[int]] = [[] for _ in codes]
    for offer in sorted(range(len(providers)) if codes else (), key=rest_min.__getitem__):
        area = providers[offer].area
        if isinstance(area, Postcodes):
            held = set[int]()
            for first, last in area.ranges:
                held.update(range(bisect_left(codes, first), bisect_right(codes, last)))
            for code in held:
                by_code[code].append(offer)
    begin = [0]
    for offers in by_code:
        begin.append(begin[-1] + len(offers))
    entries = [offer for offers in by_code for offer in offers]
    return CodeEntries(
        backend.whole(begin),
        backend.whole(entries),
        backend.real(rest_min[offer] - _SLACK_MIN for offer in entries),
    )
