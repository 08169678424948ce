"""What was understood of a music prompt, shown and changed on Create; markers of a sound."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import soundfile
from helpers.stores import add_asset
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from generators.api import Request
from generators.audio_music.markers import add_markers
from studio.core.checkpoint import Checkpoint
from studio.core.recipe import Recipe
from studio.gui.models.asset_rows import read_items
from studio.gui.models.asset_thumbnails import AssetThumbnails
from studio.gui.pages.create.result_tile import ResultTile
from studio.gui.pages.library.menus import make_menu
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets import audio_player
from studio.gui.widgets.asset_cell import AssetPainter
from studio.gui.widgets.buttons import IconButton
from studio.services.checkpoints.starter import starter_checkpoint
from studio.services.files.importing import import_file
from studio.store.library import Library


@pytest.fixture
def create(open_window, settle, empty, tmp_path):
    """Open Create for music with the starter and another checkpoint."""
    starter = starter_checkpoint("audio")
    assert starter is not None
    with Library.open(empty) as library:
        for at, name, path, family in (
            (2, "Starter music", starter, "symbolic"), (1, "Other", tmp_path, "musicgen")
        ):  # fmt: skip
            library.models.add(
                Checkpoint(name, name, "audio_music", "audio", family, "soundfont", str(path),
                           added_at=at)
            )  # fmt: skip
    window = open_window(empty, "create")
    settle(lambda: window.page._loaded and not window.context.store.busy)
    window.page.form.set_kind("audio")
    settle(lambda: window.page.form.setup.chosen_checkpoint() is not None)
    return window.page


def shown(page):
    return [chip.text() for chip in page.form.music.chips if chip.isVisible()]


def choose(menu, words):
    action = next(action for action in menu.actions() if action.text() == words)
    action.trigger()
    menu.deleteLater()


def test_a_prompt_is_read_into_chips_and_a_chip_changes_it(create, settle):
    form = create.form
    assert form.music.isVisible()
    assert form.music.said.isVisible()
    form.prompt.edit.setPlainText("warm piano, 92 bpm, no drums, drop at 7.5 s")
    settle(lambda: shown(create) == ["warm", "piano", "92 bpm", "no drums", "drop at 7.5 s"])
    assert not form.music.said.isVisible()
    assert form.music.chips[0].accessibleName() == "Mood: warm"
    beside = [chip for chip in form.music.chips if chip.isVisible()][-1].geometry()
    more = form.music.more.geometry()
    assert more.left() in (0, beside.right() + 1 + SIZES.half)  # hidden chips leave no gap
    choose(form.music.chip_menu(0), "dark")
    assert form.prompt.text() == "dark piano, 92 bpm, no drums, drop at 7.5 s"
    choose(form.music.chip_menu(2), "Take out")
    assert form.prompt.text() == "dark piano, no drums, drop at 7.5 s"
    assert shown(create) == ["dark", "piano", "no drums", "drop at 7.5 s"]
    form.prompt.edit.undo()
    assert form.prompt.text() == "dark piano, 92 bpm, no drums, drop at 7.5 s"


def test_wishes_are_added_from_a_menu(create, settle):
    form = create.form
    menu = form.music.more_menu()
    kinds = {action.text(): action.menu() for action in menu.actions()}
    choose(kinds["Genre"], "jazz")
    assert form.prompt.text() == "jazz"
    assert shown(create) == ["jazz"]
    menu.deleteLater()


def test_chips_are_for_checkpoints_that_read_so(create, settle):
    form = create.form
    form.setup.checkpoint.setCurrentIndex(form.setup.checkpoint.findData("Other"))
    form.setup.checkpoint.activated.emit(form.setup.checkpoint.currentIndex())
    assert not form.music.isVisible()
    form.set_kind("image")
    assert not form.music.isVisible()


def test_the_stage_shows_markers_and_a_click_goes_there(
    empty, open_window, settle, monkeypatch, tmp_path
):
    monkeypatch.setattr(audio_player, "multimedia", lambda: None)
    file = tmp_path / "loop.wav"
    soundfile.write(file, 0.3 * np.sin(np.arange(80_000) / 20), 8_000)
    add_markers(file, [(0, "intro"), (40_000, "drop")], loop=(0, 79_999, 8_000))
    with Library.open(empty) as library:
        import_file(library, file)
    window = open_window(empty, "library")
    page = window.page
    settle(lambda: page.model.item_at(0) is not None and not window.context.store.busy)
    page.grid.setCurrentIndex(page.model.index(0, 0))
    page.grid.setFocus()
    QTest.keyClick(page.grid, Qt.Key.Key_Space)
    stage = page.sheets.preview.stage
    settle(lambda: len(stage.wave.marks) == 2)
    assert stage.wave.accessibleDescription() == "intro 0.0 s, drop 5.0 s"
    assert stage.player.loop_button.isChecked()
    sought = []
    stage.wave.sought.connect(sought.append)
    area = stage.wave._area()
    middle = QPoint(area.center().x(), area.center().y())
    QTest.mouseClick(stage.wave, Qt.MouseButton.LeftButton, pos=middle)
    assert sought[0] == pytest.approx(5_000, abs=30)
    stage.wave.set_place(2_500)
    assert not stage.wave.grab().isNull()
    page.sheets.preview.hide()


@pytest.fixture
def piece(empty):
    """A piece by the starter, the second of three variations, and one by another checkpoint."""
    with Library.open(empty) as library:
        ids = []
        for at, family in enumerate(("symbolic", "musicgen")):
            checkpoint = Checkpoint(
                family, family, "audio_music", "audio", family, "soundfont",
                str(starter_checkpoint("audio")),
            )  # fmt: skip
            library.models.add(checkpoint)
            params = {"prompt": "calm piano", "num_variations": 3, "seed": 40, "intensity": 0.25}
            request = Request("audio_music", "text_to_music", params, checkpoint.ref())
            made = add_asset(
                library, family.encode(), modality="audio", media_type="audio/wav",
                source="generated", recipe=Recipe(request, "1.0", seed=41 + at),
            )  # fmt: skip
            ids.append(made.id)
    return ids


@pytest.fixture
def library_page(empty, piece, open_window, settle):
    """The library with both pieces."""
    window = open_window(empty, "library")
    settle(lambda: window.page.model.rowCount() == len(piece) and not window.context.store.busy)
    return window.page


@pytest.mark.parametrize(
    "case",
    [
        ("The same, but calmer", {"intensity": -0.25, "part": 0}, "Calmer"),
        ("The same, but livelier", {"intensity": 0.75, "part": 0}, "Livelier"),
        ("Go on with this piece", {"intensity": 0.25, "part": 1}, "Continued"),
    ],
)
def test_a_piece_is_turned_from_the_library(library_page, empty, piece, settle, case):
    words, changes, said = case
    page = library_page
    offered = {}
    for one in piece:
        page.grid.setCurrentIndex(page.model.index(page.model.row_of(one), 0))
        settle(partial(page.model.item, one))
        menu = make_menu(page)
        offered[one] = {action.text(): action for action in menu.actions()}
        if one == piece[0]:
            choose(menu, words)
        else:
            menu.deleteLater()
    assert words not in offered[piece[1]]
    with Library.open(empty) as library:
        settle(lambda: len(library.jobs.list()) == 1)
        (job,) = library.jobs.list()
    assert job.title == f"{said} · calm piano"
    asked = job.request.params
    assert {key: asked[key] for key in changes} == changes
    assert (asked["seed"], asked["num_variations"], asked["prompt"]) == (41, 1, "calm piano")


def test_a_result_offers_what_can_be_made_of_it(empty, piece, open_context):
    with Library.open(empty) as library:
        items = read_items(library, piece)
    said: list[str] = []
    painter = AssetPainter(AssetThumbnails(open_context(empty)))
    for item in items:
        tile = ResultTile(item, painter)
        tile.acted.connect(lambda action, _one: said.append(action))
        for made in tile.findChildren(IconButton):
            if made.accessibleName() in {"The same, but calmer", "Go on with this piece"}:
                made.click()
        said.append("|")
    assert said == ["calmer", "go_on", "|", "|"]
