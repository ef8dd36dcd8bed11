"""The laws of the house, checked over the syntax tree: who may import what, how large things may be, what is not written."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.settings import ROOT

FOLDERS = ("schemas", "jobs", "expectations", "dags", "infra")
HEAVY = ("pyspark", "delta", "great_expectations", "airflow", "kafka", "fastapi", "deltalake", "duckdb", "pandas", "pyarrow", "psycopg2", "av", "PIL", "pypdfium2")
ALLOWED = {
    "schemas": (),
    "jobs": ("pyspark", "delta"),
    "jobs/lake/plain": ("deltalake", "pyarrow"),
    "jobs/ingest/database": ("psycopg2",),
    "jobs/ingest/media": ("av", "PIL", "pypdfium2"),  # in the process that looks at files, and nowhere else
    "jobs/stream": ("pyspark", "kafka"),
    "jobs/maintenance": ("deltalake",),
    "jobs/serve": ("fastapi", "deltalake", "duckdb", "pyarrow", "kafka"),
    "expectations": ("great_expectations", "pandas"),  # pandas: what GX judges is a frame of one row
    "dags": ("airflow",),
    "infra": ("kafka", "psycopg2"),
    "infra/airflow_plugins": ("airflow", "fastapi"),
}
GROUND = ("lake", "evidence", "conform")
UPPER = ("ingest", "publish", "stream", "fuse", "marts", "share", "maintenance", "serve")
PRIVATE = {
    "schemas": ("schemas",),
    "expectations": ("expectations", "schemas", "jobs"),
    "dags": ("dags", "schemas"),
    "jobs": ("jobs", "schemas"),
    "infra": ("infra", "schemas", "jobs", "dags"),
}
WORDS = ("utils", "helpers", "common", "manager", "processor", "misc")
LONGEST_MODULE, LONGEST_FUNCTION, MOST_PARAMETERS = 200, 25, 5


def modules() -> list[Path]:
    return [path.relative_to(ROOT) for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, inside functions too, except for type checkers only."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def rule_of(path: Path) -> tuple[str, ...]:
    known = [folder for folder in ALLOWED if path.as_posix().startswith(folder + "/")]
    return ALLOWED[max(known, key=len)]


every_module = pytest.mark.parametrize("path", modules(), ids=str)


@every_module
def test_a_folder_imports_only_its_own_heavy_package(path: Path) -> None:
    heavy = {name.split(".")[0] for name in imports(path)} & set(HEAVY)
    assert heavy <= set(rule_of(path))


@every_module
def test_imports_between_folders_point_one_way(path: Path) -> None:
    own = {name.split(".")[0] for name in imports(path)} & set(FOLDERS)
    assert own <= set(PRIVATE[path.parts[0]])


@pytest.mark.parametrize("path", [p for p in modules() if p.parts[0] == "jobs" and p.parts[1] in UPPER + GROUND], ids=str)
def test_packages_inside_jobs_know_the_ground_floor_and_no_sibling_above_it(path: Path) -> None:
    package = path.parts[1]
    known = {"conform": set(), "lake": set(), "evidence": {"lake"}}.get(package, set(GROUND))
    others = {name.split(".")[1] for name in imports(path) if name.startswith("jobs.")} - {package, "session"}
    assert others <= known


@every_module
def test_a_module_is_short_and_says_in_its_first_line_what_it_is_for(path: Path) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    assert not text.strip() or ast.get_docstring(tree(path))


@every_module
def test_functions_are_short_and_take_few_parameters(path: Path) -> None:
    long = {f.name: length(f) for f in functions(path) if length(f) > LONGEST_FUNCTION}
    many = {f.name: parameters(f) for f in functions(path) if parameters(f) > MOST_PARAMETERS}
    assert (long, many) == ({}, {})


@every_module
def test_no_boolean_is_passed_by_position(path: Path) -> None:
    flags = [
        f.name
        for f in functions(path)
        for argument in f.args.args
        if isinstance(argument.annotation, ast.Name) and argument.annotation.id == "bool"
    ]
    assert flags == []


@every_module
def test_names_say_what_a_thing_is(path: Path) -> None:
    assert not [word for word in WORDS if word in path.stem.split("_")] and not path.stem.startswith("new_")


@every_module
def test_only_the_entry_points_catch_everything(path: Path) -> None:
    broad = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
    ]
    assert broad == [] or path.name == "__main__.py"


@pytest.mark.parametrize("path", [p for p in modules() if p.parts[0] == "jobs" and "serve" not in p.parts], ids=str)
def test_column_work_is_native_and_no_table_is_collected(path: Path) -> None:
    called = {n.func.attr if isinstance(n.func, ast.Attribute) else getattr(n.func, "id", "") for n in ast.walk(tree(path)) if isinstance(n, ast.Call)}
    assert not called & {"udf", "pandas_udf", "toPandas", "collect", "mapInPandas", "mapInArrow", "current_timestamp", "current_date"}


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, signature and docstring aside."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    given = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return len([a for a in given if a.arg not in ("self", "cls")])
