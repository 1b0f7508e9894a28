"""Ultralytics' classification layout: train, val and test with class folders."""

from typing import ClassVar

from inspector.work.export_forms.class_folders import by_split_and_class
from inspector.work.export_forms.form import ExportForm, Form
from inspector.work.export_items import ItemTable

# Source: ultralytics.data.utils.check_cls_dataset looks for train, val or validation, and test.
_FOLDERS = {"training": "train", "validation": "val", "test": "test"}


class YoloFolders(ExportForm):
    """Put every image into train/CLASS, val/CLASS or test/CLASS."""

    form: ClassVar[Form] = Form.YOLO
    by_split: ClassVar[bool] = True
    needs_split: ClassVar[bool] = True

    def arrange(self, items: ItemTable) -> ItemTable:
        """Return the items by split and class.

        Raises:
            ExportError: A class can't be a folder name, or two classes would share a folder.
        """
        return by_split_and_class(items, _FOLDERS)
