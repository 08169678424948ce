"""Collects the words of the window for translators, and makes what the window loads of them.

``python packaging/translations.py`` brings ``assets/translations/brandloom_*.ts`` up to date
(``pyside6-lupdate``: new words come in, translations stay, words that are gone go) and compiles
them to ``.qm`` (``pyside6-lrelease``). Translate in the .ts file, by hand or in Qt Linguist, and
run it again. ``--check`` changes nothing and says what is missing. A new language:
``--add fr_FR``.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "assets" / "translations"
SHOWN_KEYS = ("label", "help", "name")


def data_words() -> list[tuple[str, str]]:
    """Return context and text of words that the window shows and that stand in TOML files."""
    found: dict[tuple[str, str], None] = {}
    for path in sorted((ROOT / "generators").glob("*/manifest.toml")):
        manifest = tomllib.loads(path.read_text(encoding="utf-8"))
        found[("Manifest", manifest["generator"]["name"])] = None
        for part in (*manifest.get("mode", ()), *manifest.get("param", ())):
            texts = [part.get(key, "") for key in SHOWN_KEYS]
            choices = [word for word in part.get("choices", ()) if word.isalpha() and len(word) > 3]
            found.update({("Manifest", text): None for text in (*texts, *choices) if text})
    templates = tomllib.loads((ROOT / "assets/prompts/templates.toml").read_text("utf-8"))
    for entries in templates.values():
        found.update({("Templates", entry["title"]): None for entry in entries})
    return list(found)


def tool(name: str) -> str:
    """Return the path of a tool that comes with PySide6."""
    path = shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)
    if path is None:
        sys.exit(f"{name} is not there; install PySide6-Essentials first.")
    return path


def collect(target: Path) -> None:
    """Bring a .ts file up to date with the sources."""
    sources = sorted((ROOT / "studio" / "gui").rglob("*.py"))
    with tempfile.TemporaryDirectory() as folder:
        extra = Path(folder) / "data_words.py"
        lines = [f"translate({context!r}, {text!r})" for context, text in data_words()]
        extra.write_text("\n".join(lines), encoding="utf-8")
        run([tool("pyside6-lupdate"), *map(str, sources), str(extra), "-ts", str(target),
             "-no-obsolete", "-locations", "none"])  # fmt: skip


def compile_to(source: Path, target: Path) -> None:
    """Make the .qm file of a .ts file."""
    run([tool("pyside6-lrelease"), str(source), "-qm", str(target), "-silent"])


def write_english(source: Path) -> None:
    """Make ``plurals_en.qm`` from the counted texts of a .ts file: "%n job(s)" as 1 job, 3 jobs.

    A compiled file and not a translator of our own in Python: Qt also translates in threads that
    hold its locks, and one that waits there for Python's lock can wait for ever.
    """
    tree = ET.parse(source)
    root = tree.getroot()
    root.set("language", "en_US")
    for context in root.findall("context"):
        for message in context.findall("message"):
            if message.get("numerus") != "yes":
                context.remove(message)
                continue
            text = message.findtext("source") or ""
            told = message.find("translation")
            if told is None:
                continue
            told.clear()
            for ending in ("", "s"):
                ET.SubElement(told, "numerusform").text = text.replace("(s)", ending)
    with tempfile.TemporaryDirectory() as folder:
        english = Path(folder) / "plurals_en.ts"
        tree.write(english, encoding="utf-8", xml_declaration=True)
        compile_to(english, FOLDER / "plurals_en.qm")


def unfinished(path: Path) -> list[str]:
    """Return ``context: text`` of everything in a .ts file that has no translation."""
    found = []
    for context in ET.parse(path).getroot().findall("context"):
        for message in context.findall("message"):
            told = message.find("translation")
            forms = [] if told is None else told.findall("numerusform") or [told]
            if not forms or any(not (form.text or "").strip() for form in forms):
                found.append(f"{context.findtext('name')}: {message.findtext('source')}")
    return found


def run(command: list[str]) -> None:
    """Run a tool; say what it said when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def check(path: Path) -> list[str]:
    """Return what keeps a .ts file from being complete and up to date."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / path.name
        shutil.copy(path, fresh)
        collect(fresh)
        missing = unfinished(fresh)
        if not missing and fresh.read_text("utf-8") != path.read_text("utf-8"):
            missing.append(f"{path.name} is older than the sources: run packaging/translations.py")
    return missing


def main() -> int:
    """Do what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, say what is missing")
    parser.add_argument("--add", default="", metavar="LANGUAGE", help="begin one, such as fr_FR")
    options = parser.parse_args()
    files = sorted(FOLDER.glob("brandloom_*.ts"))
    if options.add:
        files.append(FOLDER / f"brandloom_{options.add}.ts")
    problems = []
    for path in files:
        if options.check:
            problems += check(path)
            continue
        FOLDER.mkdir(exist_ok=True)
        collect(path)
        compile_to(path, path.with_suffix(".qm"))
        problems += unfinished(path)
    if files and not options.check:
        write_english(files[0])
    for line in problems:
        print(line)
    print(f"{len(files)} languages, {len(problems)} texts without translation")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
