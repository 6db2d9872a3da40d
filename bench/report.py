"""Report: a run as Markdown: the machine, every figure beside its target, then the tables."""
import datetime
import os
import pathlib
import platform
import re
import statistics
import subprocess

from corpora import KINDS

SLOW_SHARE = 0.60  # of the median of all detectors on the same input

LIBRARIES = ("libhs", "libpcre2-8", "sqlite3", "yaml-0.1", "jansson", "libsodium", "libxxhash")


def first_line(*argv):
    """Of what a command prints; "-" where it cannot be run."""
    try:
        out = subprocess.run(argv, capture_output=True, text=True, check=True,
                             cwd=pathlib.Path(__file__).parent).stdout
    except (OSError, subprocess.CalledProcessError):
        return "-"
    return out.strip().splitlines()[0] if out.strip() else "-"


def cpu_model():
    found = re.search(r"^model name\s*:\s*(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    return found.group(1) if found else platform.machine()


def memory_gib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def machine(rows, size, load_before):
    versions = ", ".join(f"{name} {first_line('pkg-config', '--modversion', name)}"
                         for name in LIBRARIES)
    changed = "" if first_line("git", "status", "--porcelain", "-uno") == "-" else ", changed"
    yield f"- Date: {datetime.date.today().isoformat()}; commit "\
          f"{first_line('git', 'rev-parse', '--short=12', 'HEAD')}{changed}"
    yield f"- Processor: {cpu_model()}, {len(os.sched_getaffinity(0))} cores; "\
          f"memory {memory_gib():.0f} GiB"
    yield f"- Kernel {platform.release()}; {first_line('cc', '--version')}; release build"
    yield f"- Libraries: {versions}; {first_line('rg', '--version')}"
    detectors = rows.spread("engine", "rules", "detectors", "detectors")
    yield f"- Detectors in the engine: {cell(detectors)}; the naive form has 154 patterns"
    yield f"- Load before {load_before:.2f}, after {os.getloadavg()[0]:.2f}"
    yield f"- Sizes: corpora {size.mib} MiB, adversaries {size.adversarial_mib} MiB, tree "\
          f"{size.tree_files:,} files; {size.rounds} rounds after one to warm up; the naive form "\
          f"reads {size.naive_mib} MiB of each"


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def cell(spread):
    return number(spread.median) if spread else "-"


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def target_row(t):
    spread = f"{number(t.figure.least)} to {number(t.figure.most)}" if t.figure else "-"
    bound = f"{'>=' if t.at_least else '<='} {t.bound:g} {t.unit}"
    return [t.what, cell(t.figure), spread, bound, t.verdict]


def target_table(judged):
    return table(["figure", "median", "least to most", "target", ""], map(target_row, judged))


def engine_row(rows, case):
    rates = [cell(rows.spread("engine", case, subject, "MB/s"))
             for subject in ("engine", "engine-2", "naive", "bitmap", "keyword", "read")]
    ratio = rows.ratio("engine", case, "engine", "naive", "MB/s")
    return [case, *rates, cell(ratio), cell(rows.spread("engine", case, "hits", "hits/MB"))]


def engine_table(rows, cases):
    return table(["MB/s", "engine", "2 threads", "naive", "bitmaps alone", "keywords alone",
                  "memory read", "engine / naive", "hits a MB"],
                 [engine_row(rows, case) for case in cases])


def scan_rows(rows):
    units = ("s wall", "s user", "s system", "MiB peak")
    for case in rows.cases("scan"):
        for subject in rows.subjects("scan", case):
            yield [case, subject, *(cell(rows.spread("scan", case, subject, u)) for u in units)]


def scan_table(rows):
    return table(["case", "subject", "wall, s", "user, s", "system, s", "peak, MiB"],
                 scan_rows(rows))


def slow_detectors(rows):
    """(share, id, corpus) of those below SLOW_SHARE of the corpus's median, slowest first."""
    found = []
    for case in rows.cases("detector"):
        best = {s: rows.spread("detector", case, s, "MB/s").most for s in rows.subjects("detector")}
        median = statistics.median(best.values())
        shares = {s: rate / median for s, rate in best.items()}
        found += [(share, s, case) for s, share in shares.items() if share < SLOW_SHARE]
    return sorted(found)


def detector_lines(rows):
    n = len(rows.subjects("detector"))
    slow = slow_detectors(rows)
    yield f"{n} detectors, each alone in the engine, best of the rounds. " + (
        f"Below {SLOW_SHARE:.0%} of the median rate of all on the same corpus:" if slow
        else f"None is below {SLOW_SHARE:.0%} of the median rate of all on the same corpus.")
    for share, subject, case in slow:
        yield f"- {subject}: {share:.0%} on {case}"


def text(rows, judged, size, skipped, adversaries, load_before):
    missed = sum(t.verdict == "missed" for t in judged)
    met = sum(t.verdict == "met" for t in judged)
    parts = [
        ["# Bench run", "", *machine(rows, size, load_before)],
        ["## Targets", "",
         f"{met} met, {missed} missed, {len(judged) - met - missed} not measured. Ratios are "
         "medians of ratios taken round by round.", "", *target_table(judged)],
    ]
    if skipped:
        parts.append(["Not measured:", "", *(f"- {what}" for what in skipped)])
    if rows.cases("engine"):
        parts.append(["## The engine, one process, in memory", "",
                      "Bytes a second of one core's processor time; two threads by the clock.", "",
                      *engine_table(rows, [*KINDS, *adversaries])])
    if rows.cases("scan"):
        parts.append(["## Whole processes", "", *scan_table(rows)])
    if rows.cases("detector"):
        parts.append(["## Detectors", "", *detector_lines(rows)])
    return "\n\n".join("\n".join(part) for part in parts) + "\n"
