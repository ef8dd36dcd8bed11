"""`python -m infra.rush`: a minute of requests and look-ups as a service hall sends them, over HTTP; how long they took, what was said."""

import argparse
import asyncio
import csv
import random
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from infra.ask import MATERIAL, MATERIALS
from jobs.serve.gateway.tokens import FILE, Office, make_token, withdraw
from schemas.errors import Failure, Refused
from schemas.load import load_one
from schemas.settings import Settings, settings

SECONDS, RATE = 60, 20  # a large hall: twenty counters that hand in something every second
LOOKED_UP = 0.2  # share of look-ups, each on an applicant of the same files
DEADLINE = 5_000  # ms a request may wait
OFFICE = "demo"
INSTANT = "1"  # 即办件, GB/T 39046-2020 A.6
SEED = 20260302


@dataclass
class Rush:
    """What came of it. waits: milliseconds from when each answered request was due.  said: verdicts, by question."""

    waits: list[float] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)

    @property
    def worded(self) -> str:
        """The figures in words."""
        ordered = sorted(self.waits)
        told = [f"p{share:g} {ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))]:.0f} ms" for share in (50, 90, 99)] if ordered else ["no answer"]
        mix = ", ".join(f"{name} {count}" for name, count in self.said.most_common())
        top = ", ".join(f"{name} {count}" for name, count in self.rules.most_common(5))
        asked = self.said.total()
        return f"  {len(ordered)} of {asked} answered within {DEADLINE // 1000} s: {', '.join(told)}\n  {mix}\n  most often 最常见的原因: {top or 'none'}"


def rush(here: Settings, seconds: float = SECONDS, rate: float = RATE) -> Rush:
    """Send the load and return what came of it. Raises Refused when there are no cases in landing to make requests of."""
    made = _requests(here, int(seconds * rate))
    token = make_token(here.home / FILE, Office(OFFICE, ("licensing",)))
    try:
        return asyncio.run(_send(here, token, made, rate))
    finally:
        withdraw(here.home / FILE, OFFICE)


async def _send(here: Settings, token: str, made: list[tuple[str, dict[str, Any]]], rate: float) -> Rush:
    found, begun = Rush(), time.monotonic()
    address = f"http://127.0.0.1:{here.gateway_port}"
    async with httpx.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=DEADLINE / 1000 + 5) as client:
        await asyncio.gather(*(_one(client, found, begun + number / rate, one) for number, one in enumerate(made)))
    return found


async def _one(client: httpx.AsyncClient, found: Rush, due: float, asked: tuple[str, dict[str, Any]]) -> None:
    question, body = asked
    await asyncio.sleep(max(0.0, due - time.monotonic()))
    try:
        answer = await client.post(f"/v1/{question}", params={"deadline_ms": DEADLINE}, json=body)
    except httpx.HTTPError as error:
        found.said[f"{question} {type(error).__name__}"] += 1
        return
    if answer.status_code != 200:
        found.said[f"{question} {answer.status_code}"] += 1
        return
    said = answer.json()
    found.waits.append((time.monotonic() - due) * 1000)
    found.said[f"{question} {said['verdict']}"] += 1
    found.rules.update(one["rule"] for one in said.get("violations", ()) if one["severity"] == "quarantine")
    found.rules.update(one["code"] for one in said.get("reasons", ()))


def _requests(here: Settings, count: int) -> list[tuple[str, dict[str, Any]]]:
    """Requests made of the cases in landing, each under a number nobody used: their dirt comes with them."""
    contract, chance = load_one(here.contracts, "case_accept"), random.Random(SEED)
    rows = _rows(here.landing / contract.source_class / contract.table)
    made: list[tuple[str, dict[str, Any]]] = []
    for number in range(count):
        row: dict[str, Any] = {name: value for name, value in chance.choice(rows).items() if name in contract.names and value}
        if chance.random() < LOOKED_UP and row.get("applyer_page_code"):
            made.append(("credit", {"subject": row["applyer_page_code"], "purpose": "licensing"}))
            continue
        brought = [MATERIAL, "营业执照"] if chance.random() < 0.9 else []
        own = {contract.key[-1]: f"{row.get(contract.key[-1], '')[:12]}{uuid.uuid4().int % 10**9:09d}"}
        made.append(("instant", {**row, **own, "request_id": f"rush-{uuid.uuid4().hex[:12]}-{number}", MATERIALS: brought}))
    return made


def _rows(folder: Path) -> list[dict[str, str]]:
    files = sorted(folder.glob("*/made-*.csv"), key=lambda path: path.stat().st_size)
    if not files:
        raise Refused(f"{folder} has no made cases. Nothing was sent. `make demo` lands them.")
    with files[-1].open(encoding="utf-8-sig", newline="") as handle:
        return [row for row in csv.DictReader(handle) if row.get("project_type") == INSTANT]


def main(arguments: list[str]) -> int:
    """Send the load and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.rush", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--rate", type=float, default=RATE, help="requests a second")
    given = parser.parse_args(arguments)
    try:
        print(rush(settings(), given.seconds, given.rate).worded)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return failure.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
