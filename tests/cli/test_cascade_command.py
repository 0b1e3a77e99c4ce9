"""``dispatch cascade`` as operators and scripts use it."""

import csv

import pytest

from dispatch_cli.results import cascade_answer

WHEN = ("--when", "2026-11-27T12:03")


def test_one_line_in_a_ranked_cascade_out(dispatch, firms):
    """Off a terminal the cascade is tab-separated, and nothing is cropped."""
    ran = dispatch("cascade", "tow", "--at", "86150 Augsburg", "-c", "adac", *WHEN)
    header, *rows = [line.split("\t") for line in ran.out.splitlines()]
    rows = [row for row in rows if row[2] != "0"]
    assert ran.code == 0
    assert header[:6] == ["service", "when", "rank", "phone", "provider", "name"]
    assert [row[2:5] for row in rows] == [
        ["1", "089 99998-114", "lech"],
        ["2", "089 99998-207", "wertach"],
        ["last", "110", ""],
    ]
    assert {len(row) for row in rows} == {len(header)}


def test_json_has_every_promised_key(dispatch, firms):
    """The envelope and the data have exactly the keys of the schema, in its order."""
    ran = dispatch("cascade", "tow", "-a", "86150", "--json", "--explain", *WHEN)
    assert list(ran.envelope) == ["schema", "status", "exit_code", "data", "warnings", "errors"]
    data = ran.envelope["data"]
    assert (ran.envelope["schema"], ran.envelope["status"]) == ("dispatch.cascade/1", "success")
    assert list(data)[:1] == ["emergency"]
    [cascade] = data["cascades"]
    # Without a travel engine its keys are absent; test_router.py has them.
    assert list(cascade) == [
        name for name in cascade_answer.Cascade.__struct_fields__ if name != "roads"
    ]
    assert list(cascade["candidates"][0]) == [
        name
        for name in cascade_answer.Candidate.__struct_fields__
        if name not in ("road_km", "no_road_why")
    ]
    assert cascade["excluded"] == []
    without = dispatch("cascade", "tow", "-a", "86150", "--json", *WHEN).envelope
    assert "excluded" not in without["data"]["cascades"][0]


def test_top_cuts_the_rows_and_not_json(dispatch, firms):
    """Rows end behind the rank with the totals of all; JSON always has every candidate."""
    rows = table(dispatch("cascade", "tow", "-a", "86150", *WHEN).out)
    few = table(dispatch("cascade", "tow", "-a", "86150", "--top", "1", *WHEN).out)
    assert [row["rank"] for row in rows] == ["1", "2", "last"]
    assert few == [rows[0], rows[2]]
    data = dispatch("cascade", "tow", "-a", "86150", "--top", "1", "--json", *WHEN).envelope["data"]
    assert len(data["cascades"][0]["candidates"]) == 2


def test_rows_are_data_only(dispatch, firms):
    """No row stands for questions: each has a service of the plan and belongs to its cascade."""
    ran = dispatch("cascade", "tow", "-a", "86150", *WHEN)
    assert {row["service"] for row in table(ran.out)} == {"tow"}
    data = dispatch("cascade", "tow", "-a", "86150", "--json", *WHEN).envelope["data"]
    assert data["ask"]


def table(text: str) -> list[dict[str, str]]:
    """Read tab-separated rows."""
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("words", [("abschleppen",), ("Abschleppdienst",), ("tow",)])
def test_german_words(dispatch, firms, words):
    """A German word gives the same answer as the English one."""
    ran = dispatch("cascade", *words, "-a", "86150", "--vehicle", "pkw", "--json", *WHEN)
    assert ran.envelope["data"]["incident"]["kind"] == "tow"
    assert ran.envelope["data"]["incident"]["vehicle"]["kind"] == "car"


def test_the_order_of_options_does_not_matter(dispatch, firms):
    """Options may come before and after the kind."""
    first = dispatch("cascade", "--json", *WHEN, "-a", "86150", "tow")
    last = dispatch("cascade", "tow", "-a", "86150", *WHEN, "--json")
    assert first.out == last.out


