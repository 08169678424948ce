"""Words in the person's language: which translations are installed, and words that come as data.

What the window says itself goes through ``self.tr``, or ``translate(context, text)`` where there
is no object. ``python packaging/translations.py`` collects both, and the words of the generators'
manifests and of the prompt templates, into ``assets/translations``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from studio.core.paths import resources

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

VARIABLE = "BRANDLOOM_LANGUAGE"
#: Contexts of words that are data: other generators' words are looked up there too.
MANIFEST, TEMPLATES = "Manifest", "Templates"

translate = QCoreApplication.translate


def chosen_locale(setting: str) -> QLocale:
    """Return the language of the environment variable, the setting or the system, in this order."""
    name = os.environ.get(VARIABLE) or setting
    return QLocale(name) if name else QLocale.system()


def install_translations(app: QApplication, setting: str) -> None:
    """Translate the window and Qt's own words, as far as there are translations.

    Args:
        app: Translators that it has from here before are replaced.
        setting: BCP 47 code, or empty for the system's language.
    """
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.deleteLater()
    locale = chosen_locale(setting)
    QLocale.setDefault(locale)
    plurals = QTranslator(app)  # asked last of all: "%n job(s)" where no translation is installed
    if plurals.load("plurals_en", str(resources() / "translations")):
        app.installTranslator(plurals)
    for name, folder in (
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        ("brandloom", str(resources() / "translations")),
    ):
        translator = QTranslator(app)
        if translator.load(locale, name, "_", folder):
            app.installTranslator(translator)


def manifest_words(text: str) -> str:
    """Return a label or a help text of a generator's manifest, translated where that is known."""
    return translate(MANIFEST, text) if text else ""
