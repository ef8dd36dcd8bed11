"""A zip with its manifest through the whole walk: taken member by member, or not at all."""

import hashlib
import io
import json
import zipfile

import pytest

from schemas.errors import Refused
from tests.publish.notices import DAY, as_csv, notice, silver, stored

pytestmark = pytest.mark.spark


def packed(members: dict[str, bytes], counts: dict[str, int]) -> bytes:
    files = [{"name": name, "sha256": hashlib.sha256(data).hexdigest(), "records": counts[name]} for name, data in members.items()]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name, data in {**members, "manifest.json": json.dumps({"files": files})}.items():
            file.writestr(name, data)
    return target.getvalue()


def test_a_delivery_is_taken_in_member_by_member_and_its_content_is_known_again(spark, here, contract, land, take_in) -> None:
    members = {"a.csv": as_csv(contract, [notice(contract, "N1"), notice(contract, "N2")]), "b.csv": as_csv(contract, [notice(contract, "N3")])}
    land(contract.source_class, contract.table, DAY, "d.zip", packed(members, {"a.csv": 2, "b.csv": 1}))
    take_in(contract)
    land(contract.source_class, contract.table, DAY, "plain.csv", members["a.csv"])
    again = take_in(contract)
    files = {row["path"][-12:]: row["records"] for row in stored(spark, here, "ledger", "file")}
    assert (files, "nothing new" in again[-1]) == ({"d.zip!/a.csv": 2, "d.zip!/b.csv": 1}, True)
    assert {number: (row["_path"][-13:], row["_row"]) for number, row in silver(spark, here, contract).items()} == {
        "N1": ("/d.zip!/a.csv", 2), "N2": ("/d.zip!/a.csv", 3), "N3": ("/d.zip!/b.csv", 2),
    }  # fmt: skip


def test_a_delivery_that_disagrees_with_its_manifest_stays_out_whole_and_the_other_files_are_taken_in(spark, here, contract, land, deliver) -> None:
    members = {"a.csv": as_csv(contract, [notice(contract, "N1")]), "b.csv": as_csv(contract, [notice(contract, "N2")])}
    land(contract.source_class, contract.table, DAY, "d.zip", packed(members, {"a.csv": 1, "b.csv": 7}))
    with pytest.raises(Refused, match=r"d\.zip!/b\.csv: has 1 records, and 7 by the manifest of its delivery\.") as refused:
        deliver("other.csv", [notice(contract, "N9")])
    assert (set(silver(spark, here, contract)), str(refused.value).count("manifest")) == ({"N9"}, 1)
    assert sorted(row["state"] for row in stored(spark, here, "ledger", "file")) == ["refused", "refused", "taken"]
