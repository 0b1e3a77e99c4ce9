"""Run a command: show its result or error, and return its exit code."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING

from msgspec import Struct

from ..cases.unshown_messages import UnshownMessages
from ..errors import DispatchError, ExitCode, IncompleteError, UnavailableError
from ..messages import Message, joined
from ..render import answer_times
from . import screen_language

if TYPE_CHECKING:
    from pathlib import Path

    import typer

    from ..render.envelope import ErrorEntry
    from ..results.result_status import Status


USAGE = "dispatch.usage/1"
"""The JSON schema of the answer to a command line that names no command."""

INTERRUPTED = 130
"""The exit code after Ctrl-C."""

UNSHOWN = UnshownMessages()
"""The recorded facts of this run; a later failure does not make them a failure."""


class Outcome(Struct, frozen=True):
    """The result of a command: a function that shows it, and its exit code."""

    show: Callable[[], None]
    exit_code: ExitCode = ExitCode.OK


def emit(
    schema: str,
    data: object,
    *,
    exit_code: ExitCode = ExitCode.OK,
    status: "Status" = "success",
    warnings: "Sequence[Message | str]" = (),
    errors: "Sequence[ErrorEntry]" = (),
) -> None:
    """Print the JSON object with which every command answers with ``--json``."""
    from ..render.envelope import envelope

    sys.stdout.buffer.write(
        envelope(
            schema,
            data=data,
            status=status,
            exit_code=exit_code,
            warnings=warnings,
            errors=errors,
        )
    )


def emit_list(
    schema: str, key: str, items: Iterable[object], beside: Mapping[str, object] = {}
) -> None:
    """Print the JSON object of a success whose data is one list, item by item.

    ``beside`` are further keys of the data, behind the list.
    """
    from ..render.envelope import envelope_of_list

    sys.stdout.buffer.writelines(envelope_of_list(schema, key, items, beside))


CommandWords = Callable[[Sequence[str]], Sequence[str]]
"""Returns the words of a command line that name its command."""


def _first_word(words: Sequence[str]) -> Sequence[str]:
    return words[:1]


def run(app: "typer.Typer", argv: Sequence[str], command_words: CommandWords = _first_word) -> int:
    """Run the command line and return its exit code; no error becomes a traceback."""
    UNSHOWN.clear()
    is_shown = _open_missing_streams()
    try:
        code = _run(app, argv, command_words)
    except BrokenPipeError:
        # The reader of the output has closed it, as "head" does: that is not an error.
        _drop_stdout()
        is_shown, code = False, ExitCode.OK
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        # The command line parser also returns this code after Ctrl-C.
        if UNSHOWN.recorded or UNSHOWN.warnings:
            _print_recorded(Message("interrupted"))
    elif not is_shown and UNSHOWN.recorded:
        _print_recorded(Message("stdout is closed, so that the result cannot be shown"))
    _drop_full_stderr()
    return code


def _run(app: "typer.Typer", argv: Sequence[str], command_words: CommandWords) -> int:
    from typer.exceptions import Abort, TyperException

    code = int(ExitCode.OK)
    try:
        answer_times.set_zone(answer_times.DEFAULT_ZONE)
        argv = screen_language.set_from(argv)
        outcome = app(args=argv, standalone_mode=False, prog_name="dispatch")
        if isinstance(outcome, Outcome):
            code = outcome.exit_code
            _shown(outcome)
            return code
        return int(outcome or 0)
    except (BrokenPipeError, KeyboardInterrupt, SystemExit):
        raise
    except Abort:
        return INTERRUPTED
    except DispatchError as error:
        failure = error
    except TyperException as error:
        from .usage_errors import worded_usage
        from .welcome import is_welcomed, print_welcome

        if is_welcomed(error):
            print_welcome(error)
            return code
        failure = worded_usage(error)
    except BaseException as error:
        # A bug becomes one line and a log file. BaseException, because the panic of a library in
        # Rust is not an Exception (pyo3_runtime.PanicException).
        failure = bug(error, is_debugged="--debug" in argv)
    if UNSHOWN.recorded and not isinstance(failure, IncompleteError):
        return _report_after_commit(failure, argv, code, schema_of(argv, command_words))
    return _report(failure, argv, schema_of(argv, command_words))


def _shown(outcome: Outcome) -> None:
    """Show a result; raises UnavailableError if the output cannot be written."""
    try:
        outcome.show()
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _drop_stdout()
        raise UnavailableError(
            "the output cannot be written: {strerror}", strerror=error.strerror
        ) from None


def _drop_stdout() -> None:
    """Discard further output, because Python would try to write it at its end and fail."""
    with suppress(OSError, ValueError):  # the stdout of a test is not a file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _drop_full_stderr() -> None:
    """Discard what a full disk did not take: Python 3.14 would end with exit code 120."""
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def _report_after_commit(
    failure: DispatchError, argv: Sequence[str], code: int, schema: str
) -> int:
    """Report a failure after the commit as a warning, behind the recorded facts."""
    why = joined(Message("{problem}", problem=each) for each in failure.problems)
    _print_recorded(why)
    if "--json" in argv:
        with suppress(Exception):
            from ..results.result_status import status_of

            emit(
                schema,
                {"recorded": UNSHOWN.recorded},
                exit_code=ExitCode(code),
                status=status_of(code, served=False, emergency=False),
                warnings=[*UNSHOWN.warnings, why],
            )
            sys.stdout.flush()
    return code


def _print_recorded(why: Message | str) -> None:
    """Print the recorded facts on stderr, then why the rest of the output is missing."""
    from ..render import stderr_lines

    with suppress(OSError, ValueError):
        stderr_lines.print_recorded(UNSHOWN.recorded, stream=sys.stderr)
        # With --quiet, too: the failure would be an error without the commit.
        stderr_lines.print_warnings([*UNSHOWN.warnings, why], stream=sys.stderr)
        sys.stderr.flush()


def _report(error: DispatchError, argv: Sequence[str], schema: str = USAGE) -> int:
    """Print an error on stderr and, with ``--json``, as a JSON object on stdout.

    The warnings of a refused act, such as a jump of the clock, are printed as well, and what an
    incomplete act has recorded. If the kind of incident can be read, the emergency line is printed
    after every failure.
    """
    from ..render import stderr_lines
    from .emergency_line import emergency_from, is_about_an_incident

    if argv[:1] == ["check"] and "--monitor" in argv:
        from ..render.monitor import unknown_line

        text, code = unknown_line("; ".join(map(str, error.problems)))
        with suppress(OSError):
            print(text, flush=True)
        return code
    line = emergency_from(argv)
    with suppress(OSError):  # with a full disk only the message on stderr is left
        if "--json" in argv:
            from ..render.envelope import error_entries
            from ..results.result_status import status_of

            data: dict[str, object] = {"recorded": UNSHOWN.recorded} if UNSHOWN.recorded else {}
            if is_about_an_incident(argv):
                data |= {"emergency": line.calls, "advice": line.advice}
            emit(
                schema,
                data,
                exit_code=error.exit_code,
                status=status_of(error.exit_code, served=False, emergency=bool(line.calls)),
                warnings=UNSHOWN.warnings,
                errors=error_entries(error),
            )
        elif line.calls or line.advice:
            from ..render.emergency_alone import print_emergency

            print_emergency(line.calls, line.advice, stream=sys.stdout)
        sys.stdout.flush()
    quiet = is_quiet(argv)
    with suppress(OSError):  # then only the exit code is left
        stderr_lines.print_recorded(UNSHOWN.recorded, stream=sys.stderr)
        if not quiet:
            stderr_lines.print_warnings(UNSHOWN.warnings, stream=sys.stderr)
        stderr_lines.print_error(error, stream=sys.stderr, quiet=quiet)
    return error.exit_code


def is_quiet(argv: Sequence[str]) -> bool:
    """Return whether a command line has ``--quiet``, or ``-q`` among several letters (``-xq``)."""
    words = takewhile(lambda word: word != "--", argv)
    return any(word == "--quiet" or _QUIET_FLAGS.fullmatch(word) for word in words)


_QUIET_FLAGS = re.compile("-[xv]*q[xvq]*")


def schema_of(argv: Sequence[str], command_words: CommandWords) -> str:
    """Return the JSON schema of a command line: that of its command, or ``dispatch.usage/1``."""
    from .answer_schemas import DATA

    behind = dropwhile(lambda word: word.startswith("-"), argv)
    words = [*takewhile(lambda word: not word.startswith("-"), behind)][:2]
    name = f"dispatch.{'.'.join(command_words(words))}/1"
    return name if name in DATA else USAGE


def bug(error: BaseException, *, is_debugged: bool) -> DispatchError:
    """Write an unexpected error to a log file, and return an error of one line about it.

    The log file has the traceback, without values and arguments, which may be personal data.
    """
    import traceback

    text = "".join(traceback.format_exception(error))
    if is_debugged:
        sys.stderr.write(text)
    where = _write_log(text)
    name = type(error).__name__
    return DispatchError(
        "unexpected {name}; this is a bug, its report is in {path}"
        if where
        else "unexpected {name}; this is a bug",
        name=name,
        path=where,
        hint=Message("please report it; --debug shows the traceback"),
    )


def _write_log(text: str) -> "Path | None":
    """Write a bug report that only its owner can read; None if it cannot be written."""
    from tempfile import mkstemp

    from .. import __version__, folders

    try:
        folder = folders.state_dir()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = mkstemp(prefix="bug-", suffix=".log", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"dispatch {__version__}, Python {sys.version}\n{text}")
    except OSError:
        return None
    return folder / name


def _open_missing_streams() -> bool:
    """Replace a missing stdout or stderr by the null device; returns whether stdout existed."""
    is_shown = sys.stdout is not None
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for life
    return is_shown
