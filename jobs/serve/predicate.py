"""A person's WHERE made safe: one expression over the columns shown, and nothing else."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from schemas.errors import Refused
from schemas.words import nearest

# Kinds of DuckDB's syntax tree that only look at the row: no subquery, no star, no window, no parameter, no lambda.
ALLOWED = frozenset({"COLUMN_REF", "CONSTANT", "COMPARISON", "CONJUNCTION", "OPERATOR", "FUNCTION", "CASE", "BETWEEN",
                     "CAST", "TYPE", "COLLATE"})
HOW = "Write one condition over the table's columns, text in single quotes: --where \"name like '%科技%'\"."


def predicate(text: str, relation: duckdb.DuckDBPyRelation, table: str, titles: dict[str, str]) -> duckdb.Expression:
    """Return the condition as an expression over `relation`.

    titles: Chinese name -> column, so that either is suggested for a name that is not there.
    Raises Refused for anything but one condition over columns of the relation.
    """
    try:
        expression = duckdb.SQLExpression(text)
        nodes = list(_nodes(_tree(text)))
    except duckdb.Error as error:
        raise Refused(f"--where is not one condition: {_first_line(error)}. Nothing was read. {HOW}") from None
    for node in nodes:
        if node["class"] not in ALLOWED:
            raise Refused(f"--where may not hold a {node['class'].lower()}. Nothing was read. {HOW}")
        if node["class"] == "COLUMN_REF":
            _known(node["column_names"], relation.columns, table, titles)
    return expression


def filtered(relation: duckdb.DuckDBPyRelation, condition: duckdb.Expression, limit: int) -> list[tuple[Any, ...]]:
    """Return up to `limit` rows that meet the condition. Raises Refused when it does not fit the columns' types."""
    try:
        return relation.filter(condition).limit(limit).fetchall()
    except duckdb.Error as error:
        raise Refused(f"--where does not fit the table: {_first_line(error)}. Nothing was changed. {HOW}") from None


def _tree(text: str) -> Any:
    answer = duckdb.connect(":memory:").execute("SELECT json_serialize_sql(?)", [f"SELECT ({text}\n)"]).fetchone()
    tree: dict[str, Any] = json.loads(answer[0]) if answer else {}
    statements = tree.get("statements", [])
    if len(statements) != 1 or len(statements[0]["node"]["select_list"]) != 1:
        raise duckdb.ParserException(tree.get("error_message", "it holds more than one expression"))
    return statements[0]["node"]["select_list"][0]


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for value in tree.values():
            yield from _nodes(value)
    if isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)


def _known(reference: list[str], columns: Sequence[str], table: str, titles: dict[str, str]) -> None:
    name = reference[0]
    if name.lower() in (column.lower() for column in columns):
        return
    if name in titles:
        raise Refused(f"{table}: '{name}' is the Chinese name of column '{titles[name]}'. Write '{titles[name]}'.")
    near = nearest(name, list(columns))
    raise Refused(f"{table} has no column '{name}'.{near} Nothing was read. Text stands in single quotes.")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].strip().rstrip(".")
