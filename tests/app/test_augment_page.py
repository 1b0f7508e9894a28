"""The augmentation lab on a real project: effects, label safety, strips, pins, kept policies."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.app.augment.page import AugmentPage
from inspector.app.augment.policy_history import PolicyHistory
from inspector.app.augment.policy_numbers import GROUPS, Control
from inspector.app.augment.preview_request import PreviewRequest, make_rows
from inspector.app.augment.range_strip import make_strip
from inspector.app.threads.images import from_pixels
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
from inspector.project.augment.previews import PreviewImage
from inspector.project.project import Project

CONTROLS = {control.field: control for _, controls in GROUPS for control in controls}


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Digits in three hands, as files."""
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
    view.show()
    qtbot.waitUntil(lambda: not view.busy(), timeout=60_000)
    (page,) = (p for p in view.pages if isinstance(p, AugmentPage))
    view.show_page(view.pages.index(page))
    qtbot.waitUntil(lambda: bool(page._grid._rows), timeout=20_000)
    return view, page


@pytest.fixture
def lab(qtbot: QtBot, project: Project) -> Iterator[tuple[ProjectWindow, AugmentPage]]:
    view, page = open_page(qtbot, project)
    yield view, page
    view.shut()


def test_a_digit_set_flags_flips_and_shows_the_worst(
    qtbot: QtBot, digits: Path, tmp_path: Path
) -> None:
    project = Project(digits, tmp_path / "d.inspector", jobs=2)
    view, page = open_page(qtbot, project)
    try:
        page._replace(Policy(horizontal_flip=0.5, rotation_degrees=4))
        effects = page._effects
        qtbot.waitUntil(lambda: len(page.measurer.damages) == 3, timeout=60_000)
        found = dict(page.measurer.damages)
        assert found["horizontal_flip"].harmful
        assert not found["rotation_range"].harmful
        # By keyboard: the one above, and the first again where there is none above it.
        qtbot.keyClick(effects._meter, Qt.Key.Key_Down)
        for _ in range(3):
            qtbot.keyClick(effects._meter, Qt.Key.Key_Up)
        assert effects._meter._current == next(iter(effects._meter._rows))
        effects._meter.chosen.emit("horizontal_flip")
        assert "left and right" in effects._verdict.text()
        assert len(effects._worst._pairs) == 4
        assert all(label != like.removeprefix("≈ ") for _, label, _, like in effects._worst._pairs)
        page._replace(PRESETS["digits and text"])
        qtbot.waitUntil(
            lambda: {"shear_range", "all together"} <= set(page.measurer.damages),
            timeout=60_000,
        )
        assert not any(d.harmful for d in page.measurer.damages.values())
    finally:
        view.shut()


