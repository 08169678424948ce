"""Small slips of hand and eye that must cost nothing: keys in texts, marks, copies, what is old."""

from __future__ import annotations

import threading

from helpers.sample_library import image_request
from helpers.stores import add_asset
from PySide6.QtCore import QCoreApplication, QEvent, QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit

from generators.api import CheckpointRef, Request
from studio.core.asset import AssetQuery
from studio.core.checkpoint import Checkpoint
from studio.core.job import Lane, NewJob
from studio.core.recipe import Recipe
from studio.services.files.embed import embed_recipe
from studio.services.files.texts import whole_text
from studio.store.library import Library

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LONG = "\n\n".join(
    f"Line {number}: a bottle that lasts, refilled every day." for number in range(60)
)


def of_kind(page, modality):
    return [
        page.model.id_at(row)
        for row in range(page.model.rowCount())
        if page.model.item_at(row).modality == modality
    ]


def test_keys_in_a_text_that_is_read_stay_in_it(library_page, settle, asked):
    page = library_page
    page.grid.select_ids([of_kind(page, "image")[0]])

    def views():
        found = page.panel.findChildren(QPlainTextEdit)
        return [view for view in found if view.isVisible() and view.toPlainText()]

    settle(views)
    view = views()[0]
    view.setFocus()
    view.selectAll()
    QTest.keyClick(view, Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == view.toPlainText()
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        QTest.keyClick(view, key)
    settle(lambda: not page.context.store.busy)
    assert asked(lambda library: len(library.assets.ids(AssetQuery()))) == 16
    page.grid.setFocus()
    QTest.keyClick(page.grid, Qt.Key.Key_Delete)  # there it still is the grid's
    settle(lambda: page.model.rowCount() == 15)


def test_a_text_is_copied_whole_wherever_it_is_copied(empty, open_window, settle):
    with Library.open(empty) as library:
        asset = add_asset(library, text=LONG, modality="text", media_type="text/plain",
                          content=LONG.encode())  # fmt: skip
        assert whole_text(library, library.assets.get(asset.id)) == LONG
    page = open_window(empty, "library").page
    settle(lambda: page.model.item(asset.id) is not None)
    page.grid.select_ids([asset.id])
    QGuiApplication.clipboard().clear()
    page.copy()
    settle(lambda: QGuiApplication.clipboard().text() == LONG)


def test_a_long_text_is_read_from_its_file_without_its_recipe(empty):
    text = LONG * 20  # more than the row keeps
    with Library.open(empty) as library:
        recipe = Recipe(
            Request("text_gpt", "write", {"prompt": "a"}, CheckpointRef("m", "M", "/m"))
        )
        asset = add_asset(library, text=text[:20_000], modality="text", media_type="text/plain",
                          content=text.encode())  # fmt: skip
        assert embed_recipe(library.assets.file(asset), "text/plain", recipe)
        assert whole_text(library, asset) == text
        library.assets.file(asset).unlink()
        assert whole_text(library, asset) == text[:20_000]


def test_comparing_texts_shows_both_whole_and_takes_the_keys(library_page, settle):
    page = library_page
    texts = of_kind(page, "text")[:2]
    page.grid.select_ids(texts)
    page.sheets.compare()
    sheet = page.sheets.compared
    settle(lambda: not page.context.store.busy)
    for stage in sheet.stages[:2]:
        assert stage.text.toPlainText()
        assert "brandloom" not in stage.text.toPlainText()
    assert sheet.isAncestorOf(page.window().focusWidget())
    QTest.keyClick(page.window().focusWidget(), Qt.Key.Key_Escape)
    assert sheet.isHidden()
    assert page.grid.selected_ids() == texts


def test_shift_click_goes_on_from_where_the_keys_led(library_page, settle, asked):
    page = library_page
    view = page.grid.viewport()
    none = Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, none, page.grid.cell(0).center())
    for _ in range(3):
        QTest.keyClick(page.grid, Qt.Key.Key_Right)
    start = page.grid.current_id()
    assert start == page.model.id_at(3)
    ended = page.model.id_at(5)
    with Library.open(page.context.root) as library:
        add_asset(library, content=b"new", modality="text", media_type="text/plain")
    settle(lambda: page.model.rowCount() == 17)
    spot = page.grid.cell(page.model.row_of(ended)).center()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, SHIFT, spot)
    assert page.grid.selected_ids() == [start, page.model.id_at(5), ended]


