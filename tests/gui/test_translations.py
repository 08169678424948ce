"""Every word that people see can be translated, is translated, and fits when it is."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QWidget

from studio.core.paths import resources
from studio.gui.translating import VARIABLE, chosen_locale
from studio.gui.widgets.labels import ElidedLabel

ROOT = Path(__file__).parents[2]
CHINESE = resources() / "translations" / "brandloom_zh_CN.ts"
HOLES = re.compile(r"%n|\{\d*\}")
#: What may stand in Latin letters in the Chinese window: names, formats, keys.
LATIN = re.compile(
    r"(Brandloom|AI|JSON|Ctrl|Esc|CPU|GPU|MB|GB|kB|px|LUFS|dB|Top-[kp]|LoRA|wav|flac|mp3|"
    r"safetensors|gguf|WAV|FLAC|MP3|image/png|Hz|s)",
)


def translated() -> dict[tuple[str, str], list[str]]:
    found = {}
    for context in ET.parse(CHINESE).getroot().findall("context"):
        for message in context.findall("message"):
            told = message.find("translation")
            forms = told.findall("numerusform") or [told]
            key = (context.findtext("name"), message.findtext("source"))
            found[key] = [form.text or "" for form in forms]
    return found


def calls() -> list[tuple[str, str, ast.Call]]:
    """Every call of ``tr`` and ``translate`` in the window: file, class or "", call."""
    found = []
    for path in sorted((ROOT / "studio" / "gui").rglob("*.py")):

        def visit(node: ast.AST, owner: str, name: str = path.name) -> None:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.Call):
                    function = child.func
                    called = getattr(function, "attr", getattr(function, "id", ""))
                    owned = getattr(getattr(function, "value", None), "id", "")
                    named = isinstance(function, ast.Name) or owned == "QCoreApplication"
                    moves = called == "translate" and not named  # a rectangle
                    if called in ("tr", "translate", "QT_TRANSLATE_NOOP") and not moves:
                        found.append((name, owner, child))
                visit(child, child.name if isinstance(child, ast.ClassDef) else owner)

        visit(ast.parse(path.read_text("utf-8")), "")
    return found


def test_every_word_in_the_sources_has_its_translation():
    known, missing = translated(), []
    for file, owner, call in calls():
        texts = [one.value for one in call.args if isinstance(one, ast.Constant)]
        called = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if called == "tr":
            key = (owner, texts[0]) if texts else ("", "")
        elif len(texts) >= 2:
            key = (texts[0], texts[1])
        else:  # words that are data: their texts come from manifests, templates, the list of pages
            assert file in ("translating.py", "registry.py", "prompt_box.py"), (file, call.lineno)
            continue
        if not any(known.get(key, [])):
            missing.append((file, call.lineno, *key))
    assert not missing, "run packaging/translations.py, then translate these"


def test_the_files_are_up_to_date_and_complete():
    place = ROOT / "packaging" / "translations.py"
    spec = importlib.util.spec_from_file_location("translations_command", place)
    command = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(command)
    assert command.check(CHINESE) == []
    manifests = {text for context, text in command.data_words() if context == "Manifest"}
    assert {"Negative prompt", "Guidance", "Text to image"} <= manifests


def test_what_is_filled_in_survives_the_translation():
    for (context, source), forms in translated().items():
        for form in forms:
            assert sorted(HOLES.findall(source)) == sorted(HOLES.findall(form)), (context, source)


def test_the_compiled_file_says_the_same(chinese):
    for (context, source), forms in translated().items():
        told = QCoreApplication.translate(context, source, "", 7 if "%n" in source else -1)
        assert told == forms[0].replace("%n", "7"), (context, source)


def test_variable_before_setting_before_system(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert chosen_locale("de").language() == QLocale.Language.German
    assert chosen_locale("").language() == QLocale.system().language()
    monkeypatch.setenv(VARIABLE, "zh_CN")
    assert chosen_locale("de").language() == QLocale.Language.Chinese


def shown(window: QWidget) -> list[QLabel | QAbstractButton]:
    return [
        item
        for item in (*window.findChildren(QLabel), *window.findChildren(QAbstractButton))
        if item.isVisible() and item.text()
    ]


def clipped(item: QLabel | QAbstractButton) -> bool:
    """Whether a text has less room than it needs; those that end in … on purpose aside."""
    if isinstance(item, ElidedLabel):
        return False
    if isinstance(item, QLabel) and item.wordWrap():
        return item.height() + 1 < item.heightForWidth(item.width())
    if isinstance(item, QLabel):
        return item.width() + 1 < QFontMetrics(item.font()).horizontalAdvance(item.text())
    return isinstance(item, QPushButton) and item.width() + 1 < item.sizeHint().width()


@pytest.mark.parametrize("page_id", ["create", "library", "queue"])
@pytest.mark.parametrize("width", [1280, 1024])
@pytest.mark.usefixtures("chinese")
def test_pages_in_chinese_are_whole(filled, empty, open_window, settle, page_id, width):
    for root in (filled, empty):
        window = open_window(root, page_id)
        window.resize(width, 700)
        settle(window.page.is_painted)
        said = shown(window)
        assert [item.text() for item in said if clipped(item)] == []
        english = [
            item.text()
            for item in said
            if isinstance(item, QAbstractButton)
            and re.search("[A-Za-z]{2}", LATIN.sub("", item.text()))
        ]
        assert set(english) <= {"Spring launch"}  # the name of a board
        window.close_now()


@pytest.mark.parametrize("page_id", ["create", "library", "queue"])
def test_pages_in_english_are_whole_in_a_narrow_window(filled, open_window, settle, page_id):
    window = open_window(filled, page_id)
    window.resize(1024, 700)
    settle(window.page.is_painted)
    if page_id == "queue":
        window.page.open_job(window.page.models["next"].ids_at([1])[0])
        settle(lambda: window.page.panel.form is not None and window.page.is_painted())
    if page_id == "library":
        window.page.grid.select_ids([window.page.model.id_at(0)])
        settle(window.page.is_painted)
    assert [item.text() for item in shown(window) if clipped(item)] == []


def test_data_of_manifests_and_templates_is_translated(chinese, empty, open_window, settle):
    page = open_window(empty, "create").page
    settle(page.is_painted)
    assert page.form.setup.mode.itemText(0) == "文生图"
    assert page.form.form().field("guidance_scale").name == "引导强度"
    assert "贴合提示词" in page.form.form().field("guidance_scale").help
