"""A problem that lasts: a run by cron reports its beginning and its end."""

from msgspec import Struct

from ..messages import Message


class LastingProblem(Struct, frozen=True):
    """A problem that exists now: the line that reports it, and since when it has existed."""

    line: Message | str
    since: str = ""
