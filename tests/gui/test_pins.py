"""What must hold of the platform under the window: PySide's counting."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal


class Sender(QObject):
    sent = Signal(bool)


def test_emitting_keeps_the_reference_count_of_true():
    """PySide6 6.12.0 on Python 3.11 lost one at each emit, and the program died after a while."""
    sender = Sender()
    sender.sent.connect(lambda _value: None)
    sender.sent.emit(True)
    before = sys.getrefcount(True)
    for _ in range(200):
        sender.sent.emit(True)
    assert abs(sys.getrefcount(True) - before) < 50
