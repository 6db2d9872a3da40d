#!/usr/bin/env python3
"""Scans and then does to the evidence what an auditor and an enemy would do.

Usage: evidence.py TERRIER [CASE...]

Each case is a function with a directory of its own. The commands of docs/auditor.md are run as they
stand there; where openssl is not installed that is said and the rest is tested.
"""
import gzip
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

RULE = """format: detector/1
id: gov.us-ssn
title: Social Security number
category: gov.national_id
match:
  - {shape: '3-2-4', separators: '-', base: medium}
validate: us.ssn
mask: {keep_last: 4}
examples: ['SSN: 536-90-4399']
negative_examples: ['SSN 536-00-4399']
references: ['a test']
"""


class Place:
    """A directory with a tree to scan, rules, a store and a home of its own."""

    def __init__(self, top, program):
        self.top, self.program = top, program
        self.tree, self.rules = top / "tree", top / "rules"
        (self.tree / "sub").mkdir(parents=True)
        self.rules.mkdir()
        (self.rules / "ssn.yaml").write_text(RULE)
        (self.tree / "a.txt").write_text("SSN: 536-90-4399\n")
        (self.tree / "sub" / "b.txt").write_text("nothing\n")
        self.store = top / "s" / "t.db"
        self.shelf = top / "s" / "t.db.evidence"
        self.keys = top / "config" / "terrier"
        self.env = {**os.environ, "HOME": str(top), "XDG_CONFIG_HOME": str(top / "config"),
                    "XDG_STATE_HOME": str(top / "state"), "XDG_CACHE_HOME": str(top / "cache"), "LC_ALL": "C.UTF-8"}

    def run(self, *args, exit=0, env=None):
        done = subprocess.run([self.program, *map(str, args)], capture_output=True, timeout=120, cwd=self.top,
                              env={**self.env, **(env or {})}, check=False)
        done.out, done.err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        if exit is not None and done.returncode != exit:
            raise AssertionError(f"terrier {' '.join(map(str, args))}: exit {done.returncode}, expected {exit}\n"
                                 f"{done.out}{done.err}")
        return done

    def scan(self, *more, **how):
        return self.run("scan", "-q", "--no-builtin", "--rules", self.rules, "--store", self.store, *more, self.tree,
                        **how)

    def ledger(self):
        return [json.loads(line) for line in (self.shelf / "ledger.jsonl").read_text().splitlines()]

    def manifest(self, run=1):
        return json.loads((self.shelf / f"manifest-{run:06}.json").read_text())


def expect(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}: {got!r}, expected {wanted!r}")


def within(what, text, words):
    if words not in text:
        raise AssertionError(f"{what}: {words!r} is not in {text!r}")


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


# ---- what a run leaves ----

def run_leaves_evidence(p):
    said = p.run("scan", "--no-builtin", "--rules", p.rules, "--store", p.store, p.tree)
    expect("keys made", len(re.findall(r"made the key [0-9a-f]{8}", said.err)), 3)
    for name in ("token.key", "tombstone.key", "seal.key"):
        expect(name, oct((p.keys / name).stat().st_mode & 0o7777), "0o400")
        expect(name, (p.keys / name).stat().st_size, 32)
    m = p.manifest()
    digest = hashlib.sha256((p.shelf / "manifest-000001.json").read_bytes()).hexdigest()
    within("report", said.out, f"manifest-000001.json, sealed by {m['keys']['seal']}, SHA-256 {digest}")
    expect("canonical", canonical(m), (p.shelf / "manifest-000001.json").read_bytes())
    i = m["coverage"]["identity"]
    expect("identity", (i["found"], i["listed"], i["holds"]), (2, 2, True))
    expect("reasons", sum(r["objects"] for r in m["coverage"]["by_reason"] if not r["members"]), i["listed"])
    expect("recount", m["roots"][0]["recount_after"]["verdict"], "equal")
    for when in ("start", "end"):
        t = m["self_test"][when]
        expect("self-test " + when, (t["planted"], t["recovered"], t["carriers"]), (10, 10, 9))
    expect("stock", m["ruleset"]["stock"], False)
    within("store", json.dumps(m), str(p.tree))
    if "536-90-4399" in json.dumps(m):
        raise AssertionError("a value is in the manifest")
    last = p.ledger()[-1]
    expect("entry", (last["kind"], last["body"]["status"], last["body"]["manifest"]), ("run", "complete", digest))
    counted = subprocess.run(["sh", "-c", m["roots"][0]["count_command"]], capture_output=True, check=True).stdout
    expect("count command", int(counted), i["found"] + i["further_names_found"])