def test_a_click_on_the_current_cell_begins_the_next_run(library_page):
    page = library_page
    view, left = page.grid.viewport(), Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    for row, modifiers in ((0, none), (2, SHIFT), (2, none), (4, SHIFT)):
        QTest.mouseClick(view, left, modifiers, page.grid.cell(row).center())
    assert page.grid.selected_ids() == [page.model.id_at(row) for row in (2, 3, 4)]


def test_what_changed_while_the_library_was_hidden_is_shown(library_page, settle):
    page = library_page
    rated = page.model.id_at(2)
    window = page.window()
    window.context.go("create")
    settle(lambda: window.page.page_id == "create")
    with Library.open(page.context.root) as library:
        library.assets.update(rated, rating=1, title="Renamed elsewhere")
        added = add_asset(library, content=b"new", modality="text",
                          media_type="text/plain")  # fmt: skip
    settle(lambda: page.stale)
    page.context.go("library", asset=rated)
    settle(lambda: page.model.item(rated).rating == 1)
    assert page.model.item(rated).title == "Renamed elsewhere"
    settle(lambda: page.model.row_of(added.id) >= 0)


def test_jobs_of_two_lanes_move_each_in_its_own(empty, open_window, settle):
    with Library.open(empty) as library:
        library.jobs.pause_queue("test")
        ids = {
            lane: [job.id for job in library.jobs.enqueue(
                [NewJob(image_request(n), title=f"{lane} {n}", lane=lane) for n in range(2)]
            )] for lane in (Lane.INTERACTIVE, Lane.BATCH)
        }  # fmt: skip
    page = open_window(empty).page
    model = page.models["next"]
    settle(lambda: model.count() == 4)
    view = page.view()
    flags = QItemSelectionModel.SelectionFlag
    for lane in ids:
        row = model.index(model.number_of(ids[lane][1]))
        view.selectionModel().select(row, flags.Select)
    page.step(-1)
    wanted = [*reversed(ids[Lane.INTERACTIVE]), *reversed(ids[Lane.BATCH])]
    settle(lambda: model.ids_at(range(model.rowCount())) == wanted)


def test_stepping_through_jobs_faster_than_they_are_read(filled, open_window, settle):
    page = open_window(filled).page
    first, second = page.models["next"].ids_at(range(page.models["next"].rowCount()))[:2]
    page.open_job(first)
    settle(lambda: page.panel.form is not None)
    page.open_job(second)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not page.panel.is_dirty()  # its form is gone
    page.close_panel()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not page.panel.is_dirty()


def test_details_catch_up_when_the_queue_is_shown_again(filled, open_window, settle):
    page = open_window(filled).page
    job_id = page.models["next"].ids_at(range(page.models["next"].rowCount()))[0]
    page.open_job(job_id)
    settle(lambda: page.panel.form is not None)
    window = page.window()
    window.context.go("library")
    settle(lambda: window.page.page_id == "library")
    with Library.open(filled) as library:
        library.jobs.cancel([job_id])
    settle(lambda: page.stale)
    page.context.go("queue")
    settle(lambda: page.panel.form is None and page.panel._details is not None)
    assert page.panel._details.job.status.value == "cancelled"


