"""XXH64 of many values at once, as Spark's `xxhash64` computes it, without Spark. Source: the XXH64 specification, xxhash.com."""

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
P1, P2, P3, P4, P5 = (np.uint64(prime) for prime in (
    0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5,
))  # fmt: skip
STRIPE, WORD, HALF = 32, 8, 4  # bytes taken at once
BITS = 64


def of_longs(values: NDArray[np.int64], seeds: Words) -> Words:
    """Hash 64-bit integers, each with its own seed."""
    found = seeds + P5 + np.uint64(WORD)
    return _mixed(_with_word(found, values.view(np.uint64)))


def of_ints(values: NDArray[np.int32], seeds: Words) -> Words:
    """Hash 32-bit integers, as which Spark takes days and truth values."""
    found = seeds + P5 + np.uint64(HALF)
    return _mixed(_with_half(found, values.view(np.uint32).astype(np.uint64)))


def of_bytes(data: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64], seeds: Words) -> Words:
    """Hash pieces of `data`, each with its own seed: all pieces take a step together, as long as they have bytes left."""
    padded = np.concatenate([data, np.zeros(WORD, np.uint8)])
    words = np.ndarray((len(data) + 1,), "<u8", padded.data, strides=(1,))
    halves = np.ndarray((len(data) + 1,), "<u4", padded.data, strides=(1,))
    found = seeds + P5
    long = np.flatnonzero(lengths >= STRIPE)
    if len(long):
        found[long] = _striped(words, starts[long], lengths[long], seeds[long])
    found += lengths.astype(np.uint64)
    at, left = starts + lengths // STRIPE * STRIPE, lengths % STRIPE
    for size, step in ((WORD, lambda some, here: _with_word(some, words[here])), (HALF, lambda some, here: _with_half(some, halves[here].astype(np.uint64))),
                       (1, lambda some, here: _with_byte(some, padded[here].astype(np.uint64)))):
        while len(more := np.flatnonzero(left >= size)):
            found[more] = step(found[more], at[more])
            at[more] += size
            left[more] -= size
    return _mixed(found)


def _striped(words: Words, starts: NDArray[np.int64], lengths: NDArray[np.int64], seeds: Words) -> Words:
    """Take the stripes of pieces that have one at least."""
    lanes = [seeds + P1 + P2, seeds + P2, seeds.copy(), seeds - P1]
    stripes = lengths // STRIPE
    order = np.argsort(-stripes, kind="stable")  # the longest first: those with a stripe left stand at the beginning
    ends = np.searchsorted(-stripes[order], -np.arange(int(stripes.max())), "left")
    for number, end in enumerate(ends):
        some = order[:end]
        at = starts[some] + number * STRIPE
        for place, lane in enumerate(lanes):
            lane[some] = _round(lane[some], words[at + place * WORD])
    found = sum((_turned(lane, bits) for lane, bits in zip(lanes[1:], (7, 12, 18), strict=True)), _turned(lanes[0], 1))
    for lane in lanes:
        found = (found ^ _round(np.zeros_like(lane), lane)) * P1 + P4
    return found


def _round(lane: Words, word: Words) -> Words:
    return _turned(lane + word * P2, 31) * P1


def _turned(values: Words, bits: int) -> Words:
    return (values << np.uint64(bits)) | (values >> np.uint64(BITS - bits))


def _with_word(found: Words, word: Words) -> Words:
    return _turned(found ^ _round(np.zeros_like(word), word), 27) * P1 + P4


def _with_half(found: Words, half: Words) -> Words:
    return _turned(found ^ half * P1, 23) * P2 + P3


def _with_byte(found: Words, byte: Words) -> Words:
    return _turned(found ^ byte * P5, 11) * P1


def _mixed(found: Words) -> Words:
    found = (found ^ (found >> np.uint64(33))) * P2
    found = (found ^ (found >> np.uint64(29))) * P3
    return found ^ (found >> np.uint64(32))
