"""One line of an operator: each word is read where one reading is possible, the rest is kept."""

import pytest

from dispatch_cli.cases.call_line import understand
from dispatch_cli.model import Client, Rules

RULES = Rules(clients={"adac": Client(id="adac", name="ADAC Südbayern")})


def read(line: str) -> tuple[dict[str, str], str]:
    """Return the facts of a line, and what was not understood."""
    found = understand(line, {}, RULES)
    return found.facts, found.rest


@pytest.mark.parametrize(
    ("line", "facts", "rest"),
    [
        (
            "86150 batterie golf adac 0171 2345678",
            {"at": "86150", "kind": "dead_battery", "brand": "golf", "vehicle": "car",
             "client": "adac", "call_back": "0171 2345678"},
            "",
        ),
        (
            "adac südbayern, 0171 2345678 golf batterie 86150",
            {"at": "86150", "kind": "dead_battery", "brand": "golf", "vehicle": "car",
             "client": "adac", "call_back": "0171 2345678"},
            "",
        ),
        (
            "A8 Rastplatz Augsburg Ost lkw plane panne",
            {"at": "Augsburg", "where": "A8 Rastplatz Augsburg Ost", "spot": "parking",
             "vehicle": "truck", "kind": "breakdown"},
            "plane",
        ),
        (
            "86153 jakoberstr 8 tiefgarage einfahrt 2,00 m",
            {"at": "86153 jakoberstr 8", "where": "jakoberstr 8", "spot": "garage",
             "clearance_m": "2,00"},
            "",
        ),
        (
            "A8 Richtung München km 48,2 86150 unfall 2 verletzt lkw 12 t standstreifen",
            {"at": "86150", "where": "A8 Richtung München km 48,2", "kind": "accident",
             "injured": "2", "vehicle": "truck", "weight_t": "12 t", "spot": "shoulder"},
            "",
        ),
        # The town to which a road leads is not where the vehicle stands.
        ("A8 km 120 Richtung München panne golf",
         {"where": "A8 km 120 Richtung München", "kind": "breakdown", "brand": "golf",
          "vehicle": "car"}, ""),
        ("A7 Fahrtrichtung Bad Windsheim panne",
         {"where": "A7 Fahrtrichtung Bad Windsheim", "kind": "breakdown"}, ""),
        ("A8 Richtung Bad Windsheim km 48 panne",
         {"where": "A8 Richtung Bad Windsheim km 48", "kind": "breakdown"}, ""),
        ("panne Neu-Ulm Richtung München", {"at": "Neu-Ulm", "kind": "breakdown"},
         "Richtung München"),
        ("flat tyre 86316 Friedberg, nobody hurt",
         {"kind": "flat_tyre", "at": "86316 Friedberg", "injured": "0"}, ""),
        ("niemand verletzt, 3 personen, 1 kind",
         {"injured": "0", "persons": "3", "children": "1"}, ""),
        ("eingeklemmt", {"trapped": "yes", "injured": "1"}, ""),
        ("e-auto anhänger rollt",
         {"ev": "yes", "vehicle": "car", "trailer": "yes", "state": "rolls"}, ""),
        ("sprinter batterie",
         {"brand": "sprinter", "vehicle": "van", "kind": "dead_battery"}, ""),
        ("gespann panne", {"trailer": "yes", "vehicle": "car", "kind": "breakdown"}, ""),
        ("lkw gespann panne", {"trailer": "yes", "vehicle": "truck", "kind": "breakdown"}, ""),
        ("wohnwagen panne", {"trailer": "yes", "kind": "breakdown"}, ""),
        ("panne autobahn", {"kind": "breakdown"}, "autobahn"),
        ("panne kein Club", {"kind": "breakdown", "client": "none"}, ""),
        ("48.3705,10.8978 motorrad", {"at": "48.3705,10.8978", "vehicle": "motorcycle"}, ""),
        ("9VCX+6Q Augsburg panne", {"at": "9VCX+6Q Augsburg", "kind": "breakdown"}, ""),
        ("panne 9VCX+6Q, Frankfurt am Main adac",
         {"at": "9VCX+6Q, Frankfurt am Main", "kind": "breakdown", "client": "adac"}, ""),
        ("9VCX+6Q panne", {"kind": "breakdown"}, "9VCX+6Q"),
        ("0171/2345678 01067", {"call_back": "0171/2345678", "at": "01067"}, ""),
        ("batt 86150", {"kind": "dead_battery", "at": "86150"}, ""),
        ("86153 battery", {"kind": "dead_battery", "at": "86153"}, ""),
        ("86153 flat battery", {"kind": "dead_battery", "at": "86153"}, ""),
        ("golf won't start 86153",
         {"kind": "dead_battery", "at": "86153", "brand": "golf", "vehicle": "car"}, ""),
        ("86153 won\u2019t start", {"kind": "dead_battery", "at": "86153"}, ""),
        ("86153 won't open", {"at": "86153"}, "won't open"),
        ("86153 kein", {"at": "86153"}, "kein"),
        ("86153 flat", {"kind": "flat_tyre", "at": "86153"}, ""),
        ("86153 flat tire", {"kind": "flat_tyre", "at": "86153"}, ""),
        ("86153 puncture", {"kind": "flat_tyre", "at": "86153"}, ""),
        ("86153 locked out", {"kind": "locked_out", "at": "86153"}, ""),
        ("86153 out of fuel", {"kind": "out_of_fuel", "at": "86153"}, ""),
        ("86153 wrong fuel", {"kind": "wrong_fuel", "at": "86153"}, ""),
        ("86153 stuck", {"kind": "stuck", "at": "86153"}, ""),
        ("86153 crash", {"kind": "accident", "at": "86153"}, ""),
        ("86153 engine", {"kind": "engine_failure", "at": "86153"}, ""),
        ("86153 gearbox", {"kind": "gearbox_failure", "at": "86153"}, ""),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)  # fmt: skip
def test_words_become_facts(line, facts, rest):
    """Place, kind, make, client, number and safety are found in any order and both languages."""
    assert read(line) == (facts, rest)


@pytest.mark.parametrize("line", ["Friedberg", "Neuenkirchen", "99999", "12345678", "bat"])
def test_what_has_several_readings_stays(line):
    """A town that occurs twice, no postcode, no number and a short beginning are no facts."""
    facts, rest = read(line)
    assert "at" not in facts
    assert "kind" not in facts
    assert rest == line


def test_a_kind_is_taken_once():
    """The first kind of a line counts; a second one stays as a note."""
    facts, rest = read("86150 panne unfall")
    assert facts["kind"] == "breakdown"
    assert rest == "unfall"


@pytest.mark.parametrize(
    ("typed", "weight"),
    [("40.000 kg", "40.000 kg"), ("40,000 kg", "40,000 kg"), ("40.000kg", "40.000kg"),
     ("40 t", "40 t"), ("40 Tonnen", "40 Tonnen"), ("7500 kilo", "7500 kilo"),
     ("900 kg", "900 kg"), ("7,5to", "7,5to")],
)  # fmt: skip
def test_a_weight_is_read_as_that_of_an_option(typed: str, weight: str) -> None:
    """The spellings of --weight-t that have a unit are read in one line as well."""
    assert read(f"lkw {typed} 86150") == (
        {"vehicle": "truck", "weight_t": weight, "at": "86150"}, ""
    )  # fmt: skip


@pytest.mark.parametrize("typed", ["90.000 kg", "3 500 kg", "40 000 kg"])
def test_a_weight_with_two_readings_is_not_read(typed: str) -> None:
    """Three digits behind a blank may be a whole number: "3 500 kg" was read as 500 kg."""
    facts, rest = read(f"lkw {typed} 86150")
    assert "weight_t" not in facts
    assert rest == typed
