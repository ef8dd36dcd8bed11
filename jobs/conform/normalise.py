"""Text as sent -> text as judged: blanks, full-width forms, dashes and dots brought to one spelling."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.plain import spelling

# Full-width ASCII U+FF01..U+FF5E stands 0xFEE0 above the plain character (Unicode, Halfwidth and Fullwidth Forms).
WIDE = "".join(chr(0xFEE0 + code) for code in range(0x21, 0x7F))
PLAIN = "".join(chr(code) for code in range(0x21, 0x7F))
# Blanks seen in government files: ASCII ones, no-break, general punctuation, zero-width, ideographic, BOM.
BLANKS = " \t\r\n\u000b\u000c\u00a0\u2002\u2003\u2009\u200a\u200b\u202f\u205f\u2060\u3000\ufeff"
PLAIN_TEXT = r"\A[\x21-\x7E]*\z"  # nothing to fold but case: nearly every identifier
DASHES = "‐‑‒–—―−－"
DOTS = "•・．‧･"


def is_ascii(sent: Column) -> Column:
    """True where every character is one byte: nothing to fold, which is far cheaper to see than to fold."""
    return F.octet_length(sent) == F.length(sent)


def text(sent: Column) -> Column:
    """Fold a free text: blanks at both ends removed.

    Full-width letters, brackets and units stay as they are: NFKC would turn ㎡ into m2 and （ into (.
    """
    return F.btrim(sent, F.lit(BLANKS))


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
    trimmed = text(sent)
    return F.when(is_ascii(trimmed), trimmed).otherwise(F.translate(trimmed, WIDE + DASHES, PLAIN + "-" * len(DASHES)))