def what_is_written_is_what_the_schemas_say(p):
    try:
        import jsonschema
    except ImportError:
        print("skipped: python3-jsonschema is not installed", file=sys.stderr)
        return
    p.scan("--recount", "both")
    schemas = pathlib.Path(__file__).parents[2] / "docs" / "schema"
    manifest, ledger = (json.loads((schemas / f"{name}.schema.json").read_text()) for name in ("manifest", "ledger"))
    jsonschema.validate(p.manifest(), manifest)
    for entry in p.ledger():
        jsonschema.validate(entry, ledger)


def reports_name_the_manifest(p):
    p.scan()
    lines = [json.loads(line) for line in p.run("report", "--store", p.store, "--format", "jsonl").out.splitlines()]
    expect("run line", lines[0]["manifest"], p.ledger()[-1]["body"]["manifest"])


def recount_differs(p):
    """What is set aside, unreadable or linked does not make the numbers differ; a lie of the walk would."""
    os.link(p.tree / "a.txt", p.tree / "again")
    os.symlink("a.txt", p.tree / "link")
    os.mkfifo(p.tree / "pipe")
    (p.tree / ".snapshot" / "x").mkdir(parents=True)
    (p.tree / ".snapshot" / "x" / "old").write_text("x")
    (p.tree / "left" / "deep").mkdir(parents=True)
    (p.tree / "left" / "deep" / "f").write_text("x")
    p.scan("--exclude", "left", "--recount", "both")
    r = p.manifest()["roots"][0]
    expect("verdict", r["recount_after"]["verdict"], "equal")
    expect("set aside", r["recount_after"]["set_aside"], 2)
    expect("before", r["recount_before"]["files"], r["recount_after"]["files"] + 2)
    p.scan("--recount", "none", "--exclude", "left")
    expect("none", p.manifest(2)["roots"][0]["recount_after"], None)


# ---- verifying ----

