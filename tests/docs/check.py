#!/usr/bin/env python3
"""Holds the documentation against the tree and the program.

usage: check.py TERRIER

    paths       every file that README, HACKING, ARCHITECTURE, SECURITY and the design notes name
    options     every --option beside a verb of terrier, or alone, in those and in the manual pages
    categories  docs/design/categories.md has the rows of src/model/category.c, tier by tier
    detectors   the YAML examples of README and terrier-detector(5) load and prove themselves
    manuals     no warnings from mandoc, or from man; skipped, and said, where neither is there
    width       prose of at most 130 columns

Every complaint is `file:line: what is wrong`. Standard library only.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.environ.get("TERRIER_SOURCE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
TERRIER = os.path.abspath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
NAMED = ["README.md", "SECURITY.md", "docs/HACKING.md", "docs/ARCHITECTURE.md"]
TOP = ("src", "docs", "tests", "scripts", "detectors", "corpus", "bench")
OTHERS = ("meson", "ninja", "scripts/", "git", "apt", "man ", "clang-format", "python3 ")
WIDTH = 130

complaints = []


def complain(name, line, what):
    complaints.append(f"{name}:{line}: {what}")


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as f:
        return f.read()


def pages():
    notes = sorted(glob.glob(os.path.join(ROOT, "docs", "design", "*.md")))
    return NAMED + [os.path.relpath(n, ROOT) for n in notes]


def manuals():
    return sorted(glob.glob(os.path.join(ROOT, "docs", "man", "*.[1-9]")))


def lines(name):
    return enumerate(read(name).split("\n"), 1)


# ---- paths ----

def exists(path):
    return os.path.exists(os.path.join(ROOT, path))


def rooms():
    return [d for d in os.listdir(os.path.join(ROOT, "src")) if exists(os.path.join("src", d))]


def named_paths(line):
    """Words that name something of the tree: src/scan/keeper.c, docs/design/, STYLE.md."""
    for word in re.findall(r"[\w.+-]+(?:/[\w.+<>*-]*)*", line):
        word = word.rstrip(".")
        top = word.split("/")[0]
        if re.search(r"[<>*]", word):
            continue
        if "/" in word and top in TOP:
            yield word
        elif re.fullmatch(r"(?:[A-Z]+|[a-z]+)\.md", word):
            yield word


def room_paths(line):
    """`detect/matcher`: a module of a room, in backticks."""
    for word in re.findall(r"`([a-z]+/[a-z/-]+(?:\.[ch])?)`", line):
        if word.split("/")[0] in rooms() and word.split("/")[0] not in TOP:
            yield word


def check_paths():
    for name in pages():
        for number, line in lines(name):
            for path in named_paths(line):
                if not any(exists(p) for p in (path, "docs/design/" + path, "bench/" + path)):
                    complain(name, number, f"'{path}' does not exist")
            for path in room_paths(line):
                if not any(exists("src/" + path + end) for end in ("", ".c", ".h")):
                    complain(name, number, f"'src/{path}' does not exist")


# ---- options ----

def terrier(*words, **more):
    return subprocess.run([TERRIER, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=120, **more)


def verbs():
    """Each verb with its options, as the program tells them."""
    found = {}
    for m in re.finditer(r"^  ([a-z]+(?: [a-z]+)?)  ", terrier("--help").stdout, re.M):
        text = terrier(*m.group(1).split(), "--help").stdout
        found[m.group(1)] = set(re.findall(r"^ +(?:-\w, )?--([a-z-]+)", text, re.M)) | {"help"}
    return found


def plain(text):
    """A manual's line without what troff makes of it."""
    return re.sub(r"\\f.|\\&|^\.\w+ ", "", text.replace("\\-", "-")).replace('"', "")


def verb_of(text, known):
    for verb in sorted(known, key=len, reverse=True):
        if re.search(r"terrier " + verb + r"\b", text):
            return verb
    return None


