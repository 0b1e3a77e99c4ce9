"""``dispatch case`` verb by verb, in this process, against a real log."""

import json
import subprocess
import sys

import pytest

OPEN = ("case", "open", "tow", "--at", "86150", "--client", "adac")


@pytest.fixture
def opened(dispatch, firms):
    """A case that was opened at "86150"."""
    assert dispatch(*OPEN).code == 0


def table(ran) -> list[dict[str, str]]:
    """Return the rows of tab-separated output under their headings."""
    head, *lines = [line.split("\t") for line in ran.out.splitlines()]
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_from_open_to_closed(dispatch, firms):
    """A whole case: refused, no answer, accepted, a new time, arrived, closed."""
    [tow] = table(dispatch(*OPEN))
    assert (tow["case"], tow["service"], tow["provider"]) == ("1", "tow", "lech")
    [card] = table(dispatch("case", "offer", "1"))
    assert (card["ref"], card["phone"], card["position"]) == ("1.1", "089 99998-114", "1")
    [refused] = table(dispatch("case", "decline", "1.1", "--reason", "no_unit"))
    assert refused["state"] == "declined"
    if "wertach" in dispatch("case", "offer", "1").out:
        dispatch("case", "no-answer", "1.2")
    dispatch("case", "offer", "1", "--provider", "lech", "--because", "called back", "--decision")
    open_ref = table(dispatch("case", "list", "--open"))[0]["offer"]
    [accepted] = table(dispatch("case", "accept", open_ref, "--eta", "35"))
    assert accepted["state"] == "accepted"
    assert "Abschlepp Lech kommt zu Ihnen, voraussichtlich bis" in accepted["tell_caller"]
    assert table(dispatch("case", "eta", open_ref, "50"))[0]["message"].startswith("Abschlepp Lech")
    assert table(dispatch("case", "arrive", open_ref))[0]["state"] == "arrived"
    assert dispatch("case", "close", "1").code == 0
    assert table(dispatch("case", "list", "--open")) == []
    assert [row["case_state"] for row in table(dispatch("case", "list"))] == ["closed"]


def test_a_refusal_without_a_reason_is_a_refusal(dispatch, lech_alone, opened):
    """The reason is empty in the record, in JSON and in the journal, and the next one is asked."""
    dispatch("case", "offer", "1")
    done = dispatch("case", "decline", "1.1", "--json").envelope["data"]
    assert (done["state"], done["message"]) == ("declined", "Abschlepp Lech declined")
    case = dispatch("case", "show", "1", "--log", "--json").envelope["data"]
    assert [each["reason"] for each in case["case"]["offers"]] == [""]
    assert case["log"][-1]["details"]["reason"] == ""
    assert "lech" not in dispatch("case", "offer", "1").out
    [row] = dispatch("report", "fairness", "--since", "2020-01", "--json").envelope["data"]["rows"]
    assert (row["provider"], row["offered"], row["accepted"]) == ("lech", 1, 0)


def test_every_verb_speaks_json_under_its_own_schema(dispatch, opened):
    """Each verb answers with one envelope whose schema is dispatch.case.VERB/1."""
    for argv in (
        ("offer", "1"), ("accept", "1", "--eta", "20"), ("eta", "1.1", "25"), ("show", "1"),
        ("list",), ("fail", "1.1"), ("rerank", "1"), ("amend", "1", "--trailer"),
        ("note", "1", "x"), ("callback", "1", "30"), ("audit",), ("export", "1"),
        ("hold", "1", "--until", "2099-01-01"), ("cancel", "1"),
        ("forget", "--older-than", "30d", "--dry-run"),
    ):  # fmt: skip
        ran = dispatch("case", *argv, "--json")
        assert ran.envelope["schema"] == f"dispatch.case.{argv[0]}/1"
        assert ran.code == ran.envelope["exit_code"] == 0, (argv, ran.err)


