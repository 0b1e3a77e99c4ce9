"""Export what a terminal shows as an SVG picture, for the README and the docs."""

import io
from typing import TYPE_CHECKING

from ..results.cascade_answer import Answer
from .cascade_table import ScreenOptions, answer_lines
from .console import console_of, text_of
from .layout import Screen, plain_line, plain_lines, wrap_command

if TYPE_CHECKING:
    from rich.console import Console

# rich's own format loads a font from the network; this one uses fonts of the reader's system.
_FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
.{unique_id}-title {{ font-family: sans-serif; font-size: 18px; font-weight: bold; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


_HTML = '<pre style="font-family: ui-monospace, Menlo, Consolas, monospace">{code}</pre>'


def export_html(answer: Answer, *, width: int = 120) -> str:
    """Export an answer as the terminal shows it, as one block of HTML with styles of its own."""
    screen = Screen(width=width)
    environ = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "FORCE_COLOR": "1"}
    console = console_of(io.StringIO(), screen, environ, record=True)
    console.print(text_of(answer_lines(answer, screen, ScreenOptions())), soft_wrap=True, end="")
    return console.export_html(inline_styles=True, code_format=_HTML)


def export_svg(
    answer: Answer, *, command: str, width: int = 100, view: ScreenOptions | None = None
) -> str:
    """Export an answer as the terminal shows it, under the command that produced it.

    The same answer gives the same bytes with one version of rich, in any environment.
    """
    screen = Screen(width=width)
    # A terminal in full colour: NO_COLOR and TERM of the environment do not apply.
    environ = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "FORCE_COLOR": "1"}
    console = console_of(io.StringIO(), screen, environ, record=True)
    prompt = wrap_command(screen.text(command, 4000), width, first="$ ", rest="    ")
    lines = [*plain_lines(prompt, "bold"), plain_line("")]
    lines += answer_lines(answer, screen, view or ScreenOptions())
    console.print(text_of(lines), soft_wrap=True, end="")
    return svg_of(console)


def svg_of(console: "Console") -> str:
    """Export what was printed on a recording console, without a font from the network."""
    return console.export_svg(title="dispatch", code_format=_FORMAT, unique_id="dispatch")
