"""The check finds every kind of damage, repairs what it can, and deletes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from helpers.stores import add_asset

from studio.core.asset import AssetQuery
from studio.core.errors import LibraryError

if TYPE_CHECKING:
    from studio.core.asset import Asset
    from studio.store import Library


@pytest.fixture
def asset(library: Library) -> Asset:
    add_asset(library, b"a good neighbour")
    return add_asset(library, b"original")


def test_a_whole_library_is_clean(library: Library, asset: Asset) -> None:
    library.assets.trash([asset.id])
    seen: list[tuple[int, int]] = []
    report = library.assets.check(progress=lambda done, total: seen.append((done, total)))
    assert report.clean
    assert (report.checked, report.repaired) == (2, ())
    assert seen == [(1, 2), (2, 2)]
    assert library.assets.check(repair=True) == report


def test_a_missing_file_is_marked_and_unmarked_when_it_is_back(
    library: Library, asset: Asset
) -> None:
    file = library.assets.file(asset)
    content = file.read_bytes()
    file.unlink()
    assert library.assets.check().missing == (asset.id,)
    assert not library.assets.get(asset.id).missing  # only looked
    report = library.assets.check(repair=True)
    assert "marked as missing" in report.repaired[0]
    assert library.assets.get(asset.id).missing
    assert library.assets.check().missing == (asset.id,)
    file.write_bytes(content)
    assert library.assets.check(repair=True).misplaced == (asset.id,)
    assert not library.assets.get(asset.id).missing
    assert library.assets.check().clean


@pytest.mark.parametrize("change", [b"ORIGINAL", b"longer than before", b""])
def test_an_altered_file_is_set_aside_never_deleted(
    library: Library, asset: Asset, change: bytes
) -> None:
    library.assets.file(asset).write_bytes(change)
    assert library.assets.check().altered == (asset.id,)
    library.assets.check(repair=True)
    assert library.assets.get(asset.id).missing
    (kept,) = (library.paths.trash / "extra").iterdir()
    assert kept.read_bytes() == change
    report = library.assets.check(repair=True)
    assert (report.missing, report.altered) == ((asset.id,), ())
    assert kept.read_bytes() == change


def test_a_quick_check_looks_at_sizes_only(library: Library, asset: Asset) -> None:
    library.assets.file(asset).write_bytes(b"ORIGINAL")
    assert library.assets.check(deep=False).clean
    library.assets.file(asset).write_bytes(b"longer")
    assert library.assets.check(deep=False).altered == (asset.id,)


@pytest.mark.parametrize("damage", ["altered", "missing"])
@pytest.mark.parametrize("where", ["trash", "trash/extra"])
def test_a_good_copy_in_the_trash_takes_the_place(
    library: Library, asset: Asset, damage: str, where: str
) -> None:
    file = library.assets.file(asset)
    folder = library.root / where
    folder.mkdir(exist_ok=True)
    (folder / file.name).write_bytes(b"original")
    file.write_bytes(b"scratched") if damage == "altered" else file.unlink()
    found = library.assets.check()
    if (damage, where) == ("missing", "trash"):
        assert found.misplaced == (asset.id,)
    else:
        assert getattr(found, damage) == (asset.id,)
    assert len(library.assets.check(repair=True).repaired) == 1
    assert file.read_bytes() == b"original"
    assert library.assets.check().clean
    assert not library.assets.get(asset.id).missing


def test_extra_files_are_set_aside_under_free_names(library: Library, asset: Asset) -> None:
    folder = library.assets.file(asset).parent
    (folder / "holiday.png").write_bytes(b"one")
    (library.paths.assets / "holiday.png").write_bytes(b"two")
    (library.paths.trash / "old.png").write_bytes(b"three")
    report = library.assets.check(repair=True)
    assert len(report.extra) == len(report.repaired) == 3
    kept = sorted(path.read_bytes() for path in (library.paths.trash / "extra").iterdir())
    assert kept == [b"one", b"three", b"two"]
    assert library.assets.check().clean


def test_a_file_in_the_wrong_folder_goes_home(library: Library, asset: Asset) -> None:
    place = library.assets.file(asset)
    place.rename(library.paths.trash / place.name)  # as a crash in the middle of trash() leaves it
    assert library.assets.file(asset).exists()
    assert library.assets.check(repair=True).misplaced == (asset.id,)
    assert place.exists()
    library.assets.trash([asset.id])
    (library.paths.trash / place.name).rename(place)
    assert library.assets.check(repair=True).misplaced == (asset.id,)
    assert not place.exists()
    assert library.assets.check().clean


def test_trashed_assets_are_repaired_too(library: Library, asset: Asset) -> None:
    library.assets.trash([asset.id])
    (library.paths.trash / f"{asset.sha256}.png").write_bytes(b"bad")
    library.assets.check(repair=True)
    assert library.assets.get(asset.id).missing
    assert len(library.assets.ids(AssetQuery(trashed=True))) == 1


def test_a_restore_never_takes_a_bad_copy(library: Library, asset: Asset) -> None:
    library.assets.trash([asset.id])
    (library.paths.trash / f"{asset.sha256}.png").write_bytes(b"bad")
    library.assets.check(repair=True)
    with pytest.raises(LibraryError, match="not in the library"):
        library.assets.restore([asset.id])
    (library.paths.trash / "extra" / f"{asset.sha256}-2.png").write_bytes(b"original")
    assert library.assets.restore([asset.id]) == 1
    assert not library.assets.get(asset.id).missing
    assert library.assets.check().clean


def test_rows_without_their_partner_are_reported(library: Library, asset: Asset) -> None:
    library._db.rows("PRAGMA foreign_keys = OFF")
    library._db.rows("INSERT INTO asset_tags VALUES (12345, 'x')")
    assert "asset_tags" in library.assets.check().database[0]
