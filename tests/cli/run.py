#!/usr/bin/env python3
"""Runs the command-line cases: one file a case, in an empty directory and home of its own; what
they share is the cache of compiled patterns.

Usage: run.py TERRIER [CASE...]        without cases: all of cases/

A case is a text file. What stands before the first section says what it shows. Then:

    == command          a line for sh, in which `terrier` is the program under test
    == input            its standard input; without it there is none
    == files            files to make first, each after a line `--- name`
    == stdout           what it must print; without it: nothing
    == stderr           the same; without it: nothing
    == exit             the exit status; without it: 0

In expected output `{{regex}}` stands for what the regular expression matches, and `{{...}}` for
anything within a line; a line that is only `{{...}}` stands for any number of lines.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
SECTIONS = ("command", "input", "files", "stdout", "stderr", "exit")


def sections(path):
    """The sections of a case by name."""
    found, name = {}, None
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("== "):
            name = line[3:].strip()
            if name not in SECTIONS or name in found:
                raise ValueError(f"{path.name}: section '{name}' is unknown or stands twice")
            found[name] = ""
        elif name:
            found[name] += line
    if "command" not in found:
        raise ValueError(f"{path.name}: there is no command")
    return found


def pattern(expected):
    """Expected output as one regular expression."""
    out = []
    for line in expected.splitlines(keepends=True):
        if line.strip() == "{{...}}":
            out.append(r"(?:.*\n)*")
            continue
        for i, piece in enumerate(re.split(r"\{\{(.*?)\}\}", line)):
            out.append(re.escape(piece) if i % 2 == 0 else ".*" if piece == "..." else f"(?:{piece})")
    return re.compile("".join(out))


def make_files(text, directory):
    """Writes the files of a case; the newline before the next name belongs to the file."""
    for part in re.split(r"^--- ", text, flags=re.M)[1:]:
        name, _, content = part.partition("\n")
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def environment(home, programs, cache):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "LC_", "TERRIER_"))}
    return {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(cache), "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "PATH": f"{programs}:{os.environ['PATH']}"}


def run(case, program, cache):
    """What is wrong with a case, as lines; none if it passes."""
    with tempfile.TemporaryDirectory(prefix="terrier-cli-") as scratch:
        top = pathlib.Path(scratch)
        home, programs, work = (top / name for name in ("home", "bin", "work"))
        for directory in (home, programs, work):
            directory.mkdir()
        (programs / "terrier").symlink_to(program)
        make_files(case.get("files", ""), work)
        done = subprocess.run(["sh", "-c", case["command"]], cwd=work, timeout=400,
                              input=case.get("input", "").encode(), capture_output=True,
                              env=environment(home, programs, cache), check=False)
    wrong = []
    for name, got in (("stdout", done.stdout), ("stderr", done.stderr)):
        got = got.decode("utf-8", "backslashreplace")
        if not pattern(case.get(name, "")).fullmatch(got):
            wrong += [f"{name} is", *("    " + line for line in got.splitlines())]
    expected = int(case.get("exit", "0"))
    if done.returncode != expected:
        wrong.append(f"exit status is {done.returncode}, expected {expected}")
    return wrong


def main(program, *names):
    program = pathlib.Path(program).resolve()
    paths = [pathlib.Path(n) for n in names] or sorted((HERE / "cases").glob("*.case"))
    failed = 0
    with tempfile.TemporaryDirectory(prefix="terrier-cache-") as cache:  # filled by the first case
        for path in paths:
            wrong = run(sections(path), program, cache)
            if wrong:
                failed += 1
                print(f"FAIL {path.stem}", *wrong, sep="\n  ")
    print(f"{len(paths) - failed} passed, {failed} failed")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
