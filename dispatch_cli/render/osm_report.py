"""Write what the import of a map has done."""

from collections.abc import Iterator
from typing import TextIO

from ..messages import Message, Plural, joined
from ..results.osm_results import ImportReport, RoadReport
from .clean import clean
from .stderr_lines import print_warnings
from .wording import word, worded

_MOST_LINES = 10
_WIDEST = 2000


def print_report(report: ImportReport, *, stdout: TextIO, stderr: TextIO, quiet: bool) -> None:
    """Print the result on stdout, and on stderr what the user should look at."""
    for line in report_lines(report):
        print(clean(worded(line), _WIDEST), file=stdout)
    if not quiet:
        print_warnings(_warnings(report), stream=stderr)


def report_lines(report: ImportReport) -> Iterator[Message]:
    """Yield the lines of the result."""
    yield Message(
        "ok: {providers} in {path}: {new} new, {changed} changed, {unchanged} unchanged",
        providers=_providers(report.providers),
        path=report.path,
        new=report.new,
        changed=report.changed,
        unchanged=report.unchanged,
    )
    if report.as_of:
        yield Message("map of {date}", date=report.as_of)
    if report.kinds:
        kinds = (
            Message("{kind} {count}", kind=word(kind.replace("_", " "), "map"), count=count)
            for kind, count in report.kinds.items()
        )
        yield Message("kinds: {kinds}", kinds=joined(kinds, ", "))
    for each in report.skipped:
        yield Message("skipped {count}: {reason}", count=each.count, reason=each.reason)
    if report.edited:
        own = _providers(report.edited)
        yield Message("your own values are kept in {providers}", providers=own)
    if report.deleted:
        deleted = _providers(len(report.deleted))
        yield Message("you have deleted {providers}, which stay deleted", providers=deleted)
    yield from _road_lines(report.roads)


def _providers(count: int) -> Plural:
    return Plural("{count} provider", "{count} providers", count)


def _road_lines(roads: RoadReport | None) -> Iterator[Message]:
    if roads is None or not roads.path:
        yield Message("no motorway on the map")
        return
    yield Message(
        "motorways {roads} in {path}: {posts} kilometre posts, {exits} exits",
        roads=", ".join(roads.roads),
        path=roads.path,
        posts=roads.posts,
        exits=roads.exits,
    )
    if roads.off_motorways:
        yield Message("skipped {count}: kilometre posts off motorways", count=roads.off_motorways)
    if roads.unreadable:
        yield Message("skipped {count}: kilometre posts without kilometre", count=roads.unreadable)
    if roads.contradicting:
        yield Message(
            "skipped {count}: kilometre posts that contradict their neighbours",
            count=roads.contradicting,
        )


def _warnings(report: ImportReport) -> Iterator[Message]:
    """Yield what the user should decide on, the first of each sort."""
    rows = [
        *(
            Message(
                "{id} ({name}) is kept: {reason}", id=each.id, name=each.name, reason=each.reason
            )
            for each in report.gone[:_MOST_LINES]
        ),
        *_more(len(report.gone), Message("providers that left the map")),
        *(
            Message(
                "{id}: your {key} is kept; the map now has {value}",
                id=each.id,
                key=each.key,
                value=each.on_map or Message("none"),
            )
            for each in report.kept_values[:_MOST_LINES]
        ),
        *_more(len(report.kept_values), Message("values that you have changed")),
        *(
            Message("{id} ({name}): the number {text} cannot be dialled", id=each.id,
                    name=each.name, text=each.text)
            for each in report.bad_phones[:_MOST_LINES]
        ),
        *_more(len(report.bad_phones), Message("numbers")),
        *(
            Message("{id} ({name}): its hours cannot be read and are in its notes: {text}",
                    id=each.id, name=each.name, text=each.text)
            for each in report.bad_hours[:_MOST_LINES]
        ),
        *_more(len(report.bad_hours), Message("hours")),
    ]  # fmt: skip
    yield from rows
    if report.roads is not None and report.roads.gone:
        yield Message(
            "the road table has no {roads} any more; give the map of each area a file of its own",
            roads=", ".join(report.roads.gone),
        )


def _more(count: int, what: Message) -> Iterator[Message]:
    if count > _MOST_LINES:
        yield Message("{count} more {what}: see --json", count=count - _MOST_LINES, what=what)


def import_hint(report: ImportReport, *, main: str | None, is_part: bool) -> Message:
    """Return what to do next: name the file, or the road table, or check the result."""
    if main is not None and not is_part:
        return Message(
            'name {path} in {main}, such as include = ["providers.d/*.toml"]',
            path=report.path,
            main=main,
        )
    roads = report.roads
    if roads is not None and roads.path and not roads.is_named:
        return Message(
            'write roads = ["{name}"] at the top of {path} to use the motorway kilometres',
            name=roads.path.replace("\\", "/").rpartition("/")[2],
            path=report.path,
        )
    if main is None:
        return Message('try it: dispatch cascade breakdown --at PLACE --providers {path}',
                       path=report.path)  # fmt: skip
    return Message('"dispatch providers validate" checks the whole file')
