"""The German texts to read aloud, and the words that fill them."""

from collections.abc import Mapping

from .call_language import CallLanguage, SpokenKind

_BARRIER = (
    "Ziehen Sie bitte die Warnweste an, steigen Sie auf der vom Verkehr abgewandten Seite aus und"
    " warten Sie hinter der Leitplanke. Gehen Sie nicht zum Fahrzeug zurück."
)

_TEXTS = {
    # To the firm.
    "greet": "{greeting}.",
    "desk": "{greeting}, hier ist {the_desk}.",
    "desk_number": "Unsere Nummer ist {number}.",
    "happened": "{vehicle} {place}{comma} {predicate}",
    "needed": "Für {vehicle} {place}{comma} brauchen wir {services}",
    "service": "Wir brauchen {services}.",
    "area": "in {area}",
    "postcode": "im Postleitzahlbereich {area}",
    "nearest": "nahe {area}",
    "abroad": "außerhalb Deutschlands",
    "exit": "letzte Ausfahrt {exit}",
    "entrance": "Einfahrt {height} m",
    "clearance": "Durchfahrtshöhe {height} m",
    "vehicle": "Das Fahrzeug {facts}.",
    "weight": "wiegt {weight} t",
    "assumed": "wiegt geschätzt {weight} t",
    "height": "ist {height} m hoch",
    "electric": "fährt elektrisch",
    "trailer": "hat einen Anhänger",
    "person": "eine Person",
    "persons": "{count} Personen",
    "child": "davon ein Kind",
    "children": "davon {count} Kinder",
    "pet": "ein Tier",
    "pets": "{count} Tiere",
    "many": "Es sind {persons}.",
    "hurt_one": "Eine Person ist verletzt.",
    "hurt": "Verletzt sind {count} Personen.",
    "nobody_hurt": "Niemand ist verletzt.",
    "trapped": "Mindestens eine Person ist eingeklemmt.",
    "emergency": "Der Notruf ist abgesetzt.",
    "hazard": "Achtung, Gefahr: {hazard}",
    "wanted": "Die Hilfe wird erst für {clock} Uhr gebraucht.",
    "ask": "Wann können Sie dort sein?",
    # To the caller.
    "tell": "{the_name} kommt zu Ihnen, voraussichtlich bis {clock} Uhr. {stay}"
    " Ist bis {late} Uhr niemand da, rufen Sie uns bitte wieder an{number}.",
    "tell_late": "Die Hilfe verspätet sich und ist voraussichtlich bis {clock} Uhr bei Ihnen."
    " Ist bis {late} Uhr niemand da, rufen Sie uns bitte wieder an{number}.",
    "stay": "Bitte bleiben Sie beim Fahrzeug und lassen Sie Ihr Telefon frei.",
    "phone_free": "Bitte lassen Sie Ihr Telefon frei.",
    "barrier": _BARRIER,
    "tunnel": "Stellen Sie bitte den Motor ab, lassen Sie den Schlüssel stecken und gehen Sie zu"
    " Fuß zum nächsten Notausgang.",
    # To the driver.
    "at": "Ort: {place}",
    "said": "Der Anrufer sagte: „{words}“.",
    "job": "Auftrag: {services}",
    "of_vehicle": "Fahrzeug: {facts}",
    "is_assumed": "{weight} t geschätzt",
    "is_weight": "{weight} t",
    "is_height": "{height} m hoch",
    "is_electric": "elektrisch",
    "is_trailer": "mit Anhänger",
    "plate": "Kennzeichen {plate}",
    "no_plate": "Kennzeichen nicht gefragt",
    "client": "Kunde {client}",
    "member": "Mitgliedsnummer {member}",
    "no_member": "Mitgliedsnummer nicht gefragt",
    "caller": "Name: {caller}",
    "drive": "Rückruf {call_back}",
    "at_vehicle": "Der Anrufer ist am Fahrzeug.",
    "away": "Der Anrufer ist nicht am Fahrzeug.",
    "to": "Ziel: {place}",
    "speaks": "Der Anrufer spricht {language}",
    "note": "Notiz: {note}",
    "bring": "Mitbringen: {things}",
    "low": "Fahrzeug unter {height} m",
}

