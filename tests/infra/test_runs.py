"""What is said while runs go on: each end at once, and after a while of silence how far it is."""

from collections.abc import Iterator
from itertools import count
from typing import Any, cast

import pytest

from infra import runs
from infra.airflow_api import Airflow
from infra.runs import Due, Voice, follow, settle
from schemas.contract import Contract

DUE = (Due("permit", "business.permit", "2026-03-02", ("a.csv",)), Due("penalty", "business.penalty", "2026-03-02", ("b.csv",)))


class Slow:
    """Airflow's runs as its REST interface gives them: each look finds one step more done."""

    address = "http://127.0.0.1:1"

    def __init__(self, *states: dict[str, str]) -> None:
        self.states, self.made = iter(states), dict[str, dict[str, Any]]()

    def get(self, path: str, **query: Any) -> Any:
        for name, state in next(self.states, {}).items():
            self.made.setdefault(name, {"dag_id": name, "dag_run_id": name, "partition_key": "2026-03-02", "run_after": "2026", "duration": 1.0})["state"] = state
        return {"dag_runs": list(self.made.values())}

    def post(self, path: str, body: Any) -> Any:
        name = path.split("/")[1]
        self.made[name] = {"dag_id": name, "dag_run_id": name, "partition_key": body["partition_key"], "state": "running", "duration": None}
        return self.made[name]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again without waiting."""
    monkeypatch.setattr(runs, "POLL", 0.0)


@pytest.fixture
def ticks() -> Iterator[float]:
    """A clock that goes ten seconds on whenever it is read."""
    return (float(second) for second in count(0, 10))


def followed(airflow: Slow, contracts: dict[str, Contract], ticks: Iterator[float]) -> list[str]:
    said: list[str] = []
    follow(cast(Airflow, airflow), DUE, contracts, frozenset({"enterprise", "admin_division"}), Voice(said.append, lambda: next(ticks)))
    return said


def test_a_silence_is_broken_with_how_many_are_over_and_which_run(contracts: dict[str, Contract], ticks: Iterator[float]) -> None:
    nothing: list[dict[str, str]] = [{}] * 5
    said = followed(Slow(*nothing, {"business.permit": "success"}, {}, {}, {"business.penalty": "success"}), contracts, ticks)
    assert said[0] == "  … 0 of 2 over; running: penalty, permit"
    assert "  … 1 of 2 over; running: penalty" in said
    assert [line.split()[0] for line in said if "…" not in line] == ["permit", "penalty"]


def test_where_runs_end_quickly_nothing_is_said_between(contracts: dict[str, Contract]) -> None:
    said = followed(Slow({}, {}, {"business.permit": "success", "business.penalty": "success"}), contracts, iter(lambda: 0.0, None))
    assert [line.split()[0] for line in said] == ["permit", "penalty"]


def test_a_gold_table_that_takes_long_is_said_to_be_on_its_way(ticks: Iterator[float]) -> None:
    said: list[str] = []
    airflow = Slow(*[{"gold.credit_profile": "running"}] * 4, {"gold.credit_profile": "success"})
    assert settle(cast(Airflow, airflow), "gold.credit_profile", frozenset({"2026-03-02"}), "2026", Voice(said.append, lambda: next(ticks))) == []
    assert (said[0], len(said) > 1) == ("  … gold.credit_profile: 0 run(s) over, 1 on the way", True)



class Prompt(Slow):
    """Every run is over at the next look; notes in which order they were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def get(self, path: str, **query: Any) -> Any:
        for run in self.made.values():
            run["state"] = "success"
        return super().get(path, **query)

    def post(self, path: str, body: Any) -> Any:
        self.asked.append(path.split("/")[1])
        return super().post(path, body)


def test_the_tables_that_others_wait_for_begin_first(contracts: dict[str, Contract]) -> None:
    wanted = tuple(Due(table, contracts[table].dag_id, "2026-03-02", ("a.csv",)) for table in ("public_comment", "permit", "enterprise", "admin_division"))
    airflow = Prompt()
    follow(cast(Airflow, airflow), wanted, contracts, frozenset(), Voice(lambda line: None))
    assert airflow.asked[0] == contracts["admin_division"].dag_id
    assert airflow.asked.index(contracts["enterprise"].dag_id) < airflow.asked.index(contracts["permit"].dag_id)
