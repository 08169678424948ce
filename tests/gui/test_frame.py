"""The frame: pages, messages, palette, shortcuts, theme, state, closing."""

from __future__ import annotations

import threading

import pytest
from helpers.engines import card
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QLineEdit, QToolButton, QWidget

from generators.api import UserFacingError
from studio.core.errors import LibraryTooNew
from studio.core.job import JobStatus
from studio.core.settings import load_settings
from studio.gui.engine_link import QueueFacts
from studio.gui.messages import Choice
from studio.store.library import Library
from studio.store.records import EngineState

CONTROL = Qt.KeyboardModifier.ControlModifier


def operable(widget: QWidget) -> bool:
    """Whether a person can put the focus on a widget or press it."""
    if not widget.isVisible() or isinstance(widget.parent(), QLineEdit):
        return False
    return widget.focusPolicy() != Qt.FocusPolicy.NoFocus or isinstance(widget, QToolButton)


def nameless(window: QWidget) -> list[QWidget]:
    found = []
    for widget in window.findChildren(QWidget):
        inner = (
            isinstance(widget.parent(), QAbstractScrollArea)
            and widget is widget.parent().viewport()
        )
        if operable(widget) and not inner:
            seen = QAccessible.queryAccessibleInterface(widget)
            if seen is None or not seen.text(QAccessible.Text.Name).strip():
                found.append(widget)
    return found


def test_every_control_on_every_page_has_a_name(filled, open_window, settle):
    window = open_window(filled)
    for page_id in window.page_ids():
        window.show_page(page_id, {}, at_once=True)
        settle(window.page.is_painted)
        assert not nameless(window), page_id
    window.palette_sheet.start()
    assert not nameless(window.palette_sheet)
    window.shortcut_sheet.start()
    assert not nameless(window.shortcut_sheet)


def test_the_rail_leads_to_every_page_and_to_nothing_else(empty, open_window, settle):
    window = open_window(empty)
    assert list(window.rail.buttons) == window.page_ids()
    for page_id, button in window.rail.buttons.items():
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        settle(lambda page_id=page_id: window.page.page_id == page_id)
        assert window.page.page_title == button.text()


def test_good_news_is_a_toast_with_its_choice(empty, open_window):
    window = open_window(empty)
    done = []
    window.context.messages.good("Saved", Choice("Undo", lambda: done.append(1)))
    (toast,) = window.toasts.toasts()
    assert toast.isVisible()
    assert window.rect().contains(toast.geometry())
    QTest.mouseClick(toast.findChildren(QWidget, "")[-1], Qt.MouseButton.LeftButton)
    window.context.messages.good("one")
    for number in range(5):
        window.context.messages.good(f"more {number}")
    assert len(window.toasts.toasts()) == 3


def test_bad_news_is_a_banner_that_replaces_its_like(empty, open_window):
    window = open_window(empty)
    messages = window.context.messages
    ran = []
    messages.error(UserFacingError("It broke.", "Mend it."), Choice("Mend", lambda: ran.append(1)))
    messages.error(UserFacingError("It broke.", "Mend it."), Choice("Mend", lambda: ran.append(2)))
    (banner,) = window.banners.banners()
    assert banner.accessibleName() == "It broke. Mend it."
    QTest.mouseClick(banner.buttons[0], Qt.MouseButton.LeftButton)
    assert ran == [2]
    assert not window.banners.banners()
    assert not window.banners.isVisible()


@pytest.mark.parametrize("answer", [0, 1, None])
def test_a_question_gives_the_focus_back_where_it_was(filled, open_window, answer):
    window = open_window(filled)
    window.page.search.setFocus()
    choices = (Choice("Yes", lambda: None), Choice("No", lambda: None))
    window.context.messages.ask("Really?", "", choices, "test")
    (banner,) = window.banners.banners()
    assert banner.buttons[0].hasFocus()
    if answer is None:
        window.context.messages.withdraw("test")
    else:
        QTest.keyClick(banner.buttons[answer], Qt.Key.Key_Space)
    assert window.page.search.hasFocus()


def test_where_what_had_the_focus_is_gone_the_page_has_it(filled, open_window):
    window = open_window(filled)
    field = QLineEdit(window.page)
    field.show()
    field.setFocus()
    window.context.messages.ask("Really?", "", (Choice("Yes", lambda: None),), "test")
    field.hide()
    window.context.messages.withdraw("test")
    assert window.page.focus_target().hasFocus()


