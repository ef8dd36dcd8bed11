"""Headers matched to the contract, columns that lack, repeat or are swapped, and the disk that is full."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.ingest.header import missing, slots
from jobs.ingest.prepare import prepare
from schemas.contract import RuleUse
from schemas.drift import Drift
from schemas.errors import Refused, Unavailable
from tests.ingest.cases import QUALITY, USCC, column, contract, desk, landed, prepared, register

CHECKS = {"uscc": lambda value: value in USCC}


@pytest.mark.parametrize(
    "headers",
    ["uscc,name,amount", "amount,uscc,name", "统一社会信用代码,名称,金额(万元)", " USCC , Name\u3000,AMOUNT", "usｃｃ,\u200b名称,金额（万元）",
     "\ufeffUSCC_CODE,name,amount", '"uscc","name","amount"'],
)  # fmt: skip
def test_a_header_is_matched_by_name_title_or_alias_in_any_order(headers: str, tmp_path: Path) -> None:
    report = prepared(tmp_path, register(), f"{headers}\n1,2,3\n".encode()).report
    assert (report.missing, report.unknown, report.records) == ((), (), 1)


def test_missing_and_unknown_columns_are_reported(tmp_path: Path) -> None:
    report = prepared(tmp_path, register(), "uscc,备注,,name\n1,2,3,4\n".encode()).report
    assert (report.missing, report.unknown) == (("amount",), ("备注", "#3"))


def test_a_header_alone_is_no_failure(tmp_path: Path) -> None:
    report = prepared(tmp_path, register(), b"uscc,name\n").report
    assert (report.records, report.refused, report.encoding) == (0, None, "utf-8")


def test_blank_lines_are_counted_apart(tmp_path: Path) -> None:
    report = prepared(tmp_path, register(), b"\nuscc,name\n\n1,2\n \r\n").report
    assert (report.records, report.blank) == (1, 3)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"USC,name\n1,2\n", r"^header lacks required 'uscc' \(found 'USC'\)\. .*add the alias", id="another spelling"),
        pytest.param(b"name\n1\n", r"^header lacks required 'uscc' \(and has no unknown one\)", id="not there at all"),
        pytest.param(b"13800138000,x\n1,2\n", r"\(none of its 2 names is known\)", id="no header, and its data stays unsaid"),
        pytest.param(b"uscc;name\n1;2\n", r"\(none of its 1 names is known\)", id="another separator"),
        pytest.param(b"uscc,name,name\n1,2,3\n", r"^names a column twice in its header: 'name'", id="one name twice"),
        pytest.param("uscc,name,名称\n1,2,3\n".encode(), r"twice in its header: 'name', '名称'", id="name and title of one column"),
        pytest.param(b"uscc,x,X\n1,2,3\n", r"twice in its header: 'x', 'X'", id="an unknown one twice"),
        pytest.param(b'uscc,"name\n1,2\n', "^has a first line that is no CSV header", id="a header that never closes"),
    ],
)  # fmt: skip
def test_a_header_that_does_not_fit_is_refused_in_one_sentence(content: bytes, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=sentence):
        prepared(tmp_path, register(), content)


FROZEN = Drift(columns="freeze")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"uscc,name,amount,x\n1,2,3,4\n", r"freezes them: has 'x'\. Nothing was read; the file stays in landing\. Ask the source", id="a new column"),
        pytest.param(b"USCC_CODE,name,amount\n1,2,3\n", r"freezes them: has 'USCC_CODE'; lacks 'uscc'\.", id="a renamed one, though it has the alias"),
        pytest.param(b"uscc,name\n1,2\n", r"freezes them: lacks 'amount'\.", id="a missing one, though it is optional"),
        pytest.param(b"13800138000,x\n1,2\n", r"has 2 names, none of them known", id="no header, and its data stays unsaid"),
    ],
)  # fmt: skip
def test_a_contract_that_freezes_its_columns_refuses_a_file_with_others(content: bytes, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=sentence):
        prepared(tmp_path, replace(register(), drift=FROZEN), content)


@pytest.mark.parametrize(("content", "source_format"), [
    pytest.param("AMOUNT,统一社会信用代码,name\n1,2,3\n".encode(), "csv", id="csv"),
    pytest.param(b'{"uscc": "1", "name": "2"}\n{"uscc": "1", "amount": "3"}\n', "jsonl", id="jsonl"),
])  # fmt: skip
def test_the_columns_of_the_contract_by_name_or_title_are_taken_by_one_that_freezes_them(content: bytes, source_format: str, tmp_path: Path) -> None:
    assert prepared(tmp_path, replace(register(), drift=FROZEN, source_format=source_format), content).report.unknown == ()


@pytest.mark.parametrize(("content", "sentence"), [
    pytest.param(b'{"uscc": "1", "name": "2", "amount": "3"}\n{"uscc": "2", "x": "3"}\n', "freezes them: has 'x'", id="a key too many in one record"),
    pytest.param(b'{"x": "1"}\n', "has 1 names, none of them known", id="no known key at all"),
])  # fmt: skip
def test_records_with_other_keys_are_refused_by_a_contract_that_freezes_its_columns(content: bytes, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=sentence):
        prepared(tmp_path, replace(register(), drift=FROZEN, source_format="jsonl"), content)


@pytest.mark.parametrize("name", ["duplicate-headers", "invalid"])
def test_published_files_with_a_repeated_header_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="names a column twice"):
        prepared(tmp_path, contract("id", "name"), (QUALITY / "tabular-defects" / f"{name}.csv").read_bytes())


def test_a_column_composed_of_others_is_not_missing() -> None:
    kind = contract(column("at", required=True, compose="{day} {hour}:00"), "station")
    known = slots(kind)
    assert known.names == ("at", "station", "day", "hour")
    assert (missing(kind, known, frozenset({1, 2, 3})), [c.name for c in missing(kind, known, frozenset({1, 2}))]) == (
        (),
        ["at"],
    )


def swapped(tmp_path: Path, rows: list[tuple[str, str]], header: str = "uscc,name") -> None:
    content = "\n".join([header, *(f"{a},{b}" for a, b in rows)]).encode()
    prepare(landed(tmp_path / "a.csv", content), desk(register(), tmp_path / "work", checks=CHECKS))


def test_two_swapped_columns_are_refused_without_a_value_in_the_sentence(tmp_path: Path) -> None:
    rows = [(f"示例企业{n}", code.lower()) for n, code in enumerate(USCC)]
    with pytest.raises(
        Refused, match=r"^has columns 'uscc' and 'name' swapped, it seems: 0% .* 100% .* 'uscc'\."
    ) as refusal:
        swapped(tmp_path, rows)
    assert not any(code in str(refusal.value).upper() for code in USCC)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([(code, f"企业{n}") for n, code in enumerate(USCC)], id="columns in their places"),
        pytest.param([("bad", code) for code in USCC[:2]], id="too few to tell"),
        pytest.param([("/", code) for code in USCC], id="a column of placeholders"),
        pytest.param([("坏的代码", f"企业{n}") for n in range(20)], id="bad codes and no other column with good ones"),
    ],
)
def test_columns_that_are_not_swapped_are_read(rows: list[tuple[str, str]], tmp_path: Path) -> None:
    swapped(tmp_path, rows)


def test_a_second_column_with_the_same_rule_is_not_taken_for_a_swap(tmp_path: Path) -> None:
    kind = contract(column("party", rules=(RuleUse("uscc"),)), column("office", rules=(RuleUse("uscc"),)))
    content = "\n".join(["party,office", *(f"自然人{n},{code}" for n, code in enumerate(USCC))]).encode()
    prepare(landed(tmp_path / "a.csv", content), desk(kind, tmp_path / "work", checks=CHECKS))


def test_json_lines_report_what_no_record_gave(tmp_path: Path) -> None:
    kind = contract(column("uscc", required=True), "name", "amount", source_format="jsonl")
    report = prepared(tmp_path, kind, b'{"uscc":"1"}\n{"uscc":"2","name":null,"note":"x"}\n', "a.jsonl").report
    assert (report.records, report.missing, report.unknown) == (2, ("amount",), ("note",))


def test_json_lines_without_the_required_key_in_any_record_are_refused(tmp_path: Path) -> None:
    kind = contract(column("uscc", required=True), "name", source_format="jsonl")
    with pytest.raises(Refused, match=r"^header lacks required 'uscc' \(found 'code'\)"):
        prepared(tmp_path, kind, b'{"code":"1","name":"x"}\n', "a.jsonl")


def test_a_key_given_by_two_names_is_a_shape_defect(tmp_path: Path) -> None:
    kind = contract(column("name", title="名称"), source_format="jsonl")
    ready = prepared(tmp_path, kind, '{"name":"1","名称":"2"}\n'.encode(), "a.jsonl")
    assert json.loads(ready.path.read_text()) == {"r": 1, "d": "shape", "t": '[["name","1"],["名称","2"]]'}


@pytest.mark.parametrize(
    ("tail", "suffix"), [pytest.param("", "csv", id="recoding"), pytest.param('2,"a\nb"\n', "jsonl", id="transcribing")]
)
def test_a_full_disk_is_unavailable_and_says_that_nothing_was_committed(tail: str, suffix: str, tmp_path: Path) -> None:
    place = desk(register(), tmp_path / "work")
    file = landed(tmp_path / "a.csv", f"uscc,name\n1,企业\n{tail}".encode("gbk"))
    (place.workspace / f"{file.sha256}.{suffix}").symlink_to("/dev/full")
    with pytest.raises(Unavailable, match=r"^No space is left on the disk of .*Nothing was committed"):
        prepare(file, place)
