"""``studio library …``: search, look at, bring in, give out, throw away, check."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from generators.api import UserFacingError
from studio.cli.context import Cli, size_in_words, table
from studio.cli.made import asset_as_json
from studio.core.asset import AssetQuery
from studio.core.errors import NotFound
from studio.services.files.archives import ArchiveError
from studio.services.files.exporting import export_assets
from studio.services.files.importing import import_any
from studio.services.files.probe import UnusableFile

if TYPE_CHECKING:
    import argparse

    from studio.core.asset import Asset
    from studio.services.files.importing import Imported


def add_parser(
    groups: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Add the command group."""
    group = groups.add_parser("library", help="everything that was made", parents=[common])
    verbs = group.add_subparsers(dest="verb", metavar="VERB")
    searching = verbs.add_parser("search", help="find assets", parents=[common])
    searching.set_defaults(handler=search)
    searching.add_argument("words", nargs="*", help="in prompt, title, tags or model")
    searching.add_argument("--modality", choices=["text", "image", "audio"], default="")
    searching.add_argument("--rating", type=int, default=0, help="at least this many stars")
    searching.add_argument("--tag", default="")
    searching.add_argument("--trashed", action="store_true", help="look in the trash")
    searching.add_argument("--limit", type=int, default=50)
    showing = verbs.add_parser("show", help="an asset with its recipe", parents=[common])
    showing.set_defaults(handler=show)
    showing.add_argument("asset")
    importing = verbs.add_parser(
        "import", help="bring files in, or what a ZIP holds", parents=[common]
    )
    importing.set_defaults(handler=bring_in)
    importing.add_argument("file", nargs="+", type=Path)
    exporting = verbs.add_parser(
        "export", help="give files out, marked as AI-made", parents=[common]
    )
    exporting.set_defaults(handler=export)
    exporting.add_argument("folder", type=Path)
    exporting.add_argument("asset", nargs="+")
    exporting.add_argument("--with-recipe", action="store_true", help="put the recipe in as well")
    for name, text, handler in (
        ("trash", "move assets to the trash", trash),
        ("restore", "take assets out of the trash", restore),
    ):
        parser = verbs.add_parser(name, help=text, parents=[common])
        parser.set_defaults(handler=handler)
        parser.add_argument("asset", nargs="+")
    checking = verbs.add_parser(
        "check", help="find missing, extra, altered files", parents=[common]
    )
    checking.set_defaults(handler=check)
    checking.add_argument("--repair", action="store_true")
    checking.add_argument("--quick", action="store_true", help="compare sizes, do not hash")


def find(cli: Cli, name: str) -> Asset:
    """Return an asset by its id or by an unambiguous end or beginning of it.

    Raises:
        NotFound: None, or several.
    """
    try:
        return cli.library.assets.get(name)
    except NotFound:
        listed = [
            *cli.library.assets.ids(AssetQuery()),
            *cli.library.assets.ids(AssetQuery(trashed=True)),
        ]
        found = [item for item in listed if item.endswith(name) or item.startswith(name)]
        if len(found) != 1:
            raise
        return cli.library.assets.get(found[0])


def search(cli: Cli, options: argparse.Namespace) -> int:
    """List assets."""
    query = AssetQuery(
        search=" ".join(options.words), modality=options.modality, minimum_rating=options.rating,
        tag=options.tag, trashed=options.trashed,
    )  # fmt: skip
    assets = cli.library.assets.page(query, limit=options.limit)
    rows = [[item.id, item.modality, "★" * item.rating, size_in_words(item.bytes),
             item.title or item.prompt] for item in assets]  # fmt: skip
    total = cli.library.assets.count(query)
    text = table(["id", "kind", "rating", "size", "title"], rows) if rows else "Nothing found."
    if total > len(assets):
        text += f"\n{len(assets)} of {total}; --limit shows more."
    cli.emit([asset_as_json(cli, item) for item in assets], text)
    return 0


def show(cli: Cli, options: argparse.Namespace) -> int:
    """Show one asset whole."""
    data = asset_as_json(cli, find(cli, options.asset))
    cli.emit(data, "\n".join(f"{key:12} {value}" for key, value in data.items() if value))
    return 0


def bring_in(cli: Cli, options: argparse.Namespace) -> int:
    """Import files; a recipe inside comes back. Exits 1 when some could not be brought in."""
    rows: list[dict[str, object]] = []
    lines, problems = list[str](), list[UserFacingError]()
    for path in options.file:
        try:
            came = import_any(cli.library, path)
        except (UnusableFile, ArchiveError) as error:
            problems.append(error)  # the others are brought in all the same
            continue
        problems += [UnusableFile(text) for text in came.problems]
        for item in came.imported:
            rows.append({**asset_as_json(cli, item.asset), "warning": item.warning})
            lines.append(_imported_line(path, item))
    if len(problems) == 1 and not rows:
        raise problems[0]
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    cli.emit(rows, "\n".join(lines))
    return 1 if problems else 0


def _imported_line(path: Path, item: Imported) -> str:
    asset = item.asset
    name = path.name if path.suffix.lower() != ".zip" else asset.title
    recipe = "with its recipe" if asset.recipe else "without a recipe"
    known = ", in the library already" if item.known else ""
    return f"{asset.id}  {name}  {recipe}{known}" + (f". {item.warning}" if item.warning else "")


def export(cli: Cli, options: argparse.Namespace) -> int:
    """Export assets."""
    ids = [find(cli, name).id for name in options.asset]
    files = export_assets(cli.library, ids, options.folder, with_recipe=options.with_recipe)
    cli.emit([str(path) for path in files], "\n".join(str(path) for path in files))
    return 0


def trash(cli: Cli, options: argparse.Namespace) -> int:
    """Move to the trash."""
    ids = [find(cli, name).id for name in options.asset]
    cli.library.assets.trash(ids)
    cli.emit(ids, f"{len(ids)} in the trash. Back again: studio library restore ID")
    return 0


def restore(cli: Cli, options: argparse.Namespace) -> int:
    """Take out of the trash."""
    ids = [find(cli, name).id for name in options.asset]
    cli.library.assets.restore(ids)
    cli.emit(ids, f"{len(ids)} restored.")
    return 0


def check(cli: Cli, options: argparse.Namespace) -> int:
    """Check files against the database; exit 1 when something is wrong and not repaired."""
    report = cli.library.assets.check(repair=options.repair, deep=not options.quick)
    words = ("missing", "extra", "altered", "misplaced", "database", "repaired")
    data = {"checked": report.checked, **{word: list(getattr(report, word)) for word in words}}
    lines = [f"{report.checked} files checked."]
    lines += [f"{word}: {item}" for word in words for item in getattr(report, word)]
    if report.clean:
        lines.append("All well.")
    elif options.repair:
        report = cli.library.assets.check(deep=False)
        lines.append("All well now." if report.clean else "Not everything could be repaired.")
    cli.emit(data, "\n".join(lines))
    return 0 if report.clean else 1
