"""Any bytes at every parser, by hypothesis: only the program's own errors are raised."""

import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.torture.targets import TARGETS, seeds

SEEDS = seeds()
# Shared by all targets; a project file and a layout take some milliseconds each.
EXAMPLES_A_ROUND = 4


@st.composite
def bent(draw: st.DrawFn, origin: list[bytes]) -> bytes:
    """Take valid input and flip, cut, double, nest or fill parts of it."""
    data = bytearray(draw(st.sampled_from([*origin, b""])))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(["flip", "cut", "double", "insert", "nest", "fill"])):
            case "flip" if data:
                data[at % len(data)] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del data[at : at + draw(st.integers(1, 64))]
            case "double":
                data[at:at] = data[at : at + draw(st.integers(1, 64))]
            case "insert":
                data[at:at] = draw(st.binary(max_size=16) | st.sampled_from(TROUBLE))
            case "nest":
                data[at:at] = b"[" * draw(st.sampled_from([10, 2_000]))
            case "fill":
                data[at : at + 4] = draw(st.sampled_from([b"\xff" * 4, b"\0" * 4, b"\x7f" * 4]))
            case _:
                pass
    return bytes(data)


TROUBLE = [
    b"..", b"../", b"/etc/passwd", b"\0", b"\n", b"\r", b'"', b",", b"=cmd()", b"\xff\xfe",
    b"\xef\xbb\xbf", b"1e999", b"-1", b"NaN", b"9" * 400, b"&a [*a,*a]", b"!!python/object:os.x",
]  # fmt: skip


@pytest.mark.parametrize("name", TARGETS)
def test_parser(name: str, rounds: int, chance: random.Random, figures: Counter[str]) -> None:
    @settings(
        max_examples=max(20, rounds * EXAMPLES_A_ROUND), deadline=None, database=None,
        phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(bent(SEEDS[name]) | st.binary(max_size=200))
    def hold(data: bytes) -> None:
        figures["inputs of parsers"] += 1
        TARGETS[name](data)

    hold = seed(chance.randrange(1 << 32))(hold)
    hold()
