"""Silver's rows with the columns that the contract has now: what came with a newer version of it, under new names and in new types."""

from collections.abc import Mapping
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.conform.cast import spark_type
from schemas.contract import Column as Field
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.renamed import known_as


def fitted(silver: DataFrame | None, contract: Contract) -> DataFrame | None:
    """Return silver's rows as the contract has them: a new column is empty, a renamed one has its new name, one of another type is cast.

    Columns that the contract no longer has stay. None for a table without a version. Raises Refused when a value is none of its column's new type.
    """
    if silver is None:
        return None
    was, kinds = known_as(contract.columns, silver.columns), dict(silver.dtypes)
    now = {field.name: _column(field, was.get(field.name), kinds) for field in contract.columns}
    _check_kept(silver, contract, {old: field for field in contract.columns if (old := was.get(field.name)) and kinds[old] != spark_type(field)})
    others = [name for name in silver.columns if name not in now and name not in was.values()]
    return silver.select(*now.values(), *others)


def is_fitting(kinds: Mapping[str, str], contract: Contract) -> bool:
    """Whether silver differs from the contract by nothing but new columns, which a write adds by itself. kinds: the type of each of its columns."""
    was = known_as(contract.columns, kinds)
    return all(was.get(field.name) in (None, field.name) and kinds.get(field.name, spark_type(field)) == spark_type(field) for field in contract.columns)


def _column(field: Field, was: str | None, kinds: dict[str, str]) -> Column:
    if was is None:
        return F.lit(None).cast(spark_type(field)).alias(field.name)
    return (F.col(was) if kinds[was] == spark_type(field) else F.col(was).try_cast(spark_type(field))).alias(field.name)


def _check_kept(silver: DataFrame, contract: Contract, changed: dict[str, Field]) -> None:
    kinds = dict(silver.dtypes)
    lost = {old: ~F.col(old).eqNullSafe(F.col(old).try_cast(spark_type(field)).try_cast(kinds[old])) for old, field in changed.items()}
    if not lost:
        return
    counted = silver.where(reduce(or_, lost.values())).agg(*(F.count_if(bad).alias(old) for old, bad in lost.items())).first()
    told = [f"{counted[old]} of '{old}' ({kinds[old]}) that are no {spark_type(field)}" for old, field in changed.items() if counted and counted[old]]
    if told:
        raise Refused(
            f"{contract.table}: silver holds values that the types of version {contract.version} cannot: {', '.join(told)}. Nothing was written. "
            f"Give the column a type that holds them, or the new one another name, without the old one as alias."
        )
