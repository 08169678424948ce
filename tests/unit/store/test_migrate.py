"""Migrations: numbered, complete, backed up, all or nothing; old libraries still open."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import apsw
import pytest
from helpers.stores import new_job

from studio.core.asset import AssetQuery
from studio.core.errors import LibraryError, LibraryReadOnly, LibraryTooNew
from studio.core.job import MOVES, JobKind, JobStatus, Lane
from studio.store import Library, migrate
from studio.store.database import Database

SAMPLES = Path(__file__).with_name("samples")


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    return Database(str(tmp_path / "x.db"), tmp_path)


def test_the_schema_file_is_what_all_migrations_make(empty: Database, tmp_path: Path) -> None:
    assert migrate.migrate(empty, tmp_path / "backups") == migrate.newest_version()
    assert migrate.SCHEMA.read_text(encoding="utf-8") == migrate.schema_of(empty)
    assert not (tmp_path / "backups").exists()  # there was nothing to keep


def test_the_schema_and_the_core_name_the_same_states(empty: Database) -> None:
    migrate.migrate(empty, Path("unused"))
    sql = {row[0]: str(row[1]) for row in empty.rows("SELECT name, sql FROM sqlite_schema")}
    trigger = sql["jobs_legal_moves"]
    legal = {f"{start}>{end}" for start, ends in MOVES.items() for end in ends}
    assert {move for move in _quoted(trigger) if ">" in move and len(move) > 1} == legal
    words = set(_quoted(sql["jobs"]))
    assert {*JobStatus, *JobKind, *Lane} <= words
    assert words - {*JobStatus, *JobKind, *Lane} == {"", "{}"}


def _quoted(sql: str) -> list[str]:
    return sql.split("'")[1::2]


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    """Return the migrations of a version that does not exist yet."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, folder)
    number = migrate.newest_version() + 1
    (folder / f"{number:04}_colours.sql").write_text(
        "CREATE TABLE colours (id INTEGER PRIMARY KEY, name TEXT) STRICT;\n"
        "INSERT INTO colours (name) SELECT title FROM jobs;\n"
        "ALTER TABLE batches ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';"
    )
    return folder


def test_a_backup_is_made_before_a_migration(
    root: Path, next_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library.open(root) as library:
        library.jobs.enqueue([new_job("a")])
    monkeypatch.setattr(migrate, "MIGRATIONS", next_version)
    newest = migrate.newest_version(next_version)
    database = Database(str(root / "library.db"), root)
    assert migrate.migrate(database, root / "backups", next_version) == 1
    assert migrate.migrate(database, root / "backups", next_version) == 0
    assert database.value("PRAGMA user_version") == newest
    assert database.column("SELECT name FROM colours") == ["a"]
    assert database.value("PRAGMA foreign_keys") == 1
    database.close()
    (kept,) = (root / "backups").iterdir()
    assert kept.name.startswith(f"library-format{newest - 1}-")
    old = root.with_name("put back")
    old.mkdir()
    shutil.copyfile(kept, old / "library.db")
    with Library.open(old) as library:
        assert [job.id for job in library.jobs.list()] == ["a"]
    with pytest.raises(LibraryTooNew):
        Library.open(root)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("CREATE TABLE colours (id); INSERT INTO nowhere VALUES (1);", "no such table"),
        ("CREATE TABLE colours (id); DROP TABLE jobs;", "rows without their partner"),
    ],
)
def test_a_migration_that_fails_leaves_the_library_as_it_was(
    root: Path, next_version: Path, sql: str, says: str
) -> None:
    with Library.open(root) as library:
        library.jobs.enqueue([new_job("a"), new_job("b", "a")])
    newest = migrate.newest_version(next_version)
    bad = next(next_version.glob(f"{newest:04}_*"))
    bad.write_text(sql)
    database = Database(str(root / "library.db"), root)
    with pytest.raises((LibraryError, apsw.Error), match=says):
        migrate.migrate(database, root / "backups", next_version)
    assert database.value("PRAGMA user_version") == newest - 1
    database.close()
    with Library.open(root) as library:
        assert len(library.jobs.list()) == 2


def test_an_older_library_in_a_read_only_place_is_refused(root: Path) -> None:
    root.mkdir()
    database = Database(str(root / "library.db"), root)
    database.rows("CREATE TABLE library (id)")
    database.rows(f"PRAGMA application_id = {migrate.APPLICATION_ID}")
    database.close()
    with pytest.raises(LibraryReadOnly):
        Library.open(root, read_only=True)


def test_numbers_without_gaps(tmp_path: Path) -> None:
    for name in ("0001_a.sql", "0003_b.sql"):
        (tmp_path / name).write_text("")
    with pytest.raises(ValueError, match="not numbered"):
        migrate.migrations(tmp_path)


@pytest.mark.parametrize("version", range(1, migrate.newest_version() + 1))
def test_libraries_of_every_version_open(root: Path, version: int) -> None:
    """The samples were written by the released version that they are named after."""
    root.mkdir()
    packed = SAMPLES / f"library_format{version}.db.gz"
    (root / "library.db").write_bytes(gzip.decompress(packed.read_bytes()))
    with Library.open(root) as library:
        assert [job.id for job in library.jobs.list()] == ["waits", "ended"]
        (asset,) = library.assets.page(AssetQuery(search="夏日 bottle"), limit=10)
        assert asset.title == "夏日特卖"
        assert (asset.tags, asset.rating, asset.job_id) == (("Sale",), 4, "ended")
        assert asset.recipe is not None
        assert library.campaigns.get("k").brief == {"product": "bottle"}
        assert library.models.get("c").family == "fake_a"
        assert library.assets.boards()[0].count == 1
        assert library.assets.check(repair=True).missing == (asset.id,)
        library.jobs.enqueue([new_job("new")])
