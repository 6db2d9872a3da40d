#!/usr/bin/env python3
"""Writes entity-table.h: the named character references that entity.c knows.

    python3 entity.py > entity-table.h && clang-format -i entity-table.h

The facts are those of Python's html.entities, from the HTML standard: the names of HTML 4, and of
HTML 5 those that stand for one ASCII character, with which addresses are hidden from harvesters.
Names longer than 9 characters are left out; all are in order, for a binary search.
"""

from html.entities import html5, name2codepoint

LONGEST = 9


def names():
    found = dict(name2codepoint)
    for name, text in html5.items():
        if name.endswith(";") and len(text) == 1 and ord(text) < 0x80:
            found[name[:-1]] = ord(text)
    return sorted((n, c) for n, c in found.items() if len(n) <= LONGEST)


def main():
    print("/* Entity: see entity.c. Written by entity.py; change that, not this. */")
    for name, point in names():
        print('{"%s", 0x%04X},' % (name, point))


main()
