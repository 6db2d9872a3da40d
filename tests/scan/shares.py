#!/usr/bin/env python3
"""Archives that several threads open in shares: the same report as of one thread.

usage: shares.py TERRIER [--keep DIR]

Zips of some megabytes: as they should be, and with everything on which shares could founder: names
that come again, entries that no directory names, records on one place, damage, text between
members, a program before them, limits that only the sum of all shares reaches. All are scanned by
1, 2, 3 and 8 threads, and in small windows; the reports must be the same bytes but for the run
line, and hold what was planted. Standard library only. Ends with "N passed, N failed".
"""
import argparse
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import warnings
import zipfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from alike import alike  # noqa: E402

MEMBERS, MEMBER = 40, 120_000
WAYS = (["--jobs", "1"], ["--jobs", "2"], ["--jobs", "3"], ["--jobs", "8"],
        ["--jobs", "2", "--window", "4096"])
LIMITS = ([], ["--max-archive-entries", "25"], ["--max-archive-output", "3000000"],
          ["--max-archive-depth", "2"])
SSN = "SSN 536-90-4399"
warnings.simplefilter("ignore")  # zipfile's, of names that come again


def text(rnd, planted):
    """Lines that do not compress much, and some numbers."""
    words = ["%x" % rnd.getrandbits(64) for _ in range(MEMBER // 17)]
    for _ in range(planted):
        words[rnd.randrange(len(words))] = "\n%s\n" % SSN
    return (" ".join(words) + "\n").encode()


def table(rnd):
    rows = ["id,name,ssn,note"] + ["%d,n%d,536904399,%x" % (i, i, rnd.getrandbits(90)) for i in range(3000)]
    return ("\n".join(rows) + "\n").encode()


def nested(rnd):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("inner.txt", text(rnd, 2))
        z.writestr("inner.csv", table(rnd))
    return out.getvalue()


def archive(seed, names=None, stored=False):
    rnd = random.Random(seed)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as z:
        for i in range(MEMBERS):
            name = names(i) if names else "d%02d/m%02d" % (i % 3, i)
            data = nested(rnd) if i % 10 == 3 else table(rnd) if i % 10 == 6 else text(rnd, i % 3)
            z.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data,
                       zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
        z.comment = b"a comment: " + SSN.encode()
    return out.getvalue()


def between(data, what, share=0.6):
    """Put before the header of a member, and every place behind it told so."""
    at = data.index(b"PK\3\4", int(len(data) * share))
    z = zipfile.ZipFile(io.BytesIO(data))
    directory = z.start_dir
    head, tail = bytearray(data[:at] + what + data[at:directory]), bytearray(data[directory:])
    place = 0
    while tail[place:place + 4] == b"PK\1\2":
        lengths = [int.from_bytes(tail[place + k:place + k + 2], "little") for k in (28, 30, 32)]
        said = int.from_bytes(tail[place + 42:place + 46], "little")
        if said >= at:
            tail[place + 42:place + 46] = (said + len(what)).to_bytes(4, "little")
        place += 46 + sum(lengths)
    tail[place + 16:place + 20] = (directory + len(what)).to_bytes(4, "little")
    return bytes(head + tail)


def same_place(data):
    """A record that says of its entry that it lies where one of another share does."""
    d = bytearray(data)
    records = []
    at = zipfile.ZipFile(io.BytesIO(data)).start_dir
    while d[at:at + 4] == b"PK\1\2":
        records.append(at)
        at += 46 + sum(int.from_bytes(d[at + k:at + k + 2], "little") for k in (28, 30, 32))
    d[records[35] + 42:records[35] + 46] = d[records[4] + 42:records[4] + 46]
    return bytes(d)


def flipped(data, seed, n):
    rnd, d = random.Random(seed), bytearray(data)
    for _ in range(n):
        d[rnd.randrange(len(d))] ^= 1 << rnd.randrange(8)
    return bytes(d)


def hidden():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("hidden.txt", "no directory names it: " + SSN)
    return out.getvalue()[:z.start_dir]


def cases():
    plain = archive(1)
    return {
        "plain.zip": plain,
        "stored.zip": archive(2, stored=True),
        "again.zip": archive(3, names=lambda i: "same%d" % (i % 4)),
        "long-names.zip": archive(4, names=lambda i: "n" * 5000 + str(i)),
        "hidden.zip": between(plain, hidden()),
        "text-between.zip": between(plain, b"left between two members: " + SSN.encode() + b"\n" * 9),
        "one-place.zip": same_place(plain),
        "before.zip": b"#!/bin/sh\n# " + SSN.encode() + b"\n" * 3 + archive(5),
        "cut.zip": plain[:len(plain) // 2],
        "behind.zip": plain + b"\n" + SSN.encode() + b" behind it all\n",
        "twice.zip": plain + archive(6),
        **{"flipped-%d.zip" % i: flipped(plain, i, n) for i, n in enumerate((1, 1, 1, 3, 20))},
    }


class Fault(Exception):
    pass


def scan(terrier, tree, home, options):
    env = dict(os.environ, HOME=home, XDG_STATE_HOME=home + "/state",
               XDG_CONFIG_HOME=home + "/config", XDG_CACHE_HOME=home + "/cache")
    r = subprocess.run([terrier, "scan", "--fresh", "--format", "jsonl", "--objects", "all", "--progress", "never",
                        "--samples", "20", *options, tree], env=env, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=300)
    if r.returncode not in (0, 3):
        raise Fault("exit %d: %s" % (r.returncode, r.stderr.decode("utf-8", "replace")))
    return alike(r.stdout.decode("utf-8").splitlines())


def first_difference(a, b):
    for x, y in zip(a, b):
        if x != y:
            return "%s\n   is %s" % (x[:300], y[:300])
    return "%d lines are %d" % (len(a), len(b))


def check_planted(rows, tree):
    """Of the archive that is as it should be: every text and table has what was put in."""
    want = sum(i % 3 for i in range(MEMBERS) if i % 10 not in (3, 6)) + 2 * (MEMBERS // 10) + 1
    rows = [r for r in rows if r.get("object", r.get("locator", "")).startswith(tree + "/plain.zip")]
    in_text = sum(r["count"] for r in rows if r["kind"] == "finding" and
                  r["detector"] == "gov.us-ssn" and r["part"] != "ssn")
    in_tables = sum(r["count"] for r in rows if r["kind"] == "finding" and
                    r["detector"] == "gov.us-ssn" and r["part"] == "ssn")
    if in_text != want or in_tables != 3000 * 2 * (MEMBERS // 10):
        raise Fault("plain.zip: %d of %d in texts, %d of %d in tables"
                    % (in_text, want, in_tables, 3000 * 2 * (MEMBERS // 10)))
    units = [r for r in rows if r["kind"] == "object"]
    if len(units) != 1 + MEMBERS + 2 * (MEMBERS // 10) or any(r["status"] != "read" for r in units):
        raise Fault("plain.zip: %d units, %s" % (len(units), {r["status"] for r in units}))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("terrier")
    p.add_argument("--keep")
    o = p.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as place:
        tree = o.keep or place + "/tree"
        os.makedirs(tree, exist_ok=True)
        for name, data in cases().items():
            with open(os.path.join(tree, name), "wb") as f:
                f.write(data)
        for limits in LIMITS:
            first = None
            for way in WAYS if not limits else WAYS[:2]:
                try:
                    lines = scan(o.terrier, tree, place, way + limits)
                    if first is None and not limits:
                        check_planted([json.loads(x) for x in lines], tree)
                    first = first or lines
                    if lines != first:
                        raise Fault("not as by one thread: " + first_difference(first, lines))
                    passed += 1
                except Fault as fault:
                    failed += 1
                    print("FAILED: %s: %s" % (" ".join(way + limits), fault))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