def verifies_and_names_what_was_altered(p):
    p.scan()
    files = [p.shelf / "ledger.jsonl", p.shelf / "manifest-000001.json"]
    within("holds", p.run("verify", p.store, *files).out, "holds, sealed by")
    for file in files:
        good = file.read_bytes()
        for at in range(0, len(good), max(1, len(good) // 40)):
            file.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
            said = p.run("verify", file, exit=4).out
            if file.name == "ledger.jsonl":
                within(f"byte {at}", said, f"entry {good[:at].count(10) + 1}: ")
            else:
                low, high = map(int, re.search(r"altered bytes are in (\d+) to (\d+)", said).groups())
                if not low <= at <= high:
                    raise AssertionError(f"byte {at} is named as {low} to {high}")
        file.write_bytes(good)
    p.run("verify", *files)


def verify_names_a_missing_entry(p):
    p.scan()
    file = p.shelf / "ledger.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:2] + lines[3:]))
    within("cut out", p.run("verify", file, exit=4).out, "entry 3: entries before it are missing")
    file.write_bytes(b"".join(lines[:-1]))
    within("cut off", p.run("verify", file, exit=4).out, "are missing at its end")


def verify_sees_a_changed_store(p):
    p.scan()
    for sql, words in (("UPDATE ledger SET body = replace(body, 'complete', 'partial')", "entry 5: its content"),
                       ("UPDATE manifest SET body = replace(body, 'equal', 'other')", "manifest of run 1"),
                       ("DELETE FROM ledger WHERE seq = 4", "entry 4: entries before it are missing")):
        copy = p.top / "s" / "copy.db"
        shutil.copy(p.store, copy)
        with sqlite3.connect(copy) as db:
            db.execute(sql)
        db.close()
        within(sql, p.run("verify", copy, exit=4).out, words)


def verify_wants_a_key_it_trusts(p):
    p.scan()
    pem = p.shelf / "seal.pem"
    elsewhere = {"XDG_CONFIG_HOME": str(p.top / "elsewhere")}
    within("beside", p.run("verify", p.shelf / "manifest-000001.json", env=elsewhere).out, "lies beside it")
    p.run("verify", "--key", pem, p.shelf / "ledger.jsonl", env=elsewhere)
    other = Place(p.top / "other", p.program)
    other.scan()
    within("another's", other.run("verify", p.shelf / "manifest-000001.json", exit=4).out, "which is not your key")
    p.run("verify", "--key", other.shelf / "seal.pem", p.shelf / "ledger.jsonl", exit=4)
    p.run("verify", "--key", p.tree / "a.txt", p.shelf / "ledger.jsonl", exit=2)
    p.run("verify", p.tree / "a.txt", exit=4)
    p.run("verify", p.tree / "none", exit=4)


def openssl_and_sha256sum_say_the_same(p):
    if not shutil.which("openssl"):
        print("skipped: openssl is not installed", file=sys.stderr)
        return
    p.scan()
    p.run("report", "--store", p.store, "-o", p.shelf / "re port.txt", "--seal")
    text = (pathlib.Path(__file__).parents[2] / "docs" / "auditor.md").read_text()
    commands = re.search(r"## Without Terrier\n\n((?:    .*\n)+)", text).group(1).splitlines()
    expect("commands in docs/auditor.md", len(commands), 2)
    for name in ("ledger.jsonl", "manifest-000001.json", "'re port.txt'"):
        for command in commands:
            command = re.sub(r"ledger\.jsonl\S*", lambda m: name + m.group()[len("ledger.jsonl"):], command.strip())
            subprocess.run(["sh", "-c", command], cwd=p.shelf, check=True, capture_output=True)
    expect("altered seal", openssl(p, "ledger.jsonl", lambda b: b.replace(b"bytes", b"bytez")), False)
    entry = p.ledger()[2]
    sealed = {k: v for k, v in entry.items() if k not in ("seal", "seal_key", "sha256")}
    expect("digest", hashlib.sha256(canonical(sealed)).hexdigest(), entry["sha256"])
    (p.top / "digest").write_bytes(bytes.fromhex(entry["sha256"]))
    (p.top / "sig").write_bytes(bytes.fromhex(entry["seal"]))
    subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", p.shelf / "seal.pem", "-rawin", "-in",
                    p.top / "digest", "-sigfile", p.top / "sig"], check=True, capture_output=True)
    # the secret half, as docs/auditor.md says that it can be read
    der = bytes.fromhex("302e020100300506032b657004220420") + (p.keys / "seal.key").read_bytes()
    (p.top / "seal.der").write_bytes(der)
    public = subprocess.run(["openssl", "pkey", "-inform", "DER", "-in", p.top / "seal.der", "-pubout"], check=True,
                            capture_output=True).stdout
    expect("pair", public.decode(), (p.shelf / "seal.pem").read_text())


def openssl(p, name, change):
    (p.top / "x").write_bytes(change((p.shelf / (name + ".seal")).read_bytes()))
    return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", p.shelf / "seal.pem", "-rawin", "-in",
                           p.top / "x", "-sigfile", p.shelf / (name + ".seal.sig")], capture_output=True,
                          check=False).returncode == 0


