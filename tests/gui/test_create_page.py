"""The Create page: from a prompt to a result by keys alone, recipes, faults."""

from __future__ import annotations

import json

import numpy as np
from helpers.engines import at, card, ended, fake_checkpoint, running_engine
from helpers.stores import add_asset
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from safetensors.numpy import save_file

from generators.api import AdapterRef, InvalidParameter, Request
from studio.core.asset import AssetQuery
from studio.core.checkpoint import Adapter, Checkpoint
from studio.core.job import JobStatus, Lane
from studio.gui.pages.create.offers import Models, templates
from studio.store.library import Library

CONTROL = Qt.KeyboardModifier.ControlModifier


def press(page, key, modifiers=Qt.KeyboardModifier.NoModifier):
    """Press a key where the focus is."""
    QTest.keyClick(page.window().focusWidget(), key, modifiers)


def tab_to(page, wanted, limit=60):
    """Go to a widget by Tab, as someone without a mouse does."""
    for _ in range(limit):
        if page.window().focusWidget() is wanted:
            return
        press(page, Qt.Key.Key_Tab)
    raise AssertionError(f"{wanted} cannot be reached by Tab")


def test_from_an_empty_library_to_a_result_by_keyboard_alone(empty, create, settle):
    page = create(empty)
    with running_engine(empty):
        page.focus_target().setFocus()
        form = page.form
        assert not form.button.isEnabled()
        tab_to(page, form.setup.try_test)
        press(page, Qt.Key.Key_Space)
        assert form.setup.manifest().id == "fake"
        assert form.prompt.edit.hasFocus()
        QTest.keyClicks(form.prompt.edit, "A quiet place")
        press(page, Qt.Key.Key_Return, CONTROL)
        settle(lambda: any(group.tiles for group in page.results.groups.values()), 30)
        (group,) = page.results.groups.values()
        (tile,) = group.tiles.values()
        settle(tile.face.isVisible)
        tab_to(page, form.button)  # past every field, then on to the result
        tab_to(page, tile.face, 5)
        press(page, Qt.Key.Key_4)
        settle(lambda: next(iter(group.tiles.values())).item.rating == 4)
        tab_to(page, next(iter(group.tiles.values())).face)
        press(page, Qt.Key.Key_Return)
        assert page._preview.isVisible()
        press(page, Qt.Key.Key_Escape)
        assert page._preview.isHidden()
    with Library.open(empty) as library:
        (asset,) = library.assets.page(AssetQuery(), limit=9)
        assert asset.recipe.request.params["prompt"] == "A quiet place"
        assert asset.rating == 4


def test_live_progress_cancel_and_failure_with_reason(empty, create, settle):
    page = create(empty)
    with running_engine(empty), Library.open(empty) as library:
        form = page.form
        form.set_kind("text")
        form.use_test_cards()
        form.prompt.set_text("slow")
        form.form().set_values({"steps": 400, "step_seconds": 0.1})
        page.generate()
        settle(lambda: any(g.running and g.running.progress for g in page.results.groups.values()))
        (job_id,) = page.results.groups
        page.results.groups[job_id].running.cancel.click()
        settle(lambda: not page.results.groups, 20)
        assert ended(library, job_id).status is JobStatus.CANCELLED
        form.form().set_values({"steps": 2, "step_seconds": 0.0, "fail": "user"})
        page.generate()
        settle(lambda: page.results.groups, 20)
        (job_id,) = page.results.groups
        at(library, job_id, JobStatus.FAILED)
        group = page.results.groups[job_id]
        settle(lambda: group.made.item.status is JobStatus.FAILED)
        assert "asked to fail" in group.made.item.reason


def test_a_variation_has_another_seed_and_the_same_rest(empty, create, settle):
    with Library.open(empty) as library, running_engine(empty):
        (job,) = library.jobs.enqueue([card("harbour", mode="image", lane=Lane.INTERACTIVE)])
        ended(library, job.id)
        page = create(empty)
        (tile,) = page.results.groups[job.id].tiles.values()
        tile.acted.emit("vary", tile.item.id)
        settle(lambda: len(page.results.groups) == 2)
        settle(lambda: all(group.tiles for group in page.results.groups.values()), 20)
        first, second = library.assets.page(AssetQuery(order="oldest"), limit=5)
    assert second.recipe.request.params["prompt"] == "harbour"
    assert second.recipe.seed != first.recipe.seed