@pytest.mark.parametrize("form", ["lines", "json", "quiet"])
def test_a_broken_provider_file_is_a_clean_warning(dispatch, opened, firms, form):
    """Commands that only read continue with a warning without control characters."""
    firms.write_text('"\\u001b[2J" = 1\n')
    ran = dispatch("case", "list", *([] if form == "lines" else [f"--{form}"]))
    assert ran.code == 0
    assert "\x1b" not in ran.out + ran.err
    said = ran.envelope["warnings"] if form == "json" else ran.err.splitlines()
    found = ["unknown key" in " ".join(said), "provider file cannot be read" in " ".join(said)]
    assert found == [form != "quiet"] * 2


def test_a_second_answer_is_shown_and_not_applied(dispatch, opened):
    """An answer to an answered offer is exit 8, names who was first, and changes nothing."""
    dispatch("case", "offer", "1")
    dispatch("case", "accept", "1.1", "--eta", "35")
    ran = dispatch("case", "decline", "1.1", "--reason", "no_unit")
    assert ran.code == 8
    assert "Abschlepp Lech" in ran.err
    assert table(dispatch("case", "list"))[0]["state"] == "accepted"
    log = dispatch("case", "show", "1", "--log", "--json").envelope["data"]["log"]
    assert log[-1]["action"] == "refused decline"
    assert log[-1]["operator"] == "maria"


def test_the_hint_names_the_next_call_where_there_is_one(dispatch, firms):
    """After the last answer, or help in vain, no provider can be asked: no hint, and a deadline."""
    firms.write_text(firms.read_text().replace("Mo-Fr 08:00-18:00", "24/7"))
    dispatch(*OPEN)
    dispatch("case", "offer", "1")
    hint = 'hint: place the next call: "dispatch case offer 1"'
    assert hint in dispatch("case", "decline", "1.1", "--reason", "no_unit").err
    dispatch("case", "offer", "1")
    dispatch("case", "accept", "1.2", "--eta", "20")
    dispatch("case", "arrive", "1.2")
    ran = dispatch("case", "unsuccessful", "1.2", "--text", "too deep", "--json")
    assert ran.envelope["data"]["waiting"] == []
    [row] = table(dispatch("case", "list"))
    assert (row["state"], row["due"], row["overdue"]) == ("unsuccessful", "closing", "false")
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "offer", "2", "--provider", "lech", "--because", "x", "--decision")
    dispatch("case", "accept", "2.1", "--eta", "20")
    ran = dispatch("case", "unsuccessful", "2.1")
    assert (ran.code, hint in ran.err) == (0, False)


def test_the_bare_number_only_while_one_offer_is_open(dispatch, opened):
    """``case accept 1`` is refused with exit code 2 while no offer is open."""
    ran = dispatch("case", "accept", "1", "--eta", "35")
    assert ran.code == 2
    assert "has no open offer" in ran.err
    assert 'hint: place the next call: "dispatch case offer 1"' in ran.err
    dispatch("case", "offer", "1")
    assert dispatch("case", "accept", "1", "--eta", "35").code == 0
    ran = dispatch("case", "accept", "1", "--eta", "35")
    assert 'hint: "dispatch case show 1" shows its offers' in ran.err


def test_an_exhausted_service_has_a_number_and_exit_3(dispatch, home):
    """After all refusals the number of the last resort is shown, with exit code 3."""
    (home / "providers.toml").write_text(
        '[last_resort.default]\nphone = "089 99998-900"\ntext = "duty desk"\n'
        '[[provider]]\nid = "lech"\nname = "Lech"\nphone = "089 99998-114"\nservices = ["tow"]\n'
        'base = "86150"\narea = { radius_km = 30 }\nhours = "24/7"\n'
    )
    dispatch("case", "open", "tow", "--at", "86150")
    dispatch("case", "offer", "1")
    dispatch("case", "decline", "1", "--reason", "other", "--text", "on strike")
    ran = dispatch("case", "offer", "1")
    assert ran.code == 3
    assert table(ran)[0]["phone"] == "089 99998-900"
    assert table(dispatch("case", "list"))[0]["state"] == "exhausted"


def test_out_of_order_needs_a_reason(dispatch, opened):
    """A call out of order needs a reason, which is kept."""
    assert dispatch("case", "offer", "1", "--provider", "wertach").code == 2
    assert dispatch("case", "offer", "1", "--because", "x").code == 2
    argv = ("case", "offer", "1", "--provider", "wertach", "--because", "their wish", "--wish")
    [card] = table(dispatch(*argv))
    assert (card["provider"], card["override"]) == ("wertach", "wish")


