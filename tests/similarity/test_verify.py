"""Known transforms are confirmed, different images are not, flat ones are kept apart."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from inspector.similarity import verification as verify_module
from inspector.similarity.fingerprints import FINGERPRINT, fingerprint
from inspector.similarity.levels import POSSIBLE, POSSIBLE_SCORE, SURE, SURE_SCORE
from inspector.similarity.orientations import FAR, NAMES, apply
from inspector.similarity.pairs import Candidates
from inspector.similarity.proposals import propose
from inspector.similarity.verification import Pairs, compare, on_scale, verify

Picture = np.ndarray
COUNT = 24


def scene(seed: int, height: int = 240, width: int = 320) -> Picture:
    """An asymmetric image of large and small shapes with colour and some noise."""
    draw = np.random.default_rng(seed)
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = draw.integers(40, 215, 3)
    for step in range(70):
        size = max(4, int(100 * 0.95**step))
        at = (int(draw.integers(0, width)), int(draw.integers(0, height)))
        colour = tuple(int(c) for c in draw.integers(0, 256, 3))
        if draw.random() < 0.5:
            axes = (size, max(2, int(size * draw.random())))
            cv2.ellipse(picture, at, axes, float(draw.integers(0, 180)), 0, 360, colour, -1)
        else:
            far = (at[0] + int(draw.integers(-size, size)), at[1] + int(draw.integers(4, size + 5)))
            cv2.rectangle(picture, at, far, colour, -1)
    noise = draw.normal(0, 4, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (3, 3), 0) + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def scenes() -> list[Picture]:
    return [scene(seed) for seed in range(COUNT)]


def table(pictures: list[Picture]) -> np.ndarray:
    return np.array([fingerprint(np.ascontiguousarray(p)) for p in pictures], FINGERPRINT)


def find(records: np.ndarray) -> Pairs:
    return verify(records, propose(records))


def jpeg(quality: int) -> Callable[[Picture], Picture]:
    def save(p: Picture) -> Picture:
        return cv2.imdecode(cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)

    return save


def cut(share: float) -> Callable[[Picture], Picture]:
    def crop(p: Picture) -> Picture:
        edge = (1 - np.sqrt(1 - share)) / 2
        dy, dx = int(p.shape[0] * edge), int(p.shape[1] * edge)
        return p[dy : p.shape[0] - dy, dx : p.shape[1] - dx]

    return crop


def rotate(p: Picture) -> Picture:
    height, width = p.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 5, 1)
    return cv2.warpAffine(p, turn, (width, height))


COPIES: dict[str, Callable[[Picture], Picture]] = {
    "saved again at quality 20": jpeg(20),
    "half the size": lambda p: cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    "cut by 5 %": cut(0.05),
    "cut by 10 %": cut(0.1),
    "brighter": lambda p: np.clip(p * 1.3, 0, 255).astype(np.uint8),
    "darker": lambda p: (p * 0.7).astype(np.uint8),
    "grey": lambda p: np.repeat(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY)[..., None], 3, 2),
    "turned by 5 degrees": rotate,
    "white border": lambda p: cv2.copyMakeBorder(
        p, 12, 12, 12, 12, cv2.BORDER_CONSTANT, value=(255, 255, 255)
    ),
    "text": lambda p: cv2.putText(p.copy(), "SAMPLE", (10, 130), 0, 1.3, (255, 255, 255), 4),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES.keys())
def test_a_copy_is_found_at_the_sure_level(
    scenes: list[Picture], copy: Callable[[Picture], Picture]
) -> None:
    found = find(table(scenes + [copy(p) for p in scenes]))
    sure = found.similarity >= SURE
    true = found.b - found.a == COUNT
    assert (sure & true).sum() >= COUNT - 1
    assert not (sure & ~true).any()
    assert set(found.transform[sure & true].tolist()) == {0}


@pytest.mark.parametrize("transform", range(1, len(NAMES)), ids=NAMES[1:])
def test_a_turned_copy_is_found_and_its_turn_named(scenes: list[Picture], transform: int) -> None:
    turned = [apply(p, transform) for p in scenes]
    found = find(table(scenes + turned))
    sure = found.similarity >= SURE
    pairs = zip(found.a[sure].tolist(), found.b[sure].tolist(), strict=True)
    assert sorted(pairs) == [(i, i + COUNT) for i in range(COUNT)]
    assert found.transform[sure].tolist() == [transform] * COUNT


def test_unlike_pictures_are_never_sure() -> None:
    """Every pair is verified, whatever its hashes."""
    records = table([scene(seed) for seed in range(100, 140)])
    pairs = [(i, j) for i in range(len(records)) for j in range(i)]
    alike = [compare(records[i], records[j], t) for i, j in pairs for t in (0, 1)]
    assert len(alike) == 1_560
    assert max(alike) < SURE
    assert np.mean(np.array(alike) >= POSSIBLE) < 0.005


def test_small_pictures_are_found_and_told_apart() -> None:
    small = [cv2.resize(scene(s), (32, 32), interpolation=cv2.INTER_AREA) for s in range(40)]
    records = table(small + [jpeg(60)(p) for p in small])
    assert set(records["side_px"].tolist()) == {32}
    found = find(records)
    sure = found.similarity >= SURE
    pairs = set(zip(found.a[sure].tolist(), found.b[sure].tolist(), strict=True))
    assert len(pairs & {(i, i + 40) for i in range(40)}) >= 39
    assert {(a, b) for a, b in pairs if b - a != 40} == set()


def test_flat_pictures_are_set_apart() -> None:
    grain = np.random.default_rng(0).normal(0, 1, (64, 64, 3))
    flat = [np.full((64, 64, 3), 30 * k, np.uint8) for k in range(6)]
    flat += [np.clip(120 + grain, 0, 255).astype(np.uint8)]
    records = table([*flat, *flat, scene(1), scene(1)])
    assert records["flat"].tolist() == [True] * 14 + [False] * 2
    found = find(records)
    assert list(zip(found.a.tolist(), found.b.tolist(), strict=True)) == [(14, 15)]


def test_a_picture_on_white_is_not_flat() -> None:
    picture = np.full((200, 200, 3), 255, np.uint8)
    picture[60:140, 60:140] = scene(2, 80, 80)
    assert not fingerprint(picture)["flat"]


def test_an_equal_picture_has_a_similarity_of_nearly_one(scenes: list[Picture]) -> None:
    for picture in scenes[:5]:
        record = fingerprint(picture)
        assert compare(record, record, 0) > 0.99


def test_an_equal_soft_picture_has_a_high_similarity_too(scenes: list[Picture]) -> None:
    """Below 0.9, equal pixels in another file are not even compared."""
    for picture in scenes[:6]:
        faint = (128 + (picture.astype(float) - 128) * 0.5).astype(np.uint8)
        record = fingerprint(cv2.GaussianBlur(faint, (0, 0), 8))
        assert not record["flat"]
        assert compare(record, record, 0) > 0.9


def test_similarity_is_a_share(scenes: list[Picture]) -> None:
    records = table([*scenes, *(jpeg(20)(p) for p in scenes)])
    every = [compare(a, b, t) for a in records[:8] for b in records[20:32] for t in range(8)]
    assert min(every) >= 0
    assert max(every) <= 1


def symmetric(seed: int) -> Picture:
    half = scene(seed, 200, 100)
    return np.concatenate([half, half[:, ::-1]], axis=1)


def test_a_pair_is_reported_once_with_its_plain_transform() -> None:
    """A symmetric image fits plain and mirrored: the plain transform wins, in either order."""
    records = table([symmetric(3), jpeg(80)(symmetric(3))])
    for order in ([0, 1], [1, 0]):
        zeros = np.zeros(2, np.int32)
        found = verify(records, Candidates(zeros, zeros + 1, np.array(order, np.uint8)))
        assert (found.a.tolist(), found.b.tolist()) == ([0], [1])
        assert found.transform.tolist() == [0]
        assert found.similarity[0] >= SURE


@pytest.mark.parametrize(("mirrored", "named"), [(0.88, 0), (0.92, 0), (0.94, 1)])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_turn_is_named_only_where_it_clearly_fits_better(
    monkeypatch: pytest.MonkeyPatch, mirrored: float, named: int, order: tuple[int, int]
) -> None:
    alike = {0: 0.9, 1: mirrored}

    def similarities(_records: np.ndarray, proposed: Candidates) -> np.ndarray:
        return np.array([alike[t] for t in proposed.transform.tolist()])

    monkeypatch.setattr(verify_module, "similarities", similarities)
    zeros = np.zeros(2, np.int32)
    records = table([scene(1), scene(2)])
    found = verify(records, Candidates(zeros, zeros + 1, np.array(order, np.uint8)))
    assert found.transform.tolist() == [named]
    assert found.similarity.tolist() == [pytest.approx(alike[named])]


def half_size(p: Picture) -> Picture:
    return cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize(
    "copy",
    [jpeg(80), jpeg(20), lambda p: jpeg(30)(half_size(p)), lambda p: jpeg(80)(p)[:, ::-1]],
    ids=["quality 80", "quality 20", "half the size", "mirrored"],
)
def test_a_copy_of_a_symmetric_picture_is_found(copy: Callable[[Picture], Picture]) -> None:
    """Half of its coefficients are 0 but for noise, which must not choose the bits."""
    first = [symmetric(seed) for seed in range(20)]
    found = find(table(first + [copy(p) for p in first]))
    sure = found.similarity >= SURE
    true = found.b - found.a == 20
    assert (sure & true).sum() >= 19
    assert not (sure & ~true).any()


def test_nothing_gives_nothing() -> None:
    none = np.zeros(0, np.int32)
    found = verify(table([scene(0)]), Candidates(none, none, none.astype(np.uint8)))
    assert len(found.a) == len(found.b) == len(found.transform) == len(found.similarity) == 0


def test_the_scale_of_small_pictures_meets_both_levels() -> None:
    assert on_scale(SURE_SCORE) == pytest.approx(SURE)
    assert on_scale(POSSIBLE_SCORE) == pytest.approx(POSSIBLE)
    values = [on_scale(z) for z in np.linspace(-30, 10, 400)]
    assert values == sorted(values)
    assert values[0] == 0.0
    assert values[-1] <= 1.0


@pytest.mark.parametrize("degrees", [-25, 25])
def test_tall_images_turned_far_are_confirmed(degrees: int) -> None:
    # Squashed to a square, the rotation of a tall image is a shear as well.
    turn = cv2.getRotationMatrix2D((200, 360), degrees, 1)
    confirmed = 0
    for seed in range(12):
        tall = scene(seed, height=720, width=400)
        one, two = table([tall, cv2.warpAffine(tall, turn, (400, 720))])
        confirmed += compare(one, two, FAR) >= SURE
    assert confirmed >= 10


def framed(picture: Picture) -> Picture:
    """Put a white frame around an image."""
    return cv2.copyMakeBorder(
        np.ascontiguousarray(picture), *[14] * 4, cv2.BORDER_CONSTANT, value=(255, 255, 255)
    )


def plain(seed: int, contrast: float) -> Picture:
    """A scene with so little contrast that a frame holds most of what there is to see."""
    return (scene(seed) * contrast + 40).astype(np.uint8)


@pytest.mark.parametrize("transform", [0, 1, 2])
def test_a_plain_image_in_a_frame_is_confirmed(transform: int) -> None:
    for seed in range(12):
        image = plain(seed, 0.3)
        one, two = table([image, framed(apply(image, transform))])
        assert compare(one, two, transform) >= SURE


@pytest.mark.parametrize("contrast", [0.1, 0.2, 0.3])
def test_a_frame_that_two_images_share_is_no_evidence(contrast: float) -> None:
    records = table([framed(plain(seed, contrast)) for seed in range(12)])
    for one in range(12):
        for two in range(one):
            assert compare(records[one], records[two], 0) < POSSIBLE
