"""Usage errors are sentences of our own, with exit code 2."""

import pytest


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("cascade", "tow"), "--at PLACE is missing"),
        (("cascade",), "KIND is missing"),
        (("case", "discard", "G1"), "--because TEXT is missing"),
        (("cascade", "tow", "--at"), "--at needs a value"),
        (("cascade", "tow", "--att", "1"), "unknown option --att (did you mean --at, "),
        (("cascade", "tow", "--quiet=1"), "--quiet takes no value"),
        (("cascade", "tow", "--at", "86150", "--top", "0"),
         '--top "0" is not a whole number of at least 1'),
        (("cascade", "tow", "--at", "86150", "--top", "x"),
         '--top "x" is not a whole number of at least 1'),
        (("log", "backup", "x", "--keep", "1001"),
         '--keep "1001" is not a whole number from 1 to 1000'),
        (("check", "--budget", "x"), '--budget "x" is not a number'),
        (("check", "--minimum", "x"), '--minimum "x" is not a whole number'),
        (("case", "show", "x"), 'ID "x" is not a whole number of at least 1'),
        (("case", "show", "1", "2", "3"), "too many arguments: 2 3"),
        (("case", "offfer", "1"), 'unknown command "offfer" (did you mean "offer"?)'),
        (("case", "--"), "the command is missing; commands: open, park, "),
    ],
)  # fmt: skip
def test_a_usage_error_is_one_plain_sentence(dispatch, argv, said):
    """Each names the option, what was found and what is allowed, and points to the help."""
    ran = dispatch(*argv)
    error, hint = ran.err.splitlines()[-2:]
    assert (ran.code, error.startswith(f"error: {said}")) == (2, True), ran.err
    assert hint.startswith('hint: see "dispatch')
    for word in ("Missing", "Invalid", "No such", "\\n", "range"):
        assert word not in ran.err


def test_an_unknown_client_lists_the_known_ones(dispatch, firms):
    """The hint names the clients of the file, and not the command that lists providers."""
    ran = dispatch("cascade", "tow", "--at", "86150", "--client", "kein")
    assert ran.code == 2
    assert "hint: clients of the provider file: adac; none for a motorist of no client" in ran.err
    ran = dispatch("cascade", "tow", "--at", "86150", "--wish", "kein")
    assert 'hint: "dispatch providers list"' in ran.err
