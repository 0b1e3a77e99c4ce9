"""A provider file with any content is loaded or raises BadDataError."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck
from hypothesis import strategies as st

from dispatch_cli.catalog import raw
from dispatch_cli.errors import BadDataError

from ..tiers import searched
from .files import HUBER, open_text

FULL = f"""
include = ["sub/*.toml"]
[ranking]
timezone = "Europe/Berlin"
speed = [[10, 35], [1000, 80]]
[ranking.service.tow]
acceptance = 0.5
[clients.adac]
prefer = {{ providers = ["huber"], tags = ["a"], head_start_min = 8 }}
only = ["huber"]
only_strict = true
[plans.breakdown]
words = ["liegen"]
services = ["tow", {{ service = "taxi", after = "tow", when = ["pets"], equipment = [["crane"]] }}]
[places]
"Autohof" = {{ at = "48.4330,10.8790", uncertainty_km = 1 }}
[last_resort.tow]
phone = "110"
text = "police"
[[control_centre]]
name = "ILS"
phone = "112"
postcodes = ["86"]
{HUBER}
hours = "Mo-Fr 08:00-18:00; PH off"
region = "BY"
on_hold = {{ reason = "x", until = 2026-12-01T08:00:00 }}
[[provider.check]]
kind = "http"
url = "https://huber.example/units"
capacity = true
headers = {{ Authorization = "env:TOKEN", Accept = "application/json" }}
[[provider.check]]
kind = "command"
command = ["/bin/true", "x"]
[check]
failures = 2
reference = "[::1]:53"
heartbeat = "file:secret/ping"
[[maintenance]]
from = 2026-12-24
until = 2026-12-25T06:00:00
providers = ["huber"]
text = "moving"
[travel]
engine = "osrm"
url = "http://localhost:5000"
factor = {{ tow_truck = 1.2 }}
[coverage]
minimum = 1
services = ["tow"]
regions = ["86"]
"""
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
KEYS = sorted(
    {key for shape in vars(raw).values() for key in getattr(shape, "__struct_fields__", ())}
)


def load(text: str) -> None:
    """Load a file in a folder of its own: it has providers, or its problems have their place."""
    with TemporaryDirectory() as folder:
        try:
            catalog = open_text(Path(folder), text.encode(errors="surrogatepass"))
        except BadDataError as error:
            problems = error.problems
            assert problems
            for problem in problems:
                assert problem.file == str(Path(folder, "providers.toml"))
                assert 0 <= problem.line <= text.count("\n") + 1
                assert str(problem.text)
        else:
            assert len(set(catalog.ids())) == catalog.count > 0


def test_the_file_that_is_mutated(tmp_path: Path) -> None:
    """The file that is mutated is valid."""
    assert open_text(tmp_path, FULL).count == 1


@searched(
    300,
    st.lists(
        st.tuples(
            st.integers(0, len(FULL)),
            st.integers(0, 12),
            st.sampled_from(["", "[", "]", '"', "=", "\n", "{", "}", "nan", "-1", "x", "[[", ","]),
        ),
        min_size=1,
        max_size=4,
    ),
    suppress=SLOW,
)
def test_mutations(edits: list[tuple[int, int, str]]) -> None:
    """A valid file with a few pieces cut out or put in is loaded or refused."""
    text = FULL
    for at, cut, put in edits:
        text = text[:at] + put + text[at + cut :]
    load(text)


def toml(value: Any) -> str:
    """Write a value as TOML."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            escaped = "".join(f"\\U{ord(c):08x}" if not c.isalnum() else c for c in value)
            return f'"{escaped}"'
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return f"{{ {', '.join(f'{toml(k)} = {toml(v)}' for k, v in value.items())} }}"
        case _:
            return str(value)


scalars = (
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
    | st.sampled_from(["tow", "huber", "86150", "48.3,10.8", "country", "24/7", "BY", "*", "."])
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.datetimes()
    | st.dates()
)
keys = st.sampled_from(KEYS) | st.text(st.characters(codec="utf-8"), max_size=4)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4)
)


@searched(300, st.dictionaries(keys, values, max_size=5), suppress=SLOW)
def test_any_values(top: dict[str, Any]) -> None:
    """Any value under any key is loaded or refused."""
    load("".join(f"{toml(key)} = {toml(value)}\n" for key, value in top.items()))


@searched(
    300,
    st.dictionaries(st.sampled_from(raw.RawProvider.__struct_fields__), values, max_size=6),
    suppress=SLOW,
)
def test_any_provider(table: dict[str, Any]) -> None:
    """Any value under any key of a provider is loaded or refused."""
    whole = {"id": "a", "name": "A", "services": ["tow"], "base": "86150", "area": "country"}
    load(f"provider = [{toml({**whole, **table})}]\n")