def test_effects_are_measured_and_the_newest_policy_wins(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    effects = page._effects
    for degrees in (10, 20, 170):
        page._replace(Policy(rotation_degrees=degrees))
    page._replace(Policy(brightness=Range(1.5, 1.5)))
    qtbot.waitUntil(lambda: effects._numbers["mean_change"].text() != "…", timeout=20_000)
    qtbot.waitUntil(lambda: list(page.measurer.damages) == ["brightness_range"], timeout=20_000)
    assert effects._numbers["padded_share"].text() == "0%"
    before, after = effects._levels._shares.mean(axis=1) @ np.arange(64)
    assert after > before * 1.1
    page._replace(Policy.none())
    qtbot.waitUntil(lambda: effects._numbers["still_share"].text() == "100%", timeout=20_000)
    qtbot.waitUntil(lambda: "changes nothing" in effects._verdict.text(), timeout=20_000)


def test_a_name_shows_the_range_of_its_number(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    page._replace(Policy(rotation_degrees=40))
    page._controls._rows[0].name.click()
    strip = page._strip
    qtbot.waitUntil(lambda: len(strip._strip.pictures) == 5, timeout=10_000)
    assert [t for _, t in strip._strip.pictures] == [
        "-40.0°", "-20.0°", "+0.0°", "+20.0°", "+40.0°"
    ]  # fmt: skip
    middle = strip._strip.pictures[2][0]
    assert middle == from_pixels(page._pictures[0].pixels, middle.width())


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
    row = next(r for r in page._controls._rows if r.control.field == "brightness")
    qtbot.waitUntil(row.suggested.isVisible, timeout=20_000)
    assert row.suggested.toolTip().startswith("Inside a class")
    row.suggested.click()
    low, high = page.history.now.brightness.low, page.history.now.brightness.high
    assert low < 1 < high
    assert f"{low:.2f} to {high:.2f}" in row.suggested.text()
    assert not row.suggested.isEnabled()
    qtbot.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.history.now == Policy.none(), timeout=5_000)
    assert view.project.decisions.log() == []


def test_pins_stay_and_space_shows_originals(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    grid = page._grid
    page._replace(Policy(brightness=Range(0.3, 0.3)))
    qtbot.waitUntil(lambda: _darker(grid._rows[0].draws[0], grid._rows[0].original))
    pinned = page._pictures[1].sample
    side = grid._side()
    place = QPointF(side / 2, 22 + 1.5 * (side + 6)).toPoint()
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=place)
    before = [p.sample for p in page._pictures]
    qtbot.keyClick(page, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: [p.sample for p in page._pictures] != before, timeout=10_000)
    assert page._pictures[0].sample == pinned
    qtbot.waitUntil(lambda: grid._rows[0].pinned, timeout=10_000)
    qtbot.keyClick(page, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: grid._rows[1].pinned, timeout=10_000)
    qtbot.keyClick(page, Qt.Key.Key_2)
    qtbot.keyClick(page, Qt.Key.Key_9)
    qtbot.waitUntil(lambda: not grid._rows[1].pinned, timeout=10_000)
    assert page._pinned == [pinned]
    shown = _pixel(grid, QPoint(int(side * 1.5), 22 + int(side / 2)))
    page.setFocus()
    for button in page.findChildren(QPushButton):
        if button.text() in ("Next epoch", "Undo", "Rotation"):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    focused = QApplication.focusWidget()
    assert not isinstance(focused, QPushButton)
    page._replace(Policy(brightness=Range(0.3, 0.3)))
    qtbot.keyPress(focused, Qt.Key.Key_Space)
    held = _pixel(grid, QPoint(int(side * 1.5), 22 + int(side / 2)))
    assert held.lightness() > shown.lightness()
    qtbot.keyRelease(focused, Qt.Key.Key_Space)
    qtbot.waitUntil(
        lambda: _pixel(grid, QPoint(int(side * 1.5), 22 + int(side / 2))) == shown, timeout=10_000
    )


def test_the_grid_has_the_size_that_is_wanted(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    for index, size in enumerate((3, 4, 5, 6)):
        page._size.setCurrentIndex(index)
        qtbot.waitUntil(
            lambda size=size: [len(r.draws) for r in page._grid._rows] == [size] * size,
            timeout=10_000,
        )
    epoch = page._epoch.value()
    page._next_epoch()
    assert page._epoch.value() == epoch + 6


def test_two_policies_stand_side_by_side(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    page._replace(PRESETS["example 1, as written"])
    page._bar._beside.setCurrentText("photos")
    page._bar._on_beside()
    qtbot.waitUntil(lambda: len(page._grid._rows[0].beside) == 2, timeout=10_000)
    assert page._grid._heads == ("A: example 1, as written", "B: photos")
    qtbot.waitUntil(lambda: "B: " in page._effects._numbers["mean_change"].text(), timeout=20_000)


def test_policies_are_kept_renamed_and_deleted(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage], monkeypatch: pytest.MonkeyPatch
) -> None:
    view, page = lab
    bar, kept = page._bar, view.project.policies
    mine = Policy(rotation_degrees=12.5)
    page._replace(mine)
    assert bar.name() == "your policy"
    assert not bar._rename.isEnabled()
    bar.save("mine")
    qtbot.waitUntil(lambda: bar.name() == "mine", timeout=10_000)
    assert bar._beside.findText("mine") > 0
    page._replace(replace(mine, zoom=Range(0.9, 1.1)))
    assert bar.name() == "your policy"
    page._replace(mine)
    monkeypatch.setattr(
        "inspector.app.augment.policy_bar.QInputDialog.getText", lambda *_, **__: ("better", True)
    )
    bar._rename.trigger()
    qtbot.waitUntil(lambda: bar.name() == "better", timeout=10_000)
    assert [p.name for p in kept.all()] == ["better"]
    bar._delete.trigger()
    qtbot.waitUntil(lambda: bar.name() == "your policy", timeout=10_000)
    assert kept.all() == []
    bar.save("photos")
    qtbot.waitUntil(lambda: "preset" in page._message.text(), timeout=10_000)


def test_the_code_is_for_the_keras_that_is_named(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    page._replace(Policy(width_shift=Shift(ShiftKind.FRACTION, 0.25)))
    code = page._code
    qtbot.waitUntil(lambda: "height_shift_range=0.25" in code.text(), timeout=20_000)
    code._version.setCurrentIndex(2)
    qtbot.waitUntil(lambda: "width_shift_range=0.25" in code.text(), timeout=20_000)
    code._target.setCurrentIndex(3)
    qtbot.waitUntil(lambda: code.text().startswith("{"), timeout=20_000)
    assert not code._version.isEnabled()


def test_the_grid_shows_what_training_reads() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    policy = PRESETS["photos"]
    wish = PreviewRequest(policy, None, (PreviewImage(1, "a", pixels, "ab"),), frozenset(), 7, 3, 3)
    (row,) = make_rows(wish)
    for k, draw in enumerate(row.draws):
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


def _darker(one: QImage, other: QImage) -> bool:
    return one.pixelColor(40, 40).lightness() < other.pixelColor(40, 40).lightness()


def _pixel(widget: QWidget, place: QPoint) -> QColor:
    return widget.grab().toImage().pixelColor(place)


def test_advice_stands_under_its_slider_and_can_be_set(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    _, page = lab
    page._replace(PRESETS["example 3, as written"])
    row = next(r for r in page._controls._rows if r.control.field == "channel_shift_levels")
    qtbot.waitUntil(lambda: "grey levels" in row.mark.toolTip(), timeout=20_000)
    advice = next(a for a in page._advice if a.parameter == "channel_shift_range")
    page._advice_list.followed.emit(advice.suggestion)
    assert page.history.now != PRESETS["example 3, as written"]
    assert page.undo()
    assert page.history.now == PRESETS["example 3, as written"]


def test_all_of_a_policy_is_at_hand(qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]) -> None:
    _, page = lab
    controls = page._controls
    switches, normalising = controls._switches, controls._normalising
    page._replace(PRESETS["example 3, as written"])
    assert normalising._flags["samplewise_std"].isChecked()
    normalising._flags["samplewise_std"].click()
    normalising._rescale.setCurrentIndex(1)
    normalising._rescale.activated.emit(1)
    assert page.history.now.normalisation == Normalisation(1 / 255, samplewise_center=True)
    switches._fill.setCurrentIndex(switches._fill.findData(Fill.CONSTANT.value))
    switches._fill.activated.emit(0)
    switches._level.setValue(40)
    switches._shape.setCurrentIndex(1)
    switches._shape.activated.emit(1)
    now = page.history.now
    assert now.fill is Fill.CONSTANT
    assert (now.cval, now.zoom_independent) == (40, False)
    switches._draws.setCurrentIndex(1)
    switches._draws.activated.emit(1)
    assert page.history.now.distribution is Distribution.TRUNCATED_NORMAL
    page.undo()
    page.undo()
    assert page.history.now.zoom_independent
    row = next(r for r in controls._rows if r.control.field == "jpeg_quality")
    row.field.setValue(30)
    assert page.history.now.jpeg_quality == Range(30, 100)
    assert row.reset.isVisible()
    row.reset.click()
    assert page.history.now.jpeg_quality == Range(100, 100)
    assert not row.reset.isVisible()


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
    _, page = lab
    assert page._pictures[0].pixels.shape == (64, 64, 3)
    page._side.setCurrentIndex(page._side.findData(128))
    qtbot.waitUntil(lambda: page._pictures[0].pixels.shape == (128, 128, 3), timeout=10_000)


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
        lambda: {"validation-augmented", "swapped-axes"} <= {a.rule for a in page._advice},
        timeout=20_000,
    )
    page._bar._beside.setCurrentText("photos")
    page._bar._on_beside()
    qtbot.waitUntil(
        lambda: any(a.rule == "normalisation-missing" for a in page._advice), timeout=20_000
    )
    page.read_code("open('x')")
    qtbot.waitUntil(page._message.isVisible, timeout=10_000)
    page._bar.chosen.emit(PRESETS["photos"])
    qtbot.waitUntil(lambda: not page._advice, timeout=20_000)
    assert not page._message.isVisible()


def test_measuring_begins_anew_after_its_child_died(
    qtbot: QtBot, lab: tuple[ProjectWindow, AugmentPage]
) -> None:
    view, page = lab
    qtbot.waitUntil(lambda: page._effects._numbers["mean_change"].text() != "…", timeout=30_000)
    child = view.project.measuring._child
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    page._replace(Policy(rotation_degrees=30))
    qtbot.waitUntil(page._message.isVisible, timeout=30_000)
    assert "measuring ended" in page._message.text()
    page._replace(Policy(rotation_degrees=60))
    qtbot.waitUntil(lambda: "rotation_range" in page.measurer.damages, timeout=60_000)


def test_nothing_is_read_before_the_page_is_shown(qtbot: QtBot, project: Project) -> None:
    view = ProjectWindow(project)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitUntil(lambda: not view.busy(), timeout=60_000)
    (page,) = (p for p in view.pages if isinstance(p, AugmentPage))
    assert page._pictures == []
    assert project.measuring._child is None
    view.shut()


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
