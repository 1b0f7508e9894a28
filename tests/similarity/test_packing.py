"""A packed fingerprint keeps its facts in 2 kB exactly, and its images approximately."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.similarity.fingerprints import FINGERPRINT, fingerprint
from inspector.similarity.packing import PACKED, RECORD_BYTES, pack, unpack


def kept(record: np.ndarray) -> np.ndarray:
    return unpack(np.frombuffer(pack(record), PACKED))[0]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), height=st.integers(1, 90), width=st.integers(1, 90))
def test_facts_come_back_as_they_were(seed: int, height: int, width: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    record = fingerprint(pixels)
    assert len(pack(record)) == RECORD_BYTES
    for name in ("hash", "side_px", "aspect", "flat"):
        np.testing.assert_array_equal(kept(record)[name], record[name])


def test_noise_that_hardly_compresses_fits_too() -> None:
    record = np.zeros((), FINGERPRINT)
    draw = np.random.default_rng(1)
    record["luma"] = draw.integers(0, 2, (64, 64)) * 255
    record["colour"] = draw.integers(0, 2, (32, 32, 3)) * 255
    assert len(pack(record)) == RECORD_BYTES
    assert np.corrcoef(kept(record)["luma"].ravel(), record["luma"].ravel())[0, 1] > 0.2


@pytest.mark.parametrize("name", ["luma", "colour"])
def test_images_come_back_nearly(name: str) -> None:
    across = np.linspace(0, 4 * np.pi, 256)
    wave = 128 + 90 * np.sin(across)[:, None] * np.cos(2 * across)[None, :]
    pixels = np.stack([wave, wave[::-1], 255 - wave.T], axis=2).astype(np.uint8)
    record = fingerprint(pixels)
    before, after = record[name].astype(float), kept(record)[name].astype(float)
    assert np.abs(before - after).mean() < 2


def test_an_empty_record_stays_empty() -> None:
    (record,) = unpack(np.zeros(1, PACKED))
    assert not record["luma"].any()
    assert not record["colour"].any()