def test_faults_stand_at_their_field(empty, create, settle, said):
    page = create(empty)
    heard = said(page.window())
    form = page.form
    form.use_test_cards()
    form.prompt.set_text("x" * 20_001)
    page.generate()
    settle(form.button.isEnabled)
    assert not form.prompt._problem.isHidden()
    assert "20,001" in form.prompt._problem.text()
    assert form.show_problem(InvalidParameter("steps", "Too many."))
    assert not form.show_problem(InvalidParameter("nothing", "No field."))
    assert not heard
    with Library.open(empty) as library:
        assert not library.jobs.list()


def test_weights_that_cannot_be_used_are_refused_in_words(empty, create, settle, said, tmp_path):
    page = create(empty)
    heard = said(page.window())
    bad = tmp_path / "half.safetensors"
    bad.write_bytes(b"\xff" * 16)
    page.weights.add(bad)
    settle(lambda: heard)
    assert heard[0].tone == "bad"
    assert heard[0].hint or heard[0].text
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "fake_a"}))
    save_file({"a.weight": np.zeros((2, 3), np.float32)}, folder / "model.safetensors")
    page.weights.add(folder)
    settle(lambda: len(heard) > 1)
    assert heard[1].tone == "good", heard[1]
    settle(lambda: page.form.setup.chosen_checkpoint() is not None)
    assert page.form.setup.manifest().id == "fake"
    assert page.form.setup.chosen_checkpoint().path == str(folder)


def test_licence_and_untrained_are_said_loudly(empty, create, settle, tmp_path):
    with Library.open(empty) as library:
        library.models.add(
            Checkpoint("c", "Noise", "image_diffusion", "image", "sd15", "diffusers", str(tmp_path),
                       licence="CC-BY-NC-4.0", commercial_use=False, untrained=True)
        )  # fmt: skip
    page = create(empty)
    notice = page.form.setup.notice
    assert notice.isVisible()
    assert "Untrained" in notice.accessibleName()
    assert "CC-BY-NC-4.0" in notice.accessibleName()
    assert page.form.button.isEnabled()


def test_a_recipe_fills_everything(empty, create, settle, tmp_path):
    from studio.core.recipe import Recipe

    with Library.open(empty) as library:
        ref = fake_checkpoint(library, tmp_path / "weights", "Tiny A")
        library.models.add_adapter(Adapter("look", "Look", "fake", "fake_a", str(tmp_path)))
        adapters = (AdapterRef("look", "Look", weight=0.6), AdapterRef("gone", "Gone"))
        params = {"prompt": "海边 harbour", "steps": 7, "step_seconds": 0.1, "size": 320}
        made = Recipe(Request("fake", "image", params, ref, adapters), seed=77)
        asset = add_asset(library, recipe=made)
    page = create(empty)
    page.context.go("create", recipe=asset.id)
    form = page.form
    settle(lambda: form.prompt.text() == "海边 harbour")
    assert form.kind == "image"
    assert form.setup.chosen_checkpoint().name == "Tiny A"
    values = form.form().values()
    assert (values["steps"], values["size"], values["seed"]) == (7, 320, 77)
    assert form.adapters.chosen() == (("look", 0.6),)
    banners = [banner.message.text for banner in page.window().banners.banners()]
    assert any("Gone" in text for text in banners)


def test_a_recipe_with_values_of_another_type_fills_the_rest_and_says_so(empty, create, settle):
    from studio.core.recipe import Recipe

    with Library.open(empty) as library:
        params = {"prompt": "harbour", "steps": "auto", "step_seconds": 0.1}
        made = Recipe(Request("fake", "image", params), seed=77)
        asset = add_asset(library, recipe=made)
    page = create(empty)
    default = next(s for s in page.context.registry.get("fake").params if s.key == "steps").default
    page.context.go("create", recipe=asset.id)
    settle(page.window().banners.banners)
    values = page.form.form().values()
    assert (values["steps"], values["step_seconds"]) == (default, 0.1)
    (banner,) = page.window().banners.banners()
    assert "Steps" in banner.message.text


