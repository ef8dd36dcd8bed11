"""Values that only say there is none: placeholders, default dates, open ends."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform import staged
from schemas import forms
from schemas.contract import Column as Field

# Seen everywhere in government files; a contract's own list comes on top.
PLACEHOLDERS = ("无", "/", "\\", "-", "--", "—", "——", "暂无", "null", "NULL", "\\N", "N/A", "00000000000000000X")


def is_placeholder(field: Field) -> Column:
    """True where a folded text stands for no value; null where nothing was sent."""
    taken = forms.TRUE + forms.FALSE if field.logical_type == "boolean" else ()
    words = [staged.quoted(word) for word in PLACEHOLDERS + field.placeholders if word not in taken]
    return F.expr(f"`{staged.text(field)}` IN ({', '.join(words)})")


def is_zero_date(field: Field) -> Column:
    """True where a date is one that databases write for 'none'; false for columns that hold no date."""
    return F.col(staged.text(field)).rlike(forms.ZERO_DATES) if is_moment(field) else F.lit(False)


def is_open_end(field: Field) -> Column:
    """True where a date says that there is no end; false for columns that hold no date."""
    return F.col(staged.text(field)).rlike(forms.OPEN_ENDS) if is_moment(field) else F.lit(False)


def is_empty(field: Field) -> Column:
    """True where no value was given, in whatever words."""
    none = F.col(staged.text(field)).isNull() | is_placeholder(field)
    return none | is_zero_date(field) if is_moment(field) else none


def is_moment(field: Field) -> bool:
    """Say whether a column holds dates or instants."""
    return field.logical_type in ("date", "timestamp")
