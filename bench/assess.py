#!/usr/bin/env python3
"""A run with a million findings, judged by a ruleset and told as text.

usage: assess.py --build DIR [--findings N] [--rulesets NAME]... [--rounds N]

Scans a small tree, so that there is a run with its detectors, and fills its store by SQL with N
findings (1,000,000), four an object, over all detectors, levels and kinds of place. Then each round
judges that run (`terrier assess`, text to nowhere). Said are wall and processor time, the peak of
memory, rows a second, and what an assessment adds to the store. The bound is 10 s. Run by hand; a
claim needs an idle machine. Ends 1 where the median of wall time is above the bound.
"""
import argparse
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

BOUND = 10.0
AN_OBJECT = 4
PLACES = ("hr", "finance/2023", "test/crm", "backup/weekly", "tmp", "outbound", "archive/2011",
          "home/a", "www/htdocs", "projects/x")


def fill(path, findings):
    """Objects in the order of a walk, with findings that differ in all that rules look at."""
    db = sqlite3.connect(path)
    (run,) = db.execute("SELECT max(id) FROM run").fetchone()
    (series,) = db.execute("SELECT series FROM run WHERE id = ?", (run,)).fetchone()
    (detectors,) = db.execute("SELECT count(*) FROM detector WHERE run = ?", (run,)).fetchone()
    objects = findings // AN_OBJECT
    db.execute("DELETE FROM object")
    db.execute("DELETE FROM finding")

    def names():
        each = objects // len(PLACES) + 1
        for i in range(objects):
            place = sorted(PLACES)[i // each]
            yield (series, f"{place}/{i // 50:06d}/file-{i:07d}.csv".encode(), run, i + 1, i)

    db.executemany(
        "INSERT INTO object (series, root, path, since, until, id, slot, depth, dev, ino, nlink,"
        " size, mtime, ctime, btime, mode, uid, gid, status, reason, bytes_read, members, hash,"
        " format, encoding) VALUES (?, 0, ?, ?, 9223372036854775807, ?, ?, 0, 1, 1, 1, 1000, 0, 0,"
        " 0, 33188, 0, 0, 'read', '', 1000, 0, NULL, 'csv', 'utf-8')", names())

    def rows():
        for i in range(findings):
            which = i % AN_OBJECT
            yield (i // AN_OBJECT + 1, b"" if which < 2 else b"column%d" % which,
                   (i * 7 + which) % detectors, 1 + i % 3, i % 500, i % 17, i % 400)

    db.executemany(
        "INSERT OR IGNORE INTO finding (object, part, part_kind, heading, detector, level, score,"
        " count_high, count_medium, count_low, tested, valid, test_values, distinct_values,"
        " distinct_exact, samples) VALUES (?, ?, 0, x'', ?, ?, 2.0, ?, ?, 1, 600, 500, 0, ?, 1,"
        " x'')", rows())
    (n,) = db.execute("SELECT count(*) FROM finding").fetchone()
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return n


def measured(argv, env):
    """Wall and processor seconds, peak in KiB, of one process."""
    began = time.monotonic()
    with subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as p:
        said = p.stderr.read()
        _, status, used = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode:
        sys.exit(f"{argv[0]}: exit {p.returncode}: {said.decode()}")
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--findings", type=int, default=1000000)
    parser.add_argument("--rulesets", action="append", default=[])
    parser.add_argument("--rounds", type=int, default=3)
    a = parser.parse_args()
    terrier = os.path.abspath(os.path.join(a.build, "src/terrier"))
    top = tempfile.mkdtemp(prefix="terrier-assess-")
    try:
        env = dict(os.environ, **{f"XDG_{x}_HOME": f"{top}/{x.lower()}"
                                  for x in ("STATE", "CONFIG", "CACHE")})
        os.makedirs(f"{top}/tree")
        with open(f"{top}/tree/a.txt", "w", encoding="ascii") as f:
            f.write("nothing\n")
        subprocess.run([terrier, "scan", "-q", f"{top}/tree"], env=env, check=True,
                       stdout=subprocess.DEVNULL)
        store = f"{top}/state/terrier/terrier.db"
        n, before = fill(store, a.findings), os.path.getsize(store)
        argv = [terrier, "assess"] + [x for r in a.rulesets for x in ("--rulesets", r)]
        walls = []
        for i in range(a.rounds):
            wall, cpu, peak = measured(argv, env)
            walls.append(wall)
            print(f"round {i + 1}: {wall:.2f} s, processor {cpu:.2f} s, peak {peak // 1024} MiB, "
                  f"{n / cpu / 1000:.0f} thousand findings a second of processor time")
        grown = (os.path.getsize(store) - before) / a.rounds
        print(f"{n} findings; median {statistics.median(walls):.2f} s, bound {BOUND:.0f} s; "
              f"an assessment takes {grown / n:.1f} bytes a finding in the store")
        return statistics.median(walls) > BOUND
    finally:
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
