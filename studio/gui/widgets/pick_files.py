"""Choosing files and folders without blocking: the answer comes by a call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable


def pick_folder(
    over: QWidget, title: str, chosen: Callable[[Path], None], *, start: str = ""
) -> QFileDialog:
    """Ask for a folder."""
    dialog = _dialog(over, title, start)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.open()
    return dialog


def pick_files(
    over: QWidget,
    title: str,
    chosen: Callable[[list[Path]], None],
    *,
    kinds: str = "",
    one: bool = False,
) -> QFileDialog:
    """Ask for files; ``kinds`` as Qt writes name filters, ``one`` for a single one."""
    dialog = _dialog(over, title, "")
    mode = QFileDialog.FileMode
    dialog.setFileMode(mode.ExistingFile if one else mode.ExistingFiles)
    if kinds:
        dialog.setNameFilter(kinds)
    dialog.filesSelected.connect(lambda paths: chosen([Path(path) for path in paths]))
    dialog.open()
    return dialog


def _dialog(over: QWidget, title: str, start: str) -> QFileDialog:
    dialog = QFileDialog(over.window(), title, start or str(Path.home()))
    dialog.finished.connect(lambda _code: dialog.deleteLater())
    return dialog
