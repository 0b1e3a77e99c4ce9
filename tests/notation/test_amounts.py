"""Weights and lengths in the spellings of operators."""

import pytest

from dispatch_cli.errors import UsageError
from dispatch_cli.notation import parse_metres, parse_weight_t


@pytest.mark.parametrize(
    ("text", "tonnes"),
    [
        ("1.6", 1.6), ("1,6", 1.6), ("1,6 t", 1.6), ("1.6t", 1.6), ("1,6 to", 1.6), ("2", 2.0),
        ("1600kg", 1.6), ("1600 kg", 1.6), ("1600 KG", 1.6), (" 1,6  Tonnen ", 1.6),
        ("0,3", 0.3), ("40 t", 40.0), ("100", 100.0), ("100000 kg", 100.0), ("1.75", 1.75),
        ("1600", 1.6), ("44000", 44.0), ("1.600 kg", 1.6), ("1,600kg", 1.6), ("1.600", 1.6),
        ("40.000 kg", 40.0), ("12.500 kg", 12.5), ("150.000 kg", 0.15), ("80.5 kg", 0.0805),
        ("40 000 kg", 40.0), ("7 500kg", 7.5), ("12 500", 12.5), ("3500 Kilogramm", 3.5),
    ],
)  # fmt: skip
def test_weights(text: str, tonnes: float) -> None:
    """A number without a unit is tonnes, above 100 kilograms; comma and point are equal.

    A point or comma separates thousands of kilograms where no vehicle has the other weight.
    """
    assert parse_weight_t(text) == pytest.approx(tonnes, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("100001", "at most 100 t"), ("80.000 kg", '"80 kg" or "80 t"'), ("0", "above 0"),
        ("0 kg", "above 0"), ("100001 kg", "at most 100 t"), ("-1", "understood"), ("", "underst"),
        ("nan", "understood"), ("inf", "understood"), ("1e3", "understood"),
        ("1.600.5", "understood"), ("1,6 x", "understood"),
        ("t", "understood"), ("٣", "understood"), ("9" * 400, "at most 100 t"),
        ("9" * 400 + " t", "at most 100 t"), ("1_6", "understood"),
        ("40  00 kg", "understood"), ("1 600 t", "at most 100 t"), ("1 600 000 kg", "understood"),
    ],
)  # fmt: skip
def test_weights_that_are_refused(text: str, words: str) -> None:
    """A text that is not a weight, out of range, or has two readings is refused."""
    with pytest.raises(UsageError, match=words.replace("?", r"\?")):
        parse_weight_t(text)


@pytest.mark.parametrize(
    ("text", "metres"),
    [("2.5", 2.5), ("2,5 m", 2.5), ("2,5m", 2.5), ("250 cm", 2.5), ("250cm", 2.5), ("4", 4.0),
     ("20", 20.0), ("1,95 Meter", 1.95), ("2.05 metres", 2.05), ("250", 2.5), ("2000", 20.0)],
)  # fmt: skip
def test_lengths(text: str, metres: float) -> None:
    """A number without a unit is metres, from 100 on centimetres; one with cm is centimetres."""
    assert parse_metres(text) == pytest.approx(metres, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "words"),
    [("29", "did you mean cm?"), ("2001", "did you mean cm?"), ("20.1", "did you mean cm?"),
     ("0", "above 0"), ("", "underst"), ("0 cm", "above 0"), ("2001 cm", "at most 20 m"),
     ("-2", "understood"), ("nan", "understood"), ("2'5", "understood"), ("2,5 ft", "understood"),
     ("21 m", "at most 20 m")],
)  # fmt: skip
def test_lengths_that_are_refused(text: str, words: str) -> None:
    """A text that is not a length, or out of range, is refused with the allowed values."""
    with pytest.raises(UsageError, match=words.replace("?", r"\?")):
        parse_metres(text)
