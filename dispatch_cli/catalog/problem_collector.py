"""Collect the problems and warnings of all files; their lines are looked up at the end."""

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct

from ..errors import BadDataError, DispatchError, Problem, SentenceError, UsageError, as_message
from ..messages import Message
from .line_numbers import LineNumbers
from .table_conversion import Fault, Path

A = TypeVar("A")
T = TypeVar("T")

HINT = 'run "dispatch providers validate" after the fix'

MOST_REPORTED = 50
"""The largest number of problems, and of warnings, that are reported; the others are counted."""


class TomlFile(Struct, frozen=True):
    """A parsed file: its name as shown, its name in the main folder, its text, its top table."""

    name: str
    short: str
    text: str
    top: dict[str, object]


class ProblemCollector:
    """Collects the problems of all files: the first ones, and the number of the others.

    A file of 100,000 providers may have several problems each. Providers are read in their order
    in the file, so the problems of the first few are enough to know the first ones.
    """

    def __init__(self) -> None:
        self._problems: list[tuple[TomlFile | None, Path, Problem]] = []
        self._seen: set[int] = set()
        self._of_providers = 0
        self._last: tuple[str, Path] = ("", ())
        self._lines: dict[str, LineNumbers] = {}
        self._warnings: list[Message] = []
        self._seen_warnings: set[int] = set()
        self._refused: dict[tuple[str, Path], Message] = {}
        self.files: list[str] = []
        """The names of the files in the order of reading."""

    def at(self, file: TomlFile, path: Path, who: Message | str, problem: Message | str) -> None:
        """Add a problem at a path in a file; its line is looked up when it is raised."""
        # Entries of a list have no line of their own, so equal problems of two entries are one.
        key = path[:-1] if path and isinstance(path[-1], int) else path
        if not self._is_new((file.name, key, who, problem)):
            return
        if path[:1] == ("provider",) and len(path) > 1:
            provider = (file.name, path[:2])
            if self._of_providers >= MOST_REPORTED and provider != self._last:
                return
            self._of_providers, self._last = self._of_providers + 1, provider
        self._problems.append((file, path, Problem(problem, file=file.name, who=who)))

    def add(self, problem: Problem) -> None:
        """Add a problem whose line is known, or that has none."""
        if self._is_new(problem):
            self._problems.append((None, (), problem))

    def _is_new(self, problem: object) -> bool:
        """Return whether a problem is not a repetition, and remember its hash."""
        before = len(self._seen)
        self._seen.add(hash(problem))
        return len(self._seen) > before

    def warn(
        self, template: str, /, *, who: Message | str = "", file: str = "", **values: Any
    ) -> None:
        """Add a warning about something that is valid but suspicious."""
        warning = Message(template, **values)
        if who:
            warning = Message("{owner}: {warning}", owner=who, warning=warning)
        if file:
            warning = Message("{path}: {warning}", path=file, warning=warning)
        if hash(warning) not in self._seen_warnings and len(self._warnings) < MOST_REPORTED:
            self._warnings.append(warning)
        self._seen_warnings.add(hash(warning))

    def refuse(self, file: TomlFile, path: Path, who: Message | str, refusal: Message) -> None:
        """Refuse the table at a path because of one of its keys: a warning with its line.

        The rest of the file stays valid, because a table with such a key never costs a ranking.
        """
        at = f"{file.short}:{self.line_of(file, path)}"
        self.warn("{refusal}", who=who, file=at, refusal=refusal)
        # Several refused keys of a table are one refusal.
        owner = Message("{owner}: {warning}", owner=who, warning=refusal)
        found = Message("{path}: {warning}", path=at, warning=owner)
        table = tuple(path[: 1 + max((n for n, part in enumerate(path) if isinstance(part, int)),
                                     default=0)])  # fmt: skip
        self._refused.setdefault((file.name, table), found)

    @property
    def found(self) -> tuple[tuple[Path, Message], ...]:
        """The problems with a path, without lines, for a table that is in no file yet."""
        return tuple((path, problem.text) for _, path, problem in self._problems)

    @property
    def refusal(self) -> Message | str:
        """The refused tables in one sentence; "" if there are none."""
        if len(self._refused) < 2:
            return next(iter(self._refused.values()), "")
        return Message(
            '{first}; {count:,} tables are refused, "dispatch providers validate" lists them',
            first=next(iter(self._refused.values())),
            count=len(self._refused),
        )

    @property
    def warnings(self) -> tuple[Message, ...]:
        """The first warnings, and the number of the others."""
        return (*self._warnings, *and_more(len(self._seen_warnings) - len(self._warnings)))

    def __bool__(self) -> bool:
        return bool(self._problems)

    def line_of(self, file: TomlFile, path: Path) -> int:
        """Look up one line at once, for a problem that names a second place."""
        if file.name not in self._lines:
            self._lines[file.name] = LineNumbers(file.text)
        return self._lines[file.name].of(path)

    def _look_up_lines(self) -> None:
        """Look up the lines of all problems; each file is scanned once."""
        paths: dict[str, list[Path]] = {}
        files: dict[str, TomlFile] = {}
        for file, path, _ in self._problems:
            if file is not None and file.name not in self._lines:
                files[file.name] = file
                paths.setdefault(file.name, []).append(path)
        for name, file in files.items():
            self._lines[name] = LineNumbers(file.text, paths[name])

    def raise_all(self) -> None:
        """Raise the first problems by file and line, and the number of the others, if any."""
        if not self._problems:
            return
        self._look_up_lines()
        problems = [
            problem
            if file is None
            else Problem(problem.text, file.name, self.line_of(file, path), problem.who)
            for file, path, problem in self._problems
        ]
        order = {name: at for at, name in enumerate(self.files)}
        problems.sort(key=lambda problem: (order[problem.file], problem.line))
        distinct = list(dict.fromkeys(problems))
        repeated = len(problems) - len(distinct)
        shown = distinct[:MOST_REPORTED]
        more = and_more(len(self._seen) - repeated - len(shown))
        raise BadDataError(*shown, *more, hint=HINT)