def test_every_fact_is_shown_or_has_an_effect(dispatch, firms):
    """Each option of the incident turns up in the answer."""
    ran = dispatch(
        "cascade", "unfall", "-a", "86150", *WHEN, "--json", "--vehicle", "van", "--brand", "VW",
        "--ev", "--trailer", "--weight-t", "1600kg", "--height-m", "2,1", "--state", "rollt",
        "--trapped", "--spot", "standstreifen", "--clearance-m", "4", "--where", "A8 Ri. München",
        "--persons", "3", "--children", "1", "--pets", "1", "--injured", "1", "--hazard", "fuel",
        "--language", "fr", "--note", "calls again", "--wish", "lech", "--asked", "wertach",
        "--client", "none",
    )  # fmt: skip
    incident = ran.envelope["data"]["incident"]
    assert incident["vehicle"] == {
        "kind": "van", "brand": "VW", "ev": True, "trailer": True, "weight_t": 1.6,
        "assumed_weight_t": 1.6, "height_m": 2.1, "state": "rolls",
    }  # fmt: skip
    assert incident["facts"] == {
        "spot": "shoulder", "clearance_m": 4.0, "where": "A8 Ri. München", "trapped": True,
        "injured": 1, "hazard": "fuel", "persons": 3, "children": 1, "pets": 1, "language": "fr",
        "note": "calls again", "wish": "lech", "asked": "wertach",
    }  # fmt: skip
    assert incident["client"] == "none"


def test_no_candidate_is_exit_3_with_the_emergency_line(dispatch, firms):
    """Abroad no provider can come: exit code 3, a warning, and the emergency line."""
    ran = dispatch("cascade", "accident", "-a", "40.1,-75.3", "--injured", "1", "--json", *WHEN)
    assert (ran.code, ran.envelope["status"]) == (3, "error")
    assert [call["dial"] for call in ran.envelope["data"]["emergency"]] == ["112", "112"]
    assert ran.envelope["warnings"][:2] == [
        "confirm the place with the caller: outside Germany, nearest 26757, 6,053 km",
        "tow: no provider within 300 km of the place",
    ]
    [tow] = ran.envelope["data"]["cascades"]
    assert tow["excluded_counts"] == {"outside_area": 2}
    assert tow["nearest_excluded"] == []


def test_part_served_is_partial(dispatch, firms):
    """A plan with one served and one unserved service has exit code 3 and status partial."""
    ran = dispatch("cascade", "accident", "-a", "86150", "--persons", "5", "--json", *WHEN)
    assert (ran.code, ran.envelope["status"]) == (3, "partial")


def test_a_plan_without_a_cascade_is_success(dispatch, firms):
    """A medical emergency needs 112 and no tow truck: exit code 0."""
    ran = dispatch("cascade", "notfall", "-a", "86150", *WHEN)
    assert ran.code == 0
    assert ran.out.splitlines()[1].split("\t")[:4] == ["ambulance", "now", "0", "112"]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--weight-t", "heavy"), "heavy"),
        (("--vehicle", "tank"), "allowed: car, motorcycle, van, camper, truck, bus"),
        (("--spot", "moon"), "allowed: lane"),
        (("--state", "flat"), "allowed: rolls"),
        (("--client", "adca"), 'did you mean "adac"'),
        (("--wish", "lehc"), 'did you mean "lech"'),
        (("--when", "25:99"), "25:99"),
        (("--top", "0"), "0"),
        (("--nonsense",), "--nonsense"),
        (("--at", "A8 km 123,4 Ri. München"), "no road table tells"),
    ],
)
def test_a_wrong_value_is_exit_2_with_the_allowed_ones(dispatch, firms, argv, said):
    """Usage errors name the value and the allowed ones, also in the JSON."""
    at = () if "--at" in argv else ("--at", "86150")
    ran = dispatch("cascade", "accident", *at, *argv, "--json")
    assert ran.code == 2
    assert said in ran.err
    assert ran.envelope["errors"][0]["code"] == "usage"
    assert ran.envelope["exit_code"] == 2
    # Once the kind can be read, the emergency line stands.
    assert [call["dial"] for call in ran.envelope["data"]["emergency"]] == ["110"]


def test_an_unreadable_number_of_injured_still_calls_112(dispatch, firms):
    """With an invalid number of injured persons the emergency line is still first."""
    for value in ("-1", "many", ""):
        ran = dispatch("cascade", "accident", "--at", "86150", f"--injured={value}")
        assert ran.code == 2
        assert ran.out.splitlines()[1].split("\t")[3] == "112"


