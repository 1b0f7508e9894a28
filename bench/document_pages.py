"""Draw documents and program screens of few templates, with known copies, as a dataset.

    python bench/document_pages.py OUT_DIR [--entries 40] [--seed 1] [--scan]

OUT_DIR/{train,test}/TEMPLATE/NUMBER[-COPY].jpg: files of one template and number show one page.
Others of a template share its layout, labels and window, and differ in what is entered.
--scan searches them for duplicates, and prints how many of the confirmed pairs are no copies, and
how many copies of each kind are confirmed, candidates or not found.
"""

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from inspector.project.project import Project

FONTS = Path("/usr/share/fonts/truetype/dejavu")
WORDS = (  # noqa: SIM905 - no list of 45 strings
    "total date amount street account number receipt order price item paid open river window "
    "garden letter market signal yellow copper winter branch matter silver custom bridge person "
    "method value index return import class object string layer model image label train valid "
).split()


def font(size: int, *, mono: bool = False, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return DejaVu in a size."""
    name = "DejaVuSansMono" if mono else "DejaVuSans"
    return ImageFont.truetype(str(FONTS / f"{name}{'-Bold' if bold else ''}.ttf"), size)


def stamped(page: Image.Image) -> Image.Image:
    """Write RECEIVED across a page."""
    layer = Image.new("RGBA", page.size, (0, 0, 0, 0))
    ImageDraw.Draw(layer).text(
        (page.width // 6, page.height // 3), "RECEIVED", (190, 20, 30, 170), font(70, bold=True)
    )
    return Image.alpha_composite(page.convert("RGBA"), layer.rotate(20)).convert("RGB")


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "scaled": lambda i: i.resize((i.width * 2 // 3, i.height * 2 // 3), Image.Resampling.LANCZOS),
    "blurred": lambda i: i.filter(ImageFilter.GaussianBlur(1.0)),
    "cropped": lambda i: i.crop((12, 14, i.width - 9, i.height - 11)),
    "rotated": lambda i: i.rotate(1.5, Image.Resampling.BICUBIC, fillcolor=i.getpixel((2, 2))),
    "darker": lambda i: i.point(lambda v: int(v * 0.8)),
    "stamped": stamped,
}
COPIED_SHARE = 0.25


def some(draw: random.Random, least: int, most: int) -> str:
    """Return a few words."""
    return " ".join(draw.choice(WORDS) for _ in range(draw.randint(least, most)))


def form(template: random.Random, entry: random.Random) -> Image.Image:
    """Draw labels and boxes of the template, and what is entered."""
    page = Image.new("RGB", (620, 860), "white")
    draw = ImageDraw.Draw(page)
    draw.text((40, 24), some(template, 2, 3).title(), "black", font(26, bold=True))
    y = 90
    while y < 800:
        draw.text((40, y), some(template, 1, 2).capitalize(), "black", font(14))
        height = template.choice((26, 26, 60))
        draw.rectangle((210, y - 5, 580, y - 5 + height), outline="black")
        if entry.random() < 0.85:
            draw.text((220, y), some(entry, 1, 4), (30, 30, 110), font(15))
        y += height + 14
    return page


def letter(template: random.Random, entry: random.Random) -> Image.Image:
    """Draw a letterhead and a text."""
    page = Image.new("RGB", (620, 860), (250, 249, 245))
    draw = ImageDraw.Draw(page)
    shade = tuple(template.randint(20, 200) for _ in range(3))
    draw.rectangle((0, 0, 620, 70), fill=shade)
    draw.text((40, 18), some(template, 2, 2).title(), "white", font(28, bold=True))
    y = 120
    for _ in range(entry.randint(12, 26)):
        draw.text((50, y), some(entry, 5, 9), "black", font(13))
        y += 26
    return page


def table(template: random.Random, entry: random.Random) -> Image.Image:
    """Draw a program window with a table of figures."""
    page = Image.new("RGB", (900, 600), (240, 240, 240))
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 900, 36), fill=tuple(template.randint(40, 120) for _ in range(3)))
    draw.text((14, 8), some(template, 2, 3), "white", font(15))
    names = [template.choice(WORDS) for _ in range(6)]
    for column, name in enumerate(names):
        draw.text((20 + 145 * column, 48), name, "black", font(14, bold=True))
    for row in range(entry.randint(14, 24)):
        y = 74 + 21 * row
        draw.rectangle((10, y, 890, y + 20), fill="white" if row % 2 else (228, 234, 244))
        for column in range(6):
            value = some(entry, 1, 1) if column < 2 else f"{entry.random() * 1000:.2f}"
            draw.text((20 + 145 * column, y + 2), value, "black", font(13))
    return page


def editor(template: random.Random, entry: random.Random) -> Image.Image:
    """Draw a dark code editor."""
    page = Image.new("RGB", (900, 600), (30, 31, 36))
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 180, 600), fill=(40, 42, 48))
    for row in range(22):
        draw.text((14, 16 + 24 * row), some(template, 1, 1) + ".py", (170, 170, 175), font(13))
    colours = [(200, 120, 50), (120, 160, 220), (170, 180, 120), (200, 200, 205)]
    for row in range(entry.randint(20, 30)):
        x = 200 + 28 * entry.randint(0, 3)
        for word in some(entry, 2, 6).split():
            draw.text((x, 14 + 19 * row), word, entry.choice(colours), font(13, mono=True))
            x += 9 * len(word)
    return page


TEMPLATES: dict[str, tuple[Callable[[random.Random, random.Random], Image.Image], int]] = {
    "invoice": (form, 1), "order": (form, 2), "claim": (form, 3), "letter": (letter, 4),
    "notice": (letter, 5), "table": (table, 6), "report": (table, 7), "editor": (editor, 8),
}  # fmt: skip


def write_pages(folder: Path, entries: int, seed: int = 1) -> None:
    """Write the dataset; one page in four has a copy, half of those in the other split."""
    choice = random.Random(seed)
    for name, (page_of, number) in TEMPLATES.items():
        for entry in range(entries):
            split = "train" if entry % 4 else "test"
            page = page_of(random.Random(1000 * seed + number), random.Random(f"{name}{entry}"))
            _save(page, folder / split / name / f"{entry:03}.jpg", 88)
            if choice.random() < COPIED_SHARE:
                how = choice.choice(list(COPIES))
                into = split if choice.random() < 0.5 else {"train": "test"}.get(split, "train")
                file = folder / into / name / f"{entry:03}-{how}.jpg"
                _save(COPIES[how](page), file, choice.choice((45, 70, 88)))


def _save(page: Image.Image, file: Path, quality: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    page.save(file, quality=quality)


def measure(folder: Path) -> None:
    """Print false pairs and found copies by truth."""
    with tempfile.TemporaryDirectory() as scratch:
        project = Project(folder, Path(scratch) / "p.inspector")
        project.scans.scan()
        index = project.duplicates.index()
        paths = {s.id: Path(s.path) for s in project.samples.everything()}
        edges = {(paths[a], paths[b]): similarity for a, b, _, similarity in index.edges}
        threshold = index.threshold
        project.close()
    confirmed = [pair for pair, similarity in edges.items() if similarity >= threshold]
    false = [pair for pair in confirmed if _page_of(pair[0]) != _page_of(pair[1])]
    print(f"{len(paths)} pages, {len(confirmed)} pairs confirmed, {len(false)} of them false")
    best: dict[Path, float] = {}
    for (a, b), similarity in edges.items():
        if _page_of(a) == _page_of(b):
            copy = max(a, b, key=lambda path: len(path.stem))
            best[copy] = max(similarity, best.get(copy, 0.0))
    counts: dict[str, Counter[str]] = {}
    for path in paths.values():
        if "-" in path.stem:
            similarity = best.get(path, 0.0)
            level = "confirmed" if similarity >= threshold else "candidates"
            level = level if similarity else "not found"
            counts.setdefault(path.stem.partition("-")[2], Counter())[level] += 1
    for how, levels in counts.items():
        print(f"{how}: {', '.join(f'{n} {level}' for level, n in levels.items())}")


def _page_of(path: Path) -> tuple[str, str]:
    return path.parent.name, path.stem.partition("-")[0]


def main() -> None:
    """Write the dataset."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--entries", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scan", action="store_true")
    asked = parser.parse_args()
    write_pages(asked.out, asked.entries, asked.seed)
    if asked.scan:
        measure(asked.out)


if __name__ == "__main__":
    main()