def test_a_correction_keeps_both_records(dispatch, opened):
    """``case correct`` supersedes an answer: both offers are there, the new one counts."""
    dispatch("case", "offer", "1")
    dispatch("case", "decline", "1.1", "--reason", "no_unit")
    argv = ("case", "correct", "1.1", "--outcome", "accepted", "--because", "wrong line")
    assert "--eta 35" in dispatch(*argv).err
    corrected = table(dispatch(*argv, "--eta", "20"))[0]
    assert corrected["ref"] == "1.2"
    assert "Abschlepp Lech kommt zu Ihnen, voraussichtlich bis" in corrected["tell_caller"]
    offers = dispatch("case", "show", "1", "--json").envelope["data"]["case"]["offers"]
    assert [offer["state"] for offer in offers] == ["corrected", "accepted"]
    assert dispatch("case", "correct", "1.2", "--outcome", "maybe", "--because", "x").code == 2


@pytest.mark.parametrize(
    ("number", "is_refused"), [("12345678901234", True), ("12", True), ("089 99998-555", False)]
)
def test_every_command_refuses_an_invalid_number(dispatch, firms, number, is_refused):
    """``open`` and ``amend`` do not record it, and do not repeat it in the error."""
    dispatch("case", "open", "tow", "--at", "86150")
    for verb in (("open", "tow", "--at", "86150"), ("amend", "1")):
        ran = dispatch("case", *verb, "--call-back", number)
        assert (ran.code, "repeat it to the caller" in ran.err) == (2 * is_refused, is_refused)
        assert not is_refused or f"{number} " not in ran.err + ran.out


@pytest.mark.parametrize("verb", [("open", "tow"), ("amend", "1")])
def test_a_town_that_contradicts_its_postcode_is_not_recorded(dispatch, opened, verb):
    """``open`` and ``amend`` refuse it with both readings, and warn of a town known elsewhere."""
    ran = dispatch("case", *verb, "--at", "80331 Augsburg")
    assert ran.code == 2
    assert "80331 is München; Augsburg has 86150 to 86199: which is right?" in ran.err
    assert '"80331 München" or "Augsburg"' in ran.err
    assert dispatch("case", "show", "1", "--json").envelope["data"]["case"]["area"] == "86150"
    assert len(table(dispatch("case", "list"))) == 1
    ran = dispatch("case", *verb, "--at", "86199 Göggingen", "--json")
    assert ran.code == 0, ran.err
    assert any("Göggingen has 73571" in each for each in ran.envelope["warnings"])


def test_amend_calls_112_first_and_adds_services(dispatch, opened):
    """New facts: the emergency number comes at once, and the case has the services needed now."""
    ran = dispatch("case", "amend", "1", "--injured", "1", "--persons", "5")
    rows = table(ran)
    assert (rows[0]["service"], rows[0]["phone"]) == ("ambulance", "112")
    assert {"tow", "taxi"} <= {row["service"] for row in rows}
    assert "86150" not in rows[0]["place"]
    assert dispatch("case", "amend", "1").code == 2
    kept = dispatch("case", "amend", "1", "--no-trailer", "--json").envelope["data"]
    assert [call["service"] for call in kept["emergency"]] == ["ambulance"]


def test_the_second_vehicle_of_a_crash(dispatch, firms):
    """``--like`` copies place, road and caller; it is known to be another vehicle."""
    where = ("--where", "A8 towards München", "--spot", "shoulder")
    dispatch(*OPEN, *where, "--caller", "Somebody", "--call-back", "089 99998-555")
    ran = dispatch("case", "open", "tow", "--like", "1")
    assert ran.code == 0
    assert "may be a duplicate" not in ran.err
    facts = dispatch("case", "show", "2", "--personal", "--json").envelope["data"]["personal"]
    assert facts["where"] == "A8 towards München"
    again = dispatch(*OPEN, "--call-back", "089 99998-555")
    assert "may be a duplicate of case 1" in again.err
    personal = dispatch("case", "show", "2", "--personal", "--json").envelope["data"]["personal"]
    assert (personal["caller"], personal["call_back"]) == ("Somebody", "089 99998-555")


