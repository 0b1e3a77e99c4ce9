"""The texts of a map: title, facts of the incident, rows of the list, tooltips, notes."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from ...messages import Message, Plural, joined
from ...results.map_scene import MapArea, MapFirm, MapScene, MapSheet
from .. import figures, head
from ..layout import Screen
from ..wording import say, word, worded

SCREEN = Screen(width=10_000)
"""A screen on which no sentence is broken."""

REFUSED = frozenset({
    "declined", "no_answer", "unreachable", "wrong_equipment", "failed", "unsuccessful",
    "cancelled", "called_off", "corrected",
})  # fmt: skip
"""The states of an offer after which the firm does not come."""

COMING = frozenset({"accepted", "arrived"})
NEAREST = 3
"""Without a ranked firm, this many excluded firms have their names on the map."""


class ListRow(Struct, frozen=True, kw_only=True):
    """A row of the list beside a map; ``rank`` is "-" for the last resort."""

    rank: str
    phone: str
    name: str
    there: str = ""
    minutes: str = ""
    km: str = ""
    why: str = ""


def title_of(scene: MapScene) -> str:
    """Return what a map is about, in one line."""
    title = _title(scene)
    return title[:1].upper() + title[1:]


def _title(scene: MapScene) -> str:
    place = worded(scene.incident.place) if scene.incident else ""
    if scene.view is not None:
        kind = head.label_text(scene.view, SCREEN)
        return say("{kind}: {place}", kind=kind, place=place)
    if scene.kind == "case":
        kind = word(scene.what, of="kind")
        number = str(scene.case_id)
        return say("Case {case_id}: {kind}, {place}", case_id=number, kind=kind, place=place)
    if scene.kind == "batch":
        return say("Incidents of a batch: whether and how soon help comes")
    return say("Coverage: where too few providers can come")


def fact_lines(scene: MapScene) -> list[str]:
    """Return the lines below the title: time, vehicle, client, other facts."""
    at = scene.at
    time = say(
        "{weekday} {day} {year}, {time}",
        weekday=figures.weekday(at),
        day=figures.day_and_month(at),
        year=at.year,
        time=figures.time_of_day(at),
    )
    parts = [time]
    if scene.view is not None:
        view = scene.view
        parts += [head.vehicle_text(view, SCREEN), head.client_text(view, SCREEN)]
        parts += head.facts(view, SCREEN)
    return [" · ".join(parts), *map(worded, scene.facts)]


def emergency_lines(scene: MapScene) -> list[str]:
    """Return one line for each number to dial first."""
    lines = head.emergency_lines(scene.emergency, SCREEN)
    return ["".join(text for text, _ in line) for line in lines]


def sheet_title(sheet: MapSheet) -> str:
    """Return the title of a sheet: its service."""
    name = word(sheet.service).replace("_", " ")
    return name[:1].upper() + name[1:]


def minutes_of(firm: MapFirm) -> str:
    """Return the minutes from acceptance to arrival; "" where they are not known."""
    if firm.arrival_min is None:
        return ""
    minutes = figures.minutes(firm.arrival_min, decimals=0)
    is_estimate = not figures.is_measured(firm.travel_source)
    return say("{minutes} min", minutes=f"{'~' if is_estimate else ''}{minutes}")


def label_of(firm: MapFirm, at: datetime) -> str:
    """Return what stands behind the name of a firm on the map: minutes, or its answer."""
    if firm.state:
        state = word(firm.state).replace("_", " ")
        return f"{state} {_there(firm, at)}".rstrip() if firm.state in COMING else state
    return minutes_of(firm)


def tooltip_of(firm: MapFirm, at: datetime) -> str:
    """Return everything about a firm in one sentence."""
    parts: list[Message | str] = [_named(firm), firm.phone, label_of(firm, at)]
    if firm.candidate is not None:
        candidate = firm.candidate
        parts += [
            Message("there {time}", time=_there(firm, at)),
            Message("{km} km", km=figures.kilometres(candidate)),
            *candidate.why[:2],
            *candidate.ask,
        ]
    if firm.exclusion is not None:
        reason = word(firm.exclusion.reason).replace("_", " ")
        parts += [Message("out: {reason}", reason=reason), firm.exclusion.detail]
    parts.append(area_words(firm.area))
    return worded(joined(parts, ", "))


def _named(firm: MapFirm) -> str:
    name = firm.name or firm.provider
    return f"{firm.rank}. {name}" if firm.rank else name


def area_words(area: MapArea | None) -> Message | str:
    """Return the area of a firm in words; empty if it is not to be said."""
    if area is None:
        return ""
    if area.kind == "radius":
        return Message("area {radius_km:g} km round its base", radius_km=area.circles[0].radius_km)
    if area.kind == "country":
        return Message("area: all of Germany")
    if area.kind == "postcodes":
        return Message("area: postcodes {postcodes}", postcodes=area.text)
    return Message("area: outline {outline}", outline=area.text)


def _there(firm: MapFirm, at: datetime) -> str:
    return "" if firm.there_at is None else figures.clock(firm.there_at, at)


def list_rows(sheet: MapSheet, at: datetime) -> Iterator[ListRow]:
    """Yield the rows of the list: the ranked firms, then the last resort.

    Where nobody is ranked, the firms nearest to possible stand first, with what is missing.
    """
    ranked = [firm for firm in sheet.firms if firm.rank]
    if not ranked:
        for firm in sheet.firms[:NEAREST]:
            why = worded(firm.exclusion.detail) if firm.exclusion else ""
            name = firm.name or firm.provider
            yield ListRow(rank="?", phone=firm.phone, name=name, why=why)
    for firm in ranked:
        candidate = firm.candidate
        yield ListRow(
            rank=str(firm.rank),
            phone=firm.phone,
            name=_with_label(firm),
            there=_there(firm, at),
            minutes=minutes_of(firm),
            km=figures.kilometres(candidate) if candidate else "",
            why=_why(firm),
        )
    if sheet.last_resort is not None:
        yield ListRow(
            rank="-",
            phone=sheet.last_resort.phone,
            name=say(
                "LAST RESORT {text} ({when})",
                text=sheet.last_resort.text,
                when=Message("if all refuse"),
            ),
        )


def _with_label(firm: MapFirm) -> str:
    """Return the name of a firm with the label of its number, such as "night"."""
    name = firm.name or firm.provider
    label = firm.candidate.phone_label if firm.candidate else ""
    return f"{name} ({label})" if label else name


def _why(firm: MapFirm) -> str:
    if firm.state:
        return word(firm.state).replace("_", " ")
    if firm.candidate is None:
        return ""
    return worded(joined((*firm.candidate.why[:2], *firm.candidate.ask), ", "))


def headings(rows: Sequence[ListRow]) -> tuple[str, ...]:
    """Return the headings of a list, as those of the table on the terminal.

    A column without any text has an empty heading.
    """
    heads = {
        "rank": say("#"), "phone": say("Call"), "name": say("Provider"), "there": say("There"),
        "minutes": say("Arrive"), "km": say("km"), "why": say("Why"),
    }  # fmt: skip
    return tuple(
        head if any(getattr(row, name) for row in rows) else "" for name, head in heads.items()
    )


def notes_of(scene: MapScene) -> list[str]:
    """Return the notes below a map: privacy, estimates, projection, sources of the data."""
    notes: list[Message | str] = [*scene.notes]
    firms = [firm for sheet in scene.sheets for firm in sheet.firms]
    if any(firm.arrival_min is not None for firm in firms):
        notes.append(
            Message(
                "There = clock time if asked in turn. Arrive = minutes from acceptance to arrival;"
                " ~ is an estimate as the crow flies."
            )
        )
    notes += [Message("Projection: Web Mercator. North is up."), *attributions(scene)]
    return list(map(worded, notes))


def attributions(scene: MapScene) -> list[Message]:
    """Name the sources of the data that are drawn."""
    found = [
        Message(
            "Postcodes: © OpenStreetMap contributors (ODbL), openstreetmap.org/copyright;"
            " GeoNames (CC BY 4.0). Towns: GeoNames (CC BY 4.0)."
        )
    ]
    if scene.ground.roads.lines:
        day = scene.ground.roads.as_of
        found.append(
            Message("Roads: © OpenStreetMap contributors (ODbL), as of {day}.", day=day)
            if day
            else Message("Roads: © OpenStreetMap contributors (ODbL).")
        )
    return found


def description_of(scene: MapScene, sheet: MapSheet) -> str:
    """Return the text that stands for a sheet where it cannot be seen."""
    ranked = [firm for firm in sheet.firms if firm.rank]
    if ranked:
        first = joined([tooltip_of(firm, scene.at) for firm in ranked[:3]], "; ")
        return worded(
            Plural(
                "Map of the incident and {count} ranked provider: {first}.",
                "Map of the incident and {count} ranked providers. First: {first}.",
                len(ranked),
                first=first,
            )
        )
    if scene.incident is not None:
        return say("Map of the incident. No provider is ranked.")
    counts = [(layer.label, len(layer.positions)) for layer in sheet.dots]
    counts += [(label, _total(sheet, level)) for level, label in sheet.cell_labels.items()]
    named = joined((Message("{label}: {count}", label=label, count=n) for label, n in counts), "; ")
    return say("Map of places. {counts}.", counts=named)


def _total(sheet: MapSheet, level: object) -> int:
    return sum(count for cell in sheet.cells for of, count in cell.counts.items() if of == level)
