"""Code that loads a locked split or an export."""

from pathlib import Path

from inspector.work.export_forms.code import LoaderCode, keras_code
from inspector.work.export_forms.form import folds_of, splits_of
from inspector.work.export_plan import ExportPlan


def snippet(manifest: Path, root: Path) -> str:
    """Return Keras code that loads a locked split as `image_dataset_from_directory` would."""
    return keras_code(
        f"# Load the locked split {manifest.name!r}: the same files in the same splits.",
        root=f"pathlib.Path({str(root)!r})",
        manifest=repr(str(manifest.absolute())),
        splits=("training", "validation"),
        folds=(),
    )


def export_code(plan: ExportPlan, manifest: Path) -> str:
    """Return code that loads an export: that of its form, or Keras code for the manifest.

    Args:
        plan: Plan of the export.
        manifest: As it was written.
    """
    if isinstance(plan.form, LoaderCode):
        return plan.form.text(plan.items, f"ROOT / {manifest.name!r}")
    return keras_code(
        f"# Load the export {manifest.parent.name!r}: the same files in the same splits.",
        root=f"pathlib.Path({str(manifest.parent)!r})",
        manifest=repr(str(manifest.absolute())),
        splits=splits_of(plan.items),
        folds=folds_of(plan.items),
    )
