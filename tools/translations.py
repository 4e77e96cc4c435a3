"""Keep the translations: collect texts from the source into resources/translations/en.ts, compile it to en.qm.

    .venv/bin/python tools/translations.py           collect, compile, list what has no English yet
    .venv/bin/python tools/translations.py --check   change nothing; status 1 where the files are not up to date

The English is written into en.ts, by hand or in Qt Linguist. Texts that left the source leave the file.
"""

import argparse
import ast
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TS = ROOT / "resources" / "translations" / "en.ts"
SOURCES = ("dispatcher/ui", "dispatcher/widgets", "dispatcher/sync/words.py", "dispatcher/app.py")
BIN = Path(sys.executable).parent


def sources() -> list[Path]:
    """List the files that hold texts for people."""
    found = [ROOT / name for name in SOURCES]
    files = [file for path in found for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])]
    return [file for file in files if file.is_file()]


def collect(ts: Path) -> None:
    """Bring a .ts file up to date with the source."""
    tool = BIN / "pyside6-lupdate"
    files = [str(file.relative_to(ROOT)) for file in sources()]
    options = ["-source-language", "zh_CN", "-target-language", "en", "-no-obsolete", "-locations", "none"]
    subprocess.run([tool, *files, *options, "-ts", str(ts)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def compile_(ts: Path, qm: Path) -> None:
    """Compile a .ts file."""
    tool = BIN / "pyside6-lrelease"
    subprocess.run([tool, str(ts), "-qm", str(qm)], check=True, stdout=subprocess.DEVNULL)


def messages(ts: Path) -> dict[tuple[str, str], str]:
    """Give (context, source) -> English of a .ts file; empty where it is not finished."""
    found: dict[tuple[str, str], str] = {}
    for context in ET.parse(ts).getroot().iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            translation = message.find("translation")
            done = translation is not None and translation.get("type") is None
            text = (translation.text or "") if translation is not None and done else ""
            found[name, message.findtext("source") or ""] = text
    return found


def chinese_literals(file: Path) -> Iterator[tuple[int, str]]:
    """Give the line and text of every Chinese string in a file that is not a docstring."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docstrings | bare:
            continue
        if any("\u4e00" <= char <= "\u9fff" for char in node.value):
            yield node.lineno, node.value


def main() -> int:
    """Run as a command; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing, say what is not up to date")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as directory:
        fresh = Path(directory) / TS.name
        if TS.exists():
            shutil.copy(TS, fresh)
        collect(fresh)
        stale = not TS.exists() or messages(fresh) != messages(TS)
        if not check:
            shutil.copy(fresh, TS)
            compile_(TS, TS.with_suffix(".qm"))
    missing = [key for key, english in messages(TS).items() if not english]
    for context, source in missing:
        print(f"no English: {context}: {source}")
    if check and stale:
        print(f"{TS.relative_to(ROOT)} is not up to date; run {Path(__file__).relative_to(ROOT)}")
    return 1 if missing or (check and stale) else 0


if __name__ == "__main__":
    sys.exit(main())
