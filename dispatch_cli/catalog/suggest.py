"""Did you mean: the nearest allowed word; and the keys that are refused on principle."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from ..model.words import fold

NO_PRICE = "price has no place in the ranking: remove this key"

# Inside a longer word, as in "stundenpreis" …
_PAYMENT_STEMS = (
    "price", "pricing", "preis", "kosten", "gebuehr", "tarif", "discount", "rabatt", "commission",
    "provision", "entgelt", "honorar", "verguetung", "rechnung", "invoice", "surcharge", "betrag",
    "zuschlag", "payment", "waehrung", "pauschale",
)  # fmt: skip
# … and those that are payment only as a word of their own, as in "km_rate" (not "generated").
_PAYMENT_WORDS = frozenset({
    "cost", "costs", "fee", "fees", "rate", "rates", "eur", "euro", "euros", "cent", "cents",
    "pay", "paid", "bill", "billing", "charge", "charges", "amount", "usd", "chf", "vat", "mwst",
    "lohn", "wage", "bonus", "money", "geld", "currency",
})  # fmt: skip


_MOST_KEPT = 500
"""Words of a choice whose nearest is kept; the ids of a file may be a hundred thousand."""


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """Name the nearest allowed word as `` (did you mean "…"?)``, or nothing if none is near."""
    words = tuple(allowed)
    look = _nearest if len(words) <= _MOST_KEPT else _nearest.__wrapped__
    return look(word, words)


@lru_cache(maxsize=256)
def _nearest(word: str, allowed: tuple[str, ...]) -> str:
    """Look for the nearest word; a file that repeats a mistake repeats it a thousand times."""
    from difflib import get_close_matches

    by_folded = {fold(other): other for other in allowed}
    near = get_close_matches(fold(word[:100]), by_folded, n=1, cutoff=0.6)
    return f' (did you mean "{by_folded[near[0]]}"?)' if near else ""


def all_words(words: Mapping[str, tuple[str, ...]]) -> list[str]:
    """List the names of a closed set and everything else that means them."""
    return [*words, *(other for others in words.values() for other in others)]


def unknown_key(key: str, allowed: Iterable[str], where: str = "") -> str:
    """Say that a key is unknown, or that price has no place here."""
    if is_payment(key):
        return f"{quoted(key)}: {NO_PRICE}"
    inside = f" in {where}" if where else ""
    return f"unknown key {quoted(key)}{inside}{did_you_mean(key, allowed)}"


def is_payment(key: str) -> bool:
    """Whether a key speaks of money, in English or German."""
    parted = re.sub(r"([a-z])([A-Z])", r"\1_\2", key[:200])
    folded = fold(parted)
    words = set(re.split(r"[^a-z]+", folded))
    return (
        any(stem in folded for stem in _PAYMENT_STEMS)
        or not words.isdisjoint(_PAYMENT_WORDS)
        or "€" in key
    )


def quoted(text: object, limit: int = 60) -> str:
    """Put what was found in quotes, shortened."""
    shown = str(text)
    return f'"{shown if len(shown) <= limit else shown[: limit - 1] + "…"}"'


def listed(words: Iterable[str]) -> str:
    """Join words with commas."""
    return ", ".join(words)
