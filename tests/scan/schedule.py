#!/usr/bin/env python3
"""Scheduled scans: profiles, units, slots, news, alerts, and what no profile covers.

usage: schedule.py TERRIER

Each case is a function; it gets a fresh directory and a Terrier that keeps store, keys and cache in
it. Cases that this machine cannot run are skipped, by name. Ends with "N passed, N failed, N
skipped". Standard library only; kills only processes that it started.
"""
import calendar
import ctypes
import ctypes.util
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from run import SSN, Skip, Terrier, expect, rows, small_tree, write, zipped  # noqa: E402

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from alike import alike  # noqa: E402

DAY = 86400 * 10**9


def profile(place, tree, more="", name="night"):
    path = f"{place}/scans/{name}.yaml"
    write(path, f"format: scan/1\nroots: ['{tree}']\n{more}")
    os.chmod(path, 0o644)
    return path


def store(t):
    return sqlite3.connect(f"{t.home}/state/terrier/terrier.db")


def need(program):
    if not shutil.which(program):
        raise Skip(f"there is no {program}")


# ---- profiles ----

def check_says_what_is_wrong(t, place):
    tree = small_tree(place, files=3)
    path = profile(place, tree, "when: daily 22:00\n")
    code, out, err = t.run("schedule", "check", path)
    expect(code == 0, f"exit {code}: {out}{err}")
    expect("root " + tree in out and out.count("due ") == 3, out)
    path = profile(place, "/nowhere/at/all", "alert: /nowhere/page\nwhen: daily 12:30\n"
                                             "quiet_hours: ['12:00-13:00']\n")
    code, out, err = t.run("schedule", "check", "--profiles", f"{place}/scans", "night")
    expect(code == 1 and out.count("PROBLEM") == 2 and "in quiet hours until" in out, out)


def wrong_profile_is_refused(t, place):
    path = profile(place, place, "limits: {rates: 5M}\n")
    for args in (["schedule", "check", path], ["scan", "--profile", path],
                 ["schedule", "write", path], ["schedule", "alert", path]):
        code, out, err = t.run(*args)
        expect(code == 2 and "night.yaml:3:10: limits.rates: unknown key, expected rate" in err,
               f"{args}: exit {code}: {err}")
    expect(not os.path.exists(f"{t.home}/state"), "a store was made")


def profile_of_others_is_refused(t, place):
    path = profile(place, place)
    os.chmod(path, 0o666)
    code, out, err = t.run("scan", "--profile", path)
    expect(code == 2 and "chmod go-w" in err, f"exit {code}: {err}")


def profile_is_the_same_scan(t, place):
    tree = small_tree(place)
    plain, _, _ = t.facts("--exclude", "f1*.txt", "--samples", "2", tree)
    path = profile(place, tree, "exclude: ['f1*.txt']\nsamples: 2\n"
                                f"reports: [{{format: jsonl, file: {place}/out.jsonl}},"
                                f" {{format: text, file: {place}/out.txt}}]\n")
    code, out, err = t.run("scan", "--format", "jsonl", "--objects", "all", "--profile", path)
    expect(code == 0, f"exit {code}: {err}")
    expect(rows(out) == plain, "other results")
    with open(f"{place}/out.jsonl") as f:
        expect('"kind":"finding"' in f.read(), "no report")
    expect(os.path.getsize(f"{place}/out.txt") > 100, "no text report")
    header = json.loads(store(t).execute("select parameters from run where id = 2").fetchone()[0])
    expect(header["profile"] == "night", f"{header}")
    code, out, err = t.run("scan", "--samples", "3", "--dry-run", "--profile", path)
    expect(code == 0, f"exit {code}: {err}")


def options_that_do_not_go_together(t, place):
    path = profile(place, place)
    for args in (["--profile", path, place], ["--metrics", "x", place], ["--only-news", place],
                 ["--profiles", place, place], ["--files-from", "-", "--profile", path]):
        code, out, err = t.run("scan", *args, stdin=b"")
        expect(code == 2 and "--" in err, f"{args}: exit {code}: {err}")


