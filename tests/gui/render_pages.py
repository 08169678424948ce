"""Draws every page to PNG: empty and filled, dark and light, two sizes, at one device pixel.

    python tests/gui/render_pages.py OUT [--page ID] [--scale 1.5] [--language zh_CN]
                                     [--size 1024x700 …]

Someone looks at the pictures before a page is called finished.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

SIZES = ((1280, 800), (1920, 1080))


def main() -> int:
    """Render; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--page", default="", help="only this page")
    parser.add_argument("--scale", default="1", help="device pixels in one")
    parser.add_argument("--language", default="en", help="such as zh_CN")
    parser.add_argument("--size", action="append", default=[], help="WIDTHxHEIGHT")
    options = parser.parse_args()
    os.environ["QT_SCALE_FACTOR"] = options.scale
    os.environ["BRANDLOOM_LANGUAGE"] = options.language
    sizes = [tuple(int(part) for part in size.split("x")) for size in options.size] or SIZES
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="brandloom-render-") as folder:
        os.environ["BRANDLOOM_CONFIG"] = str(Path(folder) / "config")
        return render_all(options.out, Path(folder), options.page, sizes)


def render_all(out: Path, folder: Path, only: str, sizes) -> int:
    """Render all pages of both libraries; return the exit code."""
    from helpers.sample_library import fill_library

    from studio.gui.application import make_application
    from studio.gui.pages.registry import PAGES
    from studio.store.library import Library

    app = make_application(["render"])
    fill_library(folder / "filled", images=24)
    Library.open(folder / "empty").close()
    count = 0
    for state in ("empty", "filled"):
        for theme_name in ("dark", "light"):
            for spec in PAGES:
                if only in ("", spec.id):
                    root = folder / state
                    count += _render_page(app, root, spec.id, out, (theme_name, state, sizes))
    print(f"{count} pictures in {out}")
    return 0


def _render_page(app, root: Path, page_id: str, out: Path, look) -> int:
    theme_name, state, sizes = look
    from studio.gui.context import AppContext
    from studio.gui.main_window import MainWindow

    context = AppContext(root, start_engine=False)
    context.set_theme(theme_name)
    context.store.open()
    window = MainWindow(context)
    count = 0
    for size in sizes:
        window.setMinimumSize(*size)
        window.resize(*size)
        window.show_page(page_id, {}, at_once=True)
        window.show()
        for name in _scenes(window, page_id, state):
            settle(app, window)
            window.grab().save(str(out / f"{page_id}-{name}-{theme_name}-{size[0]}x{size[1]}.png"))
            count += 1
    window.close_now()
    context.close()
    window.deleteLater()
    app.processEvents()
    return count


def _scenes(window, page_id: str, state: str):
    """Yield a name for each thing to show on a page, after bringing it about."""
    yield state
    if page_id == "create":
        yield from _create_scenes(window, state)
    if page_id == "library":
        yield from _library_scenes(window, state)
    if page_id == "queue" and state == "filled":
        page = window.page
        page.open_job(page.models["next"].ids_at([1])[0])
        yield "filled-edit"
        page.panel.form.field("prompt").control().setPlainText("a quiet lake at dawn")
        page.close_panel()  # with edits that are not saved
        yield "filled-question"
        page.panel.clear()
        page.tabs.set_value("failed")
        page.show_section("failed")
        page.views["failed"].selectRow(0)
        page.open_job(page.models["failed"].ids_at([0])[0])
        yield "filled-failed"
        page.show_section("ended")
        page.open_job(page.models["ended"].ids_at([5])[0])
        yield "filled-ended"
        page.close_panel()
        page.show_section("next")
        window.palette_sheet.start()
        yield "filled-palette"
        window.palette_sheet.close_sheet()
        window.shortcut_sheet.start()
        yield "filled-shortcuts"
        window.shortcut_sheet.close_sheet()


def _create_scenes(window, state: str):
    """Yield the scenes of the Create page."""
    page = window.page
    form = page.form
    if state == "empty":
        form.use_test_cards()
        form.prompt.set_text("A quiet place by the sea")
        yield "empty-test-cards"
        form.set_kind("audio")
        yield "empty-music"
        form.set_kind("image")
        return
    yield from _picture_scenes(page, form)


