"""Properties that are searched with a tenth of the examples, in the ci tier with all of them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy


def searched(
    most: int,
    *positional: SearchStrategy[Any],
    suppress: Sequence[HealthCheck] = (),
    **named: SearchStrategy[Any],
) -> Callable[[Callable[..., None]], Callable[[int], None]]:
    """Make a property a test of ``most`` examples (marked ci) and of a tenth of them (always)."""

    def decorate(check: Callable[..., None]) -> Callable[[int], None]:
        @pytest.mark.parametrize("examples", [most // 10, pytest.param(most, marks=pytest.mark.ci)])
        def test(examples: int) -> None:
            found = given(*positional, **named)(check)
            settings(max_examples=examples, deadline=None, suppress_health_check=suppress)(found)()

        test.__name__, test.__doc__, test.__module__ = (
            check.__name__, check.__doc__, check.__module__
        )  # fmt: skip
        return test

    return decorate
