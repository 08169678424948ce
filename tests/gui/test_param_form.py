"""Forms from manifests: every type of parameter, problems beside their fields, nothing lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from generators.manifest import Manifest, ModeSpec, ParamSpec
from generators.registry import Registry
from studio.gui.widgets.param_form import ParamForm

#: The form is shown as a window of its own here, which the offscreen platform remarks on.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

SPECS = (
    ParamSpec("prompt", "text", "Prompt", "", max_length=40, help="What it shows."),
    ParamSpec("name", "string", default="plain"),
    ParamSpec("steps", "integer", default=20, minimum=1, maximum=100),
    ParamSpec("width", "integer", minimum=16, maximum=4096, unit="px"),
    ParamSpec("scale", "number", default=6.5, minimum=0, maximum=20, step=0.5),
    ParamSpec("far", "number", default=0.0, minimum=-1e6, maximum=1e6),
    ParamSpec("tiled", "boolean", default=False),
    ParamSpec("scheduler", "choice", default="euler", choices=("euler", "ddim")),
    ParamSpec("seed", "seed", default=-1, minimum=-1, maximum=2**53),
    ParamSpec("stop", "json", default=None, advanced=True),
    ParamSpec("eta", "number", default=0.0, minimum=0, maximum=1, advanced=True),
)
MANIFEST = Manifest("x", "X", "1", "image", "x:X", (ModeSpec("make", "Make"),), SPECS)


@pytest.fixture
def form(qapp, qtbot) -> ParamForm:
    made = ParamForm(MANIFEST, "make")
    qtbot.addWidget(made)
    made.resize(400, 900)
    made.show()
    return made


def test_defaults_pass_the_manifest_s_own_check(form):
    assert MANIFEST.check_params("make", form.values()) == MANIFEST.check_params("make", {})
    assert form.problems() == {}


def test_values_come_back_as_they_were_given(form):
    given = {
        "prompt": "Emoji 🌊 عربي 简体",
        "name": "n",
        "steps": 7,
        "width": 640,
        "scale": 2.5,
        "far": -1234.5,
        "tiled": True,
        "scheduler": "ddim",
        "seed": 2**40,
        "stop": ["\n", {"a": [1]}],
        "eta": 0.25,
    }
    form.set_values(given)
    assert form.values() == given


def test_every_generator_has_a_form_with_valid_defaults(qapp, qtbot):
    manifests = Registry.discover().manifests
    assert manifests
    for manifest in manifests:
        for mode in manifest.modes:
            made = ParamForm(manifest, mode.id)
            qtbot.addWidget(made)
            assert manifest.check_params(mode.id, made.values())
            for field in made.fields():
                assert field.control().accessibleName(), field.spec.key


def test_values_of_another_type_show_the_default_and_huge_ones_the_nearest(form):
    for odd in ("auto", [1], {}, True, float("nan")):
        form.set_values({"steps": odd, "scale": odd, "width": odd})
        values = form.values()
        assert (values["steps"], values["scale"], values["width"]) == (20, 6.5, None)
    form.set_values({"steps": 10**40, "scale": -(10**40), "width": 10**400})
    values = form.values()
    assert (values["steps"], values["scale"], values["width"]) == (100, 0, 4096)
    form.set_values({"tiled": "no", "scheduler": [1], "seed": True})
    values = form.values()
    assert (values["tiled"], values["scheduler"], values["seed"]) == (False, "euler", -1)
    assert form.problems() == {}


def test_automatic_is_none(form):
    width = form.field("width")
    assert width.value() is None
    assert width.spin.text() == "Automatic"
    width.spin.setValue(512)
    assert width.value() == 512


def test_too_long_is_said_and_never_cut(form):
    field = form.field("prompt")
    field.edit.setPlainText("x" * 41)
    assert not form.show_problems()
    assert "41 characters" in field._problem.text()
    assert len(field.value()) == 41
    field.edit.setPlainText("x" * 39)
    assert form.show_problems()
    assert field._problem.isHidden()


def test_bad_json_opens_advanced_and_says_why(form):
    assert not form.field("stop").isVisible()
    form.field("stop").edit.setPlainText("[1,")
    assert not form.show_problems()
    assert form.field("stop").isVisible()
    assert "not JSON" in form.field("stop")._problem.text()


def test_a_seed_is_drawn_kept_and_let_go(form):
    seed = form.field("seed")
    assert seed.value() == -1
    seed.dice.click()
    kept = seed.value()
    assert kept >= 0
    seed.lock.click()
    assert seed.value() == -1
    QTest.keyClicks(seed.edit, "12a3")
    assert seed.value() == 123


def test_the_slider_and_the_number_follow_each_other(form):
    field = form.field("scale")
    heard = []
    form.changed.connect(lambda: heard.append(field.value()))
    field.slider.setValue(500)
    assert field.value() == 10.0
    field.spin.setValue(5.0)
    assert field.slider.value() == 250
    assert heard[-1] == 5.0


def test_the_wheel_scrolls_the_page_unless_a_field_has_the_focus(form):
    spin = form.field("steps").spin
    form.field("prompt").edit.setFocus()
    middle = QPointF(spin.rect().center())
    turn = QWheelEvent(
        middle,
        spin.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(spin, turn)
    assert spin.value() == 20


def test_help_is_spoken_and_setting_values_is_silent(form):
    assert form.field("prompt").control().accessibleDescription() == "What it shows."
    heard = []
    form.changed.connect(lambda: heard.append(1))
    form.set_values({"steps": 3, "prompt": "p", "unknown": 1})
    assert not heard
