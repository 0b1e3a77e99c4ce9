"""A shift at the desk: command lines that give an answer of every command with ``--json``.

``WAIT`` lets the clock go on; ``ENGINE`` is the address of a travel engine. The offers and cases
have the same numbers in each run.
"""

import shlex
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from ..osm.maps import whole_map
from ..travel.road_servers import RoadServer
from .watched import command, provider

ZONE = "America/New_York"
"""Neither UTC nor the zone without a provider file, at no time of the year."""

WAIT = "wait"

STORY = f"""
cascade tow --at 86150 --explain
cascade accident --at 86150 --injured 1 --vehicle car
cascade tow --at nowhere-at-all
case open tow --at 86150 --client none --injured 0 --call-back '089 99998-555' --plate A-B-1
case open roadside_repair --at 86153 --injured 0 --call-back '089 99998-556' --plate A-BC-2
case open accident --at 86156 --injured 1 --call-back '089 99998-557'
case open --draft breakdown --call-back '089 99998-558'
case park G1 --on-line
case resume G1 --injured 0 --at 86150
case open --draft tow --call-back '089 99998-559'
case discard G2 --because duplicate
case open --draft tow --call-back '089 99998-560'
case offer 1
case later 1.1 --until 10
case decline 1.1 --reason no_unit
case offer 1
case no-answer 1.2
case offer 1
case accept 1.3 --eta 30
case told 1.3 driver
case eta 1.3 45
case arrive 1.3
case correct 1.2 --outcome unreachable --because 'typed wrongly'
case undo 1
case offer 2
case unreachable 2.1
case offer 2
case wrong-equipment 2.2
case offer 2
case accept 2.3 --eta 15
case fail 2.3 --text 'no key'
case offer 2
case last-resort 2 --called-by desk
case offer 3
case accept 3.1 --eta 40
case unsuccessful 3.1
case emergency 3 --called-by desk
case line 3
case line 3 --off
case callback 3 30
case note 3 'waits in the car'
case amend 3 --persons 3
case amend 3 --at 86159
case rerank 3
case offer 4
case cancel 4.1
case called-off 4.1
case open tow --at 86150 --injured 0 --call-back '089 99998-555' --plate A-B-1
case merge 1 5 --yes
case merge 1 5 --undo
case find A-B-1
case cancel 5
case callback 4 2
{WAIT}
case audit
case list
case list --all
case show 1 --log --personal --call-back
case show 3 --log
case show 4 --log
case show 99
case take 3 --reason agreed --operator jk
case hand-over --to MB --operator jk
case hold 5 --until 2099-12-24
case export 5
case close 1
case forget --older-than 0d --dry-run
case work 3
desk
report fairness --since 2026-01
report forecast
report forecast --since 2026-01
providers report lech --free 2 --until 45
providers list
providers show lech
providers validate --verbose
providers add --name Huber --phone '089 99998-115' --service tow --base 86199 --radius-km 9
check
check
check lech -v
check ack wertach --until 45
check ack nobody --until 45
check --coverage 3d --minimum 2
check --print-crontab
check --print-systemd
batch in.csv --guess
batch in.csv --output out.jsonl --rejects rejects.csv
batch in.csv --summary --rejects rejects2.csv
storm calls.csv --operators 1
storm --open --operators 1
storm --open --apply
log verify
log head
log backup copy.sqlite3
log restore copy.sqlite3
places import DE.txt
osm import map.osm --output map.toml
cascade tow --at 86150 --router osrm=ENGINE
travel compare --sample 60 --router osrm=ENGINE
travel calibrate --sample 60 --router osrm=ENGINE
kinds
kinds --equipment
doctor
cascad
"""

_PLACE = "DE\t86150\tAugsburg\tBayern\tBY\tSchwaben\t097\tAugsburg, Stadt\t09761\t48.37\t10.89\t4\n"


def lines() -> list[list[str]]:
    """Return the words of each line of the story."""
    return [shlex.split(line) for line in STORY.strip().splitlines()]


def write_world(folder: Path) -> Path:
    """Write the files of the story; returns the provider file, which only its owner can write."""
    firms = [
        provider(name, "units = 5", command("/bin/sh", "-c", f"exit {number}"))
        .replace('["tow"]', '["tow", "roadside_repair"]')
        .replace("99998-207", f"99998-20{number}")
        for number, name in enumerate(("lech", "singold", "wertach"))
    ]
    own = folder / "own.toml"
    rules = f'[ranking]\ntimezone = "{ZONE}"\n\n[check]\nfailures = 1\n'
    own.write_text("\n".join((rules, *firms)), encoding="utf-8")
    own.chmod(0o600)
    (folder / "in.csv").write_text("id,kind,at\nr1,tow,86150\nr2,Fall,86150\n", encoding="utf-8")
    (folder / "calls.csv").write_text("id,kind,at\nr1,tow,86150\n", encoding="utf-8")
    (folder / "DE.txt").write_text(_PLACE, encoding="utf-8")
    whole_map().write(folder / "map.osm")
    return own


def played(
    dispatch: Callable, wait: Callable[[timedelta], None], *more: str
) -> Iterator[tuple[list[str], object]]:
    """Run the story with further options; yields the words of each line, and what it left."""
    with RoadServer() as engine:
        for line in lines():
            words = [word.replace("ENGINE", engine.url) for word in line]
            if words == [WAIT]:
                wait(timedelta(minutes=25))
            else:
                yield words, dispatch(*words, *more)
