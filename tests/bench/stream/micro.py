"""The same query in micro-batches: `python -m tests.bench.stream.micro REQUEST ANSWER` answers until it is ended."""

import sys

from pyspark.sql import functions as F

from jobs.session import session
from jobs.stream import kept, sides, verdict
from jobs.stream.instant import AT_BOUNDARY
from schemas.load import find, load_all, load_marts
from schemas.settings import settings


def main(request: str, answer: str) -> None:
    """Answer with a new micro-batch as soon as the one before is done."""
    here = settings()
    spark = session(here, "bench micro-batch", is_long=True)
    contract = next(contract for contract in load_all(here.contracts).values() if contract.topic)
    for name, value in AT_BOUNDARY.items():
        spark.conf.set(name, value)
    known = sides.read(spark, here, contract, find("credit_standing", load_marts(here.contracts)))
    kept.keep(known)  # as a replica does: else each batch would make them anew
    records = (
        spark.readStream.format("kafka").option("kafka.bootstrap.servers", here.kafka).option("subscribe", request)
        .option("startingOffsets", "latest").load()
    )  # fmt: skip
    replies = verdict.verdicts(records, known, "m").withColumn("topic", F.lit(answer))
    query = (
        replies.writeStream.format("kafka").option("kafka.bootstrap.servers", here.kafka)
        .option("checkpointLocation", str(here.home / "checkpoints" / "micro")).start()
    )  # fmt: skip
    query.awaitTermination()


if __name__ == "__main__":
    main(*sys.argv[1:])
