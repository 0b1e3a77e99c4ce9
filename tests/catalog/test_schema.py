"""The JSON Schema accepts what loads, and an editor marks a typo."""

from typing import Any

import jsonschema
import pytest
import tomli

from dispatch_cli.catalog import sample_path
from dispatch_cli.catalog.schema import json_schema

from .files import HUBER
from .test_any_file import FULL
from .test_problems import EXTRA


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    """Return the schema, after a check against the dialect that it names."""
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def errors(validator: jsonschema.Draft202012Validator, text: str) -> list[Any]:
    """Return the errors that an editor marks."""
    return list(validator.iter_errors(tomli.loads(text)))


@pytest.mark.parametrize("text", [HUBER, FULL, f"{HUBER}hours = '24/7'\nunits = 2\n"])
def test_valid_files_pass(validator: jsonschema.Draft202012Validator, text: str) -> None:
    """Files that load are valid by the schema."""
    assert errors(validator, text) == []


def test_sample_passes(validator: jsonschema.Draft202012Validator) -> None:
    """The sample is valid by the schema."""
    assert errors(validator, sample_path().read_text(encoding="utf-8")) == []


# Not what a schema cannot say: nan is a number, and a date may be a text to an editor.
TYPOS = [
    line
    for line, said in EXTRA
    if ("unknown key" in said or "must be" in said or "price" in said)
    and "nan" not in line
    and "until" not in line
]


@pytest.mark.parametrize("line", TYPOS)
def test_typos_fail(validator: jsonschema.Draft202012Validator, line: str) -> None:
    """Unknown keys, payment keys and values of the wrong kind are marked."""
    assert errors(validator, f"{HUBER}{line}\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('["tow"]', '["toww"]'),
        ("radius_km = 30", 'radius_km = 30, postcodes = ["86"]'),
        ('phone = "089 99998-207"', ""),
        ('name = "Abschlepp Huber"', ""),
        ("{ radius_km = 30 }", '"lechland"'),
    ],
)
def test_wrong_values_fail(validator: jsonschema.Draft202012Validator, old: str, new: str) -> None:
    """Unknown services, two areas at once and missing keys are marked."""
    assert errors(validator, HUBER.replace(old, new))


def test_services_are_completed_in_english_and_german() -> None:
    """An editor offers the services' names and their German words."""
    service = json_schema()["$defs"]["Service"]
    english, german = (choice["enum"] for choice in service["anyOf"] if "enum" in choice)
    assert "roadside_repair" in english
    assert "Pannenhilfe" in german
    assert "roadside_repair: Pannenhilfe" in service["description"]
