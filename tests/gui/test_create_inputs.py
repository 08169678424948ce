"""Reference pictures and masks on the Create page: chosen, painted, kept."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from studio.core.asset import AssetQuery
from studio.store.library import Library


@pytest.fixture
def inpainting(filled, create, settle):
    """Create with a picture of the library chosen to be painted on."""
    page = create(filled)
    with Library.open(filled) as library:
        picture = library.assets.page(AssetQuery(modality="image"), limit=1)[0]
    page.context.go("create", reference=picture.id)
    settle(lambda: page.form.reference.asset_id == picture.id)
    page.form.setup.set_mode("inpaint")
    page.form.setup.changed.emit()
    return page


def test_what_was_painted_is_there_again_after_escape(inpainting):
    page = inpainting
    page.inputs.paint()
    sheet = page.inputs.painter()
    sheet.canvas.stroke(QPointF(0.2, 0.2), QPointF(0.8, 0.8))
    QTest.keyClick(sheet.canvas, Qt.Key.Key_Space)
    painted = sheet.canvas.mask_image()
    QTest.keyClick(sheet.canvas, Qt.Key.Key_Escape)
    assert sheet.isHidden()
    page.inputs.paint()
    assert sheet.isVisible()
    assert sheet.use.isEnabled()
    assert sheet.canvas.mask_image() == painted
    sheet.canvas.undo()
    assert sheet.canvas.mask_image() != painted


def test_a_mask_in_use_can_be_changed_and_a_removed_one_is_gone(inpainting, settle):
    page = inpainting
    box = page.form.mask_box
    page.inputs.paint()
    sheet = page.inputs.painter()
    sheet.canvas.stroke(QPointF(0.2, 0.2), QPointF(0.8, 0.8))
    painted = sheet.canvas.mask_image()
    sheet.use.click()
    settle(lambda: box.asset_id)
    first = box.asset_id
    page.inputs.paint()
    assert sheet.canvas.mask_image() == painted
    sheet.canvas.invert()
    sheet.use.click()
    settle(lambda: box.asset_id != first)
    page.inputs.use_asset(first, "mask")
    settle(lambda: box.asset_id == first)
    page.inputs.paint()  # it is read from its file now
    settle(sheet.isVisible)
    assert sheet.use.isEnabled()
    assert sheet.canvas.mask_image() == painted
    sheet.close_sheet()
    box.clear_button.click()
    page.inputs.paint()
    assert sheet.canvas.is_empty()
    assert not sheet.use.isEnabled()


def test_a_reference_and_a_painted_mask_become_inputs(filled, create, settle):
    page = create(filled)
    with Library.open(filled) as library:
        picture = library.assets.page(AssetQuery(modality="image"), limit=1)[0]
    page.context.go("create", reference=picture.id)
    form = page.form
    settle(lambda: form.reference.asset_id == picture.id)
    assert form.setup.chosen_mode().id == "image_to_image"
    form.setup.set_mode("inpaint")
    form.setup.changed.emit()
    page.inputs.paint()
    sheet = page.inputs.painter()
    assert not sheet.use.isEnabled()
    sheet.canvas.stroke(QPointF(0.2, 0.2), QPointF(0.8, 0.8))
    assert sheet.use.isEnabled()
    sheet.canvas.undo()
    QTest.keyClick(sheet.canvas, Qt.Key.Key_Space)
    assert not sheet.canvas.is_empty()
    sheet.use.click()
    settle(lambda: form.mask_box.asset_id)
    order = form.order()
    assert order.inputs == (("image", picture.id), ("mask", form.mask_box.asset_id))
    with Library.open(filled) as library:
        mask = library.assets.get(form.mask_box.asset_id)
        assert (mask.width, mask.height) == (picture.width, picture.height)
        assert mask.tags == ("mask",)
    form.clear_reference()
    assert form.setup.chosen_mode().id == "text_to_image"
    assert form.order().inputs == ()


def test_reference_and_mask_come_back_unless_they_are_gone(filled, create, settle):
    page = create(filled)
    with Library.open(filled) as library:
        picture, mask = library.assets.page(AssetQuery(modality="image"), limit=2)
    form = page.form
    form.use_test_cards()
    form.set_reference(picture.id, "one", "", (8, 8))
    form.mask_box.set_asset(mask.id, "two", "", (8, 8))
    saved = json.loads(json.dumps(page.state()))
    form.clear_reference()
    page.restore(saved)
    settle(lambda: form.reference.asset_id == picture.id)
    assert form.mask_box.asset_id == mask.id
    with Library.open(filled) as library:
        library.assets.trash([mask.id])
    form.clear_reference()
    page.restore(saved)
    settle(lambda: form.reference.asset_id == picture.id)
    assert form.mask_box.asset_id == ""
    (banner,) = page.window().banners.banners()
    assert "no longer in the library" in banner.message.text
    page.restore({"inputs": {"image": 7, "mask": [1]}})
    assert page.form.reference.asset_id == picture.id
