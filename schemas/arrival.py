"""What must hold between a contract's source format and its columns: templates, places in a line, units, date spellings."""

from schemas import house
from schemas.contract import Column, Contract
from schemas.located import Place, Source
from schemas.template import KEYS

FORMATS = ("csv", "jsonl", "excel", "xml", "fixed", "hj212", "warc", "html")
# The spelling that date cells of a workbook are given on in.
CELLS = {"date": "yyyy-MM-dd", "timestamp": "yyyy-MM-dd HH:mm:ss"}
TABLE: Place = ("customProperties",)
COLUMNS: Place = ("schema", 0, "properties")


def check(source: Source, given: Contract) -> None:
    """Raise Refused, naming the line, where a house key is of another format, or a column cannot be read from this one."""
    for name in KEYS:
        at = house.place(source, TABLE, name)
        if at != TABLE and name != given.source_format:
            raise source.refused(at, f"'{name}' is for sourceFormat '{name}', this one is '{given.source_format}'. Remove it, or change sourceFormat.")
    for index, column in enumerate(given.columns):
        place = (*COLUMNS, index)
        _check_span(source, place, column, given.source_format)
        if given.source_format == "excel":
            _check_moments(source, place, column)
    if given.source_format == "fixed":
        _check_overlaps(source, given)


def _check_span(source: Source, place: Place, column: Column, source_format: str) -> None:
    at = house.place(source, (*place, "customProperties"), "span")
    if source_format != "fixed" and column.span is not None:
        raise source.refused(at, f"span is for sourceFormat 'fixed', this one is '{source_format}'. Remove it.")
    if source_format == "fixed" and column.span is None and column.compose is None:
        remedy = "Add {property: span, value: {start: 1, width: 18}}."
        raise source.refused(place, f"column '{column.name}' has no place in the line. {remedy}")


def _check_moments(source: Source, place: Place, column: Column) -> None:
    wanted = CELLS.get(column.logical_type)
    if wanted is not None and wanted not in column.formats:
        at = house.place(source, (*place, "customProperties"), "formats")
        kind = f"column '{column.name}' is a {column.logical_type} read from a workbook"
        raise source.refused(at, f"{kind}: formats must hold '{wanted}', which date cells are given on in. Add it.")


def _check_overlaps(source: Source, given: Contract) -> None:
    placed = sorted((column.span.start, index) for index, column in enumerate(given.columns) if column.span)
    end, before = 0, ""
    for _, index in placed:
        column = given.columns[index]
        span = column.span
        if span is not None and span.start <= end:
            at = (*COLUMNS, index, "customProperties")
            raise source.refused(
                house.place(source, at, "span"),
                f"'{column.name}' begins at {span.start}, but '{before}' ends at {end}: two columns share a place. Correct one of them.",
            )
        end, before = (span.end if span else end), column.name
