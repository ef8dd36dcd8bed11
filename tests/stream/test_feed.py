"""Records of a topic become files: where one may end, what it holds, and what its name says of the next."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from jobs.stream.feed import content, landed, whole


@dataclass(frozen=True)
class Sent:
    """What a record has that decides."""

    key: bytes | None
    value: bytes | None
    timestamp: int = 1772410500123


A, B, CAME = b"A", b"B", b"@1772410500123\r\n"
# story -> (records, how many of them end no packet halfway, what a file of all of them holds)
CASES: dict[str, tuple[list[Sent], int, bytes]] = {
    "a packet a record": ([Sent(A, b"1\r\n"), Sent(B, b"2\r\n")], 2, CAME + b"1\r\n" + CAME + b"2\r\n"),
    "two packets cut into each other": ([Sent(A, b"1"), Sent(B, b"2"), Sent(A, b"1\r\n"), Sent(B, b"2\r\n")], 4, CAME + b"11\r\n" + CAME + b"22\r\n"),
    "the rest is still to come": ([Sent(A, b"1\r\n"), Sent(B, b"2"), Sent(A, b"3\r\n")], 1, CAME + b"1\r\n" + CAME + b"3\r\n" + CAME + b"2"),
    "nothing is whole yet": ([Sent(A, b"1")], 0, CAME + b"1"),
    "no keys, no values": ([Sent(None, b"1\r\n"), Sent(None, None), Sent(None, b"")], 3, CAME + b"1\r\n"),
    "an empty record ends nothing": ([Sent(A, b"1"), Sent(A, b"")], 0, CAME + b"1"),
}


@pytest.mark.parametrize(("records", "count", "held"), CASES.values(), ids=CASES)
def test_a_file_of_packets_ends_where_none_is_cut_and_keeps_what_one_sender_sent_together(records: list[Sent], count: int, held: bytes) -> None:
    assert (whole(records, "hj212"), content(records, "hj212")) == (count, held)


def test_records_of_json_are_lines() -> None:
    assert (whole([Sent(A, b"{}"), Sent(B, b"[]\n")], "jsonl"), content([Sent(A, b"{}"), Sent(B, b"[]\n")], "jsonl")) == (2, b"{}\n[]\n")


def test_what_is_landed_is_told_by_the_names_of_the_files_of_all_dates(tmp_path: Path) -> None:
    names = ("2026-03-01/iot.packet-0-000000000000-000000000009.hj212", "2026-03-02/iot.packet-0-000000000010-000000000010.hj212",
             "2026-03-02/.iot.packet-0.part", "2026-03-02/iot.packet-10-000000000000-000000000099.hj212", "2026-03-02/iotxpacket-0-0-500.hj212")  # fmt: skip
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [landed(tmp_path, "iot.packet", partition) for partition in (0, 1, 10)] == [11, 0, 100]
