#!/usr/bin/env python3
"""Damaged copies of one document in every format: each has its status, and no parser dies.

usage: damaged.py TERRIER [--copies N] [--seed N] [--keep DIR]

Makes the documents of corpus/formats.py, then N copies of them that are damaged: bits flipped,
lengths set to extremes, blocks swapped, taken out, put in twice, zeroed, cut off, spliced with
another format. All are scanned in one run, and once more by other numbers of threads, windows and
order. Then holds:

* the exit code is 0 or 3, and both reports are the same but for what the clock decides;
* every file has one status, and the sums of the report are those of its rows;
* no worker died by a fault of ours (it said what it may not, or asked for what it may not have);
  whatever else died is named here, and fails the test as well.

The same seed gives the same copies. --keep DIR: made there, and left there. Standard library only.
Ends with "N passed, N failed".
"""
import argparse
import collections
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from alike import alike  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
FOLDER = 500  # files in a directory
OURS = ("protocol", "SIGSYS", "sandbox", "lost", "scanner-killed")
EXTREMES = (b"\0", b"\1", b"\x7f", b"\x80", b"\xfe", b"\xff")
WINDOW = 4096
WAYS = (["--jobs", "2"], ["--jobs", "3", "--window", str(WINDOW), "--shuffle", "7"])


class Fault(Exception):
    pass


# ---------------------------------------------------------------- damage

def flip(rnd, d, at, _):
    for _ in range(rnd.choice((1, 1, 1, 8))):
        d[at] ^= 1 << rnd.randrange(8)
        at = (at + rnd.randrange(64)) % len(d)


def extreme(rnd, d, at, _):
    """A length, an offset or a count at its ends, of any width and order."""
    n = rnd.choice((1, 2, 2, 4, 4, 4, 8, 8))
    fill, end = rnd.choice(EXTREMES), rnd.choice(EXTREMES)
    field = bytearray(fill * n)
    field[rnd.choice((0, -1))] = end[0]
    d[at:at + n] = field[:len(d) - at]


def digits(rnd, d, at, _):
    """A number in letters, as tar, ar and PDF have them."""
    while at < len(d) and not 0x30 <= d[at] <= 0x39:
        at += 1
    digit = rnd.choice(b"0179")
    while at < len(d) and 0x30 <= d[at] <= 0x39:
        d[at] = digit
        at += 1


def cut(rnd, d, at, _):
    del d[max(1, at if rnd.randrange(2) else len(d) - rnd.randrange(1, 600)):]


def take_out(rnd, d, at, _):
    del d[at:at + rnd.choice((1, 2, 4, 16, 100, 512))]


def put_twice(rnd, d, at, _):
    n = rnd.choice((1, 4, 16, 64, 512, 4096))
    d[at:at] = d[at:at + n] * rnd.choice((1, 1, 1, 2, 40))


def swap(rnd, d, at, _):
    n, to = rnd.choice((4, 8, 30, 64, 512)), rnd.randrange(len(d))
    at, to = sorted((at, to))
    n = min(n, to - at, len(d) - to)
    d[at:at + n], d[to:to + n] = d[to:to + n], d[at:at + n]


def zero(rnd, d, at, _):
    n = min(len(d) - at, rnd.choice((4, 16, 64, 512)))
    d[at:at + n] = bytes(n)


def splice(rnd, d, at, others):
    """The head of one format and the tail of another; or one behind, or inside, the other."""
    other = rnd.choice(others)
    begin = rnd.choice((0, 0, rnd.randrange(len(other))))
    end = rnd.choice((len(d), len(d), at))
    d[rnd.choice((at, len(d))):end] = other[begin:]


HOW = (flip, flip, extreme, extreme, extreme, digits, cut, take_out, put_twice, swap, zero, splice)


def damaged(rnd, content, others):
    d = bytearray(content)
    for _ in range(rnd.choice((1, 1, 1, 2, 3, 5))):
        near = rnd.choice((len(d), len(d), min(len(d), 64), min(len(d), 512)))
        at = rnd.randrange(near)
        if rnd.randrange(6) == 0:  # what archives keep at their end
            at = len(d) - 1 - rnd.randrange(min(len(d), 128))
        rnd.choice(HOW)(rnd, d, at, others)
        if not d:
            d = bytearray(b"\0")
    return bytes(d)


