"""The colours and rules of the status page; each pair of colours is legible in both schemes."""

from collections.abc import Mapping

from ..results.check_results import DAYS
from .wording import say

# The colours of the page, then of the badge of each state, by the names of the CSS variables.
LIGHT: Mapping[str, str] = {
    "paper": "#ffffff", "card": "#f3f5f8", "line": "#d5dae2", "ink": "#16181d",
    "quiet": "#525965", "link": "#0a4fc2",
    "down-ink": "#ffffff", "down": "#b01c14",
    "busy-ink": "#231500", "busy": "#ffc233",
    "degraded-ink": "#231500", "degraded": "#ffe2a3",
    "unknown-ink": "#ffffff", "unknown": "#5d4a9c",
    "up-ink": "#ffffff", "up": "#1a6b3a",
    "closed-ink": "#ffffff", "closed": "#5a616d",
}  # fmt: skip
DARK: Mapping[str, str] = {
    "paper": "#121419", "card": "#1c1f26", "line": "#363c48", "ink": "#e9ebf0",
    "quiet": "#a8b0be", "link": "#9cc0ff",
    "down-ink": "#2c0300", "down": "#ff8b80",
    "busy-ink": "#231500", "busy": "#ffc64a",
    "degraded-ink": "#231500", "degraded": "#f4dca6",
    "unknown-ink": "#190b42", "unknown": "#c7b7ff",
    "up-ink": "#00260f", "up": "#7ed7a1",
    "closed-ink": "#121419", "closed": "#a8b0be",
}  # fmt: skip

PAIRS = (
    ("ink", "paper"), ("ink", "card"), ("quiet", "paper"), ("quiet", "card"), ("link", "paper"),
    ("link", "card"), ("down-ink", "down"), ("busy-ink", "busy"), ("degraded-ink", "degraded"),
    ("unknown-ink", "unknown"), ("up-ink", "up"), ("closed-ink", "closed"),
)  # fmt: skip
"""The pairs of text colour and background."""

_STATES = ("down", "busy", "degraded", "unknown", "up", "closed")

_RULES = """
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--paper);color:var(--ink);
font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.2;margin:.25rem 0}
h2{font-size:1.15rem;margin:2rem 0 .5rem}
h3{font-size:1rem;margin:1.25rem 0 .25rem}
p{margin:.25rem 0}
a{color:var(--link)}
.quiet{color:var(--quiet)}
.alarm{background:var(--down);color:var(--down-ink);padding:.6rem .9rem;border-radius:.5rem;
margin:.75rem 0;font-weight:600}
.stale{animation:stale 1s linear backwards}
@keyframes stale{from,to{position:absolute;visibility:hidden}}
.counts{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;margin:1rem 0;padding:0}
.counts li{flex:1 1 6rem;background:var(--card);border-radius:.5rem;padding:.5rem .75rem;
border-left:.35rem solid var(--line)}
.counts b{display:block;font-size:1.6rem;line-height:1.2;font-variant-numeric:tabular-nums}
table{width:100%;border-collapse:collapse}
th{text-align:left;font-weight:600;color:var(--quiet)}
th,td{padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.phone a,.since,th{white-space:nowrap}
.phone{font-variant-numeric:tabular-nums}
.service{margin-top:1rem}
.badge{display:inline-block;min-width:5.5rem;padding:.05rem .5rem;border-radius:.35rem;
text-align:center;font-weight:600;font-size:.9rem;white-space:nowrap}
.strip{display:flex;align-items:flex-end;gap:1px;max-width:18rem;height:.9rem;margin-top:.3rem;
print-color-adjust:exact}
.strip i{flex:1 1 0;border-radius:1px;height:40%}
.strip .down{height:100%}
.strip .degraded{height:70%;outline:1px solid var(--degraded-ink);outline-offset:-1px}
.strip .none{height:0%;border-bottom:2px solid var(--quiet)}
.gaps{list-style:none;margin:0;padding:0}
.gaps li{display:grid;grid-template-columns:minmax(0,23rem) 6.5rem minmax(0,1fr);gap:.15rem .75rem;
padding:.4rem 0;border-bottom:1px solid var(--line);align-items:start}
.gaps .badge{justify-self:start}
details{margin-top:2rem}
summary{cursor:pointer;font-size:1.15rem;font-weight:700;padding:.25rem 0}
summary:focus-visible,a:focus-visible{outline:.2rem solid var(--link);outline-offset:.15rem}
footer{margin-top:2.5rem;color:var(--quiet);font-size:.9rem}
@media(max-width:44rem){
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody{display:block}
tr{display:grid;grid-template-columns:auto 1fr;gap:.1rem .6rem;padding:.6rem 0;
border-bottom:1px solid var(--line)}
td{display:block;border:0;padding:0}
td.since{justify-self:end}
td.since::before{content:"<since> "}
td.name,td.phone,td.why{grid-column:1/-1}
td.name{font-weight:600}
td.phone{font-size:1.15rem}
td.phone a{display:inline-block;padding:.3rem 0}
.counts li{flex-basis:28%}
.gaps li{grid-template-columns:1fr auto}
.gaps .who{grid-column:1/-1}
}
@media print{.stale{display:none}details>*{display:block}}
"""


def style_sheet(stale_s: float) -> str:
    """Make the rules; a warning appears on a page that has been open for ``stale_s`` seconds."""
    badges = "".join(
        f".{state}{{background:var(--{state});color:var(--{state}-ink)}}\n"
        f".counts .of-{state}{{border-left-color:var(--{state})}}\n"
        for state in _STATES
    )
    # A style within an element would need another security policy.
    badges += "".join(f".strip .w{days}{{flex-grow:{days}}}\n" for days in range(2, DAYS + 1))
    rules = _RULES.replace("<since>", _string(say("since")))
    return (
        f":root{{color-scheme:light dark;{_variables(LIGHT)}}}\n"
        f"@media(prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"
        f"{rules}{badges}.stale{{animation-delay:{stale_s:.0f}s}}\n"
    )


def _string(text: str) -> str:
    """Escape a text for a string of CSS, which is within an element of HTML."""
    return "".join(sign if sign.isalnum() else f"\\{ord(sign):x} " for sign in text)


def _variables(colours: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())
