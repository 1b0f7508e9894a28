"""Flips in pasted code, checked on the images of a dataset."""

from inspector.audit.pitfalls import Pitfall
from inspector.augmentation.label_preservation import FLIPS, LabelPreservation, parts
from inspector.code_reading.finding import FindingSeverity
from inspector.code_reading.policies import training_policy
from inspector.code_reading.reading import CodeReading
from inspector.errors import UsageError
from inspector.work.effects_process import ReferenceSet


def flip_pitfalls(reading: CodeReading, reference: ReferenceSet) -> list[Pitfall]:
    """Return the flips in training that make images of one class look like those of another.

    A flipped image is compared with the plain images of all classes.

    Args:
        reading: The code reading.
        reference: Images of the dataset.
    """
    try:
        policy = training_policy(reading.policies)
    except UsageError:
        return []
    flips = [(name, part) for name, part in parts(policy) if name in FLIPS]
    if not flips:
        return []
    safety = LabelPreservation(reference.pictures, reference.labels, reference.groups)
    changes = [safety.damage(name, part) for name, part in flips] if safety.tells else []
    return [
        Pitfall(
            "flips_change_labels", FindingSeverity.HIGH,
            f"{change.parameter} turns images into those of another class", change.message,
            {"own_class_before": round(change.plain_share, 4),
             "own_class_after": round(change.kept_share, 4), "images": len(reference.pictures)},
        )
        for change in changes if change.harmful
    ]  # fmt: skip
