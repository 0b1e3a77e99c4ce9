"""A home for each test, with two firms, and the command line in this process."""

from tests.cli.conftest import dispatch, firms, home

__all__ = ["dispatch", "firms", "home"]
