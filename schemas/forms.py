"""The exact text form of each type, as anchored regular expressions that Java and Python read alike.

`\\z` is written for Java: its `$` lets a trailing newline through. `python_form` turns it into Python's `\\Z`.
"""

import re

from schemas.contract import Column
from schemas.errors import Refused

# Letters of java.time.format.DateTimeFormatter that a contract may use, and the digits each stands for.
OFFSET = "XXX"  # the text says its own distance from UTC: Z or +08:00
LETTERS = {OFFSET: "(Z|[+-][0-9]{2}:[0-9]{2})", "yyyy": "(?!0000)[0-9]{4}", "yy": "[0-9]{2}", "MM": "[0-9]{2}", "M": "[0-9]{1,2}", "dd": "[0-9]{2}", "d": "[0-9]{1,2}",
           "HH": "[0-9]{2}", "H": "[0-9]{1,2}", "mm": "[0-9]{2}", "m": "[0-9]{1,2}", "ss": "[0-9]{2}", "SSS": "[0-9]{3}", "SSSSSS": "[0-9]{6}"}
DATE_FORMATS = ("yyyy-MM-dd",)
TIMESTAMP_FORMATS = ("yyyy-MM-dd HH:mm:ss",)
ZERO_DATES = r"\A(0000-00-00.*|0001-01-01.*|1753-01-01.*|1900-01-01( 00:00:00.*)?|1970-01-01 08:00:00.*)\z"
OPEN_ENDS = r"\A(9999-12-31.*|2099-12-31.*|99991231|20991231|长期|长期有效|永久)\z"
TRUE, FALSE = ("true", "1", "y", "yes", "是", "有"), ("false", "0", "n", "no", "否", "无")
DECIMAL = re.compile(r"\Adecimal\((\d+),(\d+)\)\Z")
VARCHAR = re.compile(r"\Avarchar\((\d+)\)\Z")


def date_form(pattern: str) -> str:
    """Return the form of texts written as `pattern` (yyyy-MM-dd HH:mm). Raises Refused for an unknown letter."""
    found, rest = "", pattern
    while rest:
        literal = re.match(r"'([^']*)'|([^A-Za-z'])", rest)
        letters = re.match(r"([A-Za-z])\1*", rest)
        if literal:
            found, rest = found + re.escape(literal[1] or literal[2]), rest[literal.end():]
        elif letters and letters[0] in LETTERS:
            found, rest = found + LETTERS[letters[0]], rest[letters.end():]
        else:
            raise Refused(f"Date format '{pattern}' holds '{rest[:4]}'. Known letters: {', '.join(LETTERS)}.")
    return rf"\A{found}\z"


def scale(column: Column) -> tuple[int, int]:
    """Return (precision, scale) of a number column; decimal(18,6) unless its physicalType says otherwise."""
    match = DECIMAL.match(column.physical_type or "decimal(18,6)")
    if not match:
        raise Refused(f"Column '{column.name}': physicalType '{column.physical_type}' of a number must be decimal(p,s) or double.")
    return int(match[1]), int(match[2])


def form(column: Column) -> str:
    """Return the form a value of this column must have before it is cast; dates have one per format."""
    if column.logical_type == "integer":
        return r"\A[+-]?[0-9]{1,18}\z"
    if column.logical_type == "boolean":
        return rf"\A({'|'.join(TRUE + FALSE)})\z"
    if column.physical_type == "double":
        return r"\A[+-]?[0-9]{1,17}([.][0-9]{1,17})?([eE][+-]?[0-9]{1,2})?\z"
    precision, digits = scale(column)
    fraction = rf"([.][0-9]{{1,{digits}}}0*)?" if digits else r"([.]0*)?"
    return rf"\A[+-]?[0-9]{{1,{precision - digits}}}{fraction}\z"


def max_length(column: Column) -> int | None:
    """Return the longest text a varchar(n) column holds, in code points; None for no limit."""
    match = VARCHAR.match(column.physical_type or "")
    return int(match[1]) if match else None


def python_form(java_form: str) -> str:
    """Return the same form for Python's re."""
    return java_form.replace(r"\z", r"\Z")