def test_personal_data_are_read_from_stdin(dispatch, firms):
    """Each ``-`` reads one line of stdin, in the order of the options."""
    argv = (*OPEN, "--caller", "-", "--call-back", "-", "--note", "-")
    ran = subprocess.run(
        [sys.executable, "-m", "dispatch_cli", *argv],
        input="Jo\n089 99998-556\nby the gate\n", text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0
    personal = dispatch("case", "show", "1", "--personal", "--json").envelope["data"]["personal"]
    assert (personal["caller"], personal["call_back"], personal["note"]) == (
        "Jo", "089 99998-556", "by the gate",
    )  # fmt: skip


def test_a_missed_deadline_is_exit_7_and_first(dispatch, opened):
    """``case audit`` prints nothing with exit code 0, or a line each with exit code 7."""
    assert dispatch("case", "audit") == (0, "", "")
    dispatch("case", "open", "tow", "--at", "80331")
    dispatch("case", "callback", "1", "0")
    ran = dispatch("case", "audit")
    assert ran.code == 7
    assert ran.out.startswith("case 1   call back overdue since ")
    assert table(dispatch("case", "list", "--open"))[0]["case"] == "1"
    assert dispatch("case", "callback", "1", "done").code == 0
    assert dispatch("case", "audit").code == 0


def test_the_sample_is_refused_with_the_emergency_line(dispatch, home):
    """The sample is refused with exit code 4, and the emergency line is shown."""
    ran = dispatch("case", "open", "unfall", "--at", "86150", "--injured", "1")
    assert ran.code == 4
    assert "--sample" in ran.err
    assert ran.out.splitlines()[1].split("\t")[3] == "112"
    assert dispatch("case", "open", "tow", "--at", "86150", "--sample").code == 0
    ran = dispatch("case", "amend", "7", "--injured", "1", "--json")
    assert (ran.code, ran.envelope["status"]) == (4, "partial")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("open", "tow"), "--at PLACE"),
        (("open", "--at", "86150"), "KIND"),
        (("show", "9"), "no case 9"),
        (("decline", "1.1", "--reason", "mood"), "no_unit"),
        (("decline", "x", "--reason", "no_unit"), "17.2"),
        (("cancel", "x"), "17.2"),
        (("offer", "1", "--service", "taxi"), "it has: tow"),
        (("callback", "1", "soon"), "soon"),
        (("accept", "1.1", "--eta", "99999"), "99999"),
        (("accept", "1.1", "--eta", "601"), "neither a number of minutes"),
        (("accept", "1.1", "--eta", "gleich"), "how many minutes"),
        (("accept", "1.1", "--eta", "2020-01-01T10:00"), "is in the past"),
        (("callback", "1", "2020-01-01T10:00"), "is in the past"),
        (("hold", "1", "--until", "2020-01-01"), "is in the past"),
        (("hold", "1", "--until", "9999-12-31"), '"9999-12-31" is not a day from 1970 to 2199'),
        (("hold", "1", "--until", "2026-02-30"), '"2026-02-30" is not a day from 1970 to 2199'),
        (("note", "1", ""), "the note is empty"),
        (("forget", "--older-than", "soon"), "30d"),
        (("show", "1", "--say", "fr"), "allowed: de, en"),
    ],
)
def test_a_wrong_value_is_exit_2_with_the_allowed_ones(dispatch, opened, argv, said):
    """Usage errors name the value and the allowed ones."""
    dispatch("case", "offer", "1")
    ran = dispatch("case", *argv)
    assert ran.code == 2
    assert said in ran.err


def test_a_past_time_of_day_is_not_tomorrow(dispatch, opened):
    """A time of day that has passed is refused, not read as tomorrow."""
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    dispatch("case", "offer", "1")
    passed = datetime.now(ZoneInfo("Europe/Berlin")) - timedelta(minutes=5)
    ran = dispatch("case", "accept", "1.1", "--eta", f"{passed:%H:%M}")
    assert ran.code == 2
    assert "is in the past" in ran.err