def test_a_bug_in_an_operation_is_said_without_its_traceback(
    empty, open_window, said, settle, caplog
):
    window = open_window(empty)
    heard = said(window)
    window.context.store.read(window, lambda _library: 1 / 0, lambda _value: None)
    settle(lambda: heard)
    assert heard[0].tone == "bad"
    assert "ZeroDivisionError" in heard[0].text
    assert "division by zero" in caplog.text


def test_nothing_is_called_once_the_owner_is_gone(empty, open_window, settle):
    window = open_window(empty)
    owner, called = QWidget(), []
    window.context.store.read(owner, lambda library: library.id, called.append)
    owner.deleteLater()
    QApplication.sendPostedEvents(owner, 52)  # DeferredDelete
    settle(lambda: not window.context.store.busy)
    assert not called


def test_an_older_question_of_the_same_key_is_not_answered(empty, open_window, settle):
    window = open_window(empty)
    answers = []
    for number in range(20):
        window.context.store.read(
            window, lambda _library, n=number: n, answers.append, key="typing"
        )
    settle(lambda: not window.context.store.busy)
    assert answers == [19]


def test_the_palette_finds_and_runs_by_a_few_letters(empty, open_window):
    window = open_window(empty)
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.palette_sheet
    assert palette.isVisible()
    QTest.keyClicks(palette.field, "dark li")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert window.context.settings.theme == "light"
    window.palette_sheet.start()
    QTest.keyClicks(palette.field, "zzqq")
    assert palette.nothing.isVisible()
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_a_sheet_closes_when_what_had_the_focus_is_gone(filled, open_window):
    window = open_window(filled)
    field = QLineEdit(window.page)
    field.show()
    field.setFocus()
    window.palette_sheet.start()
    closed = []
    window.palette_sheet.closed.connect(lambda: closed.append(True))
    field.deleteLater()
    QApplication.sendPostedEvents(field, QEvent.Type.DeferredDelete)
    QTest.keyClick(window.palette_sheet.field, Qt.Key.Key_Escape)
    assert closed == [True]
    assert window.palette_sheet.isHidden()
    assert window.page.focus_target().hasFocus()


def test_another_page_closes_what_lies_over_this_one(filled, open_window, settle):
    window = open_window(filled, "library")
    page = window.page
    settle(lambda: page.model.item_at(0) is not None)
    page.sheets.open_preview(page.model.id_at(0))
    assert page.sheets.preview.isVisible()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_F1)
    assert window.shortcut_sheet.isVisible()
    number = window.page_ids().index("queue") + 1
    QTest.keyClick(window.focusWidget(), Qt.Key(Qt.Key.Key_0 + number), CONTROL)
    assert window.shortcut_sheet.isHidden()
    assert page.sheets.preview.isHidden()
    settle(lambda: window.page.page_id == "queue")
    assert window.focusWidget() is window.page.focus_target()


def test_f1_lists_every_shortcut(empty, open_window):
    from PySide6.QtWidgets import QLabel

    window = open_window(empty)
    QTest.keyClick(window, Qt.Key.Key_F1)
    words = {item.text() for item in window.shortcut_sheet.findChildren(QLabel)}
    for command in window.context.commands.all():
        if command.shortcut:
            assert command.title in words
    QTest.keyClick(window.shortcut_sheet, Qt.Key.Key_Escape)
    assert not window.shortcut_sheet.isVisible()


def test_the_window_comes_back_as_it_was(empty, open_window):
    window = open_window(empty)
    window.resize(1111, 700)
    window.toggle_theme()
    window.close_now()
    window.context.close()
    settings = load_settings()
    assert settings.theme == "light"
    assert settings.page == window.page.page_id
    assert settings.library == str(empty)
    again = open_window(empty)
    assert again.context.settings.theme == "light"
    assert settings.window


def test_what_was_saved_never_keeps_a_page_from_opening(empty, open_window, monkeypatch, caplog):
    def refuse(_page, _state):
        raise ValueError("odd")

    monkeypatch.setattr("studio.gui.pages.create.page.CreatePage.restore", refuse)
    window = open_window(empty, "create")
    assert window.page.page_id == "create"
    assert window.page.form.prompt.edit.hasFocus()
    assert "could not be restored" in caplog.text


def halted(window):
    """What stands above the page of why nothing starts."""
    return [one for one in window.banners.banners() if one.message.key == "queue.halted"]


