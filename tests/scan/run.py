#!/usr/bin/env python3
"""Scans as a whole: processes that die, disks that fill, names that arrive by pipe.

usage: run.py TERRIER [CASE...]        without cases: all

Each case is a function; it gets a fresh directory and a Terrier that keeps store, keys and cache in
it. Cases that this machine cannot run are skipped, by name. Ends with "N passed, N failed, N
skipped". Standard library only; kills only processes that it started.
"""
import contextlib
import ctypes
import email.message
import io
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
PAN, SSN, MAIL = "4958358949561969", "536-90-4399", "anna.keller@firma-10.de"


class Skip(Exception):
    pass


class Terrier:
    def __init__(self, program, home):
        self.program, self.home = program, home
        self.env = dict(os.environ, HOME=home, XDG_STATE_HOME=home + "/state",
                        XDG_CONFIG_HOME=home + "/config", XDG_CACHE_HOME=home + "/cache")

    def argv(self, *args):
        return [self.program, *args]

    def run(self, *args, stdin=None, prefix=()):
        r = subprocess.run([*prefix, *self.argv(*args)], env=self.env, input=stdin,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=240)
        return r.returncode, r.stdout.decode("utf-8"), r.stderr.decode("utf-8", "replace")

    def start(self, *args):
        return subprocess.Popen(self.argv(*args), env=self.env, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def facts(self, *args, stdin=None):
        """Objects and findings of a scan, without what depends on the run; the exit code."""
        code, out, err = self.run("scan", "--format", "jsonl", "--objects", "all", *args,
                                  stdin=stdin)
        return rows(out), code, err


def rows(out):
    return [x for x in out.splitlines() if json.loads(x)["kind"] in ("object", "finding",
                                                                     "coverage")]


def expect(ok, what):
    if not ok:
        raise AssertionError(what)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(text.encode() if isinstance(text, str) else text)


def small_tree(place, files=60, size=40):
    rnd = random.Random(5)
    for i in range(files):
        words = " ".join(rnd.choice(["one", "two", "three", "four", "five"])
                         for _ in range(size * 10))
        write(f"{place}/tree/d{i % 7}/f{i}.txt",
              f"{words}\nmail {MAIL}\n{words}\ncard {PAN}\n" * 4)
    return place + "/tree"


def zipped(members):
    """Bytes of a zip archive of (name, text or bytes)."""
    f = io.BytesIO()
    with zipfile.ZipFile(f, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in members:
            z.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
    return f.getvalue()


def mail_with(name, attached):
    m = email.message.EmailMessage()
    m["From"], m["To"], m["Subject"] = "a@example.com", "b@example.com", "files"
    m.set_content("See the attached.")
    m.add_attachment(attached, maintype="application", subtype="octet-stream", filename=name)
    m.set_boundary("b" * 24)
    return m.as_bytes()


def container_tree(place, files=60):
    """Archives, archives in archives, mails with archives: what workers read."""
    rnd = random.Random(6)
    for i in range(files):
        words = " ".join(rnd.choice(["one", "two", "three"]) for _ in range(3000))
        members = [(f"m{k}.txt", f"{words}\nSSN: {SSN}\ncard {PAN} {i} {k}\n") for k in range(8)]
        members.append(("in.zip", zipped([(f"i{k}.txt", text) for k, (_, text) in
                                          enumerate(members[:4])])))
        write(f"{place}/tree/d{i % 5}/z{i}.zip", zipped(members))
        write(f"{place}/tree/d{i % 5}/m{i}.eml", mail_with("a.zip", zipped(members[:3])))
    return place + "/tree"


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return [int(x) for x in f.read().split()]
    except OSError:
        return []


def threads_children(pid):
    """Children that any thread of it started."""
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as f:
                found += [int(x) for x in f.read().split()]
    except OSError:
        pass
    return found


def wait_for(p, look, seconds=20):
    """What `look` finds first, or [] if the program ends before."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and p.poll() is None:
        found = look()
        if found:
            return found
        time.sleep(0.001)
    return []


# ---------------------------------------------------------------- cases

def finds_what_is_there(t, place):
    write(place + "/tree/a.txt", f"SSN: {SSN}\ncard {PAN}\n")
    facts, code, _ = t.facts(place + "/tree")
    found = {json.loads(x)["detector"]: json.loads(x) for x in facts if '"finding"' in x[:20]}
    expect(code == 0, f"exit {code}")
    expect(set(found) == {"gov.us-ssn", "fin.payment-card"}, f"found {sorted(found)}")
    expect(found["gov.us-ssn"]["samples"][0]["at"] == "L1:@5", "locator of the SSN")


def leaves_no_value_behind(t, place):
    tree = small_tree(place)
    code, out, err = t.run("scan", tree)
    expect(code == 0, f"exit {code}: {err}")
    code, more, _ = t.run("report", "--format", "jsonl", "--objects", "all")
    for value in (PAN, MAIL, SSN):
        expect(value not in out and value not in err and value not in more, "a value in the output")
        for folder, _, names in os.walk(place):
            for name in names:
                if "/tree" in folder:
                    continue
                with open(os.path.join(folder, name), "rb") as f:
                    expect(value.encode() not in f.read(), f"a value in {name}")


def survives_a_lost_scanner(t, place):
    tree = small_tree(place, files=400, size=200)
    want, code, err = t.facts(tree)
    expect(code == 0, f"exit {code}: {err}")
    rnd, killed = random.Random(3), 0
    for attempt in range(8):
        p = t.start("scan", "--format", "jsonl", "--objects", "all", "--jobs", "2", tree)
        wait_for(p, lambda: children(p.pid))
        until = time.monotonic() + rnd.random() * 0.15
        while time.monotonic() < until and p.poll() is None:
            time.sleep(0.002)
        for pid in children(p.pid):
            try:
                os.kill(pid, signal.SIGKILL)
                killed += 1
            except OSError:
                pass
        out, err = p.communicate(timeout=120)
        if p.returncode != 0 and b"before it could start" in err:
            continue
        expect(p.returncode == 0, f"exit {p.returncode}: {err.decode()}")
        expect(rows(out.decode()) == want, f"other findings after a kill, attempt {attempt}")
    expect(killed > 0, "no scanner was killed")


def survives_lost_parsers(t, place):
    """A worker, the process that forks them, or the scanner: one of them is killed in each scan."""
    tree = container_tree(place)
    want, code, err = t.facts(tree)
    expect(code == 0, f"exit {code}: {err}")
    expect(sum('"finding"' in x[:20] for x in want) > 1000, "what is inside is found")
    rnd = random.Random(4)
    killed = {"worker": 0, "zygote": 0, "scanner": 0}
    for attempt in range(15):
        kind = list(killed)[attempt % 3]
        p = t.start("scan", "--format", "jsonl", "--objects", "all", "--jobs", "2", tree)
        scanner = wait_for(p, lambda: children(p.pid))
        zygote = wait_for(p, lambda: threads_children(scanner[0])) if scanner else []
        workers = wait_for(p, lambda: children(zygote[0])) if zygote else []
        time.sleep(rnd.random() * 0.2)
        if zygote and kind == "worker":
            workers = children(zygote[0]) or workers
        victims = {"worker": workers, "zygote": zygote, "scanner": scanner}[kind]
        try:
            os.kill(victims[rnd.randrange(len(victims))], signal.SIGKILL)
            killed[kind] += 1
        except (OSError, ValueError, IndexError):
            pass  # it has ended before
        out, err = p.communicate(timeout=120)
        expect(p.returncode == 0, f"exit {p.returncode} without a {kind}: {err.decode()}")
        expect(rows(out.decode()) == want, f"other findings without a {kind}, attempt {attempt}")
    expect(all(killed.values()), f"not all were killed: {killed}")


def opens_as_far_as_it_may(t, place):
    """Limits: one less, as many, one more."""
    inner = zipped([("a.txt", f"SSN: {SSN}\n")])
    write(place + "/tree/deep.zip", zipped([("b.zip", inner)]))
    write(place + "/many/many.zip", zipped([(f"{i}.txt", "x" * 100) for i in range(5)]))

    def statuses(tree, *options):
        facts, code, err = t.facts(tree, *options)
        expect(code in (0, 3), f"exit {code}: {err}")
        return {os.path.basename(o["locator"]): o["status"]
                for o in map(json.loads, facts) if o["kind"] == "object"}

    for depth, status in ((2, "limit(depth)"), (3, "read"), (4, "read")):
        got = statuses(place + "/tree", "--max-archive-depth", str(depth))
        expect(got["a.txt"] == status, f"depth {depth}: {got}")
    for entries, status in ((4, "limit(entries)"), (5, "read"), (6, "read")):
        got = statuses(place + "/many", "--max-archive-entries", str(entries))
        expect(got["many.zip"] == status, f"entries {entries}: {got}")
    for output, status in ((499, "limit(output)"), (500, "read"), (501, "read")):
        got = statuses(place + "/many", "--max-archive-output", str(output))
        expect(got["many.zip"] == status, f"output {output}: {got}")
    write(place + "/mail/m.eml", mail_with("b.zip", inner))
    least = (len(inner) + 3) // 4  # four of them wait for a parser at once
    for hold, status in ((least - 1, "limit(hold)"), (least, "read"), (least + 1, "read")):
        got = statuses(place + "/mail", "--max-hold", str(hold))
        expect(got["b.zip"] == status, f"hold {hold}: {got}")


SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO = 0x7FFF0000, 0x00050000
LANDLOCK_CREATE_RULESET = 444  # on all processors


def without_landlock():
    """In the child before it is started: a kernel that does not know Landlock."""
    class Instruction(ctypes.Structure):
        _fields_ = [("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8),
                    ("k", ctypes.c_uint32)]

    class Program(ctypes.Structure):
        _fields_ = [("n", ctypes.c_uint16), ("filter", ctypes.POINTER(Instruction))]

    enosys = 38
    code = (Instruction * 4)(
        Instruction(0x20, 0, 0, 0),  # the number of the call
        Instruction(0x15, 0, 1, LANDLOCK_CREATE_RULESET),
        Instruction(0x06, 0, 0, SECCOMP_RET_ERRNO | enosys),
        Instruction(0x06, 0, 0, SECCOMP_RET_ALLOW))
    libc = ctypes.CDLL(None, use_errno=True)
    pr_set_no_new_privs, pr_set_seccomp, filter_mode = 38, 22, 2
    if libc.prctl(pr_set_no_new_privs, 1, 0, 0, 0) or \
            libc.prctl(pr_set_seccomp, filter_mode, ctypes.byref(Program(4, code)), 0, 0):
        os._exit(99)


def refuses_without_a_sandbox(t, place):
    write(place + "/tree/a.zip", zipped([("a.txt", f"SSN: {SSN}\n")]))

    def run(*args, **more):
        r = subprocess.run(t.argv(*args), env=t.env, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=60, **more)
        return r.returncode, r.stdout.decode(), r.stderr.decode()

    code, out, _ = run("doctor")
    if "shut in by landlock-" not in out or "relaxed" in out:
        raise Skip("parsers are not shut in whole here")
    code, _, err = run("scan", "--require-sandbox", place + "/tree")
    expect(code == 0, f"exit {code}: {err}")
    os.remove(place + "/state/terrier/terrier.db")
    code, _, err = run("scan", "--require-sandbox", place + "/tree", preexec_fn=without_landlock)
    expect(code == 2, f"exit {code}: {err}")
    expect("no-landlock" in err, err)
    expect(not os.path.exists(place + "/state/terrier/terrier.db"), "nothing is stored")
    code, out, err = run("scan", place + "/tree", preexec_fn=without_landlock)
    expect(code == 0, f"exit {code}: {err}")
    expect("Social Security number" in out, f"what is inside is found: {out}")
    code, out, err = run("doctor", preexec_fn=without_landlock)
    expect("note     sandbox: parsers are shut in by less than all: no-landlock" in out, out)


def keeps_the_store_when_it_is_killed(t, place):
    tree = small_tree(place, files=400, size=200)
    for wait in (0.05, 0.1, 0.15):
        p = t.start("scan", "-q", tree)
        time.sleep(wait)
        p.kill()
        p.communicate(timeout=60)
    facts, code, err = t.facts(tree)
    expect(code == 0, f"exit {code}: {err}")
    expect(sum('"object"' in x[:20] for x in facts) == 400, "not every file is listed")


def ends_with_its_keeper(t, place):
    tree = small_tree(place, files=600, size=400)
    p = t.start("scan", "-q", tree)
    time.sleep(0.08)
    kids = children(p.pid)
    p.kill()
    p.communicate(timeout=60)
    deadline = time.monotonic() + 5
    while any(os.path.exists(f"/proc/{k}") for k in kids) and time.monotonic() < deadline:
        time.sleep(0.02)
    expect(not any(os.path.exists(f"/proc/{k}") for k in kids), "a scanner outlived its keeper")


def stops_when_told(t, place):
    tree = small_tree(place, files=3000, size=400)
    p = t.start("scan", tree)
    time.sleep(0.12)
    p.send_signal(signal.SIGINT)
    _, err = p.communicate(timeout=30)
    expect(p.returncode == 130, f"exit {p.returncode}, expected 130")
    expect(b"stopped by signal 2" in err, err.decode())


def inherited(t, tree, *options):
    """A scan: exit code, its canonical export, how many files it carried over, its standard error."""
    code, out, err = t.run("scan", "--format", "jsonl", *options, tree)
    expect(code in (0, 3), f"exit {code}: {err}")
    events = [json.loads(x) for x in out.splitlines() if '"event"' in x[:16]]
    carried = sum(e["count"] for e in events if e["event"] == "carried")
    c, export, e = t.run("store", "export", "--canonical")
    expect(c == 0, e)
    return export, carried, err, [e["subject"] for e in events if e["event"] == "forged"]


def anew(t, tree, *options):
    """The canonical export of a scan that owes nothing to an earlier one."""
    return inherited(t, tree, "--fresh", *options)[0]


def reads_only_what_changed(t, place):
    tree = container_tree(place, files=8)
    for i in range(40):
        write(f"{tree}/t/f{i}.txt", f"mail {MAIL} {i}\n")
    os.symlink("f1.txt", f"{tree}/t/link")
    time.sleep(2.1)
    first, carried, _, _ = inherited(t, tree)
    expect(carried == 0, f"{carried} carried over from nothing")
    again, carried, _, _ = inherited(t, tree)
    expect(again == first, "another export of the same tree")
    expect(carried == 56, f"{carried} of 56 files carried over")
    write(f"{tree}/t/f1.txt", f"SSN: {SSN}\n")          # changed
    os.remove(f"{tree}/t/f2.txt")                       # gone
    os.rename(f"{tree}/t/f3.txt", f"{tree}/t/moved")    # under another name
    os.rename(f"{tree}/d1", f"{tree}/e1")               # with all that is in it
    write(f"{tree}/t/new.zip", zipped([("a.txt", f"SSN: {SSN}\n")]))
    os.remove(f"{tree}/d2/z2.zip")                      # a container
    write(f"{tree}/d2/z7.zip", "a text now\n")          # was one
    os.remove(f"{tree}/t/link")
    write(f"{tree}/t/link", f"card {PAN}\n")            # was a link
    os.chmod(f"{tree}/t/f4.txt", 0o600)                 # its rights are another
    third, carried, _, _ = inherited(t, tree)
    expect(0 < carried < 56, f"{carried} carried over")
    expect(third == anew(t, tree), "another export than that of a full scan")
    expect(third != first, "the tree changed and the export did not")


def keeps_what_older_runs_said(t, place):
    tree = place + "/tree"
    write(tree + "/a.txt", f"mail {MAIL}\n")
    write(tree + "/b.zip", zipped([("in.txt", f"SSN: {SSN}\n")]))
    first, *_ = inherited(t, tree)
    os.remove(tree + "/b.zip")
    write(tree + "/a.txt", "nothing\n")
    second, *_ = inherited(t, tree)
    code, export, err = t.run("store", "export", "--canonical", "--run", "1")
    expect(code == 0 and export == first, f"run 1 is another than it was: {err}")
    expect(second != first, "the second run says the same")
    code, out, _ = t.run("report", "--run", "1", "--format", "jsonl")
    expect('"balanced":true' in out, "the sums of run 1 do not balance any more")


def reads_again_what_changed_a_moment_ago(t, place):
    """Within a tick of the clock of a file system two changes have one time stamp."""
    tree = place + "/tree"
    write(tree + "/a.txt", f"mail {MAIL}\n")
    inherited(t, tree)
    _, carried, _, _ = inherited(t, tree)
    expect(carried == 0, "a file that was as new as the run that read it was believed")
    time.sleep(2.1)
    inherited(t, tree)
    _, carried, _, _ = inherited(t, tree)
    expect(carried == 1, f"{carried} carried over when it was settled")


def reads_everything_when_rules_change(t, place):
    tree = place + "/tree"
    write(tree + "/a.txt", "badge AC-4711-08\n")
    write(place + "/rules/badge.yaml", """format: detector/1
id: acme.badge
title: Badge
category: org.id
tier: internal
match:
  - {keyword: '\\b(?<value>AC-[0-9]{4}-[0-9]{2})\\b', base: high}
mask: {keep_last: 2}
examples: ['badge AC-4711-08']
negative_examples: ['AC-47110-8']
references: ['acme']
""")
    time.sleep(2.1)
    inherited(t, tree)
    export, carried, err, _ = inherited(t, tree, "--rules", place + "/rules")
    expect("acme.badge" in export and carried == 0, f"{carried} carried over: {export}")
    export, carried, err, _ = inherited(t, tree, "--rules", place + "/rules")
    expect("acme.badge" in export and carried == 1, f"{carried} carried over")
    with open(place + "/rules/badge.yaml", "a", encoding="utf-8") as f:
        f.write("# another\n")
    write(place + "/rules/badge.yaml",
          open(place + "/rules/badge.yaml", encoding="utf-8").read().replace("keep_last: 2",
                                                                             "keep_last: 3"))
    export, carried, err, _ = inherited(t, tree, "--rules", place + "/rules")
    expect(carried == 0 and "the rules changed since run 3" in err, f"{carried}: {err}")


def reads_nothing_again_for_words(t, place):
    """Titles, tiers, references and examples of rules find nothing; whatever else changes may."""
    tree = place + "/tree"
    rule = ("format: detector/1\nid: acme.badge\ntitle: {}\ncategory: employment.id\ntier: {}\nmatch:\n"
            "  - {{keyword: 'ACME-(?<value>[0-9]{{6}})\\b', base: {}}}\nmask: {{keep_last: 2}}\nexamples: ['{}']\n"
            "negative_examples: ['ACME-12']\nreferences: ['{}']\n")

    def scan(*words):
        write(place + "/rules/badge.yaml", rule.format(*words))
        export, carried, err, _ = inherited(t, tree, "--rules", place + "/rules")
        expect(export == anew(t, tree, "--rules", place + "/rules"), f"another export than a full scan's: {words}")
        return carried, err, t.run("report", "--format", "jsonl")[1]

    for i in range(5):
        write(f"{tree}/{i}.txt", f"badge ACME-12345{i}\n")
    time.sleep(2.1)
    scan("badge", "internal", "high", "ACME-123456", "ours")
    for words in (("staff badge", "restricted", "high", "ACME-654321", "theirs"),):
        carried, err, out = scan(*words)
        expect(carried == 5 and "titles, tiers, examples or references alone" in err, f"{carried}: {err}")
        found = [json.loads(x) for x in out.splitlines() if '"finding"' in x[:20]]
        expect([f["tier"] for f in found] == ["restricted"] * 5, f"tiers {[f['tier'] for f in found]}")
    carried, err, _ = scan("badge", "internal", "medium", "ACME-123456", "ours")
    expect(carried == 0 and "the rules changed since" in err, f"{carried}: {err}")


def reads_everything_when_a_table_changes(t, place):
    """The table that an exact match names is built anew, and its rule stays as it was."""
    tree = place + "/tree"
    write(tree + "/a.txt", "SSN: 536-90-4399\nSSN: 536-90-4398\n")
    os.makedirs(place + "/rules")
    build = ("rules", "edm", "build", place + "/t.csv", "--primary", "ssn", "--detector", "gov.us-ssn",
             "--column", "name", "-o", place + "/rules/t.edm")
    for last, line in (("4399", 1), ("4398", 2)):
        write(place + "/t.csv", f"ssn,name\n536-90-{last},Ann\n")
        code, _, err = t.run(*build)
        expect(code == 0, f"exit {code}: {err}")
        rule = place + "/rules/t.edm.yaml"
        write(rule, open(rule, encoding="utf-8").read().replace("columns: 1", "columns: 0"))
        time.sleep(2.1)
        export, carried, err, _ = inherited(t, tree, "--rules", place + "/rules")
        expect(carried == 0, f"{carried} carried over: {err}")
        found = [json.loads(x) for x in export.splitlines() if '"gov.us-ssn"' in x]
        at = [s["at"] for f in found for s in f.get("samples", [])]
        expect(len(at) == 1 and at[0].startswith(f"L{line}:"), f"found at {at}, not in line {line}")


def finds_forged_time_stamps(t, place):
    if os.geteuid() != 0 or not os.path.exists("/sbin/debugfs"):
        raise Skip("needs a file system whose change times can be set")
    disk = place + "/disk"
    os.makedirs(disk)
    with open(place + "/image", "wb") as f:
        f.truncate(8 << 20)
    if subprocess.run(["mkfs.ext4", "-q", place + "/image"], stderr=subprocess.DEVNULL).returncode or \
            subprocess.run(["mount", "-o", "loop", place + "/image", disk],
                           stderr=subprocess.DEVNULL).returncode:
        raise Skip("no file system can be mounted here")
    try:
        write(disk + "/a.txt", f"mail {MAIL}\n")
        write(disk + "/b.txt", "nothing at all here\n")
        time.sleep(2.1)
        inherited(t, disk)
        subprocess.run(["umount", disk], check=True)
        with open(place + "/image", "r+b") as f:
            content = f.read()
            at = content.index(b"nothing at all")
            f.seek(at)
            f.write(b"SSN: " + SSN.encode()[:9])
        subprocess.run(["mount", "-o", "loop", place + "/image", disk], check=True)
        _, carried, _, forged = inherited(t, disk, "--recheck", str(1 << 60))
        expect(carried == 2 and not forged, f"after a remount {carried} carried, forged {forged}")
        _, carried, err, forged = inherited(t, disk, "--recheck", "1")
        expect(carried == 0 and forged == ["b.txt"], f"{carried} carried, forged {forged}: {err}")
        expect("1 files have other content under the same size" in err, err)
    finally:
        subprocess.run(["umount", "-l", disk], stderr=subprocess.DEVNULL)


def goes_on_night_after_night(t, place):
    """A scan with a time limit: what matters first, the rest later, one run in the end."""
    tree = container_tree(place, files=120)
    for i in range(5):
        write(f"{tree}/x/hr/f{i}.txt", f"SSN: {SSN}\n")
    os.link(f"{tree}/x/hr/f1.txt", f"{tree}/d1/also.txt")
    time.sleep(2.1)
    limit, nights = 1, 0
    while nights < 60:
        code, out, err = t.run("scan", "--format", "jsonl", "--jobs", "1", "--first", "hr/",
                               "--limit-iops", "200", "--time-limit", f"{limit}s", tree)
        nights += 1
        expect(code in (0, 3), f"exit {code}: {err}")
        if "paused" not in err:
            break
        with contextlib.closing(sqlite3.connect(place + "/state/terrier/terrier.db")) as db:
            paths = [p for p, in db.execute("SELECT path FROM object WHERE depth = 0")]
        first = sum(b"hr/" in p or b"also" in p for p in paths)
        expect(not paths or first >= min(5, len(paths)), f"not hr/ first, but {paths[:8]}")
        limit = 1 + nights // 2
    expect("paused" not in err, f"{nights} nights were not enough")
    expect(nights > 1, "one night was enough, so nothing was shown")
    events = [json.loads(x) for x in out.splitlines() if '"event"' in x[:16]]
    told = [e for e in events if e["event"] == "night"]
    expect(len(told) >= 2, f"{nights} nights, of which {told}")
    c, export, e = t.run("store", "export", "--canonical")
    expect(c == 0 and export == anew(t, tree), f"another export than that of one night: {e}")
    code, out, _ = t.run("report", "--run", "1", "--format", "jsonl")
    expect('"balanced":true' in out, "the sums do not balance")


def one_scan_at_a_time(t, place):
    tree = small_tree(place, files=3000, size=400)
    p = t.start("scan", "-q", tree)
    time.sleep(0.15)
    code, _, err = t.run("scan", "-q", tree)
    p.kill()
    p.communicate(timeout=60)
    expect(code == 5, f"exit {code}: {err}")
    expect("in use by a scan" in err and str(p.pid) in err, err)


def says_what_is_missing(t, place):
    code, _, err = t.run("scan", place + "/nothing")
    expect(code == 2 and "nothing" in err and "No such file" in err, f"{code}: {err}")
    os.makedirs(place + "/there")
    write(place + "/there/a", "x\n")
    code, out, err = t.run("scan", place + "/there", place + "/nothing")
    expect(code == 3, f"one of two roots is missing: exit {code}: {err}")
    expect("nothing" in out, "the missing root is not in the report")


def refuses_a_store_it_cannot_keep(t, place):
    tree = small_tree(place, files=3)
    code, _, err = t.run("scan", "--store", "/proc/store.db", tree)
    expect(code == 4 and "/proc" in err, f"{code}: {err}")
    os.makedirs(place + "/open")
    os.chmod(place + "/open", 0o777)
    code, _, err = t.run("scan", "--store", place + "/open/s.db", tree)
    expect(code == 4 and "chmod" in err, f"{code}: {err}")


def says_when_the_disk_is_full(t, place):
    if os.geteuid() != 0:
        raise Skip("needs root for a small file system")
    tree = small_tree(place, files=400, size=20)
    disk = place + "/disk"
    os.makedirs(disk)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k,mode=0700", "none", disk],
                      stderr=subprocess.DEVNULL).returncode:
        raise Skip("no file system can be mounted here")
    try:
        code, _, err = t.run("scan", "-q", "--store", disk + "/s.db", "--samples", "20", tree)
        expect(code == 4, f"exit {code}: {err}")
        expect("space" in err.lower() or "full" in err.lower(), err)
        code, _, err = t.run("report", "--store", disk + "/s.db")
        expect(code in (0, 4), f"the store does not open: {code}: {err}")
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def lists_what_it_may_not_read(t, place):
    write(place + "/tree/open.txt", f"mail {MAIL}\n")
    write(place + "/tree/closed.txt", f"mail {MAIL}\n")
    write(place + "/tree/shut/inside.txt", f"mail {MAIL}\n")
    prefix = ()
    if os.geteuid() == 0:
        prefix = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        if subprocess.run([*prefix, "true"], stderr=subprocess.DEVNULL).returncode:
            raise Skip("needs setpriv to be somebody else")
        subprocess.run(["chown", "-R", "65534:65534", place], check=True)
        subprocess.run(["chmod", "755", place], check=True)
        program = place + "/terrier"
        subprocess.run(["cp", t.program, program], check=True)
        os.chmod(program, 0o755)
        t = Terrier(program, place)
    os.chmod(place + "/tree/closed.txt", 0)
    os.chmod(place + "/tree/shut", 0)
    code, out, err = t.run("scan", "--format", "jsonl", place + "/tree", prefix=prefix)
    os.chmod(place + "/tree/shut", 0o755)
    status = {os.path.basename(json.loads(x)["locator"]): json.loads(x)["status"]
              for x in out.splitlines() if '"object"' in x[:20]}
    expect(code == 3, f"exit {code}: {err}")
    expect(status == {"closed.txt": "error(EACCES)", "shut": "error(EACCES)"}, str(status))


def takes_names_by_pipe(t, place):
    names = [b"a.txt", b"new\nline.txt", b"bad-\xff.txt"]
    for n in names:
        write(os.fsdecode(os.path.join(place.encode(), b"tree", n)), f"mail {MAIL}\n")
    listed = b"".join(os.path.join(place.encode(), b"tree", n) + b"\0" for n in names)
    facts, code, err = t.facts("--files-from", "-", "-0", stdin=listed)
    found = [x for x in facts if '"finding"' in x[:20]]
    expect(code == 0 and len(found) == 3, f"{code}: {len(found)} found: {err}")
    facts, code, err = t.facts("--files-from", "-",
                               stdin=os.path.join(place, "tree", "gone.txt").encode() + b"\n")
    expect(any("vanished" in x for x in facts), f"{code}: {facts}")


def reads_a_pipe(t, place):
    text = ("lorem ipsum\n" * 60000 + f"card {PAN}\n").encode()
    facts, code, err = t.facts("-", "--name", "db/prod", stdin=text)
    found = [json.loads(x) for x in facts if '"finding"' in x[:20]]
    expect(code == 0 and len(found) == 1, f"{code}: {found}: {err}")
    expect(found[0]["object"] == "db/prod", found[0]["object"])
    expect(found[0]["samples"][0]["at"] == "L60001:@720005", found[0]["samples"][0]["at"])


def opens_a_pipe(t, place):
    """A tar in gzip is read as it comes, whatever its length; a zip has to be held, and is not."""
    rnd = random.Random(1)
    text = "".join("%x\n" % rnd.getrandbits(64) for _ in range(100000))
    text = (text.translate(str.maketrans("0123456789", "ghijklmnop")) + f"card {PAN}\n").encode()
    packed, zipped = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        info = tarfile.TarInfo("dir/a.txt")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("dir/a.txt", text)
    facts, code, err = t.facts("-", "--name", "x", "--max-hold", "64K", stdin=packed.getvalue())
    found = [json.loads(x) for x in facts if '"finding"' in x[:20]]
    expect(code == 0 and len(found) == 1, f"{code}: {found}: {err}")
    expect(found[0]["object"] == "x!/dir/a.txt", found[0]["object"])
    expect(found[0]["samples"][0]["at"].startswith("L100001:"), found[0]["samples"][0]["at"])
    facts, code, err = t.facts("-", "--name", "x", "--max-hold", "64K", stdin=zipped.getvalue())
    expect(code == 3 and any("limit(hold)" in x for x in facts), f"{code}: {facts}: {err}")


def names_facts_as_findings(t, place):
    """The dates of a column stand by the name that findings in it would have."""
    write(place + "/tree/a.csv", "id,email,created_at\n" + "".join(
        f"{i},{MAIL},2021-03-{i:02d}\n" for i in range(1, 20)))
    code, _, err = t.run("scan", "-q", place + "/tree")
    expect(code == 0, f"exit {code}: {err}")
    with contextlib.closing(sqlite3.connect(place + "/state/terrier/terrier.db")) as db:
        parts = db.execute("SELECT part FROM finding UNION ALL SELECT part FROM fact"
                           " WHERE kind = 'row-date'").fetchall()
    expect(parts == [(b"email",), (b"created_at",)], f"parts {parts}")


def skips_its_own_store(t, place):
    write(place + "/tree/a.txt", f"mail {MAIL}\n")
    os.makedirs(place + "/tree/keep", mode=0o700)
    facts, code, err = t.facts("--store", place + "/tree/keep/s.db", place + "/tree")
    own = [x for x in facts if "own-store" in x]
    expect(code == 0 and len(own) >= 2, f"{code}: {facts} {err}")


def memory_stays_flat(t, place):
    if "asan" in t.program or "tsan" in t.program:
        raise Skip("the memory of a sanitizer's build says nothing")
    os.makedirs(place + "/tree")
    for i in range(20000):
        os.close(os.open(f"{place}/tree/a-rather-long-name-for-a-small-file-{i:07d}",
                         os.O_CREAT | os.O_WRONLY))
    write(place + "/tree/big.csv", ("%s,%s,%s\n" % (MAIL, PAN, SSN)) * 300000)
    p = t.start("scan", "-q", "--jobs", "2", place + "/tree")
    peak = {}
    while p.poll() is None:
        for pid in [p.pid, *children(p.pid)]:
            try:
                with open(f"/proc/{pid}/status") as f:
                    m = re.search(r"VmHWM:\s+(\d+)", f.read())
                if m:
                    peak[pid] = max(peak.get(pid, 0), int(m.group(1)))
            except OSError:
                pass
        time.sleep(0.01)
    p.communicate()
    total = sum(peak.values())
    expect(p.returncode == 0, f"exit {p.returncode}")
    limit = (64 + 2 * 4) * 1024
    expect(total <= limit, f"{total} KiB in {len(peak)} processes, expected at most {limit}")


CASES = [finds_what_is_there, leaves_no_value_behind, survives_a_lost_scanner,
         survives_lost_parsers, opens_as_far_as_it_may, refuses_without_a_sandbox,
         reads_only_what_changed, keeps_what_older_runs_said, reads_again_what_changed_a_moment_ago,
         reads_everything_when_rules_change, reads_nothing_again_for_words,
         reads_everything_when_a_table_changes, finds_forged_time_stamps,
         goes_on_night_after_night,
         keeps_the_store_when_it_is_killed, ends_with_its_keeper, stops_when_told,
         one_scan_at_a_time, says_what_is_missing, refuses_a_store_it_cannot_keep,
         says_when_the_disk_is_full, lists_what_it_may_not_read, takes_names_by_pipe, reads_a_pipe,
         opens_a_pipe,
         names_facts_as_findings, skips_its_own_store, memory_stays_flat]


def main():
    program = os.path.abspath(sys.argv[1])
    passed = failed = skipped = 0
    chosen = set(sys.argv[2:])
    for case in [c for c in CASES if not chosen or c.__name__ in chosen]:
        with tempfile.TemporaryDirectory() as place:
            place = os.path.realpath(place)
            try:
                case(Terrier(program, place), place)
                passed += 1
            except Skip as why:
                skipped += 1
                print(f"skipped: {case.__name__}: {why}")
            except (AssertionError, subprocess.TimeoutExpired) as why:
                failed += 1
                print(f"FAILED: {case.__name__}: {why}")
            finally:
                subprocess.run(["chmod", "-R", "u+rwX", place], stderr=subprocess.DEVNULL)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
