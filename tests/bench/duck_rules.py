"""The rules of the bench contract written for DuckDB: what `conform` is compared with, row for row."""

from jobs.conform.blanks import PLACEHOLDERS
from jobs.conform.plain.contacts import MOBILE, URL
from jobs.conform.plain.tables import USCC_ALPHABET
from jobs.conform.plain.texts import MARKED_FOOTPRINTS, PLAIN_FOOTPRINTS, marks
from jobs.conform.rules.organisations import ORG_FORM, USCC_FORM
from jobs.conform.rules.persons import FORM_18
from jobs.conform.rules.places import DIVISION
from schemas import forms
from schemas.contract import Column, Contract

ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
AS_OF = "DATE '2026-03-02'"


def verdicts(contract: Contract, source: str) -> str:
    """SQL: for each row of `source` its typed values, `bad` (quarantine) and `broken` (rules violated, in order)."""
    texts = ", ".join(f"nullif(trim(\"{c.name}\"), '') AS \"{c.name}\"" for c in contract.columns)
    typed = ", ".join(f'CASE WHEN NOT ({_empty(c)}) THEN {_typed(c)} END AS "typed_{c.name}"' for c in contract.columns)
    rules = [rule for column in contract.columns for rule in _rules(column)] + _row_rules()
    found = ", ".join(f"CASE WHEN {bad} THEN '{name}' END" for name, bad in rules)
    return f"""
        WITH texts AS (SELECT _row, {texts} FROM {source}), typed AS (SELECT *, {typed} FROM texts),
        judged AS (SELECT *, list_filter([{found}], lambda name: name IS NOT NULL) AS broken FROM typed)
        SELECT _row, {", ".join(f'"typed_{c.name}"' for c in contract.columns)}, broken, len(broken) > 0 AS bad FROM judged"""


def _rules(column: Column) -> list[tuple[str, str]]:
    text, given = f'"{column.name}"', f'"typed_{column.name}" IS NOT NULL'
    rules = []
    if column.required:
        rules.append((f"required {column.name}", _empty(column)))
    if column.logical_type != "string":
        rules.append((f"form {column.name}", f"NOT ({_empty(column)}) AND NOT ({given})"))
    if limit := forms.max_length(column):
        rules.append((f"length {column.name}", f"{given} AND length({text}) > {limit}"))
    for use in column.rules:
        rules.append((f"{use.rule} {column.name}", f"{given} AND NOT ({_passed(column, use.rule, dict(use.arguments))})"))
    return rules


def _row_rules() -> list[tuple[str, str]]:
    needed = "coalesce(\"org_type\" IN ('1'), false) AND \"typed_currency\" IS NULL"
    return [("order registered_on+term_to", 'coalesce("typed_registered_on" > "typed_term_to", false)'), ("required_if currency", needed)]


def _passed(column: Column, rule: str, given: dict[str, object]) -> str:
    text, typed = f'"{column.name}"', f'"typed_{column.name}"'
    if rule == "range":
        return " AND ".join(f"{typed} {sign} {given[end]}" for end, sign in (("min", ">="), ("max", "<=")) if end in given)
    if rule == "length":
        return " AND ".join(f"length({text}) {sign} {given[end]}" for end, sign in (("min", ">="), ("max", "<=")) if end in given)
    if rule == "enum":
        return f"{text} IN ({', '.join(quoted(str(v)) for v in given['values'])})"  # type: ignore[attr-defined]
    if rule == "pattern":
        return _full(text, str(given["regex"]).removeprefix(r"\A").removesuffix(r"\z"))
    if rule == "not_after_batch":
        return f"{typed} <= {AS_OF}"
    if rule == "clean_text":
        found, wanted = marks()
        marked = f"translate({text}, {quoted(found)}, {quoted(wanted)})"
        return f"NOT (regexp_matches({text}, {quoted(re2(PLAIN_FOOTPRINTS))}) OR regexp_matches({marked}, {quoted(re2(MARKED_FOOTPRINTS))}))"
    return {"uscc": _uscc, "org_code": _org, "citizen_id": _citizen, "mobile": lambda t: _full(t, MOBILE),
            "admin_division": lambda t: _full(t, DIVISION),
            # RE2 has no look-ahead: the second half of our rule for addresses is left out, in favour of DuckDB.
            "url": lambda t: _full(t, URL)}[rule](text)  # fmt: skip


