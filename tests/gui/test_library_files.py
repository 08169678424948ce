"""Files that come into the Library and go out of it: drag and drop, export."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.gui import asset_drop
from studio.gui.models.asset_list_model import ASSET_IDS
from studio.gui.widgets import asset_grid
from studio.services.files.exporting import export_each
from studio.services.files.marks import read_marks
from studio.store.library import Library

ASSETS = 16  # 8 pictures, 5 texts, 3 sounds


def pull(grid, row, until):
    """Press the mouse on a row and move it until something comes of it."""
    start = grid.cell(row).center()
    QTest.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, pos=start)
    for far in (10, 40, 45):
        if until:
            break  # a real drag has the mouse from here on
        point = start + QPoint(far, far)
        where = QPointF(point), QPointF(grid.viewport().mapToGlobal(point))
        left = Qt.MouseButton.LeftButton
        event = QMouseEvent(QEvent.Type.MouseMove, *where, left, left, Qt.KeyboardModifier(0))
        QApplication.sendEvent(grid.viewport(), event)


def test_exported_files_are_marked_and_dragged_ones_are_files(library_page, settle, said, tmp_path):
    page = library_page
    heard = said(page.window())
    picture = next(page.model.id_at(r) for r in range(ASSETS)
                   if page.model.item_at(r).modality == "image")  # fmt: skip
    page.actions_.export_to([picture], tmp_path / "out")
    settle(lambda: heard)
    (file,) = (tmp_path / "out").iterdir()
    assert read_marks(file) is not None
    mime = page.model.mime_of([picture])
    assert Path(mime.urls()[0].toLocalFile()).is_file()
    assert bytes(mime.data(ASSET_IDS).data()).decode() == picture


def test_a_selection_is_dragged_with_the_mouse(library_page, monkeypatch):
    grid = library_page.grid
    dragged = []
    monkeypatch.setattr(asset_grid, "run_drag", lambda _view, mime, _picture: dragged.append(mime))
    first, second = (grid.cell(row).center() for row in (0, 1))
    left, view = Qt.MouseButton.LeftButton, grid.viewport()
    QTest.mouseClick(view, left, pos=first)
    QTest.mouseClick(view, left, Qt.KeyboardModifier.ControlModifier, pos=second)
    ids = grid.selected_ids()
    assert len(ids) == 2
    pull(grid, 1, dragged)
    (mime,) = dragged
    assert bytes(mime.data(ASSET_IDS).data()).decode().split() == ids
    assert [Path(url.toLocalFile()).is_file() for url in mime.urls()] == [True, True]
    assert grid.selected_ids() == ids


def test_a_drag_takes_all_that_is_selected_or_says_why_not(library_page, settle, said, monkeypatch):
    page, dragged = library_page, []
    monkeypatch.setattr(asset_grid, "run_drag", lambda _view, mime, _picture: dragged.append(mime))
    heard = said(page.window())
    ids = [page.model.id_at(row) for row in range(ASSETS)]
    page.grid.select_ids(ids)
    far = ids[-1]
    page.model._items.pop(far)  # as a row that was never in sight
    pull(page.grid, 0, heard)
    assert "still being read" in heard[0].text
    settle(lambda: page.model.item(far) is not None)
    page.grid.select_ids(ids)
    pull(page.grid, 0, dragged)
    assert len(dragged[0].urls()) == ASSETS
    monkeypatch.setattr(asset_grid, "MOST_DRAGGED", ASSETS - 1)
    heard.clear()
    page.grid.select_ids(ids)
    pull(page.grid, 0, heard)
    assert f"At most {ASSETS - 1}" in heard[0].text
    assert len(dragged) == 1


def test_folders_are_opened_all_the_way_and_what_is_too_much_is_said(
    library_page, settle, said, tmp_path, monkeypatch
):
    page = library_page
    deep = tmp_path / "shoot" / "day 1" / "best"
    deep.mkdir(parents=True)
    (tmp_path / "shoot" / ".hidden").mkdir()
    heard = said(page.window())
    page.window().drop.bring([tmp_path / "shoot"])
    settle(lambda: len(heard) == 1)
    assert "no file" in heard[0].text
    for n in range(3):
        (deep / f"{n}.txt").write_text(f"Copy number {n}", "utf-8")
    (tmp_path / "shoot" / ".hidden" / "x.txt").write_text("not this", "utf-8")
    page.window().drop.bring([tmp_path / "shoot"])
    settle(lambda: page.model.rowCount() == ASSETS + 3)
    monkeypatch.setattr(asset_drop, "MOST", 2)
    for n in range(3, 6):
        (deep / f"{n}.txt").write_text(f"Copy number {n}", "utf-8")
    for n in range(3):
        (deep / f"{n}.txt").unlink()
    heard.clear()
    page.window().drop.bring([tmp_path / "shoot"])
    settle(lambda: page.model.rowCount() == ASSETS + 5)
    assert "Only the first 2 files" in heard[0].text


def test_a_dropped_file_brings_its_recipe(library_page, settle, said, tmp_path, empty, open_window):
    page = library_page
    picture = next(page.model.id_at(r) for r in range(ASSETS)
                   if page.model.item_at(r).modality == "image")  # fmt: skip
    with Library.open(page.context.root) as library:
        (done,) = export_each(library, [picture], tmp_path / "out", with_recipe=True)
        prompt = library.assets.get(picture).prompt
    other = open_window(empty, "library")
    heard = said(other)
    other.drop.bring([done.path, tmp_path / "nothing.png"])
    settle(lambda: len(heard) >= 2)
    assert [message.tone for message in heard] == ["bad", "good"]
    heard[-1].choices[0].run()
    settle(lambda: other.page.page_id == "create")
    settle(lambda: other.page.form.prompt.text() == prompt)
