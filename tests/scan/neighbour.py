#!/usr/bin/env python3
"""A scan as a neighbour: rates, quiet hours, memory for pages, what it tells while it runs.

usage: neighbour.py TERRIER

Each case is a function; it gets a fresh directory and a Terrier that keeps store, keys and cache in
it. Cases that this machine cannot run are skipped, by name. Ends with "N passed, N failed, N
skipped". Standard library only; kills only processes that it started.
"""
import ctypes
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from run import MAIL, PAN, Skip, Terrier, expect, rows, small_tree, write, zipped  # noqa: E402

SYS_CACHESTAT = 451


# ---- what the kernel says ----

def libc():
    return ctypes.CDLL(None, use_errno=True)


def cached(path):
    """Pages of a file in memory."""
    fd = os.open(path, os.O_RDONLY)
    try:
        span = (ctypes.c_uint64 * 2)(0, os.path.getsize(path))
        state = (ctypes.c_uint64 * 5)()
        if libc().syscall(SYS_CACHESTAT, fd, span, state, 0) != 0:
            raise Skip("the kernel has no cachestat")
        return state[0]
    finally:
        os.close(fd)


def forget(path):
    """Out of memory, as far as the file system does that."""
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)
    if cached(path):
        raise Skip("the file system keeps its pages")


def family(pid):
    """The process and all that it started, at any depth."""
    found, at = [pid], 0
    while at < len(found):
        try:
            for thread in os.listdir(f"/proc/{found[at]}/task"):
                with open(f"/proc/{found[at]}/task/{thread}/children") as f:
                    found += [int(x) for x in f.read().split()]
        except OSError:
            pass
        at += 1
    return found


def open_beneath(pid, top):
    """Paths beneath a directory that the process or one it started holds open."""
    found = []
    for p in family(pid):
        try:
            for fd in os.listdir(f"/proc/{p}/fd"):
                target = os.readlink(f"/proc/{p}/fd/{fd}")
                if target == top or target.startswith(top + "/"):
                    found.append(target)
        except OSError:
            pass
    return found


def local_at(hour, minute, second):
    """A zone in which it is that time of the day now."""
    now = time.time() % 86400
    east = (hour * 3600 + minute * 60 + second - now) % 86400
    if east > 43200:
        east -= 86400
    sign, east = ("-", east) if east >= 0 else ("+", -east)  # POSIX: west is positive
    east = int(east)
    return f"XXX{sign}{east // 3600:02}:{east // 60 % 60:02}:{east % 60:02}"


# ---- rates ----

def took(t, *args):
    began = time.monotonic()
    code, out, err = t.run("scan", "-q", *args)
    expect(code in (0, 3), f"exit {code}: {err}")
    return time.monotonic() - began


def rate_holds(t, place):
    for i in range(8):
        write(f"{place}/tree/f{i}.txt", "some words of prose\n" * 52429)  # 1 MiB
    slow = took(t, "--limit-rate", "3M", f"{place}/tree")
    expect(2.2 < slow < 30, f"8 MiB at 3 MiB/s took {slow:.1f} s")


def rate_holds_in_archives(t, place):
    """A worker reads them: what it says of that is charged."""
    rnd = random.Random(1)
    for i in range(4):
        write(f"{place}/tree/{i}.zip", zipped([("a.bin", rnd.randbytes(2 << 20))]))
    slow = took(t, "--limit-rate", "3M", f"{place}/tree")
    expect(2.0 < slow < 30, f"8 MiB of archives at 3 MiB/s took {slow:.1f} s")


def operations_hold(t, place):
    for i in range(100):
        write(f"{place}/tree/f{i}.txt", f"file {i}\n")
    slow = took(t, "--limit-iops", "100", f"{place}/tree")
    expect(1.5 < slow < 30, f"100 files at 100 operations a second took {slow:.1f} s")


def limits_change_no_result(t, place):
    tree = small_tree(place)
    plain, code, _ = t.facts(tree)
    gentle, gentle_code, _ = t.facts("--limit-rate", "20M", "--limit-iops", "1000", "--idle",
                                     "--back-off", "always", "--max-memory", "1G", tree)
    expect(code == gentle_code, f"exit {code} and {gentle_code}")
    expect(plain == gentle, f"{len(plain)} lines, and {len(gentle)}")


# ---- pages ----

def pages_are_forgotten(t, place):
    tree = f"{place}/tree"
    write(f"{tree}/large.txt", "words and more words\n" * 500000)
    write(f"{tree}/large.zip", zipped([("a.txt", random.Random(2).randbytes(3 << 20))]))
    write(f"{tree}/small.txt", "words and more words\n" * 1000)
    names = [f"{tree}/{n}" for n in ("large.txt", "large.zip", "small.txt")]
    for n in names:
        forget(n)
    took(t, tree)
    left = [cached(n) for n in names]
    expect(left[0] == 0 and left[1] == 0, f"pages left: {left}")
    for n in names:
        forget(n)
    took(t, "--idle", tree)
    left = [cached(n) for n in names]
    expect(left == [0, 0, 0], f"pages left with --idle: {left}")


