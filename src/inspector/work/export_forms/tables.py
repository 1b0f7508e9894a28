"""One table of all images, as CSV or Parquet."""

import io
from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from inspector.dataset.csv_table import write_rows
from inspector.work.export_forms.form import ExportForm, Form, SideFile, check_free
from inspector.work.export_items import ItemTable

COLUMNS: Final = ("path", "label", "split", "group", "sha256", "width", "height", "source")


class CsvTable(ExportForm):
    """Keep the file names and write images.csv; unlike the manifest it lists images only."""

    form: ClassVar[Form] = Form.CSV

    def arrange(self, items: ItemTable) -> ItemTable:
        """Return the items unchanged.

        Raises:
            ExportError: An image has the table's name.
        """
        check_free(items, "images.csv")
        return items

    def side_files(self, items: ItemTable, hashes: Mapping[str, bytes]) -> Iterator[SideFile]:
        """Yield the table; cells that a spreadsheet would evaluate are escaped."""
        stream = io.StringIO(newline="")
        write_rows(stream, [COLUMNS])
        write_rows(stream, _rows(items, hashes))
        yield SideFile.named("images.csv", stream.getvalue().encode())


class ParquetTable(ExportForm):
    """Keep the file names and write images.parquet."""

    form: ClassVar[Form] = Form.PARQUET

    def arrange(self, items: ItemTable) -> ItemTable:
        """Return the items unchanged.

        Raises:
            ExportError: An image has the table's name.
        """
        check_free(items, "images.parquet")
        return items

    def side_files(self, items: ItemTable, hashes: Mapping[str, bytes]) -> Iterator[SideFile]:
        """Yield the table, with sizes as int32 and all other columns as text."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = list(zip(*_rows(items, hashes), strict=True)) or [()] * len(COLUMNS)
        types = [pa.int32() if name in ("width", "height") else pa.string() for name in COLUMNS]
        table = pa.Table.from_arrays(
            [pa.array(c, t) for c, t in zip(columns, types, strict=True)], names=COLUMNS
        )
        stream = io.BytesIO()
        pq.write_table(table, stream)
        yield SideFile.named("images.parquet", stream.getvalue())


def _rows(items: ItemTable, hashes: Mapping[str, bytes]) -> Iterator[tuple[object, ...]]:
    for i in items:
        sha256 = hashes[i.target].hex()
        yield i.target, i.label, i.split, i.group, sha256, i.width, i.height, i.source