_KINDS = {
    "breakdown": SpokenKind("hat eine Panne"),
    "accident": SpokenKind("hatte einen Unfall"),
    "flat_tyre": SpokenKind("hat einen platten Reifen"),
    "dead_battery": SpokenKind("springt nicht an"),
    "wrong_fuel": SpokenKind("ist falsch betankt"),
    "out_of_fuel": SpokenKind("hat keinen Kraftstoff mehr"),
    "locked_out": SpokenKind("ist verschlossen und muss geöffnet werden"),
    "keys_lost": SpokenKind("kann nicht fahren, weil der Schlüssel verloren ist"),
    "stuck": SpokenKind("hat sich festgefahren"),
    "ev_empty": SpokenKind("hat einen leeren Akku"),
    "engine_failure": SpokenKind("hat einen Motorschaden"),
    "overheating": SpokenKind("ist überhitzt"),
    "electrical_fault": SpokenKind("hat einen Fehler in der Elektrik"),
    "warning_light": SpokenKind("zeigt eine Warnleuchte"),
    "exhaust_damage": SpokenKind("hat einen Auspuffschaden"),
    "glass_damage": SpokenKind("hat einen Glasschaden"),
    "brake_failure": SpokenKind("hat einen Bremsschaden"),
    "steering_failure": SpokenKind("hat einen Lenkungsschaden"),
    "gearbox_failure": SpokenKind("hat einen Getriebeschaden"),
    "trailer_breakdown": SpokenKind("hat eine Panne am Anhänger"),
    "motorcycle_breakdown": SpokenKind("hat eine Panne"),
    "truck_breakdown": SpokenKind("hat eine Panne"),
    "bus_breakdown": SpokenKind("hat eine Panne"),
    "animal_strike": SpokenKind("hatte einen Wildunfall"),
    "flooded": SpokenKind("hat einen Wasserschaden"),
    "storm_damage": SpokenKind("hat einen Sturmschaden"),
    "load_lost": SpokenKind("hat Ladung verloren"),
    "obstruction": SpokenKind("behindert den Verkehr", ("ein Hindernis", "ein Hindernis")),
    "oil_spill": SpokenKind("verschmutzt die Straße", ("eine Ölspur", "eine Ölspur")),
    "theft": SpokenKind("ist gestohlen worden"),
    "vandalism": SpokenKind("ist mutwillig beschädigt worden"),
    "fire": SpokenKind("ist von einem Brand betroffen"),
    "smoke": SpokenKind("entwickelt Rauch"),
    "medical": SpokenKind("braucht medizinische Hilfe", ("eine Person", "eine Person")),
    "stranded": SpokenKind(subject=("Reisende", "Reisende")),
    "taxi": SpokenKind(subject=("Reisende", "Reisende")),
    "ambulance": SpokenKind("braucht medizinische Hilfe", ("eine Person", "eine Person")),
    "other": SpokenKind(),
}

_SERVICES = {
    "roadside_repair": "eine Pannenhilfe",
    "jump_start": "eine Starthilfe",
    "battery_replacement": "einen Batteriewechsel",
    "tyre_change": "einen Reifenwechsel",
    "tyre_repair": "eine Reifenreparatur",
    "lockout": "eine Türöffnung",
    "key_made": "einen neuen Schlüssel",
    "fuel_delivery": "eine Kraftstofflieferung",
    "fuel_drain": "eine Absaugung des Kraftstoffs",
    "ev_charge": "eine mobile Ladehilfe",
    "tow": "einen Abschleppwagen",
    "flatbed_tow": "einen Plateauwagen",
    "motorcycle_tow": "einen Motorradtransport",
    "heavy_tow": "einen Abschleppwagen für schwere Fahrzeuge",
    "winch_out": "eine Seilwinde zum Herausziehen",
    "recovery": "eine Bergung",
    "heavy_recovery": "eine Schwerbergung",
    "accident_securing": "eine Absicherung der Stelle",
    "load_transfer": "eine Umladung der Ladung",
    "undecking": "eine Entladung vom Autotransporter",
    "impound": "eine Sicherstellung",
    "storage": "eine Verwahrung",
    "taxi": "ein Fahrzeug für die Weiterfahrt",
    "ambulance": "den Rettungsdienst",
    "fire": "die Feuerwehr",
    "police": "die Polizei",
}

_SPOTS = {
    "lane": "auf der Fahrbahn",
    "shoulder": "auf dem Standstreifen",
    "roadside": "am Straßenrand",
    "tunnel": "im Tunnel",
    "ramp": "auf einer Auf- oder Abfahrt",
    "parking": "auf einem Parkplatz",
    "garage": "Parkhaus oder Tiefgarage",
    "ditch": "im Graben",
    "offroad": "im Gelände",
}

_STATES = {
    "rolls": "rollt",
    "blocked": "rollt nicht",
    "on_side": "liegt auf der Seite",
    "on_roof": "liegt auf dem Dach",
}

_COUNTRIES = {
    "AT": "in Österreich",
    "BE": "in Belgien",
    "CH": "in der Schweiz",
    "CZ": "in Tschechien",
    "DK": "in Dänemark",
    "FR": "in Frankreich",
    "LI": "in Liechtenstein",
    "LU": "in Luxemburg",
    "NL": "in den Niederlanden",
    "PL": "in Polen",
}

