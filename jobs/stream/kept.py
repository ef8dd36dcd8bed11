"""What replicas keep in memory: each side in the very form it is joined in, made anew when a table of it has a new version."""

from collections.abc import Iterable
from dataclasses import dataclass

from pyspark.sql import DataFrame

from jobs.conform import lookups
from jobs.stream import credit, item, overlay, standing, verdict
from jobs.stream.sides import HOPS, Sides


@dataclass(frozen=True)
class Kept:
    """One side.  sources: `<layer>.<noun>` of the tables it is made from."""

    sources: frozenset[str]
    frame: DataFrame


def keep(sides: Sides) -> tuple[Kept, ...]:
    """Have every side that answers join kept from the first batch on, which makes them, several at a time.

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
    named = [(frozenset({source}), frame) for source, frame in found]
    if sides.credit in sides.frames and sides.changes is not None:  # last, see `renew`
        named.append((frozenset({sides.credit, sides.changed}), overlay.book(sides.changes, sides.frames[sides.credit])))
    return tuple(Kept(sources, frame.persist()) for sources, frame in named)


def renew(known: Iterable[Kept], sources: Iterable[str]) -> bool:
    """Make the sides of these tables anew, one after the other; batches take them up at their next boundary. False when none was made.

    The changes laid over gold come after gold itself: to have one twice does no harm, but one that the new gold counts in
    must not be forgotten while the old is read.
    """
    names = frozenset(sources)
    old = [one for one in known if one.sources & names]
    for one in old:
        one.frame.unpersist()
        one.frame.persist().count()  # now, and not at the boundary that would first need it
    return bool(old)


def release(known: Iterable[Kept]) -> None:
    """Forget all that is kept."""
    for one in known:
        one.frame.unpersist()
