"""Generators are found through one door, whatever state their packages are in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from helpers.plugins import install, manifest, write_files

from generators.registry import Registry, UnknownGenerator

if TYPE_CHECKING:
    from pathlib import Path

    from generators.manifest import RegistryEntry

EXPLODES = "raise SystemExit('imported by the registry')\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def entry(registry: Registry, source: str) -> RegistryEntry:
    found = [item for item in registry.entries if item.source == source]
    assert len(found) == 1, registry.entries
    return found[0]


def test_built_in_ones_are_found_in_a_checkout() -> None:
    registry = Registry.discover()
    fake = registry.get("fake")
    assert fake.name == "Test cards"
    assert [item.source for item in registry.entries if item.id == "fake"] == ["built in"]
    assert [item for item in registry.entries if item.source == "built in" and item.reason] == []


def test_a_package_is_found_without_importing_it(site: Path) -> None:
    files = {
        "plain/__init__.py": EXPLODES,
        "plain/manifest.toml": manifest("plain", "plain"),
        "outer/__init__.py": EXPLODES,
        "outer/inner/__init__.py": EXPLODES,
        "outer/inner/manifest.toml": manifest("inner", "outer.inner"),
        "nameless/manifest.toml": manifest("nameless", "nameless"),
    }
    points = {"plain": "plain", "inner": "outer.inner", "nameless": "nameless"}
    install(site, "three", points, files)
    registry = Registry.discover()
    for name in points:
        assert registry.get(name).entry.endswith(".code:Class")
    assert {item.source for item in registry.entries if item.id in points} == {"three 1.0"}
    assert not {"plain", "outer", "outer.inner", "nameless"} & set(sys.modules)


@pytest.mark.parametrize(
    ("value", "files", "reason"),
    [
        ("gone", {}, "The package gone is not there."),
        ("outer.gone", {"outer/__init__.py": EXPLODES}, "is not there"),
        ("bare", {"bare/__init__.py": EXPLODES}, "holds no manifest.toml"),
        ("torn", {"torn/manifest.toml": "[generator"}, "not valid TOML"),
        ("new", {"new/manifest.toml": "[generator]\napi = 99\n"}, "Update Brandloom"),
        ("bin", {"bin/manifest.toml": "\0"}, "not valid TOML"),
        ("pkg.mod:Class", {}, "does not name a package"),
        ("../etc", {}, "does not name a package"),
    ],
)
def test_a_broken_one_is_disabled_with_its_reason(
    site: Path, value: str, files: dict[str, str], reason: str
) -> None:
    install(site, "broken", {"mine": value}, files)
    registry = Registry.discover()
    found = entry(registry, "broken 1.0")
    assert (found.id, found.manifest) == ("mine", None)
    assert reason in found.reason
    with pytest.raises(UnknownGenerator) as caught:
        registry.get("mine")
    assert reason in caught.value.hint
    assert registry.find("fake") is not None  # the others are not touched


def test_a_manifest_that_cannot_be_read_is_disabled(site: Path) -> None:
    install(site, "broken", {"mine": "mine"}, {"mine/manifest.toml": ""})
    (site / "mine" / "manifest.toml").write_bytes(b"\xff")
    assert "UTF-8" in entry(Registry.discover(), "broken 1.0").reason


def test_the_second_of_one_id_is_disabled(site: Path) -> None:
    install(site, "thief", {"fake": "thief"}, {"thief/manifest.toml": manifest("fake", "thief")})
    registry = Registry.discover()
    assert registry.get("fake").entry.startswith("generators.fake")
    assert "belongs to another" in entry(registry, "thief 1.0").reason


def test_an_installed_built_in_one_is_listed_once(site: Path) -> None:
    install(site, "brandloom", {"fake": "generators.fake"})
    ids = [item.id for item in Registry.discover().entries]
    assert ids.count("fake") == 1


def test_order_and_choice(site: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    write_files(
        own,
        {
            "a/manifest.toml": manifest("sound", "a", "audio"),
            "b/manifest.toml": manifest("words", "b", "text"),
            "c/manifest.toml": manifest("trial", "c", "text").replace(
                'id = "trial"\n', 'id = "trial"\ncapabilities = ["test"]\n'
            ),
            "d/readme.txt": "no generator",
        },
    )
    install(site, "extra", {"more": "more"}, {"more/manifest.toml": manifest("more", "more")})
    registry = Registry.discover(own)
    ours = {"words", "more", "sound", "trial"}  # the environment may hold others
    found = [item.id for item in registry.manifests if item.id in ours]
    assert found == ["words", "more", "sound", "trial"]
    texts = [item.id for item in registry.for_modality("text") if item.id in ours]
    assert texts == ["words", "more", "trial"]
    with pytest.raises(UnknownGenerator, match="no generator 'painter'"):
        registry.get("painter")


def test_what_a_worker_is_told(tmp_path: Path) -> None:
    family = '[[family]]\nid = "{0}"\nlabel = "F"\nformats = ["gguf"]\nworker = "{1}"\n'
    extra = family.format("old", "torch") + family.format("new", "llama")
    trained = manifest("text", "b").replace('id = "text"\n', 'id = "text"\ntrainer = "b.t:T"\n')
    files = {"a/manifest.toml": manifest("plain", "a"), "b/manifest.toml": trained + extra}
    write_files(tmp_path, files)
    registry = Registry.discover(tmp_path)
    both = {"text": "b.code:Class", "text:trainer": "b.t:T"}

    def told(group: str = "") -> dict[str, str]:
        entries = registry.worker_entries(group)
        return {key: value for key, value in entries.items() if value.startswith(("a.", "b."))}

    assert told("llama") == both
    assert told("torch") == both
    assert told("plain") == {"plain": "a.code:Class"}
    assert told() == {**both, "plain": "a.code:Class"}
