"""Report unknown keys, with the nearest known one; keys for prices are refused on principle."""

import re
from collections.abc import Iterable, Mapping

from ..messages import Message, quoted
from ..model.near_words import did_you_mean, suggestion
from ..model.words import fold
from .meant_keys import meant_key, written_inside

# Words that mean payment also inside a longer word, as in "stundenpreis".
_PAYMENT_STEMS = (
    "price", "pricing", "preis", "kosten", "gebuehr", "tarif", "discount", "rabatt", "commission",
    "provision", "entgelt", "honorar", "verguetung", "rechnung", "invoice", "surcharge", "betrag",
    "zuschlag", "payment", "waehrung", "pauschale",
)  # fmt: skip
# Words that mean payment only by themselves, as in "km_rate", not in "generated".
_PAYMENT_WORDS = frozenset({
    "cost", "costs", "fee", "fees", "rate", "rates", "eur", "euro", "euros", "cent", "cents",
    "pay", "paid", "bill", "billing", "charge", "charges", "amount", "usd", "chf", "vat", "mwst",
    "lohn", "wage", "bonus", "money", "geld", "currency",
})  # fmt: skip


def all_words(words: Mapping[str, tuple[str, ...]]) -> list[str]:
    """List the names of a closed set and all other words for them."""
    return [*words, *(other for others in words.values() for other in others)]


def guess_or_words(word: str, words: Mapping[str, tuple[str, ...]]) -> Message | str:
    """Ask whether the nearest word of a closed set is meant; if none is near, name the set."""
    guess = did_you_mean(word, all_words(words))
    return guess or Message("; allowed: {words}", words=", ".join(words))


def unknown_key(key: str, allowed: Iterable[str], table: Message | str = "") -> Message:
    """Make the problem of an unknown key; ``table`` names the inner table that has it."""
    if is_payment(key):
        return Message("{key}: price has no place in the ranking: remove this key", key=quoted(key))
    known = list(allowed)
    meant = meant_key(key, known)
    inside = None if meant else written_inside(key, known)
    if inside:
        return Message("unknown key {key}: write {instead}", key=quoted(key), instead=inside)
    guess = suggestion([meant]) if meant else did_you_mean(key, known)
    if table:
        return Message(
            "unknown key {key} in {table}{guess}", key=quoted(key), table=table, guess=guess
        )
    return Message("unknown key {key}{guess}", key=quoted(key), guess=guess)


def is_payment(key: str) -> bool:
    """Return whether a key means money, in English or German."""
    parted = re.sub(r"([a-z])([A-Z])", r"\1_\2", key[:200])
    folded = fold(parted)
    words = set(re.split(r"[^a-z]+", folded))
    return (
        any(stem in folded for stem in _PAYMENT_STEMS)
        or not words.isdisjoint(_PAYMENT_WORDS)
        or "€" in key
    )
