"""Options written down once, as the fields of a value, for every command that takes them."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from functools import cache
from typing import Annotated, Any, get_args, get_type_hints

from msgspec import Struct
from msgspec.structs import fields

from .outcome import Outcome

Command = Callable[..., Outcome]


def takes(
    *structs: type[Struct], unless_said: Mapping[str, Any] | None = None
) -> Callable[[Command], Command]:
    """Give a command the options of some values; it gets each as one argument, before its own.

    ``unless_said`` makes fields optional, or gives them another default.
    """
    defaults = unless_said or {}

    def decorate(command: Command) -> Command:
        def spread(**given: Any) -> Outcome:
            values = [
                struct(**{name: given.pop(name) for name in struct.__struct_fields__})
                for struct in structs
            ]
            return command(*values, **given)

        return _shown_as(spread, command, *_in_order(structs, defaults), len(structs))

    return decorate


def takes_changes(
    struct: type[Struct], *others: type[Struct], without: tuple[str, ...]
) -> Callable[[Command], Command]:
    """Give a command the options of a value, each only where it was said.

    The command gets a dict of what was said as its first argument, then the ``others``; what is a
    flag can also be taken back (``--no-trailer``).
    """

    def decorate(command: Command) -> Command:
        changes = [_optional(each) for each in _options(struct, {}) if each.name not in without]
        names = [each.name for each in changes]

        def spread(**given: Any) -> Outcome:
            said = {name: value for name in names if (value := given.pop(name)) is not None}
            values = [
                other(**{name: given.pop(name) for name in other.__struct_fields__})
                for other in others
            ]
            return command(said, *values, **given)

        first, last = _in_order(others, {})
        return _shown_as(spread, command, [*changes, *first], last, 1 + len(others))

    return decorate


def _in_order(
    structs: tuple[type[Struct], ...], defaults: Mapping[str, Any]
) -> tuple[list[inspect.Parameter], list[inspect.Parameter]]:
    """The options that stand before a command's own ones in its help, and those after."""
    first: list[inspect.Parameter] = []
    last: list[inspect.Parameter] = []
    for struct in structs:
        side = last if getattr(struct, "stands_last", False) else first
        side += _options(struct, defaults)
    return first, last


def _shown_as(
    spread: Command,
    command: Command,
    first: list[inspect.Parameter],
    last: list[inspect.Parameter],
    taken: int,
) -> Command:
    """Give the function that is called the signature that Typer is to read."""
    own = list(inspect.signature(command).parameters.values())[taken:]
    hints = get_type_hints(command, include_extras=True)
    shown = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[each.name])
        for each in own
    ]
    parameters = [*first, *shown, *last]
    spread.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    spread.__annotations__ = {each.name: each.annotation for each in parameters}
    spread.__name__, spread.__doc__ = command.__name__, command.__doc__
    return spread


@cache
def _hints(struct: type[Struct]) -> dict[str, Any]:
    """The types of a value's fields; worked out once, since a module has many commands."""
    return get_type_hints(struct, include_extras=True)


def _options(struct: type[Struct], defaults: Mapping[str, Any]) -> Iterator[inspect.Parameter]:
    hints = _hints(struct)
    for field in fields(struct):
        default = inspect.Parameter.empty if field.required else field.default
        default = defaults.get(field.name, default)
        yield inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=default,
            annotation=hints[field.name],
        )


def _optional(option: inspect.Parameter) -> inspect.Parameter:
    """The option without a default: None says that it was not typed."""
    kind, info = get_args(option.annotation)[:2]
    if kind is bool:
        info = copy(info)
        # Inside Annotated, what Typer keeps as the default is the first name of the option.
        info.default = f"{info.default}/--no-{info.default.removeprefix('--')}"
    return option.replace(default=None, annotation=Annotated[kind | None, info])
