"""Draw the figures of the storm study as an SVG picture: bars with their intervals."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

Bar = tuple[tuple[float, float], tuple[float, float]]
"""Mean and 95th percentile, each with the half width of its interval."""

LEFT, BAR_WIDTH, ROW, GAP, TOP = 170, 620, 20, 34, 60
RIGHT = 70
_STYLE = """\
text { font-family: sans-serif; font-size: 13px; fill: #222; }
.setting { font-weight: bold; }
.note { font-size: 12px; fill: #555; }
.mean { fill: #9bb8d3; } .own { fill: #1f5f99; } .p95 { fill: #b5541c; }
line { stroke: #222; stroke-width: 1.2; } .p95-interval { stroke: #b5541c; }"""


def draw(settings: Mapping[str, Mapping[str, Bar]]) -> str:
    """Draw a group of bars for each setting; the last policy of a group is emphasised."""
    most = max(p95[0] + p95[1] for bars in settings.values() for _, p95 in bars.values())
    scale = BAR_WIDTH / most
    parts, y = [], TOP
    for name, bars in settings.items():
        parts.append(f'<text class="setting" x="10" y="{y}">{escape(name)}</text>')
        y += 10
        last = list(bars)[-1]
        for policy, bar in bars.items():
            parts.append(_bar(policy, bar, y, scale, is_own=policy == last))
            y += ROW
        y += GAP
    width, height = LEFT + BAR_WIDTH + RIGHT, y - GAP + 10
    note = "Minutes to arrival: bar = mean, diamond = 95th percentile, lines = 95 % interval"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">\n'
        f"<title>{escape(note)}</title>\n<style>\n{_STYLE}\n</style>\n"
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n'
        f'<text class="note" x="10" y="24">{escape(note)}</text>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _bar(policy: str, bar: Bar, y: int, scale: float, *, is_own: bool) -> str:
    (mean, half), (p95, p95_half) = bar
    middle, end, tip = y + ROW / 2, LEFT + mean * scale, LEFT + p95 * scale
    return "\n".join([
        f'<text x="{LEFT - 8}" y="{middle + 4:.1f}" text-anchor="end">{escape(policy)}</text>',
        f'<rect class="{"own" if is_own else "mean"}" x="{LEFT}" y="{y + 3}" '
        f'width="{mean * scale:.1f}" height="{ROW - 6}"/>',
        _line(end - half * scale, end + half * scale, middle, ""),
        f'<text x="{end + half * scale + 5:.1f}" y="{middle + 4:.1f}">{mean:.0f}</text>',
        _line(tip - p95_half * scale, tip + p95_half * scale, middle, ' class="p95-interval"'),
        f'<path class="p95" d="M{tip - 5:.1f} {middle} l5 -5 l5 5 l-5 5 z"/>',
    ])  # fmt: skip


def _line(begin: float, end: float, y: float, kind: str) -> str:
    return f'<line{kind} x1="{begin:.1f}" y1="{y}" x2="{end:.1f}" y2="{y}"/>'
