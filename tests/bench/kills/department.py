"""A made-up department's database in the rounds of the chaos run, and what must come of its work as files of a second installation."""

import json
from collections.abc import Iterator

from tests.bench.kills.files import Files

Row = dict[str, str | None]
HOLDER = "甲"


def statements(table: str, number: int) -> list[str]:
    """Return what the department does to a table in a round, each a transaction."""
    return {"licence": _licences, "roll": _roll, "tally": _tally}[table](number)


def files(table: str, number: int) -> Files:
    """Return the same as a file, as an extraction lands it."""
    found = {"licence": _changes, "roll": _whole, "tally": _changed}[table](number)
    return {f"round-{number}.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found).encode()}


def _licences(number: int) -> list[str]:
    """New licences, then changes of those of the round before, and now and then an end of all of them."""
    made = [f"INSERT INTO register.licence VALUES ('L{number}-{row}', '{HOLDER}', {row})" for row in range(4)]
    if number > 1:
        made += [f"UPDATE register.licence SET seats = {100 + number} WHERE licence_no = 'L{number - 1}-1'", f"DELETE FROM register.licence WHERE licence_no = 'L{number - 1}-0'"]
    return [*made, "TRUNCATE register.licence", f"INSERT INTO register.licence VALUES ('L{number}-4', '{HOLDER}', 4)"] if number == 2 else made


def _changes(number: int) -> Iterator[Row]:
    """The changes in their order; of the columns of the contract, the moment alone is not what the database says."""
    made: list[Row] = [_change("I", f"L{number}-{row}", str(row)) for row in range(4)]
    if number > 1:
        made += [_change("U", f"L{number - 1}-1", str(100 + number)), _change("D", f"L{number - 1}-0")] if number != 3 else []
    if number == 2:
        made += [*(_change("D", f"L1-{row}") for row in (1, 2, 3)), *(_change("D", f"L2-{row}") for row in range(4)), _change("I", "L2-4", "4")]
    for at, row in enumerate(made):
        yield {**row, "_changed_at": f"2026-03-{number + 1:02} 09:00:00.{at + 1:06}"}


def _change(operation: str, licence: str, seats: str | None = None) -> Row:
    return {"_operation": operation, "licence_no": licence, **({"holder": HOLDER, "seats": seats} if seats else {})}


def _roll(number: int) -> list[str]:
    """One record more, one changed, one gone."""
    made = [f"INSERT INTO register.roll VALUES ('L{row:02}', '{HOLDER}', {row}, '')" for row in (range(20) if number == 1 else [19 + number])]
    return [*made, f"UPDATE register.roll SET seats = {100 + number} WHERE licence_no = 'L19'", f"DELETE FROM register.roll WHERE licence_no = 'L{number:02}'"]


def _whole(number: int) -> Iterator[Row]:
    for row in (*range(20), *range(21, 20 + number)):
        if row not in range(1, number + 1):
            yield {"licence_no": f"L{row:02}", "holder": HOLDER, "seats": str(100 + number if row == 19 else row)}


def _tally(number: int) -> list[str]:
    """Records with equal moments of change, one of which was there before."""
    made = [] if number == 1 else [f"DELETE FROM register.tally WHERE licence_no = 'T{4 * number}'"]
    return [*made, *(f"INSERT INTO register.tally VALUES ('{row['licence_no']}', '{row['updated_at']}+08', '{HOLDER}', {row['seats']})" for row in _changed(number))]


def _changed(number: int) -> Iterator[Row]:
    for row in range(5):
        at = f"2026-03-{number:02} {9 + row // 2:02}:00:00.000000"
        yield {"licence_no": f"T{4 * number + row}", "updated_at": at, "holder": HOLDER, "seats": str(10 * number + row)}