def _uscc(text: str) -> str:
    total = " + ".join(f"(instr('{USCC_ALPHABET}', {text}[{i + 1}]) - 1) * {pow(3, i, 31)}" for i in range(17))
    return f"{_full(text, USCC_FORM)} AND (31 - ({total}) % 31) % 31 = instr('{USCC_ALPHABET}', {text}[18]) - 1"


def _org(text: str) -> str:
    total = " + ".join(f"(instr('{ALNUM}', {text}[{i + 1}]) - 1) * {weight}" for i, weight in enumerate(ORG_WEIGHTS))
    return f"{_full(text, ORG_FORM)} AND (({total}) + (instr('0123456789X', {text}[-1]) - 1)) % 11 = 0"


def _citizen(text: str) -> str:
    total = " + ".join(f"(ascii({text}[{i + 1}]) - 48) * {pow(2, 17 - i, 11)}" for i in range(17))
    born = f"{text}[7:14] <= strftime({AS_OF}, '%Y%m%d')"
    return f"{_full(text, FORM_18)} AND instr('10X98765432', {text}[18]) - 1 = ({total}) % 11 AND {born}"


def _empty(column: Column) -> str:
    text = f'"{column.name}"'
    taken = forms.TRUE + forms.FALSE if column.logical_type == "boolean" else ()
    words = ", ".join(quoted(word) for word in PLACEHOLDERS + column.placeholders if word not in taken)
    empty = f"{text} IS NULL OR {text} IN ({words})"
    moment = column.logical_type in ("date", "timestamp")
    return f"({empty} OR regexp_matches({text}, {quoted(re2(forms.ZERO_DATES))}))" if moment else f"({empty})"


def _typed(column: Column) -> str:
    text = f'"{column.name}"'
    if column.logical_type == "string":
        return text
    if column.logical_type in ("date", "timestamp"):
        return _moment(column, text)
    form = re2(forms.form(column))
    if column.logical_type == "boolean":
        return f"CASE WHEN regexp_matches(lower({text}), {quoted(form)}) THEN lower({text}) IN ({', '.join(map(quoted, forms.TRUE))}) END"
    kind = "BIGINT" if column.logical_type == "integer" else "DECIMAL({},{})".format(*forms.scale(column))
    return f"CASE WHEN regexp_matches({text}, {quoted(form)}) THEN try_cast({text} AS {kind}) END"


def _moment(column: Column, text: str) -> str:
    python = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
    readings = []
    for pattern in column.formats:
        spelled = pattern
        for java, strptime in python.items():
            spelled = spelled.replace(java, strptime)
        read = f"CASE WHEN regexp_matches({text}, {quoted(re2(forms.date_form(pattern)))}) THEN try_strptime({text}, '{spelled}') END"
        readings.append(read)
    instant = f"coalesce({', '.join(readings)})" if len(readings) > 1 else readings[0]
    beyond = f"CASE WHEN regexp_matches({text}, {quoted(re2(forms.OPEN_ENDS))}) THEN TIMESTAMP '9999-12-31' ELSE {instant} END"
    return f"CAST({beyond} AS DATE)" if column.logical_type == "date" else f"{beyond} - INTERVAL 8 HOUR"


def _full(text: str, form: str) -> str:
    return f"regexp_full_match({text}, {quoted(re2(form))})"


def re2(form: str) -> str:
    """The same pattern in RE2's spelling of code points."""
    import re

    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: f"\\x{{{m[1]}}}", form).replace(r"\Z", r"\z").replace(r"(?![\s\S])", r"\z").replace("(?!0000)", "")


def quoted(text: str) -> str:
    """A SQL string literal of DuckDB."""
    return "'" + text.replace("'", "''") + "'"
