"""Near-duplicates of tickets and comments: found however far apart they stand, and no other text with them."""

import random
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest

from jobs.lake import tables
from jobs.marts.mart import refresh
from schemas.load import load_marts
from schemas.settings import ROOT, Settings

pytestmark = pytest.mark.spark
CONTRACT = load_marts(ROOT / "schemas")["near_duplicate"]
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
SIGNS = [chr(code) for code in range(0x4E00, 0x4E00 + 2000)]


def texts(die: random.Random) -> dict[str, str]:
    """Made texts of 120 signs, 60 of them alone, 60 with three copies in which one sign in forty is another; numbers say which is whose."""
    found = {}
    for number in range(120):
        signs = [die.choice(SIGNS) for _ in range(120)]
        found[f"T{number:03d}-0"] = "".join(signs)
        for copy in range(1, 4) if number < 60 else ():
            changed = die.sample(range(120), 2)
            found[f"T{number:03d}-{copy}"] = "，".join(["".join(die.choice(SIGNS) if at in changed else sign for at, sign in enumerate(signs)), ""])
    return found


def parts(text: str) -> set[str]:
    plain = text.replace("，", "")
    return {plain[at : at + 3] for at in range(len(plain) - 2)}


def put(spark: Any, here: Settings, told: dict[str, str], comments: dict[str, str]) -> None:
    rows = [(number, NOON + timedelta(minutes=at), text) for at, (number, text) in enumerate(told.items())]
    tables.append_once(spark.createDataFrame(rows, "ticket_no string, call_time timestamp, content string"), tables.table(here, "silver", "hotline_ticket"), "made")
    said = [(number, NOON, text) for number, text in comments.items()]
    tables.append_once(spark.createDataFrame(said, "comment_id string, created_at timestamp, body string"), tables.table(here, "silver", "public_comment"), "made")


def test_near_duplicates_are_found_and_texts_that_only_look_alike_are_not(spark: Any, here: Settings) -> None:
    told = texts(random.Random(20260302))
    one = next(iter(told.values()))
    put(spark, here, {**told, "S1": "太短", "S2": "太短"}, {"C1": one, "C2": f"【{one.upper()}】 ", "C3": "没有第二条的评论文本内容"})
    refresh(here, CONTRACT, "2026-03-02", lambda line: None)
    found = tables.read(spark, tables.table(here, "gold", "near_duplicate"))
    assert found is not None
    rows = {row["item_no"]: row for row in found.collect()}
    meant = {pair for pair in combinations(told, 2) if pair[0][:4] == pair[1][:4] and len(parts(told[pair[0]]) & parts(told[pair[1]])) >= 0.8 * len(parts(told[pair[0]]) | parts(told[pair[1]]))}
    together = {pair for pair in meant if pair[0] in rows and pair[1] in rows and rows[pair[0]]["cluster_no"] == rows[pair[1]]["cluster_no"]}
    assert {row["cluster_no"][:4] == number[:4] for number, row in rows.items() if number.startswith("T")} == {True}
    assert (len(meant) > 300, len(together) >= 0.98 * len(meant)) == (True, True)
    assert {(number, rows[number]["cluster_no"], rows[number]["member_count"], rows[number]["source_table"]) for number in rows if number[0] == "C"} == {
        ("C1", "C1", 2, "public_comment"), ("C2", "C1", 2, "public_comment")}
