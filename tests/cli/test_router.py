"""``--router`` and ``[travel]``: road minutes in table, rows, JSON and case."""

import os
import socket

import pytest

from ..terminal import on_terminal, screen_lines
from ..travel.road_servers import RoadServer, http

AT = ("--at", "49.41,8.69")
FIRMS = "".join(
    f"""
[[provider]]
id = "firm-{number}"
name = "Firma {number}"
phone = "089 99998-{100 + number}"
services = ["tow"]
base = "{49.38 + number % 7 * 0.013:.6f},{8.62 + number % 11 * 0.017:.6f}"
area = "country"
hours = "24/7"
turnout_min = {3 + number % 5}
"""
    for number in range(60)
)


@pytest.fixture
def engine():
    """Serve invented roads."""
    with RoadServer() as server:
        yield server


@pytest.fixture
def file(home):
    """Write 60 firms round Heidelberg to a file that the user names."""
    path = home / "heidelberg.toml"
    path.write_text(FIRMS)
    return str(path)


@pytest.fixture
def cascade(dispatch, file, engine):
    """Run ``cascade tow`` with the engine."""

    def ran(*more, router=f"osrm={engine.url}"):
        return dispatch("cascade", "tow", *AT, "--providers", file, "--router", router, *more)

    return ran


def test_road_minutes_in_json(cascade, engine):
    """The first five have road minutes and kilometres; those behind say why they have none."""
    [found] = cascade("--json").envelope["data"]["cascades"]
    assert found["roads"]["source"] == "osrm"
    assert 12 <= found["roads"]["asked"] < found["roads"]["eligible"] == 60
    rows = found["candidates"]
    assert {row["travel_source"] for row in rows[:5]} == {"osrm"}
    assert all(row["road_km"] > row["distance_km"] - 0.001 for row in rows[:5])
    behind = [row for row in rows if row["travel_source"] == "crow_fly"]
    assert len(behind) == 60 - found["roads"]["asked"]
    assert all("cannot be among the first" in row["no_road_why"] for row in behind)
    assert not any("no_road_why" in row for row in rows if row["travel_source"] == "osrm")


def test_without_an_engine_json_has_no_new_keys(dispatch, file):
    """A cascade without an engine is what it was."""
    [found] = dispatch("cascade", "tow", *AT, "--providers", file, "--json").envelope["data"][
        "cascades"
    ]
    assert "roads" not in found
    assert not {"road_km", "no_road_why"}.intersection(*map(set, found["candidates"]))


def test_the_order_is_one_in_rows_json_screen_and_case(cascade, dispatch, file, engine):
    """Rows, JSON, screen and the opened case have the same first five."""
    [found] = cascade("--json").envelope["data"]["cascades"]
    wanted = [row["provider"] for row in found["candidates"][:5]]
    rows = [line.split("\t") for line in cascade().out.splitlines()]
    by_row = [row[rows[0].index("provider")] for row in rows[1:6]]
    assert by_row == wanted
    opened = dispatch(
        "case", "open", "tow", *AT, "--providers", file, "--router", f"osrm={engine.url}", "--json"
    )
    assert opened.code == 0
    for provider in wanted:
        card = dispatch("case", "offer", "1", "--providers", file, "--json").envelope["data"]
        assert card["provider"] == provider
        dispatch("case", "decline", card["ref"], "--reason", "no_unit", "--providers", file)


def test_top_proves_more_rows(cascade):
    """``--top 30`` has road minutes in thirty rows."""
    [found] = cascade("--json", "--top", "30").envelope["data"]["cascades"]
    assert {row["travel_source"] for row in found["candidates"][:30]} == {"osrm"}