# ---- news ----

def only_news_is_no_zero(t, place):
    tree = small_tree(place, files=5)
    path = profile(place, tree)
    secret = random.Random(1)
    write(f"{tree}/a.bin", secret.randbytes(200000))
    code = t.run("scan", "-q", "--only-news", "--profile", path)[0]
    expect(code == 3, f"the first night: exit {code}")
    code = t.run("scan", "-q", "--only-news", "--profile", path)[0]
    expect(code == 0, f"the same again: exit {code}")
    code = t.run("scan", "-q", "--profile", path)[0]
    expect(code == 3, f"without --only-news: exit {code}")
    write(f"{tree}/b.bin", secret.randbytes(200000))
    code = t.run("scan", "-q", "--only-news", "--profile", path)[0]
    expect(code == 3, f"one more: exit {code}")
    os.unlink(f"{tree}/b.bin")
    code = t.run("scan", "-q", "--only-news", "--profile", path)[0]
    expect(code == 0, f"one less: exit {code}")
    os.rename(tree, tree + "-away")
    write(f"{place}/other/x.txt", "x")
    path = profile(place, tree, f"exclude: [x]\n")
    with open(path) as f:
        text = f.read().replace("roots: [", f"roots: ['{place}/other', ")
    write(path, text)
    for _ in range(2):
        code = t.run("scan", "-q", "--only-news", "--profile", path)[0]
        expect(code == 3, f"a root is gone: exit {code}")


def metrics_are_openmetrics(t, place):
    tree = small_tree(place, files=5)
    write(f"{tree}/a.bin", random.Random(1).randbytes(200000))
    path = profile(place, tree, f"metrics: {place}/t.prom\n", name="a.b-c_1")
    for _ in range(2):
        t.run("scan", "-q", "--only-news", "--profile", path)
    values, types = {}, {}
    with open(f"{place}/t.prom") as f:
        text = f.read()
    expect(stat.S_IMODE(os.stat(f"{place}/t.prom").st_mode) == 0o644, "others cannot read it")
    expect(text.endswith("# EOF\n") and text.count("# EOF") == 1, "no end")
    for line in text.splitlines()[:-1]:
        m = re.fullmatch(r"# (TYPE|UNIT|HELP) ([a-z_]+) (.+)", line)
        if m:
            expect(m[1] != "TYPE" or m[2] not in types, f"twice: {line}")
            if m[1] == "TYPE":
                types[m[2]] = m[3]
            elif m[1] == "UNIT":
                expect(m[2].endswith("_" + m[3]), f"a unit that the name does not end in: {line}")
            continue
        m = re.fullmatch(r'([a-z_]+)\{profile="a\.b-c_1"(?:,status="([a-z-]+)")?\} (-?\d+)', line)
        expect(m and types.get(m[1]) == "gauge", f"no metric: {line}")
        values[m[1], m[2]] = int(m[3])
    expect(values["terrier_unread_objects", None] == 1, f"{values}")
    expect(values["terrier_new_unread_objects", None] == 0, f"{values}")
    expect(values["terrier_objects", "read"] == 5, f"{values}")
    expect(values["terrier_run_exit_status", None] == 0, f"{values}")
    now = time.time()
    expect(now - 60 < values["terrier_last_success_timestamp_seconds", None] <= now, f"{values}")
    expect(0 <= values["terrier_oldest_unread_age_seconds", None] < 60, f"{values}")


# ---- slots ----

