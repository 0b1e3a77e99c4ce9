"""Groups of commands whose modules are imported when one of them is called."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any, ClassVar

import typer
import typer.main
from typer.core import TyperGroup

from ..messages import marked
from . import screen_language
from .completion import COMPLETING, complete_screen_languages

EXIT_CODES = marked(
    "Exit codes: 0 done, 1 bug, 2 wrong argument, 3 no provider, 4 invalid data, 5 not available,"
    " 6 rows rejected, 7 attention, 8 conflict."
)
HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


class LazyGroup(TyperGroup):
    """A group whose commands are built when they are called.

    Building all of them would take as long as the import of msgspec, at every start.
    """

    package: ClassVar[str]
    commands_at: ClassVar[Mapping[str, str]]
    """The place of each command, in the order of --help: "module:function", or "module"."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command of the first words; a command of two words goes before that of one."""
        both = self._of_two_words(args)
        if both:
            return both, self.get_command(ctx, both), args[2:]
        return super().resolve_command(ctx, args)

    @classmethod
    def command_words(cls, args: Sequence[str]) -> Sequence[str]:
        """Return the words of ``args`` that name a command, of this group or of one below it."""
        is_group = bool(args) and ":" not in cls.commands_at.get(args[0], ":")
        return args[: 2 if is_group or cls._of_two_words(args) else 1]

    @classmethod
    def _of_two_words(cls, args: Sequence[str]) -> str:
        """Return the name of a command of this group that has two words; "" for any other."""
        both = " ".join(args[:2])
        return both if len(args) > 1 and both in cls.commands_at else ""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return list(self.commands_at)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Build a command; None for the name of no command."""
        if cmd_name not in self.commands_at:
            return None
        module, _, function = self.commands_at[cmd_name].partition(":")
        found = import_module(f".{module}", self.package)
        part = getattr(found, function or "app")
        if COMPLETING in os.environ:
            command = _built(cmd_name, part)
            _add_language(command)
            return _worded(command)
        if screen_language.is_english():
            return _kept(cmd_name, part)
        return _worded(_built(cmd_name, part))

    def get_help(self, ctx: Any) -> str:
        """Return the help in the language of the screen."""
        return str(super(LazyGroup, _worded(self)).get_help(ctx))


def _with_exit_codes(command: Any) -> Any:
    """Let the help of a command, and of those below it, end with the exit codes."""
    command.epilog = EXIT_CODES
    for each in getattr(command, "commands", {}).values():
        _with_exit_codes(each)
    return command


def _built(name: str, part: Any) -> Any:
    """Build the command of a function, or the group of an app."""
    if not isinstance(part, typer.Typer):
        return _with_exit_codes(single(name, part))
    command = typer.main.get_command(part)
    command.name = name  # otherwise the reference has groups without names
    return _with_exit_codes(command)


_kept = cache(_built)
"""A command in English is built once in a process; another language changes its words."""


def _add_language(command: Any) -> None:
    """Give a command the option --lang for its completion; a run takes it out before."""
    command.params.append(
        typer.core.TyperOption(
            param_decls=[screen_language.OPTION],
            autocompletion=lambda _, __, incomplete: complete_screen_languages(incomplete),
        )
    )


def _worded(command: Any) -> Any:
    """Word the help of a command and its options in the language of the screen."""
    if screen_language.is_english():
        return command
    from ..render.wording import word
    from .help_words import word_help

    word_help(command)
    if command.epilog:
        command.epilog = word(command.epilog)
    for each in (command, *command.params):
        if getattr(each, "help", None):
            each.help = word(each.help)
    for each in getattr(command, "commands", {}).values():
        _worded(each)
    return command


def group(text: str, cls: type[TyperGroup] | None = None) -> typer.Typer:
    """Make a group of commands; ``text`` is its help."""
    app = typer.Typer(
        cls=cls,
        help=text,
        rich_markup_mode=None,
        no_args_is_help=True,
        add_completion=False,
        context_settings=HELP_OPTIONS,
    )

    # Without a callback a group with a single command would become that command.
    @app.callback(help=text)
    def stand() -> None:
        pass

    return app


def single(name: str, function: Callable[..., Any]) -> Any:
    """Build the command of a function."""
    app = typer.Typer(rich_markup_mode=None, add_completion=False, context_settings=HELP_OPTIONS)
    app.command(name)(function)
    return typer.main.get_command(app)
