"""The screen of ``dispatch cascade``, to the letter and at every size."""

import re
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from dispatch_cli.eligibility import GATES
from dispatch_cli.model import NO_CLIENT, Incident, Place, Vehicle
from dispatch_cli.model.rules import Rules
from dispatch_cli.plans import BUILT_IN, advice_for, emergency_calls, services_for
from dispatch_cli.render.cascade_table import print_answer
from dispatch_cli.render.excluded import _SHORT_REASONS as excluded_words
from dispatch_cli.results.cascade_answer import EmergencyCall

from .screens import (
    AMBULANCE,
    FIVE_WORDS,
    NOON,
    SUGGEST,
    Terminal,
    accident,
    answer,
    candidate,
    cascade,
    exclusion,
    screen_text,
    without_candidates,
    worked_example,
)

WHYS_AT_140 = ("own club", "soonest of all", "unit free 12:18", "closes soon")
LONG_NAME = "Abschlepp- und Bergungsdienst Fuggerstadt Augsburg-Lechhausen GmbH"


def test_the_worked_example_at_80(golden):
    """The worked example as it is drawn, with the line that names the provider file."""
    golden("worked_80", screen_text(worked_example(), suggest=SUGGEST))


def test_the_worked_example_at_140(golden):
    """At 140 the minutes open up, as drawn."""
    golden("worked_140", screen_text(worked_example(WHYS_AT_140), 140, suggest=SUGGEST))


def test_the_worked_example_at_60(golden):
    """At 60 there is room for whom to call, when help is there, how likely and why."""
    golden("worked_60", screen_text(worked_example(), 60, suggest=SUGGEST))


def test_the_accident(golden):
    """The emergency line is first, and the place to confirm has a line of its own."""
    golden("accident", screen_text(accident(), suggest="dispatch case open accident --at x"))


def test_without_candidates(golden):
    """The nearest providers have a phone and a condition, and the last resort follows."""
    golden("no_provider", screen_text(without_candidates()))


def test_explain(golden):
    """All excluded providers by reason, at most five each, nearest to possible first."""
    excluded = [
        *(exclusion(n, nearness_min=50.0 - n) for n in range(1, 45)),
        exclusion(80, reason="closed_now", detail="opens Sat 06:00", name=LONG_NAME),
        *(exclusion(n, reason="service_not_offered", name=f"Taxi {n}") for n in range(90, 97)),
    ]
    counts = {"outside_area": 44, "service_not_offered": 7, "closed_now": 1}
    only = cascade("tow", [candidate()], excluded=tuple(excluded), excluded_counts=counts)
    golden("explain", screen_text(answer(only), explain=True))


def breakdown(**changes):
    five = [candidate(rank) for rank in range(1, 6)]
    return answer(
        cascade("roadside_repair", five),
        cascade("taxi", five),
        cascade("tow", five, when="after:roadside_repair"),
        kind="breakdown",
        **changes,
    )


def test_several_services(golden):
    """Three rows each, the others by ``--top``, what follows a failure on one line."""
    golden("several_services", screen_text(breakdown(), 100))


def test_several_services_at_24_lines(golden):
    """The same on an ordinary terminal: the footers move into the titles."""
    golden("several_services_24", screen_text(breakdown(), height=24, suggest=SUGGEST))