def test_all_wrong_values_are_one_error(dispatch, firms):
    """Several wrong options are reported together."""
    ran = dispatch("cascade", "tow", "-a", "nowhere9", "--weight-t", "x", "--spot", "moon")
    assert ran.code == 2
    assert ran.err.count("error:") == 3


def test_missing_kind_or_place(dispatch, firms):
    """Without KIND or --at nothing can be ranked; nothing is guessed."""
    assert dispatch("cascade").code == 2
    ran = dispatch("cascade", "accident", "--injured", "1")
    assert ran.code == 2
    assert ran.out.splitlines()[1].split("\t")[3] == "112"


def test_an_unknown_kind_suggests_the_nearest(dispatch, firms):
    """A misspelt kind is refused with words that exist."""
    ran = dispatch("cascade", "brakedown", "-a", "86150")
    assert ran.code == 2
    assert 'did you mean "breakdown"' in ran.err


def test_the_sample_announces_itself(dispatch, home):
    """Without a provider file the packaged sample is used, with a message."""
    ran = dispatch("cascade", "tow", "-a", "86150", "--json", *WHEN)
    assert ran.envelope["data"]["provider_file"]["source"] == "sample"
    assert any("sample" in warning for warning in ran.envelope["warnings"])


def test_quiet_drops_hints_and_warnings_but_no_errors(dispatch, home):
    """--quiet suppresses what its help says, also the warning of the sample; JSON keeps it."""
    assert dispatch("cascade", "tow", "-a", "86150", *WHEN).err.startswith("warning: ")
    assert dispatch("cascade", "tow", "-a", "86150", "--quiet", *WHEN).err == ""
    told = dispatch("cascade", "tow", "-a", "86150", "--quiet", "--json", *WHEN).envelope
    assert any("sample" in warning for warning in told["warnings"])
    ran = dispatch("cascade", "tow", "-a", "86150", "--quiet", "--client", "x")
    assert ran.err.startswith("error: ")
    assert "hint:" not in ran.err


@pytest.mark.parametrize(
    "argv",
    [
        ("cascade", "-a86150", "accident", "--injured", "2"),
        ("cascade", "--at", "86150", "--injured=2", "--", "accident", "--zzz"),
        ("--quiet", "cascade", "accident", "--at", "86150", "--injured", "2"),
    ],
)
def test_the_emergency_line_is_read_from_every_spelling(dispatch, home, argv):
    """The emergency line is found with joined short options, "--" and leading options."""
    ran = (
        dispatch(*argv, "--providers", "missing.toml") if argv[0] == "cascade" else dispatch(*argv)
    )
    assert ran.code in (2, 4)
    assert ran.out.splitlines()[1].split("\t")[3] == "112"


def test_advice_needs_no_provider_file(dispatch, home):
    """The advice to go behind the barrier is shown without a provider file."""
    argv = ("cascade", "panne", "-a", "86150", "--spot", "shoulder", "--providers", "no.toml")
    assert "wait behind the barrier" in dispatch(*argv).out
    assert dispatch(*argv, "--json").envelope["data"]["advice"]


def test_control_centres_stand_after_112_only(dispatch, firms):
    """A direct line of the control centre is shown with a call to 112, not with one to 110."""
    centre = '\n[[control_centre]]\nname = "ILS"\nphone = "089 99998-777"\npostcodes = ["86"]\n'
    firms.write_text(firms.read_text() + centre)
    ran = dispatch("cascade", "unfall", "-a", "86150", "--injured", "1", *WHEN)
    assert ran.out.index("\t112\t") < ran.out.index("089 99998-777 ILS")
    assert "99998-777" not in dispatch("cascade", "theft", "-a", "86150", *WHEN).out


def test_all_unknown_names_are_one_error(dispatch, firms):
    """An unknown client in capitals and an unknown wish are two problems with suggestions."""
    ran = dispatch("cascade", "tow", "-a", "86150", "-c", "ADCA", "--wish", "lehc")
    assert 'did you mean "adac"' in ran.err
    assert 'did you mean "lech"' in ran.err
