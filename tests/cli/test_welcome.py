"""The program and its groups without a command: a short welcome with three commands."""

import shlex

import pytest

from dispatch_cli.cli import screen_language
from dispatch_cli.cli.welcome import EXAMPLES

GROUPS = [path.split()[1:] for path in EXAMPLES]


@pytest.mark.parametrize("group", GROUPS, ids=" ".join)
def test_a_group_without_a_command_is_a_welcome(dispatch, group):
    """The exit code is 0, nothing is an error, and each of three commands has its own line."""
    ran = dispatch(*group)
    assert (ran.code, ran.err) == (0, "")
    path = " ".join(["dispatch", *group])
    commands = [each.strip() for each in ran.out.splitlines() if each.startswith("  dispatch")]
    assert len(commands) == 3
    assert all(each.startswith(path) for each in commands)
    assert ran.out.endswith(f"All commands: {path} --help\n")
    assert "\\n" not in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


def test_every_group_has_a_welcome(dispatch):
    """No group answers with an error; one without examples would fail."""
    from dispatch_cli.cli import TopLevelCommands

    groups = {name for name, place in TopLevelCommands.commands_at.items() if ":" not in place}
    assert groups == {path.split()[1] for path in EXAMPLES if " " in path}


def test_the_commands_of_a_welcome_can_be_typed(dispatch, firms, home):
    """None is a usage error: each command and each option exists."""
    assert dispatch("case", "open", "tow", "--at", "86150", "-q").code == 0
    for path, examples in EXAMPLES.items():
        for command, _ in examples:
            argv = shlex.split(f"{path} {command.replace('17', '1')}")[1:]
            if argv == ["desk"]:
                argv.append("--help")
            ran = dispatch(*argv)
            assert ran.code != 2, (argv, ran.err)
            assert "--help" not in ran.err


def test_a_welcome_is_german_with_german_screens(dispatch):
    """Only commands stay English."""
    try:
        out = dispatch("case", "--lang", "de").out
        assert "zeigt die offenen Fälle, den dringendsten zuerst" in out
        assert "Alle Befehle: dispatch case --help" in out
        assert "the " not in out
    finally:
        screen_language.set_from([])
