"""A bug is logged whole, shown once, and can be copied; the window goes on."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QPushButton

from studio.gui.crash import CrashDialog, CrashHandler

#: The dialog has a smallest size, which the offscreen platform remarks on.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def fail(handler: CrashHandler) -> None:
    try:
        {}["the very key"]
    except KeyError as error:
        handler.handle(type(error), error, error.__traceback__)


def test_one_dialog_with_a_report(qapp, settle, caplog):
    handler = CrashHandler()
    fail(handler)
    fail(handler)
    settle(lambda: [item for item in qapp.topLevelWidgets() if isinstance(item, CrashDialog)])
    (dialog,) = [item for item in qapp.topLevelWidgets() if isinstance(item, CrashDialog)]
    report = dialog.findChild(QPlainTextEdit).toPlainText()
    assert "KeyError: 'the very key'" in report
    assert "PySide6" in report
    assert "the very key" in caplog.text
    buttons = {item.text(): item for item in dialog.findChildren(QPushButton)}
    buttons["Copy report"].click()
    assert QGuiApplication.clipboard().text() == report
    buttons["Go on"].click()
    settle(lambda: not dialog.isVisible())


def test_an_interrupt_is_no_bug(qapp, monkeypatch):
    passed = []
    monkeypatch.setattr("sys.__excepthook__", lambda *told: passed.append(told[0]))
    CrashHandler().handle(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert passed == [KeyboardInterrupt]
