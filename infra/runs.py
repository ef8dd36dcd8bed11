"""Triggers the DAG runs that landing asks for, references first, and follows them to their end."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.airflow_api import Airflow
from schemas.contract import Contract
from schemas.errors import Refused, Unavailable

POLL = 1.0
RUN_SECONDS = 900  # for all runs together; a minute and a half on two idle cores
DAG_SECONDS = 120  # for Airflow to read the DAG folder
GOLD_SECONDS = 600  # a gold run that comes too early is tried again after minutes
OVER = ("success", "failed")
PAGE = 100  # what Airflow gives at most in one answer
QUIET = 15.0  # seconds without a word after which it is said what goes on


@dataclass(frozen=True)
class Due:
    """Files of one table and business date that wait in landing."""

    table: str
    dag_id: str
    date: str
    files: tuple[str, ...]


@dataclass
class Voice:
    """Says lines as they come, and after a while without one what goes on."""

    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    spoke: float = field(init=False)

    def __post_init__(self) -> None:
        self.spoke = self.clock()

    def tell(self, line: str) -> None:
        """Say a line."""
        self.spoke = self.clock()
        self.say(line)

    def reassure(self, line: str) -> None:
        """Say a line when nothing was said for a while."""
        if self.clock() - self.spoke >= QUIET:
            self.tell(line)


@dataclass
class Watch:
    """The runs that were triggered, by their id in Airflow, and how they ended."""

    airflow: Airflow
    released: frozenset[str]
    voice: Voice
    started: dict[str, Due] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)

    def frees(self, needed: frozenset[str], waiting: set[str]) -> bool:
        """Whether nothing that is needed still waits or runs."""
        going = {due.table for run, due in self.started.items() if run not in self.ended}
        return not needed & (going | waiting)

    def start(self, due: Due) -> None:
        """Trigger one run, or follow the one that is already on its way."""
        same = [run for run in recent(self.airflow) if (run["dag_id"], run["partition_key"]) == (due.dag_id, due.date)]
        going = next((run for run in same if run["state"] not in OVER), None)
        run = going or self.airflow.post(f"dags/{due.dag_id}/dagRuns", {"logical_date": None, "partition_key": due.date})
        self.started[run["dag_run_id"]] = due

    def look(self, total: int) -> None:
        """See which runs ended since the last look, and say so; say now and then how far it is. total: of all that are to run."""
        for run in recent(self.airflow):
            key = run["dag_run_id"]
            if key in self.started and key not in self.ended and run["state"] in OVER:
                self.ended[key] = run["state"]
                due = self.started[key]
                self.released |= {due.table} if run["state"] == "success" else set()
                self.voice.tell(f"  {due.table:<18} {due.date}  {len(due.files)} file(s)  {run['state']:<8} {run['duration'] or 0:6.1f} s")
        going = sorted({due.table for key, due in self.started.items() if key not in self.ended})
        self.voice.reassure(f"  … {len(self.ended)} of {total} over; running: {', '.join(going) or 'none'}")


@dataclass(frozen=True)
class Outcome:
    """How it went. blocked: not started, since a table they look things up in has no version."""

    good: tuple[Due, ...]
    failed: tuple[Due, ...]
    blocked: tuple[Due, ...]


def follow(
    airflow: Airflow, wanted: tuple[Due, ...], contracts: Mapping[str, Contract], released: frozenset[str], voice: Voice
) -> Outcome:
    """Run everything that is due, a table after those its rules look things up in, and wait for all of it.

    released: tables that have a version already.
    """
    watch, waiting, blocked = Watch(airflow, released, voice), _most_needed_first(wanted, contracts), list[Due]()
    begun = time.monotonic()
    while waiting or len(watch.ended) < len(watch.started):
        tables = {due.table for due in waiting}
        for due in [due for due in waiting if watch.frees(contracts[due.table].references - {due.table}, tables)]:
            waiting.remove(due)
            if lost := contracts[due.table].references - {due.table} - watch.released:
                voice.tell(f"  {due.table:<18} {due.date}  not started: {', '.join(sorted(lost))} was not released")
                blocked.append(due)
            else:
                watch.start(due)
        time.sleep(POLL)
        watch.look(len(wanted) - len(blocked))
        if time.monotonic() - begun > RUN_SECONDS:
            raise Unavailable(f"Not all runs ended in {RUN_SECONDS} s. They go on, and `make demo` again takes them up; {airflow.address} shows them.")
    good = [watch.started[key] for key, state in watch.ended.items() if state == "success"]
    failed = [watch.started[key] for key, state in watch.ended.items() if state != "success"]
    return Outcome(tuple(good), tuple(failed), tuple(blocked))


def _most_needed_first(wanted: tuple[Due, ...], contracts: Mapping[str, Contract]) -> list[Due]:
    """Order runs by how many of the tables that are due wait for theirs: the longest chain is not to begin last."""
    needs = {due.table: contracts[due.table].references - {due.table} for due in wanted}
    for _ in needs:  # a chain is at most as long as there are tables
        needs = {table: direct.union(*(needs[one] for one in direct if one in needs)) for table, direct in needs.items()}
    return sorted(wanted, key=lambda due: -sum(due.table in all_of_it for all_of_it in needs.values()))


def await_dags(airflow: Airflow, names: frozenset[str]) -> None:
    """Wait until Airflow knows these DAGs. Raises Refused when it says that a file of ours cannot be read."""
    begun = time.monotonic()
    while missing := names - {dag["dag_id"] for dag in airflow.get("dags", limit=PAGE)["dags"]}:
        if broken := airflow.get("importErrors")["import_errors"]:
            last = broken[0]["stack_trace"].strip().splitlines()[-1]
            raise Refused(f"Airflow cannot read {broken[0]['filename']}: {last}. Nothing was triggered.")
        if time.monotonic() - begun > DAG_SECONDS:
            raise Unavailable(f"Airflow does not show {', '.join(sorted(missing))} after {DAG_SECONDS} s. Nothing was triggered.")
        time.sleep(POLL)


def settle(airflow: Airflow, dag_id: str, dates: frozenset[str], since: str, voice: Voice) -> list[str]:
    """Wait until a gold table has no run on its way, and has run for these dates since then. Returns sentences on failures."""
    begun, told = time.monotonic(), dict[str, str]()
    while True:
        runs = [run for run in recent(airflow) if run["dag_id"] == dag_id and (run["run_after"] >= since or run["state"] not in OVER)]
        for run in runs:
            if run["state"] in OVER and run["dag_run_id"] not in told:
                told[run["dag_run_id"]] = run["state"]
                voice.tell(f"  {dag_id:<18} {run['partition_key']}  from silver  {run['state']:<8} {run['duration'] or 0:6.1f} s")
        if all(run["state"] in OVER for run in runs) and dates <= {run["partition_key"] for run in runs}:
            return [f"{dag_id} failed: {airflow.address}/dags/{dag_id} says why." for state in told.values() if state != "success"]
        voice.reassure(f"  … {dag_id}: {len(told)} run(s) over, {len(runs) - len(told)} on the way")
        if time.monotonic() - begun > GOLD_SECONDS:
            return [f"{dag_id} is not there after {GOLD_SECONDS} s. It goes on; {airflow.address}/dags/{dag_id} says why."]
        time.sleep(POLL)


def recent(airflow: Airflow) -> list[dict[str, Any]]:
    """Return the newest runs of all DAGs."""
    runs: list[dict[str, Any]] = airflow.get("dags/~/dagRuns", limit=PAGE, order_by="-id")["dag_runs"]
    return runs

