"""Near-duplicate media: every pair of fingerprints that differs in few bits is found, and no other; equal ones do not multiply."""

import random
from itertools import combinations
from typing import Any

import pytest

from jobs.lake import tables
from jobs.marts.mart import refresh
from jobs.serve.proof.gold import prove
from schemas.load import load_marts
from schemas.settings import ROOT, Settings

pytestmark = pytest.mark.spark
CONTRACT = load_marts(ROOT / "schemas")["media_copy"]
ITEM = "file_name string, sha256 string, kind string, image_hash string, audio_hash string"


def flipped(die: random.Random, bits: int, count: int) -> int:
    for bit in die.sample(range(64), count):
        bits ^= 1 << bit
    return bits


def prints(die: random.Random) -> dict[str, int]:
    """Made fingerprints by content: strangers, chains of copies that differ in 1 to 9 bits, and 30 that have half of their bits in common."""
    found = [die.getrandbits(64) for _ in range(300)]
    found += [flipped(die, one, die.randrange(1, 10)) for one in found[:200]]
    found += [flipped(die, one, die.randrange(1, 5)) for one in found[300:400]]
    found += [0xFFFFFFFF00000000 | die.getrandbits(32) for _ in range(30)] + [0, (1 << 64) - 1, 1, (1 << 64) - 2]
    return {f"{number:064x}": bits for number, bits in enumerate(found)}


def test_every_pair_that_differs_in_six_bits_at_most_is_found_and_no_other_and_equal_ones_do_not_multiply(spark: Any, here: Settings) -> None:
    told = prints(random.Random(20260302))
    rows = [(f"{sha[-4:]}.jpg", sha, "image", f"{bits:016x}", f"{~bits % (1 << 64):016x}" if number % 2 else None) for number, (sha, bits) in enumerate(told.items())]
    rows += [("again.jpg", rows[0][1], *rows[0][2:]), ("silent.wav", "f" * 64, "audio", None, None)]
    rows += [(f"same{number}.mp4", f"e{number:063x}", "video", None, "5a5a49afc4681b6b") for number in range(400)]
    media = tables.table(here, "silver", "media_item")
    tables.append_once(spark.createDataFrame(rows[:1], ITEM), media, "first")
    refresh(here, CONTRACT, "2026-03-02", lambda line: None)
    alone = prove(here, CONTRACT)
    assert (alone.rows, [one.sentence for one in alone.findings if "no batch of the ledger wrote" not in one.sentence]) == (0, [])
    tables.append_once(spark.createDataFrame(rows[1:], ITEM), media, "others")
    refresh(here, CONTRACT, "2026-03-02", lambda line: None)
    gold = tables.read(spark, tables.table(here, "gold", "media_copy"))
    assert gold is not None
    found = [row.asDict() for row in gold.collect()]
    apart = {pair: (told[pair[0]] ^ told[pair[1]]).bit_count() for pair in combinations(sorted(told), 2)}
    meant = {pair: distance for pair, distance in apart.items() if distance <= 6}
    assert len(meant) > 150
    assert {(row["sha256"], row["other_sha256"]): row["distance"] for row in found if row["basis"] == "picture"} == meant
    heard = {sha for _, sha, _, _, sound in rows if sound}
    assert {(row["sha256"], row["other_sha256"]) for row in found if row["basis"] == "sound" and row["kind"] == "image"} == {pair for pair in meant if set(pair) <= heard}
    same = [row for row in found if row["kind"] == "video"]
    assert (len(same), {row["sha256"] for row in same}, {row["distance"] for row in same}) == (399, {f"e{0:063x}"}, {0})
    assert len(found) == len({(row["basis"], row["sha256"], row["other_sha256"]) for row in found})
