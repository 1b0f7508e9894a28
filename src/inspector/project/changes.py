"""What an operation changed: the one message that views subscribe to."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Changes:
    """The nouns that changed, so that each view re-queries only what it shows.

    Attributes:
        samples: Names or facts of samples.
        duplicates: Pairs, clusters or the threshold.
        decisions: The user's decisions.
        exports: An export ended.
        layout: The layout.
        groups: Grouping rules.
        rule: The split rule, or the lock.
        runs: A training began, completed an epoch, or ended.
        policies: The saved policies.
        text: The operation as text for the status line, or "".
    """

    samples: bool = False
    duplicates: bool = False
    decisions: bool = False
    exports: bool = False
    layout: bool = False
    groups: bool = False
    rule: bool = False
    runs: bool = False
    policies: bool = False
    text: str = ""

    def __or__(self, later: "Changes") -> "Changes":
        """Return the union, with the text of the later one."""
        return Changes(
            **{f.name: getattr(later, f.name) or getattr(self, f.name) for f in fields(self)}
        )

    @property
    def dataset(self) -> bool:
        """Tell whether findings about the dataset may have changed; a training changes none."""
        return (
            self.samples or self.duplicates or self.decisions or self.exports or self.layout
            or self.groups or self.rule
        )  # fmt: skip
