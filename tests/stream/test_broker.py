"""The stream without its broker: topics, what it needs, and what it says."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jobs.evidence import ledger
from jobs.stream import sides, topics
from jobs.stream.broker import make_topics
from jobs.stream.instant import REPLICAS, desk
from schemas.contract import Contract
from schemas.errors import Refused, Unavailable
from schemas.load import load_marts
from schemas.settings import ROOT, Settings, settings

MARTS = load_marts(ROOT / "schemas")


def test_a_missing_broker_is_one_sentence_that_says_where_and_that_nothing_is_lost(tmp_path_factory: pytest.TempPathFactory) -> None:
    nobody = settings({"GOVLAKE_HOME": str(tmp_path_factory.mktemp("home")), "GOVLAKE_KAFKA": "127.0.0.1:9"})
    with pytest.raises(Unavailable, match=r"Kafka at 127\.0\.0\.1:9 did not answer .* what was sent waits in its topic"):
        make_topics(nobody, ["instant.request"])


def test_every_topic_is_called_by_its_domain_and_a_noun() -> None:
    assert {name.split(".")[0] for name in topics.EVERY} == {"instant", "credit", "change"}
    assert len(set(topics.EVERY)) == len(topics.EVERY) == 8


def test_the_topic_of_requests_is_the_one_a_contract_names(contracts: dict[str, Contract]) -> None:
    assert [contract.topic for contract in contracts.values() if contract.topic] == [topics.INSTANT_REQUEST]


def test_replicas_start_again_at_different_times() -> None:
    assert len({replica.settle for replica in REPLICAS.values()}) == len(REPLICAS)


def test_a_replica_without_a_contract_to_answer_by_says_what_is_missing(here: Settings, contracts: dict[str, Contract]) -> None:
    silent = {name: replace(contract, topic=None) for name, contract in contracts.items()}
    with pytest.raises(Refused, match=r"No contract has 'topic: instant\.request'"):
        desk(here, silent, MARTS, "a")


def test_tables_without_a_version_are_not_waited_for(here: Settings, contracts: dict[str, Contract]) -> None:
    needed = sides.needed(contracts["case_accept"], MARTS["credit_standing"])
    log = here.lake / "silver" / "service_item" / "_delta_log"
    log.mkdir(parents=True)
    (log / f"{0:020}.json").write_text("{}", encoding="utf-8")
    assert sides.versions(here, needed) == {"silver.service_item": 0}


def test_a_hop_of_the_ledger_is_news_for_answers_when_it_is_one_of_the_gold_table(here: Settings, contracts: dict[str, Contract]) -> None:
    read = (here, contracts["case_accept"], MARTS["credit_standing"])
    assert sides.news(*read) == {}
    seen = []
    for table, name in (("credit_change", "release"), ("credit_standing", "mart"), ("permit", "release"), ("credit_profile", "mart"), ("credit_standing", "mart")):
        hop = ledger.Hop("b", table, "2026-03-02", name, 1, 1, 0, 0, 0, "0", None, 0, datetime.now(UTC), None)
        ledger.record(here, f"{table}-{len(seen)}", [hop], [])
        seen.append(sides.news(*read))
    assert seen == [{"ledger.hop": count} for count in (0, 1, 1, 1, 2)]


def test_a_rule_whose_table_is_away_is_left_out_and_no_other(contracts: dict[str, Contract]) -> None:
    contract = contracts["case_accept"]
    some = sides.Sides(contract, MARTS["credit_standing"], {}, frozenset({"silver.working_day"}))
    assert (some.reachable.references, contract.references - some.reachable.references) == ({"service_item"}, {"working_day"})
    assert len(contract.row_rules) - len(some.reachable.row_rules) == 1