def pages_of_others_stay(t, place):
    path = f"{place}/tree/large.txt"
    write(path, "words and more words\n" * 500000)
    forget(path)
    with open(path, "rb") as f:
        f.read()
    before = cached(path)
    took(t, "--idle", f"{place}/tree")
    expect(cached(path) == before, f"{before} pages before, {cached(path)} after")


# ---- quiet hours ----

def waits_for_the_end(t, place):
    tree = small_tree(place, files=5)
    t.env["TZ"] = local_at(12, 0, 55)
    began = time.monotonic()
    code, out, err = t.run("scan", "--format", "jsonl", "--quiet-hours", "12:00-12:01", tree)
    slow = time.monotonic() - began
    expect(code == 0, f"exit {code}: {err}")
    expect(3 < slow < 40, f"it took {slow:.1f} s")
    expect("quiet hours" in err and "over" in err, err)


def other_hours_do_not_hold(t, place):
    tree = small_tree(place, files=5)
    t.env["TZ"] = local_at(12, 0, 30)
    code, out, err = t.run("scan", "-q", "--quiet-hours", "13:00-11:59", tree)
    expect(code == 0 and "quiet" not in err, f"exit {code}: {err}")


def pauses_and_goes_on(t, place):
    """Begins two seconds before quiet hours of a minute; in them nothing of the tree is open."""
    tree = small_tree(place, files=400, size=400)
    plain, _, _ = t.facts(tree)
    t.env["TZ"] = local_at(11, 59, 56)
    p = t.start("scan", "--format", "jsonl", "--objects", "all", "--limit-iops", "60",
                "--quiet-hours", "12:00-12:01", "--progress", "json:2", tree)
    os.set_blocking(p.stderr.fileno(), False)
    seen, paused, held, until = b"", False, None, time.monotonic() + 30
    while not paused and time.monotonic() < until and p.poll() is None:
        time.sleep(0.2)
        seen += p.stderr.read() or b""
        paused = b"quiet hours: nothing" in seen
    if paused:
        time.sleep(1)
        held = open_beneath(p.pid, tree)
    os.set_blocking(p.stderr.fileno(), True)
    out, err = p.communicate(timeout=200)
    seen += err
    expect(paused, f"no pause in {seen[-500:]}")
    expect(held == [], f"open while paused: {held}")
    expect(b'"paused_until":1' in seen, "the progress does not say so")
    expect(p.returncode == 0, f"exit {p.returncode}")
    expect(rows(out.decode()) == plain, "a pause changed the result")


def stops_while_paused(t, place):
    tree = small_tree(place, files=5)
    t.env["TZ"] = local_at(12, 0, 10)
    p = t.start("scan", "--quiet-hours", "12:00-14:00", tree)
    time.sleep(1.5)
    expect(p.poll() is None, "it did not wait")
    p.send_signal(signal.SIGTERM)
    out, err = p.communicate(timeout=20)
    expect(p.returncode == 128 + signal.SIGTERM, f"exit {p.returncode}: {err}")


def bad_hours_are_refused(t, place):
    code, out, err = t.run("scan", "--quiet-hours", "8-18", place)
    expect(code == 2 and "expected hours such as" in err, f"exit {code}: {err}")
    code, out, err = t.run("scan", "--quiet-hours", "08:00-18:00", "-", stdin=b"x")
    expect(code == 2 and "standard input" in err, f"exit {code}: {err}")


# ---- memory ----

def memory_has_a_least(t, place):
    code, out, err = t.run("scan", "--max-memory", "100M", place)
    expect(code == 2 and "at least" in err, f"exit {code}: {err}")


def memory_is_kept(t, place):
    """All processes together, at their worst moment, as their own pages tell."""
    rnd = random.Random(3)
    for i in range(12):
        write(f"{place}/tree/{i}.zip", zipped([(f"{k}.txt", rnd.randbytes(400000).hex())
                                               for k in range(4)]))
    p = t.start("scan", "-q", "--max-memory", "600M", "--jobs", "4", f"{place}/tree")
    most = 0
    while p.poll() is None:
        total = 0
        for pid in family(p.pid):
            try:
                with open(f"/proc/{pid}/smaps_rollup") as f:
                    total += next(int(line.split()[1]) for line in f if line.startswith("Pss:"))
            except (OSError, StopIteration):
                pass
        most = max(most, total)
        time.sleep(0.05)
    p.communicate()
    expect(0 < most < 600 << 10, f"{most >> 10} MiB")


# ---- what it tells ----

def status_on_a_signal(t, place):
    tree = small_tree(place, files=100)
    p = t.start("scan", "-q", "--limit-iops", "50", tree)
    time.sleep(2)
    expect(p.poll() is None, "it is over too soon")
    p.send_signal(signal.SIGUSR1)
    time.sleep(1)
    p.send_signal(signal.SIGTERM)
    out, err = p.communicate(timeout=20)
    expect(b"files, " in err and b" hits in " in err, f"{err}")


