"""Differences of ImageDataGenerator between Keras versions."""

from inspector.errors import UsageError


def swaps_axes(keras_version: str) -> bool:
    """Tell whether ImageDataGenerator of this Keras swaps the axes of its shifts (since 2.9).

    Raises:
        UsageError: It is no version number.
    """
    try:
        parts = [int(p) for p in keras_version.strip().split(".")[:2]]
    except ValueError:
        raise UsageError(
            f"{keras_version[:40]!r} is not a version of Keras", "Give one such as 2.8 or 3.15."
        ) from None
    return parts[0] > 2 or (parts[0] == 2 and (len(parts) == 1 or parts[1] >= 9))
