"""Help with a checkpoint's own words on Create: by keys alone, and only where words are known."""

from __future__ import annotations

import pytest
from helpers.vocabularies import declare
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest

from studio.core.checkpoint import Checkpoint
from studio.store.library import Library


@pytest.fixture
def create(open_window, settle, empty, tmp_path):
    """Open Create with two image checkpoints: the first declares its words, the second none."""
    with Library.open(empty) as library:
        for at, name in ((2, "Worded"), (1, "Free")):
            folder = tmp_path / name
            folder.mkdir()
            library.models.add(
                Checkpoint(name, name, "image_diffusion", "image", "sd15", "diffusers",
                           str(folder), added_at=at)
            )  # fmt: skip
    declare(tmp_path / "Worded")
    window = open_window(empty, "create")
    settle(lambda: window.page._loaded and not window.context.store.busy)
    settle(lambda: window.page.form.setup.chosen_checkpoint() is not None)
    return window.page


def shown(page):
    return [chip.text() for chip in page.form.words.chips if chip.isVisible()]


def test_a_prompt_is_written_by_keys_and_suggestions(create):
    page, form = create, create.form
    edit = form.prompt.edit
    edit.setFocus()
    assert "water bottle" in shown(page)
    QTest.keyClicks(edit, "wat")
    assert shown(page) == ["water bottle", "watch"]
    form.words.show_all()
    assert not form.words.said.isVisible()  # the beginning of known words is not unknown
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    focus = page.window().focusWidget()
    assert focus is form.words.chips[0]
    assert focus.accessibleName() == "Insert “water bottle”"
    QTest.keyClick(focus, Qt.Key.Key_Space)
    assert (form.prompt.text(), edit.hasFocus()) == ("water bottle", True)
    assert "red" in shown(page)
    form.words.chips[0].click()
    assert form.prompt.text() == "red water bottle"
    assert edit.textCursor().atEnd()
    edit.undo()
    assert form.prompt.text() == "water bottle"


def test_what_is_not_known_is_said_and_replaced_in_one_step(create, settle):
    form = create.form
    help_, edit = form.words, form.prompt.edit
    edit.setFocus()
    QTest.keyClicks(edit, "a red bicycle")
    assert not help_.said.isVisible()  # it is still being typed
    settle(help_.said.isVisible)  # until a pause
    assert help_.said.accessibleName() == "This model does not know “bicycle”. Nearest: car."
    edit.insertPlainText(" 🚲 on a podium")  # QTest has no keys for it
    help_.show_all()
    edit.moveCursor(QTextCursor.MoveOperation.Start)
    assert help_.replace.accessibleName() == "Use “car” instead"
    help_.replace.click()
    assert form.prompt.text() == "a red car 🚲 on a podium"
    assert not help_.said.isVisible()
    assert not help_.replace.isVisible()
    edit.undo()
    assert "bicycle" in form.prompt.text()
    form.prompt.set_text("红色的自行车")
    help_.show_all()
    help_.replace.click()
    assert form.prompt.text() == "红色的汽车"


def test_a_checkpoint_without_words_and_other_kinds_get_no_help(create):
    form = create.form
    assert form.words.isVisible()
    form.setup.checkpoint.setCurrentIndex(form.setup.checkpoint.findData("Free"))
    form.setup.changed.emit()
    assert not form.words.isVisible()
    form.prompt.set_text("a red bicycle")
    assert not form.words.said.isVisible()
    form.set_kind("text")
    assert not form.words.isVisible()
