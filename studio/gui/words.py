"""Times and sizes in words, the same everywhere in the window."""

from __future__ import annotations

import time

from PySide6.QtCore import QDateTime, QLocale

from studio.gui.translating import translate

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def duration(seconds: float) -> str:
    """Return "0.4 s", "12 s", "3 min 20 s", "2 h 5 min"."""
    if seconds < 1:
        return translate("Words", "{0} s").format(f"{max(seconds, 0):.1f}")
    whole = round(seconds)
    if whole < _MINUTE:
        return translate("Words", "{0} s").format(whole)
    minutes, rest = divmod(whole, _MINUTE)
    if minutes < 10 and rest:
        return translate("Words", "{0} min {1} s").format(minutes, rest)
    if minutes < 60:
        return translate("Words", "{0} min").format(minutes)
    hours, minutes = divmod(minutes, 60)
    return (
        translate("Words", "{0} h {1} min").format(hours, minutes)
        if minutes
        else translate("Words", "{0} h").format(hours)
    )


def time_left(seconds: float | None) -> str:
    """Return "about 12 s left"; empty when nobody knows."""
    if seconds is None:
        return ""
    if seconds < 2:
        return translate("Words", "almost there")
    step = 1 if seconds < 20 else 5 if seconds < _MINUTE else 10
    rounded = max(step, round(seconds / step) * step)
    return translate("Words", "about {0} left").format(duration(rounded))


def ago(when: float, now: float | None = None) -> str:
    """Return "just now", "5 min ago", "3 h ago", or the date and time."""
    passed = (time.time() if now is None else now) - when
    if passed < -_MINUTE:  # the clock was set back since
        return moment(when)
    if passed < _MINUTE:
        return translate("Words", "just now")
    if passed < _HOUR:
        return translate("Words", "{0} min ago").format(int(passed // _MINUTE))
    if passed < _DAY:
        return translate("Words", "{0} h ago").format(int(passed // _HOUR))
    return moment(when)


def moment(when: float) -> str:
    """Return a date and time as the person's locale writes it, short."""
    made = QDateTime.fromSecsSinceEpoch(int(when))
    return QLocale().toString(made, QLocale.FormatType.ShortFormat)


def size(count: int) -> str:
    """Return bytes as "640 kB", "1.4 GB"."""
    return QLocale().formattedDataSize(
        count, 1 if count >= 1e9 else 0, QLocale.DataSizeFormat.DataSizeSIFormat
    )
