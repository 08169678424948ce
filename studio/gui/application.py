"""Starts the window: application, theme, library, first page. Imports no torch, ever."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from studio.core.paths import default_library
from studio.core.settings import load_settings
from studio.gui.context import AppContext
from studio.gui.crash import CrashHandler, start_log
from studio.gui.main_window import MainWindow
from studio.gui.theme.icons import pixmap
from studio.gui.theme.manager import theme
from studio.gui.translating import install_translations

if TYPE_CHECKING:
    from pathlib import Path

SWITCH_INTERVAL = 0.002  # seconds; background threads may hold the interpreter no longer than that


def make_application(arguments: list[str]) -> QApplication:
    """Make the QApplication with the app's name, icon, theme and Qt's own translations."""
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    app = QApplication(arguments)
    app.setApplicationName("Brandloom")
    app.setApplicationDisplayName("Brandloom")
    app.setDesktopFileName("brandloom")
    settings = load_settings()
    theme().apply(settings.theme)
    app.setWindowIcon(QIcon(pixmap("brandloom", theme().colors.accent, 64)))
    install_translations(app, settings.language)
    return app


def open_window(app: QApplication, root: Path, *, start_engine: bool = True) -> MainWindow:
    """Open the window on a library and show the page that was shown last."""
    context = AppContext(root, start_engine=start_engine)
    context.store.open()
    window = MainWindow(context)
    window.closing.connect(context.close)
    window.show_page(context.settings.page, {}, at_once=True)
    window.show()
    return window


def stay_smooth() -> None:
    """Keep the interpreter's own pauses short: hand over quickly, seldom look for old garbage.

    A full collection over the rows of a long queue takes a tenth of a second; nearly everything
    here is freed by its last reference anyway.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    gc.set_threshold(20_000, 50, 1_000)


def run_window(library_root: Path | None = None) -> int:
    """Run the window until it is closed; return the exit code.

    Args:
        library_root: The library's folder; None for the default one.
    """
    stay_smooth()
    start_log()
    app = make_application(sys.argv[:1])
    handler = CrashHandler()
    handler.install()
    window = open_window(app, library_root or default_library())
    code = app.exec()
    window.deleteLater()
    return code