def _picture_scenes(page, form):
    form.setup.set_kind("image", "image_diffusion")
    form.setup.changed.emit()
    form.prompt.set_text("steel water bottle on a pale stone, morning light, calm lower third")
    form.negative.set_text("text, watermark, people")
    yield "filled-picture"
    from helpers.vocabularies import words

    form.words.set_vocabulary(words())
    form.prompt.set_text("a red zeppelin on a podium, soft light")
    yield "filled-words"
    form.words.set_vocabulary(None)
    form.prompt.set_text("steel water bottle on a pale stone, morning light, calm lower third")
    form.form().toggle.setChecked(True)
    form.area.verticalScrollBar().setValue(9999)
    yield "filled-advanced"
    tiles = [tile for group in page.results.groups.values() for tile in group.tiles.values()]
    picture = next(tile for tile in tiles if tile.item.modality == "image")
    page.inputs.use_asset(picture.item.id)
    form.area.verticalScrollBar().setValue(0)
    yield "filled-reference"
    form.setup.set_mode("inpaint")
    form.setup.changed.emit()
    page.inputs.paint()
    from PySide6.QtCore import QPointF

    page.inputs.painter().canvas.stroke(QPointF(0.3, 0.4), QPointF(0.6, 0.6))
    yield "filled-mask"
    page.inputs.painter().close_sheet()
    page.inputs._pick_asset("image")
    yield "filled-pick"
    page.inputs._picker.close_sheet()
    form.clear_reference()
    form.set_kind("text")
    yield "filled-text"
    form.set_kind("audio")
    page.results.verticalScrollBar().setValue(1150)
    yield "filled-music"
    yield from _chip_scenes(form)
    page.results.verticalScrollBar().setValue(2600)
    yield "filled-results"
    form.set_kind("image")
    yield from _paused_scenes(page)


def _paused_scenes(page):
    page.results.verticalScrollBar().setValue(0)
    store = page.context.store
    store.write(page, lambda library: library.jobs.pause_queue("Paused by you."))
    yield "filled-paused"
    store.write(page, lambda library: library.jobs.resume_queue())
    yield "filled-resumed"


def _chip_scenes(form):
    form.music.set_family("symbolic")
    form.prompt.set_text("warm guitar and cello, no drums, 92 bpm, in F# minor, drop at 7.5 s")
    form.music.show_all()
    yield "filled-chips"
    form.music.set_family("")


def _library_scenes(window, state: str):
    """Yield the scenes of the Library page."""
    if state == "empty":
        return
    page = window.page
    rows = page.model.rowCount()
    thrown = [page.model.id_at(row) for row in (rows - 2, rows - 3, rows - 4)]
    page.grid.select_ids([page.model.id_at(rows - 2)])
    yield "filled-details"
    page.grid.select_ids([page.model.id_at(row) for row in (rows - 3, rows - 4)])
    yield "filled-many"
    page.sheets.compare()
    yield "filled-compare"
    page.sheets.compared.ways.set_value("slide")
    page.sheets.compared.ways.changed.emit("slide")
    yield "filled-slider"
    page.sheets.compared.close_sheet()
    for row, name in ((rows - 2, "image"), (0, "sound"), (5, "text")):
        page.grid.select_ids([page.model.id_at(row)])
        page.sheets.open_preview(page.model.id_at(row))
        yield f"filled-preview-{name}"
        page.sheets.preview.close_sheet()
    page.filters.search.setText("nothing like this")
    page.filters.search.searched.emit("nothing like this")
    yield "filled-nothing"
    page.filters.clear_filters()
    yield from _trash_scenes(page, thrown)


def _trash_scenes(page, thrown):
    page.actions_.trash(thrown)
    page.show_place("", "", trashed=True)
    yield "filled-trash"
    page.grid.select_ids(thrown[:1])
    yield "filled-trash-details"
    page.grid.select_ids(thrown)
    yield "filled-trash-many"
    page.actions_.restore(thrown, quietly=True)
    page.show_place("", "", trashed=False)
    yield "filled-restored"


def settle(app, window, quiet: float = 0.35, limit: float = 15.0) -> None:
    """Process events until nothing has been under way for a while."""
    end = time.monotonic() + limit
    since = time.monotonic()
    while time.monotonic() < end and time.monotonic() - since < quiet:
        app.processEvents()
        if not window.page.is_painted():
            since = time.monotonic()
        time.sleep(0.005)


if __name__ == "__main__":
    sys.exit(main())
