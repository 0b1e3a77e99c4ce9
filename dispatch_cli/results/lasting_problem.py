"""A problem that lasts: a run by cron reports when it begins and when it is over."""

from msgspec import Struct


class Lasting(Struct, frozen=True):
    """A problem that lasts now: the line that reports it, and since when it lasts."""

    line: str
    since: str = ""
