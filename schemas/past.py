"""What must hold of a contract whose table keeps the past of its records: merge 'history' and 'snapshot'."""

from functools import partial
from typing import get_args

from schemas import fit, house
from schemas.contract import Contract, Merge
from schemas.located import Place, Source

TABLE: Place = ("customProperties",)
COLUMNS: Place = ("schema", 0, "properties")
WHOLE = "a snapshot is the whole table, so a record that it lacks has ended"


def check(source: Source, given: Contract) -> None:
    """Raise Refused, naming the line, where the time a version counts from, or the sign of its end, is no such thing."""
    merge = house.place(source, TABLE, "merge")
    if given.keeps_past and (given.source_class == "gold" or given.path.parent.name == "streams"):
        raise source.refused(merge, f"merge '{given.merge}' is for tables that files are landed for. Write 'replace' or 'append'.")
    parts = [partial(_check_deleted, source, given)]
    if given.merge == "history":
        parts.append(partial(_check_time, source, given))
    source.every(parts)


def _check_time(source: Source, given: Contract) -> None:
    at = house.place(source, TABLE, "orderBy")
    if not given.order_by:  # then it counts from the business date of its delivery
        return
    if len(given.order_by) != 1:
        why = "the time from which a version counts; none when that is the business date it is delivered for"
        raise source.refused(at, f"orderBy has {len(given.order_by)} columns, must have 1 with merge 'history': {why}.")
    fit.existing(source, (*at, 0), given.order_by[0], given)
    column = given.column(given.order_by[0])
    if column.logical_type not in fit.MOMENTS:
        raise source.refused((*at, 0), f"column '{column.name}' is of type {column.logical_type}; a version counts from a date or a timestamp.")
    if column.key_position is not None:
        raise source.refused((*at, 0), f"'{column.name}' is part of the key, and a key names a record, not one version of it. Take it out of the key.")
    if not column.required:
        place = (*COLUMNS, given.names.index(column.name), "name")
        raise source.refused(place, f"column '{column.name}' must have 'required: true': each version of a record counts from some time.")


def _check_deleted(source: Source, given: Contract) -> None:
    at = house.place(source, TABLE, "deleted")
    if at == TABLE or given.merge not in get_args(Merge):  # a wrong word is told where it stands
        return
    if given.merge != "history":
        why = WHOLE if given.merge == "snapshot" else f"this one is '{given.merge}'"
        raise source.refused(at, f"'deleted' is for merge 'history'; {why}. Remove it, or change merge.")
    for name, wanted in given.deleted.items():
        fit.existing(source, (*at, name), name, given)
        if name in given.identity:
            raise source.refused((*at, name), f"'{name}' tells which record and since when; another column says that it ended.")
        fit.values(source, (*at, name), list(wanted), given.column(name))
