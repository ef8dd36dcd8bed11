"""What must hold of the tables that gold tables are computed from."""

from collections.abc import Collection, Sequence
from graphlib import CycleError, TopologicalSorter

from schemas import house
from schemas.contract import Contract
from schemas.located import Place, Source
from schemas.words import nearest

TABLE: Place = ("customProperties",)


def reads(source: Source, given: Contract, tables: Collection[str]) -> None:
    """Raise Refused when a gold table reads one that no contract describes, or itself."""
    named = [((*house.place(source, TABLE, "reads"), index), table) for index, table in enumerate(given.reads)]
    for at, name in named:
        if name == given.table:
            raise source.refused(at, "a table cannot be computed from itself. Remove it.")
    for place, table in [*named, (house.place(source, TABLE, "changes"), given.changes)]:
        if table is not None and table not in tables:
            raise source.refused(place, f"there is no table '{table}'.{nearest(table, tables)}")


def rings(read: Sequence[tuple[Source, Contract]]) -> None:
    """Raise Refused when gold tables read one another in a ring: each one's release would start the next, for ever."""
    sources = {given.table: (source, given) for source, given in read}
    try:
        TopologicalSorter({given.table: given.reads for _, given in read}).prepare()
    except CycleError as error:
        ring = error.args[1][::-1]  # each reads the next
        source, given = sources[ring[0]]
        at = (*house.place(source, TABLE, "reads"), given.reads.index(ring[1]))
        raise source.refused(at, f"{', which reads '.join(ring)}: a ring that would never end. Remove one of these.") from None
