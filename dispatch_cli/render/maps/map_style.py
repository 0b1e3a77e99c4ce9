"""The colours of maps, for light and dark screens and for print.

The hues are those of Okabe and Ito (2008), which people with a colour vision deficiency can tell
apart. No fact is shown by a colour alone: each kind of mark has a shape or a text of its own.
"""

from collections.abc import Mapping
from string import Template

LIGHT: Mapping[str, str] = {
    "paper": "#ffffff", "ground": "#f4f6f8", "grid": "#d9dee5", "ink": "#16181d",
    "quiet": "#4f5663", "frame": "#8b94a3", "road": "#b9c0ca", "motorway": "#8f99a8",
    "incident": "#a8321a", "firm": "#00558c", "firm_ink": "#ffffff", "best": "#00664a",
    "out": "#737c8a", "area": "#00558c", "alarm": "#a8321a", "alarm_ink": "#ffffff",
    "link": "#0a4fc2", "town": "#5a6270",
    "dot_best": "#0072b2", "dot_slow": "#ad7200", "dot_late": "#6a3a0b",
    "dot_none": "#b8220a", "dot_outside": "#8b94a3",
}  # fmt: skip
DARK: Mapping[str, str] = {
    "paper": "#121419", "ground": "#1a1d24", "grid": "#2c313b", "ink": "#e9ebf0",
    "quiet": "#a8b0be", "frame": "#596273", "road": "#454d5b", "motorway": "#69748a",
    "incident": "#ff9a7a", "firm": "#7cc4f5", "firm_ink": "#06202f", "best": "#5fd3ac",
    "out": "#8b94a3", "area": "#7cc4f5", "alarm": "#ff8b80", "alarm_ink": "#2c0300",
    "link": "#9cc0ff", "town": "#98a1b0",
    "dot_best": "#56b4e9", "dot_slow": "#f4c542", "dot_late": "#b5643a",
    "dot_none": "#ff7a63", "dot_outside": "#6d7685",
}  # fmt: skip

PAIRS = (
    ("ink", "paper"), ("ink", "ground"), ("quiet", "paper"), ("quiet", "ground"),
    ("town", "ground"), ("firm_ink", "firm"), ("firm_ink", "best"), ("incident", "ground"),
    ("alarm_ink", "alarm"), ("link", "paper"),
)  # fmt: skip
"""The pairs of text colour and background."""

MARKS = (
    ("firm", "ground"), ("best", "ground"), ("incident", "ground"), ("dot_best", "ground"),
    ("dot_slow", "ground"), ("dot_late", "ground"), ("dot_none", "ground"), ("out", "ground"),
)  # fmt: skip
"""The pairs of the colour of a mark and its background."""

FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif'

_DRAWING = Template("""
.paper{fill:$paper}
.ground{fill:$ground}
.frame{fill:none;stroke:$frame}
.grid{fill:none;stroke:$grid}
.gridtext{fill:$quiet;font-size:10px}
.road{fill:none;stroke:$road;stroke-width:1.2}
.road.motorway{stroke:$motorway;stroke-width:2.6}
.road.trunk{stroke-width:1.8}
.halo{paint-order:stroke;stroke:$ground;stroke-width:3px;stroke-linejoin:round}
.town{fill:$town;font-size:11px}
.town.halo{stroke-width:2px}
.spot{fill:$town}
.area{fill:$area;fill-opacity:0;stroke:$area;stroke-opacity:.2;stroke-width:1}
.area.top{fill-opacity:.035;stroke-opacity:.6;stroke-width:1.4;stroke-dasharray:7 4}
.area.postcodes{stroke:none;fill-opacity:.03}
.area.postcodes.top{fill-opacity:.07}
.area.on,.area.postcodes.on{fill-opacity:.16;stroke-opacity:1;stroke-width:2}
.sure{fill:$incident;fill-opacity:.12;stroke:$incident;stroke-width:1.4;stroke-dasharray:3 3}
.incident{fill:none;stroke:$incident;stroke-width:2.6}
.incident .core{fill:$incident;stroke:none}
.placetext{fill:$incident;font-size:13px;font-weight:700}
.lead{fill:none;stroke:$quiet;stroke-width:1}
.dot{fill:$firm;stroke:$ground;stroke-width:1}
.badge{fill:$firm;stroke:$ground;stroke-width:1.5}
.best .badge,.best .dot{fill:$best}
.outside .badge{stroke:$firm;stroke-width:2;fill:$ground}
.outside .rank{fill:$firm}
.ended .badge{fill:$ground;stroke:$out;stroke-width:1.5}
.ended .rank{fill:$out}
.rank{fill:$firm_ink;font-weight:700;text-anchor:middle}
.name{fill:$ink;font-size:12.5px}
.mins{font-weight:700}
.out{fill:none;stroke:$out;stroke-width:1.3;opacity:.75}
.arrow{fill:$firm}
.scale{fill:none;stroke:$ink;stroke-width:1.6}
.scaletext{fill:$ink;font-size:11px}
.heading{fill:$ink;font-size:17px;font-weight:700}
.line{fill:$ink;font-size:13px}
.strong{fill:$ink;font-size:13px;font-weight:700}
.small{fill:$quiet;font-size:11.5px}
.emergency{fill:$alarm;font-size:14px;font-weight:700}
.d-best{stroke:$dot_best}
.d-slow{stroke:$dot_slow}
.d-late{stroke:$dot_late}
.d-none{stroke:$dot_none}
.d-outside{stroke:$dot_outside}
.dots{fill:none;stroke-linecap:round}
.d-slow{stroke-linecap:square}
.cell{stroke-width:1}
.c-best{fill:$dot_best}
.c-slow{fill:$dot_slow}
.c-late{fill:$dot_late}
.cell{stroke:$ground}
.c-none{fill:$ground;stroke:$dot_none;stroke-width:1.6}
.cross{fill:none;stroke-width:2;stroke:$ground;pointer-events:none}
.cross.x-none{stroke:$dot_none}
""")

_PAGE = Template("""
body{background:$paper;color:$ink}
a{color:$link}
.quiet,footer,.key,th{color:$quiet}
.alarm{background:$alarm;color:$alarm_ink}
figure svg{outline-color:$link}
td,th,tr{border-color:$grid}
tr.on td{background:$grid}
button{color:$ink;background:$ground;border-color:$frame}
.tip{color:$ink}
""")


def style_of_drawing(*, is_page: bool = False) -> str:
    """Return the rules of the drawing, for both schemes; print is always light."""
    parts = [_DRAWING, _PAGE] if is_page else [_DRAWING]
    light = "".join(part.substitute(LIGHT) for part in parts)
    dark = "".join(part.substitute(DARK) for part in parts)
    return (
        f"text{{font-family:{FONT}}}{light}@media screen and (prefers-color-scheme:dark){{{dark}}}"
    )
