"""Word the errors of the command line parser in our own sentences."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import UsageError
from ..messages import Message, quoted
from ..model.near_words import did_you_mean, suggestion


def worded_usage(error: Exception) -> UsageError:
    """Make a UsageError of an error of the parser; an unknown kind keeps the parser's sentence."""
    path = getattr(getattr(error, "ctx", None), "command_path", "dispatch")
    # By name, because the classes are private to the parser.
    names = [each.__name__ for each in type(error).__mro__]
    word = next((_SENTENCES[name] for name in names if name in _SENTENCES), _other)
    return UsageError(word(error), hint=Message('see "{command} --help"', command=path))


def _missing(error: Any) -> Message:
    names = dict.fromkeys((_name_of(error), error.param.make_metavar(error.ctx)))
    return Message("{name} is missing", name=" ".join(names))


def _name_of(error: Any) -> str:
    """Return the first name of an option, or the placeholder of an argument."""
    first: str = error.param.opts[0]
    return first if first.startswith("-") else str(error.param.make_metavar(error.ctx))


def _bad_value(error: Any) -> Message | str:
    """Name the option or argument, the value, and the allowed numbers."""
    kind = getattr(error.param, "type", None)
    found = re.match(r"(?P<value>.*) is not (?:in the range|a valid (?P<name>\w+))", error.message)
    if kind is None or found is None:
        return _other(error)
    low, high = getattr(kind, "min", None), getattr(kind, "max", None)
    value = quoted(found["value"].strip("'\""))
    values = {"name": _name_of(error), "value": value, "low": low, "high": high}
    if "int" not in str(getattr(kind, "name", "")):
        return Message("{name} {value} is not a number", **values)
    if low is None:
        return Message("{name} {value} is not a whole number", **values)
    if high is None:
        return Message("{name} {value} is not a whole number of at least {low}", **values)
    return Message("{name} {value} is not a whole number from {low} to {high}", **values)


def _unknown_option(error: Any) -> Message:
    guesses = ", ".join(sorted(error.possibilities or ()))
    if not guesses:
        return Message("unknown option {option}", option=error.option_name)
    return Message(
        "unknown option {option} (did you mean {guesses}?)",
        option=error.option_name,
        guesses=guesses,
    )


def _bad_option(error: Any) -> Message:
    if "does not take" in error.message:
        return Message("{option} takes no value", option=error.option_name)
    return Message("{option} needs a value", option=error.option_name)


def _no_command(error: Any) -> Message:
    commands = error.ctx.command.list_commands(error.ctx)
    return Message("the command is missing; commands: {commands}", commands=", ".join(commands))


def _other(error: Any) -> Message | str:
    """Word an unknown command and superfluous arguments, which have no class of their own."""
    text = error.format_message() if hasattr(error, "format_message") else str(error)
    if text == "Missing command.":  # behind "--"
        return _no_command(error)
    command = re.fullmatch(r"No such command '(?P<name>.*?)'\..*", text, re.S)
    if command is not None:
        known = error.ctx.command.list_commands(error.ctx)
        # A beginning of "cascade" means it, although "case" has fewer other letters.
        begun = [name for name in known if name.startswith(command["name"])][:3]
        return Message(
            "unknown command {name}{guess}",
            name=quoted(command["name"]),
            guess=suggestion(begun) or did_you_mean(command["name"], known),
        )
    extra = re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((?P<words>.*)\)\.?", text)
    if extra is not None:
        return Message("too many arguments: {words}", words=extra["words"])
    return text.rstrip(".") or Message("no command given")


_SENTENCES: Mapping[str, Callable[[Any], Message | str]] = {
    "MissingParameter": _missing,
    "BadParameter": _bad_value,
    "NoSuchOption": _unknown_option,
    "BadOptionUsage": _bad_option,
}