def test_what_was_made_by_hand_is_found_beside_a_large_campaign(empty, create, settle):
    with Library.open(empty) as library, library.transaction():
        ids = []
        for number in range(3):
            (job,) = library.jobs.enqueue([card(f"mine {number}", lane=Lane.INTERACTIVE)])
            done = library.jobs.claim("played")
            library.jobs.finish(done.token, assets=[], execution={}, run_seconds=0.1)
            ids.append(job.id)
        waits = library.jobs.enqueue([card("waits", lane=Lane.INTERACTIVE)])
        library.jobs.pause([waits[0].id])
        library.jobs.enqueue([card("theirs") for _ in range(150)])
        for _ in range(100):
            done = library.jobs.claim("played")
            library.jobs.finish(done.token, assets=[], execution={}, run_seconds=0.1)
        library.jobs.enqueue([card("theirs") for _ in range(150)])
    page = create(empty)
    settle(lambda: not page.results.busy)
    assert [group.made.item.id for group in page.results.in_order()] == [waits[0].id, *ids[::-1]]


def test_everything_entered_comes_back(empty, create, settle):
    page = create(empty)
    page.form.use_test_cards()
    page.form.prompt.set_text("picture words")
    page.form.form().set_values({"steps": 9, "size": 512})
    page.form.prompt.remember("an older prompt")
    page.form.set_kind("text")
    page.form.prompt.set_text("text words")
    saved = json.loads(json.dumps(page.state()))
    page.form.set_kind("audio")
    page.form.prompt.set_text("other")
    page.restore(saved)
    assert page.form.kind == "text"
    assert page.form.prompt.text() == "text words"
    page.form.set_kind("image")
    assert page.form.prompt.text() == "picture words"
    assert page.form.setup.manifest().id == "fake"
    assert page.form.form().values()["steps"] == 9
    assert page.form.prompt.past()["image"] == ["an older prompt"]
    page.restore({"kinds": [1], "kind": 7, "history": "no", "count": "x"})
    assert page.form.kind == "image"


def test_adapters_are_there_again_after_another_kind_and_another_start(
    empty, create, settle, tmp_path
):
    with Library.open(empty) as library:
        ref = fake_checkpoint(library, tmp_path / "weights", "Tiny A")
        for name in ("look", "line"):
            (tmp_path / name).mkdir()
            folder = str(tmp_path / name)
            library.models.add_adapter(Adapter(name, name, "fake", "fake_a", folder))
    page = create(empty)
    form = page.form
    form.setup.set_kind("image", "fake", ref.id)
    form.setup.changed.emit()
    form.adapters.set_chosen([("look", 0.6), ("line", -0.5)])
    form.set_kind("audio")
    assert form.adapters.chosen() == ()
    form.set_kind("image")
    assert form.adapters.chosen() == (("look", 0.6), ("line", -0.5))
    assert form.order().adapters == (("look", 0.6), ("line", -0.5))
    saved = json.loads(json.dumps(page.state()))
    form.adapters.set_chosen([])
    form.set_models(Models())  # as at a start, before they are read
    page.restore(saved)
    assert form.adapters.chosen() == ()
    page.read_models()
    settle(lambda: form.adapters.chosen() == (("look", 0.6), ("line", -0.5)))
    form.adapters.restore([7, ["look"], ["look", "much"], [1, 2], None])
    assert form.adapters.chosen() == ()


def test_templates_select_their_first_blank(empty, create):
    page = create(empty)
    template = templates()["image"][0]
    page.form.prompt.use_template(template.prompt)
    assert page.form.prompt.edit.textCursor().selectedText() == "{product}"
    assert set(templates()) == {"image", "text", "audio"}
