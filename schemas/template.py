"""How a file of a format with a layout of its own is read: the house keys 'excel', 'xml', 'fixed', 'sql' and 'hj212' of a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from schemas.located import Place, Source
from schemas.words import listed, nearest

Dialect = Literal["mysql", "postgresql"]
Units = tuple[tuple[str, str], ...]  # pairs of a factor and its unit
LAST_ROW = 1_048_576  # of a sheet, since Excel 2007


@dataclass(frozen=True)
class ExcelTemplate:
    """Where the table stands in a workbook. sheets: names, with * for any text, or positions; empty for all that are visible.

    data_row: first row below the header.  totals, notes: words at the beginning of rows that are set aside.
    one_cell_tail: rows with one filled cell below the last record are notes.  merged: where a merged value also counts.
    serial_dates: date system of plain numbers in date columns; None when such a number is no date.
    """

    sheets: tuple[str | int, ...] = ()
    header_row: int = 1
    header_rows: int = 1
    data_row: int = 2
    totals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    one_cell_tail: bool = False
    merged: Literal["none", "down", "right", "both"] = "none"
    serial_dates: Literal[1900, 1904] | None = None


@dataclass(frozen=True)
class XmlTemplate:
    """record: name of the element that is one record.  ignore: elements beside the records that are no records."""

    record: str
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True)
class FixedTemplate:
    """unit: what the columns' places count.  notes: words at the beginning of lines that are set aside."""

    unit: Literal["bytes", "characters"]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SqlTemplate:
    """table: whose rows are records, named as in the dump without its schema.  dialect: who wrote the dump, which says what quotes and backslashes mean."""

    table: str
    dialect: Dialect


@dataclass(frozen=True)
class Hj212Template:
    """clock_ahead, clock_behind: minutes by which a packet's QN may be after and before the time it came; None when that is not judged.

    units: by factor, the unit its values are sent in.  stations: the same of single devices, by MN, where theirs is another.
    """

    clock_ahead: int | None = None
    clock_behind: int | None = None
    units: Units = ()
    stations: tuple[tuple[str, Units], ...] = ()


@dataclass(frozen=True)
class Span:
    """The place of a column in a line of fixed width. start: from 1."""

    start: int
    width: int

    @property
    def end(self) -> int:
        """The last place that belongs to it."""
        return self.start + self.width - 1


Template = ExcelTemplate | XmlTemplate | FixedTemplate | SqlTemplate | Hj212Template
Kind = type | tuple[Any, ...]
# Each key's kind: a type, a list of texts (list), texts with texts or with such (dict), or the words it may be. A trailing ? marks an optional one.
KEYS: Mapping[str, Mapping[str, Kind]] = {
    "excel": {
        "sheets?": list, "headerRow?": int, "headerRows?": (1, 2), "dataRow?": int, "totals?": list, "notes?": list,
        "oneCellTail?": bool, "merged?": ("none", "down", "right", "both"), "serialDates?": (1900, 1904),
    },
    "xml": {"record": str, "ignore?": list},
    "fixed": {"unit": ("bytes", "characters"), "notes?": list},
    "sql": {"table": str, "dialect": get_args(Dialect)},
    "hj212": {"clockAhead?": int, "clockBehind?": int, "units?": dict, "stations?": dict},
}  # fmt: skip
SPAN: Mapping[str, Kind] = {"start": int, "width": int}


