#!/usr/bin/env python3
"""Runs the benches and stores the run: README.md with every figure beside its target, raw.csv.

scripts/bench builds what this needs and calls it.
"""
import argparse
import dataclasses
import datetime
import itertools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import corpora
import process
import report
import targets
from rows import Rows

HERE = pathlib.Path(__file__).parent

# E-mail address, SSN and card number, as people write them for grep.
THREE_PATTERNS = [r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}", r"\b\d{3}-\d{2}-\d{4}\b",
                  r"\b\d{4}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}\b"]


@dataclasses.dataclass(frozen=True)
class Size:
    """How much is measured."""

    mib: int
    adversarial_mib: int
    tree_files: int
    rounds: int
    naive_mib: int  # the head that the naive form gets; it runs at some 20 MB/s
    detector_mib: int
    small_rounds: int


FULL = Size(256, 32, 200_000, 5, 8, 8, 20)
QUICK = Size(32, 4, 20_000, 3, 2, 4, 10)


def say(text):
    print(text, file=sys.stderr, flush=True)


class Bench:
    def __init__(self, options, size, scratch):
        self.build = pathlib.Path(options.build)
        self.terrier = shutil.which(options.terrier or self.build / "src" / "terrier")
        self.ripgrep = shutil.which("rg")
        self.rules = ["--rules", options.rules] if options.rules else []
        self.size = size
        self.scratch = pathlib.Path(scratch)
        self.rows = Rows()
        self.skipped = []  # what was not measured, and why
        self.corpora = corpora.Corpora(self.program("make-corpus"), options.corpora, size.mib,
                                       size.adversarial_mib, size.tree_files)

    def program(self, name):
        return str(self.build / "bench" / name)

    def skip(self, what):
        """The report goes into the repository: it names no directory of this machine."""
        for path, name in ((self.corpora.root, "CORPORA"), (self.scratch, "SCRATCH")):
            what = what.replace(str(path), name)
        say(f"skipped: {what}")
        self.skipped.append(what)

    # ---- the engine in one process ----

    def run_csv(self, name, *args):
        out = subprocess.run([self.program(name), *self.rules, "--csv", *map(str, args)],
                             stdout=subprocess.PIPE, text=True, check=True)
        self.rows.add_csv(out.stdout)

    def run_engine(self):
        common = ["--rounds", self.size.rounds, "--naive", HERE / "engine" / "naive.tsv",
                  "--naive-head", self.size.naive_mib]
        self.run_csv("bench-rates", *common, "--threads", 2,
                     *[self.corpora.file(kind) for kind in corpora.KINDS])
        self.run_csv("bench-rates", *common, *self.corpora.adversaries())

    def run_detectors(self):
        self.run_csv("bench-detectors", "--rounds", 3, "--head", self.size.detector_mib,
                     *[self.corpora.file(kind) for kind in ("prose", "csv", "digits", "random")])

    # ---- whole processes ----

    def environment(self):
        """Nothing of the user's own is read or written: configuration, keys, store, cache."""
        private = {f"XDG_{kind}_HOME": str(self.scratch / kind.lower())
                   for kind in ("CACHE", "CONFIG", "DATA", "STATE")}
        return {"PATH": os.environ["PATH"], "HOME": str(self.scratch), "LANG": "C.UTF-8", **private}

    def scan(self, path, threads):
        """A scan into a store of its own each time, or the second would find nothing changed."""
        store = self.scratch / "store"

        def prepare():
            shutil.rmtree(store, ignore_errors=True)
            store.mkdir(mode=0o700)

        def confirm():
            return None if (store / "terrier.db").exists() else "it left no store"

        argv = [self.terrier, "scan", "--jobs", str(threads), "--store", str(store / "terrier.db"),
                *self.rules, str(path)]
        return process.Command(f"terrier-{threads}", argv, self.environment(), prepare, confirm,
                               (0, 3))

    def grep(self, path, threads):
        patterns = [arg for pattern in THREE_PATTERNS for arg in ("-e", pattern)]
        argv = [self.ripgrep, "--no-config", f"-j{threads}", "--no-unicode", "--count-matches",
                *patterns, str(path)]
        return process.Command(f"ripgrep-{threads}", argv, self.environment(), statuses=(0, 1))

    def bare_loop(self, path, threads):
        argv = [self.program("bare-loop"), str(path), str(threads)]
        return process.Command(f"bare-loop-{threads}", argv, self.environment())

    def scans(self, path, *threads):
        return [self.scan(path, n) for n in threads] if self.terrier else []

    def greps(self, path, threads):
        return [self.grep(path, threads)] if self.ripgrep else []

    def measure(self, case, commands, rounds):
        say(f"whole processes: {case}")
        for subject, reason in process.measure(self.rows, case, commands, rounds).items():
            self.skip(f"{case}, {subject}: {reason}")

    def run_scans(self):
        if not self.terrier:
            self.skip("whole scans: there is no terrier program in the build")
        if not self.ripgrep:
            self.skip("ripgrep: not installed; apt-get install ripgrep, or scripts/setup --full")
        for kind in ("prose", "csv", "digits"):
            path = self.corpora.file(kind)
            self.measure(kind, [*self.scans(path, 1, 2), *self.greps(path, 1)], self.size.rounds)
        empty = process.Command("empty", ["true"], self.environment())
        self.measure("1-kib", [empty, *self.scans(self.corpora.small, 1)], self.size.small_rounds)
        tree = self.corpora.tree
        self.measure("tree", [self.bare_loop(tree, 1), self.bare_loop(tree, 2),
                              *self.scans(tree, 1, 2), *self.greps(tree, 2)], self.size.rounds)


def run_directory(quick):
    """A new one: a stored run is never written over."""
    name = datetime.date.today().isoformat() + ("-quick" if quick else "")
    names = itertools.chain([name], (f"{name}.{n}" for n in itertools.count(2)))
    return next(path for path in (HERE / "runs" / n for n in names) if not path.exists())


def options_parse():
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true",
                        help="32 MiB and 20,000 files in place of 256 MiB and 200,000")
    parser.add_argument("--corpora", metavar="DIR", default=pathlib.Path(cache) / "terrier-bench",
                        help="where the inputs are made and kept, 2.7 GB (default: %(default)s)")
    parser.add_argument("--out", metavar="DIR", help="where the run is stored")
    parser.add_argument("--only", choices=["engine", "detectors", "scan"], action="append",
                        help="only this part (may be given more than once)")
    parser.add_argument("--terrier", metavar="FILE", help="another terrier than the build's")
    parser.add_argument("--rules", metavar="DIR", help="more detectors, as terrier's --rules")
    return parser.parse_args()


def main():
    options = options_parse()
    size = QUICK if options.quick else FULL
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="terrier-bench-") as scratch:
        bench = Bench(options, size, scratch)
        say(f"corpora in {bench.corpora.root}")
        bench.corpora.make()
        parts = {"engine": bench.run_engine, "detectors": bench.run_detectors,
                 "scan": bench.run_scans}
        for name, part in parts.items():
            if not options.only or name in options.only:
                say(name)
                part()
    adversaries = [path.name for path in bench.corpora.adversaries()]
    judged = targets.all_targets(bench.rows, adversaries)
    out = pathlib.Path(options.out or run_directory(options.quick))
    out.mkdir(parents=True, exist_ok=True)
    bench.rows.write(out / "raw.csv")
    text = report.text(bench.rows, judged, size, bench.skipped, adversaries, load_before)
    (out / "README.md").write_text(text, encoding="utf-8")
    print(text)
    say(f"stored in {out}")


if __name__ == "__main__":
    main()
