"""Ingest and what the ledger knows, put together as publish asks for it: nothing of Spark is imported before it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from schemas.contract import Contract
from schemas.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from jobs.evidence.intake import Intake, LandedFile


class Ingest:
    """Ingest as publish asks for it: swapped columns are found by the plain twins of the rules."""

    def waiting(self, settings: Settings, contract: Contract, date: str) -> tuple[LandedFile, ...]:
        """See jobs.ingest.landing.waiting; what the ledger knows is read without Spark."""
        from jobs.ingest import landing
        from jobs.serve.batches import settled

        return landing.waiting(settings, contract, date, settled(settings, [contract], date)[contract.table])

    def unsettled(self, settings: Settings, contract: Contract, date: str) -> tuple[str, ...]:
        """See jobs.ingest.landing.unsettled."""
        from jobs.ingest import landing

        return landing.unsettled(settings, contract, date)

    def read(self, spark: SparkSession, contract: Contract, files: tuple[LandedFile, ...], workspace: Path) -> Intake:
        """See jobs.ingest.read.read."""
        from jobs.conform.plain.catalogue import PLAIN
        from jobs.ingest import read

        return read.read(spark, contract, files, workspace, PLAIN)

    def history(self, settings: Settings, table: str) -> list[int]:
        """See jobs.serve.batches.history."""
        from jobs.serve.batches import history

        return history(settings, table)

    def dates(self, settings: Settings, table: str) -> list[str]:
        """See jobs.serve.batches.dates."""
        from jobs.serve.batches import dates

        return dates(settings, table)
