"""`govlake sample`: rows made from a contract's examples, no two with one key, as the file a delivery could look like."""

import csv
import io
import json
import re
import string
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

from jobs.commands.command import Command, count
from schemas.contract import Column, Contract
from schemas.errors import Refused
from schemas.rules import IDENTIFIERS
from schemas.settings import Settings

CHECKS = 2  # characters a code may end with that follow from the others: both check digits of a credit code
MADE_IN = ("csv", "jsonl")
ALPHABET = string.digits + string.ascii_uppercase
LOOKED_UP = ("enum", "in_table")  # values of a list, of which none can be made up


def sample(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake sample TABLE`; says on standard error that the rows are made."""
    from jobs.serve.locate import contract_of

    contract = contract_of(settings, arguments.table)
    if contract.source_class == "gold":
        raise Refused(f"gold.{contract.table} is computed and not delivered. Nothing was made. `govlake page {contract.table}` names what it reads.")
    if contract.source_format not in MADE_IN:
        step = "docs/guide/contract.md says how such a file is written."
        raise Refused(f"{contract.dag_id} is delivered as {contract.source_format}, which no sample is made in. Nothing was made. {step}")
    rows = made(contract, arguments.rows)
    print(f"Made from the examples of {contract.dag_id} {contract.version}, no row is real 由契约示例生成，非真实数据.", file=sys.stderr)
    if contract.source_format == "jsonl":
        return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return _csv(contract, rows)


def made(contract: Contract, number: int) -> list[dict[str, str]]:
    """Return so many rows: the contract's example, then others that differ from it in one column of the key.

    Raises Refused when the key leaves no room for as many.
    """
    example = {column.name: column.examples[0] for column in contract.columns}
    if not contract.key:
        return [example] * number
    varied = max((contract.column(name) for name in contract.key), key=lambda column: _freedom(contract, column))
    values = [value for _, value in zip(range(number - 1), _variants(contract, varied, number), strict=False)]
    if len(values) < number - 1:
        raise Refused(f"{contract.table}: its key leaves room for {len(values) + 1} made rows. Nothing was made. Ask for --rows {len(values) + 1}.")
    return [example, *({**example, varied.name: value, **_parts(contract, varied.name, value)} for value in values)]


def _freedom(contract: Contract, column: Column) -> tuple[bool, bool, bool, int]:
    """How well a column of the key can be varied: not from a list, in no rule with other columns, no code, with a number in it."""
    rules = [use.rule for use in column.rules]
    named = json.dumps([dict(use.arguments) for use in contract.row_rules], default=str)
    digits = re.findall(r"[0-9]+", column.examples[0] if column.logical_type == "string" else "".join(_moved(column.examples[0], 1)))
    known, coded = not set(rules) & set(LOOKED_UP), not set(rules) & set(IDENTIFIERS)
    return known, f'"{column.name}"' not in named, coded, max(map(len, digits), default=0)


def _variants(contract: Contract, column: Column, number: int) -> Iterator[str]:
    """Values unlike the example and unlike one another that break no rule which looks at the value, or a part of it, alone."""
    seen = {column.examples[0]}
    for step in range(1, 10 * number):
        texts = (text for text in _spelt(column, step) if text not in seen and _is_fit(column, text))
        found = next((text for text in texts if all(_is_fit(contract.column(name), part) for name, part in _parts(contract, column.name, text).items())), None)
        if found is not None:
            seen.add(found)
            yield found


def _spelt(column: Column, step: int) -> Iterator[str]:
    example = column.examples[0]
    if column.logical_type != "string":
        yield from _moved(example, step)
        return
    for checks in range(CHECKS + 1 if any(use.rule in IDENTIFIERS for use in column.rules) else 1):
        body = _counted(example[: len(example) - checks], step)
        yield from (body + "".join(tail) for tail in product(ALPHABET, repeat=checks))
    yield f"{example}{step}"
    yield example[: -len(str(step))] + str(step)


def _moved(example: str, step: int) -> Iterator[str]:
    """A number counted up, or a moment so many days earlier: a later one may lie after the business date."""
    if example.isdigit():
        yield str(int(example) + step)
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(\D.*)?", example):
        moved = date(*map(int, found.groups()[:3])) - timedelta(days=step)
        day = moved.isoformat() if len(found[2]) == len(found[3]) == 2 else f"{moved.year}-{moved.month}-{moved.day}"
        yield day + (found[4] or "")


def _counted(text: str, step: int) -> str:
    """The text with its last number counted up, in as many digits."""
    numbers = list(re.finditer(r"[0-9]+", text))
    if not numbers:
        return text
    last = numbers[-1]
    return text[: last.start()] + str(int(last[0]) + step).zfill(len(last[0])) + text[last.end() :]


def _is_fit(column: Column, text: str) -> bool:
    from jobs.conform.plain.catalogue import PLAIN

    for use in column.rules:
        low, high = use.arguments.get("min", 0), use.arguments.get("max", len(text))
        if use.rule == "pattern" and not re.search(str(use.arguments["regex"]).replace(r"\z", r"\Z"), text):
            return False
        if (use.rule == "length" and not low <= len(text) <= high) or (use.rule in PLAIN and not PLAIN[use.rule](text)):
            return False
    return True


def _parts(contract: Contract, name: str, text: str) -> dict[str, str]:
    """The values of those columns that are a part of this one, for this text in it."""
    uses = [use.arguments for use in contract.row_rules if use.rule == "part_of" and use.arguments["of"] == name]
    return {use["column"]: text[use["start"] - 1 :][: use["length"]] for use in uses}


def _csv(contract: Contract, rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, contract.names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().removesuffix("\n")


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("table", metavar="TABLE", help="the table to make rows of")
    parser.add_argument("--rows", metavar="N", type=count, default=10, help="how many (10)")


COMMANDS = (
    Command("sample", "rows made from a contract's examples, as a file to begin with",
            ("govlake sample enterprise > my-sample.csv", "govlake sample case_process --rows 100 > my-sample.jsonl"), _arguments, sample),
)
