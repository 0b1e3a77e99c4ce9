"""The commands round the main one: providers, kinds, doctor, places, version, completion."""

import json
import stat
import subprocess
import sys
from importlib.util import find_spec
from weakref import WeakSet

import pytest
import tomli

from dispatch_cli import __version__
from dispatch_cli.catalog.compiled_catalog import CompiledCatalog
from dispatch_cli.cli import options
from dispatch_cli.model.words import EQUIPMENT
from tests import answers

from ..terminal import Terminal
from .conftest import TWO_FIRMS


def test_validate_prints_counts(dispatch, firms):
    """A valid file gives counts and the regions of public holidays."""
    ran = dispatch("providers", "validate")
    assert ran.code == 0
    assert ran.out == "ok: 2 providers, 1 client\nholidays of Augsburg: lech, wertach\n"


def test_validate_names_five_providers_of_a_region(dispatch, firms):
    """A terminal counts a long list, and shows all with -v; off a terminal nothing is left out.

    A base abroad has no holidays that are known.
    """
    block = firms.read_text().split("[[provider]]")[-1].replace("86199", "47.3769,8.5417")
    more = "".join(f"[[provider]]{block.replace('wertach', f'far-{n}')}" for n in range(7))
    firms.write_text(firms.read_text() + more)
    every = [
        "holidays of no region: far-0, far-1, far-2, far-3, far-4, far-5, far-6",
        "holidays of Augsburg: lech, wertach",
    ]
    assert dispatch("providers", "validate").out.splitlines()[1:] == every
    assert dispatch("providers", "validate", "-v").out.splitlines()[1:3] == every
    with Terminal(["providers", "validate"], columns=100) as terminal:
        terminal.wait_for("far-0, far-1, far-2, far-3, far-4 and 2 more")
    with Terminal(["providers", "validate", "-v"], columns=100) as terminal:
        terminal.wait_for("far-4, far-5, far-6")


def test_validate_lists_everything_wrong_at_once(dispatch, firms):
    """Each problem has file, line and whose it is, and the last line is what to do."""
    text = firms.read_text().replace('base = "86199"', "base = { lat = 515.0, lon = 10.9 }")
    firms.write_text(text.replace('services = ["tow"]', 'servces = ["tow"]'))
    ran = dispatch("providers", "validate", "--json")
    assert ran.code == 4
    lines = ran.err.splitlines()
    assert any("lat 515.0 is not between -90 and 90" in line for line in lines)
    assert any('unknown key "servces" (did you mean "services"?)' in line for line in lines)
    assert all(line.startswith("error: providers.toml:") for line in lines[:-1])
    assert {error["who"] for error in ran.envelope["errors"]} == {'provider "wertach"'}


def test_validate_in_json(dispatch, firms):
    """The counts are data, and the providers of each holiday region."""
    data = dispatch("providers", "validate", "--json").envelope["data"]
    assert (data["providers"], data["clients"]) == (2, 1)
    assert data["holiday_regions"] == {"Augsburg": ["lech", "wertach"]}


def test_list_and_filter(dispatch, firms):
    """All providers, or those of one service in either language; an unknown service is refused."""
    assert [line.split("\t")[0] for line in dispatch("providers", "list").out.splitlines()] == [
        "id", "lech", "wertach",
    ]  # fmt: skip
    ran = dispatch("providers", "list", "--service", "pannenhilfe", "--json")
    assert [each["id"] for each in ran.envelope["data"]["providers"]] == ["lech"]
    assert dispatch("providers", "list", "--service", "zzz").code == 2


