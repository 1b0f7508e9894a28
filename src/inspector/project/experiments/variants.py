"""Variants of a comparison: policies, strengths of one parameter, training shares, models."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspector.augmentation.policy import Policy
from inspector.augmentation.policy_json import IDG_NAMES, VERSION, read_policy
from inspector.augmentation.presets import PRESETS
from inspector.errors import UsageError
from inspector.training_protocol.run_spec import MODELS

NONE = "none"
ARTICLE_NOTES = (
    "The article's three examples do not compare augmentation alone: the first and the third lack"
    " a rescale and the third normalises each image by itself, so their networks see other"
    " numbers whatever is drawn. Here all get one normalisation, unless it is what is compared.",
    "The article's -15, +5 and +8 % are of other people's data; what counts is the table above.",
)


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant; all else is equal.

    Attributes:
        policy: The augmentation; None for none.
        model: As in `RunConfig.model`; "" for the comparison's own.
        share: Share of training's groups to train on, above 0 and at most 1.
    """

    name: str
    policy: Policy | None = None
    model: str = ""
    share: float = 1.0


def article() -> list[Variant]:
    """Return no augmentation and the article's three examples as written."""
    named = [f"example {number}, as written" for number in (1, 2, 3)]
    return [Variant(NONE), *(Variant(name, PRESETS[name]) for name in named)]


def strengths(parameter: str, values: Sequence[float]) -> list[Variant]:
    """Return one parameter at several strengths, after no augmentation if 0 is not among them.

    Args:
        parameter: A name of ImageDataGenerator or a numeric field of a policy.
        values: In its unit; integers may mean something else than fractions, as in Keras.

    Raises:
        UsageError: There is no such parameter, or it does not accept such a number.
    """
    variants = []
    for value in values:
        policy = _one_parameter(parameter, value)
        variants.append(
            Variant(f"{parameter}={value:g}", policy if policy.changes_pixels else None)
        )
    variants.sort(key=lambda one: one.policy is not None)
    if variants and variants[0].policy is not None:
        variants.insert(0, Variant(NONE))
    return variants


def _one_parameter(parameter: str, value: float) -> Policy:
    if parameter in IDG_NAMES:
        return read_policy({parameter: value})
    return read_policy({"policy": VERSION, parameter: value})


def shares(values: Sequence[float], policy: Policy | None) -> list[Variant]:
    """Return shares of training's groups, each without and with a policy if one is given.

    Without a policy the largest share comes first, as the baseline.

    Raises:
        UsageError: A share is not above 0 and at most 1.
    """
    wrong = [v for v in values if not 0 < v <= 1]
    if wrong:
        raise UsageError(f"the share {wrong[0]:g} is not in 0 to 1", "Write 0.25 for a quarter.")
    variants = []
    for share in sorted(values, reverse=True):
        variants.append(Variant(f"{share:.0%} of training", None, share=share))
        if policy is not None:
            variants.append(Variant(f"{share:.0%} of training, augmented", policy, share=share))
    return variants


def models(names: Sequence[str], policy: Policy | None) -> list[Variant]:
    """Return models under one policy; the first is the baseline."""
    return [Variant(name, policy, name) for name in names]


def check_candidates(candidates: Sequence[Variant], baseline: str) -> None:
    """Check that these variants can be compared.

    Raises:
        UsageError: There are fewer than two, a name repeats, the baseline is not among them, or a
            model does not exist.
    """
    names = [one.name for one in candidates]
    if len(names) < 2:
        raise UsageError("a comparison needs at least two policies", "Name another policy.")
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise UsageError(f"{twice[0]} is named twice", "Give each another name.")
    known = ("", *MODELS)
    strange = [c.model for c in candidates if c.model not in known]
    strange = [model for model in strange if not model.endswith(".keras")]
    if strange:
        raise UsageError(
            f"there is no model named {strange[0]}",
            f"Take a .keras file, or one of {', '.join(MODELS)}.",
        )
    if baseline not in names:
        raise UsageError(f"there is no baseline {baseline}", f"Known are: {', '.join(names)}.")


def part_of_groups(
    groups: NDArray[np.int32], labels: NDArray[np.int32], share: float, *, seed: int
) -> NDArray[np.bool_]:
    """Choose whole groups until each class has its share; larger shares contain smaller ones.

    Args:
        groups: (n,) group of each sample.
        labels: (n,) class of each sample, from 0.
        share: Above 0; 1 is all of them.
        seed: Seed of the order of groups.

    Returns:
        (n,) True for chosen samples.
    """
    _, first, compact = np.unique(groups, return_index=True, return_inverse=True)
    size = np.bincount(compact)
    main = labels[first]
    taken = np.zeros(len(size), np.bool_)
    order = np.random.default_rng(seed).permutation(len(size))
    for label in np.unique(main):
        mine = order[main[order] == label]
        before = np.cumsum(size[mine]) - size[mine]
        taken[mine] = before < share * size[mine].sum()
    chosen: NDArray[np.bool_] = taken[compact]
    return chosen
