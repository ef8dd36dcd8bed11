"""What must hold between a contract and the way its files arrive: templates, places in a line, units, date spellings, expected days."""

import re
from typing import get_args

from schemas import house
from schemas.contract import Column, Contract, Delivery
from schemas.drift import Drift
from schemas.located import Place, Source
from schemas.template import KEYS, Hj212Template
from schemas.words import listed, nearest

FORMATS = ("csv", "jsonl", "excel", "xml", "fixed", "sql", "hj212", "warc", "html", "media")
FED = {"hj212": b"", "jsonl": b"\n"}  # formats that records of a topic can be put together in, and what ends each record
LOOSE = ("hj212", "warc", "html", "media")  # formats whose reader names what a record holds, asked for or not
# The spelling that date cells of a workbook are given on in.
CELLS = {"date": "yyyy-MM-dd", "timestamp": "yyyy-MM-dd HH:mm:ss"}
TOPIC = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\Z")
TABLE: Place = ("customProperties",)
COLUMNS: Place = ("schema", 0, "properties")


def check(source: Source, given: Contract) -> None:
    """Raise Refused, naming the line, where a house key is of another format, or a column cannot be read from this one."""
    for name in KEYS:
        at = house.place(source, TABLE, name)
        if at != TABLE and name != given.source_format:
            raise source.refused(at, f"'{name}' is for sourceFormat '{name}', this one is '{given.source_format}'. Remove it, or change sourceFormat.")
    _check_delivery(source, given)
    _check_drift(source, given)
    _check_feed(source, given)
    _check_units(source, given)
    for index, column in enumerate(given.columns):
        place = (*COLUMNS, index)
        _check_span(source, place, column, given.source_format)
        if given.source_format == "excel":
            _check_moments(source, place, column)
    if given.source_format == "fixed":
        _check_overlaps(source, given)


def _check_delivery(source: Source, given: Contract) -> None:
    at, known = house.place(source, TABLE, "delivery"), get_args(Delivery)
    if given.delivery is None:
        return
    if given.delivery not in known:
        raise source.refused(at, f"delivery is '{given.delivery}', must be {listed(known)}.{nearest(given.delivery, known)}")
    if given.source_format not in FORMATS:
        raise source.refused(at, "delivery is for a table that files are landed for. Remove it.")


def _check_feed(source: Source, given: Contract) -> None:
    at = house.place(source, TABLE, "feed")
    if given.feed is None:
        return
    if given.source_format not in FED:
        raise source.refused(at, f"feed is for sourceFormat {listed(tuple(FED))}, this one is '{given.source_format}'. Remove it.")
    if not TOPIC.match(given.feed):
        raise source.refused(at, f"feed is '{given.feed}', must be <domain>.<noun>: a topic's name, of lower-case letters, digits and _ on both sides of a dot.")


def _check_units(source: Source, given: Contract) -> None:
    template = given.template
    if not isinstance(template, Hj212Template) or not (template.units or template.stations):
        return
    if not any("unit" in {name.lower() for name in (column.name, column.title, *column.aliases)} for column in given.columns):
        at = house.place(source, TABLE, "hj212")
        raise source.refused(at, "'hj212' declares units, and no column takes them. Add a column called unit, or with that alias.")


def _check_drift(source: Source, given: Contract) -> None:
    at = house.place(source, TABLE, "drift")
    if given.drift != Drift() and given.source_format not in FORMATS:
        raise source.refused(at, "drift is for a table that files are landed for. Remove it.")
    if given.drift.columns != "evolve" and given.source_format in LOOSE:
        sentence = f"drift of columns is '{given.drift.columns}', but {given.source_format} always gives more names than a contract takes. Write 'evolve'."
        raise source.refused((*at, "columns"), sentence)
    if given.drift.columns == "freeze" and given.source_format == "fixed":
        raise source.refused((*at, "columns"), "drift of columns is 'freeze', but a line of fixed width names no columns; one of another width is quarantined. Write another policy.")


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
