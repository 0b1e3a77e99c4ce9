"""The JSON envelope: exact keys, always valid, nothing rounded or cleaned."""

import json
import unicodedata
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.errors import BadDataError, ExitCode, Problem, UsageError
from dispatch_cli.render.envelope import envelope, envelope_of_list, error_entries
from dispatch_cli.render.monitor import monitor_line
from dispatch_cli.render.prometheus import exposition
from dispatch_cli.render.status_page import status_page

from .checks import report, row
from .screens import answer, candidate, cascade, exclusion, worked_example
from .test_clean import NASTY


def decoded(data, **changes):
    values = {"status": "success", "exit_code": 0, **changes}
    line = envelope("dispatch.x/1", data=data, **values)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    return json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_the_keys_of_the_envelope():
    """Scripts find the same keys in the same order, also when there is nothing."""
    whole = decoded(None)
    assert list(whole) == ["schema", "status", "exit_code", "data", "warnings", "errors"]
    assert whole["data"] is None
    assert whole["warnings"] == whole["errors"] == []


def test_the_keys_of_a_cascade():
    """``dispatch.cascade/1`` has its keys; ``excluded`` only on request."""
    data = decoded(worked_example())["data"]
    assert [key for key in data if key in ("emergency", "incident", "cascades")] == [
        "emergency", "incident", "cascades",
    ]  # fmt: skip
    (only,) = data["cascades"]
    assert {
        "service", "when", "method", "expected_min", "success_probability",
        "neutral_expected_min", "contract_cost_min", "method_cost_min", "fallback_min",
        "ranked_count", "candidates", "last_resort", "excluded_counts",
    } <= set(only)  # fmt: skip
    assert "excluded" not in only
    assert list(only["candidates"][0])[:22] == [
        "rank", "provider", "name", "phone", "index_min", "order_min", "arrival_min", "there_at",
        "chance_by_rank", "why", "wait_min", "turnout_min", "travel_min", "answer_min",
        "acceptance", "head_start_min", "distance_km", "open_until", "open_state",
        "travel_source", "outside_contract", "ask",
    ]  # fmt: skip
    assert only["candidates"][1]["index_min"] == 22 + 2 / 0.7
    explained = decoded(answer(cascade(excluded=(exclusion(),))))["data"]["cascades"][0]
    assert list(explained["excluded"][0])[:3] == ["provider", "reason", "detail"]


@pytest.mark.parametrize("items", [[], [1], [{"a": "\ud800"}, inf, "\u202e[]"]])
def test_a_list_is_encoded_item_by_item(items):
    """The pieces are the bytes of the whole envelope, and each is there before the next item."""
    pieces = []

    def one_by_one():
        for number, item in enumerate(items):
            assert len(pieces) == number + 1
            yield item

    for piece in envelope_of_list("dispatch.x.list/1", "things", one_by_one()):
        pieces.append(piece)
    whole = json.loads(b"".join(pieces))
    assert whole == decoded({"things": items}) | {"schema": "dispatch.x.list/1"}


def test_infinite_and_undefined_are_null():
    """JSON has neither; a script reads null, also beside text that UTF-8 cannot hold."""
    odd = cascade("tow", [candidate(name="\ud800")], expected_min=inf, fallback_min=nan)
    for rows in (odd, cascade("tow", expected_min=inf, fallback_min=nan)):
        (only,) = decoded(answer(rows))["data"]["cascades"]
        assert only["expected_min"] is None
        assert only["fallback_min"] is None


@settings(deadline=None)
@given(st.text(st.characters()) | st.sampled_from(NASTY))
def test_texts_are_exact_and_nothing_in_them_can_be_obeyed(text):
    """A program reads the text as it was, a terminal that shows the JSON sees cells only."""
    whole = decoded({"name": text}, warnings=[text])
    # Two halves of a surrogate pair beside each other are one character in JSON.
    exact = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert whole["data"]["name"] == exact
    assert whole["warnings"] == [exact]
    line = envelope("dispatch.x/1", data={"name": text}, status="success", exit_code=0)
    shown = line.decode().removesuffix("\n")
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not [each for each in shown if unicodedata.category(each) in hidden]


def test_hidden_characters_are_escapes_of_json():
    """C0, DEL, C1, bidi, tags and selectors are escapes; letters stay as text."""
    text = "\x1b\x7f\x9b\u202e\u2066\U000e0041\ufe0f Müller 東京 €"
    line = envelope("dispatch.x/1", data=text, status="success", exit_code=0)
    assert rb'"\u001b\u007f\u009b\u202e\u2066\udb40\udc41\ufe0f ' in line
    assert "Müller 東京 €".encode() in line


@pytest.mark.parametrize("text", NASTY)
def test_no_output_for_machines_has_control_characters(text):
    """JSON, --status, .prom, the monitor's line and the page have none."""
    hostile = row("a", "down", name=text, why=text, phone=text)
    found = report(hostile, offline=text)
    status = envelope("dispatch.check/1", data=found, status="error", exit_code=5)
    outputs = {
        "status": status.decode(),
        "prometheus": exposition(found),
        "monitor": monitor_line(report(hostile))[0] + monitor_line(found)[0],
        "page": status_page(found),
    }
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    for name, output in outputs.items():
        left = {each for each in output if unicodedata.category(each) in hidden}
        assert left <= {"\n"}, (name, left)


def test_errors_carry_their_place():
    """Each problem has a stable code, a text and, where known, file, line and owner."""
    error = BadDataError(
        Problem("lat 515.0 is not between -90 and 90", "a.toml", 42, 'provider "m25"'), "empty"
    )
    whole = decoded(None, status="error", exit_code=ExitCode.BAD_DATA, errors=error_entries(error))
    assert whole["exit_code"] == 4
    assert whole["errors"] == [
        {
            "code": "bad_data",
            "text": "lat 515.0 is not between -90 and 90",
            "file": "a.toml",
            "line": 42,
            "who": 'provider "m25"',
        },
        {"code": "bad_data", "text": "empty", "file": None, "line": None, "who": None},
    ]
    assert error_entries(UsageError("x"))[0].code == "usage"
