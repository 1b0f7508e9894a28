"""What a network from scratch borrows, with known truth: gradients, closed form, planted copies."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.audit.diagnosis import Verdict
from inspector.audit.folds import own_groups
from inspector.audit.influence.borrowed import InfluenceQuestion, borrowed_from_scratch
from inspector.audit.influence.kernel_head import fit_kernel_head
from inspector.audit.influence.network_kernel import (
    MOST_DRAWS,
    SmallNetwork,
    drawn,
    gradients_of,
    network_kernel,
)

SIDE = 16


def answers(network: SmallNetwork, x: np.ndarray) -> np.ndarray:
    """Return what the network says of images, by OpenCV's filters."""
    said = []
    for image in x:
        planes = list(image.transpose(2, 0, 1))
        for weights in network.convolutions:
            kernels = weights.reshape(3, 3, len(planes), -1)
            filtered = [
                sum(
                    cv2.filter2D(plane, -1, kernels[:, :, i, k], borderType=cv2.BORDER_CONSTANT)
                    for i, plane in enumerate(planes)
                )
                for k in range(kernels.shape[3])
            ]
            planes = [
                np.maximum(f.reshape(len(f) // 2, 2, -1, 2).max(axis=(1, 3)), 0) for f in filtered
            ]
        flat = np.stack(planes, axis=2).reshape(-1)
        said.append(np.maximum(flat @ network.hidden, 0) @ network.out)
    return np.array(said)


def test_gradients_are_those_of_the_network() -> None:
    """Along a random direction of each layer's weights, by a small step."""
    draw = np.random.default_rng(1)
    single = drawn(SIDE, draw)
    network = SmallNetwork(
        tuple(w.astype(np.float64) for w in single.convolutions),
        single.hidden.astype(np.float64), single.out.astype(np.float64),
    )  # fmt: skip
    x = draw.random((4, SIDE, SIDE, 3))
    gradients = gradients_of(network, x)
    for number, weights in enumerate(network.convolutions):
        way = draw.normal(size=weights.shape)

        def moved(step: float, number: int = number, way: np.ndarray = way) -> np.ndarray:
            changed = list(network.convolutions)
            changed[number] = changed[number] + step * way
            return answers(SmallNetwork(tuple(changed), network.hidden, network.out), x)

        slope = (moved(1e-6) - moved(-1e-6)) / 2e-6
        assert gradients.convolutions[number] @ way.ravel() == pytest.approx(slope, abs=1e-5)
    assert gradients.hidden @ network.out == pytest.approx(answers(network, x))
    way = draw.normal(size=network.hidden.shape)
    ahead, behind = (
        answers(SmallNetwork(network.convolutions, network.hidden + step * way, network.out), x)
        for step in (1e-6, -1e-6)
    )
    along = np.einsum("bi,ij,bj->b", gradients.flat, way, gradients.back)
    assert along == pytest.approx((ahead - behind) / 2e-6, abs=1e-5)


def noise(seed: int, groups: int, size: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return images of noise in groups of near-duplicates, with random classes."""
    draw = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    own = draw.integers(0, 256, (groups, SIDE, SIDE, 3))[group]
    colour = np.clip(own + draw.normal(0, 6, own.shape), 0, 255).astype(np.uint8)
    return colour, draw.integers(0, 3, groups)[group], group


def test_the_kernel_knows_near_duplicates() -> None:
    colour, _, group = noise(2, 40)
    kernel = network_kernel(colour, draws=1)
    assert kernel == pytest.approx(kernel.T, abs=1e-5)
    assert np.diagonal(kernel).mean() == pytest.approx(1, abs=1e-5)
    assert np.linalg.eigvalsh(kernel.astype(np.float64)).min() > -1e-4
    alike = kernel / np.sqrt(np.outer(np.diagonal(kernel), np.diagonal(kernel)))
    np.fill_diagonal(alike, -1)
    assert (group[alike.argmax(axis=1)] == group).all()
    assert network_kernel(colour, draws=1) == pytest.approx(kernel)


def test_each_weight_counts_by_its_gradient_over_the_root_mean_square() -> None:
    """As Adam moves it: all gradients written out, those of the hidden layer as outer products."""
    colour, _, _ = noise(4, 10)
    pixels = np.stack([cv2.cvtColor(one, cv2.COLOR_YCrCb2RGB) for one in colour])
    network = drawn(SIDE, np.random.default_rng((0, 0)))
    gradients = gradients_of(network, pixels.astype(np.float32) / 255)

    def scaled(rows: np.ndarray) -> np.ndarray:
        size = np.sqrt((rows.astype(np.float64) ** 2).mean(axis=0))
        return rows[:, size > 0] / np.sqrt(size[size > 0])

    flat, back = scaled(gradients.flat), scaled(gradients.back)
    outer = (flat[:, :, None] * back[:, None, :]).reshape(len(colour), -1)
    layers = [*map(scaled, gradients.convolutions), scaled(gradients.hidden), outer, back]
    expected = 1 + sum(rows @ rows.T for rows in layers)
    expected /= np.diagonal(expected).mean()
    assert network_kernel(colour, draws=1) == pytest.approx(expected, abs=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60), st.floats(1e-4, 1))
def test_leaving_out_by_the_closed_form_is_solving_anew(
    seed: int, left_out: int, strength: float
) -> None:
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(90, 30))
    kernel = x @ x.T / 30
    labels = draw.integers(0, 3, 80)
    group = own_groups(draw.integers(0, 25, 80))
    head = fit_kernel_head(kernel[:80, :80], labels, 3, group, strength=strength)
    members = draw.permutation(80)[:left_out]
    system = np.linalg.inv(head.inverse)
    targets = system @ head.weights
    kept = np.setdiff1d(np.arange(80), members)
    anew = np.linalg.solve(system[np.ix_(kept, kept)], targets[kept])
    rows = kernel[80:, :80].astype(np.float32)
    without = head.scores(rows) - head.effects(members)(rows).reach @ head.pull(members)
    assert without == pytest.approx(rows[:, kept].astype(np.float64) @ anew, abs=1e-5)
    for number in np.unique(group)[:5].tolist():
        own = np.flatnonzero(group == number)
        assert head.pulls(group)[own] == pytest.approx(head.pull(own), abs=1e-6)


def asked(labels: np.ndarray, group: np.ndarray) -> InfluenceQuestion:
    judged = np.random.default_rng(7).random(len(labels)) < 0.4
    return InfluenceQuestion(labels, group, ~judged, judged)


def test_copies_with_random_classes_are_borrowed_and_strangers_lend_nothing() -> None:
    colour, labels, group = noise(3, 300)
    copies = borrowed_from_scratch(colour, asked(labels, group))
    assert copies.verdict is Verdict.YES
    assert copies.right[copies.shares].mean() > 0.85
    assert copies.right_without.mean() < 0.5
    strangers = borrowed_from_scratch(colour, asked(labels, np.full(len(group), -1)))
    assert not strangers.shares.any()
    assert strangers.borrowed.mean == 0


def test_parts_cut_no_group_and_judge_every_image() -> None:
    colour, labels, group = noise(4, 120)
    question = asked(labels, group)
    whole = borrowed_from_scratch(colour, question)
    calls: list[tuple[int, int]] = []
    parts = borrowed_from_scratch(
        colour, question, most=60, progress=lambda done, total: calls.append((done, total))
    )
    assert (parts.rows == whole.rows).all()
    assert (parts.shares == whole.shares).all()
    assert parts.right[parts.shares].mean() > 0.85
    assert calls == sorted(calls)
    assert calls[-1] == (240 * MOST_DRAWS,) * 2
    for row, answer in zip(parts.rows.tolist(), parts.influences, strict=True):
        assert all(question.training[i] for one in answer for i in one.rows)
        if answer and parts.shares[np.searchsorted(parts.rows, row)]:
            assert group[answer[0].rows[0]] == group[row]


def test_a_group_larger_than_a_part_is_thinned() -> None:
    colour, labels, _ = noise(5, 60)
    group = np.where(np.arange(120) < 100, 0, np.arange(120))
    answer = borrowed_from_scratch(colour, asked(labels, group), most=12)
    judged = asked(labels, group).validation
    assert (answer.rows == np.flatnonzero(judged)).all()
    largest = max(one.images for answers_of in answer.influences for one in answers_of)
    assert largest == 24


def test_one_group_in_training_is_one_part() -> None:
    colour, labels, _ = noise(6, 30)
    answer = borrowed_from_scratch(colour, asked(labels, np.zeros(60, np.int64)), most=10)
    assert answer.shares.all()