@pytest.mark.parametrize("width", range(60, 201))
def test_every_phone_is_whole(width):
    """From 60 to 200 columns each ranked number is on one line."""
    candidates = [
        candidate(
            rank,
            name=LONG_NAME,
            phone=f"0821 99998-{rank:02} 114",
            why=("outside contract since 12:00", "unknown since 11:55"),
            ask=("limit 2.8 t: ask weight",),
            there_at=NOON + timedelta(hours=rank * 9),
        )
        for rank in range(1, 5)
    ]
    text = screen_text(answer(cascade("tow", candidates)), width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    for one in candidates:
        (line,) = [line for line in lines if line.startswith(f" {one.rank}  ")]
        assert line.startswith(f" {one.rank}  {one.phone}  ")
    assert re.search(r"^ -  110 +LAST R", text, re.MULTILINE)


@pytest.mark.parametrize("width", [20, 30, 40, 50])
def test_narrower_than_promised(width):
    """Below 60 columns the table still begins with the whole number."""
    text = screen_text(worked_example(), width)
    assert " 1  089 99998-114" in text
    assert max(map(len, text.splitlines())) <= width


def test_lower_than_promised():
    """A terminal of four lines shows the tightest screen with emergency line and phones."""
    text = screen_text(accident(), height=4)
    assert "EMERGENCY  112" in text
    assert " 1  089 99998-131" in text
    assert "LAST RESORT 110" in text


def test_no_provider_is_out():
    """Without excluded providers there is no line about them."""
    assert "\nOut" not in screen_text(answer(cascade("tow", [candidate()], excluded_counts={})))


def test_wide_signs_keep_the_columns():
    """A wide character takes two columns, and the next columns keep their places."""
    names = "東京レッカー株式会社東京レッカー株式会社", "Huber", "🚚🚚🚚 Truck"
    rows = [candidate(rank, name=name) for rank, name in enumerate(names, 1)]
    lines = screen_text(answer(cascade("tow", rows)), 80).splitlines()
    from dispatch_cli.render.layout import cells

    (head,) = [line for line in lines if "Provider" in line]
    for row in (line for line in lines if re.match(" [123]  ", line)):
        before_time = row[: row.index("12:26")]
        assert cells(before_time) == head.index("There")


CONTEXTS = list(
    product(
        (None, "lane", "shoulder", "tunnel", "ditch"),
        ((None, None), ("car", "on_roof"), ("truck", "on_side"), ("motorcycle", "blocked")),
        (0, 2),
    )
)


def planned(kind, context, rows):
    """Make the answer of a built-in plan, with a number of candidates for each service."""
    spot, (vehicle, state), injured = context
    incident = Incident(
        kind=kind,
        place=Place(lat=48.37, lon=10.9, label="86150 Augsburg", uncertainty_km=3.0),
        when=NOON,
        vehicle=Vehicle(kind=vehicle, state=state),
        spot=spot,
        injured=injured,
        trapped=injured > 0,
        persons=4,
        hazard="smoke" if injured else None,
    )
    calls = emergency_calls(incident)
    candidates = [candidate(rank, name=LONG_NAME) for rank in range(1, rows + 1)]
    nearest = tuple(exclusion(number, name=LONG_NAME) for number in range(1, 4))
    cascades = [
        cascade(
            entry.service,
            candidates,
            when=f"after:{entry.after}" if entry.after else "now",
            nearest_excluded=nearest,
            contract_cost_min=2.6,
        )
        for entry in services_for(incident, Rules())
    ]
    facts = {"spot": spot, "injured": injured, "persons": 4, "trapped": injured > 0}
    return answer(
        *cascades,
        kind=kind,
        emergency=calls,
        advice=advice_for(incident, calls),
        ask=("weight", "clearance", "client"),
        incident={"facts": {key: value for key, value in facts.items() if value}},
    )


@pytest.mark.parametrize("rows", [0, 5])
@pytest.mark.parametrize("kind", BUILT_IN)
def test_every_plan_fits_an_ordinary_terminal(kind, rows):
    """At 80 x 24 every built-in plan shows the emergency line and each service's first phone."""
    seen = set()
    for context in CONTEXTS:
        result = planned(kind, context, rows)
        needs = result.incident.services, result.emergency, result.advice
        if needs in seen:
            continue
        seen.add(needs)
        text = screen_text(result, height=24, suggest=SUGGEST)
        lines = text.splitlines()
        assert len(lines) <= 23, f"{context}\n{text}"
        assert all(len(line) <= 80 for line in lines)
        for call in result.emergency:
            assert re.search(rf"^EMERGENCY  {call.dial}  .*", text, re.MULTILINE)
        for one in result.cascades:
            block = text[text.index(one.service.upper()) :]
            assert "089 99998-" in block or not rows
            assert "110" in block or (rows and one.when != "now")


def test_one_line_per_number():
    """Ambulance and fire share 112: one call, one line; the police on a lane have their own."""
    fire = replace(AMBULANCE, service="fire")
    police = EmergencyCall("police", "110", "They close the road.", "110")
    text = screen_text(answer(emergency=(police, AMBULANCE, fire), kind="fire"))
    assert text.startswith("EMERGENCY  110  police: They close the road.\nEMERGENCY  112  ")
    assert text.count("EMERGENCY") == 2
    assert "112  ambulance, fire: one call. The caller dials 112" in text
    assert text.endswith("NEXT  110, 112\n")
    assert "Anyone hurt" not in text


def test_advice_without_emergency_is_the_first_line():
    """On a hard shoulder the advice is the first line, before the incident."""
    text = screen_text(answer(cascade("tow", [candidate()]), advice=("Behind the barrier.", "X")))
    assert text.startswith("SAY  Behind the barrier.\n     X\nTOW  near")


def test_control_centres_stand_after_112():
    """A direct line of the control centre comes after 112 and never instead of it."""
    text = screen_text(
        answer(
            emergency=(AMBULANCE,),
            advice=(FIVE_WORDS,),
            control_centres=("ILS Augsburg 089 99998-400",),
            kind="medical",
        )
    )
    assert text.index("112") < text.index("ILS Augsburg 089 99998-400")


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"client": None}, "client not asked"),
        ({"client": NO_CLIENT}, "no client"),
        ({"vehicle": {"kind": None, "weight_t": None}}, "car, 1.8 t assumed"),
        ({"vehicle": {"kind": None, "weight_t": 2.1}}, "car assumed, 2.1 t"),
        ({"vehicle": {"kind": "truck", "weight_t": None}}, "truck, 12.0 t assumed"),
        (
            {
                "vehicle": {
                    "kind": "van", "weight_t": 3.1, "brand": "vw", "ev": True, "trailer": True,
                    "height_m": 2.6, "state": "on_side",
                }
            },
            "van 3.1 t, vw, EV, trailer, 2.6 m high, on side",
        ),
        ({"facts": {"spot": "parking"}}, "on parking"),
        ({"facts": {"trapped": True, "pets": 0, "persons": 3}}, "3 persons"),
        ({"facts": {"where": "A 8 towards München", "clearance_m": 2.1}}, "clearance 2.1 m"),
    ],
)  # fmt: skip
def test_known_and_assumed_facts(changes, shown):
    """The head has the known facts, the assumed ones, and those that were not asked."""
    text = screen_text(answer(cascade("tow", [candidate()]), incident=changes), 200)
    assert shown in text


