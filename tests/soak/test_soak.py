"""The soak itself, small: the same again from the same seed, every kind read, and a worker that dies or hangs is named."""

import os
import signal
from pathlib import Path

import pytest

from tests.soak import rules, worker
from tests.soak.account import Account
from tests.soak.cases import CASES
from tests.soak.kinds import KINDS
from tests.soak.watch import Lane

SEED = 20260302
CHEAP = sorted(name for name, kind in KINDS.items() if kind.share >= 10_000)


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_value_is_made_again_from_its_seed_and_number(name: str) -> None:
    values = rules.values(CASES[name], SEED, 0, 50)
    assert (rules.value_at(name, SEED, 41), len(set(values)) > 10) == (values[41], True)


def test_an_input_is_made_again_from_its_seed_and_number() -> None:
    assert {name: worker.made(name, SEED, 3) for name in CHEAP} == {name: worker.made(name, SEED, 3) for name in CHEAP}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_spoilt_inputs_become_rows_or_refusals(name: str, tmp_path: Path) -> None:
    found = []
    for number in range(40 if name in CHEAP else 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        found.append(worker.tried(name, SEED, number, folder))
    assert [(number, one) for number, one in enumerate(found) if not isinstance(one, Account)] == []


@pytest.mark.parametrize(("sign", "named"), [(signal.SIGKILL, "ended its process (SIGKILL)"), (signal.SIGSTOP, "took longer than 0 s")])
def test_a_worker_that_dies_or_hangs_is_named_and_the_rest_is_read(sign: signal.Signals, named: str, tmp_path: Path) -> None:
    lane = Lane(("csv", "packet"), (SEED, 2_000), 1, tmp_path)
    lane.start()
    while lane.at < 0:
        lane.look()
    assert lane.process
    os.kill(lane.process.pid, sign)
    lane.limit = 0.3
    while lane.look():
        lane.limit = 30.0 if lane.failures else 0.3
    assert [one["why"].startswith(named) for one in lane.failures] == [True]
    inputs = {kind: counts[0] for kind, counts in lane.told.items()}
    assert inputs == {kind: sum(at % 2 and one == kind for at, (one, _) in enumerate(worker.places(lane.kinds, 2_000))) for kind in lane.kinds}
    assert lane.told["csv"][1] > 400
