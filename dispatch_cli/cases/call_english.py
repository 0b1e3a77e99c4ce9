"""The English texts to read aloud, and the words that fill them."""

from collections.abc import Mapping

from .call_language import CallLanguage, SpokenKind

_TEXTS = {
    # To the firm.
    "greet": "{greeting}.",
    "desk": "{greeting}, this is {the_desk}.",
    "desk_number": "Our number is {number}.",
    "happened": "{vehicle} {place}{comma} {predicate}",
    "needed": "We need {services} for {vehicle} {place}",
    "service": "We need {services}.",
    "area": "in {area}",
    "postcode": "in the area of postcode {area}",
    "nearest": "near {area}",
    "abroad": "outside Germany",
    "exit": "last exit {exit}",
    "entrance": "entrance {height} m high",
    "clearance": "clearance {height} m",
    "vehicle": "The vehicle {facts}.",
    "weight": "weighs {weight} t",
    "assumed": "weighs an estimated {weight} t",
    "height": "is {height} m high",
    "electric": "is electric",
    "trailer": "has a trailer",
    "person": "one person",
    "persons": "{count} people",
    "child": "one of them a child",
    "children": "{count} of them children",
    "pet": "one pet",
    "pets": "{count} pets",
    "many": "There are {persons}.",
    "hurt_one": "One person is hurt.",
    "hurt": "There are {count} people hurt.",
    "nobody_hurt": "No one is hurt.",
    "trapped": "At least one person is trapped.",
    "emergency": "The emergency call has been made.",
    "hazard": "Beware of a hazard: {hazard}",
    "wanted": "The help is wanted for {clock}.",
    "ask": "When can you be there?",
    # To the caller.
    "tell": "{the_name} is coming to you, probably by {clock}. {stay}"
    " If no help is there by {late}, please call us again{number}.",
    "tell_late": "Help is delayed and will probably be with you by {clock}."
    " If no help is there by {late}, please call us again{number}.",
    "stay": "Please stay with the vehicle and keep your phone free.",
    "phone_free": "Please keep your phone free.",
    "barrier": "Please put on your safety vest, get out on the side away from the traffic and wait"
    " behind the barrier. Do not go back to the vehicle.",
    "tunnel": "Please switch off the engine, leave the key in and go on foot to the nearest"
    " emergency exit.",
    # To the driver.
    "at": "Place: {place}",
    "said": 'The caller said: "{words}".',
    "job": "Job: {services}",
    "of_vehicle": "Vehicle: {facts}",
    "is_assumed": "{weight} t estimated",
    "is_weight": "{weight} t",
    "is_height": "{height} m high",
    "is_electric": "electric",
    "is_trailer": "with trailer",
    "plate": "plate {plate}",
    "no_plate": "plate not asked",
    "client": "Client {client}",
    "member": "membership number {member}",
    "no_member": "membership number not asked",
    "caller": "Name: {caller}",
    "drive": "Call-back {call_back}",
    "at_vehicle": "The caller is at the vehicle.",
    "away": "The caller is not at the vehicle.",
    "to": "Destination: {place}",
    "speaks": "The caller speaks {language}",
    "note": "Note: {note}",
    "bring": "Bring: {things}",
    "low": "vehicle below {height} m",
}

_PERSON = ("a person", "a person")
_TRAVELLERS = ("travellers", "travellers")

_KINDS = {
    "breakdown": SpokenKind("has broken down"),
    "accident": SpokenKind("has had an accident"),
    "flat_tyre": SpokenKind("has a flat tyre"),
    "dead_battery": SpokenKind("will not start"),
    "wrong_fuel": SpokenKind("has been filled with the wrong fuel"),
    "out_of_fuel": SpokenKind("has run out of fuel"),
    "locked_out": SpokenKind("is locked and must be opened"),
    "keys_lost": SpokenKind("cannot be driven because its key is lost"),
    "stuck": SpokenKind("is stuck"),
    "ev_empty": SpokenKind("has an empty drive battery"),
    "engine_failure": SpokenKind("has an engine failure"),
    "overheating": SpokenKind("has overheated"),
    "electrical_fault": SpokenKind("has an electrical fault"),
    "warning_light": SpokenKind("shows a warning light"),
    "exhaust_damage": SpokenKind("has a damaged exhaust"),
    "glass_damage": SpokenKind("has damaged glass"),
    "brake_failure": SpokenKind("has a brake failure"),
    "steering_failure": SpokenKind("has a steering failure"),
    "gearbox_failure": SpokenKind("has a gearbox failure"),
    "trailer_breakdown": SpokenKind("has trouble with its trailer"),
    "motorcycle_breakdown": SpokenKind("has broken down"),
    "truck_breakdown": SpokenKind("has broken down"),
    "bus_breakdown": SpokenKind("has broken down"),
    "animal_strike": SpokenKind("has hit an animal"),
    "flooded": SpokenKind("has water damage"),
    "storm_damage": SpokenKind("has storm damage"),
    "load_lost": SpokenKind("has lost its load"),
    "obstruction": SpokenKind("is in the way of the traffic", ("an obstacle", "an obstacle")),
    "oil_spill": SpokenKind("makes the road dirty", ("an oil spill", "an oil spill")),
    "theft": SpokenKind("has been stolen"),
    "vandalism": SpokenKind("has been vandalised"),
    "fire": SpokenKind("has had a fire or is on fire"),
    "smoke": SpokenKind("is giving off smoke"),
    "medical": SpokenKind("needs medical help", _PERSON),
    "stranded": SpokenKind(subject=_TRAVELLERS),
    "taxi": SpokenKind(subject=_TRAVELLERS),
    "ambulance": SpokenKind("needs medical help", _PERSON),
    "other": SpokenKind(),
}

