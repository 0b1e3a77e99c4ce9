"""What a command leaves behind, and how it ends: the only place that knows about exit codes."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import dropwhile
from typing import TYPE_CHECKING

from msgspec import Struct

from ..cases.unshown_messages import UnshownMessages
from ..errors import DispatchError, ExitCode, UnavailableError, UsageError
from ..messages import Message

if TYPE_CHECKING:
    from pathlib import Path

    import typer

    from ..render.envelope import ErrorEntry
    from ..results.cascade_answer import Status


INTERRUPTED = 130
"""The exit code after Ctrl-C."""

UNSHOWN = UnshownMessages()
"""What this run of the program has recorded: nothing that fails afterwards makes it a failure."""


class Outcome(Struct, frozen=True):
    """The result of a command: how to show it, and the exit code that it stands for."""

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
    """Print the envelope in which every command answers with ``--json``."""
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


def emit_list(schema: str, key: str, items: Iterable[object]) -> None:
    """Print the envelope of a success whose data is one list, item by item."""
    from ..render.envelope import envelope_of_list

    sys.stdout.buffer.writelines(envelope_of_list(schema, key, items))


def run(app: "typer.Typer", argv: Sequence[str]) -> int:
    """Run the command line and return its exit code; nothing escapes as a traceback."""
    UNSHOWN.clear()
    is_shown = _open_missing_streams()
    try:
        code = _run(app, argv)
    except BrokenPipeError:
        # The reader of our output has left, as "head" does: that is no error of ours.
        _drop_stdout()
        is_shown, code = False, ExitCode.OK
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        # The command line parser makes a code of Ctrl-C, too.
        if UNSHOWN.recorded or UNSHOWN.warnings:
            _say_recorded("interrupted")
    elif not is_shown and UNSHOWN.recorded:
        _say_recorded("stdout is closed: nothing else can be shown")
    return code


def _run(app: "typer.Typer", argv: Sequence[str]) -> int:
    from typer.exceptions import Abort, TyperException

    code = int(ExitCode.OK)
    try:
        outcome = app(args=list(argv), standalone_mode=False, prog_name="dispatch")
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
        failure = _usage_error(error)
    except BaseException as error:
        # The last line of defence: a bug becomes one line and a log file. The panic of a library
        # in Rust is no Exception (pyo3_runtime.PanicException), so that all others are meant.
        failure = bug(error, is_debugged="--debug" in argv)
    if UNSHOWN.recorded:
        return _recorded_all_the_same(failure, argv, code)
    return _report(failure, argv)


def _shown(outcome: Outcome) -> None:
    """Show a result; a full disk is not our bug."""
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
    """Write nothing any more, or Python would try once more at its end and fail itself."""
    with suppress(OSError, ValueError):  # a stdout of a test is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _recorded_all_the_same(failure: DispatchError, argv: Sequence[str], code: int) -> int:
    """Say what is in the log although something has failed since; the act itself succeeded."""
    why = "; ".join(map(str, failure.problems))
    _say_recorded(why)
    if "--json" in argv:
        with suppress(Exception):
            from ..render.envelope import status_of

            emit(
                schema_of(argv),
                {"recorded": UNSHOWN.recorded},
                exit_code=ExitCode(code),
                status=status_of(code, served=False, emergency=False),
                warnings=[*UNSHOWN.warnings, why],
            )
            sys.stdout.flush()
    return code


def _say_recorded(why: str) -> None:
    """Say on stderr first what was recorded, and then why the rest is missing."""
    from ..render import stderr_lines

    with suppress(OSError, ValueError):
        stderr_lines.print_recorded(UNSHOWN.recorded, stream=sys.stderr)
        stderr_lines.print_warnings([*UNSHOWN.warnings, why], stream=sys.stderr)
        sys.stderr.flush()


def _report(error: DispatchError, argv: Sequence[str]) -> int:
    """Say what is wrong on stderr and, with ``--json``, in an envelope on stdout.

    What the act has noticed before it was refused, such as a clock that has jumped, is said here
    or never. Once the kind of incident can be read, the emergency line stands whatever else has
    failed.
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
    with suppress(OSError):  # a full disk: the message on stderr is what is left
        if "--json" in argv:
            from ..render.envelope import error_entries, status_of

            emit(
                schema_of(argv),
                {"emergency": line.calls, "advice": line.advice}
                if is_about_an_incident(argv)
                else {},
                exit_code=error.exit_code,
                status=status_of(error.exit_code, served=False, emergency=bool(line.calls)),
                warnings=UNSHOWN.warnings,
                errors=error_entries(error),
            )
        elif line.calls or line.advice:
            from ..render.emergency import print_emergency

            print_emergency(line.calls, line.advice, stream=sys.stdout)
        sys.stdout.flush()
    quiet = "--quiet" in argv or "-q" in argv
    if not quiet:
        stderr_lines.print_warnings(UNSHOWN.warnings, stream=sys.stderr)
    stderr_lines.print_error(error, stream=sys.stderr, quiet=quiet)
    return error.exit_code


def schema_of(argv: Sequence[str]) -> str:
    """Name the JSON schema of a command line: its command words, version 1."""
    words: list[str] = []
    for word in dropwhile(lambda word: word.startswith("-"), argv):
        if word.startswith("-") or len(words) == _WORDS_OF_GROUPS.get(words[0] if words else "", 1):
            break
        words.append(word)
    return f"dispatch.{'.'.join(words) or 'usage'}/1"


_WORDS_OF_GROUPS = {"providers": 2, "places": 2, "case": 2, "log": 2, "report": 2}


def _usage_error(error: Exception) -> UsageError:
    """Turn the command line parser's complaint into ours."""
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "dispatch")
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    return UsageError(
        message.rstrip(".") or "no command given",
        hint=Message('see "{command} --help"', command=command),
    )


def bug(error: BaseException, *, is_debugged: bool) -> DispatchError:
    """Write an unexpected error to a log file and make the one line that tells of it.

    The traceback names code and no values; arguments are left out, since they may be personal.
    """
    import traceback

    text = "".join(traceback.format_exception(error))
    if is_debugged:
        sys.stderr.write(text)
    where = _write_log(text)
    name = type(error).__name__
    return DispatchError(
        f"unexpected {name}; this is a bug" + (f", written down in {where}" if where else ""),
        hint="run again with --debug to see it, and please report it",
    )


def _write_log(text: str) -> "Path | None":
    """Write a bug report that only its owner can read; None where no folder takes it."""
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
    """Give a process that was started without stdout or stderr somewhere to write.

    Returns whether there is a stdout that someone may read.
    """
    is_shown = sys.stdout is not None
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for life
    return is_shown
