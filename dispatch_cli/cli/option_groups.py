"""Groups of options that several commands have, each declared once as the fields of a value."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from functools import cache
from typing import Annotated, Any, get_args, get_type_hints

from msgspec import Struct
from msgspec.structs import fields

from .outcome import Outcome

Command = Callable[..., Outcome]


def with_options(
    *structs: type[Struct], defaults: Mapping[str, Any] | None = None
) -> Callable[[Command], Command]:
    """Give a command the options of some groups; each group is one argument, before its own ones.

    ``defaults`` makes fields optional, or gives them another default.
    """
    own_defaults = defaults or {}

    def decorate(command: Command) -> Command:
        def spread(**options: Any) -> Outcome:
            values = [
                struct(**{name: options.pop(name) for name in struct.__struct_fields__})
                for struct in structs
            ]
            return command(*values, **options)

        return _with_signature(spread, command, *_in_order(structs, own_defaults), len(structs))

    return decorate


def with_changes(
    struct: type[Struct], *others: type[Struct], without: tuple[str, ...]
) -> Callable[[Command], Command]:
    """Give a command the options of a group without their defaults, to change recorded facts.

    The first argument of the command is a dict of the options that were typed, then come the
    ``others``. Each flag also has its opposite (``--no-trailer``).
    """

    def decorate(command: Command) -> Command:
        changes = [_optional(each) for each in _options(struct, {}) if each.name not in without]
        names = [each.name for each in changes]

        def spread(**options: Any) -> Outcome:
            typed = {name: value for name in names if (value := options.pop(name)) is not None}
            values = [
                other(**{name: options.pop(name) for name in other.__struct_fields__})
                for other in others
            ]
            return command(typed, *values, **options)

        first, last = _in_order(others, {})
        return _with_signature(spread, command, [*changes, *first], last, 1 + len(others))

    return decorate


def _in_order(
    structs: tuple[type[Struct], ...], defaults: Mapping[str, Any]
) -> tuple[list[inspect.Parameter], list[inspect.Parameter]]:
    """Return the options before a command's own ones in its help, and those after them."""
    first: list[inspect.Parameter] = []
    last: list[inspect.Parameter] = []
    for struct in structs:
        side = last if getattr(struct, "stands_last", False) else first
        side += _options(struct, defaults)
    return first, last


def _with_signature(
    spread: Command,
    command: Command,
    first: list[inspect.Parameter],
    last: list[inspect.Parameter],
    group_count: int,
) -> Command:
    """Set the signature of ``spread``, from which Typer makes the options of a command.

    The first ``group_count`` parameters of ``command`` are the groups.
    """
    own = list(inspect.signature(command).parameters.values())[group_count:]
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
    """Return the types of a group's fields; cached, since a module has many commands."""
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
    """Return an option without its default, also in its help: None says that it was not typed."""
    kind, info = get_args(option.annotation)[:2]
    info = copy(info)
    if info.help is not None:
        info.help = info.help.partition(" Default: ")[0]
    if kind is bool:
        # Inside Annotated, what Typer keeps as the default is the first name of the option.
        info.default = f"{info.default}/--no-{info.default.removeprefix('--')}"
    return option.replace(default=None, annotation=Annotated[kind | None, info])
