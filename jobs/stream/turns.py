"""When the rules change while the stream runs: from which moment on which edition of the contract judges."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jobs.evidence import editions as kept
from jobs.lake import lock
from jobs.stream.rule_set import rule_set
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import load
from schemas.settings import Settings

LEAD = timedelta(seconds=180)  # both replicas, one after the other, have to start the new edition's query before its moment
GRACE = timedelta(seconds=60)  # after the moment, for requests of the old edition that still wait
PATIENCE = 10.0  # seconds for the other replica to write its line


Turn = tuple[str, datetime, datetime | None]  # a rule set, from when it judges, and until when


@dataclass(frozen=True)
class Edition:
    """One edition of the contract. It judges requests the broker took in from `since` on and before `until`; None is open."""

    contract: Contract
    since: datetime | None
    until: datetime | None


def due(settings: Settings, known: Contract, now: datetime, say: Callable[[str], None]) -> tuple[Turn, ...]:
    """Return the turns that judge now, one or, around a change, two; cheap enough for every second.

    known: the contract, whose file may have changed since it was read. A changed file takes effect LEAD after the first
    replica sees it, at a moment that is written down for both; one that is no valid contract changes nothing and is said.
    """
    with lock.writing(settings, "rules", PATIENCE):
        turns = _turns(settings)
        is_over = not turns or turns[-1][1] + GRACE < now
        if is_over and _is_other(known, turns) and (today := _read(known, say)) is not None:
            turns.append(_add(settings, today, now + LEAD if turns else datetime.fromtimestamp(0, UTC)))
    ends = [*(since for _, since in turns[1:]), None]
    found = [(name, since, until) for (name, since), until in zip(turns, ends, strict=True)]
    return tuple(turn for turn in found if turn[2] is None or turn[2] + GRACE >= now)


def editions(settings: Settings, turns: Sequence[Turn], known: Contract) -> tuple[Edition, ...]:
    """Return the editions of these turns; the last alone, without a limit, when it is the only one or an older one is gone."""
    found = [(kept.edition(settings, name, known), since, until) for name, since, until in turns]
    older = [Edition(contract, None, until) for contract, _, until in found[:-1] if contract is not None]
    last = found[-1][0] or known
    return (*older, Edition(last, found[-1][1] if older else None, None))


def _is_other(known: Contract, turns: list[tuple[str, datetime]]) -> bool:
    try:
        return not turns or rule_set(known) != turns[-1][0]
    except OSError:  # an editor may put a new file in the place of the old one
        return False


def _read(known: Contract, say: Callable[[str], None]) -> Contract | None:
    try:
        return load(known.path)
    except Refused as refused:
        say(f"{refused} The rules stay as they are.")
        return None


def _turns(settings: Settings) -> list[tuple[str, datetime]]:
    path = settings.home / "evidence" / "rules" / "turns.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []
    return [(line["rule_set"], datetime.fromisoformat(line["since"])) for line in lines]


def _add(settings: Settings, contract: Contract, since: datetime) -> tuple[str, datetime]:
    kept.keep(settings, (contract,))
    path = settings.home / "evidence" / "rules" / "turns.jsonl"
    name, moment = rule_set(contract), since.replace(microsecond=0)
    with path.open("a", encoding="utf-8") as out:
        out.write(json.dumps({"rule_set": name, "version": contract.version, "since": moment.isoformat()}) + "\n")
        out.flush()
        os.fsync(out.fileno())
    return name, moment
