"""Measure whether pages that differ in one figure are told apart, and copies of a page are not.

    python bench/document_figures.py [--pages 10] [--seed 1] [--tuned]

Draws tables, forms and letters in several sizes of print. Another page of each differs in a digit,
in one figure, or in two. Counted are pairs that are confirmed before print is compared: a page by
its number must not be confirmed, a copy must be. --tuned draws in the fonts that the limits were
set on; the others were not looked at then.
"""

import argparse
import io
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from document_pages import FONTS, WORDS
from inspector.similarity.documents.comparison import is_document, print_difference
from inspector.similarity.full_size.comparison import similarity_of
from inspector.similarity.full_size.images import FullImage, full_image
from inspector.similarity.levels import SURE
from inspector.similarity.verification import compare

MONO = Path(__file__).resolve().parents[1] / "resources/fonts/JetBrainsMono-Regular.ttf"
TUNED = ("DejaVuSans", "DejaVuSansMono")
OTHERS = ("DejaVuSerif", "DejaVuSansCondensed", "DejaVuSerifCondensed", "DejaVuSerif-Italic",
          "JetBrains", "Pillow")  # fmt: skip
# Width and height in pixels, and the size of print.
SIZES = {
    "A4 150 dpi, 8 pt": ((1240, 1754), 17), "A4 150 dpi, 10 pt": ((1240, 1754), 21),
    "A4 150 dpi, 12 pt": ((1240, 1754), 25), "A4 200 dpi, 9 pt": ((1654, 2339), 25),
    "A4 100 dpi, 10 pt": ((827, 1169), 14), "A4 75 dpi, 10 pt": ((620, 877), 10),
    "A4 75 dpi, 12 pt": ((620, 877), 13), "screen 900 px": ((900, 600), 13),
    "screen 1280 px": ((1280, 800), 15), "screen 1920 px": ((1920, 1080), 16),
}  # fmt: skip
CHANGED = ("one digit", "one figure", "two figures")


class Cell(NamedTuple):
    """Text at a place of a page."""

    x: int
    y: int
    text: str
    is_figure: bool


def font(name: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return a font by the name of its file, or by that of who brings it."""
    if name == "Pillow":
        return ImageFont.load_default(size)
    return ImageFont.truetype(str(MONO if name == "JetBrains" else FONTS / f"{name}.ttf"), size)


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    """Save and read again."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def rotated(degrees: float) -> Callable[[Image.Image], Image.Image]:
    """Rotate by some degrees, the corners in the colour of the paper."""
    return lambda i: i.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=i.getpixel((2, 2)))


def resized(factor: float, how: Image.Resampling) -> Callable[[Image.Image], Image.Image]:
    """Scale both sides."""
    return lambda i: i.resize((round(i.width * factor), round(i.height * factor)), how)


def overprinted(
    text: str, size: float, colour: tuple[int, int, int, int], degrees: float, x: float, y: float
) -> Callable[[Image.Image], Image.Image]:
    """Lay a text over the page; size and place are shares of width and height."""

    def printed(i: Image.Image) -> Image.Image:
        layer = Image.new("RGBA", i.size, (0, 0, 0, 0))
        letters = font("DejaVuSans-Bold", int(i.width * size))
        ImageDraw.Draw(layer).text((i.width * x, i.height * y), text, colour, letters)
        return Image.alpha_composite(i.convert("RGBA"), layer.rotate(degrees)).convert("RGB")

    return printed


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG 50": lambda i: jpeg(i, 50), "JPEG 30": lambda i: jpeg(i, 30),
    "half": resized(0.5, Image.Resampling.LANCZOS),
    "two thirds": resized(2 / 3, Image.Resampling.LANCZOS),
    "0.8, bilinear": resized(0.8, Image.Resampling.BILINEAR),
    "half, JPEG 50": lambda i: jpeg(resized(0.5, Image.Resampling.LANCZOS)(i), 50),
    "blurred": lambda i: i.filter(ImageFilter.GaussianBlur(i.width / 620)),
    "cropped": lambda i: i.crop(
        (i.width // 50, i.height // 60, i.width * 197 // 200, i.height * 197 // 200)
    ),
    "rotated 0.5": rotated(0.5), "rotated 1.5": rotated(1.5), "rotated 3": rotated(-3),
    "rotated 1, JPEG 50": lambda i: jpeg(rotated(1)(i), 50),
    "darker": lambda i: i.point(lambda v: int(v * 0.8)),
    "stamped": overprinted("RECEIVED", 0.113, (190, 20, 30, 170), 20, 0.16, 0.33),
    "watermark": overprinted("COPY", 0.25, (120, 120, 120, 70), 35, 0.16, 0.4),
}  # fmt: skip


