"""A small lake to hold requests against, as frames, and Kafka's records as Spark reads them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from jobs.stream.sides import HOPS, Sides, needed
from schemas.contract import Contract
from tests import rows
from tests.data.made.identifiers import citizen_id, uscc

BODY, BASE = "11330106QB00000189", "33011500200"  # the body of the contract's example, and eleven digits of its item's base code
KNOWN = {name: uscc("91330106", f"QQ00010{place}") for place, name in enumerate(("penalised", "barred", "twin", "other twin", "mended", "future"))}
TRADER = uscc("92330106", "QQ000200")
NOBODY = uscc("91330106", "QQ000300")
PERSON = citizen_id("330106", "19800101")
AT = "2026-03-02 02:00:00"  # UTC; ten o'clock in Beijing
COMPUTED, COUNTED = datetime(2026, 3, 2, 1, 0), 5  # when gold was computed, and the last credit change it counts in
ITEM = "task_code string, project_type string, dept_code string, promise_day bigint, promise_type string, anticipate_day bigint, " \
    "anticipate_type string, plan_effective_date date, plan_cancel_date date, material_list string"
GOLD = "uscc string, name string, hits string, permit_count bigint, permit_in_force_count bigint, last_permit_on date, " \
    "change_no bigint, _batch string, _ingested_at timestamp"
RECORD = "value binary, topic string, partition int, offset bigint"


def code(last: int) -> str:
    """The implementation code of one of the made items."""
    return f"{BODY}4{BASE}{last}"


def hit(kind: str, effect: str, start: str, end: str | None, table: str = "silver.credit_listing") -> dict[str, str | None]:
    """One entry of the gold table's hits."""
    return {"list": kind, "authority": "示例局", "decision_no": "示1号", "from": start, "to": end, "domain": "食品安全",
            "source_table": table, "source_version": "b1", "effect": effect}


def items(spark: Any) -> Any:
    """Item 1 is as it should be; 2 is promised, 3 cancelled, 4 promises too much, 5 promises more than the law allows, 6 needs materials."""
    def item(last: int, kind: str = "1", days: tuple[int, int] = (0, 20), until: date | None = None, needs: str | None = None) -> tuple[Any, ...]:
        return (code(last), kind, BODY, days[0], "1", days[1], "1", date(2025, 1, 1), until, needs)

    made = [item(1), item(1), item(2, "2", (5, 20)), item(3, until=date(2026, 3, 1)), item(4, days=(3, 20)), item(5, days=(1, 0)),
            item(6, needs="申请表；营业执照")]
    return spark.createDataFrame(made, ITEM)


def gold(spark: Any, contract: Contract) -> Any:
    """The example's applicant with nothing against it, and one subject a story."""
    penalty = hit("行政处罚", "review", "2025-11-20", "2026-11-20", "silver.penalty")
    bar = hit("严重失信主体名单", "block", "2025-09-10", None)
    over = hit("严重失信主体名单", "block", "2025-09-10", "2026-03-02")
    later = hit("严重失信主体名单", "block", "2026-03-03", None)
    example = contract.column("applyer_page_code").examples[0]
    found = [(example, "示例甲科技有限公司", []), (KNOWN["penalised"], "示例（集团）有限公司", [penalty]), (KNOWN["barred"], "示例丙有限公司", [bar, penalty]),
             (KNOWN["twin"], "示例双有限公司", []), (KNOWN["other twin"], "示例双有限公司", []), (KNOWN["mended"], "示例丁有限公司", [over]),
             (KNOWN["future"], "示例戊有限公司", [later]), (TRADER, "西湖区示例店", [])]
    made = [(uscc_, name, json.dumps(hits, ensure_ascii=False), 2, 1, date(2026, 2, 24), COUNTED, "computed-2", COMPUTED) for uscc_, name, hits in found]
    return spark.createDataFrame(made, GOLD)


def made_sides(spark: Any, contract: Contract, standing: Contract) -> Sides:
    """Everything there, nothing away."""
    cases = spark.createDataFrame([("p33", "330106202601010000009")], "data_source string, project_no string")
    hops = spark.createDataFrame([("computed-1", "credit_standing", "mart", 6), ("computed-2", "credit_standing", "mart", 7), ("x", "other", "mart", 9)],
                                 "batch string, table string, hop string, version_written bigint")
    frames = {f"silver.{name}": frame for name, frame in rows.references(spark, contract).items()}
    frames |= {"silver.service_item": items(spark), f"silver.{contract.table}": cases, "gold.credit_standing": gold(spark, contract), HOPS: hops}
    return Sides(contract, standing, frames, frozenset())


def without(sides: Sides, *names: str) -> Sides:
    """The same lake before these tables had a version; all of them when none is named."""
    gone = frozenset(names or needed(sides.contract, sides.standing))
    return replace(sides, frames={name: frame for name, frame in sides.frames.items() if name not in gone}, away=gone)


def records(spark: Any, topic: str, values: list[bytes]) -> Any:
    """These values as Kafka's records, all taken in at ten o'clock in Beijing on 2026-03-02."""
    data = [(bytearray(value), topic, 0, offset) for offset, value in enumerate(values)]
    return spark.createDataFrame(data, RECORD).selectExpr("*", f"timestamp'{AT}' AS timestamp")


def answered(replies: Any, stories: Mapping[str, bytes]) -> dict[str, Any]:
    """The replies by story; every record has exactly one."""
    found = {bytes(header["value"]): row for row in replies.collect() for header in row["headers"] if header["key"] == "request"}
    return {story: found[value] for story, value in stories.items()}


def value(reply: Any) -> dict[str, Any]:
    """What an answer says."""
    return json.loads(bytes(reply["value"]))


def headers(reply: Any) -> dict[str, bytes]:
    """The headers of a record."""
    return {header["key"]: bytes(header["value"]) for header in reply["headers"]}