def test_the_date_is_shown_unless_it_is_today():
    """An incident of another day has its date; without a clock the date is always shown."""
    only = answer(cascade("tow", [candidate()]))
    assert "Fri 27 Nov 12:03" not in screen_text(only)
    assert "Fri 27 Nov 12:03" in screen_text(only, now=NOON - timedelta(days=1))
    assert "Fri 27 Nov 12:03" in screen_text(only, now=None)


def test_the_file_and_the_missing_facts_are_shown_once():
    """The head has the file, its count, and the facts that would help."""
    text = screen_text(breakdown(ask=("weight", "clearance")))
    assert text.count("providers.toml, 62 providers   ask: weight, clearance\n") == 1
    sample = replace(breakdown().provider_file, source="sample", path="/usr/lib/providers.toml")
    assert "packaged sample, 62 providers" in screen_text(breakdown(provider_file=sample))


def test_policies_state_their_cost():
    """Wish and method show their cost for the motorist; a contract's cost needs a client."""
    costs = {"wish_cost_min": 3.14, "method_cost_min": 1.7, "method": "time-bands"}
    one = answer(cascade("tow", [candidate()], **costs), incident={"client": None})
    text = screen_text(one, 200)
    assert "wish: +3.1 min" in text
    assert "time-bands: +1.7 min against the default order" in text
    assert "contract" not in text
    without = screen_text(answer(cascade("tow", [candidate()], contract_cost_min=-1e-17)), 200)
    assert "adac contract: +0.0 min" in without
    assert "wish" not in without
    assert "equals" not in without


@pytest.mark.parametrize(("cost", "says"), [(0.44, "+0.4 min"), (-1.26, "-1.3 min")])
def test_turns_among_equals_state_their_cost(cost, says):
    """The footer shows the signed cost of turns if they change the expected minutes."""
    text = screen_text(answer(cascade("tow", [candidate()], fairness_cost_min=cost)), 200)
    assert f"equals in turn: {says}" in text


def test_the_end_of_a_strict_contract_is_shown():
    """With ``only_strict`` the screen says so, and the last resort follows."""
    text = screen_text(answer(cascade("tow", [candidate()], contract_ends="ADAC")))
    assert "the contract of ADAC allows no other provider\n -  110 " in text


