"""Undo history of a policy: one step per slider move, not one per tick."""

from dataclasses import fields

from inspector.augmentation.policy import Policy

MERGE_SECONDS = 1.0


class PolicyHistory:
    """Remembers policies for undo and redo.

    Attributes:
        now: The current policy.
    """

    def __init__(self, policy: Policy) -> None:
        self.now = policy
        self._past: list[Policy] = []
        self._future: list[Policy] = []
        self._moved = ""
        self._at = -MERGE_SECONDS

    def replace(self, policy: Policy) -> None:
        """Set another policy as one step."""
        if policy != self.now:
            self._past.append(self.now)
            self._future.clear()
            self.now = policy
        self._moved = ""

    def move(self, policy: Policy, *, seconds: float) -> None:
        """Record a tick of a slider at a time in seconds; ticks of one move are one step."""
        moved = ", ".join(
            f.name for f in fields(Policy) if getattr(policy, f.name) != getattr(self.now, f.name)
        )
        if moved == self._moved and self._past and seconds - self._at < MERGE_SECONDS:
            self._future.clear()
            self.now = policy
        else:
            self.replace(policy)
        self._moved, self._at = moved, seconds

    def undo(self) -> bool:
        """Go one step back; return whether there was one."""
        if not self._past:
            return False
        self._future.append(self.now)
        self.now, self._moved = self._past.pop(), ""
        return True

    def redo(self) -> bool:
        """Go one step forward; return whether there was one."""
        if not self._future:
            return False
        self._past.append(self.now)
        self.now, self._moved = self._future.pop(), ""
        return True
