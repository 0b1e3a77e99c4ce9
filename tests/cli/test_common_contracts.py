"""What every command promises alike: --quiet, colours, help with exit codes, unknown commands."""

import os

import pytest
import typer
import typer.main

from dispatch_cli.cli import app
from dispatch_cli.errors import ExitCode
from tests.terminal import on_terminal

from .watched import command, provider, started, write

LINE = ("cascade", "tow", "--at", "86150", "--providers", "providers.toml")
COLOUR, STYLE = b"\x1b[3", b"\x1b["


def every_command() -> list[tuple[str, ...]]:
    """List the words of every command and group."""

    def below(group, context, words):
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            yield (*words, name)
            if hasattr(found, "list_commands"):
                its = typer.Context(found, info_name=name, parent=context)
                yield from below(found, its, (*words, name))

    top = typer.main.get_command(app)
    return [(), *below(top, typer.Context(top, info_name="dispatch"), ())]


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_help_ends_with_the_exit_codes(dispatch, home, words):
    """All codes that the program has are there; ``help COMMAND`` shows the same."""
    ran = dispatch(*words, "--help")
    end = ran.out[ran.out.rindex("Exit codes:") :]
    for code in ExitCode:
        assert f" {code.value} " in end.replace("\n", " ")
    assert dispatch("help", *words) == ran


def test_the_exit_codes_are_translated(dispatch, home):
    """As every other sentence of a help, also in a group."""
    for words in ((), ("batch",), ("case",), ("case", "open")):
        out = dispatch(*words, "--help", "--lang", "de").out
        assert "Exit codes" not in out
        assert "8 Konflikt" in " ".join(out.split())


def test_help_of_an_unknown_command(dispatch, home):
    """The nearest command is named, as without ``help``."""
    ran = dispatch("help", "case", "opne")
    assert (ran.code, ran.out) == (2, "")
    assert 'unknown command "opne" (did you mean "open"?)' in ran.err
    assert 'see "dispatch case --help"' in ran.err


@pytest.mark.parametrize(
    ("word", "guess"),
    [("casc", "cascade"), ("bacth", "batch"), ("provider", "providers"), ("kind", "kinds")],
)
def test_an_unknown_command_names_the_one_that_was_meant(dispatch, home, word, guess):
    """Also one that is a beginning only, although another command has fewer other letters."""
    assert f'unknown command "{word}" (did you mean "{guess}"?)' in dispatch(word).err


def test_help_needs_no_provider_file(dispatch, home):
    """Help and the list of kinds are there with a broken file: they are needed to mend it."""
    (home / "providers.toml").write_text("[[provider]]\nid = ")
    assert dispatch("cascade", "--help").code == 0
    assert dispatch("help", "providers", "validate").code == 0
    ran = dispatch("kinds")
    assert ran.code == 0
    assert "breakdown\tPanne" in ran.out
    assert "warning: the kinds of the provider file are not listed: providers.toml:2" in ran.err
    told = dispatch("kinds", "--json").envelope
    assert told["data"]["rows"]
    assert "providers.toml:2" in told["warnings"][0]
    assert dispatch("kinds", "--quiet").err == ""


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize("at", [0, 1, len(LINE)])
def test_no_color_may_stand_anywhere(home, at):
    """The same words without a colour, and the option changes nothing else."""
    argv = [*LINE[:at], "--no-color", *LINE[at:]]
    assert COLOUR in on_terminal(LINE)[1]
    code, raw = on_terminal(argv)
    assert code == 0
    assert COLOUR not in raw
    assert b"Abschlepp Lech" in raw


def test_no_color_is_over_with_its_command(dispatch, firms):
    """The variable that switches colours off is set for one run in a process only."""
    assert dispatch(*LINE, "--no-color").code == 0
    assert "NO_COLOR" not in os.environ
    assert dispatch(*LINE[:4], "--providers", "none.toml", "--no-color").code == 4
    assert "NO_COLOR" not in os.environ


def test_no_color_does_not_hide_a_failure(dispatch, firms):
    """The emergency line is read from the command line without the option."""
    ran = dispatch("--no-color", "cascade", "unfall", "--injured", "1", "-a", "nowhere at all")
    assert ran.code == 2
    assert "112" in ran.out
    ran = dispatch("cascade", "--no-color", "unfall", "--injured", "1", "-a", "nowhere", "--json")
    assert ran.envelope["data"]["emergency"]


def test_forced_colours_leave_data_alone(home):
    """FORCE_COLOR colours a screen off a terminal, never rows, JSON and messages."""
    own = str(write(home, provider("lech", command("/bin/true"))))
    forced = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    rows = (*LINE[:4], "--providers", own)
    head = ("log", "head", "--db", str(home / "x.db"), "--providers", own)
    for argv in (rows, (*rows, "--json"), ("kinds",), (*rows[:-1], "none.toml"), head):
        ran = started(*argv, **forced)
        assert STYLE not in ran.stdout + ran.stderr, argv
    screen = ("check", "lech", "-v", "--providers", own, "--db", str(home / "x.db"))
    assert STYLE in started(*screen, **forced).stdout
    assert STYLE not in started(*screen, **os.environ).stdout
    assert COLOUR not in started(*screen, **forced, NO_COLOR="1").stdout
    assert COLOUR not in started(*screen, "--no-color", **forced).stdout


WARNED = {
    "cascade": ("cascade", "tow", "--at", "86150 Ulmenhofhausen"),
    "a wrong cascade": ("cascade", "tow", "--at", "nowhere at all"),
    "several letters": ("cascade", "tow", "--at", "86150 Ulmenhofhausen", "-xq"),
    "several letters of a wrong one": ("cascade", "tow", "--at", "nowhere at all", "-xq"),
    "validate": ("providers", "validate"),
    "batch": ("batch", "in.csv", "--rejects", "rejects"),
    "guess": ("batch", "in.csv", "--guess"),
    "check": ("check",),
    "show": ("providers", "show", "lehc"),
    "case show": ("case", "show", "7"),
    "unknown": ("cascad",),
}


@pytest.mark.parametrize("argv", WARNED.values(), ids=WARNED)
def test_quiet_drops_hints_and_warnings_and_nothing_else(dispatch, home, argv):
    """Every such line is there without --quiet, and gone with it; errors and exit code stay."""
    text = '[check]\nheartbeat = "env:PING"\n' + provider("lech", command("/bin/true"))
    (home / "providers.toml").write_text(text)
    (home / "in.csv").write_text("id,kind,Ort\nr1,tow,86150\nr2,Fall,86150\n")
    plain = [word for word in argv if word != "-xq"]
    full = dispatch(*plain)
    notes = [line for line in full.err.splitlines() if line.startswith(("hint: ", "warning: "))]
    assert notes, full
    quiet = dispatch(*(argv if "-xq" in argv else (*argv, "--quiet")))
    assert quiet.code == full.code
    assert not [line for line in quiet.err.splitlines() if not line.startswith("error: ")]
    errors = [line for line in full.err.splitlines() if line.startswith("error: ")]
    assert quiet.err.splitlines() == errors
