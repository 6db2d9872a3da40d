#!/usr/bin/env python3
"""Holds the #include lines of src/ against the table of rooms in docs/ARCHITECTURE.md.

A room may include itself and what its row names; cli/ sees terrier.h and base/ only; nothing but
lib/ and cli/ includes terrier.h; locks and atomics stay in base/ (and the journal, which two
processes share). Every room in src/ has a row. Standard library only.
"""
import os
import re
import sys

ROOT = os.environ.get("TERRIER_SOURCE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
SRC = os.path.join(ROOT, "src")
ATOMICS = {"base/ref.h", "scan/journal.c"}


def table():
    rooms = {}
    with open(os.path.join(ROOT, "docs", "ARCHITECTURE.md"), encoding="utf-8") as f:
        for line in f:
            m = re.match(r"\| ([a-z]+) \| (\d) \| ([a-z ]*)\|", line)
            if m:
                rooms[m.group(1)] = (int(m.group(2)), set(m.group(3).split()))
    return rooms


def sources():
    for folder, _, names in os.walk(SRC):
        for name in sorted(names):
            if name.endswith((".c", ".h")):
                full = os.path.join(folder, name)
                yield os.path.relpath(full, SRC), full


def check(rooms):
    complaints = []
    for path, full in sources():
        room = path.split(os.sep)[0]
        if room == "include":
            continue
        if room not in rooms:
            complaints.append(f"src/{path}: room '{room}' has no row in docs/ARCHITECTURE.md")
            continue
        allowed = rooms[room][1] | {room}
        with open(full, encoding="utf-8") as f:
            lines = f.read().split("\n")
        for number, line in enumerate(lines, 1):
            m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if m:
                target = m.group(1)
                if target == "terrier.h":
                    ok = room in ("lib", "cli")
                else:
                    ok = "/" in target and target.split("/")[0] in allowed
                if not ok:
                    complaints.append(f"src/{path}:{number}: {room} may not include {target}")
            if re.search(r"<stdatomic\.h>|<pthread\.h>", line) and room != "base":
                if path not in ATOMICS and path not in ("scan/scanner.c",):
                    complaints.append(f"src/{path}:{number}: locks and atomics belong to base/")
    for room, (floor, allowed) in rooms.items():
        for other in allowed:
            if other not in rooms:
                complaints.append(f"the row of '{room}' names '{other}', which is no room")
            elif rooms[other][0] > floor:
                complaints.append(f"'{room}' (floor {floor}) may not stand on '{other}' "
                                  f"(floor {rooms[other][0]})")
    return complaints


def main():
    rooms = table()
    if len(rooms) < 8:
        print("docs/ARCHITECTURE.md has no table of rooms")
        return 1
    complaints = check(rooms)
    for c in complaints:
        print(c)
    print(f"{len(rooms)} rooms, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
