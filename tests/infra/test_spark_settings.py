"""The session really has the settings of infra/spark, and can write and read the lake's format."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("spark.sql.session.timeZone", "UTC"),
        ("spark.databricks.delta.snapshotPartitions", "1"),
        ("spark.ui.enabled", "false"),
        ("spark.driver.host", "127.0.0.1"),
    ],
)
def test_the_session_has_our_settings(key: str, value: str, spark: SparkSession) -> None:
    assert spark.conf.get(key) == value


def test_smoke_a_table_is_written_and_read(spark: SparkSession, tmp_path: Path) -> None:
    spark.range(3).write.format("delta").save(str(tmp_path / "table"))
    assert spark.read.format("delta").load(str(tmp_path / "table")).count() == 3


def test_kafka_is_a_known_source(spark: SparkSession) -> None:
    options = {"kafka.bootstrap.servers": "127.0.0.1:1", "subscribe": "nothing"}
    assert "value" in spark.readStream.format("kafka").options(**options).load().columns