def test_the_journal_is_whole_and_its_head_is_kept(dispatch, opened):
    """``log head`` gives what ``log verify --head`` finds again; a wrong head is exit 4."""
    head = dispatch("log", "head").out.strip()
    dispatch("case", "offer", "1")
    assert dispatch("log", "verify", "--head", head).code == 0
    number, digest = head.split(":")
    changed = ("0" if digest[0] != "0" else "1") + digest[1:]
    ran = dispatch("log", "verify", "--head", f"{number}:{changed}", "--json")
    assert ran.code == 4
    assert ran.envelope["data"]["problems"]


def test_the_fairness_report_counts_acts(dispatch, opened):
    """Ranked first, offered and accepted are counted; overrides are counted apart."""
    dispatch("case", "offer", "1")
    dispatch("case", "accept", "1", "--eta", "20")
    report = dispatch("report", "fairness", "--since", "2020-01-01", "--json").envelope
    assert report["schema"] == "dispatch.report.fairness/1"
    [lech] = [row for row in report["data"]["rows"] if row["provider"] == "lech"]
    assert (lech["ranked_first"], lech["offered"], lech["accepted"]) == (1, 1, 1)
    ran = dispatch("report", "fairness", "--since", "yesterday")
    assert ran.code == 2
    assert '"yesterday" is neither a month nor a day' in ran.err


def test_the_forecast_report_compares_forecast_and_outcome(dispatch, opened):
    """A forecast of 70 % that came true, by tenth, firm and year, with a warning."""
    empty = dispatch("report", "forecast")
    assert (empty.code, len(empty.out.splitlines())) == (0, 1)
    assert "too few offers for a verdict: 0 asked" in empty.err
    dispatch("case", "offer", "1")
    dispatch("case", "accept", "1", "--eta", "20")
    dispatch("case", "arrive", "1.1")
    ran = dispatch("report", "forecast", "--json")
    assert ran.envelope["schema"] == "dispatch.report.forecast/1"
    data = ran.envelope["data"]
    assert (data["since"], data["asked"], data["least"], data["left_out"]) == (None, 1, 30, [])
    [row], [came], [lech] = data["rows"], data["arrivals"], data["providers"]
    assert (row["said_from"], row["said_to"], row["accepted"]) == (0.7, 0.8, 1)
    assert (row["low"], row["verdict"]) == (None, "too_little")
    assert (came["arrived"], came["mean_min"]) == (1, 0)
    assert (lech["provider"], lech["said"]) == ("lech", 0.7)
    first, second, third = table(dispatch("report", "forecast", "--since", "2020-01-01"))
    assert (first["what"], first["said_from"], first["verdict"]) == (
        "acceptance", "0.7", "too_little",
    )  # fmt: skip
    assert (second["what"], third["what"], third["provider"]) == ("arrival", "provider", "lech")
    later = dispatch("report", "forecast", "--since", "2099-01-01")
    assert len(later.out.splitlines()) == 1
    assert dispatch("report", "forecast", "--since", "yesterday").code == 2


def test_providers_show_has_lateness_against_forecast_and_promise(dispatch, opened):
    """A firm that comes 20 minutes before its promise is early against both."""
    dispatch("case", "offer", "1")
    dispatch("case", "accept", "1", "--eta", "20")
    dispatch("case", "arrive", "1.1")
    [tow] = [
        each
        for each in dispatch("providers", "show", "lech", "--json").envelope["data"]["experience"]
        if each["service"] == "tow"
    ]
    assert tow["promise_late_min"] == pytest.approx(-20 / 11, abs=0.1)
    assert tow["promise_late_min"] < tow["late_min"] < 0
    said = f"late by {tow['late_min']:.1f} min ({tow['promise_late_min']:.1f} by its own promises)"
    assert said in dispatch("providers", "show", "lech").out