# ---- the ledger told ----

def period_tells_runs_and_changes(p):
    p.scan()
    p.scan()
    p.scan("--exclude", "sub")
    told = p.run("ledger", "period", "--store", p.store).out
    expect("changes", re.findall(r"CHANGED before run (\d+): (\w+)", told), [("3", "scope")])
    within("sum", told, "3 expected: 3 begun, 0 missed.\nOf those begun 3 complete")
    lines = [json.loads(line) for line in p.run("ledger", "period", "--store", p.store, "--format", "jsonl").out.splitlines()]
    expect("kinds", [line["kind"] for line in lines], ["period-run", "period-run", "period-change", "period-run", "period"])
    (p.tree / "cut.gz").write_bytes(gzip.compress(b"SSN: 536-90-4399\n" * 9)[:-12])
    p.scan(exit=3)
    told = p.run("ledger", "period", "--store", p.store).out
    within("reasons", told, "not read: 1 file partial(")
    line = [json.loads(x) for x in p.run("ledger", "period", "--store", p.store, "--format", "jsonl").out.splitlines()][-2]
    expect("reasons", sorted((r["status"], r["members"], r["objects"]) for r in line["not_read"]),
           [("partial", False, 1), ("partial", True, 1)])
    none = p.run("ledger", "period", "--store", p.store, "--profile", "nightly").out
    within("of a profile", none, "0 expected")
    none = p.run("ledger", "period", "--store", p.store, "--to", "2001-01-01").out
    within("before", none, "0 expected")
    p.run("ledger", "period", "--store", p.store, "--from", "yesterday", exit=2)
    within("listed", p.run("ledger", "list", "--store", p.store, "--kind", "run").out, "status complete  run 3")
    p.run("ledger", "list", "--store", p.store, "--kind", "deed", exit=2)
    expect("lines", p.run("ledger", "list", "--store", p.store, "--format", "jsonl").out,
           (p.shelf / "ledger.jsonl").read_text())


def a_killed_run_shows(p):
    (p.tree / "pipe-free").mkdir()
    for i in range(3000):
        (p.tree / "pipe-free" / str(i)).write_text("SSN: 536-90-4399\n" * 20)
    scan = subprocess.Popen([p.program, "scan", "-q", "--no-builtin", "--rules", p.rules, "--store", p.store, p.tree],
                            env=p.env, stderr=subprocess.DEVNULL)
    for _ in range(500):  # until the run has begun
        time.sleep(0.02)
        if p.store.exists() and "started" in p.run("ledger", "list", "--store", p.store, exit=None).out:
            break
    scan.send_signal(signal.SIGKILL)
    if scan.wait() != -signal.SIGKILL:
        print("skipped: the scan ended before it was killed", file=sys.stderr)
        return
    within("period", p.run("ledger", "period", "--store", p.store).out, "not ended")


def sample_can_be_drawn_again(p):
    rows = [f"row {i},\u00e4" for i in range(500)]
    file = p.top / "population.csv"
    file.write_text("head\n" + "\n".join(rows) + "\n")
    out = p.run("ledger", "sample", "--population", file, "--size", 20, "--seed", "2026-auditor", "--header").out
    within("digest", out, hashlib.sha256(file.read_bytes()).hexdigest() + ", 500 rows")
    order = sorted(range(1, 501), key=lambda n: hashlib.sha256(f"2026-auditor{n}".encode()).digest())
    drawn = [line.split("\t") for line in out.splitlines() if not line.startswith("#")]
    expect("numbers", [int(d[0]) for d in drawn], order[:20])
    expect("rows", [d[2] for d in drawn], [rows[n - 1] for n in order[:20]])
    p.run("ledger", "sample", "--population", file, "--size", 20, exit=2)
    p.run("ledger", "sample", "--population", p.top / "none", "--size", 2, "--seed", "x", exit=2)
    p.run("ledger", "sample", "--population", file, "--size", 900, "--seed", "x")