def check_options():
    known = verbs()
    every = set().union(*known.values()) | {"version", "man"}
    if len(known) < 7:
        complain("terrier --help", 1, f"names {len(known)} verbs only")
    names = pages() + [os.path.relpath(m, ROOT) for m in manuals()]
    for name in names:
        for number, line in lines(name):
            line = plain(line) if "/man/" in name else line
            for part in re.split(r"[|;`]", line):
                if part.strip().startswith(OTHERS):
                    continue
                verb = verb_of(part, known)
                for option in re.findall(r"(?<![\w-])--([a-z][a-z-]*)", part):
                    if option not in (known[verb] | {"man"} if verb else every):
                        complain(name, number, f"terrier {verb or ''} has no --{option}")
    return known


# ---- categories ----

def check_categories():
    name = "docs/design/categories.md"
    rows = re.findall(r'\{"([a-z._]+)", "([^"]+)", TIER_(\w+)\}', read("src/model/category.c"))
    code = {i: (title, tier.lower()) for i, title, tier in rows}
    told = {}
    for number, line in lines(name):
        m = re.match(r"\| `([a-z._]+)` \| ([^|]+) \| (\w+) \| (yes|-) \|", line)
        if not m:
            continue
        told[m.group(1)] = m.group(4) == "yes"
        if code.get(m.group(1)) != (m.group(2), m.group(3)):
            complain(name, number, f"'{m.group(1)}' is not so in src/model/category.c")
    for category in code:
        if category not in told:
            complain(name, 1, f"'{category}' has no row")
    found = set()
    for path in glob.glob(os.path.join(ROOT, "detectors", "*", "*.yaml")):
        with open(path, encoding="utf-8") as f:
            found.update(re.findall(r"^category: (\S+)", f.read(), re.M))
    for category, yes in told.items():
        if yes != (category in found):
            complain(name, 1, f"'{category}': 'found' is not what detectors/ says")


# ---- detectors ----

def examples_of_manual(text):
    for block in re.findall(r"^\.EX\n(format: .*?)^\.EE", text, re.M | re.S):
        yield block.replace("\\-", "-").replace("\\(aq", "'").replace("\\e", "\\")


def check_detectors():
    sources = [("README.md", re.findall(r"^```yaml\n(.*?)^```", read("README.md"), re.M | re.S)),
               ("docs/man/terrier-detector.5",
                list(examples_of_manual(read("docs/man/terrier-detector.5"))))]
    for name, blocks in sources:
        if not blocks:
            complain(name, 1, "has no detector as an example")
        for block in blocks:
            if block.startswith("format: edm/1"):
                continue  # it names a table and a detector that others have made: tests/cli proves one
            with tempfile.TemporaryDirectory() as place:
                with open(os.path.join(place, "example.yaml"), "w", encoding="utf-8") as f:
                    f.write(block)
                r = terrier("rules", "check", "--no-builtin", "--rules", place,
                            env=dict(os.environ, XDG_CACHE_HOME=place))
            if r.returncode != 0 or "0 failed" not in r.stderr:
                complain(name, 1, "the example does not hold: " + r.stdout + r.stderr)


# ---- manuals ----

def lint(path, name):
    if shutil.which("mandoc"):
        command = ["mandoc", "-T", "lint", "-W", "warning", path]
    elif shutil.which("man"):
        command = ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path]
    else:
        print(f"skipped: {name} is not linted, neither mandoc nor man is installed")
        return
    r = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       universal_newlines=True, timeout=60)
    said = r.stdout if command[0] == "mandoc" else r.stderr
    for line in said.splitlines():
        complain(name, 1, line)


def check_manuals():
    if not manuals():
        complain("docs/man", 1, "there are no manual pages")
    for path in manuals():
        lint(path, os.path.relpath(path, ROOT))
    with tempfile.NamedTemporaryFile("w", suffix=".1", encoding="utf-8") as f:
        f.write(terrier("help", "--man").stdout)
        f.flush()
        lint(f.name, "terrier.1")


# ---- width ----

def check_width():
    for name in pages():
        for number, line in lines(name):
            if len(line) > WIDTH and not line.startswith("|"):
                complain(name, number, f"{len(line)} columns, expected at most {WIDTH}")


def main():
    parts = [check_paths, check_options, check_categories, check_detectors, check_manuals,
             check_width]
    for part in parts:
        before = len(complaints)
        part()
        print(f"{part.__name__[6:]}: {len(complaints) - before} complaints")
    for c in complaints:
        print(c)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
