"""HJ 212 packets: the public vectors, and what a capture does to packets."""

import csv

import pytest

from jobs.conform.violations import PACKET
from jobs.ingest.clock import REASON
from jobs.ingest.packets import WINDOW, Packet, check_sum, judged, masked, pieces
from schemas.settings import ROOT
from tests.ingest.hj212_packets import HOUR, packet

VECTORS = ROOT / "tests" / "data" / "vectors" / "hj212.csv"
CASES = [(row["value"].replace("\\r", "\r").replace("\\n", "\n").encode(), row["valid"] == "1", row["reason"])
         for row in csv.DictReader(VECTORS.open(encoding="utf-8"))]  # fmt: skip
# Why a packet of the vectors is bad, by the beginning of their own reason.
REASONS = {
    "CRC-16/ARC": "packet_crc", "CRC without leading zeros": "packet_crc", "wrong CRC": "packet_crc", "CRC bytes swapped": "packet_crc",
    "length field": "packet_length", "one # missing": "packet_noise", "CR LF missing": "packet_cut", "LF only": "packet_cut",
    "one character lost": "packet_length", "CP=&&...&& missing": "packet_field", "CN missing": "packet_field",
    "MN longer": "packet_field", "empty data": "packet_field",
}  # fmt: skip
GOOD = [case for case in CASES if case[1]]
BAD = [case for case in CASES if not case[1]]


def sliced(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize(("sent", "valid", "reason"), GOOD, ids=[f"{n} {case[2]}" for n, case in enumerate(GOOD)])
def test_a_packet_of_the_vectors_is_read(sent: bytes, valid: bool, reason: str) -> None:
    assert isinstance(judged(sent), Packet)


@pytest.mark.parametrize(("sent", "valid", "reason"), BAD, ids=[f"{n} {case[2]}" for n, case in enumerate(BAD)])
def test_a_bad_packet_of_the_vectors_has_its_reason(sent: bytes, valid: bool, reason: str) -> None:
    assert judged(sent) == next(found for beginning, found in REASONS.items() if reason.startswith(beginning))


def test_the_check_sum_is_the_one_of_the_standard_and_not_that_of_modbus() -> None:
    assert (check_sum(b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&"), check_sum(b"")) == ("1C80", "FFFF")


def test_packets_come_out_of_a_stream_whole_however_it_is_cut_into_chunks() -> None:
    sent = [case[0] for case in GOOD]
    for size in (1, 7, 100, 4096, 1 << 20):
        assert list(pieces(sliced(b"".join(sent), size))) == sent


def test_packets_glued_together_with_noise_and_cut_ones_between_them_are_found_again_and_no_byte_is_lost() -> None:
    good = packet(HOUR)
    sent = [b"\x00\x17noise", good, good[:60], good, good[-40:], good, b"##12", b"34 no packet at all\r\n", good, b"##0099cut"]
    for size in (1, 13, 1 << 20):
        found = list(pieces(sliced(b"".join(sent), size)))
        assert b"".join(found) == b"".join(sent)
        assert [piece for piece in found if isinstance(judged(piece), Packet)] == [good] * 4


def test_blank_lines_between_packets_are_nothing() -> None:
    assert list(pieces([b"\r\n\r\n", packet(HOUR), b"\n \r\n"])) == [packet(HOUR)]


def test_a_wrong_length_does_not_swallow_the_packets_behind_it() -> None:
    good, long = packet(HOUR), packet(HOUR).replace(b"##0", b"##9", 1)
    assert next(judged(piece) for piece in pieces([long + good + good])) == "packet_length"
    assert list(pieces([long + good + good]))[1:] == [good, good]


def test_noise_without_an_end_is_cut_in_pieces_and_the_packet_behind_it_is_found() -> None:
    found = list(pieces(sliced(b"x" * (3 * WINDOW) + packet(HOUR), 999)))
    assert (found[-1], b"".join(found), max(map(len, found)) <= WINDOW) == (packet(HOUR), b"x" * (3 * WINDOW) + packet(HOUR), True)


@pytest.mark.parametrize(("data", "reason"), [
    pytest.param(HOUR.replace("Flag=4", "Flag=7"), "packet_field", id="a part that does not say which one it is"),
    pytest.param(HOUR.replace("Flag=4", "Flag=N"), "packet_field", id="a flag that is no number"),
    pytest.param(HOUR.replace("ST=22;", ""), "packet_field", id="no ST"),
    pytest.param(HOUR.replace("MN=", "XX="), "packet_field", id="no MN"),
    pytest.param(HOUR.replace("CN=2061", "CN=20x1"), "packet_field", id="a CN that is no number"),
    pytest.param(HOUR.replace("a34004-Flag", "a34004-Avg"), "packet_field", id="a value twice"),
    pytest.param(HOUR.replace("a34004-Avg=31", "a34004-Avg"), "packet_field", id="a value without its sign"),
    pytest.param(HOUR.replace("DataTime", "ST"), "packet_field", id="a field twice"),
    pytest.param(HOUR.replace("=31", "=三"), "encoding", id="not ASCII"),
    pytest.param(HOUR.replace("=31", "=" + "1" * 1000), "packet_length", id="longer than the standard allows"),
])  # fmt: skip
def test_a_packet_with_a_right_check_sum_can_still_be_bad(data: str, reason: str) -> None:
    assert judged(packet(data)) == reason


def test_a_part_of_a_split_packet_and_one_without_qn_or_flag_are_packets() -> None:
    part = HOUR.replace("Flag=4", "Flag=7;PNUM=2;PNO=1")
    assert all(isinstance(judged(packet(data)), Packet) for data in (part, HOUR.replace("Flag=4;", ""), HOUR.split(";", 1)[1]))


def test_every_reason_is_one_that_conform_knows_beside_that_of_the_clock() -> None:
    assert {REASON} | {found for found in map(judged, (case[0] for case in BAD)) if isinstance(found, str)} == set(PACKET)


@pytest.mark.parametrize("sent", [
    "##0101QN=1;ST=32;CN=1062;PW=secret9;MN=01", "QN=1;PW=secret9", "t9;MN=01", "=secret9;MN=01;Flag=4", "ST=32;CN=1062PW=secret9;MN=01",
    "CN=1062;P\\x00=secret9;MN=01", "CN=1062;pw =secret9&&", "W=secret9;MN=01",
])  # fmt: skip
def test_the_password_is_in_no_text_that_is_kept(sent: str) -> None:
    assert "t9" not in masked(sent)


def test_masking_keeps_everything_else() -> None:
    assert masked("##0101QN=1;ST=32;CN=1062;PW=123456;MN=01;Flag=5;CP=&&a=1&&") == "##0101QN=1;ST=32;CN=1062;PW=******;MN=01;Flag=5;CP=&&a=1&&"