def a_look_in_clear_is_recorded(p):
    if not shutil.which("script"):
        print("skipped: there is no script(1) to make a terminal", file=sys.stderr)
        return
    command = f"{p.program} show --reveal --no-builtin --rules {p.rules} --store {p.store} {p.tree}/a.txt#L1:@5"
    done = subprocess.run(["script", "-qec", command, "/dev/null"], env=p.env, capture_output=True, check=True)
    within("shown", done.stdout.decode(), "536-90-4399")
    told = p.run("ledger", "list", "--store", p.store, "--kind", "reveal").out
    within("recorded", told, f"locator {p.tree}/a.txt#L1:@5")
    if "536-90-4399" in told:
        raise AssertionError("a value is in the ledger")


# ---- keys ----

def keys_are_replaced_and_handed_over(p):
    p.scan()
    pem = p.top / "first.pem"
    shutil.copy(p.shelf / "seal.pem", pem)
    within("made", p.run("key", "new", "seal", "--store", p.store).out, "seal.pem")
    p.run("key", "new", "token", "--store", p.store)
    p.scan()
    listed = p.run("key", "list").out
    expect("listed", [line.split()[0] for line in listed.splitlines()][:3], ["token", "tombstone", "seal"])
    expect("replaced", listed.count("(replaced)"), 2)
    p.run("verify", "--key", pem, p.shelf / "ledger.jsonl")
    p.run("verify", p.store, p.shelf / "manifest-000001.json", p.shelf / "manifest-000002.json")
    p.run("key", "new", "other", exit=2)


def a_missing_key_is_not_replaced_on_the_quiet(p):
    p.scan()
    pem = p.top / "first.pem"
    shutil.copy(p.shelf / "seal.pem", pem)
    before = p.store.read_bytes()
    kept = (p.keys / "token.key").rename(p.top / "token.key")
    within("token", p.scan(exit=4).err, "terrier key new token")
    kept.rename(p.keys / "token.key")
    (p.keys / "seal.key").unlink()
    within("seal", p.scan(exit=4).err, "--lost")
    expect("store", p.store.read_bytes() == before, True)
    p.run("key", "new", "seal", "--store", p.store, "--lost", "the disk broke")
    p.scan()
    within("verify", p.run("verify", "--key", pem, p.shelf / "ledger.jsonl", exit=4).out, "said to be lost")
    p.run("verify", p.shelf / "ledger.jsonl")


# ---- anchors ----

def the_head_goes_to_a_hook(p):
    hook = p.top / "hook"
    hook.write_text(f"#!/bin/sh\ncat > {p.top}/head\n")
    hook.chmod(0o700)
    p.scan("--anchor-hook", hook)
    head, last = json.loads((p.top / "head").read_text()), p.ledger()[-1]
    expect("head", (head["seq"], head["sha256"]), (last["seq"], last["sha256"]))
    expect("manifest", p.manifest()["ledger"]["anchor"], str(hook))
    hook.write_text("#!/bin/sh\nexit 3\n")
    within("failed", p.scan("--anchor-hook", hook, exit=4).err, "failed with exit status 3")
    p.scan("--anchor-hook", p.top / "none", exit=4)
    expect("still recorded", [e["body"]["status"] for e in p.ledger() if e["kind"] == "run"][-1], "complete")


# ---- faults of the world ----

def two_scans_at_once(p):
    fifo = p.top / "hold"
    os.mkfifo(fifo)
    first = subprocess.Popen(["sh", "-c", f"exec {p.program} scan -q --no-builtin --rules {p.rules} --store {p.store} "
                              f"--name x - < {fifo}"], env=p.env, stderr=subprocess.DEVNULL)
    with open(fifo, "wb"):
        for _ in range(200):
            time.sleep(0.02)
            if (p.top / "s" / "t.db").exists():
                break
        start = time.monotonic()
        said = p.scan(exit=5).err
        if time.monotonic() - start > 5:
            raise AssertionError("the second waited")
        within("holder", said, f"(pid {first.pid})")
        expect("beside it", p.run("ledger", "list", "--store", p.store).returncode, 0)
    expect("first", first.wait(), 0)
    p.scan()  # the lock went with its holder; the file that is left is none


