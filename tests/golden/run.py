#!/usr/bin/env python3
"""The golden corpus, scanned in every way that must not matter, held against its truth.

usage: run.py TERRIER

Makes the corpus (corpus/make.py), scans it with 1, 2 and 8 workers, the smallest window, a window
that is no power of two and shuffled walks, and asserts that all reports are the same bytes but for
the run line, and all canonical exports the same bytes; that every planted value is found with its detector, line and raw offset; that every
file has its status; and that nothing else is found. Ends with "N passed, N failed".
"""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from alike import alike  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
SAMPLES = 20

WAYS = [
    ("two workers", ["--jobs", "2"]),
    ("one worker", ["--jobs", "1"]),
    ("eight workers", ["--jobs", "8"]),
    ("smallest window", ["--jobs", "2", "--window", "1024"]),
    ("odd window", ["--jobs", "2", "--window", "100004"]),
    ("shuffled", ["--jobs", "2", "--shuffle", "7"]),
    ("shuffled, eight workers, small window", ["--jobs", "8", "--shuffle", "99", "--window", "4096"]),
]


class Score:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, ok, what):
        if ok:
            self.passed += 1
        else:
            self.failed += 1
            print("FAILED:", what)


def scan(terrier, tree, place, options):
    """The report's lines, as alike() has them; the exit code."""
    env = dict(os.environ, XDG_STATE_HOME=place + "/state", XDG_CONFIG_HOME=place + "/config",
               XDG_CACHE_HOME=place + "/cache", HOME=place)
    r = subprocess.run([terrier, "scan", "--format", "jsonl", "--objects", "all",
                        "--progress", "never", "--fresh", "--samples", str(SAMPLES)] + options + [tree],
                       env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=200)
    if r.returncode not in (0, 3):
        print(r.stderr.decode("utf-8", "replace"))
    return alike(r.stdout.decode("utf-8").splitlines(), one_store=True), r.returncode


def export(terrier, place):
    """The last run in its canonical form."""
    env = dict(os.environ, XDG_STATE_HOME=place + "/state", HOME=place)
    return subprocess.run([terrier, "store", "export", "--canonical"], env=env, check=True,
                          stdout=subprocess.PIPE, timeout=60).stdout


def raw_name(row, key, tree):
    """The path below the tree as the file system has it."""
    if key + "_b64" in row:
        import base64
        name = base64.b64decode(row[key + "_b64"])
    else:
        name = unescape(row[key])
    return name[len(os.fsencode(tree)) + 1:]


def unescape(text):
    out, b, i = bytearray(), text.encode("utf-8"), 0
    while i < len(b):
        if b[i:i + 2] == b"\\x":
            out.append(int(b[i + 2:i + 4], 16))
            i += 4
        else:
            out.append(b[i])
            i += 1
    return bytes(out)


def position(sample):
    """'L12:@345', or a row of a table such as 'ssn:12', which is a line where no cell has several"""
    line = sample["at"].split(":@")[0].rsplit(":", 1)[-1].lstrip("L")
    return int(line), sample["offset"]


def read_report(lines, tree):
    status, found, counts, further = {}, {}, {}, {}
    for line in lines:
        row = json.loads(line)
        if row["kind"] == "object" and "same_as" in row:
            further[raw_name(row, "locator", tree)] = raw_name(row, "same_as", tree)
        elif row["kind"] == "object":
            status[raw_name(row, "locator", tree)] = row["status"]
        elif row["kind"] == "finding":
            name = raw_name(row, "object", tree)
            if "same_as" in row:
                further[name] = raw_name(row, "same_as", tree)
                continue
            counts[name, row["detector"]] = row["count"]
            for s in row["samples"]:
                line_, offset = position(s)
                found.setdefault((name, row["detector"]), []).append((line_, offset))
    return status, found, counts, further


def read_truth(path):
    status, planted = {}, {}
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        for line in f:
            row = json.loads(line)
            name = row["path"].encode("utf-8", "surrogateescape")
            if "status" in row:
                status[name] = row["status"]
            else:
                planted.setdefault((name, row["detector"]), []).append((row["line"], row["offset"]))
    return status, planted


def check_truth(score, lines, truth, tree):
    want_status, planted = read_truth(truth)
    status, found, counts, further = read_report(lines, tree)
    score.check(further == {b"link/two.txt": b"link/one.txt"}, f"names of one file: {further}")
    for name, word in sorted(want_status.items()):
        score.check(status.get(name) == word,
                    f"{name!r} is {status.get(name)}, expected {word}")
    for name in sorted(status):
        score.check(name in want_status, f"{name!r} is listed and was not made")
    for key in sorted(planted):
        want = sorted(planted[key], key=lambda p: p[1])[:SAMPLES]
        score.check(found.get(key) == want,
                    f"{key!r}: first samples {found.get(key, [])[:3]}, expected {want[:3]}")
        score.check(counts.get(key) == len(planted[key]),
                    f"{key!r}: {counts.get(key)} values, expected {len(planted[key])}")
    for key in sorted(found):
        score.check(key in planted, f"{key!r} was found and not planted")
    coverage = [json.loads(x) for x in lines if '"coverage"' in x[:30]]
    score.check(len(coverage) == 1 and coverage[0]["balanced"] is True, "the sums do not balance")
    score.check(coverage[0]["complete"] is False, "coverage is called complete")


def main():
    terrier = os.path.abspath(sys.argv[1])
    score = Score()
    with tempfile.TemporaryDirectory() as place:
        subprocess.run([sys.executable, os.path.join(TOP, "corpus", "make.py"), place + "/corpus"],
                       check=True)
        tree = os.path.realpath(place + "/corpus/tree")
        first = None
        for what, options in WAYS:
            lines, code = scan(terrier, tree, place, options)
            score.check(code == 3, f"{what}: exit {code}, expected 3")
            canonical = export(terrier, place)
            if first is None:
                first, first_canonical = lines, canonical
                objects = sum('"object"' in x[:20] and '"same_as"' not in x for x in lines)
                kinds = [json.loads(x)["kind"] for x in canonical.splitlines()]
                score.check(kinds.count("object") == objects and "finding" in kinds,
                            f"the canonical export has {kinds.count('object')} of {objects} objects")
                check_truth(score, lines, place + "/corpus/truth.jsonl", tree)
            else:
                same = lines == first
                score.check(same, f"{what}: another report than with two workers")
                score.check(canonical == first_canonical,
                            f"{what}: another canonical export than with two workers")
                if not same:
                    for a, b in zip(first, lines):
                        if a != b:
                            print("  -", a[:200], "\n  +", b[:200])
                            break
    print(f"{score.passed} passed, {score.failed} failed")
    return 1 if score.failed or not score.passed else 0


if __name__ == "__main__":
    sys.exit(main())
