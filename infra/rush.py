"""`python -m infra.rush`: a minute of requests and look-ups as a service hall sends them, over HTTP; how long they took, what was said."""

import argparse
import csv
import json
import random
import sys
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from infra.ask import MATERIAL, MATERIALS
from jobs.serve.gateway.tokens import FILE, Office, make_token, withdraw
from schemas.errors import Failure, Refused, Unavailable
from schemas.load import load_one
from schemas.settings import Settings, settings

SECONDS, RATE = 60, 20  # a large hall: twenty counters that hand in something every second
LOOKED_UP = 0.2  # share of look-ups, each on an applicant of the same files
DEADLINE = 5_000  # ms a request may wait
COUNTERS = 256  # that wait for answers at a time; a request whose turn comes later has waited from when it was due all the same
OFFICE = "demo"
INSTANT = "1"  # 即办件, GB/T 39046-2020 A.6
SEED = 20260302


@dataclass
class Rush:
    """What came of it. waits: milliseconds from when each answered request was due.  said: verdicts, by question."""

    waits: list[float] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)

    def note(self, due: float, came: float, said: str, answer: dict[str, Any]) -> None:
        """Count what came for one request that was due at a moment; answer: empty when there is none."""
        self.said[said] += 1
        if answer:
            self.waits.append((came - due) * 1000)
            self.rules.update(one["rule"] for one in answer.get("violations", ()) if one["severity"] == "quarantine")
            self.rules.update(one["code"] for one in answer.get("reasons", ()))

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
    """Send the load and return what came of it. Raises Refused when there are no cases in landing to make requests of, Unavailable without a gateway."""
    made = _requests(here, int(seconds * rate))
    token = make_token(here.home / FILE, Office(OFFICE, ("licensing",)))
    try:
        return _send(here, token, made, rate)
    finally:
        withdraw(here.home / FILE, OFFICE)


def _send(here: Settings, token: str, made: list[tuple[str, dict[str, Any]]], rate: float) -> Rush:
    """Ask each question when it is due, however many still wait: each counter of the hall has a connection of its own."""
    found, counters = Rush(), Counters(here.gateway_port, token)
    counters.await_token()
    begun = time.monotonic()
    with ThreadPoolExecutor(COUNTERS) as pool:
        asked = []
        for number, one in enumerate(made):
            due = begun + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            asked.append((due, pool.submit(counters.ask, *one)))
        for due, answer in asked:
            found.note(due, *answer.result())
    return found


class Counters:
    """The counters of a hall, one for each thread that asks. Plain http.client: httpx looks through all that waits for each request."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._headers, self._own = port, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}, threading.local()

    def await_token(self) -> None:
        """Wait until the gateway knows the token, which it looks for once a second. Raises Unavailable when there is no gateway."""
        until = time.monotonic() + DEADLINE / 1000
        try:
            while self._sent("GET", "/v1/instant/rush", b"")[0] == 401 and time.monotonic() < until:
                time.sleep(0.1)
        except (OSError, HTTPException) as error:
            raise Unavailable(f"No gateway answers on port {self._port} ({type(error).__name__}). Nothing was sent. `make up` starts it, `make status` shows whether it is up.") from error

    def ask(self, question: str, body: dict[str, Any]) -> tuple[float, str, dict[str, Any]]:
        """Return when the answer came, by the monotonic clock, the question with the verdict or what else came, and the answer."""
        try:
            status, said = self._sent("POST", f"/v1/{question}?deadline_ms={DEADLINE}", json.dumps(body).encode())
        except (OSError, HTTPException) as error:
            return time.monotonic(), f"{question} {type(error).__name__}", {}
        answer = json.loads(said) if status == 200 else {}
        return time.monotonic(), f"{question} {answer.get('verdict', status)}", answer

    def _sent(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        line: HTTPConnection | None = getattr(self._own, "line", None)
        if line is None:
            line = self._own.line = HTTPConnection("127.0.0.1", self._port, timeout=DEADLINE / 1000 + 5)
        try:
            line.request(method, path, body, self._headers)
            answer = line.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException):
            line.close()  # the next request opens it anew
            raise


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
    except OSError as error:  # the office's token is written into the home: no space left
        print(f"The load stopped: {error}. Look at {settings().home} and try again.", file=sys.stderr)
        return Unavailable.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
