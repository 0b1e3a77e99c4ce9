"""A second import updates what the first one wrote, and keeps what the user has written."""

import re
from typing import Any

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_cli.provider_lists.import_memory import fingerprint, read_memory, with_memory
from dispatch_cli.provider_lists.merge_entries import Merged, merge_entries

HEAD = "# head\n"


def entry(number: int, **values: Any) -> dict[str, Any]:
    """Return an entry with an id; a value of None is left out."""
    all_values = {
        "id": f"osm-n{number}",
        "name": f"Firm {number}",
        "phone": "+498999998101",
        "services": ["tow"],
        "area": {"radius_km": 30},
        "hours": "24/7",
        **values,
    }
    return {key: value for key, value in all_values.items() if value is not None}


def imported(*entries: dict[str, Any], text: str = HEAD) -> Merged:
    """Import entries into a file."""
    return merge_entries(text, entries)


def tables(text: str) -> dict[str, dict[str, Any]]:
    """Return the providers of a file by id."""
    return {each["id"]: each for each in tomli.loads(text).get("provider", [])}


def edited(text: str, before: str, after: str) -> str:
    """Edit a file as a user does."""
    assert text.count(before) == 1
    return text.replace(before, after)


def test_a_first_import_writes_all_and_a_second_one_nothing() -> None:
    """The second file is the first, byte for byte, and its report says so."""
    first = imported(entry(1), entry(2))
    assert first.new == ("osm-n1", "osm-n2")
    second = imported(entry(1), entry(2), text=first.text)
    assert second.text == first.text
    assert (second.new, second.changed, second.unchanged) == ((), (), ("osm-n1", "osm-n2"))


def test_values_of_the_map_are_updated() -> None:
    """A changed value, a new key, a key that the map no longer has, one number that becomes two."""
    first = imported(entry(1), entry(2))
    new = entry(1, name="New", phone=None, phones=["+491", "+492"], hours=None, notes="Ort")
    second = imported(new, entry(2), text=first.text)
    assert second.changed == ("osm-n1",)
    assert tables(second.text)["osm-n1"] == new
    assert tables(second.text)["osm-n2"] == entry(2)
    assert imported(new, entry(2), text=second.text).text == second.text
    assert tables(imported(entry(1), entry(2), text=second.text).text)["osm-n1"] == entry(1)


def test_what_the_user_has_changed_stays() -> None:
    """The value, its comment, comments on lines of their own, keys and tables of the user."""
    text = imported(entry(1), entry(2)).text
    text = edited(text, 'name = "Firm 1"', 'name = "Huber"     # as they call themselves')
    text = edited(
        text, '[[provider]]\nid = "osm-n2"', '# ask for Anna\n[[provider]]\nid = "osm-n2"'
    )
    text = text.replace('hours = "24/7"', 'hours = "24/7"\nunits = 3', 1)
    text += '\n[[provider]]\nid = "own"\nname = "Own"\nphone = "110"\n'
    second = imported(entry(1, name="Map", hours="Mo 8-9"), entry(2), text=text)
    found = tables(second.text)
    assert found["osm-n1"]["name"] == "Huber"
    assert found["osm-n1"]["hours"] == "Mo 8-9"
    assert found["osm-n1"]["units"] == 3
    assert found["own"]["name"] == "Own"
    for comment in ("     # as they call themselves\n", "# ask for Anna\n[[provider]]\n", HEAD):
        assert comment in second.text
    assert second.edited == ("osm-n1",)
    assert [(each.key, each.on_map) for each in second.kept_values] == [("name", "Map")]
    third = imported(entry(1, name="Map", hours="Mo 8-9"), entry(2), text=second.text)
    assert third.text == second.text
    assert third.kept_values == ()  # it is said once, when the map changes
    assert third.edited == ("osm-n1",)


def test_a_value_that_the_map_takes_over_is_the_maps_again() -> None:
    """Where the user and the map agree there is no edit; the next change of the map counts."""
    text = edited(imported(entry(1)).text, 'name = "Firm 1"', 'name = "Huber"')
    agreed = imported(entry(1, name="Huber"), text=text)
    assert agreed.edited == ()
    assert (
        tables(imported(entry(1, name="Next"), text=agreed.text).text)["osm-n1"]["name"] == "Next"
    )


def test_what_the_user_has_deleted_stays_deleted() -> None:
    """A key, such as a hold, and a whole provider, which is still on the map."""
    first = imported(entry(1, on_hold={"reason": "ask"}), entry(2)).text
    text = edited(first, 'on_hold = {reason = "ask"}\n', "")
    start, end = text.index('[[provider]]\nid = "osm-n2"'), text.index("# What the import")
    text = text[:start] + text[end:]
    second = imported(entry(1, on_hold={"reason": "ask"}), entry(2), text=text)
    assert "on_hold" not in tables(second.text)["osm-n1"]
    assert set(tables(second.text)) == {"osm-n1"}
    assert second.deleted == ("osm-n2",)
    assert imported(entry(1), entry(2, name="Else"), text=second.text).deleted == ("osm-n2",)


