"""The last resort: a bug is logged whole and shown once, with a report that can be copied."""

from __future__ import annotations

import logging
import platform
import sys
import traceback
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

import PySide6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout

from studio.core.paths import config_folder
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import button
from studio.gui.widgets.labels import label

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

log = logging.getLogger("studio.gui")


def log_file() -> Path:
    """Return where the window writes its log."""
    return config_folder() / "logs" / "window.log"


def start_log() -> None:
    """Write warnings and errors of the window to its log file, at most 2 MB in all."""
    path = log_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.setLevel(logging.INFO)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def report_text(error: BaseException) -> str:
    """Return what a bug report needs: versions and traceback, nothing private but paths in it."""
    lines = traceback.format_exception(error)
    return (
        f"Python {platform.python_version()}, PySide6 {PySide6.__version__}, "
        f"{platform.system()} {platform.release()} {platform.machine()}\n\n{''.join(lines)}"
    )


class CrashDialog(QDialog):
    """Says that something in the program is broken, and what was saved."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("Brandloom has a fault"))
        self.setMinimumSize(640, 440)
        self.report = report_text(error)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[SIZES.block] * 4)
        column.setSpacing(SIZES.gap)
        column.addWidget(label(self.tr("Something in Brandloom went wrong"), "title"))
        words = self.tr(
            "Nothing in your library or queue is lost: both are kept outside this window. You can "
            "go on, or close the window and open it again. The report below is also in {0}."
        )
        column.addWidget(label(words.format(log_file()), "soft", wrap=True))
        view = QPlainTextEdit(self.report)
        view.setReadOnly(True)
        view.setProperty("role", "log")
        view.setAccessibleName(self.tr("Report"))
        column.addWidget(view, 1)
        row = QHBoxLayout()
        copy = button(self.tr("Copy report"), icon="copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.report))
        row.addWidget(copy)
        row.addStretch(1)
        close = button(self.tr("Go on"), "primary")
        close.clicked.connect(self.accept)
        row.addWidget(close)
        column.addLayout(row)


class CrashHandler(QObject):
    """Takes unhandled exceptions of any thread to the log and to one dialog at a time."""

    caught = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._dialog: CrashDialog | None = None
        self.caught.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Become the excepthook."""
        sys.excepthook = self.handle

    def handle(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Log an exception and have it shown; interrupts end the program as ever."""
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            sys.__excepthook__(kind, error, trace)
            return
        log.critical("unhandled exception", exc_info=(kind, error, trace))
        self.caught.emit(error)

    def _show(self, error: BaseException) -> None:
        if self._dialog is not None:
            return
        self._dialog = CrashDialog(error)
        self._dialog.finished.connect(self._forget)
        self._dialog.show()

    def _forget(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = None
