#!/usr/bin/env python3
"""Outlook data files as corpus/outlook.py writes them, held against another reader: readpst of libpst.

usage: outlook.py TERRIER            asserts; ends with "N passed, N failed"; 77 where readpst is not

The writer is ours as the reader is, and both could be wrong in the same way. So each kind of file that
readpst knows is unpacked by it, and what it brings out must be what terrier finds in the file: each
generated number, as often.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "corpus"))
import formats as corpus  # noqa: E402
import outlook  # noqa: E402

KINDS = [("unicode", 0), ("unicode", 1), ("unicode", 2), ("ansi", 0), ("ansi", 1), ("ansi", 2)]


def by_readpst(path, place):
    out = os.path.join(place, "out")
    os.makedirs(out)
    r = subprocess.run(["readpst", "-D", "-S", "-o", out, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert r.returncode == 0, r.stdout.decode("utf-8", "replace")
    text = b""
    for top, _, names in os.walk(out):
        for name in sorted(names):
            with open(os.path.join(top, name), "rb") as f:
                text += f.read()
    shutil.rmtree(out)
    return text


def by_terrier(terrier, path, place):
    env = dict(os.environ, XDG_STATE_HOME=place + "/state", XDG_CONFIG_HOME=place + "/config",
               XDG_CACHE_HOME=place + "/cache", HOME=place)
    r = subprocess.run([terrier, "scan", "--format", "jsonl", "--objects", "all", "--progress", "never", path],
                       env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=100)
    return r.stdout.decode("utf-8")


def main():
    if not shutil.which("readpst"):
        print("SKIPPED: no readpst here (Debian: pst-utils)")
        return 77
    failed = 0
    for kind, crypt in KINDS:
        with tempfile.TemporaryDirectory() as place:
            path = os.path.join(place, "a.pst")
            with open(path, "wb") as f:
                f.write(outlook.pst(corpus.PROSE, {"notes.txt": corpus.PROSE.encode()}, kind=kind, crypt=crypt))
            other = by_readpst(path, place)
            numbers = [other.count(p["ssn"].encode()) for p in corpus.PEOPLE]
            rows = by_terrier(sys.argv[1], path, place)
            found = re.findall(r'"detector": ?"gov.us-ssn".*?"count": ?(\d+)', rows)
        ok = numbers == [2] * 3 and sum(map(int, found)) == 6
        if not ok:
            print("FAILED: %s, encryption %d: readpst has them %s times, terrier %s" % (kind, crypt, numbers, found))
        failed += not ok
    print("%d passed, %d failed" % (len(KINDS) - failed, failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
