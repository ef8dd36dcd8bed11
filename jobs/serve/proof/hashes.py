"""The hash of stored rows, column by column over Arrow data: the same as Spark's `xxhash64` over typed columns."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jobs.serve.proof import xxhash

SEED = 42  # of Spark's xxhash64
LOW_BITS = 0xFFFFFFFF  # as jobs.evidence.ledger sums them
IN_A_LONG = 18  # digits of a decimal that Spark keeps in 64 bits


def row_hashes(rows: pa.Table, names: Sequence[str]) -> NDArray[np.int64]:
    """Return the hash of each row over the named columns in this order; a column the table lacks counts as empty.

    Empty values leave the hash as it is, so a column that came later does not change the hash of an older row.
    """
    found = np.full(rows.num_rows, SEED, np.uint64)
    for name in names:
        if name in rows.column_names and rows.num_rows:
            found = _folded(rows.column(name).combine_chunks(), found)
    return found.view(np.int64)


def low_sum(hashes: NDArray[np.int64]) -> int:
    """Return the order-free sum that the ledger keeps of rows."""
    return int((hashes & LOW_BITS).sum())


def _folded(column: pa.Array, seeds: xxhash.Words) -> xxhash.Words:
    given = np.asarray(column.is_valid())
    found = seeds.copy()
    if given.any():
        found[given] = _hashed(column.filter(column.is_valid()), seeds[given])
    return found


def _hashed(column: pa.Array, seeds: xxhash.Words) -> xxhash.Words:
    kind = column.type
    if pa.types.is_decimal(kind):
        return _of_decimals(column, seeds)
    if pa.types.is_floating(kind):
        doubles = column.cast(pa.float64()).to_numpy() + 0.0  # -0.0 becomes 0.0
        return xxhash.of_longs(np.where(np.isnan(doubles), np.nan, doubles).view(np.int64), seeds)
    if pa.types.is_timestamp(kind):
        return xxhash.of_longs(column.cast(pa.timestamp("us", kind.tz)).cast(pa.int64()).to_numpy(), seeds)
    if pa.types.is_date(kind) or pa.types.is_boolean(kind) or (pa.types.is_integer(kind) and kind.bit_width < 64):
        return xxhash.of_ints(np.ascontiguousarray(column.cast(pa.int32()).to_numpy(zero_copy_only=False)), seeds)
    if pa.types.is_integer(kind):
        return xxhash.of_longs(np.ascontiguousarray(column.to_numpy()), seeds)
    return _of_texts(column.cast(pa.large_string()).cast(pa.large_binary()), seeds)


def _of_decimals(column: pa.Array, seeds: xxhash.Words) -> xxhash.Words:
    values = column.cast(pa.decimal128(column.type.precision, column.type.scale))
    halves = np.frombuffer(values.buffers()[1], np.int64)[2 * values.offset : 2 * (values.offset + len(values))]
    if column.type.precision <= IN_A_LONG:
        return xxhash.of_longs(np.ascontiguousarray(halves[::2]), seeds)
    unscaled = [(high << 64) | low for low, high in zip(np.ascontiguousarray(halves[::2]).view(np.uint64).tolist(), halves[1::2].tolist(), strict=True)]
    return _of_texts(pa.array([_as_java(value) for value in unscaled], pa.large_binary()), seeds)


def _as_java(value: int) -> bytes:
    """The bytes of a BigInteger: the fewest that hold the value and its sign."""
    bits = (value if value >= 0 else ~value).bit_length()
    return value.to_bytes(bits // 8 + 1, "big", signed=True)


def _of_texts(column: pa.Array, seeds: xxhash.Words) -> xxhash.Words:
    offsets = np.frombuffer(column.buffers()[1], np.int64)[column.offset : column.offset + len(column) + 1]
    content = column.buffers()[2]
    data = np.frombuffer(content, np.uint8) if content is not None else np.zeros(0, np.uint8)
    return xxhash.of_bytes(data, offsets[:-1].copy(), np.diff(offsets), seeds)


def of_column(column: pa.ChunkedArray) -> pa.Array:
    """Return the hash of a text column alone, null where it is null."""
    whole = pa.table({"text": column})
    hashes = pa.array(row_hashes(whole, ("text",)))
    return pc.if_else(pc.is_valid(whole["text"]), hashes, pa.scalar(None, pa.int64()))
