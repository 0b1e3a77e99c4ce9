"""Report unknown keys, with the nearest known one; keys for prices are refused on principle."""

import re
from collections.abc import Iterable, Mapping

from ..messages import Message, quoted
from ..model.near_words import did_you_mean
from ..model.words import fold

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


def unknown_key(key: str, allowed: Iterable[str], table: Message | str = "") -> Message:
    """Make the problem of an unknown key; ``table`` names the inner table that has it."""
    if is_payment(key):
        return Message("{key}: price has no place in the ranking: remove this key", key=quoted(key))
    guess = did_you_mean(key, allowed)
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
