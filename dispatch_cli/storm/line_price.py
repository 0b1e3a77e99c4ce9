"""Compute the price of an operator's minute from the queue of calls.

A call occupies an operator. If more calls wait than there are operators, each minute of a call
delays all that wait behind it. With ``s`` operators and ``q`` calls that could be made now,
``q - s`` of them wait, and ``s`` lines serve them, so that a minute on one line delays
``(q - s) / s`` others by a minute if the queue stays as long. It empties while it is served, which
halves the mean: the price is ``(q - s) / (2 s)`` minutes.
"""


def line_price(calls: int, operators: int | None) -> float:
    """Compute the minutes that all others lose by one minute of a call; 0 if lines suffice.

    ``calls`` could be made now. ``operators`` is None if it is not known.
    """
    if not operators:
        return 0.0
    return max(0, calls - operators) / (2 * operators)
