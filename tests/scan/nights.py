#!/usr/bin/env python3
"""Nights of one scheduled scan over a share that lives: it pages for news only, and reads what changed.

usage: nights.py TERRIER [--nights N] [--seed N]

A share is made with texts, tables, archives, some of them encrypted or cut short, linked names and
names that nobody can print. Each night at 22:00 by a clock that faketime sets, what people do in a
day is done to it - files written, changed, moved, copied, touched, removed, some of them while the
scan is under way - and the profile is scanned as its units would scan it. On some nights the file
system is mounted anew (where this user may mount one), a slot is missed, something unreadable
appears, the titles of rules change or the rules, or the scan is killed and started again.

Each night must end with 0, but for those that have news, which must page once; must read the files
that changed and no others; and must have seen what was due before and missed. On every tenth night
and on the last a scan that owes nothing to an earlier one must say the same. Then the ledger has to
verify, and to tell the period. N is 12 if not said; before a release, and as the long form:

    python3 tests/scan/nights.py build/src/terrier --nights 90

Ends with "N passed, N failed". Kills only processes that it started.
"""
import argparse
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import run as scans  # noqa: E402  (the cases beside this one)

BEGIN = time.strptime("2027-01-04", "%Y-%m-%d")
DAY = 86400
RULE = """format: detector/1
id: acme.badge
title: {title}
category: employment.id
tier: {tier}
match:
  - {{keyword: 'BADGE-(?<value>[0-9]{{{digits}}})\\b', base: high}}
mask: {{keep_last: 2}}
examples: ['BADGE-{example}']
negative_examples: ['BADGE-12']
"""


def locked(members):
    """A zip whose members say that they are encrypted."""
    data = bytearray(scans.zipped(members))
    for magic, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        i = data.find(magic)
        while i >= 0:
            flags, = struct.unpack_from("<H", data, i + at)
            struct.pack_into("<H", data, i + at, flags | 1)
            i = data.find(magic, i + 4)
    return bytes(data)


class Share:
    """The directory, and what was done to it since the scan before."""

    def __init__(self, place, rnd):
        self.rnd, self.number = rnd, 0
        self.disk = self.mount(place)
        self.top = (self.disk or place + "/share") + "/srv"
        os.makedirs(self.top)
        self.changed = set()  # names that must be read
        for _ in range(60):
            self.add()
        for i in range(3):
            self.write(f"fin/locked{i}.zip", locked([("pay.csv", f"ssn\n{scans.SSN}\n" * 9)]))
        self.write("fin/cut.zip", scans.zipped([("a.txt", "x" * 5000)])[:300])
        self.write("odd/\x1b[31m\n.txt", f"mail {scans.MAIL}\n")
        self.write("odd/one.txt", f"SSN: {scans.SSN}\n")
        os.link(self.at("odd/one.txt"), self.at("odd/two.txt"))
        os.symlink("one.txt", self.at("odd/link"))
        os.mkfifo(self.at("odd/pipe"))

    @staticmethod
    def mount(place):
        """A file system of its own, or None."""
        disk = place + "/disk"
        os.makedirs(disk)
        with open(place + "/image", "wb") as f:
            f.truncate(64 << 20)
        for argv in (["mkfs.ext4", "-q", place + "/image"], ["mount", "-o", "loop", place + "/image", disk]):
            try:
                if subprocess.run(argv, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL).returncode:
                    return None
            except OSError:
                return None
        return disk

    def remount(self, place):
        if self.disk:
            subprocess.run(["umount", self.disk], check=True)
            subprocess.run(["mount", "-o", "loop", place + "/image", self.disk], check=True)
        return bool(self.disk)

    def at(self, name):
        return f"{self.top}/{name}"

    def write(self, name, content):
        scans.write(self.at(name), content)
        self.changed.add(name)

    def content(self):
        words = " ".join(self.rnd.choice("as the of and to in is it was that".split())
                         for _ in range(self.rnd.randrange(50, 3000)))
        kind = self.rnd.randrange(4)
        if kind == 0:
            return ".csv", "id,email\n" + "".join(f"{i},{scans.MAIL}\n" for i in range(self.rnd.randrange(5, 900)))
        if kind == 1:
            return ".zip", scans.zipped([(f"{i}.txt", f"{words}\ncard {scans.PAN}\n") for i in range(3)])
        return ".txt", f"{words}\nSSN: {scans.SSN}\nBADGE-{self.rnd.randrange(10000, 99999)}\n"

    def add(self):
        self.number += 1
        ending, content = self.content()
        self.write(f"{self.rnd.choice(('hr', 'fin', 'it/logs', 'it'))}/f{self.number}{ending}", content)

    def files(self):
        """Those that people work with: neither links nor what stays unread."""
        found = []
        for top, _, names in os.walk(self.top):
            found += [os.path.relpath(f"{top}/{n}", self.top) for n in names if n.startswith("f") and n[1].isdigit()]
        return sorted(found)

    def day(self):
        for _ in range(self.rnd.randrange(1, 6)):
            name = self.rnd.choice(self.files())
            deed = self.rnd.choice(("add", "change", "move", "copy", "touch", "mode", "remove"))
            there = f"{self.rnd.choice(('hr', 'fin', 'it'))}/f{self.number + 1}{os.path.splitext(name)[1]}"
            if deed == "add":
                self.add()
                continue
            self.number += 1
            self.changed.add(name)
            if deed == "change":
                with open(self.at(name), "ab") as f:
                    f.write(f"\n{self.number}: SSN: {scans.SSN}\n".encode())
            elif deed == "move":
                os.rename(self.at(name), self.at(there))
            elif deed == "copy":
                self.changed.discard(name)
                shutil.copy(self.at(name), self.at(there))
            elif deed == "touch":
                os.utime(self.at(name))
            elif deed == "mode":
                os.chmod(self.at(name), 0o600 if os.stat(self.at(name)).st_mode & 0o44 else 0o644)
            else:
                os.remove(self.at(name))
            if deed in ("move", "copy"):
                self.changed.add(there)
        self.changed = {n for n in self.changed if os.path.exists(self.at(n))}