def missed_slots_are_noted(t, place):
    tree = small_tree(place, files=3)
    t.env["TZ"] = "UTC"
    path = profile(place, tree, "when: daily 22:00\n")
    t.run("scan", "-q", "--profile", path)
    db = store(t)
    db.execute("update run set started = started - ?", (4 * DAY,))
    db.commit()
    code, out, err = t.run("schedule", "list", "--profiles", f"{place}/scans")
    missed = out.count("MISSED")
    expect(code == 0 and missed == 3, f"exit {code}: {out}{err}")
    code, out, err = t.run("scan", "--profile", path)
    expect(out.count("MISSED: due ") == 3, out)
    code, out, err = t.run("scan", "--format", "jsonl", "--profile", path)
    expect("missed-slot" not in out, "noted twice")
    code, out, err = t.run("report", "--run", "2", "--format", "jsonl")
    expect(out.count('"event":"missed-slot"') == 3, out)


def paused_nights_are_no_missed_slots(t, place):
    """A run that goes on in another night takes that night's slot, and is one run in the ledger."""
    tree = small_tree(place, files=160)
    t.env["TZ"] = "UTC"
    path = profile(place, tree, "when: daily 22:00\nlimits: {iops: 50}\n")

    def night(*options):
        """A day later: what the store knows is moved back instead."""
        db = store(t)
        db.execute("update run set started = started - ?", (DAY,))
        for table, key in (("resumed", "subject"), ("night", "subject")):
            for run, subject in db.execute("select run, subject from note where kind = ?", (table,)).fetchall():
                at = calendar.timegm(time.strptime(subject.decode(), "%Y-%m-%dT%H:%M:%SZ")) - DAY // 10**9
                text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)).encode()
                db.execute("update note set subject = ? where kind = ? and run = ? and subject = ?",
                           (text, table, run, subject))
        db.commit()
        db.close()
        return t.run("scan", "-q", "--profile", path, *options)[0]

    t.run("scan", "-q", "--profile", path, "--time-limit", "1s")
    codes = [night("--time-limit", "1s") for _ in range(2)] + [night()]
    expect(codes == [3, 3, 0], f"exit {codes}")
    code, out, err = t.run("report", "--format", "jsonl")
    expect(out.count('"event":"missed-slot"') == 0, "a night of a campaign was called missed")
    code, out, err = t.run("ledger", "period", "--profile", "night")
    expect("1 expected: 1 begun, 0 missed.\nOf those begun" in out, out)
    expect(out.count("  paused ") == 3 and "3 times a run was paused" in out, out)
    code, out, err = t.run("ledger", "period", "--format", "jsonl")
    last = json.loads(out.splitlines()[-1])
    expect((last["paused"], last["paused_nights"], last["begun"]) == (0, 3, 1), str(last))


def list_names_what_is_wrong(t, place):
    profile(place, place, "when: daily 22:00\n", name="good")
    profile(place, place, "when: whenever\n", name="wrong")
    code, out, err = t.run("schedule", "list", "--profiles", f"{place}/scans")
    expect(code == 1 and "good  daily 22:00\n  last    never\n  next    " in out, out)
    expect("WRONG" in out and "wrong.yaml:3:7: when: 'whenever'" in out, out)


def slots_are_those_of_systemd(t, place):
    need("systemd-analyze")
    whens = {"daily 22:00": "*-*-* 22:00:00", "mon..fri 02:30": "Mon..Fri *-*-* 02:30:00",
             "sat,sun 03:00": "Sat,Sun *-*-* 03:00:00", "weekly": "weekly", "daily": "daily",
             "daily 01:30": "*-*-* 01:30:00"}
    for zone in ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"):
        for ours, theirs in whens.items():
            path = profile(place, place, f"when: {ours}\n")
            t.env["TZ"] = zone
            code, out, err = t.run("schedule", "next", path, "-n", "400")
            got = out.splitlines()
            r = subprocess.run(["systemd-analyze", "calendar", "--iterations=400", theirs],
                               env=dict(os.environ, TZ=zone, LC_ALL="C"), capture_output=True,
                               text=True, timeout=60)
            if r.returncode:
                raise Skip(f"systemd-analyze calendar: {r.stderr}")
            expected = [re.sub(r":\d\d \S+$", "", m) for m in
                        re.findall(r"(?:Next elapse|Iter. #\d+): (.*)", r.stdout)]
            expect(got == expected, f"{zone}, {ours}: " + str(
                [(a, b) for a, b in zip(got, expected) if a != b][:3] or (len(got), len(expected))))


