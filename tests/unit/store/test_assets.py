"""Assets: files, finding, rating, tags, boards, lineage, trash."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from helpers.stores import add_asset, new_asset, recipe_from

from studio.core.asset import AssetQuery
from studio.core.errors import IllegalMove, LibraryError, NotFound
from studio.store import asset_files, asset_trash

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.store import Library


def titles(library: Library, **query: object) -> str:
    found = library.assets.page(AssetQuery(**query), limit=100)  # type: ignore[arg-type]
    ids = library.assets.ids(AssetQuery(**query))  # type: ignore[arg-type]
    assert ids == [asset.id for asset in found]
    assert library.assets.count(AssetQuery(**query)) == len(found)  # type: ignore[arg-type]
    return "".join(asset.title for asset in found)


def test_files_are_stored_by_their_bytes_and_once(library: Library) -> None:
    sha256 = hashlib.sha256(b"pixels").hexdigest()
    for name in ("a.PNG", "b.png", "c.jpeg"):
        staged = library.paths.staging / name
        staged.write_bytes(b"pixels")
        assert library.assets.add_file(staged) == (sha256, f"assets/{sha256[:2]}/{sha256}.png")
        assert not staged.exists()
    assert [path.name for path in library.paths.assets.rglob("*.*")] == [f"{sha256}.png"]


def test_a_file_from_elsewhere_is_copied_and_stays(library: Library, tmp_path: Path) -> None:
    source = tmp_path / "夏 日.weird-suffix"
    source.write_bytes(b"text")
    sha256, path = library.assets.copy_file(source)
    assert source.exists()
    assert path == f"assets/{sha256[:2]}/{sha256}"
    assert list(library.paths.staging.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        library.assets.copy_file(tmp_path / "nothing")


def test_a_damaged_file_is_replaced_when_the_same_comes_again(library: Library) -> None:
    asset = add_asset(library)
    library.assets.file(asset).write_bytes(b"pix")
    add_asset(library)
    assert library.assets.check().clean


def test_adding_a_file_can_be_taken_back(library: Library) -> None:
    new = new_asset(library)
    assert library.assets.discard_file(new.sha256) is True
    assert library.assets.discard_file(new.sha256) is False
    asset = add_asset(library)
    assert library.assets.discard_file(asset.sha256) is False
    assert library.assets.check().clean


def test_an_asset_without_its_file_is_refused(library: Library) -> None:
    new = new_asset(library)
    library.paths.root.joinpath(new.path).unlink()
    with pytest.raises(LibraryError, match="not in the library"):
        library.assets.add(new)
    assert library.assets.ids(AssetQuery()) == []


def test_all_fields_come_back(library: Library) -> None:
    recipe = recipe_from()
    new = new_asset(
        library, title="T\0", prompt="p", model="m", width=3, height=4, duration=1.5,
        campaign_id="k", recipe=recipe, text="x" * 30_000, tags=(" Red  car ", "red CAR", ""),
    )  # fmt: skip
    asset = library.assets.add(new)
    assert (asset.title, asset.prompt, asset.model, asset.campaign_id) == ("T\ufffd", "p", "m", "k")
    assert (asset.width, asset.height, asset.duration) == (3, 4, 1.5)
    assert asset.recipe is not None
    assert asset.recipe.request.params == recipe.request.params
    assert len(asset.text) == 20_000
    assert asset.tags == ("Red car",)
    assert library.assets.get(asset.id) == asset
    assert library.assets.get_many([asset.id, "nobody"]) == [asset]
    assert library.assets.file(asset).read_bytes() == b"pixels"
    with pytest.raises(NotFound):
        library.assets.get("nobody")


def test_queries_filter_and_order(library: Library) -> None:
    add_asset(library, b"1", title="b", modality="text", model="M", tags=("x",))
    add_asset(library, b"2", title="A", source="composed", campaign_id="k")
    add_asset(library, b"3", title="c", prompt="a bottle")
    for asset, rating in zip(library.assets.page(AssetQuery(), limit=3), (2, 5, 0), strict=True):
        library.assets.update(asset.id, rating=rating)
    assert titles(library) == "cAb"
    assert titles(library, order="oldest") == "bAc"
    assert titles(library, order="rating") == "Acb"
    assert titles(library, order="title") == "Abc"
    assert titles(library, minimum_rating=2) == "cA"
    assert titles(library, modality="text") == "b"
    assert titles(library, source="composed") == "A"
    assert titles(library, campaign_id="k") == "A"
    assert titles(library, model="M") == "b"
    assert titles(library, tag="X") == "b"
    assert titles(library, search="bottle", minimum_rating=1) == "c"
    assert titles(library, trashed=True) == ""
    page = library.assets.page(AssetQuery(), limit=1, offset=1)
    assert [asset.title for asset in page] == ["A"]
    assert library.assets.models() == [("M", 1)]


def test_update_changes_what_is_found(library: Library) -> None:
    asset = add_asset(library, title="old", tags=("one", "two"))
    changed = library.assets.update(asset.id, title="new", rating=3, tags=["Three"])
    assert (changed.title, changed.rating, changed.tags) == ("new", 3, ("Three",))
    assert changed.seq > asset.seq
    assert titles(library, search="three") == "new"
    assert titles(library, search="one") == titles(library, search="old") == ""
    assert library.assets.tags() == [("Three", 1)]
    assert library.assets.update(asset.id, rating=0).tags == ("Three",)
    with pytest.raises(ValueError, match="0 to 5"):
        library.assets.update(asset.id, rating=6)
    with pytest.raises(NotFound):
        library.assets.update("nobody", rating=1)


def test_tags_are_counted_without_case_and_trash(library: Library) -> None:
    add_asset(library, b"1", tags=("Summer", "sale"))
    trashed = add_asset(library, b"2", tags=("summer",))
    add_asset(library, b"3", tags=("summer",))
    assert library.assets.tags() == [("Summer", 3), ("sale", 1)]
    library.assets.trash([trashed.id])
    assert library.assets.tags()[0][1] == 2


def test_boards(library: Library) -> None:
    one, two = (add_asset(library, bytes([n]), title="ab"[n]) for n in range(2))
    board = library.assets.create_board("  Summer  sale ")
    assert board.name == "Summer sale"
    for name in ("summer SALE", " "):
        with pytest.raises(IllegalMove):
            library.assets.create_board(name)
    assert library.assets.add_to_board(board.id, [one.id, two.id, one.id, "x"]).count == 2
    assert titles(library, board_id=board.id) == "ba"
    assert library.assets.boards_of(one.id) == library.assets.boards()
    assert library.assets.remove_from_board(board.id, [two.id]).count == 1
    assert library.assets.rename_board(board.id, "summer sale").name == "summer sale"
    library.assets.trash([one.id])
    assert library.assets.boards()[0].count == 0
    since = library.sequence()
    library.assets.delete_board(board.id)
    changes = library.changes_since(since)
    assert (changes.boards, changes.removed) == (True, (("boards", board.id),))
    with pytest.raises(NotFound):
        library.assets.add_to_board(board.id, [one.id])
    assert library.assets.get(one.id).trashed_at > 0


def test_lineage_follows_the_recipes_inputs(library: Library) -> None:
    photo = add_asset(library, b"photo")
    cut = add_asset(library, b"cut", recipe=recipe_from(photo.id, "gone"))
    final = add_asset(library, b"final", parents=(cut.id, photo.id))
    assert library.assets.parents(photo.id) == []
    assert library.assets.parents(cut.id) == [photo]
    assert library.assets.parents(final.id) == [photo, cut]
    assert library.assets.children(photo.id) == [cut, final]
    library.assets.trash([photo.id])
    library.assets.empty_trash()
    assert library.assets.parents(final.id) == [cut]


def test_trash_and_restore_move_the_file(library: Library) -> None:
    asset = add_asset(library, tags=("t",), title="a")
    place = library.assets.file(asset)
    assert library.assets.trash([asset.id, asset.id, "nobody"]) == 1
    trashed = library.assets.get(asset.id)
    assert trashed.trashed_at > 0
    assert library.assets.file(trashed) == library.paths.trash / place.name
    assert not place.exists()
    assert titles(library) == ""
    assert titles(library, trashed=True, search="a") == "a"
    assert library.assets.trash([asset.id]) == 0
    assert library.assets.restore([asset.id]) == 1
    assert library.assets.file(library.assets.get(asset.id)) == place
    assert place.exists()
    assert library.assets.restore([asset.id]) == 0


def test_assets_with_the_same_bytes_share_their_file(library: Library) -> None:
    one, two = (add_asset(library, b"same", title=title) for title in "ab")
    place = library.assets.file(one)
    assert library.assets.by_sha(one.sha256) == [one, two]
    library.assets.trash([one.id])
    assert place.exists()
    assert library.assets.empty_trash() == 1
    assert library.assets.file(two) == place
    assert place.exists()
    library.assets.trash([two.id])
    assert not place.exists()
    three = add_asset(library, b"same")
    assert library.assets.empty_trash() == 1
    assert library.assets.file(three) == place
    assert library.assets.check().clean


def test_empty_trash_is_for_good_and_leaves_tombstones(library: Library) -> None:
    kept, gone, later = (add_asset(library, bytes([n])) for n in range(3))
    library.assets.trash([gone.id, later.id])
    since = library.sequence()
    assert library.assets.empty_trash([gone.id, kept.id]) == 1
    assert library.changes_since(since).removed == (("assets", gone.id),)
    with pytest.raises(NotFound):
        library.assets.get(gone.id)
    assert library.assets.get(kept.id) == kept
    assert [path.name for path in library.paths.trash.iterdir()] == [f"{later.sha256}.png"]
    assert library.assets.empty_trash() == 1
    assert library.assets.empty_trash() == 0
    assert list(library.paths.trash.iterdir()) == []


def test_emptying_the_trash_waits_for_the_transaction(library: Library) -> None:
    asset, other = add_asset(library), add_asset(library, b"other")
    library.assets.trash([asset.id])
    trashed = library.assets.file(asset)
    with library.transaction():
        assert library.assets.empty_trash() == 1
        assert list(library.paths.trash.iterdir()) == [trashed]
    assert not trashed.exists()
    library.assets.trash([other.id])
    with pytest.raises(ZeroDivisionError), library.transaction():
        library.assets.empty_trash() / 0
    assert library.assets.file(library.assets.get(other.id)).exists()
    assert library.assets.restore([other.id]) == 1


@pytest.fixture
def locks(library: Library, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets, for each time the write lock is held, the files moved meanwhile."""
    held: list[int] = []
    begin, replace_, unlink = library._db._begin, Path.replace, Path.unlink

    def begun(*, durable: bool) -> None:
        begin(durable=durable)
        held.append(0)

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def move(*values: Any, **more: Any) -> Any:
            if library._db._depth:
                held[-1] += 1
            return real(*values, **more)

        return move

    monkeypatch.setattr(library._db, "_begin", begun)
    monkeypatch.setattr(Path, "replace", counted(replace_))
    monkeypatch.setattr(Path, "unlink", counted(unlink))
    return held


