"""An open project: a dataset with everything known and decided about it."""

from collections.abc import Callable, Collection
from pathlib import Path

from inspector.dataset.layouts import Choice, Layout, recognise
from inspector.project.augment.policies import Policies
from inspector.project.augment.policy_effects import PolicyEffects
from inspector.project.augment.previews import Previews
from inspector.project.catalog.embeddings import Embeddings
from inspector.project.catalog.samples import Samples
from inspector.project.catalog.scans import Scans
from inspector.project.changes import Changes
from inspector.project.context import ProjectContext
from inspector.project.diagnosis.answers import Answers
from inspector.project.diagnosis.diagnoses import Diagnoses
from inspector.project.diagnosis.evidence import EvidenceReader
from inspector.project.diagnosis.findings import Findings
from inspector.project.diagnosis.group_folds import GroupFolds
from inspector.project.diagnosis.image_map import ImageMap
from inspector.project.diagnosis.influences import Influences
from inspector.project.diagnosis.label_review import LabelReview
from inspector.project.diagnosis.labels import Labels
from inspector.project.diagnosis.last_answer import LastAnswers
from inspector.project.diagnosis.reports import Reports
from inspector.project.diagnosis.shortcuts import Shortcuts
from inspector.project.experiments.comparisons import Comparisons
from inspector.project.experiments.experiments import Experiments
from inspector.project.experiments.run_scripts import RunScripts
from inspector.project.export.clean_up import CleanUps
from inspector.project.export.exports import Exports
from inspector.project.export.image_scripts import ImageScripts
from inspector.project.review.audit import Audits
from inspector.project.review.decisions import Decisions
from inspector.project.review.duplicates import Duplicates
from inspector.project.review.false_pairs import FalsePairs
from inspector.project.review.gallery import Gallery
from inspector.project.review.groups import Groups
from inspector.project.review.image_collection import Fingerprints
from inspector.project.review.image_hashes import ImageHashes
from inspector.project.review.pair_differences import PairDifferences
from inspector.project.review.pairs_so_far import PairsSoFar
from inspector.project.splits.source import SplitSource
from inspector.project.splits.splits import Splits
from inspector.project.training.runs import Runs
from inspector.project.training.serving_checks import ServingChecks