def test_a_provider_that_left_the_map_stays() -> None:
    """It is reported each time, until the user deletes it; it is updated if it comes back."""
    first = imported(entry(1), entry(2))
    second = imported(entry(2), text=first.text)
    assert second.gone == ("osm-n1",)
    assert second.names == {"osm-n1": "Firm 1"}
    assert set(tables(second.text)) == {"osm-n1", "osm-n2"}
    third = imported(entry(1, name="Back"), entry(2), text=second.text)
    assert third.changed == ("osm-n1",)
    assert tables(third.text)["osm-n1"]["name"] == "Back"


def test_a_value_with_a_comment_is_not_deleted() -> None:
    """The map no longer has the hours, but the user has a note behind them."""
    text = edited(imported(entry(1)).text, 'hours = "24/7"', 'hours = "24/7"  # told me so')
    second = imported(entry(1, hours=None), text=text)
    assert 'hours = "24/7"  # told me so' in second.text
    assert [each.key for each in second.kept_values] == ["hours"]


def test_a_changed_value_keeps_its_comment() -> None:
    """A comment alone is no edit of the value."""
    text = edited(imported(entry(1)).text, 'hours = "24/7"', 'hours = "24/7"  # see website')
    assert 'hours = "Mo 08:00-09:00"  # see website' in imported(
        entry(1, hours="Mo 08:00-09:00"), text=text
    ).text  # fmt: skip


def test_without_fingerprints_nothing_is_overwritten() -> None:
    """A user who removes them keeps all values that differ from the map."""
    text = re.sub(r"\n# What the import.*", "\n", imported(entry(1)).text, flags=re.DOTALL)
    text = edited(text, 'name = "Firm 1"', 'name = "Huber"')
    second = imported(entry(1, hours="Mo 08:00-09:00"), text=text)
    assert tables(second.text)["osm-n1"]["name"] == "Huber"
    assert tables(second.text)["osm-n1"]["hours"] == "24/7"
    assert {each.key for each in second.kept_values} == {"name", "hours"}


def test_a_file_with_a_list_of_providers() -> None:
    """TOML allows ``provider = [...]``, which gets new items and new values."""
    text = 'provider = [\n  {id = "own", name = "Own"}, # mine\n]\n'
    first = imported(entry(1), text=text)
    assert set(tables(first.text)) == {"own", "osm-n1"}
    second = imported(entry(1, name="New", notes="x"), text=first.text)
    assert tables(second.text)["osm-n1"]["name"] == "New"
    assert tables(second.text)["osm-n1"]["notes"] == "x"
    assert "# mine" in second.text


def test_a_new_key_stands_with_the_others() -> None:
    """Not behind the comment that precedes the next provider."""
    text = edited(imported(entry(1), entry(2)).text, '\n[[provider]]\nid = "osm-n2"',
                  '\n# about 2\n[[provider]]\nid = "osm-n2"')  # fmt: skip
    second = imported(entry(1, notes="Ort"), entry(2), text=text).text
    assert 'hours = "24/7"\nnotes = "Ort"\n\n# about 2\n[[provider]]' in second


@pytest.mark.parametrize("text", ["", HEAD, "a = 1\n", "a = 1", HEAD + "\n\n\n"])
def test_the_fingerprints_are_found_again(text: str) -> None:
    """Whatever precedes them; without providers there are none."""
    memory = {"osm-n1": {"name": fingerprint("x"), "area": fingerprint({"radius_km": 3})}}
    found, left = read_memory(with_memory(text, memory))
    assert found == memory
    assert left.strip() == text.strip()
    assert with_memory(text, {}) == text


names = st.sampled_from(["A", "B", 'q"#\\', "ü\u2028"])
firms = st.dictionaries(
    st.integers(1, 4),
    st.fixed_dictionaries(
        {"name": names},
        optional={"hours": names, "notes": names, "tags": st.lists(names, max_size=2)},
    ),
)


@settings(max_examples=60)
@given(st.lists(firms, min_size=1, max_size=4))
def test_any_sequence_of_maps_ends_like_the_last(maps: list[dict[int, dict[str, Any]]]) -> None:
    """Without edits the providers of the last map are as it has them; the others stay."""
    text, expected = HEAD, {}
    for found in maps:
        entries = [entry(number, **{"hours": None, **values}) for number, values in found.items()]
        text = imported(*entries, text=text).text
        expected |= {each["id"]: each for each in entries}
        assert tables(text) == expected
        assert imported(*entries, text=text).text == text
