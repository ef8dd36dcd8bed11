"""Upkeep of tables: few files, the same rows, and no version gone that is still promised, named or half written."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import DeltaError

from jobs.lake import lock
from jobs.maintenance.upkeep import Task, Upkept, upkeep
from jobs.publish.plan import abandoned
from jobs.serve import delta
from jobs.serve.proof.gold import _behind, _unknown
from jobs.serve.relied import relied
from schemas.errors import Unavailable
from schemas.load import load, load_marts
from schemas.settings import ROOT, Settings
from tests.serve.conftest import CONTRACTS
from tests.serve.made_lake import HOP, RELEASED_AT, hop, make_held, put

COMMITS, DAYS, DAY_MS = 12, 190, 86_400_000
GONE = (DeltaError, FileNotFoundError, pa.ArrowInvalid)
TASK = Task("load", ("silver", "quarantine"), "load", DAYS)
KILLED = """
import os, signal, sys
from jobs.maintenance.upkeep import Task, upkeep
from schemas.settings import settings
upkeep(settings(), Task("load", ("silver",), "load", 0), lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == int(sys.argv[1]) else None)
"""


@pytest.fixture
def path(here: Settings) -> Path:
    """silver.load after twelve loads of one row each."""
    made = here.lake / "silver" / "load"
    for number in range(COMMITS):
        batch = CommitProperties(app_transactions=[Transaction(f"b{number}", 1)])
        write_deltalake(str(made), pa.table({"hour": [number], "县": ["甲" if number % 2 else "乙"]}), mode="append", partition_by=["县"], commit_properties=batch)
    return made


def hours(path: Path, version: int | None = None) -> list[int]:
    return sorted(pa.table(DeltaTable(str(path), version=version).scan())["hour"].to_pylist())


def aged(path: Path, days: int) -> None:
    """Make the log say that all of it happened that many days earlier."""
    for commit in sorted((path / "_delta_log").glob("*.json")):
        actions = [json.loads(line) for line in commit.read_text(encoding="utf-8").splitlines()]
        for one in (body for action in actions for body in action.values()):
            one |= {key: one[key] - days * DAY_MS for key in ("deletionTimestamp", "modificationTime", "timestamp") if key in one}
        commit.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in actions), encoding="utf-8")


def test_many_small_files_become_few_with_the_same_rows_and_a_checkpoint(here: Settings, path: Path) -> None:
    (found,) = upkeep(here, TASK)
    assert (found.table, found.files_before, found.files, found.removed, hours(path)) == ("silver.load", COMMITS, 2, 0, list(range(COMMITS)))
    table = DeltaTable(str(path))
    assert json.loads((path / "_delta_log" / "_last_checkpoint").read_text())["version"] == table.version() == found.version
    assert table.metadata().configuration == {
        "delta.logRetentionDuration": "interval 190 days", "delta.deletedFileRetentionDuration": "interval 190 days", "delta.enableExpiredLogCleanup": "false",
    }  # fmt: skip
    assert [table.transaction_version(f"b{number}") for number in range(COMMITS)] == [1] * COMMITS


def test_a_table_in_which_nothing_happened_gets_no_new_version(here: Settings, path: Path) -> None:
    assert upkeep(here, TASK)[0].version == upkeep(here, TASK)[0].version


@pytest.mark.parametrize(("days", "is_kept"), [pytest.param(DAYS - 1, True, id="within the promise"), pytest.param(DAYS + 1, False, id="after it")])
def test_a_version_can_be_read_as_long_as_promised_after_the_next_one_came(here: Settings, path: Path, days: int, is_kept: bool) -> None:
    upkeep(here, TASK)
    (path / "_delta_log" / "_last_checkpoint").unlink()
    for checkpoint in (path / "_delta_log").glob("*.checkpoint.parquet"):
        checkpoint.unlink()
    aged(path, days)
    (found,) = upkeep(here, TASK)
    assert (found.removed, hours(path)) == (0 if is_kept else COMMITS, list(range(COMMITS)))
    if is_kept:
        assert hours(path, COMMITS - 1) == list(range(COMMITS))
    else:
        with pytest.raises(GONE):
            hours(path, COMMITS - 1)


def test_the_log_is_kept_from_the_oldest_version_that_is_still_promised_or_named(here: Settings, path: Path) -> None:
    first = upkeep(here, TASK)[0].version
    for entry in (path / "_delta_log").iterdir():
        os.utime(entry, (time.time() - 191 * 86_400,) * 2)
    for hour in range(COMMITS, COMMITS + 3):
        write_deltalake(str(path), pa.table({"hour": [hour], "县": ["甲"]}), mode="append")
    upkeep(here, replace(TASK, named={"silver": frozenset({COMMITS - 1})}))
    assert hours(path, COMMITS - 1) == list(range(COMMITS))
    upkeep(here, TASK)
    assert min(int(entry.name.split(".")[0]) for entry in (path / "_delta_log").iterdir() if entry.name[0].isdigit()) == first
    assert (hours(path, first), hours(path)) == (list(range(COMMITS)), list(range(COMMITS + 3)))


def test_a_version_that_evidence_names_stays_however_old_it_is_and_one_that_never_was_does_no_harm(here: Settings, path: Path) -> None:
    (found,) = upkeep(here, replace(TASK, days=0, named={"silver": frozenset({4, 99})}))
    assert (hours(path, 4), found.removed, found.freed > 0) == (list(range(5)), COMMITS - 5, True)
    with pytest.raises(GONE):
        hours(path, 7)


def test_what_a_killed_write_left_goes_when_it_is_old_and_not_before(here: Settings, path: Path) -> None:
    for name, age in (("old", 191), ("young", 1)):
        left = path / f"part-{name}.parquet"
        left.write_bytes(b"half")
        (path / f".part-{name}.parquet.crc").write_bytes(b"crc")
        os.utime(left, (time.time() - age * 86_400,) * 2)
    upkeep(here, TASK)
    assert {one.name for one in path.iterdir() if "part-" in one.name} == {"part-young.parquet", ".part-young.parquet.crc"}


@pytest.mark.crash
@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_killed_after_any_step_and_repeated_it_gives_the_same(here: Settings, path: Path, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in here.environment.items():
        monkeypatch.setenv(name, value)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(step)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL and hours(path) == list(range(COMMITS))
    upkeep(here, replace(TASK, days=0))
    assert (hours(path), len(list(path.rglob("*.parquet"))) - len(list(path.rglob("*.checkpoint.parquet")))) == (list(range(COMMITS)), 2)


def test_a_table_that_is_being_written_or_whose_run_is_half_done_is_left_alone(here: Settings, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.maintenance.upkeep.PATIENCE", 0.0)
    with lock.writing(here, "load"), pytest.raises(Unavailable, match="load is being written by another run"):
        upkeep(here, TASK)
    with pytest.raises(Unavailable, match="load: a run is half done"):
        upkeep(here, replace(TASK, is_busy=lambda: True))
    assert DeltaTable(str(path)).version() == COMMITS - 1


def test_folders_of_batches_without_a_plan_go_and_a_held_one_stays(here: Settings, path: Path) -> None:
    make_held(here)
    left = here.lake / "_candidate" / "applicant" / "cut"
    (left / "rows").mkdir(parents=True)
    upkeep(here, replace(TASK, abandoned=lambda: abandoned(here, "applicant")))
    assert [one.name for one in left.parent.iterdir()] == ["b" * 16]


@pytest.fixture
def marted(here: Settings, path: Path) -> Iterator[list[Upkept]]:
    """A gold table computed from silver.load after its upkeep; the last load is in the ledger."""
    done = upkeep(here, TASK)
    rows = [hop("release", (1, 1, 0, 0), RELEASED_AT, table="load", version_written=COMMITS - 1),
            hop("mart", (1, 1, 0, 0), datetime.now(UTC), table="applicant_count", batch="d" * 16, version_written=0, note=f"from load version {done[0].version}")]
    put(here.lake / "ledger" / "hop", HOP, rows)
    yield done


def test_gold_computed_from_a_version_that_upkeep_made_is_proved_by_the_batch_before_it(here: Settings, path: Path, marted: list[Upkept]) -> None:
    mart = replace(next(iter(load_marts(CONTRACTS).values())), table="applicant_count", reads=("load",))
    made = marted[0].version
    assert relied(here, [mart], RELEASED_AT) == {"load": {made}}
    assert relied(here, [mart], RELEASED_AT + timedelta(days=DAYS)) == {"load": {made, COMMITS - 1}}  # a quiet table: readers have had it ever since
    assert (delta.written(path, made), list(_unknown(here, mart, {"load": made})), list(_behind(here, mart, {"load": COMMITS - 1}))) == (COMMITS - 1, [], [])
    write_deltalake(str(path), pa.table({"hour": [99], "县": ["甲"]}), mode="append")
    assert (len(list(_unknown(here, mart, {"load": made + 1}))), list(_behind(here, mart, {"load": made}))) == (1, ["load"])


def test_the_command_says_what_it_did_and_goes_on_past_a_busy_table(here: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from jobs.cli import main
    from tests.serve.made_lake import make_lake

    make_lake(here)
    for name, value in {**here.environment, "GOVLAKE_CONTRACTS": str(CONTRACTS)}.items():
        monkeypatch.setenv(name, value)
    contract = load(CONTRACTS / "business" / "applicant.odcs.yaml")
    assert main(["upkeep", "--owner", contract.owner_code, "--json"]) == 0
    assert [one["table"] for one in json.loads(capsys.readouterr().out)] == ["silver.applicant", "quarantine.applicant"]
    monkeypatch.setattr("jobs.maintenance.upkeep.PATIENCE", 0.0)
    with lock.writing(here, "applicant"):
        assert main(["upkeep"]) == 75
    assert "2 other table(s) are kept up." in capsys.readouterr().err
    assert main(["upkeep", "aplicant"]) == 65
    assert "Did you mean 'applicant'?" in capsys.readouterr().err
