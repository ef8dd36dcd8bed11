"""The ledger of verdicts written: every answer once, the doubles counted, the disagreements told, every batch sealed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import DeltaError

from jobs.serve import answered, delta, sealing
from jobs.serve.answered import ZONE, Answer, Compared, Kept
from schemas.errors import Refused, Unavailable
from schemas.settings import Settings

Offsets = Mapping[tuple[str, int], int]  # by topic and partition, the first offset that is not in a table yet
RESENT = timedelta(minutes=2)  # how long before a batch's oldest request an equal request id is still looked for
FULL = 200  # small files of a day before they are made one
CONFIGURATION = {"delta.appendOnly": "true", "delta.enableDeletionVectors": "false"}
SKIPPING = {"delta.dataSkippingStatsColumns": "batch_id,received_at,answered_at,request_id"}  # never the request's own text


class Ledger:
    """`silver.verdict` and `ledger.disagreement`, written by the one process that holds the ledger's lock.

    How far the answer topics are taken in stands in the tables themselves: a Delta transaction a topic and partition, whose
    version is the next offset, in the same commit as the rows. There is no checkpoint that could be lost or disagree.
    Raises Refused when a table can't be opened.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rows = _table(settings.lake / "silver" / "verdict", answered.ROW, ["received_on"], {**CONFIGURATION, **SKIPPING})
        self._doubts = _table(settings.lake / "ledger" / "disagreement", answered.DISAGREEMENT, [], CONFIGURATION)
        self._batch = self._newest() + 1
        self._small = 0

    def offset(self, topic: str, part: int) -> int | None:
        """Return the first offset that is not taken in; None when the partition never was."""
        return _offset(self._rows, topic, part)

    def seal(self) -> None:
        """Seal every batch that has no seal: at a start, what a killed run left."""
        if self._batch:
            sealing.seal_all(self._settings)

    def write(self, answers: Sequence[Answer], ends: Offsets) -> dict[str, int]:
        """Write one batch and return its counts. ends: how far each partition is read with it.

        1. Answers about which there is something to say go to `ledger.disagreement`.
        2. New rows go to `silver.verdict`, with the counts in the commit. A batch of doubles only moves the offsets.
        3. The batch is sealed.
        Killed between any two and begun again, even with other bounds, it gives the same: 1 leaves out what its own offsets
        say it has, 2 leaves out rows that are there, and 3 seals whatever has no seal.
        Raises Unavailable when the disk does not take it, Refused when what is kept can't be read; nothing of it counts then.
        """
        try:
            known = self._known(answers)
        except (DeltaError, pa.ArrowException, OSError) as error:
            raise Refused(f"A file of silver.verdict can't be read: {str(error)[:200]}. Nothing was written; answers stay in Kafka. `govlake evidence` names what is wrong; see docs/runbooks/evidence.md.") from error
        found = answered.compared(answers, known)
        told = [one for one in found if one.reason is not None and not self._is_told(one)]
        rows = answered.fresh(found, self._batch)
        counts = _counts(found, len(told))
        try:
            if told:
                _append(self._doubts, answered.disagreeing(told, self._batch), counts, ends)  # 1
            _append(self._rows, rows, counts, ends)  # 2
        except (DeltaError, OSError) as error:
            raise Unavailable(f"The lake does not take the verdicts' rows: {error}. Answers stay in Kafka; the next start goes on without loss.") from error
        if rows.num_rows:
            self._batch += 1
            self.seal()  # 3
            self._tidy()
        return counts

    def _newest(self) -> int:
        return max((one["max.batch_id"] for one in pa.table(self._rows.get_add_actions(flatten=True)).to_pylist()), default=-1)

    def _known(self, answers: Sequence[Answer]) -> dict[str, Kept]:
        """Return what is kept of the batch's requests. Only files that hold requests of its time are read."""
        named = [one.row for one in answers if one.row["request_id"] is not None]
        if not named or not self._batch:
            return {}
        since, until = (edge(row["received_at"] for row in named) for edge in (min, max))
        since -= RESENT
        days = " AND ".join(f"received_on {sign} DATE '{edge.astimezone(ZONE).date()}'" for sign, edge in ((">=", since), ("<=", until)))
        span = " AND ".join(f"received_at {sign} TIMESTAMP '{edge.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}Z'" for sign, edge in ((">=", since), ("<=", until)))
        stored = pa.RecordBatchReader.from_stream(self._rows.scan(columns=["request_id", "engine", "value"], predicate=f"{days} AND {span}"))
        wanted = pa.array({row["request_id"] for row in named}, pa.string())
        kept: dict[str, Kept] = {}
        for batch in stored:
            ids, engines, values = (batch.column(name) for name in ("request_id", "engine", "value"))
            for place in pc.indices_nonzero(pc.is_in(ids.cast(pa.string()), value_set=wanted)).to_pylist():
                kept[ids[place].as_py()] = Kept(engines[place].as_py(), values[place].as_py())
        return kept

    def _is_told(self, one: Compared) -> bool:
        topic, part, offset = one.answer.place
        return offset < (_offset(self._doubts, topic, part) or 0)

    def _tidy(self) -> None:
        """Make one file of a day's many small ones, and remove those that were replaced a week ago. Readers see the same rows."""
        self._small += 1
        if self._small >= FULL:
            self._rows.optimize.compact()
            self._rows.vacuum(dry_run=False)
            self._small = 0


def _table(path: Path, columns: pa.Schema, parted: list[str], configuration: dict[str, str]) -> DeltaTable:
    try:
        return delta.opened(path) or DeltaTable.create(str(path), schema=columns, partition_by=parted, configuration=configuration)
    except DeltaError as error:
        raise Refused(f"The log of {path.parent.name}.{path.name} can't be read: it was changed or lost. Nothing was written. See docs/runbooks/evidence.md.") from error


def _offset(table: DeltaTable, topic: str, part: int) -> int | None:
    return table.transaction_version(f"{topic}-{part}")


def _append(table: DeltaTable, rows: pa.Table, counts: Mapping[str, int], ends: Offsets) -> None:
    taken = [Transaction(f"{topic}-{part}", end) for (topic, part), end in ends.items()]
    properties = CommitProperties(custom_metadata={"userMetadata": json.dumps(counts)}, app_transactions=taken)
    write_deltalake(table, rows, mode="append", commit_properties=properties)


def _counts(found: Iterable[Compared], told: int) -> dict[str, int]:
    every = list(found)
    rows, unreadable = sum(one.is_kept for one in every), sum(one.reason == "unreadable" for one in every)
    return {"answers": len(every), "rows": rows, "disagreeing": told, "unreadable": unreadable, "doubles": len(every) - rows - unreadable}
