"""What the tests of the window share: one application, a library with real rows, what was said."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

import pytest
from helpers.sample_library import fill_library
from helpers.waiting import wait_until
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication

from studio.gui.application import make_application
from studio.gui.context import AppContext
from studio.gui.main_window import MainWindow
from studio.gui.pages.create.page import CreatePage
from studio.gui.pages.library.page import LibraryPage
from studio.gui.theme.manager import theme
from studio.gui.translating import VARIABLE, install_translations
from studio.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from studio.gui.messages import Message


T = TypeVar("T")


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The one application, with theme and fonts, as ``run_window`` makes it."""
    found = QApplication.instance()
    return found if isinstance(found, QApplication) else make_application(["brandloom"])


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("filled") / "library"
    fill_library(root, images=8)
    return root


@pytest.fixture
def filled(_filled: Path, tmp_path: Path) -> Path:
    """A library of its own with assets and a busy queue (its database is copied)."""
    import shutil

    root = tmp_path / "library"
    shutil.copytree(_filled, root)
    return root


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A new library without anything in it, on a path that is not plain ASCII."""
    root = tmp_path / "empty 库"
    Library.open(root).close()
    return root


@pytest.fixture
def settle(qapp: QApplication) -> Callable[[Callable[[], object]], None]:
    """Process events until a condition holds."""

    def run(condition: Callable[[], object], timeout: float = 10.0) -> None:
        def step() -> object:
            qapp.processEvents()
            return condition()

        wait_until(step, timeout)

    return run


@pytest.fixture
def chinese(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everything in Chinese for one test."""
    monkeypatch.setenv(VARIABLE, "zh_CN")
    install_translations(qapp, "")
    yield
    monkeypatch.setenv(VARIABLE, "en")
    install_translations(qapp, "")


@pytest.fixture
def open_context(
    qapp: QApplication,
) -> Iterator[Callable[[Path], AppContext]]:
    """Open the services of a window over a library; closed at the end of the test."""
    made: list[AppContext] = []

    def run(root: Path) -> AppContext:
        theme().apply("dark")
        context = AppContext(root, start_engine=False)
        made.append(context)
        context.store.open()
        return context

    yield run
    for context in made:
        context.close()
        context.deleteLater()
    _drain(qapp)


@pytest.fixture
def open_window(
    qapp: QApplication,
    open_context: Callable[[Path], AppContext],
    settle: Callable[[Callable[[], object]], None],
) -> Iterator[Callable[..., MainWindow]]:
    """Open the real window on a library and wait until a page has what it asked for."""
    made: list[MainWindow] = []

    def run(root: Path, page: str = "queue") -> MainWindow:
        context = open_context(root)
        window = MainWindow(context)
        made.append(window)
        window.resize(1280, 800)
        window.show_page(page, {}, at_once=True)
        window.show()
        window.activateWindow()
        settle(lambda: context.engine.facts is not None and window.page.is_painted())
        return window

    yield run
    for window in made:
        window.close_now()
        window.deleteLater()
    _drain(qapp)


@pytest.fixture
def create(
    open_window: Callable[..., MainWindow], settle: Callable[[Callable[[], object]], None]
) -> Callable[[Path], CreatePage]:
    """Open Create on a library and wait until everything is read."""

    def run(root: Path) -> CreatePage:
        window = open_window(root, "create")
        page = window.page
        assert isinstance(page, CreatePage)
        settle(lambda: page._loaded and not window.context.store.busy)
        return page

    return run


@pytest.fixture
def said(open_window: Callable[..., MainWindow]) -> Callable[[MainWindow], list[Message]]:
    """Record what a window says from now on."""

    def run(window: MainWindow) -> list[Message]:
        heard: list[Message] = []
        window.context.messages.posted.connect(heard.append)
        return heard

    return run


@pytest.fixture(autouse=True)
def _nothing_left(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves windows, timers or threads behind."""
    before = set(threading.enumerate())
    yield
    _drain(qapp)
    windows = [item for item in qapp.topLevelWidgets() if not item.parent() and item.isVisible()]
    assert not windows, f"close and delete these windows at the end of the test: {windows}"
    timers = [item for item in qapp.findChildren(QTimer) if item.isActive()]
    assert not timers, f"stop these timers: {timers}"
    wait_until(
        lambda: not [item for item in set(threading.enumerate()) - before if item.is_alive()],
        5,
        lambda: f"end these threads: {set(threading.enumerate()) - before}",
    )
    running = [item for item in qapp.findChildren(QThread) if item.isRunning()]
    assert not running, f"stop these threads: {running}"


def _drain(app: QObject) -> None:
    """Delete what was marked for deletion and run what was queued."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


@pytest.fixture
def library_page(
    filled: Path,
    open_window: Callable[..., MainWindow],
    settle: Callable[[Callable[[], object]], None],
) -> LibraryPage:
    """The Library page on ``filled`` with everything read: 8 pictures, 5 texts, 3 sounds."""
    window = open_window(filled, "library")
    page = window.page
    assert isinstance(page, LibraryPage)
    settle(lambda: page.model.rowCount() == 16 and page.model.item_at(0) is not None)
    settle(lambda: not window.context.store.busy)
    return page


@pytest.fixture
def asked(filled: Path) -> Callable[[Callable[[Library], T]], T]:
    """Ask the library of ``filled``."""

    def run(question: Callable[[Library], T]) -> T:
        with Library.open(filled) as library:
            return question(library)

    return run
