"""The map: points in pixels, a lasso into the grid, similar images; positions are exact."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from inspector.app.map.canvas import MapCanvas
from inspector.app.map.colouring import ColourBy, class_colours
from inspector.app.map.points import Camera, draw, fitted, inside_polygon, nearest, stamp
from inspector.app.widgets.page import PageName
from inspector.app.window.main_window import ProjectWindow
from inspector.project.project import Project
from tests.app.screen import button, by_id, page, show, text_of


def test_points_are_drawn_where_they_are_and_nowhere_else() -> None:
    canvas = np.full((60, 80), 0xFFFFFFFF, np.uint32)
    red = np.full(1, 0xFFFF0000, np.uint32)
    draw(canvas, np.array([[20, 30]], np.float32), red, "circle", 3.0)
    draw(canvas, np.array([[500, 30], [-2, 5]], np.float32), np.repeat(red, 2), "circle", 3.0)
    assert canvas[30, 20] == 0xFFFF0000
    rows, columns = np.nonzero(canvas != 0xFFFFFFFF)
    assert (abs(rows - 30) <= 3).all()
    assert (abs(columns - 20) <= 3).all()
    edge = canvas[30, 23]
    assert 0xFFFF0000 < edge < 0xFFFFFFFF


def test_shapes_differ() -> None:
    shapes = [stamp(name, 3.0) for name in ("circle", "square", "triangle")]
    assert all(one.max() == 1 for one in shapes)
    assert abs(shapes[0] - shapes[1]).max() > 0.4
    assert abs(shapes[0] - shapes[2]).max() > 0.4


def test_a_lasso_holds_what_is_inside_also_of_a_concave_one() -> None:
    corners = np.array([[0, 0], [10, 0], [10, 10], [5, 4], [0, 10]], np.float32)
    points = np.array([[5, 2], [5, 8], [1, 8], [9, 8], [12, 5]], np.float32)
    assert inside_polygon(points, corners).tolist() == [True, False, True, True, False]
    assert not inside_polygon(points, corners[:2]).any()


def test_zooming_keeps_the_place_under_the_pointer() -> None:
    place = np.array([[0.4, -0.2]], np.float32)
    camera = Camera(0.1, 0.2, 150.0)
    before = camera.to_screen(place, 800, 600)[0]
    zoomed = camera.zoomed(3.0, (float(before[0]), float(before[1])), (800, 600))
    assert zoomed.to_screen(place, 800, 600)[0] == pytest.approx(before, abs=0.01)
    moved = camera.panned(30, -10).to_screen(place, 800, 600)[0]
    assert moved - before == pytest.approx([30, -10], abs=0.01)


def test_fitting_shows_all_and_the_nearest_is_found() -> None:
    rng = np.random.default_rng(0)
    positions = rng.normal(size=(500, 2)).astype(np.float32)
    screen = fitted(positions, 800, 600).to_screen(positions, 800, 600)
    inside = np.all((screen > 0) & (screen < [800, 600]), axis=1)
    assert inside.mean() > 0.99
    x, y = screen[7].tolist()
    assert nearest(screen, x + 0.1, y, 8) == 7
    assert nearest(screen, -900, -900, 8) == -1
    assert fitted(positions[:0], 800, 600) == Camera()


def test_of_many_classes_only_the_one_pointed_at_has_a_colour() -> None:
    assert len(set(class_colours(8))) == 8
    many = class_colours(30, pointed_class=4)
    assert many.count(many[0]) == 29
    assert many[4] != many[0]


def drag_around(qtbot: QtBot, canvas: MapCanvas) -> None:
    w, h = canvas.width() - 2, canvas.height() - 2
    corners = [QPoint(1, 1), QPoint(w, 1), QPoint(w, h), QPoint(1, h)]
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=corners[0])
    for corner in corners:
        qtbot.mouseMove(canvas, corner)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=corners[-1])


def test_a_lasso_selects_into_the_grid(qtbot: QtBot, view: ProjectWindow, project: Project) -> None:
    map_page = show(view, PageName.MAP)
    compute = by_id(map_page, QPushButton, "map-compute")
    qtbot.waitUntil(lambda: "needs embeddings" in text_of(map_page, "map-why"), timeout=20_000)
    compute.click()
    qtbot.waitUntil(lambda: bool(map_page.jobs.running), timeout=5_000)
    qtbot.waitUntil(lambda: not map_page.jobs.running, timeout=200_000)
    qtbot.waitUntil(map_page.canvas.isVisible, timeout=20_000)
    images = project.samples.counts().images
    assert map_page.shown_text() == f"{images:,} images on the map"
    drag_around(qtbot, map_page.canvas)
    selected = map_page.selected_ids()
    assert images * 0.95 < len(selected) <= images
    assert text_of(map_page, "map-selected") == f"{len(selected):,} selected"
    qtbot.keyClick(map_page.canvas, Qt.Key.Key_Escape)
    assert map_page.selected_ids() == []
    drag_around(qtbot, map_page.canvas)
    button(map_page, "Open in grid").click()
    gallery = page(view, PageName.GALLERY)
    assert view.page() is gallery
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) == len(selected), timeout=20_000)
    for by in ColourBy:
        map_page.colour_by(by)
        assert text_of(map_page, "map-headline").endswith(".")


def test_similar_images_of_the_current_one_are_listed(
    qtbot: QtBot, view: ProjectWindow, project: Project
) -> None:
    gallery = show(view, PageName.GALLERY)
    cluster = next(c for c in project.duplicates.clusters() if "bytes" in c.kinds)
    first = cluster.members[0]
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) > 25, timeout=20_000)
    assert gallery.view.select_id(first.id)
    qtbot.keyClick(gallery.view, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: bool(gallery.jobs.running), timeout=5_000)
    qtbot.waitUntil(lambda: len(gallery.view.tiles.ids) == 25, timeout=200_000)
    shown = set(gallery.view.tiles.ids.tolist())
    assert {m.id for m in cluster.members} <= shown
