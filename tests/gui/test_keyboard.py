"""Keyboard and screen readers: names in every state, Tab reaches everything, focus can be seen."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QToolButton,
    QWidget,
)

PAGES = ["create", "library", "queue"]


@pytest.fixture(scope="module")
def scenes():
    """The states of the pages that are drawn for people to look at."""
    place = Path(__file__).parent / "render_pages.py"
    spec = importlib.util.spec_from_file_location("render_pages_scenes", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module._scenes


def inner(widget: QWidget) -> bool:
    """Whether a widget is a part of another one that takes the focus."""
    parent = widget.parent()
    if isinstance(parent, QLineEdit | QAbstractSpinBox | QComboBox):
        return True
    return isinstance(parent, QAbstractScrollArea) and widget is parent.viewport()


def operable(window: QWidget) -> list[QWidget]:
    return [
        item
        for item in window.findChildren(QWidget)
        if item.isVisible()
        and item.window() is window
        and not inner(item)
        and (item.focusPolicy() != Qt.FocusPolicy.NoFocus or isinstance(item, QToolButton))
    ]


def nameless(window: QWidget) -> list[QWidget]:
    found = []
    for item in operable(window):
        seen = QAccessible.queryAccessibleInterface(item)
        if seen is None or not seen.text(QAccessible.Text.Name).strip():
            found.append(item)
    return found


@pytest.mark.parametrize("page_id", PAGES)
@pytest.mark.parametrize("state", ["filled", "empty"])
def test_every_control_in_every_state_has_a_name(
    request, open_window, settle, scenes, page_id, state
):
    window = open_window(request.getfixturevalue(state), page_id)
    names = []
    for name in scenes(window, page_id, state):
        settle(window.page.is_painted)
        assert not nameless(window), name
        assert operable(window), name
        names.append(name)
    assert state in names


def tab_stops(window: QWidget, most: int = 400) -> list[QWidget]:
    """Press Tab until the focus is back where it was, and return where it came by."""
    found: list[QWidget] = []
    for _ in range(most):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        at = QApplication.focusWidget()
        if at in found:
            return found
        found.append(at)
    raise AssertionError("Tab goes round in no circle")


@pytest.mark.parametrize("page_id", PAGES)
def test_tab_comes_to_everything_and_ends_nowhere(filled, open_window, settle, page_id):
    window = open_window(filled, page_id)
    settle(window.isActiveWindow)
    stops = tab_stops(window)
    left_out = [
        item
        for item in operable(window)
        if item.focusPolicy() & Qt.FocusPolicy.TabFocus and item.isEnabled() and item not in stops
    ]
    assert left_out == []


@pytest.mark.parametrize("page_id", PAGES)
@pytest.mark.parametrize("theme_name", ["dark", "light"])
def test_the_focus_can_be_seen(filled, open_window, settle, page_id, theme_name):
    window = open_window(filled, page_id)
    window.context.set_theme(theme_name)
    settle(lambda: window.isActiveWindow() and window.page.is_painted())
    unseen = []
    for item in tab_stops(window):
        item.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        with_focus = item.grab().toImage()
        item.clearFocus()
        QApplication.processEvents()
        if item.isVisible() and with_focus == item.grab().toImage():
            unseen.append((type(item).__name__, item.accessibleName()))
    assert unseen == []
