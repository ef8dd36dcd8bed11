"""Free text as Spark expressions: footprints of wrong decodings."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.plain.texts import MARKED_FOOTPRINTS, PLAIN_FOOTPRINTS, marks


def is_clean_text(text: Column) -> Column:
    """Whether `text` holds no footprint of a wrong decoding; null for null. Source: jobs/conform/plain/texts.py."""
    return ~(text.rlike(PLAIN_FOOTPRINTS) | F.translate(text, *marks()).rlike(MARKED_FOOTPRINTS))
