"""Zip files as deliveries: members that agree with their manifest wait as files, everything else is refused with its reason."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from jobs.evidence.intake import LandedFile
from jobs.ingest.delivery import spread
from jobs.ingest.prepare import Prepared
from jobs.ingest.read import _outcome, _together
from tests.ingest.books import book
from tests.ingest.cases import desk, landed, register

A, B = b"uscc,name\n1,x\n2,y\n", b"uscc,name\n3,z\n"
TWO = {"a.csv": A, "sub/b.csv": B}


def listing(members: Mapping[str, bytes], **counts: int) -> list[dict[str, Any]]:
    records = {"a.csv": 2, "sub/b.csv": 1, **counts}
    return [{"name": name, "sha256": hashlib.sha256(data).hexdigest(), "records": records.get(name, 1)} for name, data in members.items()]


def manifest(members: Mapping[str, bytes], **counts: int) -> dict[str, bytes]:
    return {"manifest.json": json.dumps({"files": listing(members, **counts)}).encode()}


def packed(members: Mapping[str, bytes | str], way: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", way) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return target.getvalue()


def waiting(tmp_path: Path, content: bytes, name: str = "d.zip") -> tuple[LandedFile, ...]:
    return spread(landed(tmp_path / name, content))


def refusal(tmp_path: Path, content: bytes) -> str:
    (file,) = waiting(tmp_path, content)
    return str(file.refused)


def outcomes(tmp_path: Path, content: bytes) -> list[Any]:
    files, place = waiting(tmp_path, content), desk(register(), tmp_path / "work")
    return _together(files, [_outcome(file, place) for file in files])


@pytest.mark.parametrize("kind", ["json", "json list", "csv"])
def test_members_that_agree_with_the_manifest_wait_as_files_of_their_own(kind: str, tmp_path: Path) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["name", "sha256", "records"])
    writer.writeheader()
    writer.writerows(listing(TWO))
    forms = {"json": manifest(TWO), "json list": {"manifest.json": json.dumps(listing(TWO))}, "csv": {"manifest.csv": "\ufeff" + text.getvalue()}}
    found = waiting(tmp_path, packed({**TWO, **forms[kind]}))
    assert [(f.relative, f.sha256, f.bytes, f.member, f.records, f.refused) for f in found] == [
        (f"d.zip!/{name}", hashlib.sha256(data).hexdigest(), len(data), name, count, None) for (name, data), count in zip(TWO.items(), (2, 1), strict=True)
    ]  # fmt: skip


def test_each_member_is_read_and_reported_by_its_place(tmp_path: Path) -> None:
    found = outcomes(tmp_path, packed({**TWO, **manifest(TWO)}))
    assert [(type(one), one.report.path, one.report.records) for one in found] == [(Prepared, "d.zip!/a.csv", 2), (Prepared, "d.zip!/sub/b.csv", 1)]


def test_a_count_that_disagrees_refuses_the_whole_delivery_and_names_the_member(tmp_path: Path) -> None:
    found = outcomes(tmp_path, packed({**TWO, **manifest(TWO, **{"sub/b.csv": 5})}))
    sentence = "landing/d.zip!/sub/b.csv: has 1 records, and 5 by the manifest of its delivery. Nothing was read; the file stays in landing."
    assert [str(one.refused).startswith(sentence) for one in found] == [True, True]


def test_a_member_that_cannot_be_read_refuses_the_whole_delivery(tmp_path: Path) -> None:
    members = {"a.csv": A, "b.csv": b"USC,name\n1,x\n"}
    found = outcomes(tmp_path, packed({**members, **manifest(members)}))
    assert [str(one.refused)[:60] for one in found] == ["landing/d.zip!/b.csv: header lacks required 'uscc' (found 'U"] * 2


def test_chinese_names_in_gb18030_are_found_in_the_manifest(tmp_path: Path) -> None:
    members = {"企业.csv": A}
    content = packed({"qiye.csv": A, **manifest(members)}).replace(b"qiye.csv", "企业".encode("gbk") + b".csv")
    assert [file.member for file in waiting(tmp_path, content)] == ["企业.csv"]


def test_a_workbook_is_a_zip_file_and_no_delivery(tmp_path: Path) -> None:
    assert [file.member for file in waiting(tmp_path, book({"1月": [["a"]]}), "a.xlsx")] == [None]


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        pytest.param(TWO, "is a zip file without a manifest.json or manifest.csv", id="no manifest"),
        pytest.param({"a.csv": A, **manifest(TWO)}, "lacks 'sub/b.csv', which its manifest.json lists", id="a member lacks"),
        pytest.param({**TWO, "c.csv": b"", **manifest(TWO)}, "holds 'c.csv', which its manifest.json does not list", id="a member too many"),
        pytest.param({**TWO, "a.csv": B, **manifest(TWO)}, "holds a 'a.csv' whose sha256 is not the one in its manifest.json", id="another content"),
        pytest.param({"manifest.json": b"{"}, "has a manifest.json that cannot be read", id="no JSON"),
        pytest.param({"manifest.json": b'{"files": [{"name": "a"}]}'}, "has a manifest.json that cannot be read", id="half an entry"),
        pytest.param({"manifest.json": b'[{"name": "a", "sha256": "b", "records": 1e999}]'}, "has a manifest.json that cannot be read", id="endlessly many records"),
        pytest.param({"manifest.json": b"[]"}, "has a manifest.json that lists nothing", id="an empty list"),
        pytest.param({"manifest.csv": b"name,hash\na,b\n"}, "has a manifest.csv that cannot be read", id="another header"),
        pytest.param({**TWO, "manifest.json": json.dumps([*listing(TWO), *listing(TWO)])}, "has a manifest.json that lists 'a.csv' twice", id="twice"),
        pytest.param({"../a.csv": A, **manifest(TWO)}, "holds a name that leads out of it or is none: '../a.csv'", id="a path upwards"),
        pytest.param({"/etc/a": A}, "holds a name that leads out of it or is none: '/etc/a'", id="a path from the root"),
        pytest.param({"C:a": A}, "holds a name that leads out of it or is none: 'C:a'", id="a drive"),
        pytest.param({"x\\..\\a": A}, "holds a name that leads out of it or is none", id="backslashes"),
        pytest.param({"a\nb": A}, r"holds a name that leads out of it or is none: 'a\nb'", id="a line break"),
        pytest.param({"A.csv": A, "a.csv": A}, "holds 'a.csv' twice", id="names that differ in case"),
        pytest.param({"in.zip": A}, "holds another archive, 'in.zip'", id="a zip in a zip"),
        pytest.param({"a.csv": b"0" * (65 << 20)}, "unpacks to more than 300 times its size", id="a bomb"),
        pytest.param({f"{n}": b"" for n in range(1001)}, "holds 1001 files, more than 1000", id="too many"),
        pytest.param({}, "is a zip file without a manifest.json or manifest.csv", id="nothing"),
    ],
)  # fmt: skip
def test_a_delivery_that_is_not_safe_or_disagrees_is_refused_in_one_sentence(members: Mapping[str, bytes], sentence: str, tmp_path: Path) -> None:
    told = refusal(tmp_path, packed(members))
    assert told.startswith(f"landing/d.zip: {sentence}") and "Nothing was read; the file stays in landing. " in told


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    content = bytearray(packed({"a.csv": A}))
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + at] |= 1
    assert refusal(tmp_path, bytes(content)).startswith("landing/d.zip: is encrypted ('a.csv')")


def test_a_link_is_refused(tmp_path: Path) -> None:
    target, info = io.BytesIO(), zipfile.ZipInfo("a.csv")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(target, "w") as file:
        file.writestr(info, "/etc/passwd")
    assert refusal(tmp_path, target.getvalue()).startswith("landing/d.zip: holds a link, 'a.csv'")


@pytest.mark.parametrize("change", [lambda data: data[:-30], lambda data: data[:60]], ids=["without its end", "nearly nothing left"])
def test_a_damaged_zip_file_is_refused(change: Any, tmp_path: Path) -> None:
    assert refusal(tmp_path, change(packed({**TWO, **manifest(TWO)}))).startswith("landing/d.zip: is a damaged zip file")


def test_a_zip_file_whose_directory_points_before_its_beginning_is_refused(tmp_path: Path) -> None:
    content = bytearray(packed({**TWO, **manifest(TWO)}))
    content[-6:-2] = (int.from_bytes(content[-6:-2], "little") + 1).to_bytes(4, "little")
    assert refusal(tmp_path, bytes(content)).startswith("landing/d.zip: is a damaged zip file")


@pytest.mark.parametrize(("way", "at"), [(zipfile.ZIP_DEFLATED, 45), (zipfile.ZIP_BZIP2, 40), (zipfile.ZIP_LZMA, 50)])
def test_a_member_damaged_inside_is_refused(way: int, at: int, tmp_path: Path) -> None:
    content = bytearray(packed({**TWO, **manifest(TWO)}, way))
    content[at] ^= 0xFF
    assert refusal(tmp_path, bytes(content)).startswith("landing/d.zip: holds a damaged 'a.csv'")


def test_a_member_that_is_gone_when_it_is_read_is_refused(tmp_path: Path) -> None:
    files = waiting(tmp_path, packed({**TWO, **manifest(TWO)}))
    (tmp_path / "d.zip").write_bytes(packed({"a.csv": A}))
    place = desk(register(), tmp_path / "work")
    assert "has changed since it was planned" in str(_outcome(files[1], place).refused)  # type: ignore[union-attr]


