"""What a policy does to labels: the headline of the page and the note below it."""

from inspector.app.augment.effects_requests import EffectsRequests
from inspector.app.augment.policy_numbers import LABELS
from inspector.augmentation.label_preservation import ALL, LabelChange
from inspector.augmentation.policy import Policy


def headline(measured: EffectsRequests, policy: Policy, beside: str) -> tuple[str, str]:
    """Return the headline of the page and the note below it.

    Args:
        measured: The answers so far.
        policy: The shown policy.
        beside: Name of the compared policy; not used without one.
    """
    against = f" Compared with: {beside}." if beside and beside != "nothing" else ""
    if policy == Policy.none():
        return "This policy changes nothing yet.", f"Move a slider, or choose a preset.{against}"
    if measured.reference_set is None:
        return (
            "What training will see.",
            f"Effects are measured after the images are read.{against}",
        )
    if measured.can_measure() is False:
        return (
            "Label preservation can't be measured on this dataset.",
            f"It needs two classes with several images each.{against}",
        )
    known = measured.damages
    whole = known.get(ALL if len(measured.parts) > 1 else next(iter(measured.parts), ""))
    if whole is None:
        return "Measuring what this policy does to labels…", f"The grid is live.{against}"
    if not whole.told:
        return (
            "Label preservation can't be measured on this dataset.",
            f"Even without augmentation, only {100 * whole.plain_share:.0f} % of images are closest"
            f" to their own class.{against}",
        )
    preserved = round(10 * whole.kept_share)
    if whole.harmful:
        head = f"This policy changes the class in {10 - preserved} of 10 samples."
    else:
        head = f"{preserved} of 10 samples still look like their class."
    return head, f"{_note(whole, known)}{against}"


def _note(whole: LabelChange, known: dict[str, LabelChange]) -> str:
    """Return the baseline, the confidence interval and the parameter with the largest loss."""
    loss, reach = whole.plain_share - whole.kept_share, 1.96 * whole.error
    interval = f"{100 * (loss - reach):+.0f} to {100 * (loss + reach):+.0f} points"
    text = (
        f"Without augmentation it is {100 * whole.plain_share:.0f} %; the loss is"
        f" {100 * loss:.0f} points (95 % CI {interval.replace('-', '−')})."
    )
    single = [one for name, one in known.items() if name != ALL and one.harmful]
    if single:
        worst = min(single, key=lambda one: one.kept_share)
        label = LABELS.get(worst.parameter, worst.parameter)
        text += f" {label} costs the most."
    return text
