"""Positions of up to a million tiles with group headers, by arithmetic."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HEADER_PX = 44
GAP_PX = 8
LEFT_PX = 16


@dataclass(frozen=True, slots=True)
class GridLayout:
    """Tiles in groups, each below its header.

    Attributes:
        bounds: Rows at which groups begin, and the number of rows: (groups + 1,).
        tops: y at which groups begin, and the total height: (groups + 1,), px.
        columns: Number of tiles side by side.
        cell_px: Side of a tile with its gap.
        header_px: Height of a header; 0 without headers.
        folded: Which groups show their header only: (groups,).
    """

    bounds: NDArray[np.int64]
    tops: NDArray[np.int64]
    columns: int
    cell_px: int
    header_px: int
    folded: NDArray[np.bool_]

    @property
    def height(self) -> int:
        """Total height, px."""
        return int(self.tops[-1])

    def group_of(self, row: int) -> int:
        """Return the group of a row."""
        return int(np.searchsorted(self.bounds, row, side="right")) - 1

    def group_at(self, y: int) -> int:
        """Return the group at a height in the content, -1 without groups."""
        last = len(self.bounds) - 2
        return min(max(0, int(np.searchsorted(self.tops, y, side="right")) - 1), last)

    def place(self, row: int) -> tuple[int, int]:
        """Return x and y of a tile in the content; for a folded group those of its header."""
        group = self.group_of(row)
        top = int(self.tops[group])
        if self.folded[group]:
            return LEFT_PX, top
        line, column = divmod(row - int(self.bounds[group]), self.columns)
        return LEFT_PX + column * self.cell_px, top + self.header_px + line * self.cell_px

    def row_at(self, x: int, y: int) -> int:
        """Return the row of the tile at a point of the content, -1 for none."""
        group = self.group_at(y)
        if group < 0 or self.folded[group]:
            return -1
        inside = y - int(self.tops[group]) - self.header_px
        line, column = inside // self.cell_px, (x - LEFT_PX) // self.cell_px
        in_tile = (
            inside % self.cell_px < self.cell_px - GAP_PX
            and (x - LEFT_PX) % self.cell_px < self.cell_px - GAP_PX
        )
        if inside < 0 or not 0 <= column < self.columns or x < LEFT_PX or not in_tile:
            return -1
        row = int(self.bounds[group]) + line * self.columns + column
        return row if row < self.bounds[group + 1] else -1

    def row_after(self, row: int, step: int) -> int:
        """Return the row `step` after a row, clamped to the list; folded groups are skipped.

        Returns:
            `row` itself where only folded groups follow in that direction.
        """
        count = int(self.bounds[-1])
        target = min(count - 1, max(0, row + step))
        group = self.group_of(target)
        if not self.folded[group]:
            return target
        edge = int(self.bounds[group + 1] if step > 0 else self.bounds[group] - 1)
        return edge if 0 <= edge < count else row

    def headers_between(self, offset: int, height: int) -> Iterator[tuple[int, int]]:
        """Yield each group in sight with the y of its header in the viewport, px.

        The header of the first group sticks to the top until the next one pushes it out.

        Args:
            offset: How far the view is scrolled, px.
            height: Height of the viewport, px.
        """
        if not self.header_px:
            return
        for group in range(self.group_at(offset), len(self.bounds) - 1):
            top, bottom = int(self.tops[group]) - offset, int(self.tops[group + 1]) - offset
            if top > height:
                return
            yield group, min(max(top, 0), bottom - self.header_px)

    def rows_between(self, top: int, bottom: int) -> list[int]:
        """Return the rows whose tiles intersect the content between two heights."""
        rows: list[int] = []
        last = self.group_at(bottom)
        group = self.group_at(top)
        while 0 <= group <= last:
            if not self.folded[group]:
                start = int(self.tops[group]) + self.header_px
                first = max(0, (top - start) // self.cell_px)
                end = max(0, -(-(bottom - start) // self.cell_px))
                low, high = int(self.bounds[group]), int(self.bounds[group + 1])
                rows += range(
                    min(high, low + first * self.columns), min(high, low + end * self.columns)
                )
            group += 1
        return rows


def lay_out(
    starts: NDArray[np.int32], count: int, folded: Sequence[bool], *,
    width_px: int, tile_px: int, headers: bool,
) -> GridLayout:  # fmt: skip
    """Return the positions of tiles.

    Args:
        starts: Rows at which groups begin.
        count: Number of rows.
        folded: Whether each group is folded.
        width_px: Width of the view.
        tile_px: Smallest side of a tile; tiles grow to fill the width.
        headers: Whether groups have headers.
    """
    room = max(tile_px, width_px - 2 * LEFT_PX)
    columns = max(1, (room + GAP_PX) // (tile_px + GAP_PX))
    cell = (room + GAP_PX) // columns
    bounds = np.append(starts.astype(np.int64), count)
    is_folded = np.asarray(folded, np.bool_) if len(folded) else np.zeros(len(starts), np.bool_)
    lines = np.where(is_folded, 0, -(-np.diff(bounds) // columns))
    header = HEADER_PX if headers else 0
    heights = lines * cell + header + (0 if not headers else GAP_PX // 2)
    tops = np.concatenate([[0 if headers else GAP_PX], heights]).astype(np.int64)
    return GridLayout(bounds, np.cumsum(tops).astype(np.int64), columns, cell, header, is_folded)
