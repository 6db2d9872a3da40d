#!/usr/bin/env python3
"""How long each format of a report takes over a run with a million findings, and how much memory.

usage: reports.py --build DIR [--findings N] [--rounds N] [--keep DIR]

Scans one file, then puts the rows of a run with N findings (1,000,000) beside it into the store: four
findings a file, fifty files a directory, five hundred directories a share, one file in fifty not read. Each format is
written to a file and measured as a whole process: seconds by the clock, of the processor, MiB at the peak, and the size of what was
written. Bounds: text and html together 10 s, each other 60 s, 256 MiB each, html 20 MB. Run by hand; ends 1 where one
is missed.
"""
import argparse
import os
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile

import process

FORMATS = ["text", "html", "jsonl", "csv", "xlsx", "sarif", "ocsf", "oscal", "paths"]
TABLES = """
CREATE TEMP TABLE seed AS SELECT * FROM finding LIMIT 1;
CREATE TEMP TABLE place AS SELECT * FROM object WHERE id IS NOT NULL LIMIT 1;
CREATE TEMP TABLE n (i INTEGER PRIMARY KEY);
WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i + 1 < :objects) INSERT INTO n SELECT i FROM c;
"""


def columns(db, table):
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def copy(db, table, source, changes, where=""):
    """Rows of `table` like those of `source`, with other expressions for some columns."""
    names = columns(db, table)
    picked = ", ".join(changes.get(name, f"s.{name}") for name in names)
    db.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {picked} FROM n, {source} s {where}")


def fill(store, findings):
    db = sqlite3.connect(store)
    db.executescript(TABLES.replace(":objects", str(findings // 4)))
    path = "CAST(printf('share-%02d/department-%03d/d%04d/customers-%07d.csv', i / 25000, i / 500 % 50, i / 50, i) AS BLOB)"
    copy(db, "object", "place", {
        "path": path, "id": "i + 1000", "slot": "i + 1000", "ino": "i + 1000", "nlink": "1",
        "status": "CASE WHEN i % 50 = 7 THEN 'encrypted' ELSE s.status END"})
    detectors = [row[0] for row in db.execute("SELECT number FROM detector ORDER BY (number * 7919) % 1009 LIMIT 40")]
    db.execute("CREATE TEMP TABLE kind (k INTEGER PRIMARY KEY, number INTEGER)")
    db.executemany("INSERT INTO kind VALUES (?, ?)", enumerate(sorted(detectors)))
    for k in range(4):
        copy(db, "finding", "seed", {
            "object": "i + 1000", "part": f"CAST('column-{k}' AS BLOB)", "part_kind": "5",
            "detector": f"(SELECT number FROM kind WHERE k = (i + {k} * 11) % {len(detectors)})"})
    db.execute("DELETE FROM coverage")
    db.execute("""INSERT INTO coverage SELECT r.id, o.depth > 0, o.status, o.reason, count(*), sum(size), sum(bytes_read), sum(members)
                  FROM object o, run r WHERE o.since <= r.id AND o.until > r.id GROUP BY 1, 2, 3, 4""")
    db.execute("UPDATE root SET found = (SELECT count(*) FROM object WHERE depth = 0), "
               "found_bytes = (SELECT sum(size) FROM object WHERE depth = 0)")
    db.commit()
    db.execute("ANALYZE")
    db.commit()
    db.close()


def make(terrier, top, env, findings):
    tree = top / "tree"
    tree.mkdir()
    (tree / "seed.csv").write_text("name,ssn\n" + "".join(f"x{i},536-90-{4300 + i}\n" for i in range(20)))
    subprocess.run([terrier, "scan", "-q", tree], env=env, check=False, stdout=subprocess.DEVNULL)
    fill(top / "state" / "terrier" / "terrier.db", findings)


def measured(terrier, form, top, env, rounds):
    out = top / f"report.{form}"
    runs = [process.run(process.Command(form, [terrier, "report", "--format", form, "--output", str(out)], env))
            for _ in range(rounds)]
    size = out.stat().st_size
    out.unlink()
    return {unit: statistics.median(run[unit] for run in runs) for unit in runs[0]}, size


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--findings", type=int, default=1000000)
    parser.add_argument("--rounds", type=int, default=3)
    a = parser.parse_args()
    terrier = os.path.abspath(os.path.join(a.build, "src/terrier"))
    missed, first = [], 0
    with tempfile.TemporaryDirectory(prefix="terrier-bench-") as name:
        top = pathlib.Path(name)
        env = {**os.environ, "XDG_STATE_HOME": str(top / "state"), "XDG_CONFIG_HOME": str(top / "config"),
               "XDG_CACHE_HOME": str(top / "cache"), "TMPDIR": name}
        make(terrier, top, env, a.findings)
        print(f"{a.findings:,} findings; median of {a.rounds}\n| format | s | s of the processor | MiB at the peak | MB written |\n|---|---|---|---|---|")
        for form in FORMATS:
            got, size = measured(terrier, form, top, env, a.rounds)
            print(f"| {form} | {got['s wall']:.1f} | {got['s user'] + got['s system']:.1f} | {got['MiB peak']:.0f} | {size / 1e6:.1f} |", flush=True)
            first += got["s wall"] if form in ("text", "html") else 0
            if got["s wall"] > 60 or got["MiB peak"] > 256 or (form == "html" and size > 20e6):
                missed.append(form)
    if first > 10:
        missed.append(f"text and html together: {first:.1f} s")
    print("missed: " + ", ".join(missed) if missed else "all within their bounds")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
