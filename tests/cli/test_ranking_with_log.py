"""What the case log changes in the next ranking, and what a command does without one."""

import pytest

OPEN = ("case", "open", "tow", "--at", "86150")
CASCADE = ("cascade", "tow", "--at", "86150", "--json")


def ranked(ran) -> list[dict]:
    """Return the candidates of the one cascade."""
    return ran.envelope["data"]["cascades"][0]["candidates"]


@pytest.fixture
def refused_often(dispatch, firms):
    """A log in which lech has refused three times and was not asked otherwise."""
    for number in (1, 2, 3):
        assert dispatch(*OPEN).code == 0
        assert dispatch("case", "offer", str(number), "--service", "tow").code == 0
        assert dispatch("case", "decline", f"{number}.1", "--reason", "no_unit").code == 0
        assert dispatch("case", "cancel", str(number)).code == 0


def test_refusals_lower_the_acceptance(dispatch, refused_often):
    """Three refusals of ten assumed offers at 0.7: (7 + 0) / (10 + 3), but for the fading."""
    [lech] = [row for row in ranked(dispatch(*CASCADE)) if row["provider"] == "lech"]
    assert lech["acceptance"] == pytest.approx(7 / 13, abs=1e-4)


def test_without_history_the_file_counts(dispatch, refused_often):
    """``--no-history`` ranks as if no provider had ever answered."""
    [lech] = [
        row for row in ranked(dispatch(*CASCADE, "--no-history")) if row["provider"] == "lech"
    ]
    assert lech["acceptance"] == 0.7


def test_a_unit_on_its_way_is_waited_for(dispatch, firms):
    """The one unit of lech is booked by a case, so that lech is ranked with its wait."""
    dispatch(*OPEN)
    dispatch("case", "offer", "1")
    # A time so soon that the unit sets off at once.
    assert dispatch("case", "accept", "1.1", "--eta", "5").code == 0
    ran = dispatch(*CASCADE)
    rows = {row["provider"]: row for row in ranked(ran)}
    assert "lech" not in rows or rows["lech"]["wait_min"] > 0
    excluded = ran.envelope["data"]["cascades"][0]["excluded_counts"]
    assert "lech" in rows or excluded.get("no_unit") == 1
    tomorrow = dispatch(*CASCADE, "--when", "2099-06-01T12:00")
    assert {row["provider"]: row["wait_min"] for row in ranked(tomorrow)}["lech"] == 0


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(4096)])
def test_a_damaged_log_excludes_no_provider(dispatch, firms, home, content):
    """The ranking works without the log, with a warning."""
    (home / "log.db").write_bytes(content)
    ran = dispatch(*CASCADE, "--db", "log.db")
    assert ran.code == 0
    assert ranked(ran)
    assert any("without the case log" in text for text in ran.envelope["warnings"])


def test_a_missing_log_is_a_warning(dispatch, firms, home):
    """A mistyped --db gives a ranking with a warning, and no file."""
    ran = dispatch(*CASCADE, "--db", "nowhere.db")
    assert ran.code == 0
    assert "there is no case log" in ran.envelope["warnings"][0]
    assert not (home / "nowhere.db").exists()
    assert dispatch(*CASCADE).envelope["warnings"] == []


def test_show_has_learned_values(dispatch, refused_often):
    """``providers show`` prints prior, counts, learned value and interval."""
    ran = dispatch("providers", "show", "lech")
    [line] = [line for line in ran.out.splitlines() if line.startswith("learned tow")]
    assert "accepts 70% -> 54%" in line
    assert "0 of 3" in line
    [tow, _] = dispatch("providers", "show", "lech", "--json").envelope["data"]["experience"]
    assert tow["interval"][0] < tow["acceptance"] < tow["interval"][1]
    assert (tow["offers"], tow["accepted"], tow["prior_acceptance"]) == (3, 0, 0.7)
