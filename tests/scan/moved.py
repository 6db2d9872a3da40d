#!/usr/bin/env python3
"""What was moved, renamed, copied, touched or given other rights is hashed, not opened, and the same.

usage: moved.py TERRIER

A tree of texts, tables, archives, compressed streams and a dump with its contents beside it is
scanned; then files get other names, places, times and rights. The scan behind that must say the
same as one that owes nothing to an earlier one, and must have opened only what had to be. Ends with
"N passed, N failed".
"""
import gzip
import json
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import run as scans  # noqa: E402  (the cases beside this one)


def long_text(tail):
    return "".join(f"line {i}: nothing of note\n" for i in range(400)) + f"SSN: {scans.SSN} {tail}\n"


def make_tree(tree):
    for i in range(12):
        scans.write(f"{tree}/a/t{i}.txt", long_text(i))
    for i in range(4):
        members = [(f"m{k}.txt", long_text(f"{i} {k}")) for k in range(3)]
        scans.write(f"{tree}/a/z{i}.zip", b"")
        with open(f"{tree}/a/z{i}.zip", "wb") as f:
            f.write(scans.zipped(members + [("r.bin", os.urandom(5000))]))
        with gzip.open(f"{tree}/a/g{i}.txt.gz", "wb") as f:
            f.write(os.urandom(9000).hex().encode() + long_text(i).encode())
    scans.write(f"{tree}/a/list.csv", "id,ssn\n" + "".join(f"{i},{scans.SSN}\n" for i in range(600)))
    scans.write(f"{tree}/a/SSN {scans.SSN}.txt", long_text("named"))


def known(t, tree, *options):
    code, out, err = t.run("scan", "--format", "jsonl", *options, tree)
    scans.expect(code in (0, 3), f"exit {code}: {err}")
    events = [json.loads(x) for x in out.splitlines() if '"event"' in x[:16]]
    code, export, err = t.run("store", "export", "--canonical")
    scans.expect(code == 0, err)
    return export, sum(e["count"] for e in events if e["event"] == "same-content")


def equal(t, tree, count, *options):
    """The scan is that of a fresh one, and took so many contents for known."""
    got, n = known(t, tree, *options)
    want, none = known(t, tree, "--fresh", *options)
    for a, b in zip(want.splitlines(), got.splitlines()):
        scans.expect(a == b, f"expected {a[:400]}\n     got {b[:400]}")
    scans.expect(got == want, f"{len(got)} bytes, expected {len(want)}")
    scans.expect(none == 0, f"a fresh scan took {none} for known")
    scans.expect(n == count, f"{n} contents were known, expected {count}")


def begin(t, place):
    tree = place + "/tree"
    make_tree(tree)
    time.sleep(2.1)
    scans.expect(known(t, tree)[1] == 0, "a first scan knows contents")
    return tree


def moves_renames_and_copies(t, place):
    tree = begin(t, place)
    os.makedirs(f"{tree}/b")
    os.rename(f"{tree}/a/t0.txt", f"{tree}/b/t0.txt")          # moved
    os.rename(f"{tree}/a/t1.txt", f"{tree}/a/other.txt")       # renamed
    shutil.copy(f"{tree}/a/t2.txt", f"{tree}/b/copy.txt")      # copied
    shutil.copy(f"{tree}/a/z0.zip", f"{tree}/b/x.zip")         # an archive, twice
    shutil.copy(f"{tree}/a/z0.zip", f"{tree}/b/y.zip")
    shutil.copy(f"{tree}/a/g0.txt.gz", f"{tree}/b/g0.txt.gz")  # what is in it is called by its name
    shutil.copy(f"{tree}/a/list.csv", f"{tree}/b/l.csv")
    os.chmod(f"{tree}/a/z1.zip", 0o600)
    os.utime(f"{tree}/a/t3.txt")
    equal(t, tree, 9)


def directories_that_move(t, place):
    tree = begin(t, place)
    os.rename(f"{tree}/a", f"{tree}/elsewhere")
    equal(t, tree, 21)  # all but the one with a number in its name


def names_that_matter_are_read(t, place):
    tree = begin(t, place)
    shutil.copy(f"{tree}/a/t2.txt", f"{tree}/a/t2.csv")               # another reader
    shutil.copy(f"{tree}/a/list.csv", f"{tree}/a/list.txt")
    shutil.copy(f"{tree}/a/g0.txt.gz", f"{tree}/a/h.txt.gz")          # another name inside
    shutil.copy(f"{tree}/a/t4.txt", f"{tree}/a/2: SSN {scans.SSN}.txt")  # found in the new name
    shutil.copy(f"{tree}/a/SSN {scans.SSN}.txt", f"{tree}/a/named.txt")  # ... in the old one
    equal(t, tree, 0)


def other_content_of_the_same_size(t, place):
    tree = begin(t, place)
    scans.write(f"{tree}/a/t5.txt", long_text(6))           # that of t6
    scans.write(f"{tree}/a/t7.txt", long_text(1)[:-2] + "x\n")  # that of none
    equal(t, tree, 1)


def nothing_where_lists_allow(t, place):
    """Entries may be about paths: hits that one keeps out of one file may stand in its copy."""
    tree = begin(t, place)
    scans.write(f"{place}/allow/a.yaml", """format: allow/1
id: test.data
entries:
  - {path: '*/b/*', types: [gov.us-ssn], reason: generated, by: tests}
""")
    known(t, tree, "--rules", place + "/allow")
    os.makedirs(f"{tree}/b")
    shutil.copy(f"{tree}/a/t2.txt", f"{tree}/b/t2.txt")
    equal(t, tree, 0, "--rules", place + "/allow")


def rescans_and_kept_runs(t, place):
    tree = begin(t, place)
    first = t.run("store", "export", "--canonical")[1]
    os.rename(f"{tree}/a/z0.zip", f"{tree}/a/z9.zip")
    export, n = known(t, tree, "--rescan")
    scans.expect(n == 0, f"--rescan took {n} for known")
    os.rename(f"{tree}/a/z9.zip", f"{tree}/a/z0.zip")
    again, n = known(t, tree)
    scans.expect(n == 1 and again == first, f"{n} known when it came back under its old name")
    code, out, err = t.run("store", "export", "--canonical", "--run", "2")
    scans.expect(code == 0 and out == export, f"run 2 is another than it was: {err}")
    code, out, err = t.run("store", "check")
    scans.expect(code == 0, out + err)


CASES = [moves_renames_and_copies, directories_that_move, names_that_matter_are_read,
         other_content_of_the_same_size, nothing_where_lists_allow, rescans_and_kept_runs]


def main():
    program = os.path.abspath(sys.argv[1])
    passed = failed = 0
    for case in CASES:
        with tempfile.TemporaryDirectory() as place:
            place = os.path.realpath(place)
            try:
                case(scans.Terrier(program, place), place)
                passed += 1
            except AssertionError as why:
                failed += 1
                print(f"FAILED: {case.__name__}: {why}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