_TONGUES = {
    "ar": "Arabisch", "bg": "Bulgarisch", "cs": "Tschechisch", "da": "Dänisch", "de": "Deutsch",
    "en": "Englisch", "es": "Spanisch", "fr": "Französisch", "hr": "Kroatisch", "hu": "Ungarisch",
    "it": "Italienisch", "nl": "Niederländisch", "pl": "Polnisch", "pt": "Portugiesisch",
    "ro": "Rumänisch", "ru": "Russisch", "tr": "Türkisch", "uk": "Ukrainisch",
}  # fmt: skip

_MOMENTS = {
    "near {town}, ± {km:.2g} km": "{town}, auf {km:.2g} km genau",
    "{road}, near {town}, ± {km:.2g} km": "{road}, bei {town}, auf {km:.2g} km genau",
    "{spot} towards {towards}": "{spot} Richtung {towards}",
    "{road} km {km:g}": "{road} Kilometer {km:g}",
    "{road} between km {km:g} and {km_to:g}": "{road} zwischen Kilometer {km:g} und {km_to:g}",
    "{road} exit {exit}": "{road} Ausfahrt {exit}",
    "{road} between {first} and {second}": "{road} zwischen {first} und {second}",
    "{foreign_km:,.0f} km outside Germany": "{foreign_km:,.0f} km außerhalb Deutschlands",
    "{country}, nearest {postcode}": "{country}, nahe {postcode}",
    "outside Germany": "außerhalb Deutschlands",
    "{day} {date} {month} {time}": "{day} {date}.{number}. {time}",
    "{day} {date} {month} {year} {time}": "{day} {date}.{number}.{year} {time}",
    "CET": "MEZ", "CEST": "MESZ", "1,234.5": "1.234,5",
    "Mon": "Mo", "Tue": "Di", "Wed": "Mi", "Thu": "Do", "Fri": "Fr", "Sat": "Sa", "Sun": "So",
    "Austria": "Österreich", "Belgium": "Belgien", "Switzerland": "Schweiz",
    "Czechia": "Tschechien", "Denmark": "Dänemark", "France": "Frankreich",
    "Luxembourg": "Luxemburg", "Netherlands": "Niederlande", "Poland": "Polen",
}  # fmt: skip

_VEHICLES = {
    "": "Fahrzeug",
    "car": "Pkw",
    "motorcycle": "Motorrad",
    "van": "Transporter",
    "camper": "Wohnmobil",
    "truck": "Lkw",
    "bus": "Bus",
}
_NEUTER = frozenset({"", "motorcycle", "camper"})
_WITHOUT_CLASS = frozenset({"", "car"})
"""Classes that a make says by itself: "ein VW Golf"."""

_ARTICLES = (
    ("das", ("zentrum", "büro", "team", "unternehmen", "autohaus")),
    ("die", ("hilfe", "zentrale", "stelle", "wache", "wacht", "streife", "werkstatt")),
    ("der", ("dienst", "service", "club", "betrieb", "hof")),
)
"""The article of a name by the end of the word that says what the firm is."""


def _noun(kind: str, make: str) -> str:
    if make and kind in _WITHOUT_CLASS:
        return make
    return f"{_VEHICLES[kind]} {make}".strip()


def _vehicle(kind: str, make: str, is_object: bool) -> str:
    # The makes of cars are masculine.
    is_neuter = kind in _NEUTER and not (make and kind in _WITHOUT_CLASS)
    return f"{'einen' if is_object and not is_neuter else 'ein'} {_noun(kind, make)}"


def _named(name: str) -> str:
    """Put the article before a name such as "Pannenhilfe Lech"; other names stay as they are."""
    words = name.split()
    # A club may precede the word: "ADAC Pannenhilfe".
    first = words[1:2] if len(words) > 1 and words[0].isupper() else words[:1]
    for article, ends in _ARTICLES:
        if first and first[0].casefold().endswith(ends):
            return f"{article} {name}"
    return name


def _word(words: Mapping[str, tuple[str, ...]], name: str) -> str:
    found = words.get(name)
    return found[0] if found else name.replace("_", " ")


GERMAN = CallLanguage(
    texts=_TEXTS,
    greetings=((0, "Guten Morgen"), (10, "Guten Tag"), (18, "Guten Abend")),
    counts=(
        "null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn",
        "elf", "zwölf",
    ),
    last_and=" und ",
    kinds=_KINDS,
    services=_SERVICES,
    spots=_SPOTS,
    states=_STATES,
    countries=_COUNTRIES,
    tongues=_TONGUES,
    noun=_noun,
    vehicle=_vehicle,
    named=_named,
    word=_word,
    point=",",
    moments=_MOMENTS,
)  # fmt: skip
