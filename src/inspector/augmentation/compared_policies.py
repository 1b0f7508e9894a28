"""Advice on two policies that are compared."""

from inspector.augmentation.lint import Advice
from inspector.augmentation.policy_json import Normalisation, Policy


def lint_beside(policy: Policy, other: Policy) -> list[Advice]:
    """Return the findings about a policy compared with another."""
    one, two = policy.normalisation, other.normalisation
    if one == two:
        return []
    if one == Normalisation():
        suggestion = None if two.rescale is None else {"rescale": two.rescale}
        return [
            Advice(
                "normalisation-missing", "rescale", "warning",
                "This policy does not normalise and the one beside it does: compared, they differ "
                "by that as well, and not by augmentation alone. Normalise both alike.",
                {}, suggestion,
            )
        ]  # fmt: skip
    return [
        Advice(
            "normalisation-differs", "rescale", "hint",
            "The two policies normalise differently, so a comparison is not of augmentation alone.",
            {}, None,
        )
    ]  # fmt: skip
