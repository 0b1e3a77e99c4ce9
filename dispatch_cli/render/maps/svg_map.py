"""Write a map as one SVG file: title, sheets, lists, legend and notes."""

from collections.abc import Iterator, Sequence

from ...results.map_scene import MapScene, MapSheet
from ..layout import encodable
from ..page_text import text_html
from ..wording import language, say, worded
from .firm_marks import fitted
from .map_key import key_of
from .map_style import style_of_drawing
from .map_words import (
    ListRow,
    description_of,
    emergency_lines,
    fact_lines,
    headings,
    list_rows,
    notes_of,
    sheet_title,
    title_of,
)
from .placement import text_width
from .sheet_drawing import HEIGHT, WIDTH, sheet_marks

_PAD = 20.0
MOST_ROWS = 12
"""The ranked firms in the list of a sheet."""

_COLUMNS = ((0.0, 26.0), (34.0, 134.0), (176.0, 246.0), (430.0, 62.0), (500.0, 80.0),
            (588.0, 46.0), (642.0, 318.0))  # fmt: skip
"""Left edge and width of each column of the list."""


def svg_map(scene: MapScene) -> str:
    """Return the file; it loads nothing and follows the colour scheme of the reader."""
    parts: list[str] = []
    y = _PAD
    for css, text in _head(scene):
        size = 17 if css == "heading" else 13.0
        for line in _wrapped(text, WIDTH, size, bold=css != "line"):
            y += size + 7
            parts.append(_text(css, _PAD, y, line))
    for number, sheet in enumerate(scene.sheets):
        y += 14
        if sheet.service and not _is_named_by_title(scene, sheet):
            y += 20
            parts.append(_text("heading", _PAD, y, sheet_title(sheet)))
            y += 8
        parts.append(_sheet(scene, sheet, number, y))
        y += HEIGHT
        for drawn, height in (_list(sheet, scene), _key(scene, sheet)):
            parts.append(
                f'<g transform="translate({_PAD:.0f} {y:.0f})">{drawn}</g>' if drawn else ""
            )
            y += height
    y += 4
    of_sheets = dict.fromkeys(worded(note) for sheet in scene.sheets for note in sheet.notes)
    for note in [*of_sheets, *notes_of(scene)]:
        for line in _wrapped(note, WIDTH, 11.5):
            y += 16
            parts.append(_text("small", _PAD, y, line))
    width, height = WIDTH + 2 * _PAD, y + _PAD
    title, about = title_of(scene), " ".join(description_of(scene, each) for each in scene.sheets)
    body = "\n".join(parts)
    svg = f"""<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xml:lang="{text_html(language())}" role="img" \
aria-labelledby="map-title map-desc" viewBox="0 0 {width:.0f} {height:.0f}" \
width="{width:.0f}" height="{height:.0f}">
<title id="map-title">{text_html(title)}</title>
<desc id="map-desc">{text_html(about, 2000)}</desc>
<style>{style_of_drawing()}</style>
<rect class="paper" width="100%" height="100%"/>
{body}
</svg>
"""
    return encodable(svg, "utf-8")


def _is_named_by_title(scene: MapScene, sheet: MapSheet) -> bool:
    """Return whether the title of the map is the service of its only sheet."""
    return scene.view is not None and (scene.view.kind,) == (sheet.service,) == _services(scene)


def _services(scene: MapScene) -> tuple[str, ...]:
    return tuple(sheet.service for sheet in scene.sheets)


def _head(scene: MapScene) -> Iterator[tuple[str, str]]:
    for line in emergency_lines(scene):
        yield "emergency", line
    yield "heading", title_of(scene)
    for line in fact_lines(scene):
        yield "line", line


def _text(css: str, x: float, y: float, text: str) -> str:
    return f'<text class="{css}" x="{x:.0f}" y="{y:.0f}">{text_html(text, 2000)}</text>'


def _sheet(scene: MapScene, sheet: MapSheet, number: int, y: float) -> str:
    marks = "\n".join(filter(None, sheet_marks(scene, sheet)))
    return (
        f'<svg class="sheet" data-sheet="{number}" x="{_PAD:.0f}" y="{y:.0f}" width="{WIDTH:.0f}"'
        f' height="{HEIGHT:.0f}" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}">\n{marks}\n</svg>'
    )


def _list(sheet: MapSheet, scene: MapScene) -> tuple[str, float]:
    """Return the list of the firms and its height; nothing without any row."""
    rows = list(list_rows(sheet, scene.at))
    if not rows:
        return "", 8.0
    ranked = [row for row in rows if row.rank != "-"]
    last = rows[len(ranked) :]
    shown = [*ranked[:MOST_ROWS], *last]
    lines = [_row(headings(rows), 22, "small")]
    y = 22.0
    for row in shown:
        y += 20
        if row.rank == "-" and len(ranked) > MOST_ROWS:
            more = say(
                "{count} more: on the map and in the other formats", count=len(ranked) - MOST_ROWS
            )
            lines.append(_text("small", _COLUMNS[1][0], y, more))
            y += 20
        lines.append(_row(_cells(row), y, "strong" if row.rank == "1" else "line"))
    return "".join(lines), y + 10


def _cells(row: ListRow) -> tuple[str, ...]:
    return row.rank, row.phone, row.name, row.there, row.minutes, row.km, row.why


def _row(cells: Sequence[str], y: float, css: str) -> str:
    """Draw a row; the last resort has no times, so that its text may be longer."""
    bold = css == "strong"
    texts = []
    for number, ((left, width), text) in enumerate(zip(_COLUMNS, cells, strict=True)):
        room = width
        if number == 2 and not any(cells[3:]):
            room = WIDTH - left
        if text:
            texts.append(_text(css, left, y, fitted(text, room, 13, bold=bold)))
    return "".join(texts)


def _key(scene: MapScene, sheet: MapSheet) -> tuple[str, float]:
    """Return the legend, as many entries on a line as fit, and its height."""
    x, y = 0.0, 22.0
    parts: list[str] = []
    entries = key_of(scene, sheet)
    for entry in entries:
        width = 34 + text_width(entry.text, 11.5) + 18
        if x and x + width > WIDTH:
            x, y = 0.0, y + 28
        parts.append(f'<g transform="translate({x + 14:.0f} {y:.0f})">{entry.drawing}</g>')
        parts.append(_text("small", x + 32, y + 4, entry.text))
        x += width
    return "".join(parts), y + 14 if entries else 0.0


def _wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines of a width."""
    lines: list[str] = []
    for each in text.split(" "):
        longer = f"{lines[-1]} {each}" if lines else each
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(fitted(each, width, size, bold=bold))
    return lines
