"""Prepared files as one Spark frame of raw records, each with its file and the physical line it begins on."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from jobs.ingest.gather import gathered
from jobs.ingest.header import Layout, Slots, compose_parts, fold
from jobs.ingest.places import PART
from jobs.ingest.prepare import Desk, Prepared
from jobs.ingest.transcript import SCHEMA
from jobs.lake.literal import literal
from schemas.contract import Column as ContractColumn

INDEX = (1 << 33) - 1  # monotonically_increasing_id: the lower 33 bits number the rows of a partition
BLANKS = " \t\x0b\x0c\r"  # the ASCII blanks; a line of nothing else is no record
FILES: dict[str, T.DataType] = {"_name": T.StringType(), "_file": T.StringType(), "_path": T.StringType()}
BLOCKS: dict[str, T.DataType] = {"_name": T.StringType(), "_block": T.LongType(), "_first": T.LongType(), "_header": T.LongType(), **FILES}
Cell = Callable[[int], Column | None]  # the text in a slot, None for a slot the file does not have


def raw_frame(spark: SparkSession, desk: Desk, prepared: Iterable[Prepared]) -> DataFrame:
    """Return the raw frame of the batch: empty, but of the right schema, for no files."""
    fields = ", ".join(f"`{name}` string" for name in desk.contract.names)
    schema = (
        f"{fields}, _extra map<string,string>, _file string, _path string, _row bigint, _defect string, _raw string"
    )
    # This frame comes first in the union, so that the result belongs to the caller's session.
    frame = spark.range(0).select(F.from_json(F.lit("{}"), schema).alias("none")).select("none.*")
    files = [file for file in prepared if file.report.records]
    transcripts = [file for file in files if file.layout is None]
    if transcripts:
        frame = frame.unionByName(_from_transcripts(spark, desk, transcripts))
    plain = sorted((f for f in files if f.layout is not None), key=lambda f: f.layout.headers if f.layout else ())
    for layout, group in groupby(plain, key=lambda file: file.layout):
        if layout:
            frame = frame.unionByName(_from_lines(_block_session(spark, desk.block), desk, layout, list(group)))
    return frame


def _block_session(spark: SparkSession, block: int) -> SparkSession:
    """Return a session that gives each task exactly one block of one file, whatever the caller's settings.

    A file scan takes these settings from the session that defined it, at the time it runs: setting them in the
    caller's session and restoring them would be undone before the frame is evaluated.
    """
    session = spark.newSession()
    session.conf.set("spark.sql.files.maxPartitionBytes", str(block))
    session.conf.set("spark.sql.files.openCostInBytes", str(block))
    return session


def _from_lines(session: SparkSession, desk: Desk, layout: Layout, files: list[Prepared]) -> DataFrame:
    width = len(layout.headers)
    shape = ", ".join([*(f"c{i} string" for i in range(width)), "_bad string"])
    # Without `escape` Spark takes the backslash for one; an empty value, quoted or not, becomes null.
    options = {"escape": '"', "columnNameOfCorruptRecord": "_bad", "mode": "PERMISSIVE"}
    parsed = _numbered(session, desk, files).withColumn("cells", F.from_csv("value", shape, options))
    bad = F.col("cells._bad").isNotNull()
    whole = parsed.select(
        "_file",
        "_path",
        "_row",
        F.when(bad, F.lit("shape")).alias("_defect"),
        F.when(bad, F.col("value")).alias("_raw"),
        F.when(~bad, F.col("cells")).alias("cells"),
    )
    places = {slot: f"cells.c{i}" for i, slot in enumerate(layout.slots) if slot is not None}
    extra = [(name, f"cells.c{i}") for i, name in enumerate(layout.headers) if layout.slots[i] is None]
    return _shaped(whole, desk, lambda slot: F.col(places[slot]) if slot in places else None, _extra(extra))


def _numbered(session: SparkSession, desk: Desk, files: list[Prepared]) -> DataFrame:
    """Lines below the header with their physical number. A block's first line is the first that starts behind its
    first byte (Hadoop's rule), so its number is that of the line ends before the block, plus two; one at the start.
    """
    rows = [
        (file.path.name, index * desk.block, count + (2 if index else 1), file.header_row, *_origin(file))
        for file in files
        for index, count in enumerate(file.newlines_before)
    ]
    lines = session.read.text([str(file.path) for file in files]).select(
        "value",
        F.col("_metadata.file_name").alias("_name"),
        F.col("_metadata.file_block_start").alias("_block"),
        F.monotonically_increasing_id().bitwiseAND(INDEX).alias("_index"),
    )
    lost = F.raise_error(F.lit("a block of a landed file has no line number: Spark split it elsewhere"))
    placed = lines.join(F.broadcast(_named(session, rows, BLOCKS)), ["_name", "_block"], "left")
    numbered = placed.withColumn("_row", F.coalesce("_first", lost.cast("bigint")) + F.col("_index"))
    # Without coalesce the comparison would turn the outer join into an inner one, and lose the rows without a word.
    below = numbered.where(F.col("_row") > F.coalesce("_header", F.lit(0)))
    if any(file.report.blank for file in files):  # looking at every line for blanks costs a fifth of reading it
        below = below.where(F.trim("value", F.lit(BLANKS)) != "")
    return below


def _named(spark: SparkSession, rows: Iterable[tuple[object, ...]], kinds: Mapping[str, T.DataType]) -> DataFrame:
    schema = T.StructType([T.StructField(name, kind) for name, kind in kinds.items()])
    return literal(spark, [dict(zip(kinds, row, strict=True)) for row in rows], schema)


def _from_transcripts(spark: SparkSession, desk: Desk, files: list[Prepared]) -> DataFrame:
    names = _named(spark, [(f.path.name, *_origin(f)) for f in files], FILES)
    paths = gathered([file.path for file in files], desk.workspace)
    read = spark.read.schema(SCHEMA).json([str(path) for path in paths], mode="FAILFAST")
    whole = read.select("*", F.coalesce("n", "_metadata.file_name").alias("_name")).drop("n").join(F.broadcast(names), "_name")
    named = whole.withColumnsRenamed({"r": "_row", "d": "_defect", "t": "_raw"})
    named = named.withColumn("_path", F.concat_ws(PART, "_path", "p"))
    return _shaped(named, desk, lambda slot: F.col("v").getItem(slot), F.col("e"))


def _origin(file: Prepared) -> tuple[str, str]:
    return file.report.sha256, file.report.path


def _extra(pairs: list[tuple[str, str]]) -> Column:
    if not pairs:
        return F.lit(None).cast("map<string,string>")
    entries = [part for name, place in pairs for part in (F.lit(name), F.col(place))]
    given = F.map_filter(F.create_map(*entries), lambda _, value: value.isNotNull())
    return F.when(F.size(given) > 0, given)


def _shaped(frame: DataFrame, desk: Desk, cell: Cell, extra: Column) -> DataFrame:
    values = [
        _value(column, slot, desk.known, cell).alias(column.name) for slot, column in enumerate(desk.contract.columns)
    ]
    return frame.select(*values, extra.alias("_extra"), "_file", "_path", "_row", "_defect", "_raw")


def _value(column: ContractColumn, slot: int, known: Slots, cell: Cell) -> Column:
    own = cell(slot)
    parts = [cell(known.by_header[fold(part)]) for part in compose_parts(column)]
    sources = [own] if own is not None else []
    if parts and all(part is not None for part in parts):
        sources.append(_composed(column, [part for part in parts if part is not None]))
    return F.coalesce(*sources) if sources else F.lit(None).cast("string")


def _composed(column: ContractColumn, parts: list[Column]) -> Column:
    """Fill the pattern; null when a part is empty or a placeholder."""
    held = [F.when(~F.trim(part).isin("", *column.placeholders), part) for part in parts]
    pattern = column.compose or ""
    pieces = []
    for name, part in zip(compose_parts(column), held, strict=True):
        before, pattern = pattern.split("{" + name + "}", 1)
        pieces += [F.lit(before), part]
    return F.concat(*pieces, F.lit(pattern))