def test_escape_clears_the_filter_before_it_closes_anything(filled, open_window, settle):
    page = open_window(filled).page
    page.open_job(page.models["next"].ids_at(range(page.models["next"].rowCount()))[0])
    page.search.setFocus()
    page.search.setText("bottle")
    QTest.keyClick(page.search, Qt.Key.Key_Escape)
    assert (page.search.text(), page.panel.isVisible()) == ("", True)
    QTest.keyClick(page.search, Qt.Key.Key_Escape)
    assert not page.panel.isVisible()


def test_a_long_import_holds_no_other_change_up(library_page, settle, asked):
    page = library_page
    going, may_end = threading.Event(), threading.Event()

    def slow(_library):
        going.set()
        may_end.wait(20)

    page.context.store.bring_in(page, slow)
    settle(going.is_set)
    one = page.model.id_at(0)
    page.actions_.rate([one], 2)
    settle(lambda: asked(lambda library: library.assets.get(one).rating) == 2)
    may_end.set()


def test_what_was_changed_last_is_kept_when_the_window_closes(filled, open_context, settle):
    context = open_context(filled)
    settle(lambda: not context.store.busy)
    going, may_end = threading.Event(), threading.Event()

    def slow(_library):
        going.set()
        may_end.wait(20)

    context.store.write(context.store, slow)
    settle(going.is_set)
    with Library.open(filled) as library:
        one = library.assets.ids(AssetQuery())[0]
    context.store.write(context.store, lambda library: library.assets.update(one, rating=1))
    ending = threading.Thread(target=context.store.close)
    ending.start()
    settle(lambda: context.store._closed)
    may_end.set()
    ending.join(20)
    with Library.open(filled) as library:
        assert library.assets.get(one).rating == 1


def test_two_quick_tags_are_both_kept(library_page, settle, asked):
    page = library_page
    one = of_kind(page, "image")[0]
    page.grid.select_ids([one])
    settle(lambda: page.panel.asset_id() == one and page.panel.is_filled())
    settle(lambda: not page.context.store.busy)
    tags = page.panel.tags
    for word in ("R&D", "second"):
        tags.field.setText(word)
        QTest.keyClick(tags.field, Qt.Key.Key_Return)
    settle(lambda: {"R&D", "second"} <= set(asked(lambda library: library.assets.get(one).tags)))
    assert any(
        button.text() == "R&&D" for button in tags.findChildren(type(tags._flow.itemAt(0).widget()))
    )


def test_an_export_says_how_many_files_carry_the_mark(library_page, settle, said, tmp_path):
    page = library_page
    heard = said(page.window())
    page.actions_.export_to([of_kind(page, "image")[0], of_kind(page, "text")[0]], tmp_path / "out")
    settle(lambda: heard)
    assert "1 of them marked" in heard[-1].text


def test_a_command_of_a_hidden_page_leads_there(library_page, settle):
    page = library_page
    window = page.window()
    window.context.go("create")
    settle(lambda: window.page.page_id == "create")
    window.context.commands.run("library.search")
    assert window.page is page
    assert page.filters.search.hasFocus()


def test_another_kinds_model_leaves_the_chosen_one(empty, open_window, settle):
    with Library.open(empty) as library:
        for number in (1, 2):
            path = f"/m/p{number}"
            library.models.add(Checkpoint(f"p{number}", f"Picture {number}", "image_diffusion",
                                          "image", "sd15", "diffusers", path))  # fmt: skip
        library.models.add(
            Checkpoint("mu", "Music", "audio_music", "audio", "musicgen", "transformers", "/m/m")
        )
    page = open_window(empty, "create").page
    setup = page.form.setup
    settle(lambda: setup.checkpoint.count() == 2)
    first, chosen = setup.checkpoint.itemData(0), setup.checkpoint.itemData(1)
    setup.checkpoint.setCurrentIndex(1)
    page.read_models("mu")
    settle(lambda: not page.context.store.busy)
    assert setup.chosen_checkpoint().id == chosen
    page.read_models(first)
    settle(lambda: setup.chosen_checkpoint().id == first)