def make(tree, place, copies, seed):
    """The paths, in order; a copy depends on the seed and its number alone."""
    subprocess.run([sys.executable, os.path.join(TOP, "corpus", "formats.py"), place], check=True)
    whole = sorted(os.path.join(d, n) for d, _, files in os.walk(place + "/tree") for n in files)
    contents = [open(path, "rb").read() for path in whole]
    names = [os.path.basename(path) for path in whole]
    paths = []
    for i in range(copies):
        rnd = random.Random("%d/%d" % (seed, i))
        k = rnd.randrange(len(names))
        folder = os.path.join(tree, "%03d" % (i // FOLDER))
        os.makedirs(folder, exist_ok=True)
        paths.append(os.path.join(folder, "%05d-%s" % (i, names[k])))
        with open(paths[-1], "wb") as f:
            f.write(damaged(rnd, contents[k], contents))
    return paths


# ---------------------------------------------------------------- scans

def scan(terrier, tree, home, options, copies):
    env = dict(os.environ, HOME=home, XDG_STATE_HOME=home + "/state",
               XDG_CONFIG_HOME=home + "/config", XDG_CACHE_HOME=home + "/cache")
    start = time.monotonic()
    r = subprocess.run([terrier, "scan", "--fresh", "--format", "jsonl", "--objects", "all", "--progress",
                        "never", *options, tree], env=env, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=300 + copies)
    print("%d copies, %s: %.1f s, exit %d"
          % (copies, " ".join(options), time.monotonic() - start, r.returncode))
    if r.returncode not in (0, 3):
        raise Fault("exit %d: %s" % (r.returncode, r.stderr.decode("utf-8", "replace")))
    return alike(r.stdout.decode("utf-8").splitlines())


def word(row):
    return row["status"].partition("(")[0]


def check_statuses(rows, paths):
    count = collections.Counter(x["locator"] for x in rows if x["kind"] == "object")
    wrong = ["%s has %d" % (p, count[p]) for p in paths if count[p] != 1]
    if wrong:
        raise Fault("files whose rows are not one: " + "; ".join(wrong[:10]))


def check_sums(rows, paths):
    said = [x for x in rows if x["kind"] == "coverage"][0]
    objects = [x for x in rows if x["kind"] == "object"]
    files = set(paths)
    for kind, mine in (("files", [x for x in objects if x["locator"] in files]),
                       ("members", [x for x in objects if x["locator"] not in files])):
        told = dict(said[kind])
        found = told.pop("found")
        sums = collections.Counter(map(word, mine))
        if {k: n for k, n in told.items() if n} != dict(sums) or found != len(mine):
            raise Fault("%s: the report says %s of %d, its rows %s of %d"
                        % (kind, told, found, dict(sums), len(mine)))
    if said["files"]["found"] != len(paths) or not said["balanced"]:
        raise Fault("%d files were made: %s" % (len(paths), said))


def check_deaths(rows):
    dead = [(x["status"], x["locator"]) for x in rows if x["kind"] == "object" and
            ("-killed" in x["status"])]
    for status, locator in sorted(dead):
        print("died: %s %s" % (status, locator))
    ours = [x for x in dead if any(w in x[0] for w in OURS)]
    if ours:
        raise Fault("%d of %d deaths are our own fault" % (len(ours), len(dead)))
    if dead:
        raise Fault("%d parsers died" % len(dead))


def difference(a, b):
    if not a or not b:
        return "there one way only"
    return "; ".join("%s: %s, %s" % (k, [x for x in a[k] if x not in b[k]],
                                     [x for x in b[k] if x not in a[k]])
                     if isinstance(a[k], list) else "%s: %s, %s" % (k, a[k], b[k])
                     for k in a if a[k] != b[k])


def broken_code(path):
    """A code that goes on for more than a window is read in the window: if it is damaged inside,
    what comes behind is read one way or another."""
    with open(path, "rb") as f:
        return re.search(rb"[0-9A-Za-z+/]{%d}" % (WINDOW // 2), f.read())


def check_same(lines, more, paths):
    key = ("kind", "locator", "object", "part", "detector")
    a, b = ({tuple(x.get(k) for k in key): x for x in map(json.loads, way)}
            for way in (lines, more))
    wrong = []
    for k in sorted(set(a) | set(b), key=str):
        if a.get(k) == b.get(k):
            continue
        if k[2] in paths and broken_code(k[2]):
            print("a broken code is read in two ways: %s" % k[2])
            continue
        wrong.append(k)
        print("differs: %s: %s" % (" ".join(x for x in k if x), difference(a.get(k), b.get(k))))
    if wrong or (lines != more and a == b):
        raise Fault("%d rows of the report are of one way only" % len(wrong))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("terrier")
    p.add_argument("--copies", type=int, default=400)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--keep")
    o = p.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as place:
        tree = os.path.realpath(o.keep or place + "/damaged")
        paths = make(tree, place, o.copies, o.seed)
        try:
            lines, more = (scan(os.path.abspath(o.terrier), tree, place, way, o.copies)
                           for way in WAYS)
        except (Fault, subprocess.TimeoutExpired) as why:
            print("FAILED: %s\n0 passed, 1 failed" % why)
            return 1
        rows = [json.loads(x) for x in lines]
        checks = [lambda: check_statuses(rows, paths), lambda: check_sums(rows, paths),
                  lambda: check_deaths(rows), lambda: check_same(lines, more, set(paths))]
        for check in checks:
            try:
                check()
                passed += 1
            except Fault as why:
                failed += 1
                print("FAILED: %s" % why)
    print("%d passed, %d failed" % (passed, failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
