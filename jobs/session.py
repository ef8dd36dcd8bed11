"""The only place where a Spark session is made, and the settings it is made with."""

import os
import re
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from jobs.attach import attach
from schemas.errors import Unavailable
from schemas.settings import ROOT, Settings

DEFAULTS = ROOT / "infra" / "spark" / "spark-defaults.conf"


def spark_conf(settings: Settings) -> dict[str, str]:
    """Return Spark's settings: the file infra/spark/spark-defaults.conf, and the paths of this installation.

    Raises Unavailable when the jars have not been fetched.
    """
    if not any(settings.jars.glob("delta-spark_*.jar")):
        raise Unavailable(f"{settings.jars} has no Delta jar. Nothing was started. Run `make jars` and try again.")
    conf = dict(_lines(DEFAULTS))
    conf["spark.master"] = settings.spark_master
    conf["spark.driver.memory"] = settings.driver_memory
    conf["spark.driver.extraClassPath"] = f"{settings.jars}/*"
    conf["spark.sql.warehouse.dir"] = str(settings.home / "warehouse")
    # Spark's own cleaning of the log, at every tenth commit, would end versions after 30 days.
    for key, value in settings.table_properties.items():
        conf[key.replace("delta.", "spark.databricks.delta.properties.defaults.", 1)] = value
    log4j = f"-Dlog4j2.configurationFile=file:{ROOT}/infra/spark/log4j2.properties"
    conf["spark.driver.extraJavaOptions"] = f"{conf.get('spark.driver.extraJavaOptions', '')} {log4j}".strip()
    return conf


def session(settings: Settings, name: str, *, is_long: bool = False, is_apart: bool = False) -> SparkSession:
    """Return the session of this process: of the shared application when one is up, else of a Java of its own.

    A spark-submit's own settings win. is_apart: a Java of its own in any case.
    is_long: for work of many minutes, apart too; Java compiles hot code a second time, which a short run would only pay for.
    Times are UTC in the session: Beijing time is applied where texts are read, never by the clock of the machine.
    """
    for variable, value in environment(settings).items():
        os.environ.setdefault(variable, value)
    mine = None if is_long or is_apart or SparkSession.getActiveSession() else attach(settings, name)
    if mine is not None:
        return mine
    builder = SparkSession.builder.appName(name)
    conf = spark_conf(settings)
    if is_long:
        conf["spark.driver.extraJavaOptions"] += " -XX:TieredStopAtLevel=4"
        # A stream broadcasts small tables all the time.
        conf["spark.buffer.pageSize"] = "256k"
    for key, value in conf.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def environment(settings: Settings) -> dict[str, str]:
    """Return what a Spark driver is started with: loopback, this Python, our settings, the archive of loaded classes."""
    return {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_SUBMIT_OPTS": settings.java_options,
    }


def _lines(path: Path) -> list[tuple[str, str]]:
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    pairs = [re.split(r"\s+", line.strip(), maxsplit=1) for line in text.splitlines() if line.strip()]
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2 and not pair[0].startswith("#")]
