"""Compiled digits are those of ``repr``, to the last byte."""

from collections.abc import Sequence
from random import Random

import msgspec
import pytest

np = pytest.importorskip("numpy", reason='the extra "batch" is not installed')
pytest.importorskip("numba", reason='the extra "batch" is not installed')

from dispatch_cli.batch.digits import LONGEST, put_float, put_json_float  # noqa: E402

ODD = (
    0.0, -0.0, 1.0, -1.0, 0.1, 0.3, 1 / 3, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
    1e15, 1e16, 9999999999999998.0, 123456789012345680.0, 1e-4, 1e-5, 9.5e-5, 1e22, 1e23, 2.0**53,
    2.0**60, 4.35, 0.5, 100.0, 1e100, 9007199254740993.0, 5e-5, 120.0, 29.857142857142858,
)  # fmt: skip


def written(values: Sequence[float], put=put_float) -> list[str]:
    """Write each value by itself."""
    floats = np.array(values, np.float64)
    out = np.zeros(LONGEST + 4, np.uint8)
    return [
        out[: put(value, bits, out, 0)].tobytes().decode()
        for value, bits in zip(floats, floats.view(np.uint64), strict=True)
    ]


@pytest.mark.parametrize("count", [30_000, pytest.param(3_000_000, marks=pytest.mark.ci)])
def test_digits_are_those_of_repr(count: int) -> None:
    """Odd floats, minutes, short decimals, powers of two and bits at random."""
    random = Random(count)
    values = [*ODD, *(-value for value in ODD), *(2.0**power for power in range(-1074, 1024))]
    bits = np.random.default_rng(count).integers(0, 2**64, count // 3, np.uint64)
    anything = bits.view(np.float64)
    values += anything[np.isfinite(anything)].tolist()
    values += [random.uniform(0, 200) for _ in range(count // 3)]
    values += [round(random.uniform(0, 200), random.randint(0, 12)) for _ in range(count // 3)]
    for value, text in zip(values, written(values), strict=True):
        assert text == repr(value)


def test_in_json_they_are_those_of_msgspec() -> None:
    """Its exponents begin elsewhere and are written in another way."""
    random = Random(5)
    values = [*ODD, *(-value for value in ODD), *(2.0**power for power in range(-1074, 1024))]
    values += [10.0**power for power in range(-300, 300)]
    values += [10 ** random.uniform(-9, 22) for _ in range(20_000)]
    for value, text in zip(values, written(values, put_json_float), strict=True):
        assert text == msgspec.json.encode(value).decode()
