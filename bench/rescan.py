#!/usr/bin/env python3
"""A rescan of a tree in which nothing changed, beside a bare statx walk of the same tree.

usage: rescan.py --build DIR [--files N] [--rounds N]

Makes a tree of N files (200,000), 50 to a directory, waits until no file is younger than the margin
of a scan, scans it once, and then in each round walks it and scans it again in turn: the walk asks
what any rescan must ask. Both find everything in the cache of the kernel. Said are the medians of
wall time and of processor time (of all processes of the scan), and of their ratios within a round;
the bound is 2.5. The recount that a scan makes unless told not to is a walk of its own: it is
measured apart. Run by hand; a claim needs an idle machine. Ends 1 where the ratio of wall time is
above the bound.
"""
import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BOUND = 2.5
A_DIRECTORY = 50


def make_tree(top, files):
    for d in range((files + A_DIRECTORY - 1) // A_DIRECTORY):
        place = f"{top}/{d // 100:03d}/{d % 100:02d}"
        os.makedirs(place)
        for i in range(d * A_DIRECTORY, min(files, (d + 1) * A_DIRECTORY)):
            with open(f"{place}/minutes-{i:07d}.txt", "w", encoding="ascii") as f:
                f.write(f"Minutes of meeting {i}: nothing was decided.\n")


def measured(argv, env, codes=(0,)):
    """Wall and processor seconds of a program and its children."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    r = subprocess.run(argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if r.returncode not in codes:
        sys.exit(f"{argv[0]}: exit {r.returncode}: {r.stderr.decode()}")
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def carried(terrier, env):
    out = subprocess.run([terrier, "report", "--format", "jsonl"], env=env, check=True,
                         stdout=subprocess.PIPE).stdout.decode()
    lines = [x for x in out.splitlines() if '"event":"carried"' in x]
    return int(lines[0].split('"count":')[1].split(",")[0]) if lines else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--files", type=int, default=200000)
    parser.add_argument("--rounds", type=int, default=7)
    a = parser.parse_args()
    terrier, walk = (os.path.abspath(os.path.join(a.build, p)) for p in ("src/terrier", "bench/bare-statx"))
    place = tempfile.mkdtemp(prefix="terrier-rescan-")
    env = dict(os.environ, HOME=place, XDG_STATE_HOME=place + "/state", XDG_CONFIG_HOME=place + "/config",
               XDG_CACHE_HOME=place + "/cache")
    try:
        tree = place + "/tree"
        make_tree(tree, a.files)
        time.sleep(3)
        scan = [terrier, "scan", "-q", "--recheck", str(1 << 60), "--recount", "none", tree]
        first = measured(scan, env)
        rounds = []
        for _ in range(a.rounds):
            rounds.append((measured([walk, tree], env), measured(scan, env),
                           measured([x if x != "none" else "after" for x in scan], env)))
        if carried(terrier, env) != a.files:
            sys.exit(f"{carried(terrier, env)} of {a.files} files were carried over")
    finally:
        shutil.rmtree(place)
    print(f"{a.files} files; the first scan took {first[0]:.2f} s, {first[1]:.2f} s of processor time")
    print("                        wall s   processor s")
    for i, what in enumerate(("bare statx walk", "rescan", "rescan with recount")):
        print(f"{what:22s} {statistics.median(r[i][0] for r in rounds):7.3f} "
              f"{statistics.median(r[i][1] for r in rounds):13.3f}")
    wall = statistics.median(r[1][0] / r[0][0] for r in rounds)
    cpu = statistics.median(r[1][1] / r[0][1] for r in rounds)
    print(f"rescan / walk          {wall:7.2f} {cpu:13.2f}   bound {BOUND}")
    return 0 if wall <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
