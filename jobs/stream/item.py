"""The conditions of an instant item: in the catalogue, instant, in force, of this body, with a legal promise."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.conform import normalise
from jobs.lake import versions
from jobs.stream import reasons
from jobs.stream.sides import Sides

CATALOGUE = "silver.service_item"
MATERIALS = "materials"  # of a request: the list of the materials that are there, by name; no column of the contract
INSTANT = "1"  # 即办件, GB/T 39046-2020 A.6
AT_ONCE = (0, 1)  # days an instant item may promise; some systems write 1 (the contract of service_item says the same)
BODY = 18  # characters of the body's USCC at the head of a 31-character implementation code, GB/T 39554.1-2020
JUDGED = ("project_type", "dept_code", "promise_day", "promise_type", "anticipate_day", "anticipate_type", "plan_effective_date", "plan_cancel_date",
          "material_list")  # fmt: skip
SEPARATOR = "[；;]"  # between the names of materials in the catalogue
FIRST, LAST = "0001-01-01", "9999-12-31"


def joined(frame: DataFrame, sides: Sides) -> DataFrame:
    """Add _items: the catalogue's rows of the request's item, one list a code so that no request is doubled."""
    catalogue = sides.frames.get(CATALOGUE)
    if catalogue is None:
        return frame.withColumn("_items", F.lit(None).cast("array<string>"))
    return frame.join(F.broadcast(listed(catalogue)), F.col("task_code") == F.col("_item_code"), "left").drop("_item_code")


def listed(catalogue: DataFrame) -> DataFrame:
    """Return each code once (_item_code), with its rows of the catalogue (_items)."""
    # A catalogue released before the column came has no list of materials, and so asks for none.
    judged = [F.col(name) if name in catalogue.columns else F.lit(None).cast("string").alias(name) for name in JUDGED]
    return versions.newest(catalogue).groupBy(F.col("task_code").alias("_item_code")).agg(F.collect_list(F.struct(*judged)).alias("_items"))


def failed(sides: Sides) -> list[tuple[Column, reasons.Reason | Column]]:
    """Return each condition that can fail with its reason; none while the catalogue is away.

    A code may stand there for several sources: one row that meets every condition is enough.
    """
    if CATALOGUE not in sides.frames:
        return []
    known = F.col("_items")
    instant = F.filter(known, lambda item: item["project_type"] == INSTANT)
    in_force = F.filter(instant, lambda item: _on_the_day(item))
    promised = F.filter(in_force, lambda item: _is_legal(item))
    return [
        (F.col("task_code").isNotNull() & known.isNull(), reasons.ITEM_UNKNOWN),
        (F.size(instant) == 0, reasons.ITEM_NOT_INSTANT),
        ((F.size(instant) > 0) & (F.size(in_force) == 0), reasons.ITEM_NOT_IN_FORCE),
        ((F.size(in_force) > 0) & (F.size(promised) == 0), reasons.PROMISE_ILLEGAL),
        (known.isNotNull() & _is_another_body(), reasons.OTHER_BODY),
        (F.size(_missing(promised)) > 0, reasons.named(reasons.MATERIALS_MISSING, _missing(promised))),
    ]


def _missing(rows: Column) -> Column:
    """The names of the materials that the item needs and the request does not bring; those of the first row, all at once."""
    needed = F.filter(F.split(F.coalesce(F.get(rows, F.lit(0))["material_list"], F.lit("")), SEPARATOR), lambda name: name != "")
    brought = F.coalesce(F.from_json(MATERIALS, "array<string>"), F.array().cast("array<string>"))
    return F.array_except(F.transform(needed, normalise.text), F.transform(brought, normalise.text))


def _on_the_day(item: Column) -> Column:
    starts = F.coalesce(item["plan_effective_date"], F.lit(FIRST).cast("date"))
    ends = F.coalesce(item["plan_cancel_date"], F.lit(LAST).cast("date"))
    return F.col("_day").between(starts, ends)


def _is_legal(item: Column) -> Column:
    """Whether the promise is that of an instant item and within the law's limit, where both are in the same unit."""
    comparable = item["promise_type"] == item["anticipate_type"]
    return item["promise_day"].isin(*AT_ONCE) & (~comparable | (item["promise_day"] <= item["anticipate_day"]))


def _is_another_body() -> Column:
    body = F.substring(F.col("task_code"), 1, BODY)
    implements = F.exists("_items", lambda item: item["dept_code"] == body)
    return ~implements | F.coalesce(F.col("org_code") != body, F.lit(False))
