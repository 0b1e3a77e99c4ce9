"""Write a map as one page: the drawing of each sheet, its list as a table, legend and notes."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256

from ...messages import Message
from ...results.map_scene import MapScene, MapSheet
from ..layout import encodable
from ..page_text import phone_html, sentence_html, text_html
from ..wording import language, say
from .map_key import key_of
from .map_style import FONT, style_of_drawing
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
from .page_script import SCRIPT
from .sheet_drawing import HEIGHT, WIDTH, sheet_marks

_LAYOUT = f"""
*{{box-sizing:border-box}}
body{{margin:0 auto;max-width:72rem;padding:1rem;font:15px/1.45 {FONT};overflow-wrap:anywhere}}
h1{{font-size:1.4rem;line-height:1.25;margin:.25rem 0}}
h2{{font-size:1.15rem;margin:1.5rem 0 .4rem}}
p{{margin:.2rem 0}}
.alarm{{padding:.5rem .8rem;border-radius:.4rem;font-weight:600;margin:.5rem 0}}
figure{{margin:0;position:relative}}
.view{{overflow-x:auto}}
figure svg.sheet{{display:block;width:100%;min-width:44rem;height:auto}}
.enlarged svg.sheet{{touch-action:none;user-select:none;cursor:move}}
.enlarged .beyond{{display:none}}
.firm{{cursor:pointer}}
.firm:focus{{outline:none}}
.firm:focus-visible .badge,.firm:focus-visible .dot{{stroke-width:4}}
.buttons{{display:none;position:absolute;left:.6rem;top:.6rem;gap:.3rem}}
.live .buttons{{display:flex}}
button{{font:inherit;font-weight:700;width:2.1rem;height:2.1rem;border:1px solid;
border-radius:.35rem;cursor:pointer}}
.tip{{min-height:1.5rem;margin:.15rem 0;font-size:.95rem}}
.key{{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.4rem 0;padding:0;
font-size:.9rem}}
.key li{{display:flex;align-items:center;gap:.35rem}}
.key svg{{flex:none}}
.rows{{overflow-x:auto}}
table{{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}}
th{{text-align:left;font-weight:600}}
th,td{{padding:.25rem .8rem .25rem 0;border-bottom:1px solid;vertical-align:top}}
td.phone,td.time{{white-space:nowrap}}
tr.first td{{font-weight:700}}
footer{{margin-top:1.5rem;font-size:.85rem}}
@media screen and (max-width:44rem){{
thead{{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}
table,tbody{{display:block}}
tr{{display:grid;grid-template-columns:2rem 1fr auto auto auto;gap:.1rem .6rem;padding:.5rem 0;
border-bottom:1px solid}}
td{{display:block;border:0;padding:0}}
td.who,td.why{{grid-column:2/-1;order:1}}
td.who{{font-weight:600}}
}}
@media print{{.buttons,.tip{{display:none!important}}body{{max-width:none;padding:0}}
section{{break-inside:avoid}}figure svg.sheet{{min-width:0}}svg,.alarm{{print-color-adjust:exact}}}}
"""


def html_map(scene: MapScene) -> str:
    """Return the page; it loads nothing, and a policy forbids that it ever does."""
    style = _LAYOUT + style_of_drawing(is_page=True)
    body = "\n".join(filter(None, _body(scene)))
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(SCRIPT)};"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )
    page = f"""<!DOCTYPE html>
<html lang="{text_html(language())}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>{text_html(title_of(scene))}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
{body}
<script>{SCRIPT}</script>
</body>
</html>
"""
    return encodable(page, "utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _body(scene: MapScene) -> Iterator[str]:
    yield "<header>"
    for line in emergency_lines(scene):
        yield f'<p class="alarm">{text_html(line)}</p>'
    yield f"<h1>{text_html(title_of(scene))}</h1>"
    for line in fact_lines(scene):
        yield f"<p>{text_html(line)}</p>"
    yield "</header>\n<main>"
    for number, sheet in enumerate(scene.sheets):
        yield from _section(scene, sheet, number)
    yield "</main>\n<footer>"
    for note in notes_of(scene):
        yield f"<p>{text_html(note, 2000)}</p>"
    keys = Message(
        "Keys on the map: + - 0 and the arrows; Tab goes from firm to firm. Ctrl and the wheel"
        " enlarge as well."
    )
    yield f"<p>{sentence_html(keys)}</p>"
    yield "</footer>"


def _section(scene: MapScene, sheet: MapSheet, number: int) -> Iterator[str]:
    yield "<section>"
    if sheet.service:
        yield f"<h2>{text_html(sheet_title(sheet))}</h2>"
    larger, smaller = text_html(say("enlarge")), text_html(say("reduce"))
    whole = text_html(say("whole map"))
    about = text_html(description_of(scene, sheet), 2000)
    marks = "\n".join(filter(None, sheet_marks(scene, sheet)))
    yield f"""<figure>
<div class="view"><svg class="sheet" data-sheet="{number}" role="group" tabindex="0" \
aria-label="{about}" \
viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}">
{marks}
</svg></div>
<div class="buttons"><button value="1.5" title="{larger}" aria-label="{larger}">+</button>\
<button value="0.667" title="{smaller}" aria-label="{smaller}">−</button>\
<button value="0" title="{whole}" aria-label="{whole}">0</button></div>
<p class="tip" aria-live="polite"></p>
</figure>"""
    yield from _table(scene, sheet)
    yield '<ul class="key">'
    for entry in key_of(scene, sheet):
        yield (
            '<li><svg width="28" height="28" viewBox="-14 -14 28 28" aria-hidden="true">'
            f"{entry.drawing}</svg>{text_html(entry.text)}</li>"
        )
    yield "</ul>"
    for note in sheet.notes:
        yield f'<p class="quiet">{text_html(note)}</p>'
    yield "</section>"


def _table(scene: MapScene, sheet: MapSheet) -> Iterator[str]:
    rows = list(list_rows(sheet, scene.at))
    if not rows:
        return
    heads = headings(rows)
    shown = [number for number, head in enumerate(heads) if head]
    cells = "".join(f'<th scope="col">{text_html(heads[number])}</th>' for number in shown)
    yield f'<div class="rows"><table>\n<thead><tr>{cells}</tr></thead>\n<tbody>'
    for row in rows:
        yield _row(row, shown)
    yield "</tbody>\n</table></div>"


def _row(row: ListRow, shown: Sequence[int]) -> str:
    """Make the row of a table with the columns of some numbers; the last resort spans the rest."""
    first = ' class="first"' if row.rank == "1" else ""
    rank = f' data-rank="{row.rank}"' if row.rank.isdigit() else ""
    name = text_html(row.name)
    cells = [f"<td>{row.rank}</td>", f'<td class="phone">{phone_html(row.phone)}</td>']
    if row.rank == "-":
        return f'<tr>{"".join(cells)}<td class="who" colspan="{len(shown) - 2}">{name}</td></tr>'
    cells.append(f'<td class="who">{name}</td>')
    cells += [
        f'<td class="time">{text_html(each)}</td>' for each in (row.there, row.minutes, row.km)
    ]
    cells.append(f'<td class="why">{text_html(row.why)}</td>')
    return f"<tr{first}{rank}>{''.join(cells[number] for number in shown)}</tr>"