@pytest.mark.parametrize("required", [False, True])
def test_an_engine_that_is_down(cascade, required):
    """Without the engine the minutes are estimates with a warning; required, it is exit 5."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        router = f"osrm=http://127.0.0.1:{free.getsockname()[1]}"
        ran = cascade("--json", *(["--require-router"] if required else []), router=router)
    said = "osrm: connection refused"
    if required:
        assert ran.code == 5
        assert ran.envelope["errors"][0]["text"] == said
        return
    assert ran.code == 0
    assert ran.envelope["warnings"] == [f"{said}; the minutes are estimates as the crow flies"]
    [found] = ran.envelope["data"]["cascades"]
    assert found["roads"]["failure"] == said
    assert {row["travel_source"] for row in found["candidates"]} == {"crow_fly"}


def test_no_case_is_opened_without_a_required_engine(dispatch, file, engine):
    """``case open --require-router`` records nothing if the engine does not answer."""
    engine.reply = lambda *_: http(b"", "500 Internal Server Error")
    words = ("case", "open", "tow", *AT, "--providers", file, "--router", f"osrm={engine.url}")
    ran = dispatch(*words, "--require-router", "--json")
    assert ran.code == 5
    assert dispatch(*words, "--json").code == 0
    assert dispatch("case", "list", "--json").envelope["data"]["cases"][0]["id"] == 1


@pytest.mark.parametrize(
    ("router", "said"),
    [
        ("osmr=http://localhost:5000", "did you mean"),
        ("osrm", "needs an address"),
        ("crow_fly=http://a.de", "has no address"),
        ("osrm=ftp://a.de", "neither http nor https"),
        ("osrm=http://a b", "not an address"),
    ],
)
def test_a_wrong_router_is_a_usage_error(cascade, router, said):
    """An unknown engine, or no address, is named with what is allowed."""
    ran = cascade("--json", router=router)
    assert ran.code == 2
    assert said in ran.envelope["errors"][0]["text"]


def test_a_password_in_an_address_is_not_repeated(cascade):
    """The refusal names the engine, not the address."""
    ran = cascade("--json", router="osrm=http://desk:geheim@localhost:5000")
    assert ran.code == 2
    assert ran.envelope["errors"][0]["text"] == "--router osrm: credentials in the address"
    assert "geheim" not in ran.out + ran.err


def test_require_router_without_an_engine(dispatch, file):
    """``--require-router`` alone names what is missing."""
    ran = dispatch("cascade", "tow", *AT, "--providers", file, "--require-router")
    assert ran.code == 2
    assert "--require-router needs a travel engine" in ran.err


def test_the_file_names_an_engine(dispatch, home, engine):
    """[travel] of a file that the user names counts; --router crow_fly switches it off."""
    path = home / "own.toml"
    path.write_text(f'[travel]\nengine = "osrm"\nurl = "{engine.url}"\n{FIRMS}')
    words = ("cascade", "tow", *AT, "--providers", str(path), "--json")
    for _ in range(2):  # the second run opens the compiled form
        [found] = dispatch(*words).envelope["data"]["cascades"]
        assert found["roads"]["source"] == "osrm"
    [found] = dispatch(*words, "--router", "crow-fly").envelope["data"]["cascades"]
    assert "roads" not in found


def test_the_factors_of_another_engine_do_not_count(dispatch, home, engine):
    """--router with another engine than that of the file has the defaults of its own engine."""

    def minutes(travel):
        path = home / "own.toml"
        path.write_text(travel + FIRMS)
        words = ("--providers", str(path), "--router", f"osrm={engine.url}", "--json")
        [found] = dispatch("cascade", "tow", *AT, *words).envelope["data"]["cascades"]
        return {
            row["provider"]: row["travel_min"]
            for row in found["candidates"][:5]
            if row["travel_source"] == "osrm"
        }

    of_file = "[travel.factor]\ntow_truck = 2.0\n"
    plain = minutes("")
    assert len(plain) == 5
    other = '[travel]\nengine = "valhalla"\nurl = "http://localhost:8002"\n'
    assert minutes(other + of_file) == plain
    for own in ("", f'[travel]\nengine = "osrm"\nurl = "{engine.url}"\n'):
        doubled = minutes(own + of_file)
        assert doubled
        assert all(doubled[each] > 1.5 * plain[each] for each in doubled.keys() & plain.keys())


def test_a_found_file_cannot_send_places_away(dispatch, home, engine):
    """[travel] of ./providers.toml, or of one that others can write, sends no place anywhere."""
    path = home / "providers.toml"
    path.write_text(f'[travel]\nengine = "osrm"\nurl = "{engine.url}"\n{FIRMS}')
    for words in ((), ("--providers", "providers.toml")):
        ran = dispatch("cascade", "tow", *AT, "--json", *words)
        assert ran.code == 0
        assert "roads" not in ran.envelope["data"]["cascades"][0]
        [warning] = ran.envelope["warnings"]
        assert "providers.toml:3: [travel]: url is allowed only in a file that you" in warning
        assert "as the crow flies" in warning
        os.chmod(path, 0o666)  # noqa: S103 - the reason for its refusal
    assert engine.requests == []


@pytest.mark.parametrize("columns", [80, 140])
def test_the_screen_marks_estimates(cascade, file, engine, columns):
    """Estimates have "~" at every width, the footer names the engine, the next command keeps it."""
    words = ("cascade", "tow", *AT, "--providers", file, "--router", f"osrm={engine.url}")
    [found] = cascade("--json").envelope["data"]["cascades"]
    code, raw = on_terminal([*words, "--explain"], columns=columns, rows=90)
    assert code == 0
    lines = screen_lines(raw, columns=columns, rows=90)
    for row in found["candidates"]:
        [line] = [each for each in lines if row["phone"] in each]
        assert ("~" in line[:60]) == (row["travel_source"] == "crow_fly"), line
    text = " ".join(" ".join(lines).split())
    assert "Roads by osrm; ~ as the crow flies" in text
    assert f"--router osrm={engine.url}" in text.replace("\\ ", "")


def test_the_screen_names_a_failure(cascade, file, engine):
    """An engine that is down is named in the footer, and every row has "~"."""
    engine.reply = lambda *_: http(b"", "500 Internal Server Error")
    words = ("cascade", "tow", *AT, "--providers", file, "--router", f"osrm={engine.url}")
    _, raw = on_terminal(list(words), columns=100, rows=40)
    lines = screen_lines(raw, columns=100, rows=40)
    assert "~ as the crow flies: osrm: HTTP 500" in lines
    assert all("~" in line for line in lines if "Firma" in line)


def test_forgetting_empties_the_kept_roads(cascade, dispatch, home, file):
    """``case forget`` removes the kept answers, which hold places."""
    cascade()
    folder = home.parent / "cache" / "dispatch" / "roads"
    assert list(folder.iterdir())
    assert dispatch("case", "forget", "--older-than", "1d", "--providers", file).code == 0
    assert list(folder.iterdir()) == []
    cascade()
    dispatch("case", "forget", "--older-than", "1d", "--dry-run", "--providers", file)
    assert list(folder.iterdir())


def test_a_forecast_names_its_travel_source(cascade, dispatch, file, engine):
    """An offer keeps the engine whose minutes its forecast has, and lateness is learned for it."""
    router = ("--router", f"osrm={engine.url}")
    dispatch("case", "open", "tow", *AT, "--providers", file, *router)
    dispatch("case", "offer", "1", "--providers", file)
    dispatch("case", "accept", "1.1", "--eta", "90", "--providers", file)
    from dispatch_cli import folders, store

    log = store.open_store(store.default_path(folders.state_dir()), now=None)
    with log.reading() as reader:
        [offer] = reader.case(1).offers
        by_road, by_air = reader.summaries("osrm"), reader.summaries("crow_fly")
    assert offer.travel_source == "osrm"
    assert by_road[0].late_min_weighted > 10
    assert by_air[0].late_weight == 0


def test_a_batch_says_once_that_it_ranks_as_the_crow_flies(dispatch, home, engine):
    """A batch leaves the engine of the file alone, and says so in one warning."""
    path = home / "own.toml"
    path.write_text(f'[travel]\nengine = "osrm"\nurl = "{engine.url}"\n{FIRMS}')
    rows = "\n".join(f"tow,49.4{number},8.69" for number in range(5))
    (home / "calls.csv").write_text(f"kind,lat,lon\n{rows}\n")
    ran = dispatch("batch", "calls.csv", "--providers", str(path))
    assert ran.code == 0
    assert ran.err.count("a batch ranks as the crow flies") == 1
    assert engine.requests == []
    quiet = dispatch("batch", "calls.csv", "--providers", str(path), "--quiet")
    assert "crow flies" not in quiet.err


def test_travel_compare_in_rows_and_json(dispatch, file, engine):
    """``travel compare`` has the same figures in rows and JSON, and asks about no case."""
    words = ("travel", "compare", "--sample", "20", "--providers", file)
    found = dispatch(*words, "--router", f"osrm={engine.url}", "--json").envelope
    assert found["schema"] == "dispatch.travel.compare/1"
    errors = found["data"]["errors"]
    assert errors["incidents"] == 20
    assert errors["drives"] == 20 * 60
    ran = dispatch(*words, "--router", f"osrm={engine.url}")
    rows = dict(line.split("\t") for line in ran.out.splitlines()[1:])
    assert float(rows["median_error_min"]) == errors["median_error_min"] > 0
    assert dispatch(*words).code == 2
    down = dispatch(*words, "--router", "osrm=http://127.0.0.1:9")
    assert down.code == 5


def test_travel_needs_a_service_and_a_file(dispatch, file, engine):
    """A service that no firm can have, and the packaged sample, are refused before any request."""
    router = ("--router", f"osrm={engine.url}")
    for service in ("tows", "ambulance"):
        ran = dispatch("travel", "compare", "--service", service, "--providers", file, *router)
        assert ran.code == 2
        assert f'--service "{service}" is not a service of a provider' in ran.err
    ran = dispatch("travel", "compare", *router)
    assert ran.code == 4
    assert "the packaged sample has only invented firms" in ran.err
    assert engine.requests == []


def test_an_address_that_is_none(dispatch, home, file):
    """A wrong address is a wrong option, and bad data where the provider file has it."""
    ran = dispatch("cascade", "tow", *AT, "--providers", file, "--router", "osrm=http://a:x")
    assert ran.code == 2
    assert '--router "osrm=http://a:x"' in ran.err
    path = home / "wrong.toml"
    path.write_text(f'[travel]\nengine = "osrm"\nurl = "http://a:x"\n{FIRMS}')
    ran = dispatch("cascade", "tow", *AT, "--providers", str(path))
    assert ran.code == 4
    assert 'wrong.toml:3: [travel]: URL "http://a:x" is not valid' in ran.err


def test_travel_calibrate_prints_lines_that_load(dispatch, file, home, engine):
    """The printed lines are a table of the provider file, on a screen and in rows."""
    words = ["travel", "calibrate", "--sample", "20", "--providers", file,
             "--router", f"osrm={engine.url}"]  # fmt: skip
    rows = [line.split("\t") for line in dispatch(*words).out.splitlines()]
    lines = [row[2] for row in rows if row[0] == "file"]
    assert lines[0] == "[ranking]"
    own = home / "fitted.toml"
    own.write_text("\n".join(lines) + FIRMS)
    assert dispatch("providers", "validate", "--providers", str(own)).code == 0
    _, raw = on_terminal(words, columns=80, rows=60)
    shown = screen_lines(raw, columns=80, rows=60)
    assert shown[-len(lines) :] == lines
