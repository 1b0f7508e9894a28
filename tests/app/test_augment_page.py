"""The Augment page on a real project: effects, label preservation, strips, pins, policies.
(HEAD_PX, GAP_PX)| Space above the images of the grid and of the strip, and between two of them.
"""

import os
import re
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from inspector.app.augment.code_tab import CodeTab
from inspector.app.augment.effects_panel import Levels
from inspector.app.augment.label_preservation_meter import LabelPreservationMeter, WorstSamples
from inspector.app.augment.lint_list import LintList
from inspector.app.augment.page import AugmentPage
from inspector.app.augment.policy_bar import PolicyBar
from inspector.app.augment.policy_history import PolicyHistory
from inspector.app.augment.policy_numbers import GROUPS, Control
from inspector.app.augment.preview_grid import PreviewGrid
from inspector.app.augment.preview_request import PreviewRequest, make_rows
from inspector.app.augment.range_strip import RangeStrip, make_strip
from inspector.app.threads.images import from_pixels, pixels_of
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.augmentation.apply import augment
from inspector.augmentation.policy import (
    Distribution,
    Fill,
    Normalisation,
    Policy,
    Range,
    Shift,
    ShiftKind,
)
from inspector.augmentation.presets import PRESETS
from inspector.project.augment.previews import PreviewImage, Previews
from inspector.project.project import Project
from inspector.work.effects_process import NAME as EFFECTS
from tests.app import screen
from tests.app.processes import children
from tests.app.screen import button, by_id, choose, cut, menu_entry, named, text_of