class Project:
    """Composes the parts of an open project; safe from any thread.

    Args:
        dataset: Dataset folder; None for the one in the project file.
        file: Project file; None for the dataset's default one.
        relocate: True to take `dataset` as the new location of the same files.
        choice: The user's choice of layout; None for the stored or recognised one.
        manifest: CSV file that lists the images, in place of folders.
        jobs: Worker processes; None for all cores, or one less with a window.
        window: True to leave a core to the window and work at low priority.
        read_only: True to store nothing.

    Raises:
        DatasetError: The folder is missing or fits no layout.
        ProjectError: The file is no project, or belongs to another dataset.
    """

    def __init__(  # noqa: PLR0913 - each is one choice of the user at opening
        self,
        dataset: Path | None,
        file: Path | None = None,
        *,
        relocate: bool = False,
        choice: Choice | None = None,
        manifest: Path | None = None,
        jobs: int | None = None,
        window: bool = False,
        read_only: bool = False,
    ) -> None:
        context = ProjectContext(
            dataset, file, relocate=relocate, choice=choice, manifest=manifest, jobs=jobs,
            window=window, read_only=read_only,
        )  # fmt: skip
        self.context = context
        self.samples = Samples(context)
        self.embeddings = Embeddings(context, self.samples)
        self.scans = Scans(context, self.embeddings)
        self.duplicates = Duplicates(context, self.samples)
        self.false_pairs = FalsePairs(context, self.duplicates)
        self.image_hashes = ImageHashes(context, self.samples)
        self.pair_differences = PairDifferences(context, self.samples, self.duplicates)
        self.fingerprints = Fingerprints(context, self.samples)
        self.audits = Audits(context, self.duplicates, self.fingerprints)
        self.decisions = Decisions(context, self.samples, self.duplicates)
        self.groups = Groups(context, self.samples, self.duplicates, self.decisions)
        self.gallery = Gallery(self.samples, self.duplicates, self._suspected)
        source = SplitSource(context, self.samples, self.groups, self.duplicates)
        self.splits = Splits(source, self.scans)
        self.pairs_so_far = PairsSoFar(context, self.samples, self.scans)
        self.policies = Policies(context)
        self.previews = Previews(context, self.groups)
        self.measuring = PolicyEffects()
        self.labels = Labels(context, self.duplicates, self.decisions, self.groups, self.embeddings)
        self.label_review = LabelReview(context, self.samples, self.labels)
        self.image_map = ImageMap(context, self.embeddings)
        self.diagnoses = Diagnoses(source, self.splits, self.labels)
        self.shortcuts = Shortcuts(source, self.splits, self.diagnoses)
        self.influences = Influences(source, self.splits, self.diagnoses, self.embeddings)
        self.group_folds = GroupFolds(source, self.splits, self.diagnoses, self.embeddings)
        self.answers = Answers(source, self.splits, self.diagnoses)
        self.evidence = EvidenceReader(source, self.splits, self.diagnoses, self.shortcuts)
        self.findings = Findings(source, self.scans, self.decisions, self.splits, self.labels)
        self.last_answers = LastAnswers(source, self.answers, self.findings)
        self.reports = Reports(source, self.splits, self.diagnoses, self.findings)
        self.runs = Runs(source, self.splits)
        self.serving = ServingChecks(context, self.samples, self.runs)
        self.exports = Exports(context, self.samples, self.duplicates, self.groups)
        self.image_scripts = ImageScripts(context, self.duplicates, self.groups, self.labels)
        self.run_scripts = RunScripts(context, self.runs)
        self.fixes = CleanUps(source, self.decisions, self.splits, self.reports, self.exports)
        self.comparisons = Comparisons(context, self.decisions, self.groups, self.runs)
        self.experiments = Experiments(source, self.splits, self.diagnoses, self.runs)

    def _suspected(self) -> Collection[int]:
        # The gallery is below the labels, so it gets the suspected samples by a callback.
        return self.labels.suspected()

    @property
    def name(self) -> str:
        """Display name of the dataset: that of its folder."""
        return self.context.name

    @property
    def root(self) -> Path:
        """Dataset folder, absolute."""
        return self.context.root

    @property
    def file(self) -> Path:
        """Project file, absolute."""
        return self.context.file

    @property
    def layout(self) -> Layout:
        """What the folders mean."""
        return self.context.layout

    @property
    def choice(self) -> Choice:
        """The user's choice of layout."""
        return self.context.choice

    def preview_layout(self, choice: Choice) -> Layout:
        """Return the layout that a choice would give, without applying it.

        Raises:
            DatasetError: The choice fits nothing.
        """
        return recognise(self.root, choice)

    def set_layout(self, choice: Choice) -> None:
        """Store the user's choice of layout; it takes effect at the next indexing.

        Raises:
            DatasetError: The choice fits nothing.
        """
        self.context.set_layout(choice)

    def subscribe(self, subscriber: Callable[[Changes], None]) -> None:
        """Call `subscriber` with each `Changes`, on the thread that made the change."""
        self.context.subscribe(subscriber)

    def absolute(self, path: str) -> Path:
        """Return the absolute path of a sample."""
        return self.context.absolute(path)

    @property
    def read_only(self) -> bool:
        """Whether it was opened to store nothing."""
        return self.context.read_only

    def why_read_only(self) -> str:
        """Return in a sentence why nothing can be stored, or ""."""
        refusal = self.context.store.database.refusal
        return "" if refusal is None else f"{refusal.message[:1].upper()}{refusal.message[1:]}."

    def is_saved(self) -> bool:
        """Tell whether all decisions are on disk."""
        return self.context.store.database.is_saved()

    def close(self) -> None:
        """Stop the workers and close the files; decisions are already on disk."""
        self.runs.close()
        self.measuring.close()
        self.context.close()
