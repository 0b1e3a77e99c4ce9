"""What was asked of a batch, and what follows from it alone."""

from pathlib import Path

from msgspec import Struct

_SUFFIXES = {".csv": "csv", ".parquet": "parquet"}


class Options(Struct, frozen=True, kw_only=True):
    """What was asked for, as it was typed."""

    input: str
    output: Path | None = None
    form: str | None = None
    top: int = 5
    full: bool = False
    keep: str = ""
    columns: str = ""
    map_kinds: Path | None = None
    kind: str | None = None
    client: str | None = None
    vehicle: str | None = None
    when: str | None = None
    timezone: str | None = None
    rejects: Path | None = None
    resume: bool = False
    fail_fast: bool = False
    summary: bool = False
    live: bool = False
    history: bool = False
    delimiter: str = ""
    encoding: str = ""

    @property
    def format(self) -> str:
        """The format of the output: the one that was named, else by the name of the file."""
        suffix = "" if self.output is None else self.output.suffix.lower()
        return self.form or _SUFFIXES.get(suffix, "jsonl")

    @property
    def defaults(self) -> dict[str, str]:
        """Facts of all rows that say nothing of them."""
        said = {"kind": self.kind, "client": self.client, "vehicle": self.vehicle,
                "when": self.when}  # fmt: skip
        return {name: text for name, text in said.items() if text is not None}

    @property
    def rejects_path(self) -> Path | None:
        """The reject file: the one that was named, else the one beside the output."""
        if self.rejects is not None or self.output is None:
            return self.rejects
        return self.output.with_name(self.output.name + ".rejects")

    @property
    def resumed(self) -> dict[str, str]:
        """Everything that must not differ when a batch goes on."""
        left_out = ("input", "output", "resume", "map_kinds")
        named = {
            name: getattr(self, name) for name in self.__struct_fields__ if name not in left_out
        }
        return {
            f"--{name.replace('_', '-').replace('form', 'format')}": str(value)
            for name, value in named.items()
            if value not in (None, False, "")
        }
