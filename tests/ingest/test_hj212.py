"""HJ 212 files as the driver reads them: one record a factor, bad packets with their reason, commands set aside."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.errors import Refused
from schemas.template import Hj212Template
from tests.ingest.cases import column, contract, prepared, read
from tests.ingest.hj212_packets import HOUR, packet

BY_FACTOR = contract("mn", "cn", "qn", column("factor", aliases=("PolId",)), "Avg", "Flag", source_format="hj212")
BY_PACKET = contract("mn", "a34004-Avg", source_format="hj212")
COMMAND = packet("QN=20260301100006006;ST=91;CN=9011;PW=123456;MN=010006SYNTHETIC000022;Flag=4;CP=&&QnRtn=1&&")
PACKET_NAMES = ("QN", "ST", "CN", "MN", "PacketFlag", "DataTime")
PACKET_VALUES = ["20260301110000123", "22", "2061", "010001SYNTHETIC000022", "4", "20260301110000"]


def test_a_packet_gives_one_record_a_factor_with_the_fields_of_the_packet(tmp_path: Path) -> None:
    found = read(tmp_path / "a", packet(HOUR), BY_FACTOR)
    assert [(r.row, r.names, r.values) for r in found] == [
        (1, (*PACKET_NAMES, "PolId", "Avg", "Flag"), [*PACKET_VALUES, "a34004", "31", "N"]),
        (2, (*PACKET_NAMES, "PolId", "Min", "Avg", "Max", "Flag"), [*PACKET_VALUES, "a21026", "7", "8.5", "9", "M"]),
    ]


def test_a_contract_without_a_factor_column_gets_one_record_a_packet(tmp_path: Path) -> None:
    (found,) = read(tmp_path / "a", packet(HOUR), BY_PACKET)
    assert found.names == (*PACKET_NAMES, "a34004-Avg", "a34004-Flag", "a21026-Min", "a21026-Avg", "a21026-Max", "a21026-Flag")


def test_a_packet_without_factors_is_set_aside_and_where_packets_are_records_it_is_one(tmp_path: Path) -> None:
    assert [r.aside for r in read(tmp_path / "a", COMMAND, BY_FACTOR)] == ["packet of CN 9011 without a factor"]
    assert [(r.aside, r.names[-1], r.values[-1]) for r in read(tmp_path / "a", COMMAND, BY_PACKET)] == [(None, "QnRtn", "1")]


def test_bad_packets_are_one_defective_record_each_in_their_place_and_the_others_are_read(tmp_path: Path) -> None:
    good = packet(HOUR)
    sent = good + good[:-6] + b"0000\r\n" + good[50:] + b"\x00\xff" + good + good[:80]
    found = read(tmp_path / "a", sent, BY_FACTOR)
    assert [(r.row, r.defect) for r in found] == [
        (1, None), (2, None), (3, "packet_crc"), (4, "packet_noise"), (5, "packet_noise"), (6, None), (7, None), (8, "packet_cut")]  # fmt: skip


def test_the_password_is_in_no_record_wherever_a_packet_is_cut(tmp_path: Path) -> None:
    good = packet(HOUR.replace("123456", "secret"))
    sent = b"".join(good[start:] + good + good[:start] + good for start in range(len(good)))
    found = read(tmp_path / "a", sent, BY_FACTOR)
    assert not [r for r in found if "cret" in str((r.names, r.values, r.raw))]
    assert sum(r.defect is None for r in found) == 4 * len(good) + 2


def test_a_repeated_packet_is_read_again_for_conform_to_tell_it_is_a_duplicate(tmp_path: Path) -> None:
    found = read(tmp_path / "a", packet(HOUR) * 2, BY_FACTOR)
    assert [r.values for r in found[:2]] == [r.values for r in found[2:]]


def test_a_packed_file_is_read_and_the_report_accounts_for_what_was_set_aside(tmp_path: Path) -> None:
    report = prepared(tmp_path, BY_FACTOR, gzip.compress(packet(HOUR) + COMMAND), "a.hj212.gz").report
    assert (report.records, report.aside, report.aside_at, report.encoding) == (2, 1, ("3 packet of CN 9011 without a factor",), "ascii")
    assert report.unknown == ("ST", "PacketFlag", "DataTime", "Min", "Max")


@pytest.mark.parametrize(("content", "fact"), [
    (b"", "holds no beginning of an HJ 212 packet"), (b"station,pm25\n1,2\n", "holds no beginning of an HJ 212 packet"),
    (packet(HOUR).replace(b"##", b"#"), "holds no beginning of an HJ 212 packet"), (gzip.compress(packet(HOUR))[:-5], "cut off before its end"),
])  # fmt: skip
def test_a_file_without_a_packet_is_refused_and_stays(content: bytes, fact: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=fact):
        prepared(tmp_path, BY_FACTOR, content, "a.gz" if content[:1] == b"\x1f" else "a.hj212")


def test_a_beginning_cut_by_two_chunks_is_found(tmp_path: Path) -> None:
    for blanks in ((1 << 20) - 5, (1 << 20) - 2, (1 << 20) - 1):
        assert prepared(tmp_path, BY_FACTOR, b" " * blanks + packet(HOUR), "a.hj212").report.records == 2


FED = replace(BY_FACTOR, feed="iot.packet", template=Hj212Template(10, 60, (("a34004", "µg/m³"), ("a21026", "mg/m³")), (("M2", (("a21026", "µg/m³"),)),)))
# story -> (QN, DataTime, when it came: milliseconds after 11:00 of 1 March 2026, Beijing time, None for nobody knows; whether the clock is off)
CLOCKS = {
    "sent and come within a second": ("20260301110000123", "20260301110000", 600, False),
    "ten minutes ahead": ("20260301111000000", "20260301110000", 0, False),
    "ten minutes and a second ahead": ("20260301111001000", "20260301110000", 0, True),
    "kept by a gateway for an hour": ("20260301100000000", "20260301090000", 0, False),
    "a battery ran out": ("20000101000000000", "20000101000000", 0, True),
    "late data, sent now": ("20260301110000000", "20260228030000", 0, False),
    "of an hour that is still to come": ("20260301110000000", "20260301120000", None, True),
    "of a file nobody knows when it came": ("20000101000000000", "20000101000000", None, False),
    "no QN": ("", "20260301120000", 0, False),
    "a QN that is no instant": ("20261301110000000", "20260301110000", 0, False),
}


@pytest.mark.parametrize(("sent", "of", "came", "is_off"), CLOCKS.values(), ids=CLOCKS)
def test_a_packet_of_a_clock_that_is_off_is_quarantined_whole(sent: str, of: str, came: int | None, is_off: bool, tmp_path: Path) -> None:
    data = HOUR.replace("QN=20260301110000123;", f"QN={sent};" if sent else "").replace("DataTime=20260301110000", f"DataTime={of}")
    mark = b"" if came is None else b"@%d\r\n" % (1772334000000 + came)
    found = read(tmp_path / "iot.packet-0-000000000000-000000000001.hj212", mark + packet(data), FED)
    assert [(r.row, r.defect) for r in found] == ([(1, "packet_clock")] if is_off else [(1, None), (2, None)])
    assert not is_off or found[0].raw == packet(data).decode().replace("123456", "******")


def test_a_mark_counts_in_a_file_of_the_feed_alone_and_ends_what_was_cut_before_it(tmp_path: Path) -> None:
    late = b"@1772434000000\r\n"
    cut = packet(HOUR)[:70] + late + packet(HOUR)
    assert [r.defect for r in read(tmp_path / "iot.packet-0-1-2.hj212", cut, FED)] == ["packet_cut", "packet_clock"]
    assert [r.defect for r in read(tmp_path / "capture.hj212", cut, FED)] == ["packet_cut", "packet_noise", None, None]


def test_each_factor_has_the_unit_that_is_declared_for_it_or_for_it_at_its_station(tmp_path: Path) -> None:
    both = packet(HOUR) + packet(HOUR.replace("MN=010001SYNTHETIC000022", "MN=M2"))
    found = read(tmp_path / "a", both, FED)
    assert [dict(zip(r.names, r.values, strict=True))["Unit"] for r in found] == ["µg/m³", "mg/m³", "µg/m³", "µg/m³"]