def other_stores_are_refused_untouched(p):
    p.scan()
    good = p.store.read_bytes()
    newer = bytearray(good)
    newer[60:64] = (99).to_bytes(4, "big")
    foreign = p.top / "s" / "foreign.db"
    with sqlite3.connect(foreign) as db:
        db.execute("CREATE TABLE t (x)")
    db.close()
    cut = good[:5000]
    for name, content, code, words in (("newer", bytes(newer), 6, "newer Terrier"),
                                       ("foreign", foreign.read_bytes(), 4, "is not a Terrier store"),
                                       ("text", b"hello\n" * 100, 4, "is not a Terrier store"),
                                       ("cut", cut, 4, "damaged")):
        p.store.write_bytes(content)
        for suffix in ("-wal", "-shm"):
            pathlib.Path(str(p.store) + suffix).unlink(missing_ok=True)
        for verb in (("report",), ("ledger", "list"), ("store", "export", "--canonical")):
            said = p.run(*verb, "--store", p.store, exit=None)
            if said.returncode == 0:
                raise AssertionError(f"{name}: {verb} reads it")
            within(f"{name} {verb}", said.err, words)
        said = p.scan(exit=None)
        if said.returncode not in (2, 4):
            raise AssertionError(f"{name}: scan ends with {said.returncode}: {said.err}")
        within(f"{name} scan", said.err, words)
        within(f"{name} way out", said.err, "--store")
        if p.store.read_bytes() != content:
            raise AssertionError(f"{name}: it was touched")
    p.store.write_bytes(good)
    p.scan()


def the_clock_jumps(p):
    if not shutil.which("faketime"):
        print("skipped: faketime is not installed", file=sys.stderr)
        return
    for date in ("2026-01-02 00:00:00", "1990-01-01 00:00:00", "2038-01-20 00:00:00", "2100-03-01 00:00:00",
                 "2026-06-01 00:00:00"):
        subprocess.run(["faketime", "-f", "@" + date, p.program, "scan", "-q", "--no-builtin", "--rules", p.rules,
                        "--store", p.store, p.tree], env=p.env, check=True, capture_output=True)
    told = p.run("ledger", "period", "--store", p.store).out
    within("runs", told, "5 expected: 5 begun, 0 missed.\nOf those begun 5 complete")
    within("back", told, "The clock was set back")
    within("verify", p.run("verify", p.shelf / "ledger.jsonl").out, "the clock was set back")
    for run in range(1, 6):
        if not 0 <= p.manifest(run)["run"]["duration_ms"] < 60000:
            raise AssertionError("a duration follows the clock")


CASES = [value for value in list(globals().values())
         if callable(value) and getattr(value, "__code__", None) and value.__code__.co_varnames[:1] == ("p",)
         and value.__code__.co_argcount == 1]


def main(program, *names):
    program = str(pathlib.Path(program).resolve())
    failed = 0
    sanitized = "--sanitized" in names
    names = [n for n in names if n != "--sanitized"]
    cases = [c for c in CASES if not names or c.__name__ in names]
    if sanitized:
        cases.remove(the_clock_jumps)
        print("skipped: the_clock_jumps: faketime and a sanitizer do not go together")
    for case in cases:
        with tempfile.TemporaryDirectory(prefix="terrier-evidence-") as top:
            os.chmod(top, 0o700)
            try:
                case(Place(pathlib.Path(top), program))
            except Exception as e:  # pylint: disable=broad-except
                failed += 1
                print(f"FAIL {case.__name__}: {type(e).__name__}: {e}")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
