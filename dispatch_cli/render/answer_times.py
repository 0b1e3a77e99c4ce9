"""Times in answers: all of a command's JSON and rows are in one zone, that of the provider file.

The case log keeps its times in UTC.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import cache
from typing import Any, get_args

from msgspec import Struct
from msgspec.structs import fields, replace

DEFAULT_ZONE = "Europe/Berlin"
"""The zone without a provider file; the default of ``Settings``, whose import takes 4 ms."""

_zone_name = [DEFAULT_ZONE]


def set_zone(name: str) -> None:
    """Set the zone of all answers of this run."""
    _zone_name[0] = name


def local(moment: datetime) -> datetime:
    """Return a moment in the zone of the answers."""
    return moment.astimezone(_zone(_zone_name[0]))


def with_local_times(value: Any) -> Any:
    """Return a result in which each moment is in the zone of the answers; texts stay exact."""
    if isinstance(value, datetime):
        return local(value)
    if isinstance(value, Struct):
        changed = {}
        for name in _timed_fields(type(value)):
            old = getattr(value, name)
            new = with_local_times(old)
            if new is not old:
                changed[name] = new
        return replace(value, **changed) if changed else value
    if isinstance(value, Mapping):
        return {key: with_local_times(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        items = [with_local_times(each) for each in value]
        is_same = all(new is old for new, old in zip(items, value, strict=True))
        return value if is_same else items
    return value


@cache
def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


@cache
def _timed_fields(shape: type[Struct]) -> tuple[str, ...]:
    """Return the fields that may hold a moment, because lists of providers have many others."""
    return tuple(each.name for each in fields(shape) if _may_hold_times(each.type))


def _may_hold_times(kind: Any) -> bool:
    if kind in (Any, object) or (isinstance(kind, type) and issubclass(kind, datetime)):
        return True
    if isinstance(kind, type) and issubclass(kind, Struct):
        return bool(_timed_fields(kind))
    return any(map(_may_hold_times, get_args(kind)))