# ---- units ----

def units(t, place, more=""):
    tree = f"{place}/odd %n \\x 'name'"
    os.makedirs(tree, exist_ok=True)
    os.makedirs(f"{place}/units", exist_ok=True)
    path = f"{place}/scans/night.yaml"
    write(path, "format: scan/1\nroots: [\"" + tree.replace("\\", "\\\\") + "\"]\n"
          "title: 'nightly, 100 % \"all\"'\nowners: [a@example.com]\nwhen: mon..fri 22:00,05:30\n"
          f"reports: [{{format: text, file: {place}/r.txt}}]\nmetrics: {place}/t.prom\n" + more)
    os.chmod(path, 0o644)
    code, out, err = t.run("schedule", "write", path, "-o", f"{place}/units", "--program",
                           os.path.realpath(t.program))
    expect(code == 0, f"exit {code}: {err}")
    return out.split()


def units_are_valid(t, place):
    need("systemd-analyze")
    written = [u for u in units(t, place, "limits: {idle: true, memory: 2G}\n")
               if not u.endswith(".sysusers")]
    expect(len(written) == 3, f"{written}")
    r = subprocess.run(["systemd-analyze", "verify", "--man=no", *written], capture_output=True,
                       text=True, timeout=60)
    expect(r.returncode == 0 and not r.stderr.strip(), f"{r.returncode}: {r.stderr}")


def services_are_shut_in(t, place):
    need("systemd-analyze")
    for unit in units(t, place):
        if not unit.endswith(".service"):
            continue
        r = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--no-pager", unit],
                           capture_output=True, text=True, timeout=60)
        m = re.search(r"exposure level for \S+: ([\d.]+)", r.stdout)
        if not m:
            raise Skip(f"systemd-analyze security: {r.stderr}")
        expect(float(m[1]) <= 2.0, f"{unit}: exposure {m[1]}")


def allowed_calls(unit):
    """The system calls that a unit's filter lets through, groups opened by systemd-analyze."""
    def opened(words):
        found = set()
        for w in words:
            if not w.startswith("@"):
                found.add(w)
                continue
            r = subprocess.run(["systemd-analyze", "syscall-filter", w], capture_output=True,
                               text=True, timeout=60)
            if r.returncode:
                raise Skip(f"systemd-analyze syscall-filter {w}: {r.stderr}")
            found |= opened(x.strip() for x in r.stdout.splitlines()[1:]
                            if x.strip() and not x.strip().startswith("#"))
        return found

    calls = set()
    with open(unit) as f:
        for line in f:
            if line.startswith("SystemCallFilter=~"):
                calls -= opened(line[len("SystemCallFilter=~"):].split())
            elif line.startswith("SystemCallFilter="):
                calls |= opened(line[len("SystemCallFilter="):].split())
    return calls | opened(["@default"]) | {"execve"}


def under_filter(calls, library):
    """For preexec_fn: from then on other calls fail with EPERM."""
    lib = ctypes.CDLL(library)
    lib.seccomp_init.restype = ctypes.c_void_p

    def enter():
        c = ctypes.c_void_p(lib.seccomp_init(0x00050000 | 1))
        for call in calls:
            number = lib.seccomp_syscall_resolve_name(call.encode())
            if number >= 0:
                lib.seccomp_rule_add(c, 0x7FFF0000, number, 0)
        if lib.seccomp_load(c) != 0:
            os._exit(99)
    return enter


def without_tokens(lines):
    """Another key makes others."""
    return [re.sub(r"tok:\w+:\w+", "tok", x) for x in alike(lines)]


