"""The exact texts that firms, callers and drivers hear, in both languages."""

from datetime import timedelta

import pytest

from dispatch_cli.model import Vehicle
from dispatch_cli.notation import place_at, place_of_postcode

from .sample_cases import NOON
from .test_spoken_sentences import AUGSBURG, texts

GOLF = {
    "kind": "dead_battery", "spot": "garage", "clearance_m": 2.0, "persons": 1,
    "vehicle": Vehicle(kind="car", brand="golf"),
}  # fmt: skip
TRUCK = {
    "kind": "truck_breakdown", "where": "A8 Richtung München km 48,2", "last_exit": "Dasing",
    "spot": "shoulder",
    "vehicle": Vehicle(kind="truck", brand="man", height_m=3.9, trailer=True, state="blocked"),
}  # fmt: skip
EXAMPLES = [
    (
        "jump_start", GOLF,
        "Ein VW Golf in 86150 Augsburg, Parkhaus oder Tiefgarage, Einfahrt 2,00 m,"
        " springt nicht an. Eine Person.",
        "A VW Golf in 86150 Augsburg, multi-storey or underground car park, entrance 2.00 m"
        " high, will not start. One person.",
    ),
    (
        "tow", {"kind": "dead_battery", "vehicle": Vehicle(kind="car")},
        "Ein Pkw in 86150 Augsburg springt nicht an. Wir brauchen einen Abschleppwagen."
        " Das Fahrzeug wiegt geschätzt 1,8 t.",
        "A car in 86150 Augsburg will not start. We need a tow truck."
        " The vehicle weighs an estimated 1.8 t.",
    ),
    (
        "tow", {"kind": "tow", "vehicle": Vehicle(kind="car", brand="Opel Corsa", weight_t=1.35)},
        "Für einen Opel Corsa in 86150 Augsburg brauchen wir einen Abschleppwagen."
        " Das Fahrzeug wiegt 1,35 t.",
        "We need a tow truck for an Opel Corsa in 86150 Augsburg. The vehicle weighs 1.35 t.",
    ),
    (
        "tyre_change", {"kind": "flat_tyre", "place": place_of_postcode("86150", "")},
        "Ein Fahrzeug im Postleitzahlbereich 86150 hat einen platten Reifen.",
        "A vehicle in the area of postcode 86150 has a flat tyre.",
    ),
    (
        "heavy_tow", TRUCK,
        "Ein Lkw MAN in 86150 Augsburg, A8 Richtung München km 48,2, letzte Ausfahrt Dasing, auf"
        " dem Standstreifen, hat eine Panne. Wir brauchen einen Abschleppwagen für schwere"
        " Fahrzeuge. Das Fahrzeug wiegt geschätzt 12 t, ist 3,90 m hoch, hat einen Anhänger und"
        " rollt nicht.",
        "A MAN truck in 86150 Augsburg, A8 Richtung München km 48,2, last exit Dasing, on the hard"
        " shoulder, has broken down. We need a tow truck for heavy vehicles. The vehicle weighs an"
        " estimated 12 t, is 3.90 m high, has a trailer and does not roll.",
    ),
    (
        "motorcycle_tow", {"kind": "motorcycle_breakdown",
                           "vehicle": Vehicle(kind="motorcycle", brand="bmw")},
        "Ein Motorrad BMW in 86150 Augsburg hat eine Panne. Wir brauchen einen Motorradtransport."
        " Das Fahrzeug wiegt geschätzt 0,3 t.",
        "A BMW motorcycle in 86150 Augsburg has broken down. We need a motorcycle transport."
        " The vehicle weighs an estimated 0.3 t.",
    ),
    (
        "tow", {"kind": "accident", "injured": 2, "trapped": True, "hazard": "Benzin läuft aus",
                "is_called": True},
        "Ein Fahrzeug in 86150 Augsburg hatte einen Unfall. Wir brauchen einen Abschleppwagen."
        " Verletzt sind zwei Personen. Mindestens eine Person ist eingeklemmt."
        " Achtung, Gefahr: Benzin läuft aus. Der Notruf ist abgesetzt.",
        "A vehicle in 86150 Augsburg has had an accident. We need a tow truck."
        " There are two people hurt. At least one person is trapped."
        " Beware of a hazard: Benzin läuft aus. The emergency call has been made.",
    ),
    (
        "taxi", {"kind": "stranded", "persons": 3, "children": 1, "pets": 1},
        "Für Reisende in 86150 Augsburg brauchen wir ein Fahrzeug für die Weiterfahrt."
        " Drei Personen, davon ein Kind, ein Tier.",
        "We need onward transport for travellers in 86150 Augsburg."
        " Three people, one of them a child, one pet.",
    ),
    (
        "lockout", {"kind": "locked_out", "vehicle": Vehicle(kind="van", brand="mercedes vito")},
        "Ein Transporter Mercedes Vito in 86150 Augsburg ist verschlossen und muss geöffnet"
        " werden.",
        "A Mercedes Vito van in 86150 Augsburg is locked and must be opened.",
    ),
    (
        "ev_charge", {"kind": "ev_empty", "vehicle": Vehicle(kind="car", brand="audi", ev=True)},
        "Ein Audi in 86150 Augsburg hat einen leeren Akku. Das Fahrzeug fährt elektrisch.",
        "An Audi in 86150 Augsburg has an empty drive battery. The vehicle is electric.",
    ),
    (
        "recovery", {"kind": "stuck", "spot": "ditch",
                     "vehicle": Vehicle(kind="camper", state="on_side")},
        "Ein Wohnmobil in 86150 Augsburg, im Graben, hat sich festgefahren. Wir brauchen eine"
        " Bergung. Das Fahrzeug wiegt geschätzt 3,5 t und liegt auf der Seite.",
        "A camper in 86150 Augsburg, in a ditch, is stuck. We need a recovery."
        " The vehicle weighs an estimated 3.5 t and lies on its side.",
    ),
    (
        "accident_securing", {"kind": "oil_spill", "spot": "lane"},
        "Eine Ölspur in 86150 Augsburg, auf der Fahrbahn, verschmutzt die Straße."
        " Wir brauchen eine Absicherung der Stelle.",
        "An oil spill in 86150 Augsburg, on the carriageway, makes the road dirty."
        " We need the place secured.",
    ),
    (
        "tow", {"kind": "boat_adrift", "place": place_at(47.5596, 7.5886)},
        "Für ein Fahrzeug in der Schweiz, nahe 79576, brauchen wir einen Abschleppwagen.",
        "We need a tow truck for a vehicle in Switzerland, near 79576.",
    ),
    (
        "fuel_delivery", {"kind": "out_of_fuel", "when": NOON + timedelta(hours=3)},
        "Ein Fahrzeug in 86150 Augsburg hat keinen Kraftstoff mehr."
        " Die Hilfe wird erst für 15:00 Uhr gebraucht.",
        "A vehicle in 86150 Augsburg has run out of fuel. The help is wanted for 15:00.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "facts", "german", "english"), EXAMPLES)
def test_what_a_firm_hears(name, facts, german, english) -> None:
    """The exact text, in both languages, between the greeting and the question."""
    for language, said, hello, question in (
        ("de", german, "Guten Abend, hier ist die Einsatzzentrale Augsburg."
         " Unsere Nummer ist 089 99998-0.", "Wann können Sie dort sein?"),
        ("en", english, "Good evening, this is Einsatzzentrale Augsburg."
         " Our number is 089 99998-0.", "When can you be there?"),
    ):  # fmt: skip
        firm = texts(name, language, **{"place": AUGSBURG, **facts})["firm"]
        assert " ".join(firm) == f"{hello} {said} {question}"


def test_what_caller_and_driver_hear() -> None:
    """The exact texts after an acceptance, in both languages."""
    facts = {**GOLF, "place": AUGSBURG, "client": "adac", "note": None, "language": "pl"}
    german, english = texts("jump_start", "de", **facts), texts("jump_start", "en", **facts)
    assert german["caller"] == (
        "Guten Abend, hier ist die Einsatzzentrale Augsburg.",
        "Die Pannenhilfe Lech-Wertach kommt zu Ihnen, voraussichtlich bis 23:48 Uhr. Bitte bleiben"
        " Sie beim Fahrzeug und lassen Sie Ihr Telefon frei. Ist bis 23:58 Uhr niemand da, rufen"
        " Sie uns bitte wieder an: 089 99998-0.",
    )
    assert english["caller"][1] == (
        "Pannenhilfe Lech-Wertach is coming to you, probably by 23:48. Please stay with the vehicle"
        " and keep your phone free. If no help is there by 23:58, please call us again:"
        " 089 99998-0."
    )
    assert german["driver"] == (
        "Ort: 86150 Augsburg, auf 1,3 km genau, Parkhaus oder Tiefgarage, Einfahrt 2,00 m.",
        "Der Anrufer sagte: „86150 maxstr 1“.",
        "Auftrag: Starthilfe, Batterie leer. Fahrzeug: VW Golf, 1,8 t geschätzt, Kennzeichen"
        " A-BC 123.",
        "Kunde ADAC, Mitgliedsnummer 4711. Eine Person. Niemand ist verletzt.",
        "Rückruf 030 23125-117. Name: Maria Huber. Der Anrufer ist am Fahrzeug.",
        "Ziel: Werkstatt. Der Anrufer spricht Polnisch.",
        "Notiz: Hund an Bord.",
        "Mitbringen: Plateau / Rangierroller, Fahrzeug unter 2,00 m.",
    )
    assert english["driver"][:4] == (
        "Place: 86150 Augsburg, within 1.3 km, multi-storey or underground car park,"
        " entrance 2.00 m high.",
        'The caller said: "86150 maxstr 1".',
        "Job: jump start, dead battery. Vehicle: VW Golf, 1.8 t estimated, plate A-BC 123.",
        "Client ADAC, membership number 4711. One person. No one is hurt.",
    )
