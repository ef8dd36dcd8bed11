"""Normalised text -> typed value, form before cast: a text that does not have the form becomes null, never a guess."""

from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform import normalise
from schemas import forms
from schemas.contract import Column as Field
from schemas.rules import IDENTIFIERS

ZONE = "Asia/Shanghai"
NAMES = ("name", "legal", "representative", "_MC", "_FRDB")  # ends of the columns that hold persons' names
CHINESE_DIGITS = "〇零一二三四五六七八九"
# 十 between, after, before digits, and alone: 二十五 is 25, 二十 is 20, 十二 is 12, 十 is 10.
TENS = (("(?<=[1-3])十(?=[1-9])", ""), ("(?<=[1-3])十", "0"), ("十(?=[1-9])", "1"), ("十", "10"))


def folded(field: Field, sent: Column) -> Column:
    """Return the text of a field as it is judged: folded by what the field is."""
    spelled = next((use.rule for use in field.rules if use.rule in IDENTIFIERS), None)
    if spelled:
        return normalise.identifier(sent, spelled)
    if field.logical_type != "string":
        return normalise.number(sent)
    is_name = field.classification != "public" and field.name.endswith(NAMES)
    return normalise.name(sent) if is_name else normalise.text(sent)


def typed(field: Field, text: Column) -> Column:
    """Cast a folded text: null where the text does not have the exact form of its type."""
    if field.logical_type == "string":
        return text
    if field.logical_type in ("date", "timestamp"):
        return moment(field, text)
    good = text.rlike(forms.form(field)) if field.logical_type != "boolean" else F.lower(text).rlike(forms.form(field))
    return F.when(good, _cast(field, text))


def moment(field: Field, text: Column) -> Column:
    """Read a date or an instant in the first of the contract's formats whose form fits. Texts are Beijing time."""
    default = forms.DATE_FORMATS if field.logical_type == "date" else forms.TIMESTAMP_FORMATS
    plain = _arabic(text) if any("年" in pattern for pattern in field.formats) else text
    readings = [
        F.when(plain.rlike(forms.date_form(pattern)), _read(field, plain, pattern)) for pattern in field.formats or default
    ]
    return reduce(lambda first, second: F.coalesce(first, second), readings)


def spark_type(field: Field) -> str:
    """Return the Spark SQL type of a field."""
    if field.logical_type == "number":
        return "double" if field.physical_type == "double" else "decimal({},{})".format(*forms.scale(field))
    return {"integer": "bigint"}.get(field.logical_type, field.logical_type)


def _cast(field: Field, text: Column) -> Column:
    if field.logical_type == "boolean":
        return F.lower(text).isin(*forms.TRUE)
    return text.cast(spark_type(field))


def _arabic(text: Column) -> Column:
    digits = F.translate(text, CHINESE_DIGITS, "00123456789")
    return reduce(lambda column, pair: F.regexp_replace(column, *pair), TENS, digits)


def _read(field: Field, text: Column, pattern: str) -> Column:
    if (field.logical_type, pattern) == ("date", "yyyy-MM-dd"):
        return text.try_cast("date")  # of this form both read the same; a pattern is six times dearer
    instant = text.try_cast("timestamp") if pattern == "yyyy-MM-dd HH:mm:ss" else F.try_to_timestamp(text, F.lit(pattern))
    if field.logical_type == "date":
        return instant.cast("date")
    return instant if forms.OFFSET in pattern else F.to_utc_timestamp(instant, ZONE)
