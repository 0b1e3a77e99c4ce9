"""Runs by cron report lasting problems at begin and end and each hour, not each minute."""

import io
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatch_cli.cases.clock_watch import OF_NO_CASE
from dispatch_cli.cli import log_book
from dispatch_cli.cli.reminding import Reminder
from dispatch_cli.files import hold_lock
from dispatch_cli.folders import state_dir
from dispatch_cli.results.lasting_problem import LastingProblem
from dispatch_cli.store import default_path, open_store

from .watched import run, write

NOW = datetime.now(UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def audit(dispatch, firms, monkeypatch):
    """Run the audit that cron runs, at a minute after now; both firms are always open."""
    firms.write_text(firms.read_text().replace("Mo-Fr 08:00-18:00", "24/7"))

    def audit(minutes: float, *argv: str):
        monkeypatch.setattr(log_book, "now", lambda: NOW + minutes * MINUTE)
        return dispatch("case", *(argv or ("audit", "--quiet")))

    return audit


def test_a_missed_deadline_is_mailed_once_and_each_hour(audit):
    """Of four hours of runs the first, and one each hour, has a line; the code is 7 on each."""
    audit(0, "open", "tow", "--at", "86150")
    assert audit(1).code == 0
    runs = {minute: audit(minute) for minute in range(4, 245)}
    said = {minute: ran.out for minute, ran in runs.items() if ran.out}
    assert list(said) == [4, 64, 124, 184, 244]
    assert said[4].startswith("case 1   next call overdue since ")
    assert said[64].startswith("still: case 1   next call overdue since ")
    assert {ran.code for ran in runs.values()} == {7}
    assert not any(ran.err for ran in runs.values())


def test_a_broken_provider_file_is_mailed_once_and_each_hour(audit, firms):
    """It is reported at the begin, each hour and at the end, beside the deadlines."""
    audit(0, "open", "tow", "--at", "86150")
    whole = firms.read_text()
    firms.write_text('"\\u001b[2J" = 1\n')
    runs = {minute: audit(minute) for minute in (1, 2, 3, 4, 5, 61, 62)}
    assert [minute for minute, ran in runs.items() if ran.out] == [1, 4, 61]
    assert runs[1].out.startswith("the provider file cannot be read: ")
    assert runs[61].out.startswith("still: the provider file cannot be read: ")
    assert not any(ran.err or "\x1b" in ran.out for ran in runs.values())
    assert [ran.code for ran in runs.values()] == [0, 0, 0, 7, 7, 7, 7]
    firms.write_text(whole)
    assert audit(63).out.startswith("over: provider file (first reported ")


def test_the_end_is_mailed_and_the_next_one_is_new(audit):
    """A call ends the missed deadline; the answer that is missed then has a line of its own."""
    audit(0, "open", "tow", "--at", "86150")
    audit(4)
    audit(5, "offer", "1")
    over = audit(6)
    assert (over.code, over.out.count("\n")) == (0, 1)
    assert over.out.startswith("over: case 1 next call tow (first reported ")
    assert audit(7).out == ""
    assert audit(9).out.startswith("case 1.1   answer overdue since ")
    audit(10, "decline", "1.1", "--reason", "weather")
    assert audit(11).out.startswith("over: case 1.1 answer ")
    assert audit(14).out.startswith("case 1   next call overdue since ")


def test_a_call_back_that_was_made_is_over(audit):
    """The end of a problem names the case and what was missed, with single blanks."""
    audit(0, "open", "tow", "--at", "86150")
    audit(0, "offer", "1")
    audit(0, "accept", "1.1", "--eta", "60")
    audit(0, "callback", "1", "2")
    assert audit(3).out.startswith("case 1   call back overdue since ")
    audit(4, "callback", "1", "done")
    assert audit(5).out.startswith("over: case 1 call back (first reported ")


def test_the_same_deadline_missed_anew_is_new(audit):
    """After a refused call between two runs the next missed call is a new problem."""
    audit(0, "open", "tow", "--at", "86150")
    assert audit(4).out
    audit(5, "offer", "1")
    audit(5, "decline", "1.1", "--reason", "weather")
    assert audit(9).out.startswith("case 1   next call overdue since ")


def test_the_interval_of_reminders_comes_from_the_file(audit, firms):
    """[check] remind_min is the interval of reminders."""
    with firms.open("a") as file:
        file.write("\n[check]\nremind_min = 10\n")
    audit(0, "open", "tow", "--at", "86150")
    assert [minute for minute in range(4, 30) if audit(minute).out] == [4, 14, 24]


def test_a_jump_of_the_clock_is_mailed_and_recorded(audit):
    """A clock set back is reported at begin and end, and recorded once."""
    audit(60, "open", "tow", "--at", "86150")
    first = audit(0).out.splitlines()
    assert len(first) == 2
    assert first[0].startswith("the clock was set back by 60 min: when it showed ")
    assert "next call due now" in first[1]
    assert audit(1).out == ""
    # The next call is due three minutes after the case was opened, by either clock.
    over = [line.partition(" (first reported ")[0] for line in audit(61).out.splitlines()]
    assert over == ["over: clock", "over: case 1 next call tow"]
    with open_store(default_path(state_dir()), now=NOW).reading() as reader:
        jumps = list(reader.acts(OF_NO_CASE))
    assert [(act.action, act.at, act.details["last"]) for act in jumps] == [
        ("clock jumped", NOW, (NOW + 60 * MINUTE).isoformat())
    ]


def test_a_quiet_weekend_is_no_jump(audit):
    """While cron looks each hour, three days without acts do not make the clock implausible."""
    audit(0, "open", "tow", "--at", "86150")
    audit(1, "close", "1")
    for hour in range(1, 72, 12):
        assert audit(hour * 60).code == 0
    assert audit(72 * 60, "forget").code == 0


def test_without_cron_three_days_are_a_jump(audit):
    """The control: without these runs the same days are reported as a jump."""
    audit(0, "open", "tow", "--at", "86150")
    audit(1, "close", "1")
    assert audit(72 * 60, "forget").code == 8


def test_a_person_sees_everything(audit):
    """Without --quiet, and in JSON, each run reports all lasting problems."""
    audit(0, "open", "tow", "--at", "86150")
    for argv in (("audit",), ("audit", "--json"), ("audit", "--quiet", "--json")):
        assert all("next call" in audit(4, *argv).out for _ in range(2))


DEEP = b"[" * 100_000
DAMAGED = (b"", b"{", b"[]", b"7", b"\xff", b'"\\ud800"', DEEP)


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_file_repeats_all_reports(audit, home, content):
    """A file that cannot be read at all counts as empty; one line says so, once."""
    audit(0, "open", "tow", "--at", "86150", "--db", "log.sqlite3")
    Path("log.sqlite3.told").write_bytes(content)
    again = ("audit", "--quiet", "--db", "log.sqlite3")
    first, second = audit(4, *again), audit(4, *again)
    assert [bool(first.out), bool(second.out)] == [True, False]
    assert first.err == (
        f"error: {home}/log.sqlite3.told is damaged and cannot be read, so that all problems are"
        " reported again\n"
    )
    assert (first.code, second.code, second.err) == (7, 7, "")


def told(seen_at: object = None, **notices: object) -> dict[str, object]:
    """Make the content of the file with problems of the audit."""
    return {"seen_at": seen_at, "notices": {"audit": notices}, "states": {}}


NAIVE = "2026-11-27T12:00:00"
WRONG: dict[str, tuple[object, str]] = {
    "a naive time": (told(x={"first_at": NAIVE, "last_at": NAIVE}), "notices.audit.x"),
    "half naive": (told(x={"first_at": f"{NAIVE}Z", "last_at": NAIVE}), "notices.audit.x"),
    "no time": (told(x={"first_at": "noon", "last_at": 5}), "notices.audit.x"),
    "no entry": (told(x=[]), "notices.audit.x"),
    "beyond the calendar": (
        told(x={"first_at": "0001-01-01T00:00:00+14:00", "last_at": f"{NAIVE}Z"}),
        "notices.audit.x",
    ),
    "a naive look": (told(seen_at=NAIVE), "seen_at"),
    "a numeric look": (told(seen_at=[1]), "seen_at"),
    "no topic": ({"notices": {"audit": 7}}, "notices.audit"),
    "no topics": ({"notices": [1]}, "notices"),
    "no states": ({"states": {"check": {"lech": {"state": "bad"}}}}, "states.check.lech"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_entry_is_one_line_and_the_rest_is_kept(audit, home, what):
    """A file edited by hand ends in no traceback; readable reports are not repeated."""
    argv = ("--db", "log.sqlite3")
    audit(0, "open", "tow", "--at", "86150", *argv)
    again = ("audit", "--quiet", *argv)
    assert audit(4, *again).out
    path = Path("log.sqlite3.told")
    whole, (content, place) = json.loads(path.read_bytes()), WRONG[what]
    merged = {**whole, **content}
    if isinstance(merged["notices"], dict) and isinstance(merged["notices"]["audit"], dict):
        merged["notices"]["audit"].update(whole["notices"]["audit"])
    path.write_text(json.dumps(merged))
    ran = audit(5, *again)
    assert ran.err == (
        f"error: {home}/log.sqlite3.told is damaged, so that some reports may be repeated:"
        f' "{place}" cannot be read\n'
    )
    is_kept = not place.startswith("notices") or place.endswith(".x")
    assert (ran.code, ran.out == "") == (7, is_kept)
    ran = audit(6, *again)
    assert (ran.code, ran.out, ran.err) == (7, "", "")


def test_many_wrong_entries_are_counted(audit, home):
    """Of five wrong entries three are named; a control character reaches no terminal."""
    audit(0, "open", "tow", "--at", "86150", "--db", "log.sqlite3")
    wrong = told(**{f"x{n}\x1b[2J": [] for n in range(5)})
    Path("log.sqlite3.told").write_text(json.dumps(wrong))
    ran = audit(1, "audit", "--quiet", "--db", "log.sqlite3")
    assert ran.err.count("notices.audit.x") == 3
    assert ran.err.endswith(" and 2 more cannot be read\n")
    assert "\x1b" not in ran.err


def test_a_naive_look_is_no_look(audit, home):
    """A command that asks when cron has looked last is not stopped by a time without a zone."""
    db = ("--db", "log.sqlite3")
    audit(0, "open", "tow", "--at", "86150", *db)
    audit(1, "close", "1", *db)
    Path("log.sqlite3.told").write_text(json.dumps(told(seen_at=NAIVE)))
    assert audit(72 * 60, "forget", *db).code == 8  # as if cron had never looked


def test_a_file_that_cannot_be_written_is_an_error(audit, home):
    """Then each run reports all problems, with the reason on stderr."""
    audit(0, "open", "tow", "--at", "86150", "--db", "log.sqlite3")
    path = home / "log.sqlite3.told"
    path.mkdir()
    for _ in range(2):
        ran = audit(4, "audit", "--quiet", "--db", "log.sqlite3")
        assert ran.out.startswith("case 1   next call")
        assert ran.err == (
            f"error: {path} cannot be written, so that all problems are reported again:"
            " Is a directory\n"
        )


def test_the_observer_is_offline_once(home):
    """27-observer-offline: three runs end with 5, and one of them reports it."""
    firms = [
        f'[[provider]]\nid = "{name}"\nname = "{name}"\nphone = "089 99998-101"\n'
        f'services = ["tow"]\nbase = "48.40,10.90"\narea = {{ radius_km = 60 }}\n'
        f'check = [{{ kind = "tcp", host = "pbx.{name}.invalid", port = 5060 }}]\n'
        for name in ("alpha", "beta")
    ]
    file = write(home, *firms)
    ran = [run("check", "--quiet", "--providers", file) for _ in range(3)]
    assert [each.returncode for each in ran] == [5, 5, 5]
    assert [each.stdout.count(b"observer offline") for each in ran] == [1, 0, 0]


class Overtaken(io.StringIO):
    """A stdout at whose first line another run of the same minute is started."""

    def __init__(self, other) -> None:
        super().__init__()
        self._other = threading.Thread(target=other)

    def writelines(self, lines) -> None:
        """Start the other run, give it the time that it needs, and write the lines."""
        if not self._other.ident:
            self._other.start()
            self._other.join(0.5)
        super().writelines(lines)

    def all_lines(self) -> list[str]:
        """Return the lines of both runs, once both have ended."""
        self._other.join()
        return sorted(self.getvalue().splitlines())


@pytest.mark.parametrize("topic", ["audit", "check"])
def test_two_runs_at_once_report_each_problem_once(tmp_path, monkeypatch, topic):
    """A run that begins during another one knows its reports, and keeps them."""

    def run_of(topic: str):
        reminder = Reminder(tmp_path / "log", topic, again_min=60, timezone="Europe/Berlin")
        return lambda: reminder.print_news({"a": LastingProblem(f"{topic}: a lasts")}, NOW)

    stdout = Overtaken(run_of(topic))
    monkeypatch.setattr("sys.stdout", stdout)
    run_of("audit")()
    said = stdout.all_lines()
    assert said == sorted({"audit: a lasts", f"{topic}: a lasts"})
    for each in ("audit", topic):
        run_of(each)()
    assert stdout.all_lines() == said


def test_a_hanging_run_blocks_no_other(tmp_path, monkeypatch, capsys):
    """After a while a run continues without the lock and reports twice."""
    monkeypatch.setattr("dispatch_cli.cli.reminding.LONGEST_WAIT_S", 0.1)
    reminder = Reminder(tmp_path / "log", "audit", again_min=60, timezone="Europe/Berlin")
    with hold_lock(tmp_path / "log.told.lock") as is_held:
        assert is_held
        reminder.print_news({"a": LastingProblem("a lasts")}, NOW)
    assert capsys.readouterr().out == "a lasts\n"


def test_nothing_to_say_makes_no_file(audit, home):
    """A run by cron beside a log that is not there yet leaves the folder as it was."""
    assert audit(0, "audit", "--quiet", "--db", "log.sqlite3").code == 0
    assert list(home.glob("log.sqlite3*")) == []
