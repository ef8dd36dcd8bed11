"""The house key 'database' of a table: which database it is taken from, and how."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from schemas import house
from schemas.located import Place, Source
from schemas.words import listed, nearest

if TYPE_CHECKING:
    from schemas.contract import Column, Contract

Mode = Literal["watermark", "full", "changes"]
MODES = get_args(Mode)
# Which words of `merge` take what a mode lands.
MERGES: Mapping[str, tuple[str, ...]] = {"watermark": ("upsert", "append", "history"), "full": ("snapshot", "replace"), "changes": ("history",)}
OPERATION, CHANGED_AT = "_operation", "_changed_at"  # headers that a change has beside the columns of its table
DELETED = "D"  # operation of a record that ended; I and U are the others
# How every instant of a database is spelled in landing, Beijing time.
SPELLINGS = {"date": "yyyy-MM-dd", "timestamp": "yyyy-MM-dd HH:mm:ss.SSSSSS"}
NAME, QUALIFIED = re.compile(r"\A[a-z][a-z0-9_]*\Z"), re.compile(r'\A[^\s."]+\.[^\s."]+\Z')
KEYS = ("connection", "table", "mode", "watermark")
TABLE: Place = ("customProperties",)
COLUMNS: Place = ("schema", 0, "properties")


@dataclass(frozen=True)
class Database:
    """Where a table is taken from. connection: its name in <home>/secrets/databases.conf.  table: schema.table, a view counts too.

    watermark: the contract's column by which newer rows are found; None in the other modes.
    """

    connection: str
    table: str
    mode: Mode
    watermark: str | None = None


def database(source: Source, at: Place, value: Mapping[str, Any] | None) -> Database | None:
    """Read the house key; None when it is not given. Raises Refused, with the nearest right word, for a key or word that is not known."""
    if value is None:
        return None
    for key, given in value.items():
        if key not in KEYS:
            raise source.refused((*at, key), f"'{key}' is not a key of 'database'. Known: {listed(KEYS)}.{nearest(str(key), KEYS)}")
        if not isinstance(given, str) or not given:
            raise source.refused((*at, key), f"{key} is {given!r}, must be text.")
    missing = next((key for key in KEYS[:3] if key not in value), None)
    if missing:
        raise source.refused(at, f"'database' needs '{missing}'. Add it.")
    mode = value["mode"]
    if mode not in MODES:
        raise source.refused((*at, "mode"), f"mode is '{mode}', must be {listed(MODES)}.{nearest(mode, MODES)}")
    if not NAME.match(value["connection"]):
        raise source.refused((*at, "connection"), f"connection is '{value['connection']}', must be a short lower-case name. Address and password stand in secrets/databases.conf.")
    if not QUALIFIED.match(value["table"]):
        raise source.refused((*at, "table"), f"table is '{value['table']}', must be schema.table, as in public.licence.")
    return Database(value["connection"], value["table"], cast(Mode, mode), value.get("watermark"))


def check(source: Source, given: "Contract") -> None:
    """Raise Refused, naming the line, where what a database gives does not fit the way the table is read and merged."""
    at = house.place(source, TABLE, "database")
    if given.database is None:
        return
    if given.source_format != "jsonl":
        where = house.place(source, TABLE, "sourceFormat")
        raise source.refused(where, f"sourceFormat is '{given.source_format}', but rows of a database are landed as 'jsonl'. Write that.")
    fitting = MERGES[given.database.mode]
    if given.merge not in fitting:
        raise source.refused((*at, "mode"), f"mode '{given.database.mode}' is for merge {listed(fitting)}, this one is '{given.merge}'. Change one of them.")
    _check_watermark(source, at, given)
    for index, column in enumerate(given.columns):
        _check_spelling(source, (*COLUMNS, index), column)
    if given.database.mode == "changes":
        _check_changes(source, given)


def _check_watermark(source: Source, at: Place, given: "Contract") -> None:
    assert given.database is not None
    name, mode = given.database.watermark, given.database.mode
    if mode != "watermark":
        if name is not None:
            raise source.refused((*at, "watermark"), f"watermark is for mode 'watermark', this one is '{mode}'. Remove it.")
        return
    if name is None:
        raise source.refused(at, "mode 'watermark' needs 'watermark': the column that grows with every change of a row. Add it.")
    if name not in given.names:
        raise source.refused((*at, "watermark"), f"there is no column '{name}'.{nearest(name, given.names)}")
    column = given.column(name)
    if column.logical_type not in ("integer", *SPELLINGS):
        raise source.refused((*at, "watermark"), f"column '{name}' is of type {column.logical_type}; a watermark is an integer, a date or a timestamp.")
    if column.classification not in ("public", "internal"):
        raise source.refused((*at, "watermark"), f"column '{name}' is {column.classification}, and a watermark stands in file names. Take another column.")


def _check_spelling(source: Source, place: Place, column: "Column") -> None:
    wanted = SPELLINGS.get(column.logical_type)
    if wanted is not None and wanted not in column.formats:
        at = house.place(source, (*place, "customProperties"), "formats")
        raise source.refused(at, f"column '{column.name}' is a {column.logical_type} of a database: formats must hold '{wanted}'. Add it.")


def _check_changes(source: Source, given: "Contract") -> None:
    if given.drift.columns == "freeze":
        where = house.place(source, TABLE, "drift")
        raise source.refused((*where, "columns"), f"drift of columns is 'freeze', which takes no alias, and a change comes with the headers {OPERATION} and {CHANGED_AT}. Write another policy.")
    at = house.place(source, TABLE, "deleted")
    signs = [name for name, wanted in given.deleted.items() if _is_called(given.column(name), OPERATION) and DELETED in wanted] if set(given.deleted) <= set(given.names) else []
    if len(given.deleted) != 1 or not signs:
        raise source.refused(at, f"a change says under the header {OPERATION} that its record ended. Give a column that alias, and write {{property: deleted, value: {{column: [{DELETED}]}}}}.")
    order = house.place(source, TABLE, "orderBy")
    timed = [column for column in given.columns if column.logical_type == "timestamp" and _is_called(column, CHANGED_AT)]
    if not set(given.order_by) <= {column.name for column in timed}:
        raise source.refused(order, f"'{given.order_by[0]}' is not when the database was changed: that comes under the header {CHANGED_AT}. Order by a timestamp with that alias.")
    for index, column in enumerate(given.columns):
        if column.required and column.name not in (*given.identity, *given.deleted):
            raise source.refused((*COLUMNS, index, "required"), f"column '{column.name}' is required, but a deletion holds nothing but the key. Ask for it with required_if.")


def _is_called(column: "Column", header: str) -> bool:
    return header in (column.name, *column.aliases)
