"""Take a table from its department's database into landing, before its run."""

from collections.abc import Callable, Mapping

from jobs.ingest import landing
from jobs.ingest.database import changes, rows
from jobs.ingest.database.rows import Desk
from jobs.lake import lock
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.settings import Settings

MODES: Mapping[str, Callable[[Desk], None]] = {"full": rows.whole, "watermark": rows.newer, "changes": changes.follow}


def extract(settings: Settings, contract: Contract, date: str, say: Callable[[str], None], after: Callable[[int], None]) -> None:
    """Land what the contract's database has and landing has not, as files of the business date; one extraction of a table at a time.

    Repeated or killed anywhere, nothing is landed twice and nothing is left out: where landing ends is read from the names of its files.
    Raises Refused for a table that is taken from no database, Unavailable while the database is away.
    """
    desk = _desk(settings, contract, date, say, after)
    with lock.writing(settings, f"landing.{contract.table}"):
        MODES[desk.database.mode](desk)


def again(settings: Settings, contract: Contract, date: str, say: Callable[[str], None], after: Callable[[int], None]) -> None:
    """Land the whole of a table whose changes cannot be had one by one any more, and follow it from there. Raises Refused in other modes."""
    desk = _desk(settings, contract, date, say, after)
    if desk.database.mode != "changes":
        raise Refused(f"{contract.table} is taken by mode '{desk.database.mode}', which needs no beginning anew. Nothing was read. Leave out --again.")
    with lock.writing(settings, f"landing.{contract.table}"):
        changes.begin(desk, changes.newest(desk))


def _desk(settings: Settings, contract: Contract, date: str, say: Callable[[str], None], after: Callable[[int], None]) -> Desk:
    if contract.database is None:
        raise Refused(f"{contract.table} is taken from no database: its contract has no 'database'. Nothing was read. Land its files, then run it.")
    return Desk(settings, contract, landing.folder_of(settings, contract, date), say, after)
