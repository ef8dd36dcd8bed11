"""Free text as Spark expressions: footprints of wrong decodings, and the repair of an identifier's spelling."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.plain.spelling import KEEPS_CASE, repairs
from jobs.conform.plain.texts import MARKED_FOOTPRINTS, PLAIN_FOOTPRINTS, marks


def is_clean_text(text: Column) -> Column:
    """Whether `text` holds no footprint of a wrong decoding; null for null. Source: jobs/conform/plain/texts.py."""
    return ~(text.rlike(PLAIN_FOOTPRINTS) | F.translate(text, *marks()).rlike(MARKED_FOOTPRINTS))


def normalised(rule: str, text: Column) -> Column:
    """The text as the identifier rule would have it spelled: width, blanks, letter case; null for null.

    Same repairs as jobs.conform.plain.spelling.normalised, for which Spark's lack of NFKC does not matter.
    """
    return F.translate(text, *repairs(rule not in KEEPS_CASE))
