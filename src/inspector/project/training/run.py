"""One run: its configuration, its state and its history."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from inspector.augmentation.policy import Policy
from inspector.project.training.trainer import RunProgress
from inspector.training_protocol.messages import EpochDone
from inspector.training_protocol.run_spec import SMALL_CNN, Budget, RunSpec

SELECTION_SHARE = 0.15
IMAGE_SIZE_PX = 64
IMAGE_SIZES_PX = (32, 48, 64, 96, 128, 160, 224)
EPOCHS = 20
_LISTEN_SECONDS = 0.2


class RunState(StrEnum):
    """State of a run; the first four are those of the queue."""

    WAITING = "waiting"
    PREPARING = "preparing"
    TRAINING = "training"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """Neither complete nor stopped nor running: the program ended meanwhile."""


@dataclass(frozen=True, slots=True)
class RunConfig:
    """The user's configuration of a run; the rule decides on the files.

    Attributes:
        policy_name: The user's name of the policy.
        seed: Seed of weights, order and augmentation, apart from the split's.
        budget: EPOCHS, or PLATEAU: until the selection holdout stops improving, at most `epochs`.
        weights: Weights of a backbone: a file, `IMAGENET` to fetch them, or None.
    """

    policy: Policy | None = None
    model: str = SMALL_CNN
    epochs: int = EPOCHS
    seed: int = 0
    image_size_px: int = IMAGE_SIZE_PX
    policy_name: str = ""
    budget: Budget = Budget.EPOCHS
    weights: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A stored run.

    Attributes:
        history: Its complete epochs.
        live: Its progress while it is in the queue.
        reason: Why it failed, with `advice`.
    """

    name: str
    folder: Path
    spec: RunSpec
    history: tuple[EpochDone, ...]
    state: RunState = RunState.INTERRUPTED
    live: RunProgress | None = None
    reason: str = ""
    advice: str = ""

    @property
    def best(self) -> EpochDone | None:
        """The epoch chosen by the selection holdout; None before the first."""
        return self.history[self.history[-1].best_epoch - 1] if self.history else None

    @property
    def can_resume(self) -> bool:
        """Tell whether it is incomplete and not in the queue."""
        return self.state in (RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED)

    @property
    def policy(self) -> str:
        """Name of its augmentation."""
        return self.spec.policy_name or ("augmented" if self.spec.policy else "no augmentation")

    @property
    def title(self) -> str:
        """What is trained, as text: policy, model, size."""
        model = Path(self.spec.model).stem.replace("_", " ")
        return f"{self.policy}, {model}, {self.spec.image_size_px} px"

    def differs_only_in_seed(self, other: "Run") -> bool:
        """Tell whether two runs differ only in their seed."""
        return replace(self.spec, seed=0) == replace(other.spec, seed=0)
