"""The settings survive damage, and are written whole or not at all."""

from __future__ import annotations

import pytest

from studio.core.settings import Settings, load_settings, save_settings, settings_file


def test_round_trip():
    settings = Settings(theme="light", library="/tmp/ä 库", page="queue").with_page(
        "queue", {"a": 1}
    )
    save_settings(settings)
    assert load_settings() == settings


def test_first_start_has_defaults():
    assert load_settings() == Settings()


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 100_000, b"x" * 1_000_001])
def test_a_damaged_file_is_set_aside(content):
    settings_file().parent.mkdir(parents=True, exist_ok=True)
    settings_file().write_bytes(content)
    assert load_settings() == Settings()
    assert not settings_file().exists()
    assert settings_file().with_name("settings.damaged.json").read_bytes() == content


def test_wrong_types_fall_back_one_by_one():
    settings_file().parent.mkdir(parents=True, exist_ok=True)
    settings_file().write_text(
        '{"theme": "pink", "page": "library", "window": 3, "pages": {"a": 1, "b": {"c": 2}}}'
    )
    assert load_settings() == Settings(page="library", pages={"b": {"c": 2}})


def test_a_failed_write_leaves_the_old_file(monkeypatch):
    save_settings(Settings(page="queue"))

    def broken(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="No space left"):
        save_settings(Settings(page="library"))
    assert load_settings().page == "queue"
    assert [path.name for path in settings_file().parent.iterdir()] == ["settings.json"]
