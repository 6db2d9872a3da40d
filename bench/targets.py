"""Targets: what the first milestone asks of each figure."""
import dataclasses

from rows import Spread

NAIVE_LEAST = {"prose": 30, "csv": 20, "digits": 20, "random": 20, "sql": 20}
RIPGREP_MOST = {"prose": 0.45, "csv": 0.70, "digits": 1.0}
PEAK_MIB, PEAK_MIB_A_THREAD = 64, 4


@dataclasses.dataclass(frozen=True)
class Target:
    """A figure (None: not measured), the bound it is held against, and on which side it may be."""

    what: str
    figure: Spread
    bound: float
    unit: str
    at_least: bool

    @property
    def verdict(self):
        if self.figure is None:
            return "not measured"
        value = self.figure.median
        met = value >= self.bound if self.at_least else value <= self.bound
        return "met" if met else "missed"


def least(what, figure, bound, unit="x"):
    return Target(what, figure, bound, unit, True)


def most(what, figure, bound, unit="x"):
    return Target(what, figure, bound, unit, False)


def worst(spreads):
    """(name, spread) of the lowest median."""
    found = [(spread.median, name, spread) for name, spread in spreads.items() if spread]
    return min(found)[1:] if found else ("none", None)


def engine_targets(rows, adversaries):
    for kind, bound in NAIVE_LEAST.items():
        ratio = rows.ratio("engine", kind, "engine", "naive", "MB/s")
        yield least(f"engine / naive, {kind}", ratio, bound)
    ratios = {name: rows.ratio("engine", name, "engine", "naive", "MB/s") for name in adversaries}
    name, ratio = worst(ratios)
    yield least(f"engine / naive, worst adversary ({name})", ratio, 3)
    name, rate = worst({n: rows.spread("engine", n, "engine", "MB/s") for n in adversaries})
    prose = rows.spread("engine", "prose", "engine", "MB/s")
    share = rate and prose and rate.times(1 / prose.median)
    yield least(f"rate of the slowest adversary ({name}) / prose", share, 0.10)
    for kind in ("prose", "csv"):
        ratio = rows.ratio("engine", kind, "engine-2", "engine", "MB/s wall")
        yield least(f"engine, 2 threads / 1, {kind}", ratio, 1.9)


def speedup(rows, case):
    return rows.ratio("scan", case, "terrier-1", "terrier-2", "s wall")


def scan_targets(rows):
    for kind, bound in RIPGREP_MOST.items():
        ratio = rows.ratio("scan", kind, "terrier-1", "ripgrep-1", "s wall")
        yield most(f"terrier scan / ripgrep of three patterns, wall, {kind}", ratio, bound)
    for kind in ("prose", "csv"):
        yield least(f"terrier scan, 2 threads / 1, {kind}", speedup(rows, kind), 1.9)
    start = rows.spread("scan", "1-kib", "terrier-1", "s wall")
    yield most("1 KiB file, start to finish", start and start.times(1e3), 50, "ms")
    over = rows.combined("scan", "1-kib", "terrier-1", "empty", "s wall", lambda a, b: a - b)
    yield most("the same over an empty process", over and over.times(1e3), 10, "ms")
    for threads in (1, 2):
        peak = rows.spread("scan", "csv", f"terrier-{threads}", "MiB peak")
        bound = PEAK_MIB + PEAK_MIB_A_THREAD * threads
        yield most(f"peak memory of the largest process, csv, --jobs {threads}", peak, bound, "MiB")
    ratio = rows.ratio("scan", "tree", "terrier-2", "bare-loop-2", "s wall")
    yield most("tree of small files / bare open, read, close, 2 threads", ratio, 2)
    ratio = rows.ratio("scan", "tree", "terrier-2", "ripgrep-2", "s wall")
    yield most("tree of small files / ripgrep of three patterns, 2 threads", ratio, 0.75)
    yield least("tree of small files, 2 threads / 1", speedup(rows, "tree"), 1.35)


def all_targets(rows, adversaries):
    return [*engine_targets(rows, adversaries), *scan_targets(rows)]