def progress_as_json(t, place):
    tree = small_tree(place, files=60)
    with open(f"{place}/progress", "wb") as f:
        r = subprocess.run(t.argv("scan", "-q", "--limit-iops", "60", "--progress",
                                  f"json:{f.fileno()}", tree), env=t.env,
                           pass_fds=[f.fileno()], capture_output=True, timeout=60)
    expect(r.returncode == 0, f"exit {r.returncode}: {r.stderr}")
    with open(f"{place}/progress") as f:
        lines = [json.loads(x) for x in f]
    expect(len(lines) > 2, f"{len(lines)} lines")
    keys = {"kind", "seconds", "files", "bytes", "hits", "files_ahead", "ahead_done", "restarts",
            "paused_until"}
    expect(all(set(x) == keys and x["kind"] == "progress" for x in lines), f"{lines[0]}")
    expect([x["files"] for x in lines] == sorted(x["files"] for x in lines), "it went back")


def progress_that_nobody_reads(t, place):
    tree = small_tree(place, files=60)
    r, w = os.pipe()
    os.close(r)
    p = subprocess.run(t.argv("scan", "-q", "--limit-iops", "100", "--progress", f"json:{w}", tree),
                       env=t.env, pass_fds=[w], capture_output=True, timeout=60)
    os.close(w)
    expect(p.returncode == 0, f"exit {p.returncode}: {p.stderr}")


def progress_refused(t, place):
    for word in ("json:77", "json:", "json:x", "sometimes"):
        code, out, err = t.run("scan", "--progress", word, place)
        expect(code == 2 and "--progress" in err, f"{word}: exit {code}: {err}")


def idle_in_all_processes(t, place):
    tree = small_tree(place, files=100)
    p = t.start("scan", "-q", "--idle", "--limit-iops", "50", tree)
    time.sleep(1.5)
    nice = [os.getpriority(os.PRIO_PROCESS, pid) for pid in family(p.pid)[1:]]
    classes = [libc().syscall(252, 1, pid) >> 13 for pid in family(p.pid)[1:]] \
        if os.uname().machine == "x86_64" else []
    p.send_signal(signal.SIGTERM)
    p.communicate(timeout=20)
    expect(nice and all(n == 19 for n in nice), f"nice: {nice}")
    expect(all(c == 3 for c in classes), f"I/O classes: {classes}")


def events_reach_a_log(t, place):
    """Through the socket of the journal or of syslog, whichever the machine has; else not at all."""
    tree = small_tree(place, files=3)
    if os.path.exists("/run/systemd/journal/socket") or os.path.exists("/dev/log"):
        raise Skip("the machine has a log of its own, which a test does not write to")
    if os.geteuid() != 0:
        raise Skip("only root can put a socket where the journal has its")
    made = not os.path.isdir("/run/systemd/journal")
    os.makedirs("/run/systemd/journal", exist_ok=True)
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.bind("/run/systemd/journal/socket")
    s.settimeout(5)
    try:
        code, out, err = t.run("scan", "-q", "--syslog", tree)
        got = [s.recv(65536).decode()]
        while "scan ended" not in got[-1]:
            got.append(s.recv(65536).decode())
    finally:
        s.close()
        os.unlink("/run/systemd/journal/socket")
        if made:
            os.removedirs("/run/systemd/journal")
    expect(code == 0, f"exit {code}: {err}")
    expect("MESSAGE=scan begins\nPRIORITY=6\nMESSAGE_ID=" in got[0], got[0])
    expect("MESSAGE=scan ended with exit status 0\n" in got[-1] and "TERRIER_RUN=1\n" in got[-1],
           got[-1])
    expect(not any(PAN in g or MAIL in g for g in got), "a value was logged")


CASES = [rate_holds, rate_holds_in_archives, operations_hold, limits_change_no_result,
         pages_are_forgotten, pages_of_others_stay, waits_for_the_end, other_hours_do_not_hold,
         pauses_and_goes_on, stops_while_paused, bad_hours_are_refused, memory_has_a_least,
         memory_is_kept, status_on_a_signal, progress_as_json, progress_that_nobody_reads,
         progress_refused, idle_in_all_processes, events_reach_a_log]


def main():
    wanted = sys.argv[2:]
    passed = failed = skipped = 0
    for case in CASES:
        if wanted and case.__name__ not in wanted:
            continue
        with tempfile.TemporaryDirectory(prefix="terrier-neighbour-", dir="/var/tmp") as place:
            t = Terrier(os.path.abspath(sys.argv[1]), place)
            try:
                case(t, place)
                passed += 1
            except Skip as e:
                skipped += 1
                print(f"skipped: {case.__name__}: {e}")
            except (AssertionError, OSError, subprocess.TimeoutExpired) as e:
                failed += 1
                print(f"FAILED: {case.__name__}: {e}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return failed != 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main())