def test_a_paused_queue_is_said_where_one_waits_for_it(empty, open_window, settle):
    with Library.open(empty) as library:
        library.jobs.pause_queue("Paused by you.")
        window = open_window(empty, "create")
        assert not halted(window)  # nothing waits
        library.jobs.enqueue([card("one")])
        window.context.engine.refresh()
        settle(lambda: halted(window))
        (banner,) = halted(window)
        assert banner.message.hint == "Paused by you."
        window.show_page("queue", {}, at_once=True)
        assert not halted(window)  # this page says so itself
        window.show_page("create", {}, at_once=True)
        halted(window)[0].dismissed.emit()
        window.context.engine.refresh()
        settle(lambda: not window.context.store.busy)
        assert not halted(window)
        library.jobs.enqueue([card("two")])
        window.context.engine.refresh()
        settle(lambda: halted(window))
        halted(window)[0].buttons[0].click()
        settle(lambda: library.jobs.queue_paused() is None)
        assert not halted(window)


def test_a_full_disk_is_said_until_there_is_room(empty, open_window):
    window = open_window(empty, "create")
    counts = {JobStatus.QUEUED: 1}
    full = EngineState(status="disk_full", message="Only 1 MB is free.")
    window.context.engine.facts_changed.emit(QueueFacts(counts, None, full, running=True))
    (banner,) = halted(window)
    assert (banner.message.hint, banner.buttons) == ("Only 1 MB is free.", [])
    fine = EngineState(status="running")
    window.context.engine.facts_changed.emit(QueueFacts(counts, None, fine, running=True))
    assert not halted(window)


def test_closing_with_work_left_asks_in_the_window(filled, open_window, said, settle):
    window = open_window(filled)
    heard = said(window)
    window.close()
    assert window.isVisible()
    assert heard[-1].tone == "ask"
    labels = [choice.label for choice in heard[-1].choices]
    assert labels == ["Close, keep working", "Pause queue and close", "Cancel"]
    heard[-1].choices[2].run()
    assert window.isVisible()
    heard[-1].choices[1].run()
    settle(lambda: not window.isVisible())
    with Library.open(filled) as library:
        assert library.jobs.queue_paused()


def test_closing_without_work_just_closes(empty, open_window):
    window = open_window(empty)
    window.close()
    assert not window.isVisible()


def test_a_library_that_cannot_be_opened_says_so(tmp_path, open_context, settle):
    from studio.gui.main_window import MainWindow

    (tmp_path / "library.db").write_bytes(b"not a database at all" * 100)
    context = open_context(tmp_path)
    window = MainWindow(context)
    heard = []
    context.messages.posted.connect(heard.append)
    window.show_page("", {}, at_once=True)
    window.show()
    settle(lambda: heard)
    assert heard[0].tone == "bad"
    window.close_now()
    window.deleteLater()
    assert LibraryTooNew  # one of the reasons; each has its own words in the store's tests


def test_pictures_are_decoded_off_the_gui_thread_and_kept(open_context, empty, tmp_path, settle):
    from helpers.sample_pictures import picture, png

    context = open_context(empty)
    path = tmp_path / "a.png"
    path.write_bytes(png(picture(0, (400, 200))))
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG nothing")
    failed = []
    context.images.failed.connect(failed.append)
    assert context.images.get(path, QSize(100, 100)) is None
    assert context.images.get(bad, QSize(100, 100)) is None
    settle(lambda: context.images.get(path, QSize(100, 100)) is not None and failed)
    found = context.images.get(path, QSize(100, 100))
    assert (found.width(), found.height()) == (100, 50)
    assert failed == [str(bad)]


def test_a_picture_that_changes_while_it_is_read_is_read_once_more(
    open_context, empty, tmp_path, settle, monkeypatch
):
    from studio.gui import images

    context = open_context(empty)
    path, size = tmp_path / "a.png", QSize(10, 10)
    path.touch()
    begun, may_end, reads = threading.Event(), threading.Event(), []

    def read(file, _size):
        reads.append(file)
        picture = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        picture.fill(QColor("red" if len(reads) == 1 else "blue"))
        begun.set()
        assert may_end.wait(10)
        return picture

    monkeypatch.setattr(images, "read_scaled", read)
    try:
        assert context.images.get(path, size) is None
        assert begun.wait(10)
        context.images.forget(path)
    finally:
        may_end.set()
    settle(lambda: len(reads) == 2 and not context.images.busy)
    assert context.images.get(path, size).toImage().pixelColor(5, 5) == QColor("blue")
    assert context.images.kept == 1
