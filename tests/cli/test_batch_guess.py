"""``dispatch batch --guess``: the columns that are taken, and the command that works."""

import json
import shlex

import pytest

BATCH = ("--format", "jsonl", "--top", "1", "--providers", "providers.toml")


def test_guess_prints_the_facts_and_the_command_that_works(dispatch, firms, home):
    """What is taken and why, as lines and JSON; the command as it stands ranks the file."""
    content = "Nr;Breite;Länge;Stichwort;Datum;Uhrzeit\n7;48,37;10,89;tow;27.11.2026;12:03\n"
    (home / "in.csv").write_text(content)
    ran = dispatch("batch", "in.csv", "--guess", "--providers", "providers.toml")
    assert ran.code == 0
    assert "when\tDatum+Uhrzeit\ta usual name of the fact" in ran.out
    told = dispatch("batch", "in.csv", "--guess", "--json", "--providers", "providers.toml")
    assert told.envelope["schema"] == "dispatch.batch.guess/1"
    assert told.envelope["data"]["missing"] == []
    words = shlex.split(told.envelope["data"]["command"])
    again = dispatch(*words[1:], *BATCH)
    assert json.loads(again.out)["id"] == "7"
    assert "used because of their names" not in again.err


def test_the_command_keeps_the_sample_file(dispatch, home):
    """In a folder without a provider file the command works as it stands only with --sample."""
    (home / "providers.toml").unlink(missing_ok=True)
    (home / "in.csv").write_text("id,kind,lat,lon\nr1,tow,48.37,10.89\n")
    told = dispatch("batch", "in.csv", "--sample", "--guess", "--json")
    words = shlex.split(told.envelope["data"]["command"])
    assert json.loads(dispatch(*words[1:], "--top", "1").out)["id"] == "r1"


def test_quiet_prints_the_table_without_the_command(dispatch, firms, home):
    """--quiet leaves out the hint, as everywhere; the table stays."""
    (home / "in.csv").write_text("id,kind,lat,lon\nr1,tow,48.37,10.89\n")
    guess = ("batch", "in.csv", "--guess", "--providers", "providers.toml")
    assert "hint: " in dispatch(*guess).err
    ran = dispatch(*guess, "--quiet")
    assert (ran.code, ran.err) == (0, "")
    assert "lat" in ran.out


def test_guess_names_what_is_missing(dispatch, firms, home):
    """A column whose cells are no kinds is no kind; exit 4, and the command has KIND to fill in."""
    (home / "in.csv").write_text("lat,lng,title\n48.37,10.89,EMS: FALL VICTIM\n")
    ran = dispatch("batch", "in.csv", "--guess", "--providers", "providers.toml")
    assert ran.code == 4
    assert "EMS: FALL VICTIM" in ran.out
    assert "--kind KIND" in ran.err


def test_guess_keeps_every_option_in_its_command(dispatch, firms, home):
    """Without the encoding, the delimiter or the provider file the command would fail."""
    text = "Titel\nid#kind#Länge#Breite#Text\nr1#tow#10,89#48,37#x\n"
    (home / "in.csv").write_bytes(text.encode("cp1252"))
    options = ("--skip", "1", "--delimiter", "#", "--encoding", "cp1252", "--keep", "Text")
    told = dispatch("batch", "in.csv", "--guess", "--json", "--providers", "providers.toml",
                    *options)  # fmt: skip
    words = shlex.split(told.envelope["data"]["command"])
    assert set(options) | {"providers.toml"} <= set(words)
    again = dispatch(*words[1:], "--top", "1")
    assert json.loads(again.out)["id"] == "r1"


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ('{"id":"r1","kind":"tow","at":"86150"}\n', "id=id,kind=kind,at=at"),
        ('{"Nr":"r1","Stichwort":"tow","Ort":"86150"}\n', "id=Nr,kind=Stichwort,at=Ort"),
        ('{"x":[1]}\n{"Nr":"r1","Stichwort":"tow","Ort":"86150"}\n', "id=Nr,kind=Stichwort,at=Ort"),
    ],
)
def test_guess_reads_the_names_of_json_objects(dispatch, firms, home, content, columns):
    """JSON lines have no header row: the first objects name the columns."""
    (home / "in.jsonl").write_text(content)
    told = dispatch("batch", "in.jsonl", "--guess", "--json", "--providers", "providers.toml")
    assert (told.code, told.envelope["data"]["missing"]) == (0, [])
    words = shlex.split(told.envelope["data"]["command"])
    assert columns in words
    assert json.loads(dispatch(*words[1:], "--top", "1").out.splitlines()[0])["id"] == "r1"


@pytest.mark.parametrize(
    ("content", "option"),
    [
        ("Titel;;\n\nid;Stichwort;Ort\nr1;tow;86150\n", "--skip 2"),
        ("sep=;\nid,Stichwort,Ort\nr1,tow,86150\n", "--delimiter ,"),
    ],
)
def test_guess_goes_on_from_the_likely_header_row(dispatch, firms, home, content, option):
    """The command guesses again from that line, or with that delimiter, and finds the columns."""
    (home / "in.csv").write_text(content)
    told = dispatch("batch", "in.csv", "--guess", "--json", "--providers", "providers.toml")
    assert told.code == 4
    assert option in told.envelope["data"]["command"]
    again = dispatch(*shlex.split(told.envelope["data"]["command"])[1:], "--json")
    assert (again.code, again.envelope["data"]["missing"]) == (0, [])


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(
    ("header", "columns", "said"),
    [
        ("id,kind,at", "lat=Foo", "no column 'Foo'"),
        ("kind,kind,at", "", "the column 'kind' twice"),
        ("id,kind,at", "kind=id+at", "can be joined for at, when"),
        ("id,kind,at", "foo=id", "unknown fact 'foo'"),
    ],
)
def test_guess_refuses_what_the_batch_would_refuse(dispatch, home, header, columns, said):
    """A command that cannot work is not printed."""
    (home / "in.csv").write_text(f"{header}\n1,tow,86150\n")
    ran = dispatch("batch", "in.csv", "--guess", "--columns", columns, "--providers",
                   "providers.toml")  # fmt: skip
    assert ran.code in {2, 4}
    assert said in ran.err
    assert "hint: dispatch batch" not in ran.err
