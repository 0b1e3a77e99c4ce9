"""Check that every pinned version has a wheel for each Python and system that this project names.

Asks pip, as an installation would, and downloads each wheel into a folder that is thrown away: it
needs the package index and takes about a minute for each system.

    python tools/check_wheels.py              Linux x86-64, Python 3.11 to 3.14
    python tools/check_wheels.py --systems    also Linux aarch64, macOS and Windows
"""

import subprocess
import sys
import tempfile
from pathlib import Path

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "Linux x86-64": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "Linux aarch64": ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
    "macOS arm64": ("macosx_14_0_arm64", "macosx_12_0_arm64", "macosx_11_0_arm64"),
    "Windows x86-64": ("win_amd64",),
}
SOURCE_ONLY = ("openlocationcode",)
"""Published as source only, in plain Python: nothing of it is compiled."""
CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"


def pins() -> list[str]:
    """Read the pinned versions."""
    lines = CONSTRAINTS.read_text("utf-8").splitlines()
    found = [line for line in lines if line and not line.startswith("#")]
    return [line for line in found if line.partition("==")[0] not in SOURCE_ONLY]


def wheels(wanted: list[str], python: str, platforms: tuple[str, ...]) -> list[str]:
    """Download the wheels of some pins and list their file names."""
    with tempfile.TemporaryDirectory() as folder:
        where = [word for platform in platforms for word in ("--platform", platform)]
        subprocess.run(  # noqa: S603 - words of our own
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder,
             "--only-binary", ":all:", "--implementation", "cp", "--python-version", python,
             *where, *wanted],
            capture_output=True, check=False,
        )  # fmt: skip
        return sorted(path.name for path in Path(folder).glob("*.whl"))


def main() -> int:
    """Print the native wheels of each Python and system, and what has none; 1 if anything has."""
    code = 0
    named = SYSTEMS if "--systems" in sys.argv[1:] else {"Linux x86-64": SYSTEMS["Linux x86-64"]}
    for system, platforms in named.items():
        for python in PYTHONS:
            found = wheels(pins(), python, platforms)
            missing = []
            if not found:
                # pip gives up at the first that is missing, so each is asked for alone.
                for pin in pins():
                    one = wheels([pin], python, platforms)
                    found += one
                    missing += [] if one else [pin]
            native = sorted(name for name in found if not name.endswith("-none-any.whl"))
            print(f"{system}, Python {python}: {len(found)} wheels, {len(native)} native;", end=" ")
            print(f"missing: {', '.join(missing) or 'none'}")
            if python == PYTHONS[-1]:
                print("  " + "\n  ".join(native))
            code = code or bool(missing)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
