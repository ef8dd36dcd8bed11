"""A held batch after its contract has changed: judged anew by the next run, and by nothing else."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.ingest.landing import waiting
from jobs.intake import Ingest
from jobs.publish.run import Order, accept, run
from jobs.serve.lake import ledger, pending
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import load
from schemas.settings import ROOT, Settings, settings
from tests.publish.notices import DAY, as_csv, notice, silver, stored, too_many_without_number, unbalanced

pytestmark = pytest.mark.spark


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation whose contracts may be changed."""
    shutil.copytree(ROOT / "tests" / "data" / "contracts", tmp_path / "contracts")
    return settings({"GOVLAKE_HOME": str(tmp_path / "var"), "GOVLAKE_CONTRACTS": str(tmp_path / "contracts")})


@pytest.fixture
def held(here: Settings, contract: Contract, deliver: Callable[..., list[str]]) -> Path:
    """The working space of a held batch."""
    with pytest.raises(Refused, match="is held: quarantineRate"):
        deliver("b.csv", too_many_without_number(contract))
    (folder,) = (here.lake / "_candidate" / contract.table).iterdir()
    return folder


@pytest.fixture
def changed(here: Settings, held: Path) -> Contract:
    """The contract after the owner has allowed that many bad rows, as its next version."""
    path = here.contracts / "notice.odcs.yaml"
    text = path.read_text(encoding="utf-8").replace("version: 1.0.0", "version: 1.1.0").replace("quarantineRate, value: 0.1", "quarantineRate, value: 1.0")
    path.write_text(text, encoding="utf-8")
    return load(path)


def accepted(here: Settings, contract: Contract, batch: str) -> None:
    accept(Order(here, contract, "", Ingest(), lambda line: None, lambda step: None), batch, "as it is")


def states(here: Settings) -> list[str]:
    return [entry.state for entry in ledger(here, "notice")]


def test_the_next_run_takes_the_files_in_again_and_the_old_batch_is_superseded(spark, here, held, changed, take_in) -> None:
    assert len(pending(here, waiting)) == 1
    take_in(changed)
    assert (set(silver(spark, here, changed)), len(stored(spark, here, "quarantine", "notice"))) == ({"N2"}, 9)
    assert (states(here), held.exists(), unbalanced(spark, here), pending(here, waiting)) == (["superseded", "released"], False, [], ())
    with pytest.raises(Refused, match=f"holds no batch '{held.name}'"):
        accepted(here, changed, held.name)


def test_the_old_batch_can_no_longer_be_accepted_and_says_what_to_do(here, held, changed) -> None:
    with pytest.raises(Refused, match=r"under another version of the contract than today's 1\.1\.0\. Nothing was changed\. Run the date again"):
        accepted(here, changed, held.name)
    assert (held.exists(), states(here)) == (True, ["held"])


def test_a_held_batch_stays_held_while_the_version_is_the_same(here, contract, held, take_in) -> None:
    said = take_in(contract)
    assert (any("nothing new" in line for line in said), pending(here, waiting), states(here)) == (True, (), ["held"])


def test_a_run_killed_before_the_old_working_space_was_gone_books_nothing_twice(spark, here, held, changed, take_in, tmp_path, land) -> None:
    shutil.copytree(held, tmp_path / "kept")
    take_in(changed)
    shutil.copytree(tmp_path / "kept", held)
    land("social", "notice", DAY, "c.csv", as_csv(changed, [notice(changed, "N3")]))
    take_in(changed)
    superseded = [hop for hop in stored(spark, here, "ledger", "hop") if hop["hop"] == "superseded"]
    assert (len(superseded), held.exists()) == (1, False)


def test_a_batch_whose_accept_was_killed_is_not_superseded(here, held, changed, take_in) -> None:
    (held / "accepted").write_text('"as it is"', encoding="utf-8")
    with pytest.raises(Refused, match=rf"was being accepted when that was stopped\. Nothing was started\. Finish it first: `govlake accept notice {held.name}"):
        take_in(changed)
    assert (held.exists(), states(here)) == (True, ["held"])


COLUMN = """      - name: subtitle
        businessName: 副标题
        logicalType: string
        classification: public
        description: "Second title. 副标题。"
        examples: ["about"]
"""


class Stopped(Exception):
    """The process ends here."""


def stopped_after(number: int) -> Callable[[int], None]:
    """What a run is to do after each step: end after this one."""
    def after(step: int) -> None:
        if step == number:
            raise Stopped

    return after


def widened(here: Settings) -> Contract:
    """The contract with one column more, as its next version."""
    path = here.contracts / "notice.odcs.yaml"
    text = path.read_text(encoding="utf-8").replace("version: 1.0.0", "version: 1.1.0")
    path.write_text(text.replace("    quality:", f"{COLUMN}    quality:"), encoding="utf-8")
    return load(path)


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, 6])
def test_a_batch_stopped_before_its_contract_changed_is_finished_or_judged_anew_and_loses_nothing(spark, here, land, take_in, step) -> None:
    before = load(here.contracts / "notice.odcs.yaml")
    land("social", "notice", DAY, "d.csv", as_csv(before, [notice(before, "N7"), notice(before, "N8")]))
    with pytest.raises(Stopped):
        run(Order(here, before, DAY, Ingest(), lambda line: None, stopped_after(step)))
    after = widened(here)
    said = take_in(after)
    assert any(("taken in anew" if step < 3 else "going on with batch") in line for line in said)
    assert (set(silver(spark, here, before)), states(here), unbalanced(spark, here), pending(here, waiting)) == ({"N7", "N8"}, ["released"], [], ())
