"""Release numbers of libraries, as far as their splits differ."""

from inspector.errors import UsageError

NEWEST = (1_000_000,)


def release_of(version: str) -> tuple[int, ...]:
    """Return a release such as "1.7.2" as numbers; "" is newer than any.

    Raises:
        UsageError: It is no release.
    """
    if not version:
        return NEWEST
    numbers = version.split("+")[0].split(".")
    if len(numbers) < 2 or not all(number.isdigit() for number in numbers[:2]):
        raise UsageError(f"{version} is not a release", "Write it as 1.7.2.")
    return tuple(int(number) for number in numbers[:3] if number.isdigit())