def test_a_day_within_a_month_leaves_that_month_out(dispatch, opened):
    """Forecasts are kept by months: what ``--since`` divides is named on stderr."""
    from datetime import UTC, datetime

    dispatch("case", "offer", "1")
    dispatch("case", "decline", "1", "--reason", "no_unit")
    ran = dispatch("report", "forecast", "--since", f"{datetime.now(UTC):%Y-%m}-01T00:01")
    assert len(ran.out.splitlines()) == 1
    assert f"the forecasts of {datetime.now(UTC):%Y-%m} are left out, because --since" in ran.err
    of_month = dispatch("report", "forecast", "--since", f"{datetime.now(UTC):%Y-%m}")
    assert f"the forecasts of {datetime.now(UTC):%Y-%m} are" not in of_month.err
    assert len(of_month.out.splitlines()) > 1


def test_erasure_names_the_exports_that_it_cannot_reach(dispatch, opened):
    """After ``forget`` nothing personal is left, and every export that was given is named."""
    dispatch("case", "note", "1", "Canary")
    dispatch("case", "export", "1")
    dispatch("case", "cancel", "1")
    dry = dispatch("case", "forget", "--older-than", "0d", "--dry-run")
    assert table(dry)[0]["done"] == "would be erased"
    ran = dispatch("case", "forget", "--older-than", "0d")
    assert ran.code == 0
    assert "was exported" in ran.err
    assert "by maria" in ran.err
    assert "Canary" not in dispatch("case", "show", "1", "--personal").out


def test_a_case_on_hold_is_kept(dispatch, opened):
    """``case hold`` keeps one case back from erasure."""
    dispatch("case", "cancel", "1")
    dispatch("case", "hold", "1", "--until", "2099-12-24")
    assert table(dispatch("case", "forget", "--older-than", "0d")) == []


def test_quiet_drops_the_hints(dispatch, opened):
    """--quiet leaves only the result."""
    assert dispatch("case", "offer", "1", "--quiet").err == ""


def test_the_log_is_that_of_the_option_db(dispatch, firms, tmp_path):
    """--db and DISPATCH_DB select another log."""
    other = tmp_path / "other.sqlite3"
    dispatch(*OPEN, "--db", str(other))
    assert other.exists()
    assert table(dispatch("case", "list")) == []
    assert len(table(dispatch("case", "list", "--db", str(other)))) == 1
    assert json.loads(dispatch("case", "list", "--db", str(other), "--json").out)["data"]["cases"]


def test_doctor_checks_the_log(dispatch, firms, tmp_path):
    """``doctor`` shows the log and its state; a damaged one has exit code 4."""
    assert "none yet" in dispatch("doctor").out
    dispatch(*OPEN)
    ran = dispatch("doctor")
    assert (ran.code, "cases.sqlite3: sound" in ran.out) == (0, True)
    log = tmp_path / "state" / "dispatch" / "cases.sqlite3"
    log.write_bytes(b"no database" * 1000)
    ran = dispatch("doctor")
    assert (ran.code, "damaged" in ran.out) == (4, True)


@pytest.mark.parametrize(
    "argv",
    [
        ("show", "{}"), ("show", "{}", "--log"), ("show", "{}", "--personal"), ("work", "{}"),
        ("offer", "{}"), ("accept", "{}", "--eta", "20"), ("accept", "{}.1", "--eta", "20"),
        ("accept", "1.{}", "--eta", "20"), ("decline", "{}", "--reason", "weather"),
        ("correct", "{}.1", "--outcome", "open", "--because", "x"), ("cancel", "{}"),
        ("cancel", "{}.1"), ("close", "{}"), ("note", "{}", "x"), ("callback", "{}", "done"),
        ("hold", "{}", "--until", "2199-01-01"), ("export", "{}"), ("rerank", "{}"),
        ("amend", "{}", "--persons", "2"), ("open", "tow", "--at", "86150", "--like", "{}"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_number_that_no_case_can_have_is_a_wrong_argument(dispatch, opened, argv):
    """However many digits it has: exit 2, and no talk of a damaged log or a bug."""
    for digits in (18, 19, 20, 5000):
        ran = dispatch("case", *(each.format("9" * digits) for each in argv))
        assert ran.code == 2, digits
        assert not any(word in ran.err for word in ("restore", "row", "bug")), digits
