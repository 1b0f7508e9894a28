"""What an operation changed: the one message that views listen to."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Changes:
    """Name the nouns that changed, so that each view asks again only for what it shows.

    Attributes:
        samples: Names or facts of samples.
        duplicates: Pairs, clusters or the threshold.
        decisions: What a person decided.
        exports: An export ended.
        layout: What the folders are.
        groups: What belongs together, by a rule.
        rule: The split rule, or the lock.
        runs: A training began, got on by an epoch, or ended.
        policies: The policies that are kept.
        text: The operation in words, for the status line; "" where there is nothing to say.
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
        """Return both; of two operations the later one's words."""
        return Changes(
            **{f.name: getattr(later, f.name) or getattr(self, f.name) for f in fields(self)}
        )

    @property
    def dataset(self) -> bool:
        """Tell whether what is found in the dataset may be another; a training changes nothing."""
        return (
            self.samples or self.duplicates or self.decisions or self.exports or self.layout
            or self.groups or self.rule
        )  # fmt: skip
