"""Text as sent -> text as judged: blanks, full-width forms, dashes and dots brought to one spelling."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.plain import spelling

# Full-width ASCII U+FF01..U+FF5E stands 0xFEE0 above the plain character (Unicode, Halfwidth and Fullwidth Forms).
WIDE = "".join(chr(0xFEE0 + code) for code in range(0x21, 0x7F))
PLAIN = "".join(chr(code) for code in range(0x21, 0x7F))
# Blanks seen in government files, FACTS of section 9: ideographic, no-break, zero-width, BOM, and the ASCII ones.
BLANKS = " \\t\\r\\n\\u000B\\u000C\\u3000\\u00A0\\u2000-\\u200B\\u202F\\u205F\\u2060\\uFEFF"
PLAIN_TEXT = r"\A[\x21-\x7E]*\z"  # nothing to fold but case: nearly every value
DASHES = "‐‑‒–—―−－"
DOTS = "•・．‧･"


def text(sent: Column) -> Column:
    """Fold a free text: NUL removed, blanks at both ends removed, the dots of minority names as U+00B7.

    Full-width letters, brackets and units stay as they are: NFKC would turn ㎡ into m2 and （ into (.
    """
    cleaned = F.translate(sent, "\u0000", "")
    return F.regexp_replace(cleaned, f"\\A[{BLANKS}]+|[{BLANKS}]+\\z", "")


def name(sent: Column) -> Column:
    """Fold a name: as `text`, and the middle dots of minority names become U+00B7."""
    return F.translate(text(sent), DOTS, "·" * len(DOTS))


def identifier(sent: Column, rule: str) -> Column:
    """Fold an identifier as its rule wants it spelled: NFKC, no blanks, upper case unless its case matters.

    Spark has no NFKC; the table of single-character folds is the same one the command line's twin uses.
    """
    upper = rule not in spelling.KEEPS_CASE
    plain = F.upper(sent) if upper else sent
    return F.when(sent.rlike(PLAIN_TEXT), plain).otherwise(F.translate(sent, *spelling.repairs(upper=upper)))


def number(sent: Column) -> Column:
    """Fold a number or a date: blanks at both ends removed, full-width digits and signs to ASCII."""
    return F.translate(text(sent), WIDE + DASHES, PLAIN + "-" * len(DASHES))