class Nights:
    def __init__(self, program, place, rnd):
        self.t, self.place, self.rnd = scans.Terrier(program, place), place, rnd
        self.t.env.update(TZ="UTC", DONT_FAKE_MONOTONIC="1")
        self.share = Share(place, rnd)
        self.night = -1
        self.pages = f"{place}/pages"
        scans.write(self.pages, "")
        scans.write(f"{place}/pager", f"#!/bin/sh\ncat >> '{self.pages}'\n")
        os.chmod(f"{place}/pager", 0o755)
        self.digits = 5
        self.rules("badge", "internal")
        self.profile = f"{place}/scans/share.yaml"
        scans.write(self.profile, f"format: scan/1\nroots: ['{self.share.top}']\nwhen: daily 22:00\n"
                    f"rules: {{directories: ['{place}/rules']}}\nalert: {place}/pager\n")
        os.chmod(self.profile, 0o644)

    def rules(self, title, tier):
        scans.write(f"{self.place}/rules/badge.yaml",
                    RULE.format(title=title, tier=tier, digits=self.digits, example="123456"[:self.digits]))

    def clock(self):
        return ["faketime", "-f", time.strftime("@%Y-%m-%d 22:00:30", time.gmtime(
            time.mktime(BEGIN) - time.timezone + self.night * DAY))]

    def run(self, *args, state=None, kill=0):
        env = dict(self.t.env, **({"XDG_STATE_HOME": state} if state else {}))
        p = subprocess.Popen([*self.clock(), *self.t.argv(*args)], env=env, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, start_new_session=True)
        if kill:
            time.sleep(kill)
            os.killpg(p.pid, signal.SIGKILL)
        out, err = p.communicate(timeout=300)
        return p.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def scan(self, churn):
        """As the units do: a failure pages, a good end clears."""
        if churn:  # what comes and goes while the scan is under way
            for i in range(40):
                scans.write(self.share.at(f"tmp/{self.night}-{i}"), "here and gone\n")
            gone = subprocess.Popen(["sh", "-c", f"sleep 0.4; rm -rf '{self.share.at('tmp')}'"])
        code, out, err = self.run("scan", "--format", "jsonl", "--objects", "all", "--only-news", "--recheck",
                                  str(1 << 60), "--profile", self.profile)
        if churn:
            gone.wait()
        scans.expect(code in (0, 3), f"exit {code}: {err}")
        before = os.path.getsize(self.pages)
        status = dict(MONITOR_SERVICE_RESULT="exit-code", MONITOR_EXIT_CODE="exited", MONITOR_EXIT_STATUS=str(code))
        argv = ["schedule", "alert", *(["--clear"] if code == 0 else []), self.profile]
        r = subprocess.run(self.t.argv(*argv), env={**self.t.env, **status}, capture_output=True, text=True, timeout=60)
        scans.expect(r.returncode == 0, f"alert: {r.stderr}")
        return code, [json.loads(x) for x in out.splitlines()], os.path.getsize(self.pages) > before

    def compare(self):
        state = f"{self.place}/other"
        code, _, err = self.run("scan", "-q", "--recheck", "1", "--profile", self.profile, state=state)
        scans.expect(code in (0, 3), err)
        got, want = (self.run("store", "export", "--canonical", state=s)[1] for s in (None, state))
        shutil.rmtree(state)
        scans.expect(want.count("\n") > 60, f"no export: {want[:300]}")
        for a, b in zip(want.splitlines(), got.splitlines()):
            scans.expect(a == b, f"expected {a[:300]}\n     got {b[:300]}")
        scans.expect(got == want, "another number of lines than a full scan has")