_SERVICES = {
    "roadside_repair": "roadside repair",
    "jump_start": "a jump start",
    "battery_replacement": "a new battery",
    "tyre_change": "a tyre change",
    "tyre_repair": "a tyre repair",
    "lockout": "a door opening",
    "key_made": "a new key",
    "fuel_delivery": "a fuel delivery",
    "fuel_drain": "a fuel drain",
    "ev_charge": "a mobile charge",
    "tow": "a tow truck",
    "flatbed_tow": "a flatbed truck",
    "motorcycle_tow": "a motorcycle transport",
    "heavy_tow": "a tow truck for heavy vehicles",
    "winch_out": "a winch to pull it out",
    "recovery": "a recovery",
    "heavy_recovery": "a heavy recovery",
    "accident_securing": "the place secured",
    "load_transfer": "a transfer of the load",
    "undecking": "an unloading from the car transporter",
    "impound": "an impounding",
    "storage": "storage",
    "taxi": "onward transport",
    "ambulance": "an ambulance",
    "fire": "the fire brigade",
    "police": "the police",
}

_SPOTS = {
    "lane": "on the carriageway",
    "shoulder": "on the hard shoulder",
    "roadside": "at the roadside",
    "tunnel": "in a tunnel",
    "ramp": "on a slip road",
    "parking": "in a car park",
    "garage": "multi-storey or underground car park",
    "ditch": "in a ditch",
    "offroad": "off the road",
}

_STATES = {
    "rolls": "rolls",
    "blocked": "does not roll",
    "on_side": "lies on its side",
    "on_roof": "lies on its roof",
}

_COUNTRIES = {
    "AT": "in Austria",
    "BE": "in Belgium",
    "CH": "in Switzerland",
    "CZ": "in Czechia",
    "DK": "in Denmark",
    "FR": "in France",
    "LI": "in Liechtenstein",
    "LU": "in Luxembourg",
    "NL": "in the Netherlands",
    "PL": "in Poland",
}

_TONGUES = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German",
    "en": "English", "es": "Spanish", "fr": "French", "hr": "Croatian", "hu": "Hungarian",
    "it": "Italian", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "tr": "Turkish", "uk": "Ukrainian",
}  # fmt: skip

_MOMENTS = {
    "near {town}, ± {km:.2g} km": "{town}, within {km:.2g} km",
    "{country}, nearest {postcode}": "{country}, near {postcode}",
}

_WITHOUT_CLASS = frozenset({"", "car"})
"""Classes that a make says by itself: "a VW Golf"."""

_VOWELS = ("A", "E", "I", "O", "a", "e", "i", "o", "MG", "FSO")


def _noun(kind: str, make: str) -> str:
    if make and kind in _WITHOUT_CLASS:
        return make
    return f"{make} {kind or 'vehicle'}".strip()


def _vehicle(kind: str, make: str, _: bool) -> str:
    noun = _noun(kind, make)
    return f"{'an' if noun.startswith(_VOWELS) else 'a'} {noun}"


def _named(name: str) -> str:
    """Return the name of a firm or of the desk, which has no article."""
    return name


def _word(_: Mapping[str, tuple[str, ...]], name: str) -> str:
    return name.replace("_", " ")


ENGLISH = CallLanguage(
    texts=_TEXTS,
    greetings=((0, "Good morning"), (12, "Good afternoon"), (18, "Good evening")),
    counts=(
        "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ),
    last_and=" and ",
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
    moments=_MOMENTS,
)  # fmt: skip
