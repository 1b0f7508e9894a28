"""Every chart: drawn late by pyqtgraph, with hover, zoom, export and a spoken description."""

import csv
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from inspector.app.augment.effects_panel import Levels
from inspector.app.threads.bridge import Bridge
from inspector.app.widgets import theme
from inspector.app.widgets.charts.figures import Bars, HistogramPlot, LateChart
from inspector.app.widgets.page import Page, PageName
from inspector.errors import ExportError
from inspector.project.project import Project


def histogram() -> LateChart:
    chart = HistogramPlot("Over 200 seeds")
    chart.show_values(np.linspace(0.10, 0.20, 200).tolist(), 0.18, "your seed")
    return chart


def class_bars() -> LateChart:
    chart = Bars("Class balance")
    chart.show_rows([("cat", {"training": 80, "validation": 20}),
                     ("a class with a name that is much too long for its place" * 2,
                      {"training": 10, "validation": 5})])  # fmt: skip
    return chart


def levels() -> LateChart:
    chart = Levels()
    shares = np.zeros((2, 3, 64))
    shares[0, :, 10] = 1
    shares[1, :, 40] = 1
    chart.show_levels(shares)
    return chart


CHARTS = {"histogram": histogram, "bars": class_bars, "levels": levels}


@pytest.fixture(params=CHARTS)
def chart(request: pytest.FixtureRequest, qtbot: QtBot) -> LateChart:
    made = CHARTS[request.param]()
    qtbot.addWidget(made)
    made.resize(320, max(140, made.minimumHeight()))
    made.show()
    qtbot.waitUntil(lambda: made.plot() is not None, timeout=20_000)
    qtbot.waitExposed(made)
    qtbot.wait(50)
    return made


def hover_texts(chart: LateChart) -> set[str]:
    """Move over the whole chart and return the texts beside the pointer."""
    plot = chart.plot()
    assert plot is not None
    texts = set()
    for x in range(8, plot.width(), 12):
        for y in range(4, plot.height(), 8):
            QToolTip.hideText()
            plot.scene().sigMouseMoved.emit(QPointF(x, y))
            texts.add(QToolTip.text())
    QToolTip.hideText()
    return texts - {""}


def test_it_is_read_under_the_pointer(chart: LateChart) -> None:
    texts = hover_texts(chart)
    assert len(texts) >= 2
    assert any(any(map(str.isdigit, text)) for text in texts)


def test_it_is_spoken(chart: LateChart) -> None:
    assert chart.accessibleName()
    assert any(map(str.isdigit, chart.accessibleDescription()))


def test_it_is_saved_as_picture_drawing_and_table(chart: LateChart, tmp_path: Path) -> None:
    plot = chart.plot()
    assert plot is not None
    for kind in ("png", "svg", "csv"):
        assert plot.save(tmp_path / f"c.{kind}")
    assert not plot.save(tmp_path / "none" / "c.csv")
    assert not plot.save(tmp_path / "none" / "c.svg")
    image = QImage(str(tmp_path / "c.png"))
    assert image.width() == 2 * plot.width()
    colours = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(image.height())}
    assert len(colours) > 3
    assert ElementTree.parse(tmp_path / "c.svg").getroot().tag.endswith("svg")
    with (tmp_path / "c.csv").open() as stream:
        rows = list(csv.reader(stream))
    assert rows == [[str(cell) for cell in row] for row in chart.rows()]
    assert len(rows) > 2


def test_a_class_is_no_formula_in_its_table(qtbot: QtBot, tmp_path: Path) -> None:
    bars = Bars("Class balance")
    bars.show_rows([("=cmd()", {"training": 8}), ("cat", {"training": 8})])
    qtbot.addWidget(bars)
    bars.show()
    qtbot.waitUntil(lambda: bars.plot() is not None, timeout=20_000)
    plot = bars.plot()
    assert plot is not None
    assert plot.save(tmp_path / "c.csv")
    with (tmp_path / "c.csv").open() as stream:
        names = {row[0] for row in csv.reader(stream)}
    assert {"'=cmd()", "cat"} <= names


def test_it_is_zoomed_and_fits_again(qtbot: QtBot, chart: LateChart) -> None:
    plot = chart.plot()
    assert plot is not None
    assert not plot.is_zoomed()
    box = plot.plotItem.vb
    box.scaleBy((0.5, 0.5))
    assert plot.is_zoomed()
    qtbot.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton)
    assert not plot.is_zoomed()


def test_its_menu_offers_to_save(qtbot: QtBot, chart: LateChart) -> None:
    plot = chart.plot()
    assert plot is not None

    place = plot.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, plot.mapToGlobal(place))
    QApplication.sendEvent(plot.viewport(), event)
    (menu,) = plot.findChildren(QMenu)
    assert [a.text() for a in menu.actions()] == [
        "Save the chart as PNG…", "Save the chart as SVG…", "Save the chart as CSV…",
        "Show everything",
    ]  # fmt: skip
    menu.close()


def test_it_takes_over_another_theme(qtbot: QtBot, chart: LateChart, qapp: QApplication) -> None:
    theme.apply(qapp, "light")
    qtbot.wait(50)
    light = chart.grab().toImage()
    theme.apply(qapp, "dark")
    qtbot.wait(50)
    assert chart.grab().toImage() != light
    theme.apply(qapp, "light")
    qapp.setStyleSheet("")


def test_a_chart_that_goes_before_its_library_comes_is_no_harm() -> None:
    """In a child process, where the library has not been imported yet."""
    code = """
import sys
from PySide6.QtWidgets import QApplication
from inspector.app.widgets.charts.figures import Bars
app = QApplication([])
gone, stays = Bars("gone"), Bars("stays")
for chart in (gone, stays):
    chart.show_rows([("a", {"training": 1})])
# It comes on another thread, maybe at once; charts take it in the loop of events.
assert stays.plot() is None
from shiboken6 import delete
delete(gone)
while stays.plot() is None:
    app.processEvents()
assert "pyqtgraph" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


class ChartPage(Page):
    """A page with nothing on it."""

    name = PageName.SPLITS


def test_it_is_not_saved_into_the_dataset(qtbot: QtBot, project: Project, tmp_path: Path) -> None:
    page = ChartPage(project, Bridge())
    qtbot.addWidget(page)
    bars = Bars("Class balance")
    bars.setParent(page)
    bars.show_rows([("cat", {"training": 8}), ("dog", {"training": 8})])
    page.show()
    qtbot.waitUntil(lambda: bars.plot() is not None, timeout=20_000)
    plot = bars.plot()
    assert plot is not None
    for kind in ("png", "svg", "csv"):
        with pytest.raises(ExportError, match="inside the dataset"):
            plot.write(project.root / f"c.{kind}")
        assert not (project.root / f"c.{kind}").exists()
    image = next(project.root.rglob("*.jpg"))
    before = image.read_bytes()
    (tmp_path / "c.png").symlink_to(image)
    with pytest.raises(ExportError, match="inside the dataset"):
        plot.write(tmp_path / "c.png")
    assert image.read_bytes() == before