def test_validate_shows_how_numbers_and_hours_are_read(dispatch, home):
    """With -v each number stands as it is shown and as it is dialled, and hours as evaluated."""
    (home / "providers.toml").write_text(
        TWO_FIRMS.replace("089 99998-114", "Tel. (+49) 89/99998-114").replace(
            "Mo-Fr 08:00-18:00", "werktags 8-18 Uhr"
        )
    )
    ran = dispatch("providers", "validate", "-v", "--quiet")
    assert ran.out.splitlines() == [
        "provider\twhat\tshown\tread_as",
        "lech\tphone\t+49 89/99998-114\t+498999998114",
        "lech\thours\t\t24/7",
        "wertach\tphone\t089 99998-207\t+498999998207",
        "wertach\thours\t\tMo-Sa 08:00-18:00",
    ]
    read = dispatch("providers", "validate", "-v", "--json").envelope["data"]["read"]
    assert read[0] == {
        "provider": "lech", "what": "phone", "shown": "+49 89/99998-114",
        "read_as": "+498999998114",
    }  # fmt: skip


@pytest.mark.parametrize("command", [("list",), ("list", "--json"), ("validate",)])
def test_no_command_of_the_file_holds_all_providers_at_once(dispatch, home, monkeypatch, command):
    """While 2,000 providers are listed or counted, the decoded ones fit into a few blocks."""
    own = TWO_FIRMS[TWO_FIRMS.rindex("[[provider]]") :]
    text = "".join(own.replace('"wertach"', f'"w{number}"') for number in range(2000))
    (home / "providers.toml").write_text(text, encoding="utf-8")
    dispatch("providers", *command)  # so that the compiled form is there
    made = WeakSet()
    decode = CompiledCatalog.provider
    most = 0

    def counted(self, number):
        nonlocal most
        found = Counted(decode(self, number))
        made.add(found)
        most = max(most, len(made))
        return found

    class Counted:
        def __init__(self, provider):
            self.provider = provider

        def __getattr__(self, name):
            return getattr(self.provider, name)

        def __str__(self):
            return self.provider.id  # what is written of it in JSON

    monkeypatch.setattr(CompiledCatalog, "provider", counted)
    ran = dispatch("providers", *command)
    answers.take_faults()  # a counted provider is its id in JSON
    assert ran.code == 0
    assert "w1999" in ran.out
    assert 0 < most <= 1200


def test_show(dispatch, firms):
    """All values of one provider are shown; an unknown id gives a suggestion."""
    ran = dispatch("providers", "show", "wertach")
    assert "max_weight_t\t2.8" in ran.out
    assert dispatch("providers", "show", "wertach", "--json").envelope["data"]["provider"]["id"]
    ran = dispatch("providers", "show", "wertahc")
    assert (ran.code, 'did you mean "wertach"' in ran.err) == (2, True)


def test_schema_is_json_schema(dispatch, home):
    """What editors load while the file is written."""
    schema = json.loads(dispatch("providers", "schema").out)
    assert schema["$schema"].startswith("https://json-schema.org/")


def test_init_copies_the_sample_and_never_overwrites(dispatch, home):
    """A start for one's own file, once."""
    ran = dispatch("providers", "init")
    assert ran.code == 0
    assert len(tomli.loads((home / "providers.toml").read_text())["provider"]) >= 60
    before = (home / "providers.toml").read_bytes()
    assert dispatch("providers", "init").code == 8
    assert (home / "providers.toml").read_bytes() == before
    assert dispatch("providers", "init", "no/such/folder.toml").code == 5


def test_kinds_names_kinds_services_and_conditions(dispatch, firms):
    """All three, with the German words; plans of the file included."""
    firms.write_text(
        firms.read_text() + '\n[plans.gas_leak]\nwords = ["Gas"]\nservices = ["fire"]\n'
    )
    out = dispatch("kinds").out
    rows = [line.split("\t") for line in out.splitlines()[1:]]
    assert {row[0] for row in rows} == {"kind", "service", "condition"}
    named = {row[1]: row for row in rows if row[0] != "condition"}
    assert named["breakdown"][2] == "Panne"
    assert named["gas_leak"][2] == "Gas"
    assert named["recovery"][2] == "Bergung"
    assert dispatch("kinds", "--json").envelope["data"]["rows"]


