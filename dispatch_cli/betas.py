"""Compute probabilities and quantiles of the Beta distribution of a share."""

from math import exp, lgamma, log, log1p

_BISECTIONS = 60
_MOST_TERMS = 10_000
_TINY = 1e-300
_CLOSE = 1e-15


def beta_cdf(a: float, b: float, x: float) -> float:
    """Compute the chance that a Beta(a, b) variable is at most x; a and b are above 0.

    This is the regularised incomplete beta function. Its continued fraction converges fast only
    below the mean, so that above it the complement is computed.
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b))
    if x <= (a + 1) / (a + b + 2):
        return min(1.0, front / (a * _continued_fraction(a, b, x)))
    return max(0.0, 1 - front / (b * _continued_fraction(b, a, 1 - x)))


def beta_quantile(a: float, b: float, chance: float) -> float:
    """Find the value below which a Beta(a, b) variable lies with a chance, to 1e-15.

    With b = 0 it is 1, with a = 0 it is 0.
    """
    if a <= 0 or b <= 0:
        return 1.0 if b <= 0 else 0.0
    low, high = 0.0, 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_cdf(a, b, middle) < chance else (low, middle)
    return (low + high) / 2


def _continued_fraction(a: float, b: float, x: float) -> float:
    """Evaluate 1 + d1 / (1 + d2 / (1 + ...)) by Lentz's method (DLMF 8.17.22)."""
    value, upper, lower = 1.0, 1.0, 0.0
    for m in range(_MOST_TERMS):
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        even = (m + 1) * (b - m - 1) * x / ((a + 2 * m + 1) * (a + 2 * m + 2))
        before = value
        for term in (odd, even):
            lower = 1 / (1 + term * lower or _TINY)
            upper = 1 + term / upper or _TINY
            value *= upper * lower
        if abs(value - before) <= _CLOSE * abs(value):
            break
    return value
