"""The heartbeat of a run of ``dispatch check``, so that a missing run is noticed."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..errors import ExitCode
from ..messages import Message

if TYPE_CHECKING:
    from ..watching import Watch


@contextmanager
def heartbeat(
    watch: "Watch", *, ids: Sequence[str], is_silent: bool
) -> Iterator[Callable[[ExitCode], None]]:
    """Send start and end of a run over all providers to the heartbeat address.

    Yields a function that takes the exit code of the run. A failed heartbeat fails no run; a
    warning on stderr reports it, unless ``is_silent``.
    """
    settings = watch.settings
    if not settings.heartbeat or ids:
        yield lambda _: None
        return
    from .. import checks, watching

    failed: dict[Message, None] = {}

    def ping(event: str) -> None:
        sent = checks.ping(settings.heartbeat, event, is_trusted=settings.is_trusted)
        if not sent.ok:
            failed[
                Message("heartbeat: {why}, {tries} tries", why=sent.why, tries=sent.tries)
                if sent.tries > 1
                else Message("heartbeat: {why}", why=sent.why)
            ] = None

    ping("start")
    try:
        yield lambda code: ping(watching.heartbeat_event(code))
    except Exception as error:
        ping(watching.heartbeat_event(getattr(error, "exit_code", ExitCode.BUG)))
        raise
    finally:
        if failed and not is_silent:
            from ..render import stderr_lines

            stderr_lines.print_warnings(failed, stream=sys.stderr)
