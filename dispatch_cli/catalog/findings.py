"""Problems and warnings while they are being collected, with lines filled in at the end."""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from ..errors import BadDataError, Problem, UsageError
from .file_lines import Lines
from .shape import Fault, Path

A = TypeVar("A")
T = TypeVar("T")

HINT = 'run "dispatch providers validate" after the fix'

MOST_FINDINGS = 50
"""So many problems, and so many warnings, are named; the others are counted."""


class TomlFile(Struct, frozen=True):
    """A file that could be parsed: its names, its text, its top table."""

    name: str
    short: str
    text: str
    top: dict[str, object]


class Findings:
    """What is wrong in all files, so that it can be reported at once: the first, and how many more.

    A file of 100,000 providers may hold several problems each. Providers are read in the order in
    which they stand, so those of the first few are enough to know the first problems.
    """

    def __init__(self) -> None:
        self._problems: list[tuple[TomlFile | None, Path, Problem]] = []
        self._seen: set[int] = set()
        self._of_providers = 0
        self._last: tuple[str, Path] = ("", ())
        self._lines: dict[str, Lines] = {}
        self._warnings: list[str] = []
        self._seen_warnings: set[int] = set()
        self.files: list[str] = []
        """The names of the files in the order in which they were read."""

    def at(self, file: TomlFile, path: Path, who: str, text: str) -> None:
        """Note a problem at a path in a file; its line is looked up only when it is reported."""
        # Entries of a list have no line of their own, so that two equal ones read the same.
        key = path[:-1] if path and isinstance(path[-1], int) else path
        if not self._is_new((file.name, key, who, text)):
            return
        if path[:1] == ("provider",) and len(path) > 1:
            provider = (file.name, path[:2])
            if self._of_providers >= MOST_FINDINGS and provider != self._last:
                return
            self._of_providers, self._last = self._of_providers + 1, provider
        self._problems.append((file, path, Problem(text, file=file.name, who=who)))

    def add(self, problem: Problem) -> None:
        """Note a problem whose line is known, or that has none."""
        if self._is_new(problem):
            self._problems.append((None, (), problem))

    def _is_new(self, finding: object) -> bool:
        """Whether it has not been noted before: only its hash is kept."""
        before = len(self._seen)
        self._seen.add(hash(finding))
        return len(self._seen) > before

    def warn(self, text: str, *, who: str = "", file: str = "") -> None:
        """Note something that works but smells."""
        warning = str(Problem(text, file=file, who=who))
        if hash(warning) not in self._seen_warnings and len(self._warnings) < MOST_FINDINGS:
            self._warnings.append(warning)
        self._seen_warnings.add(hash(warning))

    @property
    def warnings(self) -> tuple[str, ...]:
        """The first warnings, and how many more there are."""
        return (*self._warnings, *and_more(len(self._seen_warnings) - len(self._warnings)))

    def __bool__(self) -> bool:
        return bool(self._problems)

    def line_of(self, file: TomlFile, path: Path) -> int:
        """Look up one line at once, for a text that names a second place."""
        if file.name not in self._lines:
            self._lines[file.name] = Lines(file.text)
        return self._lines[file.name].of(path)

    def _look_up_lines(self) -> None:
        """Find the lines of the problems that are kept: each file is gone through once."""
        paths: dict[str, list[Path]] = {}
        files: dict[str, TomlFile] = {}
        for file, path, _ in self._problems:
            if file is not None and file.name not in self._lines:
                files[file.name] = file
                paths.setdefault(file.name, []).append(path)
        for name, file in files.items():
            self._lines[name] = Lines(file.text, paths[name])

    def raise_all(self) -> None:
        """Raise the first that is wrong, by file and line, and how much more is, if anything is."""
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
        shown = distinct[:MOST_FINDINGS]
        more = and_more(len(self._seen) - repeated - len(shown))
        raise BadDataError(*shown, *more, hint=HINT)


def and_more(count: int) -> tuple[str, ...]:
    """Say how many findings are not named, if any: ``and 199,950 more``."""
    return (f"and {count:,} more",) if count else ()


class Owner(Struct, frozen=True):
    """A table with an owner: where its problems are, and whose they are.

    It is what the parts of the conversion get instead of the file, the path and the name.
    """

    findings: Findings
    file: TomlFile
    path: Path
    who: str
    wrong_paths: list[Path] = []
    """Where the conversion has already found something, so that it is not called missing too."""

    def wrong(self, key: Path | str, text: str) -> None:
        """Note a problem with a key of this table."""
        path = key if isinstance(key, tuple) else (key,)
        self.findings.at(self.file, (*self.path, *path), self.who, text)

    def faults(self, faults: list[Fault]) -> None:
        """Note what the conversion of the table has found."""
        for path, text in faults:
            self.wrong(path, text)
            self.wrong_paths.append(path)

    def is_faulty(self, *keys: str) -> bool:
        """Whether the conversion has already found something wrong with one of the keys."""
        return any(path and path[0] in keys for path in self.wrong_paths)

    def warn(self, text: str) -> None:
        """Note something about this table that works but smells."""
        self.findings.warn(text, who=self.who, file=self.file.short)

    def read(
        self, key: Path | str, parse: Callable[[A], T], text: A, *, what: str = ""
    ) -> T | None:
        """Parse something, or note why that is impossible and give None."""
        try:
            return parse(text)
        except (ValueError, UsageError, BadDataError) as error:
            prefix = f"{what}: " if what else ""
            hint = f" ({error.hint})" if isinstance(error, UsageError) and error.hint else ""
            self.wrong(key, prefix + " ".join(str(error).split()) + hint)
            return None