def test_kinds_lists_the_equipment(dispatch, home):
    """``--equipment`` lists exactly the closed set, with the German words; files are not read."""
    (home / "providers.toml").write_text("broken")
    rows = [line.split("\t") for line in dispatch("kinds", "--equipment").out.splitlines()[1:]]
    assert [(row[1], row[2]) for row in rows] == [(name, of[0]) for name, of in EQUIPMENT.items()]
    ran = dispatch("--lang", "de", "kinds", "--equipment", "--json")
    assert {row["what"] for row in ran.envelope["data"]["rows"]} == {"piece of equipment"}


def test_doctor_shows_the_file_and_sources(dispatch, firms, monkeypatch):
    """The file in force and the source of each setting are shown, also of a broken file."""
    assert "folder" in dispatch("doctor").out
    monkeypatch.setenv("DISPATCH_PROVIDERS", str(firms))
    rows = [line.split("\t") for line in dispatch("doctor").out.splitlines()]
    assert ["postcodes", "2026-03-30", "GeoNames"] in rows
    assert ["provider file", str(firms), "environment"] in rows
    firms.write_text("[[")
    ran = dispatch("doctor")
    assert ran.code == 4
    assert "problem" in ran.out


def test_doctor_names_the_line_of_each_setting(dispatch, firms, home):
    """Each setting has its line or "built in"; included files are listed."""
    more = 'include = ["more/*.toml"]\n[ranking]\nfallback_min = 90\nspeed_kmh = 60\n'
    service = "[ranking.service.tow]\nanswer_min = 4\n"
    firms.write_text(more + service + firms.read_text())
    (home / "more").mkdir()
    (home / "more" / "a.toml").write_text("")
    rows = {tuple(line.split("\t")) for line in dispatch("doctor").out.splitlines()}
    assert ("included file", "more/a.toml", "include") in rows
    assert ("fallback_min", "90.0", "providers.toml:3") in rows
    assert ("speed", "inf km:60", "providers.toml:4") in rows
    assert ("tow answer_min", "4.0", "providers.toml:6") in rows
    assert ("method", "index", "built in") in rows


def test_places_import_teaches_names(dispatch, firms, home):
    """An import replaces the built-in names; a wrong town is refused before and after it."""
    source = home / "de.csv"
    source.write_text(
        "country_code,zipcode,place,state,state_code,province,province_code,community,"
        "community_code,latitude,longitude\n"
        "DE,86150,Augsburg,Bayern,BY,Schwaben,097,Augsburg,09761,48.3705,10.8978\n"
    )
    ran = dispatch("cascade", "tow", "-a", "Augsburg", "--json")
    assert "Augsburg (86150-86199)" in ran.envelope["data"]["incident"]["place"]
    assert dispatch("cascade", "tow", "-a", "86150 Ulm").code == 2
    ran = dispatch("places", "import", str(source))
    assert (ran.code, ran.out.startswith("ok: 1 name, 1 postcode, in ")) == (0, True), ran
    ran = dispatch("cascade", "tow", "-a", "Augsburg", "--json")
    assert "near 86150 Augsburg," in ran.envelope["data"]["incident"]["place"]
    assert dispatch("cascade", "tow", "-a", "86150 Ulm").code == 2
    assert dispatch("places", "import", str(source), "--json").envelope["data"]["names"] == 1
    assert dispatch("places", "import", str(home / "missing")).code == 4


def test_version_and_help(dispatch, home):
    """--version, -h and --help everywhere."""
    assert dispatch("--version").out == f"dispatch {__version__}\n"
    for argv in ([], ["cascade"], ["providers"], ["providers", "list"], ["kinds"], ["doctor"]):
        for flag in ("-h", "--help"):
            ran = dispatch(*argv, flag)
            assert (ran.code, "Usage: dispatch" in ran.out) == (0, True)


