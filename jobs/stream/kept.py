"""What replicas keep in memory: each side in the very form it is joined in, made anew when a table of it has a new version."""

from collections.abc import Iterable
from dataclasses import dataclass

from pyspark.sql import DataFrame

from jobs.conform import lookups
from jobs.stream import credit, item, standing, verdict
from jobs.stream.sides import HOPS, Sides


@dataclass(frozen=True)
class Kept:
    """One side.  source: `<layer>.<noun>` of the table it is made from."""

    source: str
    frame: DataFrame


def keep(sides: Sides) -> tuple[Kept, ...]:
    """Make every side that answers join and keep it.

    At a batch's boundary, for which everybody waits, Spark computes each side again: kept ones only have to be broadcast.
    It finds them by their plan, so what is kept here must be what the answers join, from the same functions.
    """
    found = [(f"silver.{table}", frame) for table, frame in lookups.prepared(sides.reachable, sides.references)]
    makers = {
        item.CATALOGUE: (item.listed,),
        sides.accepted: (lambda accepted: verdict.numbers(accepted, sides.contract),),
        sides.credit: (standing.book, credit.names),
        HOPS: (lambda hops: standing.recorded(hops, sides.standing),),
    }
    found += [(source, make(sides.frames[source])) for source, makes in makers.items() if source in sides.frames for make in makes]
    made = tuple(Kept(source, frame.persist()) for source, frame in found)
    _compute(made)
    return made


def renew(known: Iterable[Kept], sources: Iterable[str]) -> None:
    """Make the sides of these tables anew; batches take them up at their next boundary."""
    names = frozenset(sources)
    due = [one for one in known if one.source in names]
    for one in due:
        one.frame.unpersist()
        one.frame.persist()
    _compute(due)


def release(known: Iterable[Kept]) -> None:
    """Forget all that is kept."""
    for one in known:
        one.frame.unpersist()


def _compute(due: Iterable[Kept]) -> None:
    """Now, and not at the boundary that would first need it."""
    for one in due:
        one.frame.count()
