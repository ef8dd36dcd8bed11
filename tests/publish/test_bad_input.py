"""Bad input through a whole run: one sentence a file, a reason a row, and nothing else is lost."""

import gzip
import os
from datetime import date

import pytest

from jobs.lake import tables
from schemas.errors import Refused
from tests.conftest import SETTLED
from tests.publish.notices import DAY, as_csv, notice, silver, stored, unbalanced

pytestmark = pytest.mark.spark
HEADER = b"notice_no,revised_on,mobile,score,remark\n"
MOBILES = ("13800000000", "13912345678", "15012345678", "18612345678")
PAGE = "通知编号,修订日期,手机,评分,备注\n".encode() + b"".join(f"G{n},2026-02-01,,50,已办结\n".encode() for n in range(70))
LATIN = HEADER + b"".join(f"L{n},2026-02-01,,50,caf\xe9 n\xb0\xff\n".encode("latin-1") for n in range(9))
SWAPPED = HEADER + b"".join(f"{mobile},2026-02-01,N{mobile[-4:]},50,\n".encode() for mobile in MOBILES)
REFUSED = {
    "empty.csv": (b"", "is empty"),
    "cut.csv.gz": (gzip.compress(PAGE)[:-9], "is a gzip file cut off before its end"),
    "latin.csv": (LATIN, "is neither UTF-8 nor GB 18030"),
    "twice.csv": (b"notice_no,score,score\nT1,1,2\n", "names a column twice in its header: 'score'"),
    "swapped.csv": (SWAPPED, "has columns 'mobile' and 'notice_no' swapped, it seems"),
}
# What stands on each line of one file, and the rule that keeps it out of silver.
BAD_LINES = {
    "a NUL byte": (b"B1,2026-02-01,,5\x000,\n", "shape"),
    "a line of ten megabytes": (b"B2,2026-02-01,,50," + b"x" * 10_000_000 + b"\n", "too_long"),
    "an unbalanced quote": (b'B3,2026-02-01,,50,"never closed\n', "shape"),
    "another encoding than the other lines": ("B4,2026-02-01,,50,已办结\n".encode("gbk"), "encoding"),
    "no key": (b",2026-02-01,,50,\n", "required"),
}


def test_each_refused_file_has_its_sentence_and_the_others_are_taken_in(spark, here, contract, land, take_in) -> None:
    for name, content in {**{name: sent for name, (sent, _) in REFUSED.items()}, "good.csv": PAGE, "header.csv": HEADER}.items():
        land(contract.source_class, contract.table, DAY, name, content)
    with pytest.raises(Refused) as refusal:
        take_in(contract)
    sentences = {part.split(": ")[0].rsplit("/")[-1]: part for part in str(refusal.value).split("landing/")[1:]}
    assert {name: REFUSED[name][1] in sentences[name] for name in sentences} == dict.fromkeys(REFUSED, True)
    assert not any(mobile in str(refusal.value) for mobile in MOBILES)
    assert sorted(silver(spark, here, contract)) == sorted(f"G{n}" for n in range(70))
    states = {row["path"].rsplit("/")[-1]: row["state"] for row in stored(spark, here, "ledger", "file")}
    assert states == {**dict.fromkeys(REFUSED, "refused"), "good.csv": "taken", "header.csv": "taken"}
    assert unbalanced(spark, here) == []


def test_each_bad_line_is_a_quarantined_row_with_its_reason_and_its_neighbours_are_in_silver(spark, here, contract, land, take_in) -> None:
    land(contract.source_class, contract.table, DAY, "a.csv", PAGE + b"".join(line for line, _ in BAD_LINES.values()) + b"G70,2026-02-01,,50,\n")
    take_in(contract)
    found = {row["_row"]: [one["rule"] for one in row["_violations"]] for row in stored(spark, here, "quarantine", contract.table)}
    assert found == {line: [rule] for line, (_, rule) in enumerate(BAD_LINES.values(), start=72)}
    assert sorted(silver(spark, here, contract)) == sorted(f"G{n}" for n in range(71))
    assert unbalanced(spark, here) == []


def test_a_date_of_zeros_is_taken_as_empty_and_said_so_and_the_open_end_stays(spark, here, contract, deliver) -> None:
    deliver("a.csv", [notice(contract, "N1", revised_on="0000-00-00"), notice(contract, "N2", revised_on="9999-12-31")])
    rows = silver(spark, here, contract)
    assert (rows["N1"]["revised_on"], rows["N2"]["revised_on"]) == (None, date(9999, 12, 31))
    assert "zero_date" in [one["rule"] for one in rows["N1"]["_violations"]]


def test_the_same_content_under_another_name_is_not_taken_in_again(spark, here, contract, deliver) -> None:
    deliver("a.csv", [notice(contract, "N1")])
    before = tables.version(tables.table(here, "silver", contract.table))
    said = deliver("other name.csv", [notice(contract, "N1")])
    assert (any("nothing new" in line for line in said), tables.version(tables.table(here, "silver", contract.table))) == (True, before)


def test_the_same_content_twice_in_one_delivery_is_read_once_and_the_ledger_names_both(spark, here, contract, land, deliver) -> None:
    land(contract.source_class, contract.table, DAY, "b.csv", as_csv(contract, [notice(contract, "N1")]))
    said = deliver("a.csv", [notice(contract, "N1")])
    assert any(" 1 rows in, 1 to silver" in line for line in said)
    assert sorted((row["path"][-5:], row["state"]) for row in stored(spark, here, "ledger", "file")) == [("a.csv", "taken"), ("b.csv", "same")]


def test_a_file_still_being_written_waits_for_a_later_run_and_the_whole_one_is_taken(spark, here, contract, land, deliver, take_in) -> None:
    half = land(contract.source_class, contract.table, DAY, "half.csv", HEADER)
    with half.open("ab") as writer:
        writer.write(b"H1,2026-02-01,")
        writer.flush()
        os.utime(half, (SETTLED, SETTLED))
        deliver("whole.csv", [notice(contract, "N1")])
        before = set(silver(spark, here, contract))
        writer.write(b",50,\n")
    os.utime(half, (SETTLED, SETTLED))
    take_in(contract)
    assert (before, set(silver(spark, here, contract))) == ({"N1"}, {"N1", "H1"})


def test_a_header_alone_is_a_day_without_rows_and_is_held_where_the_contract_wants_some(spark, here, contract, land, take_in) -> None:
    land(contract.source_class, contract.table, DAY, "header.csv", HEADER)
    with pytest.raises(Refused, match="is held: rowCount must be at least 1, found 0"):
        take_in(contract)
    (file,) = stored(spark, here, "ledger", "file")
    assert (file["state"], file["records"], unbalanced(spark, here)) == ("held", 0, [])
