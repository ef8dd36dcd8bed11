"""Delta tables opened without Spark, and the closed DuckDB connection that questions about them are put to."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

FETCHED = 2048  # rows, one vector of DuckDB
UPKEEP = ("OPTIMIZE", "VACUUM START", "VACUUM END", "SET TBLPROPERTIES")  # operations that leave every row as it was
LOCKS = ("SET TimeZone = 'Asia/Shanghai'", "SET python_enable_replacements = false", "SET lock_configuration = true")


def opened(path: Path) -> DeltaTable | None:
    """Return the newest version of a Delta table; None when it has no commit yet.

    Never asks whether the folder exists: a killed first write leaves a folder that is no table.
    """
    try:
        return DeltaTable(str(path))
    except TableNotFoundError:
        return None


def written(path: Path, version: int) -> int:
    """Return the version whose rows a version of a table has: an earlier one where upkeep made it. Looks into the log alone."""
    while _operation(path, version) in UPKEEP:
        version -= 1
    return version


def _operation(path: Path, version: int) -> str | None:
    commit = path / "_delta_log" / f"{version:020}.json"
    actions = commit.read_text(encoding="utf-8").splitlines() if commit.is_file() else []
    return next((json.loads(one)["commitInfo"].get("operation") for one in actions if one.startswith('{"commitInfo"')), None)


def connection() -> duckdb.DuckDBPyConnection:
    """Return a DuckDB connection in memory that reaches no file, no network and no Python variable, and stays so.

    A text compared with an instant is read as Beijing time.
    """
    made = duckdb.connect(":memory:", config={"enable_external_access": "false"})
    for statement in LOCKS:
        made.execute(statement)
    return made


def ask(table: DeltaTable, sql: str, parameters: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
    """Return the rows of one of our own queries; the table is called `stored` in it, and can be read once.

    Reads by `scan`, which also reads tables with deletion vectors; a pyarrow dataset does not.
    """
    return query({"stored": table.scan()}, sql, parameters)


def query(sources: Mapping[str, Any], sql: str, parameters: tuple[Any, ...] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
    """Return the rows of one of our own queries over Arrow data, each called by its name in it; parameters by number or by name."""
    return list(each(sources, sql, parameters))


def each(sources: Mapping[str, Any], sql: str, parameters: tuple[Any, ...] | Mapping[str, Any] = ()) -> Iterator[dict[str, Any]]:
    """Yield the rows that `query` returns, some thousand in memory at a time."""
    made = connection()
    for name, source in sources.items():
        made.register(name, source)
    answer = made.execute(sql, dict(parameters) if isinstance(parameters, Mapping) else list(parameters))
    names = [column[0] for column in answer.description or ()]
    while rows := answer.fetchmany(FETCHED):
        yield from (dict(zip(names, row, strict=True)) for row in rows)


def quoted(name: str) -> str:
    """Return a column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
