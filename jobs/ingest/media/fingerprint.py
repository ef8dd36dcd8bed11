"""Fingerprints that two copies of one picture or sound share although their bytes differ: 64 bits, written as 16 hex digits."""

from itertools import pairwise
from typing import Any

import numpy as np
from PIL import Image

BANDS, SPANS = 5, 17  # 4 differences of bands in 16 steps of time make 64 bits
LOWEST, HIGHEST = 300.0, 3_000.0  # Hz: what every telephone and every codec keeps
WINDOW = 1_024  # samples: an eighth of a second at 8,000 Hz
FLAT = 8  # steps of grey, of 256, below which a picture is of one colour
QUIET = 1.0  # mean square of 16-bit samples below which there is nothing to compare


def of_picture(picture: Image.Image) -> str | None:
    """Return the difference hash: whether each of 8 × 8 fields of the grey picture is darker than its right neighbour; None for one colour."""
    grey = np.asarray(picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS), dtype=np.int16)
    return _hex(grey[:, :-1] < grey[:, 1:]) if np.ptp(grey) >= FLAT else None


def of_sound(samples: "np.ndarray[Any, Any]", rate: int) -> str | None:
    """Return how the balance of five bands moves over sixteenths of the sound; None for silence and for less than two seconds.

    samples: mono, 16 bits.  The bits follow Haitsma and Kalker (2002), taken over parts of the whole length instead of
    short frames: louder, softer and compressed again stay equal, a part cut out does not.
    """
    frames = len(samples) // WINDOW
    if frames < SPANS or float(np.mean(np.square(samples, dtype=np.float64))) < QUIET:
        return None
    spectrum = np.square(np.abs(np.fft.rfft(samples[: frames * WINDOW].reshape(frames, WINDOW) * np.hanning(WINDOW), axis=1)))
    edges = np.geomspace(LOWEST, HIGHEST, BANDS + 1) * WINDOW / rate
    bands = np.stack([spectrum[:, int(low) : int(high)].sum(axis=1) for low, high in pairwise(edges)], axis=1)
    spans = np.log1p(np.stack([part.mean(axis=0) for part in np.array_split(bands, SPANS)]))
    balance = spans[:, :-1] - spans[:, 1:]
    return _hex(balance[1:] > balance[:-1])


def _hex(bits: "np.ndarray[Any, Any]") -> str:
    return np.packbits(bits.ravel()).tobytes().hex()
