"""Which programs ended by themselves and were started again, as the process manager's log tells."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from infra.place import Place

LOG = "supervisor.log"
BEGUN = "supervisord started with pid"  # what came before is another run of the stack
ENDED = re.compile(r"(\S+ \S+),\d+ \w+ exited: (\S+) \((.*?)(?:; (?:not )?expected)?\)\s*")
END = 256 * 1024  # bytes of the log that are read: some 2,000 exits


@dataclass(frozen=True)
class Exits:
    """How often a program ended by itself, when it last did (seconds since 1970), and how: 'exit status 75'."""

    count: int
    last: float
    word: str


def exits(place: Place, since: float) -> Mapping[str, Exits]:
    """Return the programs that ended by themselves since an instant and since the stack came up; one asked to stop does not count."""
    found: dict[str, Exits] = {}
    for line in _present(place):
        told = ENDED.fullmatch(line)
        at = datetime.strptime(told[1], "%Y-%m-%d %H:%M:%S").timestamp() if told else 0.0  # local time, as the log has it
        if told and at >= since:
            before = found.get(told[2])
            found[told[2]] = Exits((before.count if before else 0) + 1, at, told[3])
    return found


def _present(place: Place) -> list[str]:
    """The lines of the log that are about the present run of the stack."""
    log = place.logs / LOG
    if not log.is_file():
        return []
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - END))
        lines = file.read().decode(errors="replace").splitlines()
    begun = max((number for number, line in enumerate(lines) if BEGUN in line), default=-1)
    return lines[begun + 1 :]
