#!/usr/bin/env python3
"""Turns the rule files beneath a directory into one C file: the table of rule/builtin.h.

Usage: embed.py DIRECTORY OUTPUT DEPFILE

The depfile names every file and every directory, so that a changed, added or removed file is
noticed by the next build without a new configuration.
"""
import pathlib
import sys


def literal(line):
    """One line of bytes as a C string literal."""
    plain = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("?"): "\\?"}
    return '"%s"' % "".join(
        plain.get(b) or (chr(b) if 0x20 <= b < 0x7F else "\\%03o" % b) for b in line)


def entry(root, path):
    data = path.read_bytes()
    lines = "\n     ".join(literal(line) for line in data.splitlines(keepends=True)) or '""'
    name = literal(path.relative_to(root).as_posix().encode())
    return "    {%s,\n     %s,\n     %d},\n" % (name, lines, len(data))


def escaped(path):
    """A name as a depfile wants it."""
    return str(path).replace("\\", "\\\\").replace(" ", "\\ ").replace("$", "$$").replace("#", "\\#")


def main(directory, output, depfile):
    root = pathlib.Path(directory)
    found = sorted(p for p in root.rglob("*") if not p.name.startswith("."))
    files = [p for p in found if p.suffix in (".yaml", ".yml") and p.is_file()]
    files.sort(key=lambda p: p.relative_to(root).as_posix().encode())
    with open(output, "w", encoding="ascii") as c:
        c.write('/* Made by rule/embed.py from detectors/. */\n#include "rule/builtin.h"\n\n')
        c.write("const Builtin builtin_files[] = {\n")
        for path in files:
            c.write(entry(root, path))
        c.write("    {0},\n};\n")
        c.write("const size_t n_builtin_files = sizeof(builtin_files) / sizeof(Builtin) - 1;\n")
    needs = [root] + [p for p in found if p.is_dir()] + files
    with open(depfile, "w", encoding="utf-8") as d:
        d.write("%s: %s\n" % (escaped(output), " ".join(escaped(p) for p in needs)))


if __name__ == "__main__":
    main(*sys.argv[1:])
