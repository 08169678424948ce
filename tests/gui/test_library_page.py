"""The Library page: found, looked at, sorted, thrown away, brought back, by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.core.asset import AssetQuery
from studio.gui.models.asset_rows import query_from_json, query_to_json, steps
from studio.gui.pages.library.facts import facts_of
from studio.gui.pages.library.menus import make_menu
from studio.store.library import Library

ASSETS = 16  # 8 pictures, 5 texts, 3 sounds


def key(page, which, modifiers=Qt.KeyboardModifier.NoModifier):
    page.grid.setFocus()
    QTest.keyClick(page.grid, which, modifiers)


def wait(settle, page):
    settle(lambda: not page.context.store.busy)


def test_search_in_chinese_filters_and_order(library_page, settle):
    page = library_page
    page.filters.search.insert("虚化")
    settle(lambda: 0 < page.model.rowCount() < ASSETS)
    settle(lambda: page.model.item_at(0) is not None)
    assert "虚化" in page.model.item_at(0).prompt
    page.filters.search.clear()
    settle(lambda: page.model.rowCount() == ASSETS)
    page.sidebar.chosen.emit("audio", "", False)
    settle(lambda: page.model.rowCount() == 3)
    page.sidebar.chosen.emit("", "", False)
    settle(lambda: page.model.rowCount() == ASSETS)
    page.filters._set(minimum_rating=4, order="rating")
    settle(lambda: 0 < page.model.rowCount() < ASSETS)
    settle(lambda: all(page.model.item_at(row) for row in range(page.model.rowCount())))
    ratings = [page.model.item_at(row).rating for row in range(page.model.rowCount())]
    assert ratings == sorted(ratings, reverse=True)
    assert min(ratings) >= 4
    page.filters.clear_filters()
    settle(lambda: page.model.rowCount() == ASSETS)


def test_nothing_found_says_so_and_offers_the_way_back(library_page, settle):
    page = library_page
    page.filters.search.setText("no such thing")
    settle(lambda: page.model.rowCount() == 0)
    assert page.stack.currentWidget() is page.empty_state("search")
    page.empty_state("search").chosen.emit()
    settle(lambda: page.stack.currentWidget() is page.grid)


def test_arrows_rating_and_preview_by_keyboard(library_page, settle, asked):
    page = library_page
    key(page, Qt.Key.Key_Home)
    key(page, Qt.Key.Key_Right)
    assert page.grid.currentIndex().row() == 1
    key(page, Qt.Key.Key_Down)
    assert page.grid.currentIndex().row() == 1 + page.grid.columns()
    asset_id = page.grid.current_id()
    key(page, Qt.Key.Key_3)
    settle(lambda: page.model.item(asset_id).rating == 3)
    assert asked(lambda library: library.assets.get(asset_id)).rating == 3
    key(page, Qt.Key.Key_Space)
    sheet = page.sheets.preview
    assert sheet.isVisible()
    QTest.keyClick(page.window().focusWidget(), Qt.Key.Key_Left)
    assert sheet.stage.item.id == page.model.id_at(page.grid.columns())
    QTest.keyClick(page.window().focusWidget(), Qt.Key.Key_5)
    settle(lambda: page.model.item(sheet.stage.item.id).rating == 5)
    QTest.keyClick(page.window().focusWidget(), Qt.Key.Key_Space)
    assert sheet.isHidden()


def test_select_all_then_trash_then_undo(library_page, settle, said):
    page = library_page
    heard = said(page.window())
    key(page, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert page.grid.selected_count() == ASSETS
    assert page.panel.heading.text() == f"{ASSETS} selected"
    key(page, Qt.Key.Key_Delete)
    settle(lambda: page.model.rowCount() == 0 and heard)
    heard[-1].choices[0].run()
    settle(lambda: page.model.rowCount() == ASSETS)


def test_the_trash_gives_back_and_lets_go(library_page, settle, said, asked):
    page = library_page
    ids = [page.model.id_at(0), page.model.id_at(1)]
    page.actions_.trash(ids)
    settle(lambda: page.model.rowCount() == ASSETS - 2)
    page.show_place("", "", trashed=True)
    settle(lambda: page.model.rowCount() == 2)
    assert page.empty_button.isVisible()
    page.actions_.restore(ids[:1])
    settle(lambda: page.model.rowCount() == 1)
    heard = said(page.window())
    page.empty_button.click()
    (question,) = heard
    assert question.choices[0].kind == "danger"
    question.choices[0].run()
    settle(lambda: page.stack.currentWidget() is page.empty_state("trash"))
    assert asked(lambda library: library.assets.count(AssetQuery(trashed=True))) == 0
    assert asked(lambda library: library.assets.count(AssetQuery())) == ASSETS - 1


def test_the_panel_offers_what_can_be_done_in_the_trash(library_page, settle, said, asked):
    page = library_page
    row = next(r for r in range(ASSETS) if page.model.item_at(r).modality == "image")
    ids = [page.model.id_at(row), page.model.id_at(row + 1), page.model.id_at(row + 2)]
    page.grid.select_ids(ids)
    assert not page.panel.restore.isVisible()
    page.panel.trash.click()
    settle(lambda: page.model.rowCount() == ASSETS - 3)
    page.show_place("", "", trashed=True)
    settle(lambda: page.model.rowCount() == 3)
    page.grid.select_ids(ids[:1])
    settle(lambda: page.panel.details is not None and page.panel.details.asset.id == ids[0])
    offered = (page.panel.more, page.panel.reference, page.panel.upscale)
    assert not any(made.isVisible() for made in offered)
    page.panel.restore_one.click()
    settle(lambda: page.model.rowCount() == 2)
    page.grid.select_ids(ids[1:])
    heard = said(page.window())
    page.panel.trash.click()
    (question,) = heard
    assert question.choices[0].kind == "danger"
    assert page.panel.restore.isVisible()
    page.panel.restore.click()
    settle(lambda: page.model.rowCount() == 0)
    assert asked(lambda library: library.assets.count(AssetQuery())) == ASSETS


def test_a_picture_that_cannot_be_read_is_not_said_to_be_copied(library_page, settle, said):
    heard = said(library_page.window())
    library_page.actions_.copy_image("/nowhere/at-all.png")
    settle(lambda: len(heard) == 1)
    assert heard[0].tone == "bad"


def test_a_title_is_saved_when_the_selection_goes_another_way(library_page, settle, asked):
    page = library_page
    first, second = page.model.id_at(0), page.model.id_at(1)
    ways = (
        ("by another asset", lambda: page.grid.select_ids([second])),
        ("by a selection", lambda: page.grid.select_ids([first, second])),
        ("by none", page.grid.clearSelection),
    )
    for title, leave in ways:
        page.grid.select_ids([first])
        settle(lambda: page.panel.details is not None and page.panel.details.asset.id == first)
        page.panel.title.setFocus()
        page.panel.title.setText(title)
        leave()
        settle(lambda t=title: asked(lambda library: library.assets.get(first)).title == t)
    assert asked(lambda library: library.assets.get(second)).title != "by another asset"


def test_boards_are_made_filled_and_left(library_page, settle):
    page = library_page
    first = page.model.id_at(0)
    page.grid.select_ids([first])
    page.new_board_with_selection()
    page.sidebar.field.insert("Autumn 秋")
    QTest.keyClick(page.sidebar.field, Qt.Key.Key_Return)
    settle(lambda: any(board.name == "Autumn 秋" for board in page.boards))
    board = next(board for board in page.boards if board.name == "Autumn 秋")
    assert board.count == 1
    page.sidebar.board_dropped.emit(board, [page.model.id_at(1), page.model.id_at(2)])
    page.show_place("", board.id, trashed=False)
    settle(lambda: page.model.rowCount() == 3)
    page.actions_.remove_from_board(board.id, [first])
    settle(lambda: page.model.rowCount() == 2)


def test_details_tell_how_it_was_made_and_change_it(library_page, settle, asked):
    page = library_page
    row = next(r for r in range(ASSETS) if page.model.item_at(r).modality == "image")
    asset_id = page.model.id_at(row)
    page.grid.select_ids([asset_id])
    settle(lambda: page.panel.details is not None and page.panel.details.asset.id == asset_id)
    facts = dict(facts_of(page.panel.details.asset, page.context.registry))
    assert facts["Steps"] == "28"
    assert facts["Seed"].startswith("482")
    assert page.panel.more.isVisible()
    page.panel.title.setText("Our hero")
    page.panel.title.editingFinished.emit()
    page.panel.tags.field.insert("hero, 夏日")
    QTest.keyClick(page.panel.tags.field, Qt.Key.Key_Return)
    assert {"hero", "夏日"} <= set(page.panel.tags.tags())
    settle(lambda: "夏日" in asked(lambda library: library.assets.get(asset_id)).tags)
    found = asked(lambda library: library.assets.get(asset_id))
    assert found.title == "Our hero"
    assert {"hero", "夏日"} <= set(found.tags)


def test_compare_needs_two_to_four(library_page, said):
    page = library_page
    heard = said(page.window())
    page.grid.select_ids([page.model.id_at(0)])
    page.sheets.compare()
    assert heard[-1].tone == "warn"
    pictures = [page.model.id_at(row) for row in range(ASSETS)
                if page.model.item_at(row).modality == "image"]  # fmt: skip
    page.grid.select_ids(pictures[:2])
    page.sheets.compare()
    sheet = page.sheets.compared
    assert sheet.isVisible()
    assert sheet.ways.isVisible()
    sheet.ways.changed.emit("slide")
    sheet.slide.set_share(0.5)
    QTest.keyClick(sheet.slide, Qt.Key.Key_Right)
    assert sheet.slide.share() == pytest.approx(0.52)
    sheet.close_sheet()


def test_what_others_change_shows_and_the_selection_stays(library_page, settle, filled):
    page = library_page
    kept = page.model.id_at(4)
    page.grid.select_ids([kept])
    with Library.open(filled) as library:
        library.assets.trash([page.model.id_at(0), page.model.id_at(9)])
        library.assets.update(kept, rating=1)
    settle(lambda: page.model.rowCount() == ASSETS - 2 and page.model.item(kept).rating == 1)
    assert page.grid.selected_ids() == [kept]
    assert page.model.row_of(kept) == 3


def test_the_menu_offers_what_fits(library_page):
    page = library_page
    picture = next(page.model.id_at(r) for r in range(ASSETS)
                   if page.model.item_at(r).modality == "image")  # fmt: skip
    page.grid.select_ids([picture])
    names = [action.text() for action in make_menu(page).actions()]
    assert "More like this" in names
    assert "Copy picture" in names
    page.grid.select_ids([page.model.id_at(0), page.model.id_at(1)])
    names = [action.text() for action in make_menu(page).actions()]
    assert "Compare" in names
    assert "Copy picture" not in names


def test_shift_click_selects_a_run(library_page):
    page = library_page
    view = page.grid.viewport()
    spot = page.grid.cell(1).center()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    end: QPoint = page.grid.cell(5).center()
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, shift, end)
    assert page.grid.selected_ids() == [page.model.id_at(row) for row in range(1, 6)]


def test_state_comes_back(filled, open_window, settle):
    window = open_window(filled, "library")
    page = window.page
    page.restore({"query": {"modality": "text", "order": "title"}, "side": 240, "details": False})
    settle(lambda: page.model.rowCount() == 5)
    saved = page.state()
    assert saved["query"] == {"modality": "text", "order": "title"}
    assert saved["side"] == 240
    assert page.panel.isHidden()
    page.restore({"query": {"order": "sideways", "minimum_rating": 99, "search": 7}, "side": "x"})
    settle(lambda: not window.context.store.busy)
    assert page.model.query == AssetQuery(minimum_rating=5)


@pytest.mark.parametrize(
    ("before", "after"),
    [("abcdef", "acdf"), ("abc", "xabyc"), ("abcdef", "zbdq"), ("abc", ""), ("abc", "abc")],
)
def test_steps_lead_from_one_list_to_the_other(before, after):
    rows = list(before)
    found = steps(list(before), list(after))
    assert found is not None
    for first, last, what in found:
        if what == "remove":
            del rows[first : last + 1]
        else:
            rows[first:first] = after[first : last + 1]
    assert "".join(rows) == after


@pytest.mark.parametrize(("before", "after"), [("", "abc"), ("abc", "cab")])
def test_another_order_is_shown_anew(before, after):
    assert steps(list(before), list(after)) is None


def test_queries_survive_json():
    query = AssetQuery(search="夏日", minimum_rating=3, order="oldest", board_id="b")
    assert query_from_json(query_to_json(query)) == query


def test_a_picture_is_enlarged_from_the_menu_and_from_the_details(library_page, asked, settle):
    """Both put a job into the queue that starts from this very picture; a text offers neither."""
    page = library_page
    page.set_query(AssetQuery(modality="image"))
    settle(lambda: page.model.item_at(0) is not None and page.model.item_at(0).modality == "image")
    item = page.model.item_at(0)
    page.show_asset(item.id)
    settle(lambda: page.panel.details is not None and page.panel.details.asset.id == item.id)
    [larger] = [one.menu() for one in make_menu(page).actions() if one.text() == "Upscale"]
    assert [one.text().split()[0] for one in larger.actions()] == ["×2", "×4", "×8"]
    larger.actions()[0].trigger()
    wait(settle, page)
    page.panel.upscale.click()
    wait(settle, page)
    jobs = [job for job in asked(lambda library: library.jobs.list(limit=50))
            if getattr(job.request, "mode", "") == "upscale"]  # fmt: skip
    assert sorted(job.request.params["factor"] for job in jobs) == [2, 4]
    assert {job.request.inputs[0].asset_id for job in jobs} == {item.id}
    assert {job.request.checkpoint.family for job in jobs} == {"esrgan"}
    page.set_query(AssetQuery(modality="text"))
    settle(lambda: page.model.item_at(0) is not None and page.model.item_at(0).modality == "text")
    page.show_asset(page.model.item_at(0).id)
    settle(lambda: page.panel.details is not None and page.panel.details.asset.modality == "text")
    assert not page.panel.upscale.isVisibleTo(page.panel)
    assert "Upscale" not in [one.text() for one in make_menu(page).actions()]
