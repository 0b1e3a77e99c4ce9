"""Options of the test run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a changed screen be accepted, after one has looked at the difference."""
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/**/golden")
