"""What must hold of a contract as a whole: key, headers, types, schedule, and what its parts say of one another."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import partial
from string import Formatter
from typing import get_args

from schemas import arrival, database, fit, forms, house, past
from schemas.contract import Column, Contract, Merge
from schemas.document import Document, Sla
from schemas.errors import Refused
from schemas.located import Place, Source
from schemas.words import listed, nearest

SHARING = ("unconditional", "conditional", "not_shared")  # Decree 809 of 2025: 无条件 / 有条件 / 不予共享
MART = "mart"  # of a gold table: computed, not landed
STREAMS, KAFKA = "streams", "kafka"  # folder and format of the tables whose rows come as records of a topic
UNITS = {"latency": "h", "retention": "y"}
CRON = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
COLUMNS: Place = ("schema", 0, "properties")
TABLE: Place = ("customProperties",)


def document(source: Source, given: Document) -> None:
    """Raise Refused when the service levels lack a promise, or have one in a unit or a schedule nobody can keep."""
    slas: dict[str, tuple[Place, Sla]] = {item.property: (("slaProperties", index), item) for index, item in enumerate(given.slaProperties)}
    source.every(partial(_check_promise, source, slas, name) for name in ("latency", "retention", "frequency"))
    place, item = slas["frequency"]
    if item.schedule is None and given.domain != "gold" and source.path.parent.name != STREAMS:  # what it reads starts a gold table
        raise source.refused(place, 'frequency has no schedule. Add scheduler: cron and schedule: "0 2 * * *".')
    wrong = _wrong_cron(item.schedule) if item.schedule is not None else None
    if wrong:
        raise source.refused((*place, "schedule"), f"schedule '{item.schedule}' {wrong}. A daily one is '0 2 * * *'.")


def _check_promise(source: Source, slas: Mapping[str, tuple[Place, Sla]], name: str) -> None:
    if name not in slas:
        raise source.refused(("slaProperties",), f"slaProperties has no '{name}'. Add it; {house.GUIDE}")
    place, item = slas[name]
    if item.unit != UNITS.get(name, item.unit):
        raise source.refused((*place, "unit"), f"{name} is in '{item.unit}', must be in '{UNITS[name]}'.")
    if item.value <= 0:
        raise source.refused((*place, "value"), f"{name} is {item.value}, must be more than 0.")


def contract(source: Source, given: Contract) -> None:
    """Raise Refused, naming their lines, for all that cannot hold of a contract."""
    rows, order = house.place(source, ("schema", 0, "customProperties"), "rules"), house.place(source, TABLE, "orderBy")
    source.every([
        *(partial(check, source, given) for check in (_check_words, _check_key, _check_headers, arrival.check, past.check, database.check)),
        *(partial(_check_column, source, given, place, column) for place, column in _columns(given)),
        *(partial(fit.row_rule, source, (*rows, index), use, given) for index, use in enumerate(given.row_rules)),
        *(partial(fit.existing, source, (*order, index), name, given) for index, name in enumerate(given.order_by)),
    ])  # fmt: skip


def _check_column(source: Source, given: Contract, place: Place, column: Column) -> None:
    _check_types(source, place, column)
    if given.source_class != "gold":
        _check_landed(source, place, column)
    fit.column(source, place, column, given)


def references(source: Source, given: Contract, others: Mapping[str, Contract]) -> None:
    """Raise Refused when a rule looks something up in a table, or a column of it, that no contract describes."""
    uses = [(house.place(source, (*p, "customProperties"), "rules"), column.rules) for p, column in _columns(given)]
    uses.append((house.place(source, ("schema", 0, "customProperties"), "rules"), given.row_rules))
    for at, rules in uses:
        for index, use in enumerate(rules):
            if "table" not in use.arguments:
                continue
            table = str(use.arguments["table"])
            if table not in others:
                raise source.refused((*at, index, "table"), f"there is no table '{table}'.{nearest(table, others)}")
            for key in ("column", "valid_from", "valid_to") if use.rule == "in_table" else ():
                name = use.arguments.get(key)
                if name is not None and name not in others[table].names:
                    near = nearest(str(name), others[table].names)
                    raise source.refused((*at, index, key), f"table '{table}' has no column '{name}'.{near}")


def _check_words(source: Source, given: Contract) -> None:
    formats = (MART,) if given.source_class == "gold" else (KAFKA,) if given.path.parent.name == STREAMS else arrival.FORMATS
    words = (("merge", given.merge, get_args(Merge)), ("sharing", given.sharing, SHARING),
             ("sourceFormat", given.source_format, formats))  # fmt: skip
    if given.source_class == "gold" and not given.reads:
        raise source.refused(TABLE, "a gold table needs 'reads': the tables that it is computed from.")
    if formats == (KAFKA,) and not given.topic:
        raise source.refused(TABLE, "a table fed by a topic needs 'topic': the one whose records are its rows.")
    for key, word, known in words:
        if word not in known:
            at = house.place(source, TABLE, key)
            raise source.refused(at, f"{key} is '{word}', must be {listed(known)}.{nearest(word, known)}")
    if not 0 <= given.quarantine_rate <= 1:
        at = house.place(source, TABLE, "quarantineRate")
        raise source.refused(at, f"quarantineRate is {given.quarantine_rate:g}, must be a share from 0 to 1: 0.2 is 20 %.")


def _check_key(source: Source, given: Contract) -> None:
    keyed = [(place, column) for place, column in _columns(given) if column.key_position is not None]
    for place, column in keyed:
        if not column.required:
            sentence = f"key column '{column.name}' must have 'required: true': there is no row without its key."
            raise source.refused(place, sentence)
    positions = sorted((column.key_position or 0, place) for place, column in keyed)
    for wanted, (position, place) in enumerate(positions, start=1):
        if position != wanted:
            at = (*place, "primaryKeyPosition")
            raise source.refused(at, f"primaryKeyPosition is {position}, must be {wanted}: positions count 1, 2, 3…")
    if given.merge not in ("append", "replace") and not keyed:
        at = house.place(source, TABLE, "merge")
        raise source.refused(at, f"merge '{given.merge}' needs a key. Mark a column with 'primaryKey: true'.")


def _check_headers(source: Source, given: Contract) -> None:
    """Two columns may not share a name (Spark folds case), nor any header they can be found by."""
    names: dict[str, str] = {}
    for place, column in _columns(given):
        if column.name.lower() in names:
            twin = names[column.name.lower()]
            raise source.refused((*place, "name"), f"column '{column.name}' stands twice (also '{twin}'). Rename one.")
        names[column.name.lower()] = column.name
    owners: dict[str, str] = {}
    for place, column in _columns(given):
        aliases = house.place(source, (*place, "customProperties"), "aliases")
        headers: list[tuple[Place, str]] = [((*place, "name"), column.name), ((*place, "businessName"), column.title)]
        unit = house.place(source, (*place, "customProperties"), "unit")
        headers += [((*aliases, i), alias) for i, alias in enumerate(column.aliases)]
        for at, header in headers + [(unit, header) for header in column.with_unit]:
            folded = unicodedata.normalize("NFKC", header).casefold().strip()
            if owners.setdefault(folded, column.name) != column.name:
                both = f"'{owners[folded]}' and '{column.name}'"
                raise source.refused(at, f"header '{header}' would mean {both}. Rename one.")


def _check_types(source: Source, place: Place, column: Column) -> None:
    formats = house.place(source, (*place, "customProperties"), "formats")
    kind = f"column '{column.name}' is a {column.logical_type}"
    if column.formats and column.logical_type not in fit.MOMENTS:
        raise source.refused(formats, f"{kind}; formats are for dates and timestamps.")
    for index, pattern in enumerate(column.formats):
        try:
            forms.date_form(pattern)
        except Refused as refused:
            raise source.refused((*formats, index), str(refused)) from None
    if column.logical_type == "number" and column.physical_type != "double":
        try:
            forms.scale(column)
        except Refused as refused:
            raise source.refused((*place, "physicalType"), str(refused)) from None


def _check_landed(source: Source, place: Place, column: Column) -> None:
    """What a column read from files needs, and a computed one does not."""
    if column.logical_type in fit.MOMENTS and not column.formats:
        example = "yyyy-MM-dd" if column.logical_type == "date" else "yyyy-MM-dd HH:mm:ss"
        remedy = f"Add {{property: formats, value: [{example}]}}: no other spelling is read."
        kind = f"column '{column.name}' is a {column.logical_type}"
        raise source.refused((*place, "logicalType"), f"{kind} without formats. {remedy}")
    if column.compose is not None and not _named_headers(column.compose):
        at = house.place(source, (*place, "customProperties"), "compose")
        sentence = f"compose is '{column.compose}' and names no header. Write headers in braces: '{{year}}-{{month}}'."
        raise source.refused(at, sentence)


def _named_headers(compose: str) -> list[str]:
    try:
        return [name for _, name, _, _ in Formatter().parse(compose) if name]
    except ValueError:  # a brace that is not closed
        return []


def _wrong_cron(schedule: str) -> str | None:
    fields = schedule.split()
    if len(fields) != len(CRON):
        return f"has {len(fields)} fields, must have 5 (minute, hour, day of month, month, day of week)"
    for text, (name, low, high) in zip(fields, CRON, strict=True):
        for part in text.split(","):
            match = re.fullmatch(r"(\*|[0-9]+(?:-[0-9]+)?)(?:/([1-9][0-9]*))?", part)
            if not match or any(not low <= int(n) <= high for n in re.findall(r"[0-9]+", match[1])):
                return f"has '{text}' for the {name}, which runs from {low} to {high}"
    return None


def _columns(given: Contract) -> Iterator[tuple[Place, Column]]:
    return (((*COLUMNS, index), column) for index, column in enumerate(given.columns))
