"""Applies a theme to the application and tells widgets that paint themselves when it changes.

One ``ThemeManager`` lives as a child of the QApplication; ``theme()`` finds it. It is the single
piece of state that everything in the window may ask for, because Qt has one application as well.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton

from studio.core.paths import config_folder, resources
from studio.gui.theme.icons import icon, svg_text
from studio.gui.theme.style import Style
from studio.gui.theme.tokens import SIZES, Colors, ThemeName, Tokens, load_tokens, themes_folder

if TYPE_CHECKING:
    from pathlib import Path

FAMILY = "Inter"
#: What the window is set in; the other fonts in ``assets/fonts`` are for creatives.
FONT_FILES = (
    "Inter-Regular.ttf",
    "Inter-Medium.ttf",
    "Inter-SemiBold.ttf",
    "Inter-Bold.ttf",
    "NotoSansSC-Regular.otf",
)
#: Tried in order for characters that Inter lacks; what the system has of them.
FALLBACKS = (
    "PingFang SC",
    "Microsoft YaHei UI",
    "Noto Sans CJK SC",  # shipped, as NotoSansSC-Regular.otf
    "Noto Sans SC",
)
#: Pictures that the style sheet needs as files: name → icon and colour token.
SHEET_IMAGES = {
    "chevron-up": ("chevron-up", "text_soft"),
    "chevron-down": ("chevron-down", "text_soft"),
    "chevron-right": ("chevron-right", "text_soft"),
    "check": ("check", "on_accent"),
    "check-text": ("check", "text"),
    "dot": ("radio-dot", "on_accent"),
}


class ThemeManager(QObject):
    """The theme in use.

    Signals:
        changed: The colours are different; repaint, and tint pictures anew.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.setObjectName("theme")
        self._app = app
        self._tokens = load_tokens("dark")
        self._styled = False
        _load_fonts()

    @property
    def tokens(self) -> Tokens:
        """The tokens in use."""
        return self._tokens

    @property
    def colors(self) -> Colors:
        """The colours in use."""
        return self._tokens.colors

    def apply(self, choice: str) -> None:
        """Use a theme: ``dark``, ``light`` or ``system`` (dark when the system does not say)."""
        self._tokens = load_tokens(self._resolve(choice))
        if not self._styled:
            self._app.setStyle(Style())
            self._styled = True
        self._app.setFont(font())
        self._app.setPalette(palette(self.colors))
        self._app.setStyleSheet(style_sheet(self._tokens))
        self.changed.emit()

    def _resolve(self, choice: str) -> ThemeName:
        if choice == "system":
            light = self._app.styleHints().colorScheme() == Qt.ColorScheme.Light
            return "light" if light else "dark"
        return "light" if choice == "light" else "dark"


def theme() -> ThemeManager:
    """Return the manager of the running application, making it on first use."""
    app = cast("QApplication", QApplication.instance())
    found = app.findChild(ThemeManager, "theme", Qt.FindChildOption.FindDirectChildrenOnly)
    return found or ThemeManager(app)


def color(name: str) -> QColor:
    """Return a colour token of the theme in use."""
    return QColor(getattr(theme().colors, name))


def themed_icon(name: str, token: str = "text_soft", size: int = 16, gap: int = 0) -> QIcon:
    """Return an icon tinted with a colour token of the theme in use (``gap``: see ``icon``)."""
    colors = theme().colors
    return icon(name, getattr(colors, token), colors.disabled, size, gap)


TEXT_GAP = 4  # pixels more between icon and text than the Fusion style leaves


class IconTint(QObject):
    """Keeps a button's icon in the theme's colours; a child of the button, so it ends with it."""

    def __init__(self, button: QAbstractButton, name: str, token: str, size: int) -> None:
        super().__init__(button)
        self._gap = TEXT_GAP if isinstance(button, QPushButton) else 0
        self._button, self._name, self._token, self._size = button, name, token, size
        theme().changed.connect(self.tint)
        self.tint()

    def tint(self) -> None:
        """Draw the icon anew."""
        self._button.setIcon(themed_icon(self._name, self._token, self._size, self._gap))

    def use(self, name: str, token: str) -> None:
        """Change the picture or its colour."""
        if (name, token) != (self._name, self._token):
            self._name, self._token = name, token
            self.tint()


def set_icon(button: QAbstractButton, name: str, token: str = "text_soft", size: int = 16) -> None:
    """Give a button an icon that follows the theme; calling again changes it."""
    tint = button.findChild(IconTint, "", Qt.FindChildOption.FindDirectChildrenOnly)
    if tint is None:
        IconTint(button, name, token, size)
    else:
        tint.use(name, token)
    if isinstance(button, QPushButton):
        button.setIconSize(QSize(size + TEXT_GAP, size))


def font(size: int = SIZES.body, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the app's font in one of the four text sizes (pixels)."""
    made = QFont()
    made.setFamilies([FAMILY, *FALLBACKS])
    made.setPixelSize(size)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setWeight(weight)
    return made


def palette(colors: Colors) -> QPalette:
    """Return the palette for what the style sheet does not reach."""
    role = QPalette.ColorRole
    made = QPalette()
    for key, value in {
        role.Window: colors.ground,
        role.Base: colors.sunken,
        role.AlternateBase: colors.surface,
        role.Button: colors.raised,
        role.ToolTipBase: colors.raised,
        role.ToolTipText: colors.text,
        role.WindowText: colors.text,
        role.Text: colors.text,
        role.ButtonText: colors.text,
        role.BrightText: colors.text,
        role.PlaceholderText: colors.text_faint,
        role.Highlight: colors.accent,
        role.HighlightedText: colors.on_accent,
        role.Link: colors.accent_text,
        role.LinkVisited: colors.accent_text,
        role.Light: colors.raised,
        role.Midlight: colors.hover,
        role.Mid: colors.line_strong,
        role.Dark: colors.line,
        role.Shadow: colors.ground,
        role.Accent: colors.accent,
    }.items():
        made.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, key, QColor(colors.disabled))
    return made


def style_sheet(tokens: Tokens) -> str:
    """Return the style sheet with the theme's tokens filled in."""
    text = (themes_folder() / "window.qss").read_text(encoding="utf-8")
    for name, value in tokens.values().items():
        text = text.replace(f"@{name}@", value)
    return text.replace("@images@", _sheet_images(tokens).as_posix())


def _sheet_images(tokens: Tokens) -> Path:
    """Write the few tinted pictures that a style sheet can take from files only."""
    pictures = {
        name: svg_text(source, getattr(tokens.colors, token))
        for name, (source, token) in SHEET_IMAGES.items()
    }
    digest = hashlib.sha256("".join(pictures.values()).encode()).hexdigest()[:12]
    folder = config_folder() / "theme" / f"{tokens.name}-{digest}"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name, svg in pictures.items():
            (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
        (folder / "complete").touch()
    return folder


def _load_fonts() -> None:
    for name in FONT_FILES:
        QFontDatabase.addApplicationFont(str(resources() / "fonts" / name))
