"""Makes and models of vehicles as operators type them, and how they are written."""

from collections.abc import Mapping

MODELS: Mapping[str, tuple[str, ...]] = {
    "VW": ("golf", "polo", "passat", "tiguan", "touran", "crafter"),
    "Opel": ("corsa", "astra", "insignia"),
    "Ford": ("focus", "fiesta", "kuga"),
    "Skoda": ("fabia", "octavia", "superb"),
    "Renault": ("clio", "megane", "twingo", "zoe"),
    "Fiat": ("panda", "ducato"),
    "Toyota": ("yaris", "corolla"),
    "Mercedes": ("sprinter", "vito"),
}
"""Common models by their make; the make is said as well if only the model was typed."""

MAKES = frozenset(
    {"alfa", "audi", "bmw", "byd", "citroen", "cupra", "dacia", "fiat", "ford", "honda", "hyundai"}
    | {"iveco", "jaguar", "jeep", "kia", "lexus", "man", "mazda", "mercedes", "mg", "mini", "opel"}
    | {"mitsubishi", "nissan", "peugeot", "polestar", "porsche", "renault", "scania", "seat"}
    | {"skoda", "smart", "subaru", "suzuki", "tesla", "toyota", "volvo", "vw", "volkswagen"}
)
"""Makes that are understood in a line. A make is a free text, so that a missing one is no fault."""

MAKES_AND_MODELS = MAKES.union(*MODELS.values())

_MAKE_OF = {model: make for make, models in MODELS.items() for model in models}
_IN_CAPITALS = frozenset({"vw", "bmw", "byd", "man", "mg"})


def written_make(typed: str) -> str:
    """Write a typed make or model: "golf" is "VW Golf"; unknown words only get a capital letter."""
    words = typed.split()
    if words and words[0].casefold() in _MAKE_OF:
        words = [_MAKE_OF[words[0].casefold()], *words]
    return " ".join(map(_written, words))


def _written(word: str) -> str:
    if not word.islower():
        return word
    return word.upper() if word in _IN_CAPITALS else word.capitalize()