def scan_under_the_units_filter(t, place):
    """First run and next one, with archives, so that every process that there is has its turn."""
    need("systemd-analyze")
    if "--sanitized" in sys.argv:
        raise Skip("LeakSanitizer wants calls that the filter denies")
    library = ctypes.util.find_library("seccomp")
    if not library:
        raise Skip("there is no libseccomp to load")
    tree = small_tree(place, files=20)
    write(f"{tree}/a.zip", zipped([("in.txt", f"SSN: {SSN}\n")]))
    plain, _, _ = t.facts(tree)
    unit = next(u for u in units(t, place) if u.endswith("night.service"))
    enter = under_filter(allowed_calls(unit), library)
    path = profile(place, tree, f"metrics: {place}/t.prom\n"
                                f"reports: [{{format: text, file: {place}/r.txt}}]\n")
    for part in ("state", "config", "cache"):
        shutil.rmtree(f"{t.home}/{part}", ignore_errors=True)
    for _ in range(2):
        r = subprocess.run(t.argv("scan", "--format", "jsonl", "--objects", "all", "--profile",
                                  path), env=t.env, preexec_fn=enter, umask=0o022,
                           capture_output=True, text=True, timeout=120)
        expect(r.returncode == 0, f"exit {r.returncode}: {r.stderr}")
        expect(without_tokens(rows(r.stdout)) == without_tokens(plain), "other results")
    expect(os.path.exists(f"{place}/t.prom") and os.path.exists(f"{place}/r.txt"), "not written")
    code, out, err = t.run("report")
    expect(code == 0, f"the store: {err}")


def cron_line(t, place):
    path = profile(place, place, "when: sat 03:15\n")
    code, out, err = t.run("schedule", "write", path, "--cron", "--program", "/usr/bin/terrier")
    expect(out == "15 3 * * sat terrier '/usr/bin/terrier' scan --quiet --only-news --profile "
                  f"'{os.path.realpath(path)}'\n", out)
    path = profile(place, place)
    code, out, err = t.run("schedule", "write", path)
    expect(code == 2 and "nothing to schedule" in err, f"exit {code}: {err}")


# ---- the scanner ----

def scanner_is_sealed(t, place):
    tree = small_tree(place, files=100)
    p = t.start("scan", "-q", "--limit-iops", "50", tree)
    sealed, until = None, time.monotonic() + 10
    while not sealed and time.monotonic() < until and p.poll() is None:
        time.sleep(0.1)
        for thread in os.listdir(f"/proc/{p.pid}/task"):
            with open(f"/proc/{p.pid}/task/{thread}/children") as f:
                for child in f.read().split():
                    with open(f"/proc/{child}/status") as s:
                        sealed = sealed or re.search(r"Seccomp:\s+2", s.read())
    p.send_signal(signal.SIGTERM)
    p.communicate(timeout=20)
    expect(sealed, "the scanner has no filter")


# ---- scope ----

def scope_lists_what_nobody_reads(t, place):
    profile(place, "/srv/data")
    write(f"{place}/mounts", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
                             "25 22 8:2 / /backup\\012x rw - xfs /dev/sdb rw\n")
    write(f"{place}/exports", "/srv/data/sub *(ro)\n/srv/other *(ro)\n")
    write(f"{place}/smb.conf", "[global]\n[all]\npath = /srv\n[new]\npath=/srv/new\n")
    code, out, err = t.run("schedule", "scope", "--profiles", f"{place}/scans",
                           "--mounts", f"{place}/mounts", "--exports", f"{place}/exports",
                           "--exports-directory", "/nowhere", "--smb-conf", f"{place}/smb.conf")
    expect(code == 1, f"exit {code}: {err}")
    expect(out.splitlines() == ["NOT COVERED  /backup\\x0ax  mount (xfs)",
                                "NOT COVERED  /srv/other  NFS export",
                                "NOT COVERED  /srv/new  Samba share [new]",
                                "in part      /  mount (ext4)",
                                "in part      /srv  Samba share [all]",
                                "covered      /srv/data/sub  NFS export"], out)


