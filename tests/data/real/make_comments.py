"""Mask what is left of persons in the published replies and pack them for landing.

    python -m tests.data.real.make_comments REPLIES.csv OUTPUT.csv.gz
"""

import csv
import gzip
import io
import re
import sys
from pathlib import Path

PHONE_MASK, ACCOUNT_MASK, TEXT_MASK = "[电话已脱敏]", "[账号已脱敏]", "[含个人信息，全文已脱敏]"
# A number inside an address is part of the address: it follows a digit, a slash, '=', '.', '-' or a letter.
NOT_IN_URL = r"(?<![0-9A-Za-z/=._⋯-])"
MOBILE = re.compile(NOT_IN_URL + r"09\d{2}[- ]?\d{3}[- ]?\d{3}(?!\d)")
SEARCH_FOR_PERSON = re.compile("尋人|協尋|走失|失蹤人口")
# The second of two numbers written as 02-12345678/02-12345678 follows a slash too.
PHONE = re.compile(rf"(?:{NOT_IN_URL}|(?<=\d{{8}}/))[(（]?0\d{{1,4}}[-－ )）]+(?:\d{{2,4}}[-－ ]?)?\d{{3,4}}(?:[-－ ]?\d{{2,5}})+(?!\d)")
ACCOUNT = re.compile(NOT_IN_URL + r"\d{3}-\d{2}-\d{6}-\d(?!\d)")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def masked(row: dict[str, str]) -> dict[str, str]:
    """Return the row without contact data; both free texts go where a private person can be told from them."""
    texts = f"{row['text']}\n{row['reference']}"
    if MOBILE.search(texts) or SEARCH_FOR_PERSON.search(texts):
        return {**row, "text": TEXT_MASK, "reference": TEXT_MASK if row["reference"] else ""}
    return {**row, "text": _masked(row["text"]), "reference": _masked(row["reference"])}


def main(source: Path, output: Path) -> None:
    """Write the masked rows, CRLF between records as in the source; the packed bytes are the same on every run."""
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with output.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(_text(rows).encode("utf-8"))


def _masked(text: str) -> str:
    return MAIL.sub(ACCOUNT_MASK, PHONE.sub(PHONE_MASK, ACCOUNT.sub(ACCOUNT_MASK, text)))


def _text(rows: list[dict[str, str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(masked(row) for row in rows)
    return text.getvalue()


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:3]))
