"""Import a map: firms and public services into a provider file, motorways into a road table."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..catalog.entry_check import problems_of_entries
from ..catalog.entry_text import toml_item
from ..catalog.untrusted_files import parse_toml, read_file
from ..errors import BadDataError, ConflictError, Problem, UnavailableError
from ..files import hold_file, rewrite, write_new, write_shared
from ..messages import Message
from ..osm.map_file import Progress, read_map
from ..osm.map_firms import MapFirm, SkippedObject, firms_on
from ..osm.map_kinds import WANTED
from ..osm.map_objects import MapContent
from ..osm.motorways import ATTRIBUTION, make_road_table, road_table_bytes
from ..places.road_index import read_road_table
from ..results.osm_results import (
    GoneProvider,
    ImportReport,
    KeptValueRow,
    RoadReport,
    SkippedReason,
    UnreadText,
)
from .merge_entries import Merged, merge_entries

ROADS_SUFFIX = ".roads.json"
_UNWRITTEN = "nothing is written"
_LEFT = Message("no longer on the map")
_MOST_IDS = 20
_HEAD = re.compile(r"^# © OpenStreetMap contributors.*\n?", re.MULTILINE)
_NOTE = """\
# Made by "dispatch osm import", and updated by it: docs/osm.md. What you change here stays as you
# write it. The licence of the map holds for this file too: keep the line above if you pass it on.
"""


def import_map(
    file: Path,
    output: Path,
    *,
    radius_km: float,
    elsewhere: Mapping[str, str],
    progress: Progress,
) -> ImportReport:
    """Import a map into the provider file ``output``, and its motorways into a file beside it.

    ``elsewhere`` are the ids in other files of the centre, with their paths: these providers are
    skipped. Raises UnavailableError without the library osmium or if a file cannot be written,
    BadDataError for an unreadable map or an invalid provider file, ConflictError if another program
    changes it meanwhile. After a failure or a kill the files are as before.
    """
    _check_output(output)
    content = read_map(file, WANTED, progress)
    firms, skipped = firms_on(content.objects, radius_km)
    firms, skipped = _sound(firms, skipped, elsewhere)
    if not firms and not content.ways and not os.path.lexists(output):
        problem = Problem("the map has no firm with a phone number and no motorway", str(file))
        raise BadDataError(problem, hint=_UNWRITTEN)
    try:
        roads, has_roads = _write_roads(content, output)
        merged, is_named, is_written = _write_providers(
            output, firms, content.as_of, roads.path if has_roads else ""
        )
    except OSError as error:
        raise UnavailableError(
            "{path} cannot be written: {strerror}",
            path=output,
            strerror=error.strerror or error,
            hint=_UNWRITTEN,
        ) from None
    report = _report(firms, skipped, merged)
    return msgspec.structs.replace(
        report,
        file=str(file),
        as_of=content.as_of,
        path=str(output),
        roads=msgspec.structs.replace(roads, is_named=is_named),
        is_written=is_written,
    )


def _check_output(output: Path) -> None:
    """Refuse an output that can be no provider file, before the map is read."""
    if output.suffix != ".toml":
        raise BadDataError(
            Problem("its name does not end in .toml", file=str(output)), hint=_UNWRITTEN
        )
    if not output.parent.is_dir():
        raise BadDataError(
            Problem.at(output, "there is no folder {folder}", folder=output.parent),
            hint=Message('make it first: "mkdir {folder}"', folder=output.parent),
        )
    if os.path.lexists(output):
        content, _ = read_file(os.fspath(output), shown=str(output))
        parse_toml(content, shown=str(output), short=output.name)


def _sound(
    firms: Iterable[MapFirm], skipped: Iterable[SkippedObject], elsewhere: Mapping[str, str]
) -> tuple[list[MapFirm], list[SkippedObject]]:
    """Skip what another file of the centre has, or the provider file would not accept."""
    kept, left = [], list(skipped)
    found = list(firms)
    problems = problems_of_entries([firm.entry for firm in found])
    for number, firm in enumerate(found):
        provider = firm.entry["id"]
        if provider in elsewhere:
            reason = Message("in {path}", path=elsewhere[provider])
        elif number in problems:
            reason = problems[number]
        else:
            kept.append(firm)
            continue
        left.append(SkippedObject(provider, firm.entry["name"], reason))
    return kept, left


def _write_roads(content: MapContent, output: Path) -> tuple[RoadReport, bool]:
    """Write the road table, unless it is there with the same content or the map has no motorway."""
    table, summary = make_road_table(content)
    path = output.with_name(output.name.removesuffix(".toml") + ROADS_SUFFIX)
    found = bool(table.carriageways)
    gone = sorted(_roads_in(path) - {*summary.roads}) if found else []
    if found:
        made = road_table_bytes(table)
        try:
            is_same = path.read_bytes() == made
        except OSError:
            is_same = False
        if not is_same:
            write_shared(path, made)
    report = RoadReport(
        path=str(path) if found else "",
        roads=summary.roads,
        gone=tuple(gone),
        carriageways=summary.carriageways,
        posts=summary.posts,
        exits=summary.exits,
        off_motorways=summary.off_motorways,
        unreadable=summary.unreadable,
        contradicting=summary.contradicting,
        is_named=False,
    )
    return report, found


def _roads_in(path: Path) -> set[str]:
    """Return the motorways of a road table; none of a missing or damaged one."""
    try:
        return {each.road for each in read_road_table(path).carriageways}
    except BadDataError:
        return set()


def _write_providers(
    output: Path, firms: Sequence[MapFirm], as_of: str, roads: str
) -> tuple[Merged, bool, bool]:
    """Merge the firms into the file; returns also whether it names the road table, and changed."""
    entries = [firm.entry for firm in firms]
    if not os.path.lexists(output):
        # A name may have signs that TOML escapes.
        named = f"roads = {toml_item([Path(roads).name]).as_string()}\n" if roads else ""
        merged = merge_entries(f"{_attribution(as_of)}{_NOTE}{named}", entries)
        try:
            write_new(output, merged.text.encode())
        except FileExistsError:
            raise _changed_meanwhile(output) from None
        return merged, bool(roads), True
    real = Path(os.path.realpath(output))
    with hold_file(real):
        content, found = read_file(os.fspath(real), shown=str(output))
        top = parse_toml(content, shown=str(output), short=output.name).top
        text = content.decode("utf-8-sig")
        is_windows = "\r\n" in text
        merged = merge_entries(_with_head(text.replace("\r\n", "\n"), as_of), entries)
        made = merged.text.replace("\n", "\r\n") if is_windows else merged.text
        mark = content[: len(content) - len(text.encode())]
        changed = mark + made.encode()
        parse_toml(changed, shown=str(output), short=output.name)
        is_written = changed != content
        if is_written:
            if read_file(os.fspath(real), shown=str(output))[0] != content:
                raise _changed_meanwhile(output)
            rewrite(real, changed, found)
    names = top.get("roads", [])
    is_named = isinstance(names, list) and bool(roads) and Path(roads).name in names
    return merged, is_named, is_written


def _changed_meanwhile(output: Path) -> ConflictError:
    return ConflictError(
        "{path} was changed by another program meanwhile", path=output, hint=_UNWRITTEN
    )


def _attribution(as_of: str) -> str:
    dated = f" Data of {as_of}." if as_of else ""
    return f"# {ATTRIBUTION}.{dated}\n"


def _with_head(text: str, as_of: str) -> str:
    """Bring the line with attribution and date up to date; a file without one gets it."""
    line = _attribution(as_of)
    if _HEAD.search(text):
        return _HEAD.sub(lambda _: line, text, count=1)
    return line + text


def _report(
    firms: Sequence[MapFirm], skipped: Sequence[SkippedObject], merged: Merged
) -> ImportReport:
    """Report on the providers of an import."""
    reasons: dict[Message, list[str]] = {}
    for each in skipped:
        reasons.setdefault(each.reason, []).append(each.id)
    why = {each.id: each.reason for each in skipped}
    return ImportReport(
        kinds=dict(Counter(firm.kind.name for firm in firms)),
        new=len(merged.new),
        changed=len(merged.changed),
        unchanged=len(merged.unchanged),
        edited=len(merged.edited),
        gone=tuple(
            GoneProvider(each, merged.names[each], why.get(each, _LEFT)) for each in merged.gone
        ),
        deleted=merged.deleted,
        kept_values=tuple(
            KeptValueRow(each.id, each.key, _as_typed(each.on_map)) for each in merged.kept_values
        ),
        skipped=tuple(
            SkippedReason(reason, len(ids), tuple(ids[:_MOST_IDS]))
            for reason, ids in sorted(reasons.items(), key=lambda row: (-len(row[1]), str(row[0])))
        ),
        bad_phones=tuple(
            UnreadText(firm.entry["id"], firm.entry["name"], text)
            for firm in firms
            for text in firm.bad_phones
        ),
        bad_hours=tuple(
            UnreadText(firm.entry["id"], firm.entry["name"], firm.bad_hours)
            for firm in firms
            if firm.bad_hours
        ),
    )


def _as_typed(value: Any) -> str:
    """Return a value as the file has it, a text without its quotes; "" for none."""
    if value is None or isinstance(value, str):
        return value or ""
    return str(toml_item(value).as_string())
