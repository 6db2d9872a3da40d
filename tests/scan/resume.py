#!/usr/bin/env python3
"""Scans that are killed and continued, held against one that was not.

usage: resume.py TERRIER KILLER [--kills N] [--seed N]

A tree of text, tables, archives, mails and files with several names is scanned once unbroken. Then
scans are killed: the keeper before and within every write, sync, rename and unlink (KILLER is the
preloaded library of killer.c) - or as many of these as --kills allows, spread evenly - and keeper,
scanner, zygote or parser at random instants, up to five times in one scan. What the next scan of
the same tree comes to must be, in its canonical export, the same bytes. N is 50 if not said;
before a release, some 1,000:

    python3 tests/scan/resume.py build/src/terrier build/tests/libkiller.so --kills 1000

Ends with "N passed, N failed". Kills only processes that it started.
"""
import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import run as scans  # noqa: E402  (the cases beside this one)

ENDS = (0, 3)


class Place:
    """A home of its own for one scan; keys and cache are those of the unbroken one."""

    def __init__(self, program, top, name, keys):
        self.program, self.home = program, os.path.join(top, name)
        os.makedirs(self.home)
        self.env = dict(os.environ, HOME=self.home, XDG_STATE_HOME=self.home + "/state",
                        XDG_CONFIG_HOME=keys + "/config", XDG_CACHE_HOME=keys + "/cache")

    def scan(self, tree, *options, **more):
        return subprocess.Popen([self.program, "scan", "-q", *options, tree], stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, env={**self.env, **more}, start_new_session=True)

    def finish(self, tree, *options):
        p = self.scan(tree, *options)
        _, err = p.communicate(timeout=120)
        scans.expect(p.returncode in ENDS, f"exit {p.returncode}: {err.decode()}")

    def export(self):
        r = subprocess.run([self.program, "store", "export", "--canonical"], env=self.env,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        scans.expect(r.returncode == 0, f"no export: {r.stderr.decode()}")
        return r.stdout

    def events(self):
        r = subprocess.run([self.program, "report", "--format", "jsonl"], env=self.env,
                           stdout=subprocess.PIPE, timeout=60)
        return [json.loads(x) for x in r.stdout.splitlines() if b'"event"' in x[:16]]

    def remove(self):
        shutil.rmtree(self.home)


def make_tree(place):
    tree = scans.small_tree(place, files=60, size=60)
    scans.container_tree(place, files=12)
    for i in range(6):
        scans.write(f"{tree}/links/one{i}.txt", f"SSN: {scans.SSN} {i}\n")
        os.link(f"{tree}/links/one{i}.txt", f"{tree}/d{i}/two{i}.txt")
    scans.write(f"{tree}/table.csv", "id,email,ssn\n" + "".join(
        f"{i},{scans.MAIL},{scans.SSN}\n" for i in range(3000)))
    scans.write(f"{tree}/broken.zip", scans.zipped([("a.txt", "x" * 5000)])[:300])
    os.symlink("table.csv", f"{tree}/link")
    os.mkfifo(f"{tree}/pipe")
    time.sleep(2.1)  # what was changed less than 2 s ago is read again
    return tree


def same(place, want, what):
    got = place.export()
    if got == want:
        return
    for a, b in zip(want.splitlines(), got.splitlines()):
        scans.expect(a == b, f"{what}:\n  - {a.decode()[:300]}\n  + {b.decode()[:300]}")
    scans.expect(False, f"{what}: {len(got)} bytes, expected {len(want)}")


def killed_at_a_call(place, tree, killer, want, at, torn):
    more = {"LD_PRELOAD": killer, "TERRIER_KILL_AT": str(at)}
    if torn:
        more["TERRIER_KILL_TORN"] = "1"
    p = place.scan(tree, "--jobs", "2", **more)
    _, err = p.communicate(timeout=120)
    scans.expect(p.returncode in (-signal.SIGKILL, *ENDS), f"exit {p.returncode}: {err.decode()}")
    if p.returncode == -signal.SIGKILL:
        place.finish(tree)
    same(place, want, f"killed at call {at}")
    return p.returncode == -signal.SIGKILL


def victims(p):
    """The processes of a scan by role."""
    scanner = scans.children(p.pid)
    zygote = scans.threads_children(scanner[0]) if scanner else []
    return {"keeper": [p.pid], "scanner": scanner, "zygote": zygote,
            "parser": scans.children(zygote[0]) if zygote else []}


def killed_at_random(place, tree, want, rnd, duration):
    killed = []
    for _ in range(rnd.randrange(1, 6)):
        p = place.scan(tree, "--jobs", str(rnd.choice((1, 2, 4))))
        time.sleep(rnd.random() * duration)
        role = rnd.choice(("keeper", "keeper", "scanner", "zygote", "parser"))
        there = victims(p)[role] if p.poll() is None else []
        if there:
            try:
                os.kill(there[0], signal.SIGKILL)
                killed.append(role)
            except OSError:
                pass
        _, err = p.communicate(timeout=120)
        early = b"before it could start" in err
        scans.expect(p.returncode in (-signal.SIGKILL, *ENDS) or early,
                     f"exit {p.returncode} without its {role}: {err.decode()}")
        if p.returncode in ENDS:
            break
    else:
        place.finish(tree)
    same(place, want, f"killed at random: {killed}")
    return killed


def wal_size(place):
    try:
        return os.stat(place.home + "/state/terrier/terrier.db-wal").st_size
    except OSError:
        return 0


def stopped_and_continued(t, place, tree, want):
    """By SIGINT, late enough that something is in the store: it is not read again, and said."""
    p = place.scan(tree, "--jobs", "1")
    scans.wait_for(p, lambda: wal_size(place) > 100000)
    p.send_signal(signal.SIGINT)
    p.communicate(timeout=60)
    if p.returncode in ENDS:
        return False
    scans.expect(p.returncode == 130, f"exit {p.returncode} when stopped")
    r = subprocess.run([t.program, "store", "export", "--canonical"], env=place.env,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60)
    scans.expect(r.returncode == 4 and b"has not ended" in r.stderr, r.stderr.decode())
    r = subprocess.run([t.program, "scan", tree], env=place.env, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE, timeout=60)
    scans.expect(r.returncode in ENDS and b"was interrupted and is continued" in r.stderr,
                 f"{r.returncode}: {r.stderr.decode()}")
    kinds = [e["event"] for e in place.events()]
    scans.expect("resumed" in kinds, f"events {kinds}")
    same(place, want, "stopped and continued")
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("terrier")
    parser.add_argument("killer")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sanitized", action="store_true")
    a = parser.parse_args()
    program, killer = os.path.abspath(a.terrier), os.path.abspath(a.killer)
    rnd, passed, failed, done = random.Random(a.seed), 0, 0, {}

    def attempt(what, function, *args):
        nonlocal passed, failed
        place = Place(program, top, f"p{passed + failed}", first.home)
        try:
            came_to = function(place, *args)
            passed += 1
            return came_to
        except (AssertionError, subprocess.TimeoutExpired) as why:
            failed += 1
            print(f"FAILED: {what}: {why}")
            return None
        finally:
            place.remove()

    with tempfile.TemporaryDirectory() as top:
        top = os.path.realpath(top)
        tree = make_tree(top)
        first = Place(program, top, "first", os.path.join(top, "first"))
        began = time.monotonic()
        first.finish(tree)
        warm = Place(program, top, "warm", first.home)
        began = time.monotonic()
        count = os.path.join(top, "calls")
        preload = {} if a.sanitized else {"LD_PRELOAD": killer, "TERRIER_KILL_COUNT": count}
        p = warm.scan(tree, "--jobs", "2", **preload)
        p.communicate(timeout=120)
        duration = time.monotonic() - began
        want = first.export()
        same(warm, want, "an unbroken scan")
        calls = at_calls = 0
        if a.sanitized:
            print("skipped: kills at calls: the preloaded library and a sanitizer's do not go together")
            a.kills = a.kills * 2 // 5
        else:
            with open(count, encoding="ascii") as f:
                calls = int(f.read())
            scans.expect(calls > 20, f"{calls} calls are too few: is the library loaded?")
            at_calls = min(a.kills * 3 // 5, 2 * calls)
        for i in range(at_calls):
            at = 1 + i * calls // at_calls if at_calls < calls else 1 + i % calls
            if attempt(f"call {at}", killed_at_a_call, tree, killer, want, at, i % 2 == 1):
                done["call"] = done.get("call", 0) + 1
        for i in range(a.kills - at_calls):
            for role in attempt(f"random {i}", killed_at_random, tree, want, rnd, duration) or []:
                done[role] = done.get(role, 0) + 1
        for _ in range(4):
            if attempt("SIGINT", lambda place: stopped_and_continued(first, place, tree, want)):
                done["SIGINT"] = done.get("SIGINT", 0) + 1
    print(f"{calls} calls of the keeper; killed: {done}")
    if not (a.sanitized or done.get("call")) or not done.get("keeper"):
        failed += 1
        print("FAILED: nothing was killed")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
