"""What the command line writes where the system's code page is narrow."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

from studio.__main__ import speak_utf8
from studio.services.files.importing import import_file
from studio.store.library import Library


def test_every_sign_goes_into_a_file_whatever_the_code_page_is(monkeypatch):
    raw = io.BytesIO()
    narrow = io.TextIOWrapper(raw, encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", narrow)
    monkeypatch.setattr(sys, "stderr", None)  # as without a console on Windows
    speak_utf8()
    narrow.write("夏日 ★ → é")
    narrow.flush()
    assert raw.getvalue().decode("utf-8") == "夏日 ★ → é"


def test_the_command_line_does_not_stumble_over_a_narrow_pipe(tmp_path):
    note = tmp_path / "夏日 ★.txt"
    note.write_text("Warm all day", encoding="utf-8")
    with Library.open(tmp_path / "library") as library:
        import_file(library, note)
    done = subprocess.run(
        [sys.executable, "-m", "studio", "library", "search", "--json",
         "--library", str(tmp_path / "library")],
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    assert "夏日 ★" in json.dumps(json.loads(done.stdout.decode("utf-8")), ensure_ascii=False)