def numbers(lines):
    files = [x for x in lines if x["kind"] == "object" and x["depth"] == 0 and "same_as" not in x and
             x["status"].split("(")[0] not in ("link", "special", "excluded", "other-filesystem")]
    events = {x["event"]: x["count"] for x in lines if x["kind"] == "event"}
    return len(files), events


def one_night(n, plan, told):
    """What happens in it is in `plan`; what was seen is added to `told`."""
    s = n.share
    n.night += 1 + ("missed" in plan)
    if n.night > 0:
        s.day()
    for word in plan:
        told[word] = told.get(word, 0) + 1
    if "gap" in plan:
        s.write(f"fin/new{n.night}.zip", locked([("x.csv", "a\n" * 99)]))
    if "title" in plan:
        n.rules(f"badge, as of night {n.night}", "confidential")
    if "rules" in plan:
        n.digits = 6 if n.digits == 5 else 5
        n.rules("badge", "internal")
    if "remount" in plan:
        told["mounted anew"] = told.get("mounted anew", 0) + s.remount(n.place)
    if "kill" in plan:
        code, _, _ = n.run("scan", "-q", "--profile", n.profile, kill=0.2 + n.rnd.random())
        told["killed"] = told.get("killed", 0) + (code == -signal.SIGKILL)
    code, lines, paged = n.scan("churn" in plan)
    files, events = numbers(lines)
    read = files - events.get("carried", 0)
    linked = 1  # of a file with several names; it is read each time
    news = n.night == 0 or "gap" in plan
    what = f"night {n.night} ({', '.join(sorted(plan)) or 'as usual'})"
    scans.expect((code, paged) == ((3, True) if news else (0, False)), f"{what}: exit {code}, paged {paged}")
    scans.expect(("missed-slot" in events) == ("missed" in plan), f"{what}: {events}")
    if n.night == 0 or "rules" in plan:
        scans.expect(read == files, f"{what}: {read} of {files} files read")
    elif "kill" not in plan and "churn" not in plan:
        scans.expect(read == len(s.changed) + linked,
                     f"{what}: {read} files read, {sorted(s.changed)} changed and {linked} has two names")
    told["read"] = told.get("read", 0) + read
    told["same"] = told.get("same", 0) + events.get("same-content", 0)
    told["files"] = told.get("files", 0) + files
    told["paged"] = told.get("paged", 0) + paged
    s.changed.clear()


def plan_of(night, nights):
    plan = set()
    for word, every, first in (("remount", 3, 1), ("missed", 11, 4), ("gap", 13, 6), ("title", 17, 7), ("rules", 23, 8),
                               ("kill", 7, 5), ("churn", 5, 2)):
        if night >= first and (night - first) % every == 0:
            plan.add(word)
    return plan if night else set()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("terrier")
    parser.add_argument("--nights", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sanitized", action="store_true")
    a = parser.parse_args()
    if a.sanitized or not shutil.which("faketime"):
        print("skipped: faketime is not there, or does not go with a sanitizer")
        return 77
    passed = failed = 0
    told = {}
    with tempfile.TemporaryDirectory(prefix="terrier-nights-") as place:
        n = Nights(os.path.abspath(a.terrier), os.path.realpath(place), random.Random(a.seed))
        try:
            for night in range(a.nights):
                try:
                    one_night(n, plan_of(night, a.nights), told)
                    if night % 10 == 9 or night == a.nights - 1:
                        n.compare()
                    passed += 1
                except AssertionError as why:
                    failed += 1
                    n.share.changed.clear()
                    print(f"FAILED: {why}")
            code, out, err = n.run("ledger", "period", "--profile", "share", "--format", "jsonl")
            last = json.loads(out.splitlines()[-1])
            missed = told.get("missed", 0)
            if (last["missed"], last["complete"] + last["partial"]) != (missed, a.nights):
                failed += 1
                print(f"FAILED: the period of {a.nights} nights, {missed} missed: {last}")
            shelf = f"{place}/state/terrier/terrier.db.evidence/ledger.jsonl"
            code, out, err = n.run("verify", shelf)
            if code:
                failed += 1
                print(f"FAILED: verify: {out}{err}")
        finally:
            if n.share.disk:
                subprocess.run(["umount", "-l", n.share.disk], stderr=subprocess.DEVNULL)
    if not n.share.disk:
        print("skipped: remounts: this user may mount no file system")
    print(", ".join(f"{k} {v}" for k, v in sorted(told.items())))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