CONTROLS = {control.field: control for _, controls in GROUPS for control in controls}
HEAD_PX, GAP_PX = 22, 6
"""Of the grid and of the strip: above their images, and between two of them."""


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Digits in three handwritings, as files."""
    random = np.random.default_rng(0)
    root = tmp_path_factory.mktemp("digits") / "digits"
    fonts = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX)
    for digit in range(10):
        folder = root / str(digit)
        folder.mkdir(parents=True)
        for k in range(24):
            picture = np.full((48, 48, 3), int(random.integers(0, 40)), np.uint8)
            place = (int(random.integers(8, 14)), int(random.integers(34, 40)))
            light = (int(random.integers(180, 255)),) * 3
            cv2.putText(picture, str(digit), place, fonts[k % 3], 1.3, light, 3)
            cv2.imwrite(str(folder / f"{k}.png"), picture)
    return root


def open_page(qtbot: QtBot, project: Project) -> tuple[ProjectWindow, AugmentPage]:
    view = ProjectWindow(project)
    qtbot.addWidget(view)
    view.resize(1280, 800)
    # The scan is waited for, not the diagnosis that would follow it.
    screen.page(view, PageName.OVERVIEW).verdict.started = True
    view.show()
    qtbot.waitUntil(lambda: not view.busy(), timeout=120_000)
    (page,) = (p for p in view.pages if isinstance(p, AugmentPage))
    view.show_page(view.pages.index(page))
    qtbot.waitUntil(lambda: the_grid(page).row_count() > 0, timeout=20_000)
    return view, page


def the_grid(page: AugmentPage) -> PreviewGrid:
    return named(page, PreviewGrid, "Originals in the first column")


def cell(grid: PreviewGrid, row: int, column: int) -> QImage:
    """Return the image in a cell of the grid; originals are in column 0."""
    count = grid.row_count()
    side = int(grid.cell_px(count, count))
    step = side + GAP_PX
    return cut(grid, QRect(column * step, HEAD_PX + row * step, side, side))


def shows(grid: PreviewGrid, row: int, image: PreviewImage) -> bool:
    """Tell whether a row of the grid shows an image unchanged."""
    original = cell(grid, row, 0)
    return alike(original, painted(image.pixels, original.width()))


def shows_all(grid: PreviewGrid, images: Sequence[PreviewImage]) -> bool:
    """Tell whether the grid shows exactly these images, in order."""
    return grid.row_count() == len(images) and all(
        shows(grid, row, image) for row, image in enumerate(images)
    )


def painted(pixels: np.ndarray, side: int) -> QImage:
    """Return an image as the page paints it in a square of this side."""
    canvas = QImage(side, side, QImage.Format.Format_RGB32)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(0, 0, side, side), from_pixels(pixels, side))
    painter.end()
    return canvas


def alike(one: QImage, other: QImage) -> bool:
    """Tell whether two images are equal up to rounding, ignoring pins in a corner."""
    assert one.size() == other.size()
    quarter = one.width() // 4
    inner = (slice(quarter, -quarter), slice(quarter, -quarter))
    difference = np.subtract(pixels_of(one)[inner], pixels_of(other)[inner], dtype=np.int16)
    return bool(np.abs(difference).max() <= 2)


def stand_beside(page: AugmentPage, name: str) -> None:
    """Choose the policy to compare with."""
    button(page, "Side by side").click()
    choose(named(page, QComboBox, "Policy to compare with"), name)


@pytest.fixture
def lab(qtbot: QtBot, project: Project) -> Iterator[tuple[ProjectWindow, AugmentPage]]:
    view, page = open_page(qtbot, project)
    yield view, page
    view.shut_down()


def test_a_digit_set_flags_flips_and_shows_the_worst(
    qtbot: QtBot, digits: Path, tmp_path: Path
) -> None:
    project = Project(digits, tmp_path / "d.inspector", jobs=2)
    view, page = open_page(qtbot, project)
    try:
        page.choose_policy(Policy(horizontal_flip=0.5, rotation_degrees=4))
        meter = named(page, LabelPreservationMeter, "Label preservation")
        qtbot.waitUntil(lambda: len(page.measurer.damages) == 3, timeout=60_000)
        found = dict(page.measurer.damages)
        assert found["horizontal_flip"].harmful
        assert not found["rotation_range"].harmful
        # By keyboard: the one above, and the first again where there is none above it.
        qtbot.keyClick(meter, Qt.Key.Key_Down)
        for _ in range(3):
            qtbot.keyClick(meter, Qt.Key.Key_Up)
        names = list(page.measurer.parts)
        assert text_of(page, "label-safety-verdict") == found[names[0]].message
        row_px = meter.height() / len(names)
        row = QPoint(20, int((names.index("horizontal_flip") + 0.5) * row_px))
        qtbot.mouseClick(meter, Qt.MouseButton.LeftButton, pos=row)
        assert "left and right" in text_of(page, "label-safety-verdict")
        worst = named(page, WorstSamples, "Samples nearest to another class")
        pairs = re.findall(r"a draw of (\S+) is like (\S+?)(?:;|$)", worst.accessibleDescription())
        assert len(pairs) == 4
        assert all(label != like for label, like in pairs)
        page.choose_policy(PRESETS["digits and text"])
        qtbot.waitUntil(
            lambda: {"shear_range", "all together"} <= set(page.measurer.damages),
            timeout=60_000,
        )
        assert not any(d.harmful for d in page.measurer.damages.values())
    finally:
        view.shut_down()


def test_effects_are_measured_and_the_newest_policy_wins(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    for degrees in (10, 20, 170):
        page.choose_policy(Policy(rotation_degrees=degrees))
    page.choose_policy(Policy(brightness=Range(1.5, 1.5)))
    qtbot.waitUntil(lambda: text_of(page, "effect-mean_change") != "…", timeout=20_000)
    qtbot.waitUntil(lambda: list(page.measurer.damages) == ["brightness_range"], timeout=20_000)
    assert text_of(page, "effect-padded_share") == "0%"
    before, after = named(page, Levels, "Levels before and after").mean_levels()
    assert after > before * 1.1
    page.choose_policy(Policy.none())
    qtbot.waitUntil(lambda: text_of(page, "effect-still_share") == "100%", timeout=20_000)
    qtbot.waitUntil(
        lambda: "changes nothing" in text_of(page, "label-safety-verdict"), timeout=20_000
    )


def test_a_name_shows_the_range_of_its_number(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    view, page = lab
    page.choose_policy(Policy(rotation_degrees=40))
    button(page, "Rotation").click()
    strip = named(page, RangeStrip, "Range of one parameter")
    qtbot.waitUntil(lambda: strip.accessibleDescription() != "", timeout=10_000)
    qtbot.waitUntil(
        lambda: strip.accessibleDescription().endswith(": -40.0°, -20.0°, +0.0°, +20.0°, +40.0°"),
        timeout=10_000,
    )
    side = int(strip.cell_px())
    first, _, middle, *_ = (
        cut(strip, QRect(place * (side + GAP_PX), HEAD_PX, side, side)) for place in range(5)
    )
    (image,) = view.project.previews.choose(1, side_px=64)
    assert alike(middle, painted(image.pixels, side))
    assert not alike(first, painted(image.pixels, side))


@pytest.mark.parametrize("control", CONTROLS.values(), ids=lambda c: c.field)
def test_every_number_has_a_strip_that_moves(control: Control) -> None:
    random = np.random.default_rng(0)
    pixels = cv2.GaussianBlur(random.integers(0, 256, (64, 64, 3), dtype=np.uint8), (0, 0), 2)
    pixels = cv2.normalize(pixels, None, 10, 240, cv2.NORM_MINMAX)
    for policy in (Policy.none(), PRESETS["example 1, as written"], PRESETS["microscopy"]):
        strip = make_strip(control, policy, pixels)
        assert len(strip.pictures) == (2 if control.field.endswith("_flip") else 5)
        first, *others = strip.pictures
        assert any(picture != first[0] for picture, _ in others)
        assert first[1] != others[-1][1]


def test_shifts_in_every_form_have_a_strip() -> None:
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[:, 20:] = 255
    for shift in (
        Shift(ShiftKind.FRACTION, 0.25), Shift(ShiftKind.PIXELS, 10.0),
        Shift(ShiftKind.STEPS, 11), Shift(ShiftKind.CHOICES, (0.1, 0.25)),
    ):  # fmt: skip
        strip = make_strip(CONTROLS["width_shift"], Policy(width_shift=shift), pixels)
        assert "25%" in strip.pictures[-1][1]


def test_a_suggested_range_is_set_and_undone_by_key(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    view, page = lab
    suggested = by_id(page, QPushButton, "suggested-brightness")
    qtbot.waitUntil(suggested.isVisible, timeout=20_000)
    assert suggested.toolTip().startswith("Inside a class")
    suggested.click()
    low, high = page.history.now.brightness.low, page.history.now.brightness.high
    assert low < 1 < high
    assert f"{low:.2f} to {high:.2f}" in suggested.text()
    assert not suggested.isEnabled()
    qtbot.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.history.now == Policy.none(), timeout=5_000)
    assert view.project.decisions.log() == []


def test_pins_stay_and_space_shows_originals(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    view, page = lab
    grid, choose_images = the_grid(page), view.project.previews.choose
    page.choose_policy(Policy(brightness=Range(0.3, 0.3)))
    qtbot.waitUntil(lambda: _light(cell(grid, 0, 1)) < _light(cell(grid, 0, 0)))
    images = choose_images(4, side_px=64)
    qtbot.waitUntil(lambda: shows_all(grid, images), timeout=10_000)
    pinned = images[1].sample
    side = grid.cell_px(4, 4)
    place = QPoint(int(side / 2), int(HEAD_PX + 1.5 * (side + GAP_PX)))
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: _pins(grid) == "2", timeout=10_000)
    qtbot.keyClick(page, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: _pins(grid) == "1", timeout=10_000)
    others = choose_images(6, pinned=(pinned,), turn=1, side_px=64)
    assert [o.sample for o in others[:4]] != [i.sample for i in images]
    assert others[0].sample == pinned
    qtbot.waitUntil(lambda: shows_all(grid, others[:4]), timeout=10_000)
    qtbot.keyClick(page, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: _pins(grid) == "1, 2", timeout=10_000)
    qtbot.keyClick(page, Qt.Key.Key_2)
    qtbot.keyClick(page, Qt.Key.Key_9)
    qtbot.waitUntil(lambda: _pins(grid) == "1", timeout=10_000)
    qtbot.waitUntil(lambda: shows(grid, 0, images[1]), timeout=10_000)
    # What is said above the grid takes room from it: it comes with the last answer.
    qtbot.waitUntil(page.measurer.is_idle, timeout=30_000)
    shown = _middle(cell(grid, 0, 1))
    page.setFocus()
    for push in page.findChildren(QPushButton):
        if push.text() in ("Next epoch", "Undo", "Rotation"):
            qtbot.mouseClick(push, Qt.MouseButton.LeftButton)
    focused = QApplication.focusWidget()
    assert not isinstance(focused, QPushButton)
    page.choose_policy(Policy(brightness=Range(0.3, 0.3)))
    qtbot.keyPress(focused, Qt.Key.Key_Space)
    assert _light(cell(grid, 0, 1)) > shown.lightness()
    qtbot.keyRelease(focused, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: _middle(cell(grid, 0, 1)) == shown, timeout=10_000)


def test_images_are_sharp_after_the_grid_got_another_size(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    view, page = lab
    # They are made smaller to the very pixels of the grid.
    grid, images = the_grid(page), view.project.previews.choose(4, side_px=224)
    choose(named(page, QComboBox, "Image size for training"), "224 px")
    qtbot.waitUntil(page.measurer.is_idle, timeout=30_000)
    qtbot.waitUntil(lambda: shows_all(grid, images), timeout=10_000)
    side = cell(grid, 0, 0).width()
    # A range below the grid and a line above it take its room; the page stays as large as it is.
    button(page, "Rotation").click()
    page.read_code("open('x')")
    qtbot.waitUntil(lambda: cell(grid, 0, 0).width() < side, timeout=10_000)
    qtbot.waitUntil(lambda: shows_all(grid, images), timeout=10_000)


def test_the_grid_has_the_size_that_is_wanted(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    for size in (3, 4, 5, 6):
        choose(named(page, QComboBox, "Images and samples per image"), f"{size} × {size}")
        text = f"{size} images, samples of each: {size}"
        qtbot.waitUntil(
            lambda text=text: the_grid(page).accessibleDescription() == text, timeout=10_000
        )
    epoch = named(page, QSpinBox, "Epoch of the first sample")
    first = epoch.value()
    button(page, "Next epoch").click()
    assert epoch.value() == first + 6


def test_two_policies_stand_side_by_side(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    page.choose_policy(PRESETS["example 1, as written"])
    stand_beside(page, "photos")
    text = "samples of each: 2 of A: example 1, as written and 2 of B: photos"
    qtbot.waitUntil(lambda: text in the_grid(page).accessibleDescription(), timeout=10_000)
    qtbot.waitUntil(lambda: "B: " in text_of(page, "effect-mean_change"), timeout=20_000)


def test_policies_are_kept_renamed_and_deleted(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage], monkeypatch: pytest.MonkeyPatch
) -> None:
    view, page = lab
    bar, kept = page.findChild(PolicyBar), view.project.policies
    more = named(page, QPushButton, "More actions for policies")
    rename = menu_entry(more, "Rename")
    mine = Policy(rotation_degrees=12.5)
    page.choose_policy(mine)
    assert bar.name() == "your policy"
    assert not rename.isEnabled()
    bar.save("mine")
    qtbot.waitUntil(lambda: bar.name() == "mine", timeout=10_000)
    assert named(page, QComboBox, "Policy to compare with").findText("mine") > 0
    page.choose_policy(replace(mine, zoom=Range(0.9, 1.1)))
    assert bar.name() == "your policy"
    page.choose_policy(mine)
    monkeypatch.setattr(
        "inspector.app.augment.policy_bar.QInputDialog.getText", lambda *_, **__: ("better", True)
    )
    rename.trigger()
    qtbot.waitUntil(lambda: bar.name() == "better", timeout=10_000)
    assert [p.name for p in kept.all()] == ["better"]
    menu_entry(more, "Delete").trigger()
    qtbot.waitUntil(lambda: bar.name() == "your policy", timeout=10_000)
    assert kept.all() == []
    bar.save("photos")
    qtbot.waitUntil(lambda: "preset" in text_of(page, "augment-message"), timeout=10_000)


def test_the_code_is_for_the_keras_that_is_named(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    page.choose_policy(Policy(width_shift=Shift(ShiftKind.FRACTION, 0.25)))
    code = page.findChild(CodeTab)
    version = named(page, QComboBox, "Keras version that will run the code")
    qtbot.waitUntil(lambda: "height_shift_range=0.25" in code.text(), timeout=20_000)
    choose(version, "Keras 2.8 and older")
    qtbot.waitUntil(lambda: "width_shift_range=0.25" in code.text(), timeout=20_000)
    choose(named(page, QComboBox, "Code for"), "JSON")
    qtbot.waitUntil(lambda: code.text().startswith("{"), timeout=20_000)
    assert not version.isEnabled()


def test_the_grid_shows_what_training_reads() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    policy = PRESETS["photos"]
    wish = PreviewRequest(policy, None, (PreviewImage(1, "a", pixels, "ab"),), frozenset(), 7, 3, 3)
    (row,) = make_rows(wish)
    for k, draw in enumerate(row.augmented):
        read = augment(pixels, policy, seed=7, epoch=3 + k, image_id="ab")
        assert draw.pixelColor(9, 4) == QColor(*read[4, 9].tolist())


def test_one_drag_is_one_step_and_another_number_another() -> None:
    history = PolicyHistory(Policy.none())
    for tick, degrees in enumerate((1, 5, 9, 20)):
        history.move(Policy(rotation_degrees=degrees), seconds=0.1 * tick)
    turned = history.now
    history.move(replace(turned, shear_degrees=3), seconds=0.5)
    history.move(replace(turned, shear_degrees=4), seconds=0.6)
    assert history.undo()
    assert history.now == turned
    assert history.undo()
    assert history.now == Policy.none()
    assert not history.undo()
    assert history.redo()
    assert history.redo()
    assert history.now.shear_degrees == 4
    assert not history.redo()
    history.undo()
    history.move(replace(turned, shear_degrees=9), seconds=50)
    assert not history.redo()


def test_moves_far_apart_are_steps_of_their_own() -> None:
    history = PolicyHistory(Policy.none())
    history.move(Policy(rotation_degrees=5), seconds=0)
    history.move(Policy(rotation_degrees=9), seconds=5)
    history.undo()
    assert history.now == Policy(rotation_degrees=5)


def _middle(image: QImage) -> QColor:
    return image.pixelColor(image.rect().center())


def _light(image: QImage) -> int:
    return _middle(image).lightness()


def _pins(grid: PreviewGrid) -> str:
    """Return the pinned rows, counted from 1, as a screen reader reads them."""
    return grid.accessibleDescription().partition("; pinned: ")[2]


def test_advice_stands_under_its_slider_and_can_be_set(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    page.choose_policy(PRESETS["example 3, as written"])
    mark = by_id(page, QLabel, "mark-channel_shift_levels")
    qtbot.waitUntil(lambda: "grey levels" in mark.toolTip(), timeout=20_000)
    notes = page.findChild(LintList).findChildren(QLabel)
    note = next(n for n in notes if n.toolTip() == "channel_shift_range")
    button(note.parentWidget(), "Apply the suggestion").click()
    assert page.history.now != PRESETS["example 3, as written"]
    assert page.undo()
    assert page.history.now == PRESETS["example 3, as written"]


def test_all_of_a_policy_is_at_hand(qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]) -> None:
    _, page = lab
    page.choose_policy(PRESETS["example 3, as written"])
    flag = button(page, "each image's deviation to 1")
    assert flag.isChecked()
    flag.click()
    choose(named(page, QComboBox, "Rescale"), "rescale: 1/255, to 0..1")
    assert page.history.now.normalisation == Normalisation(1 / 255, samplewise_center=True)
    choose(named(page, QComboBox, "How padded pixels are filled"), "fill: constant")
    named(page, QSpinBox, "Grey level of the fill").setValue(40)
    choose(named(page, QComboBox, "Zoom of the two axes"), "zoom: aspect ratio preserved")
    now = page.history.now
    assert now.fill is Fill.CONSTANT
    assert (now.cval, now.zoom_independent) == (40, False)
    choose(named(page, QComboBox, "How parameters are sampled"), "sampled near the middle")
    assert page.history.now.distribution is Distribution.TRUNCATED_NORMAL
    page.undo()
    page.undo()
    assert page.history.now.zoom_independent
    reset = named(page, QPushButton, "Reset JPEG quality")
    named(page, QDoubleSpinBox, "JPEG quality, of 100").setValue(30)
    assert page.history.now.jpeg_quality == Range(30, 100)
    assert reset.isVisible()
    reset.click()
    assert page.history.now.jpeg_quality == Range(100, 100)
    assert not reset.isVisible()


def test_what_one_number_cannot_tell_is_told_beside_it() -> None:
    shift, brightness = CONTROLS["width_shift"], CONTROLS["brightness"]
    pixels = Policy(width_shift=Shift(ShiftKind.PIXELS, 3.0))
    choices = Policy(width_shift=Shift(ShiftKind.CHOICES, (0.25, 0.5)))
    assert shift.unit_of(pixels) == "± 3 px"
    assert shift.unit_of(choices) == "one of 0.25, 0.5"
    assert shift.unit_of(Policy()) == "of side"
    assert brightness.unit_of(Policy(brightness=Range(1.2, 1.5))) == "1.20 to 1.50"


def test_pictures_are_read_at_the_size_that_is_chosen(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    view, page = lab
    grid = the_grid(page)
    (small,), (large,) = (view.project.previews.choose(1, side_px=px) for px in (64, 128))
    qtbot.waitUntil(lambda: shows(grid, 0, small), timeout=10_000)
    assert not shows(grid, 0, large)
    choose(named(page, QComboBox, "Image size for training"), "128 px")
    qtbot.waitUntil(lambda: shows(grid, 0, large), timeout=10_000)
    assert not shows(grid, 0, small)


def test_pasted_code_is_advised_on_as_a_whole(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    page.read_code(
        "gen = ImageDataGenerator(rotation_range=20, height_shift_range=0.1)\n"
        "t = gen.flow_from_directory('d', subset='training', interpolation='bilinear')\n"
        "v = gen.flow_from_directory('d', subset='validation', interpolation='bilinear')\n"
    )
    qtbot.waitUntil(lambda: page.history.now.rotation_degrees == 20, timeout=10_000)
    # The code is read as of the Keras that is named, which exchanges the two shifts.
    assert page.history.now.width_shift == Shift(ShiftKind.FRACTION, 0.1)
    qtbot.waitUntil(
        lambda: _has_note(page, "validation-augmented") and _has_note(page, "swapped-axes"),
        timeout=20_000,
    )
    stand_beside(page, "photos")
    qtbot.waitUntil(lambda: _has_note(page, "normalisation-missing"), timeout=20_000)
    page.read_code("open('x')")
    message = by_id(page, QLabel, "augment-message")
    qtbot.waitUntil(message.isVisible, timeout=10_000)
    choose(named(page, QComboBox, "Preset or saved policy"), "photos")
    qtbot.waitUntil(lambda: text_of(page, "notes-title") == "No notes", timeout=20_000)
    assert not message.isVisible()


def _has_note(page: AugmentPage, rule: str) -> bool:
    return bool(page.findChildren(QWidget, f"note-{rule}"))


def test_measuring_begins_anew_after_its_child_died(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    qtbot.waitUntil(lambda: text_of(page, "effect-mean_change") != "…", timeout=30_000)
    (child,) = children(EFFECTS)
    os.kill(child, signal.SIGKILL)
    page.choose_policy(Policy(rotation_degrees=30))
    message = by_id(page, QLabel, "augment-message")
    qtbot.waitUntil(message.isVisible, timeout=30_000)
    assert "measuring ended" in message.text()
    page.choose_policy(Policy(rotation_degrees=60))
    qtbot.waitUntil(lambda: "rotation_range" in page.measurer.damages, timeout=60_000)


def test_nothing_is_read_before_the_page_is_shown(
    qtbot: QtBot, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    choose_images = Previews.choose

    def counted(self: Previews, count: int, **how: Any) -> list[PreviewImage]:
        counts.append(count)
        return choose_images(self, count, **how)

    monkeypatch.setattr(Previews, "choose", counted)
    view = ProjectWindow(project)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitUntil(lambda: not view.busy(), timeout=60_000)
    (page,) = (p for p in view.pages if isinstance(p, AugmentPage))
    assert counts == []
    assert the_grid(page).row_count() == 0
    assert children(EFFECTS) == []
    view.show_page(view.pages.index(page))
    qtbot.waitUntil(lambda: the_grid(page).row_count() > 0, timeout=20_000)
    assert counts
    qtbot.waitUntil(lambda: children(EFFECTS) != [], timeout=20_000)
    view.shut_down()


def test_what_pasted_code_does_not_tell_is_filled_in(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    page.read_code(
        "from keras.preprocessing.image import ImageDataGenerator\n"
        "gen = ImageDataGenerator(rotation_range=config.degrees, horizontal_flip=True)\n"
    )
    qtbot.waitUntil(
        lambda: any("degrees" in f.accessibleName() for f in page.findChildren(QLineEdit)),
        timeout=20_000,
    )
    field = next(f for f in page.findChildren(QLineEdit) if "degrees" in f.accessibleName())
    assert field.accessibleName() == "Value of config.degrees"
    field.setText("12")
    field.editingFinished.emit()
    qtbot.waitUntil(lambda: page.history.now.rotation_degrees == 12, timeout=20_000)
    assert page.history.now.horizontal_flip
