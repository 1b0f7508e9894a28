"""All export forms by name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from inspector.dataset.boxes import BoundingBox
from inspector.work.export_forms.class_folders import ClassFolders
from inspector.work.export_forms.coco import CocoBoxes
from inspector.work.export_forms.code import KerasCode, PyTorchCode, ScikitLearnCode
from inspector.work.export_forms.form import ExportForm, Form
from inspector.work.export_forms.hugging_face import HuggingFace
from inspector.work.export_forms.lists import Lists
from inspector.work.export_forms.tables import CsvTable, ParquetTable
from inspector.work.export_forms.yolo import YoloFolders

Boxes = Mapping[str, Sequence[BoundingBox]]

TITLES: Final[Mapping[Form, tuple[str, str]]] = {
    Form.AS_IS: ("The same layout", "the folders and names of the dataset"),
    Form.CLASS_FOLDERS: (
        "Class folders", "SPLIT/CLASS: torchvision's ImageFolder, image_dataset_from_directory",
    ),
    Form.LISTS: ("List files", "the same names, with the paths of each split in lists/"),
    Form.CSV: ("CSV table", "the same names, with images.csv"),
    Form.PARQUET: ("Parquet table", "the same names, with images.parquet"),
    Form.HUGGING_FACE: ("Hugging Face", "imagefolder, with metadata.jsonl and a dataset card"),
    Form.YOLO: ("YOLO classification", "train, val and test with class folders, for Ultralytics"),
    Form.COCO: ("COCO", "the same names, with the boxes that came in, in annotations/"),
    Form.KERAS: ("Keras code", "the same names, with load_keras.py"),
    Form.PYTORCH: ("PyTorch code", "the same names, with load_pytorch.py"),
    Form.SCIKIT_LEARN: ("scikit-learn code", "the same names, with load_scikit_learn.py"),
}  # fmt: skip
"""Per form: its name on screen, and what it writes."""

_FORMS: Final[Mapping[Form, type[ExportForm]]] = {
    form.form: form
    for form in (
        ExportForm, ClassFolders, Lists, CsvTable, ParquetTable, HuggingFace, YoloFolders,
        KerasCode, PyTorchCode, ScikitLearnCode,
    )
}  # fmt: skip


def make_form(form: Form, boxes: Callable[[], Boxes]) -> ExportForm:
    """Return a form.

    Args:
        form: The form's name.
        boxes: Reads the boxes of the dataset; called for COCO only.
    """
    return CocoBoxes(boxes()) if form is Form.COCO else _FORMS[form]()
