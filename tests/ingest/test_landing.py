"""Which files of a landing folder wait, and which are left alone."""

import os
from pathlib import Path

import pytest

from jobs.ingest.landing import survey, waiting
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.settings import Settings
from tests.ingest.cases import register

DAY = "2026-03-02"
LONG_AGO = 1_700_000_000


@pytest.fixture
def kind() -> Contract:
    return register()


@pytest.fixture
def folder(here: Settings) -> Path:
    path = here.landing / "business" / "thing" / DAY
    path.mkdir(parents=True)
    return path


def put(path: Path, content: bytes = b"uscc\n1\n", time: float = LONG_AGO) -> Path:
    path.write_bytes(content)
    os.utime(path, (time, time))
    return path


def names(here: Settings, kind: Contract, taken: frozenset[str] = frozenset()) -> list[str]:
    return [file.path.name for file in waiting(here, kind, DAY, taken)]


def test_a_table_without_a_folder_waits_for_nothing(here: Settings, kind: Contract) -> None:
    assert waiting(here, kind, DAY, frozenset()) == ()


def test_files_come_sorted_with_their_place_and_size(here: Settings, kind: Contract, folder: Path) -> None:
    put(folder / "b.csv", b"22")
    put(folder / "a.csv", b"1")
    found = waiting(here, kind, DAY, frozenset())
    assert [(f.relative, f.bytes) for f in found] == [
        (f"business/thing/{DAY}/a.csv", 1),
        (f"business/thing/{DAY}/b.csv", 2),
    ]


@pytest.mark.parametrize(
    "name", [".hidden", "_SUCCESS", "a.csv.tmp", "a.csv.part", "a.partial", "a.CRDOWNLOAD", ".a.swp"]
)
def test_a_name_of_an_unfinished_file_is_passed_over(name: str, here: Settings, kind: Contract, folder: Path) -> None:
    put(folder / name)
    assert names(here, kind) == []


def test_a_content_taken_before_is_not_taken_again_under_another_name(
    here: Settings, kind: Contract, folder: Path
) -> None:
    put(folder / "a.csv")
    taken = frozenset(file.sha256 for file in waiting(here, kind, DAY, frozenset()))
    put(folder / "again.csv")
    assert names(here, kind, taken) == []


def test_the_second_name_of_one_content_names_the_first(here: Settings, kind: Contract, folder: Path) -> None:
    put(folder / "b.csv")
    put(folder / "a.csv")
    found = waiting(here, kind, DAY, frozenset())
    assert [(f.path.name, f.same_as) for f in found] == [("a.csv", None), ("b.csv", f"business/thing/{DAY}/a.csv")]


def test_a_file_changed_a_moment_ago_is_left_alone(here: Settings, folder: Path) -> None:
    (folder / "a.csv").write_bytes(b"x")
    assert survey(folder, here.landing, settle=3600).unsettled == ("a.csv",)


def test_a_file_from_a_sender_whose_clock_is_ahead_is_taken(here: Settings, kind: Contract, folder: Path) -> None:
    put(folder / "a.csv", time=4_000_000_000)
    assert names(here, kind) == ["a.csv"]


def test_a_file_that_a_process_holds_open_for_writing_is_left_alone(here: Settings, folder: Path) -> None:
    put(folder / "whole.csv", b"whole")
    with (folder / "a.csv").open("ab") as writer:
        writer.write(b"half")
        writer.flush()
        os.utime(folder / "a.csv", (LONG_AGO, LONG_AGO))
        found = survey(folder, here.landing)
    assert ([f.path.name for f in found.files], found.unsettled) == (["whole.csv"], ("a.csv",))


def test_a_file_that_a_process_holds_open_for_reading_is_taken(here: Settings, kind: Contract, folder: Path) -> None:
    with put(folder / "a.csv").open("rb"):
        assert names(here, kind) == ["a.csv"]


@pytest.mark.parametrize("place", ["secret", "var/landing/social/other/2026-03-02/theirs.csv", "var/landing/business/thing/2026-03-01/before.csv"])
def test_a_link_out_of_its_folder_to_anybody_else_s_file_is_refused_unread(here: Settings, kind: Contract, folder: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (folder / "a.csv").symlink_to(put(tmp_path / place))
    (found,) = waiting(here, kind, DAY, frozenset())
    assert (found.sha256, "is a link that leads out of its folder" in str(found.refused)) == ("", True)


def test_a_name_with_line_breaks_is_one_line_of_a_sentence(here: Settings, kind: Contract, folder: Path) -> None:
    os.mkfifo(folder / "a\n\x1b[2J.csv")
    (found,) = waiting(here, kind, DAY, frozenset())
    assert str(found.refused).startswith(r"landing/business/thing/2026-03-02/a\n\x1b[2J.csv: is not a regular file. ")


@pytest.mark.parametrize(("name", "told"), [
    ("三月.csv".encode("gbk"), r"\udcc8\udcfd\udcd4\udcc2.csv: has a name that is not in UTF-8, most likely in GBK: '三月.csv'. "),
    (b"\xff.csv", r"\udcff.csv: has a name that is not in UTF-8. "),
])  # fmt: skip
def test_a_name_that_is_not_in_utf_8_is_refused_with_what_it_may_mean_and_keeps_no_other_file_out(here: Settings, kind: Contract, folder: Path, name: bytes, told: str) -> None:
    path = os.fsencode(folder) + b"/" + name
    Path(os.fsdecode(path)).write_bytes(b"code,name\n1,x\n")
    os.utime(path, (LONG_AGO, LONG_AGO))
    put(folder / "z.csv")
    other, refused = waiting(here, kind, DAY, frozenset())
    assert (other.path.name, refused.sha256, str(refused.refused).startswith(f"landing/business/thing/{DAY}/{told}")) == ("z.csv", "", True)
    assert "Nothing was read; the file stays in landing. Rename it" in str(refused.refused).encode().decode()


def test_a_link_to_nowhere_does_not_stop_the_other_files(here: Settings, folder: Path, tmp_path: Path) -> None:
    (folder / "a.csv").symlink_to(tmp_path / "nothing")
    (folder / "b.csv").symlink_to(folder / "gone")
    put(folder / "c.csv")
    found = survey(folder, here.landing)
    assert ([f.path.name for f in found.files], found.unsettled) == (["a.csv", "c.csv"], ("b.csv",))


@pytest.mark.parametrize("place", ["elsewhere", "var/landing/social/other/2026-03-02"])
def test_a_folder_that_is_a_link_is_refused(here: Settings, kind: Contract, tmp_path: Path, place: str) -> None:
    (tmp_path / place).mkdir(parents=True)
    (here.landing / "business" / "thing").mkdir(parents=True)
    (here.landing / "business" / "thing" / DAY).symlink_to(tmp_path / place)
    with pytest.raises(Refused, match="is a link that leads elsewhere"):
        waiting(here, kind, DAY, frozenset())


@pytest.mark.parametrize("date", ["../../secret", "2026-02-30", "", "2026-03-02/.."])
def test_a_date_that_is_none_is_refused(date: str, here: Settings, kind: Contract) -> None:
    with pytest.raises(Refused, match="no business date"):
        waiting(here, kind, date, frozenset())
