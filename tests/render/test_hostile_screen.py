"""Everything that files and callers write, in every field of an answer, on a terminal emulator."""

import io
import re

import pyte
import pytest

from dispatch_cli.errors import BadDataError, Problem
from dispatch_cli.messages import Message
from dispatch_cli.render.cascade_plain import COLUMNS, print_plain
from dispatch_cli.render.cascade_table import ScreenOptions, answer_lines, print_answer
from dispatch_cli.render.console import console_of, print_lines
from dispatch_cli.render.layout import Screen
from dispatch_cli.render.listing import print_listing
from dispatch_cli.render.stderr_lines import print_error, print_hint, print_warnings
from dispatch_cli.results.cascade_answer import EmergencyCall, LastResortLine, ProviderSource

from .screens import Terminal, answer, candidate, cascade, exclusion
from .test_clean import NASTY, hostile_strings, invisible_in, told_to_do

TEXTS = [*NASTY, *hostile_strings(25, seed=7)]
OWN_CODES = re.compile(r"\x1b\[[0-9;]*m")
DRAWN = {"linefeed", "carriage_return", "select_graphic_rendition"}


def hostile_answer(text):
    """Make an answer in which every text that is not the core's own is hostile."""
    rows = [candidate(1, name=text, phone_label=text, why=(text, text), ask=(text,))]
    out = exclusion(1, name=text, phone=text, detail=text, provider=text)
    served = cascade(
        "tow", rows, contract_ends=text, beyond_fallback=(out,), excluded=(out,),
        last_resort=LastResortLine("110", text),
    )  # fmt: skip
    empty = cascade(text, nearest_excluded=(out,), last_resort=LastResortLine("110", text))
    later = cascade("taxi", rows, when=f"after:{text}")
    return answer(
        served,
        empty,
        later,
        kind=text,
        emergency=(EmergencyCall("ambulance", "112", text, "112"),),
        advice=(text,),
        control_centres=(text,),
        ask=(text,),
        provider_file=ProviderSource(f"a/{text}", text, 1),
        incident={
            "place": text,
            "client": text,
            "facts": {"where": text, "note": text, "hazard": text},
            "vehicle": {"kind": "car", "brand": text},
        },
    )


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("explain", [False, True])
def test_the_screen_is_only_drawn(text, explain):
    """The terminal only draws, changes lines and uses our colours."""
    stream = Terminal()
    screen = Screen(80, 24)
    view = ScreenOptions(explain=explain, suggest=f"dispatch case open tow --at '{text}'")
    environ = {"TERM": "xterm-256color"}
    print_lines(answer_lines(hostile_answer(text), screen, view), stream, screen, environ)
    shown = stream.getvalue()
    recorder = told_to_do([shown.replace("\n", "\r\n")])
    assert set(recorder.told) <= DRAWN
    assert invisible_in(OWN_CODES.sub("", shown).replace("\n", "")) == []
    emulator = pyte.Screen(80, 200)
    pyte.Stream(emulator).feed(shown.replace("\n", "\r\n"))
    assert emulator.title == ""
    assert any("EMERGENCY  112" in line for line in emulator.display)
    assert any(line.startswith(" 1  089 99998-101") for line in emulator.display)


def test_without_cleaning_the_screen_obeys():
    """Negative control: rich lets the same texts through when they are not cleaned."""
    stream = Terminal()
    console = console_of(stream, Screen(80, 24), {"TERM": "xterm-256color"})
    for text in NASTY:
        console.print(text.encode("utf-8", "replace").decode(), soft_wrap=True)
    told = set(told_to_do([stream.getvalue()]).told)
    assert {"set_title", "erase_in_display", "reset"} & told


@pytest.mark.parametrize("text", TEXTS)
def test_plain_lines_keep_their_columns(text):
    """With any name each row has all its columns and no hidden character."""
    stream = io.StringIO()
    print_plain(hostile_answer(text), stream=stream, explain=True)
    lines = stream.getvalue().removesuffix("\n").split("\n")
    assert {line.count("\t") for line in lines} == {len(COLUMNS) - 1}
    assert invisible_in("".join(lines).replace("\t", "")) == []


@pytest.mark.parametrize("text", TEXTS)
def test_messages_are_single_lines(text):
    """An error about a hostile name stays one line and cannot pretend to be another message."""
    stream = io.StringIO()
    owner, hint = Message("provider {id}", id=f'"{text}"'), Message("{text}", text=text)
    problem = Problem.at(text, "{text}", line=3, who=owner, text=text)
    print_error(BadDataError(problem, hint=hint), stream=stream)
    print_warnings([text], stream=stream)
    print_hint(text, stream=stream)
    lines = stream.getvalue().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["error", "hint", "warning", "hint"]
    assert invisible_in("".join(lines)) == []


@pytest.mark.parametrize("text", TEXTS)
def test_listings_are_only_drawn(text):
    """``providers list`` and its like show hostile cells as text."""
    stream = Terminal()
    print_listing(["id", text], [["a", text], [text, "b"]], stream=stream, title=text, width=60)
    shown = stream.getvalue()
    assert set(told_to_do([shown.replace("\n", "\r\n")]).told) <= DRAWN
    assert invisible_in(OWN_CODES.sub("", shown).replace("\n", "")) == []


def test_markup_and_emoji_codes_stay_text():
    """What rich would take for markup or an emoji code appears as it was written."""
    name = "Tow [/b] [red]Co :truck:"
    result = answer(cascade("tow", [candidate(name=name)]))
    stream = Terminal()
    print_answer(result, stream=stream, width=200, height=24)
    assert name in OWN_CODES.sub("", stream.getvalue())
