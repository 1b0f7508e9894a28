"""Forms of one template are told apart by their print; copies of one form are not."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from inspector.project.project import Project
from inspector.similarity.documents.comparison import (
    is_document,
    print_difference,
    similarity_of,
)
from inspector.similarity.full_size.images import FullImage, full_image
from inspector.similarity.levels import POSSIBLE, SURE
from inspector.similarity.orientations import apply

WORDS = (
    "total", "date", "amount", "street", "account", "number", "receipt", "order", "price", "item",
)  # fmt: skip


def form(template: int, entries: int) -> Image.Image:
    """Draw a form: labels and boxes by its template, entries by a number."""
    image = Image.new("RGB", (330, 460), "white")
    draw = ImageDraw.Draw(image)
    labels, entered = random.Random(template), random.Random(1_000 + entries)
    for line in range(12):
        y = 34 + 34 * line
        draw.text((22, y), labels.choice(WORDS).upper(), fill="black")
        draw.rectangle((105, y - 4, 310, y + 15), outline="black")
        draw.text((130, y), " ".join(entered.choice(WORDS) for _ in range(3)), fill=(60, 60, 60))
    return image


def as_page(image: Image.Image) -> FullImage:
    page = full_image(np.asarray(image.convert("RGB")))
    assert is_document(page)
    return page


def jpeg(image: Image.Image, tmp_path: Path) -> Image.Image:
    image.save(tmp_path / "a.jpg", quality=25)
    return Image.open(tmp_path / "a.jpg")


@pytest.mark.parametrize("entries", range(4))
def test_other_entries_make_another_page(entries: int) -> None:
    one, two = as_page(form(1, entries)), as_page(form(1, entries + 10))
    difference = print_difference(one, two)

    assert difference.tells_apart()
    assert POSSIBLE <= similarity_of(one, two, 0.99) < SURE


@pytest.mark.parametrize(
    "change",
    [
        lambda i: i.resize((165, 230), Image.Resampling.LANCZOS).resize((200, 279)),
        lambda i: i.filter(ImageFilter.GaussianBlur(1.2)),
        lambda i: i.rotate(2, Image.Resampling.BICUBIC, fillcolor="white"),
        lambda i: i.crop((8, 10, 322, 450)),
        lambda i: i.point(lambda v: int(v * 0.8)),
    ],
    ids=["scaled", "blurred", "rotated", "cropped", "darker"],
)
def test_a_copy_of_a_form_stays_a_copy(change: Callable[[Image.Image], Image.Image]) -> None:
    original = form(2, 7)
    one, two = as_page(original), as_page(change(original))
    assert similarity_of(one, two, 0.97) == 0.97
    assert similarity_of(two, one, 0.97) == 0.97


def test_a_form_saved_as_a_poor_jpeg_stays_a_copy(tmp_path: Path) -> None:
    original = form(3, 1)
    assert similarity_of(as_page(original), as_page(jpeg(original, tmp_path)), 0.97) == 0.97


def test_photos_shapes_and_small_images_are_no_documents() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 300, 3), np.uint8)
    assert not is_document(full_image(noise))
    disc = Image.new("RGB", (300, 300), "white")
    ImageDraw.Draw(disc).ellipse((60, 60, 240, 240), fill="navy")
    assert not is_document(full_image(np.asarray(disc)))
    assert not is_document(full_image(np.asarray(form(1, 1).resize((150, 200)))))


def test_forms_are_no_leakage_and_their_copies_are(tmp_path: Path) -> None:
    root = tmp_path / "set"
    for split, numbers in (("train", range(4)), ("val", (0, 4, 5))):
        for template, label in ((1, "invoice"), (2, "order")):
            folder = root / split / label
            folder.mkdir(parents=True)
            for i in numbers:
                form(template, i).save(folder / f"{i}.png")
    project = Project(root, tmp_path / "p.inspector", jobs=1)
    project.scans.scan()
    leaks = project.splits.leaks().leaks
    assert sorted(leak.image.path for leak in leaks) == ["val/invoice/0.png", "val/order/0.png"]
    assert {leak.kind for leak in leaks} == {"bytes"}
    project.close()


def stamped(image: Image.Image, text: str) -> Image.Image:
    """Lay a large text across the page, half transparent."""
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    ImageDraw.Draw(layer).text(
        (60, 210),
        text,
        (190, 20, 30, 170),
        ImageFont.load_default(34),
        stroke_width=2,
    )
    return Image.alpha_composite(image.convert("RGBA"), layer.rotate(20)).convert("RGB")


@pytest.mark.parametrize("entries", range(4))
def test_a_stamped_copy_of_a_form_stays_a_copy(entries: int) -> None:
    original = form(4, entries)
    one, two = as_page(original), as_page(stamped(original, "RECEIVED"))
    assert similarity_of(one, two, 0.97) == 0.97
    assert similarity_of(two, one, 0.97) == 0.97


@pytest.mark.parametrize("entries", range(4))
def test_a_stamp_hides_no_other_entries(entries: int) -> None:
    one, two = as_page(form(4, entries)), as_page(stamped(form(4, entries + 10), "RECEIVED"))
    assert similarity_of(one, two, 0.99) < SURE


@pytest.mark.parametrize(("first", "count"), [(4, 5), (2, 2)])
@pytest.mark.parametrize("entries", range(4))
def test_a_part_with_other_entries_makes_another_page(entries: int, first: int, count: int) -> None:
    original, other = form(5, entries), form(5, entries + 10)
    mixed = original.copy()
    lines = (0, 34 * first, 330, 34 * (first + count))
    mixed.paste(other.crop(lines), lines[:2])
    assert similarity_of(as_page(original), as_page(mixed), 0.99) < SURE


def table(changes: dict[int, str]) -> Image.Image:
    """Draw a scanned page of figures, with some of them replaced."""
    image = Image.new("RGB", (1240, 1754), "white")
    draw, figures = ImageDraw.Draw(image), random.Random(6)
    font = ImageFont.load_default(21)
    for cell in range(6 * 40):
        figure = f"{figures.random() * 10_000:.2f}"
        x, y = 90 + 180 * (cell % 6), 100 + 38 * (cell // 6)
        draw.text((x, y), changes.get(cell, figure), fill=(20, 20, 20), font=font)
    return image


@pytest.mark.parametrize("figure", ["123.45", "723.45"])
def test_one_digit_of_a_table_makes_another_page(figure: str, tmp_path: Path) -> None:
    one = as_page(jpeg(table({100: "123.45"}), tmp_path))
    two = as_page(table({100: figure}))
    assert (similarity_of(one, two, 0.99) < SURE) == (figure != "123.45")


def test_half_of_a_table_rotated_is_a_copy_and_with_another_figure_is_none(tmp_path: Path) -> None:
    one = as_page(table({}))
    for changes, same in (({}, True), ({7: "4711.00"}, False)):
        small = table(changes).resize((620, 877), Image.Resampling.LANCZOS)
        turned = small.rotate(1.5, Image.Resampling.BICUBIC, fillcolor="white")
        two = as_page(jpeg(turned, tmp_path))
        assert (similarity_of(one, two, 0.97) == 0.97) == same


@pytest.mark.parametrize("transform", range(8))
def test_a_flipped_or_rotated_page_is_compared_as_it_stands(transform: int) -> None:
    one = as_page(form(2, 7))
    for entries, same in ((7, True), (8, False)):
        upright = np.asarray(form(2, entries))
        two = full_image(np.ascontiguousarray(apply(upright, transform)).astype(np.uint8))
        assert (similarity_of(one, two, 0.97, transform) == 0.97) == same
