"""`govlake ledger --prove` over a lake that real runs made, and over copies of it that somebody changed behind its back."""

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from jobs.ingest.landing import survey
from jobs.ingest.places import places
from jobs.intake import Ingest
from jobs.lake import tables
from jobs.maintenance.upkeep import Task, upkeep
from jobs.publish.plan import holding, make, unfinished
from jobs.publish.run import Order, run
from jobs.serve.proof.landed import Looks
from jobs.serve.proof.proof import PLACES, TableProof, prove
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import load
from schemas.settings import ROOT, Settings, settings
from tests.conftest import SETTLED
from tests.publish.notices import DAY, Row, as_csv, notice, too_many_without_number
from tests.publish.notices import stored as rows_of

pytestmark = pytest.mark.spark
CONTRACTS = ROOT / "tests" / "data" / "contracts"
TODAY = date(2026, 3, 3)


@pytest.fixture(scope="module")
def notices() -> Contract:
    """The small table."""
    return load(CONTRACTS / "notice.odcs.yaml")


@pytest.fixture(scope="module")
def made(spark: Any, notices: Contract, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation after two released batches and a held one: every place that a row can be in has one.

    a.csv: N1 to N40, N5 again, two different N7 that tie, and one without a number.  b.csv: a newer N2, N3 as it was, an older N4.
    """
    here = settings({"GOVLAKE_HOME": str(tmp_path_factory.mktemp("proof")), "GOVLAKE_CONTRACTS": str(CONTRACTS)})
    first = [notice(notices, f"N{number}", score=f"{number}.50", mobile=None if number % 2 else "13800000000") for number in range(1, 41)]
    again = [first[4], notice(notices, "N7", score="1"), notice(notices, None)]
    second = [notice(notices, "N2", revised_on="2026-02-11"), first[2], notice(notices, "N4", revised_on="2025-02-01")]
    for name, sent in (("a.csv", [*first, *again]), ("b.csv", second), ("c.csv", too_many_without_number(notices))):
        landed(here, notices, name, sent)
        try:
            run(Order(here, notices, DAY, Ingest(), lambda line: None, lambda step: None))
        except Refused:
            assert name == "c.csv"
    return here.home


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Settings:
    """A copy of it to tamper with."""
    shutil.copytree(made, tmp_path / "var")
    return settings({"GOVLAKE_HOME": str(tmp_path / "var"), "GOVLAKE_CONTRACTS": str(CONTRACTS)})


@pytest.fixture
def proof(here: Settings, notices: Contract, tmp_path: Path) -> Callable[..., TableProof]:
    """Prove the small table, as of a day."""
    return lambda today=TODAY: prove(here, notices, Looks(survey, places, holding, unfinished), tmp_path, today)


def landed(here: Settings, contract: Contract, name: str, sent: Sequence[Row]) -> None:
    path = here.landing / contract.source_class / contract.table / DAY / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_csv(contract, sent))
    os.utime(path, (SETTLED, SETTLED))


def stored(here: Settings, layer: str) -> DeltaTable:
    return DeltaTable(str(here.lake / layer / "notice"))


def rewritten(here: Settings, layer: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Write a table's rows anew, as a person with a script would."""
    table = stored(here, layer)
    write_deltalake(table, change(table.to_pyarrow_table().sort_by("_row")), mode="overwrite")


def named(found: TableProof) -> list[tuple[str | None, int | None, str]]:
    return [(one.path and one.path.rsplit("/", 1)[1], one.row, one.kind) for one in found.findings if one.row]


def test_every_row_of_every_file_is_in_exactly_one_place(proof: Callable[..., TableProof]) -> None:
    found = proof()
    places = {name: getattr(found, name) for name in PLACES}
    # 40 keys without the torn N7; N2 superseded; N7 twice and no number; N5 again, N3 again, older N4; the held file
    assert places == {"silver": 39, "superseded": 1, "quarantine": 3, "duplicate": 3, "filtered": 0, "held": 10, "expired": 0, "missing": 0}
    assert (found.findings, found.files, found.file_rows, found.waiting) == ((), 3, sum(places.values()), 0)


def test_a_row_removed_from_silver_is_named(here, proof) -> None:
    stored(here, "silver").delete("notice_no = 'N9'")
    found = proof()
    assert (named(found), found.missing) == ([("a.csv", 10, "missing")], 1)
    assert "versions of silver that no batch of the ledger wrote: 2 (DELETE)" in found.findings[-1].sentence


def test_a_row_doubled_in_silver_is_named(here, proof) -> None:
    table = stored(here, "silver")
    write_deltalake(table, table.to_pyarrow_table().filter(pa.compute.field("notice_no") == "N9"), mode="append")
    found = proof()
    assert (named(found), found.doubled, found.silver) == ([("a.csv", 10, "doubled")], 1, 39)


@pytest.mark.parametrize("column, value", [("score", "99.99"), ("mobile", "'13900000000'"), ("revised_on", "DATE '2026-02-02'"), ("mobile", "NULL"), ("_batch", "'another'"), ("_batch", "NULL")])
def test_a_row_altered_in_silver_is_named_and_its_value_is_not(here, proof, column, value) -> None:
    stored(here, "silver").update({column: value}, predicate="notice_no = 'N10'")
    found = proof()
    assert (named(found), found.altered) == ([("a.csv", 11, "altered")], 1)
    assert not [one for one in found.findings if "13900000000" in one.sentence or "N10" in one.sentence]


def test_a_row_removed_from_quarantine_is_named(here, proof) -> None:
    rewritten(here, "quarantine", lambda rows: rows.slice(0, 2))
    assert named(proof()) == [("a.csv", 44, "missing")]


def test_a_quarantined_row_whose_text_was_altered_is_named(here, proof) -> None:
    rewritten(here, "quarantine", lambda rows: rows.set_column(0, "_sent", pa.array(["{}", *rows["_sent"].to_pylist()[1:]])))
    assert named(proof()) == [("a.csv", 8, "altered")]


def test_a_superseded_row_that_is_back_is_doubled(here, proof, made) -> None:
    old = DeltaTable(str(made / "lake" / "silver" / "notice"), version=0).to_pyarrow_table()
    write_deltalake(stored(here, "silver"), old.filter(pa.compute.field("notice_no") == "N2"), mode="append")
    assert named(proof()) == [("a.csv", 3, "doubled")]


def test_a_row_that_came_from_no_file_is_foreign(here, proof) -> None:
    rewritten(here, "silver", lambda rows: pa.concat_tables([rows, rows.slice(0, 1).set_column(rows.column_names.index("_row"), "_row", pa.array([999]))]))
    assert named(proof()) == [("a.csv", 999, "foreign")]


def test_a_row_that_stands_in_no_file_is_foreign_too(here, proof) -> None:
    rewritten(here, "silver", lambda rows: pa.concat_tables([rows, rows.slice(0, 1).set_column(rows.column_names.index("_path"), "_path", pa.array([None], pa.string()))]))
    assert [one.kind for one in proof().findings] == ["foreign"]


def test_a_data_file_that_is_not_the_one_in_the_log_is_told_and_ends_nothing(here, proof) -> None:
    for file in stored(here, "silver").file_uris():
        Path(file).write_bytes(Path(file).read_bytes()[:-100])
    assert [one.sentence.split(":")[0] for one in proof().findings] == ["The rows of notice can't be read"]


@pytest.mark.parametrize("change, said", [
    pytest.param(lambda path: path.unlink(), "is no longer in landing", id="gone"),
    pytest.param(lambda path: path.write_bytes(path.read_bytes() + b"\n"), "has other bytes than were taken in", id="changed"),
])
def test_a_landed_file_that_is_not_what_it_was_is_named(here, proof, change, said) -> None:
    path = here.landing / "social" / "notice" / DAY / "a.csv"
    change(path)
    if path.exists():
        os.utime(path, (SETTLED, SETTLED))
    found = proof()
    assert ([one.kind for one in found.findings], found.silver, said in found.findings[0].sentence) == (["file"], 39, True)


def test_a_trace_that_is_lost_or_changed_proves_nothing(here, proof) -> None:
    batches = sorted((here.lake / "_trace" / "notice").iterdir())
    for folder, change in zip(batches, (_without_rows, _with_one_less), strict=True):
        change(next((folder / "rows").glob("*.parquet")))
    said = " ".join(one.sentence for one in proof().findings)
    assert ("has no trace" in said, "is not what the ledger booked" in said) == (True, True)


def test_rows_that_are_gone_after_their_retention_are_expired(here, proof) -> None:
    stored(here, "silver").delete("notice_no = 'N9'")
    found = proof(date(2027, 3, 3))
    assert (found.findings, found.expired, found.silver) == ((), 1, 38)


def test_a_table_that_a_killed_run_left_half_written_is_not_judged(here, proof, notices) -> None:
    make(here, notices, DAY, ())
    assert [one.kind for one in proof().findings] == ["moving"]


def _without_rows(file: Path) -> None:
    file.unlink()


def _with_one_less(file: Path) -> None:
    pa.parquet.write_table(pa.parquet.read_table(file).slice(1), file)


def test_a_table_kept_up_is_the_same_to_spark_proved_whole_and_takes_in_the_next_batch(spark: Any, here: Settings, notices: Contract, proof: Callable[..., TableProof]) -> None:
    silver = tables.table(here, "silver", notices.table)
    assert DeltaTable(str(silver.path)).metadata().configuration["delta.logRetentionDuration"] == "interval 190 days"  # born with it
    before = sorted(map(str, rows_of(spark, here, "silver", notices.table)))
    kept, aside = upkeep(here, Task(notices.table, ("silver", "quarantine"), notices.table, 0))
    assert (kept.files, aside.files, kept.removed > 0) == (1, 1, True)
    assert sorted(map(str, rows_of(spark, here, "silver", notices.table))) == before
    assert proof().findings == ()
    batch = rows_of(spark, here, "silver", notices.table)[0]["_batch"]
    tables.append_once(tables.read(spark, silver), silver, batch)  # type: ignore[arg-type]
    assert sorted(map(str, rows_of(spark, here, "silver", notices.table))) == before  # the checkpoint remembers what was written
    landed(here, notices, "d.csv", [notice(notices, "N2", revised_on="2026-02-20"), notice(notices, "N99")])
    run(Order(here, notices, DAY, Ingest(), lambda line: None, lambda step: None))
    assert (len(rows_of(spark, here, "silver", notices.table)), proof().findings) == (len(before) + 1, ())