def test_completion_of_kinds_clients_and_ids(dispatch, firms):
    """Names of the file are completed; a broken file gives no completion and no error."""
    assert "breakdown" in options.complete_kinds("break")
    assert "panne" in options.complete_kinds("pan")
    assert options.complete_clients("a") == ["adac"]
    assert options.complete_providers("w") == ["wertach"]
    firms.write_text("[[")
    assert options.complete_clients("a") == []


def test_warm_start_leaves_the_heavy_libraries_out(firms):
    """The second call imports no parser, no phone or hours library, no rich, no case log."""
    heavy = {
        "tomli", "phonenumbers", "opening_hours", "holidays", "rich", "mgrs", "openlocationcode",
        "platformdirs.windows", "pydantic", "sqlite3", "dispatch_cli.store.log",
    }  # fmt: skip
    _modules_of_ranking("--json")
    assert heavy & _modules_of_ranking("--json") == set()


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["lines", "json"])
def test_ranking_imports_no_extra(firms, form):
    """What only the batch needs stays out of a ranking, although it is installed."""
    extras = {"llvmlite", "numba", "numpy", "polars", "pyarrow"}
    if not any(map(find_spec, extras)):
        pytest.skip("no extra is installed")
    assert extras & _modules_of_ranking(*form) == set()


NO_RANKING = {"candidates", "chain", "desk", "eligibility", "hours", "ranking"}
NO_CASES = {"availability", "cases.case_states", "cases.offer_changes", "cases.clock_watch"}


@pytest.mark.parametrize(
    ("argv", "heavy"),
    [
        ("log head", NO_RANKING | NO_CASES),
        ("log verify", NO_RANKING | NO_CASES),
        ("case list", NO_RANKING | {"cases.clock_watch"}),
        ("case decline 1.1 --reason no_unit", NO_RANKING),
        ("case accept 1.1 --eta 20", NO_RANKING),
        ("check --quiet", {"cases.case_states", "cases.book", "cases.clock_watch"}),
    ],
)
def test_a_command_loads_only_its_own_part(dispatch, lech_alone, argv, heavy):
    """What only compares the clock loads no part of a case, what only answers no ranking."""
    for made in ("open tow --at 86150", "offer 1"):
        assert dispatch("case", *made.split()).code == 0
    loaded = {name.removeprefix("dispatch_cli.") for name in _modules_of(*argv.split())}
    assert heavy & loaded == set()
    assert "store.database" in loaded


def _modules_of_ranking(*options: str) -> set[str]:
    return _modules_of("cascade", "tow", "--at", "86150", *options)


def _modules_of(*argv: str) -> set[str]:
    """Run a command in a process of its own and return the names of all imported modules."""
    code = (
        "import sys; from dispatch_cli.cli import run; code = run(sys.argv[1:]); "
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *argv], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return set(ran.stderr.split())


def test_exit_searches_for_no_garbage(home):
    """At exit all objects are frozen: Python does not search them for garbage (cold start)."""
    code = (
        "import atexit, gc; from dispatch_cli.__main__ import main; "
        "atexit.register(lambda: print(len(gc.get_objects()) < gc.get_freeze_count())); main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "--version"], capture_output=True, text=True, check=False
    )
    assert ran.stdout.splitlines() == [f"dispatch {__version__}", "True"], ran.stderr


def test_cache_is_private(dispatch, firms, tmp_path):
    """The compiled provider file is readable by its owner only."""
    dispatch("cascade", "tow", "-a", "86150")
    for path in (tmp_path / "cache").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.mark.parametrize("name", ["list", "show", "validate"])
def test_every_provider_command_reads_the_option(dispatch, home, tmp_path, firms, name):
    """--providers names the file for every command that reads one."""
    other = tmp_path / "other.toml"
    other.write_text(firms.read_text().replace("wertach", "singold"))
    argv = ["providers", name, *(["singold"] if name == "show" else [])]
    ran = dispatch(*argv, "--providers", str(other), "--json")
    assert ran.code == 0, ran.err