def test_slower_than_the_last_resort():
    """The only heavy recovery 131 minutes away does not vanish, with or without other rows."""
    slow = tuple(exclusion(n, detail=f"{130 + n}.0 min, last resort 120 min") for n in range(1, 6))
    for rows in ([], [candidate()]):
        text = screen_text(answer(cascade("tow", rows, beyond_fallback=slow)))
        assert "slower than the last resort:\n   089 99998-501   Autohilfe 1  131.0 min" in text
        assert "2 more: --explain" in text
    later = cascade("tow", when="after:lockout", beyond_fallback=slow)
    text = screen_text(answer(cascade("lockout", [candidate()]), later, kind="locked_out"))
    assert "then, if lockout fails: TOW: no provider can be sent now, last resort 110" in text
    assert "slower than the last resort: 089 99998-501 Autohilfe 1, 131.0 min" in text


def test_top_and_explain_show_later_services_in_full():
    """``--top`` limits each service, ``--explain`` shows all ranked providers."""
    text = screen_text(breakdown(), top=2, height=10)
    assert text.count("    3 more: --top 5\n") == 3
    assert "then, if roadside_repair fails:\nTOW\n" in text
    assert screen_text(breakdown(), explain=True).count(" 5  089 99998-105") == 3


def test_a_night_over_the_change_of_clocks():
    """The last resort 120 minutes after 01:30 in summer time is at 02:30 in winter time."""
    berlin = ZoneInfo("Europe/Berlin")
    when = datetime(2026, 10, 25, 1, 30, tzinfo=berlin)
    one = candidate(answer_min=0.0, there_at=when)
    text = screen_text(answer(cascade("tow", [one]), incident={"when": when}))
    assert re.search(r"LAST RESORT .*  02:30 ", text)


@pytest.mark.parametrize("term", ["dumb", "xterm-256color"])
def test_on_a_stream(term):
    """A dumb terminal gets no escape sequence, another one only colours."""
    from dispatch_cli.render.cascade_table import ScreenOptions, answer_lines
    from dispatch_cli.render.console import print_lines, screen_of

    stream, environ = Terminal(), {"TERM": term}
    screen = screen_of(stream, environ=environ)
    print_lines(answer_lines(accident(), screen, ScreenOptions(now=NOON)), stream, screen, environ)
    text = stream.getvalue()
    assert ("\x1b" in text) == (term != "dumb")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert [line.rstrip() for line in plain.splitlines()] == screen_text(accident()).splitlines()


def test_no_color():
    """With NO_COLOR there is no colour, and the emergency is in words."""
    from dispatch_cli.render.cascade_table import ScreenOptions, answer_lines
    from dispatch_cli.render.console import print_lines, screen_of

    stream, environ = Terminal(), {"TERM": "xterm-256color", "NO_COLOR": "1"}
    screen = screen_of(stream, environ=environ)
    print_lines(answer_lines(accident(), screen, ScreenOptions(now=NOON)), stream, screen, environ)
    codes = {code for codes in re.findall(r"\x1b\[([0-9;]*)m", stream.getvalue())
             for code in codes.split(";")}  # fmt: skip
    assert codes <= {"0", "1", "2"}
    assert "EMERGENCY  112" in stream.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_other_encodings(encoding):
    """A terminal without UTF-8 gets a readable screen instead of an error."""
    stream = Terminal(encoding)
    print_answer(
        answer(cascade("tow", [candidate(name="Müller – 東京" + "x" * 80)])),
        stream=stream, width=80, height=24,
    )  # fmt: skip
    text = stream.getvalue()
    text.encode(encoding)
    assert "089 99998-101" in text
    if encoding == "ascii":
        assert "+/- 3 km" in text
        assert "Mueller - \\u6771" in text


def test_columns_and_lines_of_the_environment():
    """COLUMNS and LINES hold where they are numbers; nonsense is not obeyed."""
    from dispatch_cli.render.console import screen_of

    stream = Terminal()
    assert screen_of(stream, environ={"COLUMNS": "132", "LINES": "50"}).width == 132
    assert screen_of(stream, environ={"COLUMNS": "132", "LINES": "50"}).height == 50
    for nonsense in ("", "0", "-5", "abc", "١٢", "9" * 20):
        assert screen_of(stream, environ={"COLUMNS": nonsense}).width == 80
    assert screen_of(stream, environ={"COLUMNS": "100000"}).width == 400


def test_every_reason_has_a_short_word():
    """The line "Out 62" has a word for each gate; a new reason needs one."""
    reasons = {gate.reason for gate in GATES} | {"down", "beyond_fallback"}
    assert set(excluded_words.keys()) == reasons
