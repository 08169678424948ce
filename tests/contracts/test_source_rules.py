"""Rules about the source that no linter knows."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_nobody_opens_a_modal_box() -> None:
    for path in (ROOT / "studio" / "gui").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "QMessageBox(" not in text, path
        assert ".exec()" not in text or path.name == "application.py", path


def test_no_translator_is_written_in_python() -> None:
    """Qt translates in threads that hold its locks; one that waits there for Python's may hang."""
    for path in (ROOT / "studio" / "gui").rglob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert not any(line.startswith("class") and "QTranslator" in line for line in lines), path