def template(source: Source, at: Place, source_format: str, value: Any) -> Template | None:
    """Return the template of a format, None for a format without one. value: the house key's, None when it is not given.

    Raises Refused for a key unknown, missing or of another kind, and for a data row that is not below the header.
    """
    if source_format not in KEYS:
        return None
    given = _read(source, at, source_format, {} if value is None else value)
    if source_format == "xml":
        return XmlTemplate(given["record"], tuple(given.get("ignore", ())))
    if source_format == "sql":
        return SqlTemplate(given["table"], given["dialect"])
    if source_format == "hj212":
        stations = tuple((mn, tuple(units.items())) for mn, units in given.get("stations", {}).items())
        return Hj212Template(given.get("clockAhead"), given.get("clockBehind"), tuple(given.get("units", {}).items()), stations)
    if source_format == "fixed":
        return FixedTemplate(given["unit"], tuple(given.get("notes", ())))
    first = given.get("headerRow", 1)
    below = first + given.get("headerRows", 1)
    if given.get("dataRow", below) < below:
        raise source.refused((*at, "dataRow"), f"dataRow is {given['dataRow']}, must be {below} at least: the header ends in row {below - 1}.")
    return ExcelTemplate(
        tuple(given.get("sheets", ())), first, given.get("headerRows", 1), given.get("dataRow", below),
        tuple(given.get("totals", ())), tuple(given.get("notes", ())), given.get("oneCellTail", False),
        given.get("merged", "none"), given.get("serialDates"),
    )  # fmt: skip


def span(source: Source, at: Place, value: Any) -> Span:
    """Return a column's place in a line. Raises Refused for a key unknown, missing or below 1."""
    given = _read(source, at, "span", value, SPAN)
    return Span(given["start"], given["width"])


def _read(source: Source, at: Place, key: str, value: Any, known: Mapping[str, Kind] | None = None) -> dict[str, Any]:
    kinds = KEYS[key] if known is None else known
    names = [name.rstrip("?") for name in kinds]
    if not isinstance(value, dict):
        raise source.refused(at, f"{key} is {value!r}, must be keys with values: {{{names[0]}: …}}.")
    for name in value:
        if name not in names:
            raise source.refused((*at, name), f"'{name}' is not a key of '{key}'. Known: {listed(names)}.{nearest(str(name), names)}")
    for name, kind in kinds.items():
        plain = name.rstrip("?")
        if plain in value:
            _check(source, (*at, plain), plain, value[plain], kind)
        elif plain == name:
            raise source.refused(at, f"'{key}' needs '{name}'. Add it.")
    return value


def _check(source: Source, at: Place, name: str, value: Any, kind: Kind) -> None:
    if isinstance(kind, tuple):
        if value not in kind or isinstance(value, bool):
            words = listed(map(str, kind))
            raise source.refused(at, f"{name} is '{value}', must be {words}.{nearest(str(value), map(str, kind))}")
    elif kind is list:
        _check_list(source, at, name, value)
    elif kind is dict:
        _check_units(source, at, name, value, is_nested=name == "stations")
    elif kind is int:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LAST_ROW:
            raise source.refused(at, f"{name} is {value!r}, must be a whole number from 1 on.")
    elif not isinstance(value, kind) or value == "":
        raise source.refused(at, f"{name} is {value!r}, must be {'true or false' if kind is bool else 'text'}.")


def _check_units(source: Source, at: Place, name: str, value: Any, *, is_nested: bool) -> None:
    """Raise Refused unless these are texts with a text each, or, of stations, with such texts each."""
    if not isinstance(value, dict) or not value:
        raise source.refused(at, f"{name} is {value!r}, must be keys with values: {{a21026: mg/m³}}.")
    for key, unit in value.items():
        if is_nested:
            _check_units(source, (*at, key), key, unit, is_nested=False)
        elif not isinstance(unit, str) or not unit.strip():
            raise source.refused((*at, key), f"the unit of '{key}' is {unit!r}, must be text, as in mg/m³.")


def _check_list(source: Source, at: Place, name: str, value: Any) -> None:
    if not isinstance(value, list) or not value:
        raise source.refused(at, f"{name} is {value!r}, must be a list with something in it.")
    for index, entry in enumerate(value):
        positions = name == "sheets" and isinstance(entry, int) and not isinstance(entry, bool) and entry >= 1
        if not positions and (not isinstance(entry, str) or not entry.strip()):
            also = " or a position from 1 on" if name == "sheets" else ""
            raise source.refused((*at, index), f"{name} holds {entry!r}, must be text{also}: put text in quotes.")