def and_more(count: int) -> tuple[Message, ...]:
    """Return the line with the number of problems that are not reported, if any."""
    return (Message("and {count:,} more", count=count),) if count else ()


class TableReporter(Struct, frozen=True):
    """Reports the problems of one table: it knows their file, their path and whose they are."""

    collector: ProblemCollector
    file: TomlFile
    path: Path
    who: Message | str
    wrong_paths: list[Path] = []
    """Paths with a wrong value, which are therefore not reported as missing."""

    def report(self, key: Path | str, template: Message | str, /, **values: Any) -> None:
        """Add a problem with a key of this table."""
        path = key if isinstance(key, tuple) else (key,)
        problem = Message(template, **values) if isinstance(template, str) else template
        self.collector.at(self.file, (*self.path, *path), self.who, problem)

    def refuse(self, key: Path | str, refusal: Message) -> None:
        """Refuse the table of a key, with a warning."""
        path = key if isinstance(key, tuple) else (key,)
        self.collector.refuse(self.file, (*self.path, *path), self.who, refusal)

    def report_faults(self, faults: list[Fault]) -> None:
        """Add the problems that the conversion of the table has found."""
        for path, problem in faults:
            self.report(path, problem)
            self.wrong_paths.append(path)

    def is_faulty(self, *keys: str) -> bool:
        """Return whether the conversion has found a fault in one of the keys."""
        return any(path and path[0] in keys for path in self.wrong_paths)

    def warn(self, template: str, /, **values: Any) -> None:
        """Add a warning about this table."""
        self.collector.warn(template, who=self.who, file=self.file.short, **values)

    def read(
        self, key: Path | str, parse: Callable[[A], T], text: A, *, what: str = ""
    ) -> T | None:
        """Parse a value; a value that cannot be parsed is reported, and gives None."""
        try:
            return parse(text)
        except (SentenceError, DispatchError) as error:
            problem = _problem_of(error)
            self.report(
                key, Message("{key}: {problem}", key=what, problem=problem) if what else problem
            )
            return None


def _problem_of(error: SentenceError | DispatchError) -> Message:
    """Return the sentence of an error, with the place and the hint that it has."""
    if isinstance(error, SentenceError):
        return error.sentence
    problem = error.problems[0]
    sentence = as_message(problem.text)
    if problem.file:
        sentence = Message("{problem}", problem=problem)
    if error.hint and isinstance(error, UsageError):
        return Message("{problem} ({advice})", problem=sentence, advice=error.hint)
    return sentence