class Sheet:
    """The layout of a page, and what is entered."""

    def __init__(
        self, draw: random.Random, fonts: tuple[str, ...], size: tuple[int, int], px: int
    ) -> None:
        self._draw, self._size, self._px = draw, size, px
        self._font = font(draw.choice(fonts), px)
        self._title_font = font(draw.choice(fonts), px * 3 // 2)
        self._paper = draw.choice([(255, 255, 255), (250, 249, 245), (240, 240, 240)])
        self._ink = draw.choice([(0, 0, 0), (30, 30, 30), (20, 20, 90)])
        self._ruled = draw.choice([False, True])
        self._margin = int(size[0] * draw.uniform(0.04, 0.1))
        self._boxes: list[tuple[int, int, int, int]] = []
        self._title = self._words(2, 4).title()
        self.cells: list[Cell] = []
        kind = draw.choice([self._table, self._form, self._letter, None])
        y, self._end = int(size[1] * 0.03) + 3 * px, int(size[1] * 0.93)
        while y < self._end - 2 * px:
            block = kind or draw.choice([self._table, self._form, self._letter])
            y = block(y, draw.randint(4, 14)) + int(px * draw.uniform(1, 2.5))

    def image(self, cells: list[Cell]) -> Image.Image:
        """Draw the page with these entries."""
        image = Image.new("RGB", self._size, self._paper)
        draw = ImageDraw.Draw(image)
        draw.text((self._margin, self._size[1] // 33), self._title, self._ink, self._title_font)
        for box in self._boxes:
            draw.rectangle(box, outline=(90, 90, 90))
        for cell in cells:
            draw.text((cell.x, cell.y), cell.text, self._ink, self._font)
        return image

    def changed(self, how: str, draw: random.Random) -> list[Cell]:
        """Return the entries with one digit, one figure or two figures changed."""
        cells = list(self.cells)
        figures = [at for at, cell in enumerate(cells) if cell.is_figure]
        for at in draw.sample(figures, min(len(figures), 2 if how == "two figures" else 1)):
            before = cells[at].text
            digits = [k for k, c in enumerate(before) if c.isdigit()]
            text = list(before)
            for k in digits if how != "one digit" else [draw.choice(digits)]:
                text[k] = draw.choice("0123456789".replace(before[k], "", int(k == digits[-1])))
            if text == list(before):
                text[digits[0]] = str((int(before[digits[0]]) + 5) % 10)
            cells[at] = cells[at]._replace(text="".join(text))
        return cells

    def _words(self, least: int, most: int) -> str:
        return " ".join(self._draw.choice(WORDS) for _ in range(self._draw.randint(least, most)))

    def _table(self, y: int, rows: int) -> int:
        draw, across = self._draw, self._size[0] - 2 * self._margin
        columns = max(2, min(draw.randint(3, 7), across // (6 * self._px)))
        step, top = int(self._px * draw.uniform(1.3, 2)), 10 ** draw.randint(2, 5)
        decimals = draw.randint(0, 2)
        for row in range(min(rows, max(1, (self._end - y) // step))):
            for column in range(columns):
                x, line = self._margin + column * across // columns, y + row * step
                text = f"{draw.random() * top:.{decimals}f}" if column else self._words(1, 1)
                self.cells.append(Cell(x, line, text, column > 0))
                if self._ruled:
                    right = x + across // columns - 4
                    self._boxes.append((x - 4, line - 3, right, line + step - 3))
        return y + rows * step

    def _form(self, y: int, rows: int) -> int:
        draw, step = self._draw, int(self._px * self._draw.uniform(2, 2.8))
        middle = int(self._size[0] * draw.uniform(0.3, 0.5))
        for line in range(y, min(y + rows * step, self._end), step):
            self.cells.append(Cell(self._margin, line, self._words(1, 2).capitalize(), False))
            is_figure = draw.random() < 0.5
            date = f"{draw.randint(1, 28):02}.{draw.randint(1, 12):02}.{draw.randint(1950, 2026)}"
            figures = (date, str(draw.randint(1000, 10**7)), f"{draw.random() * 1000:.2f}")
            text = draw.choice(figures) if is_figure else self._words(1, 3)
            self.cells.append(Cell(middle, line, text, is_figure))
            if self._ruled:
                right = self._size[0] - self._margin
                self._boxes.append((middle - 6, line - 4, right, line + self._px * 7 // 5))
        return y + rows * step

    def _letter(self, y: int, rows: int) -> int:
        draw, step = self._draw, int(self._px * self._draw.uniform(1.35, 1.7))
        for line in range(y, min(y + rows * step, self._end), step):
            x = self._margin
            while x < self._size[0] - self._margin - 6 * self._px:
                is_figure = draw.random() < 0.15
                figures = (str(draw.randint(10, 99_999)), f"{draw.random() * 500:.2f}")
                text = draw.choice(figures) if is_figure else self._words(1, 1)
                self.cells.append(Cell(x, line, text, is_figure))
                x += int(self._font.getlength(f"{text} "))
        return y + rows * step


def pairs(
    size: str, pages: int, seed: int, fonts: tuple[str, ...]
) -> Iterator[tuple[str, FullImage, FullImage]]:
    """Yield how two pages differ, and both."""
    for number in range(pages):
        draw = random.Random(f"{seed} {size} {number}")
        sheet = Sheet(draw, fonts, *SIZES[size])
        original = sheet.image(sheet.cells)
        others = {how: sheet.image(sheet.changed(how, draw)) for how in CHANGED}
        others |= {how: change(original) for how, change in COPIES.items()}
        one = full_image(np.asarray(jpeg(original, draw.choice((60, 75, 88)))))
        for how, image in others.items():
            two = full_image(np.asarray(jpeg(image, draw.choice((45, 60, 75, 88)))))
            if is_document(one) and is_document(two):
                yield how, one, two


def main() -> None:
    """Print what is told apart, by size of print, and the copies that are, by kind."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tuned", action="store_true")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    copies: defaultdict[str, list[bool]] = defaultdict(list)
    seconds = [0.0, 0.0]
    counts = [0, 0]
    for size in SIZES:
        told: defaultdict[str, list[bool]] = defaultdict(list)
        for how, one, two in pairs(size, asked.pages, asked.seed, TUNED if asked.tuned else OTHERS):
            if similarity_of(one, two, compare(one.record, two.record, 0)) < SURE:
                continue
            start = time.process_time()
            apart = print_difference(one, two).tells_apart()
            seconds[how in COPIES] += time.process_time() - start
            counts[how in COPIES] += 1
            (copies if how in COPIES else told)[how].append(apart)
        row = (f"{how} {sum(told[how])} of {len(told[how])}" for how in CHANGED)
        print(f"{size}: told apart {', '.join(row)}", flush=True)
    for how, lost in copies.items():
        print(f"{how}: {sum(lost)} of {len(lost)} copies told apart")
    for name, used, count in zip(("other pages", "copies"), seconds, counts, strict=True):
        print(f"{1000 * used / max(count, 1):.0f} ms of CPU for a pair of {name}")


if __name__ == "__main__":
    main()