def test_many_files_are_moved_a_few_at_a_time(
    library: Library, locks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for the lock, as the engine does to commit, gets it in between."""
    monkeypatch.setattr(asset_trash, "_AT_ONCE", 10)
    flushed: list[Path] = []
    monkeypatch.setattr(asset_files, "sync_folder", flushed.append)
    ids = [add_asset(library, bytes([n])).id for n in range(25)]
    library.assets.trash(ids)
    locks.clear()
    flushed.clear()
    assert library.assets.restore(ids) == 25
    assert locks == [10, 10, 5]
    assert len(flushed) <= 25
    library.assets.trash(ids)
    locks.clear()
    assert library.assets.empty_trash() == 25
    assert locks == [0, 10, 10, 5]


def test_a_folder_is_flushed_once_for_all_files_that_come_back_to_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [add_asset(library, n.to_bytes(2, "big")).id for n in range(90)]
    folders = {library.assets.file(library.assets.get(item)).parent for item in ids}
    assert len(folders) < 90
    library.assets.trash(ids)
    flushed: list[Path] = []
    monkeypatch.setattr(asset_files, "sync_folder", flushed.append)
    library.assets.restore(ids)
    assert sorted(flushed) == sorted(folders)


def test_nothing_is_restored_when_one_file_is_lost(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asset_trash, "_AT_ONCE", 1)
    ids = [add_asset(library, bytes([n])).id for n in range(3)]
    library.assets.trash(ids)
    library.assets.file(library.assets.get(ids[-1])).unlink()
    with pytest.raises(LibraryError, match="not in the library"):
        library.assets.restore(ids)
    assert library.assets.count(AssetQuery(trashed=True)) == 3


def test_a_file_that_went_to_the_trash_meanwhile_comes_back(library: Library) -> None:
    """Between ``add_file`` and ``add``, the last asset with these bytes is trashed elsewhere."""
    old = add_asset(library)
    new = new_asset(library)
    library.assets.trash([old.id])
    asset = library.assets.add(replace(new, title="new"))
    assert library.assets.file(asset).parent.parent == library.paths.assets
    assert library.assets.check().clean
