#!/usr/bin/env python3
"""Runs the commands of docs/runs.md and holds what they print against what stands there.

usage: runs.py TERRIER [--write]

A fenced block whose lines begin with '$ ' is a command and what it prints; a line that ends in '\\'
goes on. Comments say what is not shown: `<!-- at DATE TIME -->` sets the clock for what follows (by
faketime), `<!-- run COMMAND -->` runs a command whose output is no matter. All of it happens in a
directory of its own that the page calls /srv. Compared are words: keys, digests, durations and blanks
may be others. --write puts today's output into the page. Ends 1 where a block differs.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/runs.md")
WIDTH = 128
SAME = [(r"tok:[0-9a-f]{8}:[0-9a-f]{32}", "TOKEN"), (r"\b[0-9a-f]{64}\b", "DIGEST"), (r"\b[0-9a-f]{8,63}\b", "ID"),
        (r"\b\d+(\.\d+)? (ms|s)\b", "DURATION"), (r"T22:\d\d:\d\d(\.\d+)?Z", "TIME"), (r"22:\d\d:\d\d", "TIME"),
        (r"[0-9.]+ [KMG]?i?B/s", "RATE"), (r"\b\d+ files of the run are done|\b\d+ objects in flight", "SOME"),
        (r"bytes \d+ to \d+", "BYTES"), (r"\(\w+\): access times.*", "FILESYSTEM"), (r"[ \t]+", " ")]


def plain(text):
    for pattern, word in SAME:
        text = re.sub(pattern, word, text)
    return [line.strip() for line in text.strip().splitlines()]


def cut(line):
    return line if len(line) <= WIDTH else line[:WIDTH - 4] + " ..."


class Demo:
    def __init__(self, program, place):
        self.place = place
        self.clock = None
        os.makedirs(f"{place}/bin")
        os.symlink(program, f"{place}/bin/terrier")
        self.env = dict(os.environ, HOME=f"{place}/home", XDG_STATE_HOME=f"{place}/state", XDG_CONFIG_HOME=f"{place}/config",
                        XDG_CACHE_HOME=f"{place}/cache", TZ="UTC", LC_ALL="C.UTF-8", DONT_FAKE_MONOTONIC="1",
                        PATH=f"{place}/bin:{os.environ['PATH']}")

    def run(self, command):
        argv = ["sh", "-c", command.replace("/srv", self.place)]
        if self.clock:
            argv = ["faketime", "-f", self.clock, *argv]
        r = subprocess.run(argv, env=self.env, cwd=self.place, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, timeout=120)
        return r.stdout.decode("utf-8", "replace").replace(self.place, "/srv")

    def comment(self, text):
        word, _, rest = text.partition(" ")
        if word == "at":
            self.clock = "@" + rest
        elif word == "run":
            self.run(rest)


def commands(block):
    """(lines of a command, lines that it printed)."""
    found, lines = [], block.splitlines()
    i = 0
    while i < len(lines):
        command = [lines[i]]
        while command[-1].endswith("\\"):
            i += 1
            command.append(lines[i])
        i += 1
        printed = []
        while i < len(lines) and not lines[i].startswith("$ "):
            printed.append(lines[i])
            i += 1
        found.append((command, printed))
    return found


def play(demo, block, differ):
    out = []
    for command, printed in commands(block):
        got = demo.run("\n".join(command)[2:])
        lines = [cut(x) for x in got.rstrip("\n").splitlines()]
        if plain("\n".join(lines)) != plain("\n".join(printed)):
            differ.append((command[0], printed, lines))
        out += command + lines
    return "\n".join(out) + "\n"


def main():
    program, write = os.path.abspath(sys.argv[1]), "--write" in sys.argv[2:]
    if not shutil.which("faketime") or "--sanitized" in sys.argv[2:]:
        print("skipped: faketime is not there, or does not go with a sanitizer")
        return 77
    with open(PAGE, encoding="utf-8") as f:
        page = f.read()
    differ = []
    with tempfile.TemporaryDirectory(prefix="terrier-page-") as place:
        demo = Demo(program, os.path.realpath(place))
        out, at = "", 0
        for m in re.finditer(r"<!-- (.*?) -->|```\n(\$ .*?)```", page, re.S):
            out += page[at:m.start()]
            at = m.end()
            if m[1]:
                demo.comment(m[1])
                out += m[0]
            else:
                out += "```\n" + play(demo, m[2], differ) + "```"
        out += page[at:]
    if write:
        with open(PAGE, "w", encoding="utf-8") as f:
            f.write(out)
    for command, printed, lines in differ:
        print(f"{command}\n  stands there: {printed}\n  is printed:   {lines}")
    print(f"{len(differ)} blocks differ")
    return 1 if differ and not write else 0


if __name__ == "__main__":
    sys.exit(main())