# ---- alerts ----

def alert(t, path, code, **more):
    env = dict(t.env, MONITOR_SERVICE_RESULT="exit-code", MONITOR_EXIT_CODE="exited",
               MONITOR_EXIT_STATUS=str(code), **more)
    r = subprocess.run(t.argv("schedule", "alert", path), env=env, capture_output=True, text=True,
                       timeout=60)
    expect(r.returncode == 0, f"exit {r.returncode}: {r.stderr}")
    return r.stdout


def alerts_once_a_cause(t, place):
    tree = small_tree(place, files=3)
    pager = f"{place}/page"
    write(pager, f"#!/bin/sh\n(echo \"$1\"; cat) >> '{place}/told'\n")
    os.chmod(pager, 0o755)
    path = profile(place, tree, f"alert: {pager}\n")
    expect(t.run("scan", "-q", "--profile", path)[0] == 0, "the first scan")
    first, again = alert(t, path, 4), alert(t, path, 4)
    expect("profile night: the scan could not keep its results" in first, first)
    expect(again == "", f"told twice: {again}")
    with open(f"{place}/told") as f:
        expect(f.read() == "night\n" + first, "the program was told something else")
    expect("refused" in alert(t, path, 2), "another cause is news")
    expect("results" in alert(t, path, 4), "the first cause again, after another")
    t.run("schedule", "alert", "--clear", path)
    expect("results" in alert(t, path, 4), "after a scan that ended well")
    env = dict(t.env, MONITOR_SERVICE_RESULT="oom-kill", MONITOR_EXIT_CODE="killed",
               MONITOR_EXIT_STATUS="KILL")
    killed = subprocess.run(t.argv("schedule", "alert", path), env=env, capture_output=True,
                            text=True, timeout=60).stdout
    expect("did not come to its end (oom-kill, KILL)" in killed, killed)


def alerts_of_news_each(t, place):
    tree = small_tree(place, files=3)
    path = profile(place, tree)
    said = []
    for i in range(2):
        write(f"{tree}/{i}.bin", random.Random(i).randbytes(200000))
        expect(t.run("scan", "-q", "--only-news", "--profile", path)[0] == 3, "no news")
        said.append(alert(t, path, 3))
    expect("run 1 says which" in said[0] and "run 2 says which" in said[1], f"{said}")
    expect("1 objects" in said[1], said[1])
    expect(alert(t, path, 3) == "", "the same run twice")


def alert_program_that_fails(t, place):
    path = profile(place, small_tree(place, files=2), "alert: /bin/false\n")
    t.run("scan", "-q", "--profile", path)
    env = dict(t.env, MONITOR_EXIT_CODE="exited", MONITOR_EXIT_STATUS="6")
    for _ in range(2):  # nobody was told, so it is tried again
        r = subprocess.run(t.argv("schedule", "alert", path), env=env, capture_output=True,
                           text=True, timeout=60)
        expect(r.returncode == 4 and "nobody may have been told" in r.stderr, f"{r}")


CASES = [check_says_what_is_wrong, wrong_profile_is_refused, profile_of_others_is_refused,
         profile_is_the_same_scan, options_that_do_not_go_together, only_news_is_no_zero,
         metrics_are_openmetrics, missed_slots_are_noted, paused_nights_are_no_missed_slots, list_names_what_is_wrong,
         slots_are_those_of_systemd, units_are_valid, services_are_shut_in,
         scan_under_the_units_filter, cron_line, scanner_is_sealed, scope_lists_what_nobody_reads,
         alerts_once_a_cause, alerts_of_news_each, alert_program_that_fails]


def main():
    wanted = [x for x in sys.argv[2:] if x != "--sanitized"]
    passed = failed = skipped = 0
    for case in CASES:
        if wanted and case.__name__ not in wanted:
            continue
        with tempfile.TemporaryDirectory(prefix="terrier-schedule-") as place:
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
