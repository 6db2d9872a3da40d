#!/usr/bin/env python3
"""What a store remembers from run to run: which findings are new, gone, moved; what people decided.

usage: history.py TERRIER [CASE...]        without cases: all

Each case is a function; it gets a fresh directory and a Terrier that keeps store, keys and cache in
it. Lines are held against docs/schema/. Standard library only.
"""
import importlib.util
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
SSN = ["536-90-4399", "212-09-7694", "219-09-9126", "354-83-1667"]


def load_validator():
    spec = importlib.util.spec_from_file_location("validate", TOP + "/tests/unit/report/validate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VALIDATE = load_validator()


class Failed(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Failed(what)


def same(got, wanted, what):
    expect(got == wanted, f"{what}: got {got!r}, wanted {wanted!r}")


class Place:
    def __init__(self, program, home):
        self.program, self.home, self.tree = program, home, home + "/tree"
        self.env = dict(os.environ, HOME=home, XDG_STATE_HOME=home + "/state",
                        XDG_CONFIG_HOME=home + "/config", XDG_CACHE_HOME=CACHE)
        os.makedirs(self.tree)

    def run(self, *args, stdin=None):
        r = subprocess.run([self.program, *args], env=self.env, input=stdin, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=240)
        return r.returncode, r.stdout.decode("utf-8"), r.stderr.decode("utf-8", "replace")

    def scan(self, *more, tree=None):
        """The exit status. Files keep their times: what is written a second time has others."""
        return self.run("scan", "-q", "--recount", "none", *more, tree or self.tree)

    def lines(self, *args):
        code, out, err = self.run(*args)
        expect(code == 0, f"{args}: exit {code}, {err}")
        rows = [json.loads(line) for line in out.splitlines()]
        for row in rows:
            path = f"{TOP}/docs/schema/{row['kind']}.schema.json"
            with open(path, encoding="utf-8") as f:
                bad = VALIDATE.complaints(json.load(f), row)
            expect(not bad, f"{args}: {bad} in {row}")
        return rows

    def events(self, *runs):
        """(event, place) of the last two runs, and the sum."""
        rows = self.lines("diff", *runs, "--format", "jsonl")
        return [r for r in rows if r["kind"] == "event"], rows[-1]

    def findings(self, *more):
        rows = self.lines("report", "--format", "jsonl", *more)
        return [r for r in rows if r["kind"] == "finding"]

    def write(self, name, text):
        path = f"{self.tree}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        # told apart by their times, however fast the test is, and settled before the next scan
        WRITTEN[0] += 10
        os.utime(path, (WRITTEN[0], WRITTEN[0]))
        return path

    def sql(self, text):
        with sqlite3.connect(self.home + "/state/terrier/terrier.db") as db:
            return db.execute(text).fetchall()


WRITTEN = [1_500_000_000]


def ids(findings):
    return {(os.path.basename(f["object"]), f["part"], f["detector"]): f["id"] for f in findings}


def a_line_shift_is_no_news(p):
    p.write("a.txt", f"x\nSSN: {SSN[0]}\n")
    p.scan()
    before = ids(p.findings())
    p.write("a.txt", f"x\n\n\n\nSSN: {SSN[0]}\n")
    same(p.scan()[0], 0, "exit")
    same(p.events()[0], [], "events")
    same(ids(p.findings()), before, "ids")
    same([f["new"] for f in p.findings()], [False], "new")


def a_rename_keeps_the_id(p):
    p.write("old/a.txt", f"SSN: {SSN[0]}\n")
    p.write("stays.txt", f"ssn {SSN[1]}\n")
    p.scan()
    first = p.findings()
    os.rename(p.tree + "/old", p.tree + "/new")
    p.scan()
    events, total = p.events()
    same([(e["event"], e["from"], e["subject"]) for e in events],
         [("moved", p.tree + "/old/a.txt", p.tree + "/new/a.txt")], "events")
    same((total["new"], total["gone"], total["moved"]), (0, 0, 1), "sum")
    same(sorted(f["id"] for f in p.findings()), sorted(f["id"] for f in first), "ids")
    same({f["first_seen"] for f in p.findings()}, {first[0]["first_seen"]}, "first seen")


def packing_keeps_the_id(p):
    path = p.write("a.csv", "name,ssn\nx,%s\ny,%s\nz,%s\n" % tuple(SSN[:3]))
    p.scan()
    first = p.findings()
    with zipfile.ZipFile(p.tree + "/a.zip", "w", zipfile.ZIP_DEFLATED) as z:
        z.write(path, "in/a.csv")
    os.unlink(path)
    p.scan()
    events, total = p.events()
    same([(e["event"], os.path.basename(e["subject"])) for e in events], [("moved", "a.csv")], "events")
    same([f["id"] for f in p.findings()], [f["id"] for f in first], "ids")
    same(total["new"], 0, "new")


def edited_and_renamed_is_known_by_its_values(p):
    p.write("a.csv", "name,ssn\nx,%s\ny,%s\nz,%s\n" % tuple(SSN[:3]))
    p.scan()
    first = p.findings()
    os.unlink(p.tree + "/a.csv")
    p.write("b.csv", "name,ssn\ny,%s\nz,%s\nx,%s\nw,%s\n" % tuple(SSN))
    p.scan()
    events, _ = p.events()
    same([e["event"] for e in events], ["moved"], "events")
    same([f["id"] for f in p.findings()], [f["id"] for f in first], "ids")


def other_values_are_another_finding(p):
    p.write("a.txt", f"SSN: {SSN[0]}\n")
    p.scan()
    first = p.findings()
    os.unlink(p.tree + "/a.txt")
    p.write("b.txt", f"SSN: {SSN[1]}\n")
    p.scan()
    events, _ = p.events()
    same(sorted((e["event"], e["detail"]) for e in events), [("gone", "gone"), ("new", None)], "events")
    expect(p.findings()[0]["id"] != first[0]["id"], "the id went on")


def copies_are_findings_of_their_own(p):
    text = f"SSN: {SSN[0]}\n"
    p.write("a/x.txt", text)
    p.scan()
    first = p.findings()[0]["id"]
    for name in ("b/x.txt", "c/x.txt", "d/y.txt"):
        p.write(name, text)
    p.scan()
    events, _ = p.events()
    same([e["event"] for e in events], ["new"] * 3, "copies")
    found = p.findings()
    same(len({f["id"] for f in found}), 4, "ids")
    same([f["id"] for f in found if f["object"].endswith("a/x.txt")], [first], "the first")
    # all move: each to the one of its name, in order
    before = {f["object"]: f["id"] for f in p.findings()}
    for name in "abcd":
        os.rename(f"{p.tree}/{name}", f"{p.tree}/n{name}")
    p.scan()
    events, total = p.events()
    same(total["moved"], 4, "moved")
    after = {f["object"]: f["id"] for f in p.findings()}
    same({k.replace(p.tree + "/", p.tree + "/n"): v for k, v in before.items()}, after, "each its own")


def redaction_and_return(p):
    p.write("a.txt", f"SSN: {SSN[0]}\n")
    p.write("b.txt", f"SSN: {SSN[1]}\n")
    p.scan()
    first = {f["object"]: f["id"] for f in p.findings()}
    p.write("a.txt", "SSN: (removed)\n")
    p.scan()
    events, total = p.events()
    same([(e["event"], e["detail"]) for e in events], [("gone", "redacted")], "events")
    same(total["redacted"], 1, "redacted")
    rows = p.sql("SELECT state, closed, last_run, resolved IS NOT NULL FROM lineage WHERE closed > 0")
    same(rows, [("redacted", 2, 1, 1)], "lineage")
    p.write("a.txt", f"again SSN: {SSN[0]}\n")
    p.scan()
    found = {f["object"]: f for f in p.findings()}
    again = found[p.tree + "/a.txt"]
    same((again["id"], again["new"]), (first[p.tree + "/a.txt"], True), "returned")
    same(found[p.tree + "/b.txt"]["new"], False, "the other")


def unreadable_is_not_gone(p):
    if os.geteuid() == 0:  # root reads what it may not: so a damaged file
        path = p.write("a.zip", "")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("in.txt", f"SSN: {SSN[0]}\n" * 50)
    else:
        path = p.write("a.txt", f"SSN: {SSN[0]}\n")
    p.scan()
    first = p.findings()[0]["id"]
    whole = open(path, "rb").read()
    if os.geteuid() == 0:
        with open(path, "wb") as f:
            f.write(whole[:50] + b"\0" * (len(whole) - 50))
    else:
        os.chmod(path, 0)
    same(p.scan()[0], 3, "exit")
    events, total = p.events()
    same([(e["event"], e["detail"]) for e in events if e["event"] == "gone"], [("gone", "unreadable")], "events")
    same([r[0] for r in p.sql("SELECT state FROM lineage WHERE closed = 0")], ["unreadable"], "lineage")
    expect(total["new_gaps"] >= 1, f"new gaps: {total}")
    with_again = p.scan()[0]
    same(with_again, 3, "and again")
    same([r[0] for r in p.sql("SELECT state FROM lineage WHERE closed = 0")], ["unreadable"], "still")
    if os.geteuid() == 0:
        with open(path, "wb") as f:
            f.write(whole)
    else:
        os.chmod(path, 0o644)
    same(p.scan()[0], 0, "readable again")
    found = p.findings()
    same([(f["id"], f["new"]) for f in found], [(first, False)], "no news")


def other_rules_are_told(p):
    rules = p.home + "/rules"
    os.makedirs(rules)
    p.write("a.txt", f"SSN: {SSN[0]} mail anna.keller@firma-10.de\n")
    p.scan("--regions", "US")
    shutil.copy(TOP + "/detectors/gov/us-ssn.yaml", rules)
    p.scan("--no-builtin", "--rules", rules)
    events, total = p.events()
    same(total["same_rules"], False, "same rules")
    same([(e["event"], e["detail"], e["detector"]) for e in events], [("gone", "rules", "contact.email")], "events")
    expect("THE RULES DIFFER" in p.run("diff")[1], p.run("diff")[1])


def fail_on_news(p):
    p.write("a.txt", f"SSN: {SSN[0]}\n")
    same(p.scan("--fail-on", "new")[0], 1, "the first run is news")
    same(p.scan("--fail-on", "new", "--fail-on", "new-gap")[0], 0, "a quiet night")
    same(p.scan("--fail-on", "tier:restricted")[0], 1, "restricted")
    same(p.scan("--fail-on", "new+tier:restricted", "--fail-on", "type:secret.*")[0], 0, "nothing new")
    p.write("b.txt", "mail anna.keller@firma-10.de\n")
    code, _, err = p.scan("--fail-on", "new+tier:restricted")
    same(code, 0, f"a mail address is not restricted: {err}")
    p.write("c.txt", f"SSN: {SSN[1]}\n")
    code, _, err = p.scan("--fail-on", "new+tier:restricted")
    same(code, 1, f"restricted and new: {err}")
    err = p.run("scan", "--fail-on", "tier:restricted+level:high", p.tree)[2]
    expect("--fail-on tier:restricted+level:high holds for run" in err, err)
    p.write("d.txt", f"SSN: {SSN[2]}\n")
    p.scan()
    same(p.run("report", "--fail-on", "new")[0], 1, "report")
    same(p.run("report", "--fail-on", "category:fin.*")[0], 0, "report")
    same(p.run("report", "--fail-on", "violation")[0], 2, "no assessment")
    for bad in ("newer", "tier:secret", "new+", "new+new-gap", "level:", "type:"):
        code, _, err = p.scan("--fail-on", bad)
        same((code, err.count("\n")), (2, 1), f"{bad}: {err}")
    same(p.run("scan", "--fail-on", "new", "--files-from", "-", stdin=b"")[0], 2, "a list")
    # what was judged is no condition
    same(p.run("triage", "add", "*/d.txt", "--verdict", "ticket", "--reason", "T-1", "--by", "x")[0], 0, "triage")
    same(p.run("report", "--fail-on", "new")[0], 0, "judged")


def triage_is_kept(p):
    p.write("hr/a.txt", f"SSN: {SSN[0]}\n")
    p.write("test/a.txt", f"SSN: {SSN[1]}\n")
    p.scan()
    all_of = p.findings()
    hr = [f["id"] for f in all_of if "/hr/" in f["object"]][0]
    by = ("--reason", "known", "--by", "dpo")
    same(p.run("triage", "add", hr, "--verdict", "accepted", *by)[0], 0, "by id")
    same(p.run("triage", "add", "*/test/*", "--type", "gov.*", "--verdict", "test-data", *by)[0], 0, "by glob")
    same(p.findings(), [], "none are shown")
    same([f["triage"] for f in p.findings("--include-triaged")], ["accepted", "test-data"], "all are")
    rows = p.lines("report", "--format", "jsonl")
    same([(r["event"], r["count"]) for r in rows if r["kind"] == "event" and r["event"] == "triage"],
         [("triage", 1), ("triage", 1)], "counted")
    # other rules, another place: the decision about the finding goes on
    os.rename(p.tree + "/hr", p.tree + "/hr-old")
    p.scan("--regions", "US")
    same(p.findings(), [], "after a move, under other rules")
    p.lines("triage", "export")
    text = p.run("triage", "export")[1]
    other = Place(p.program, p.home + "/other")
    shutil.rmtree(other.tree)
    os.rename(p.tree + "/hr-old", p.tree + "/hr")
    other.tree = p.tree
    other.scan()
    code, out, err = other.run("triage", "import", "-", stdin=text.encode())
    same((code, out), (0, "2 imported, 0 were there already; 0 name findings that the store does not know\n"), err)
    same(other.findings(), [], "in a new store of the same tree")
    code, _, err = other.run("triage", "import", "-", stdin=b'{"verdict":"accepted"}\n')
    same((code, err[:35]), (2, "terrier triage import: line 1: noth"), err)
    same(p.run("triage", "remove", "1", "--reason", "moved out")[0], 0, "remove")
    same(len(p.findings()), 1, "shown again")
    kinds = [r for r in p.run("ledger", "list", "--kind", "triage")[1].splitlines()]
    same(len(kinds), 3, "the ledger")
    with sqlite3.connect(p.home + "/state/terrier/terrier.db") as db:
        db.execute("UPDATE triage SET expires = 1")
    same(len(p.findings()), 2, "expired entries hold nothing")
    expect("EXPIRED" in p.run("report")[1], "expired entries are told")


def gaps_are_accepted(p):
    path = p.write("locked.zip", "")
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("in.txt", "x" * 100)
    data = bytearray(open(path, "rb").read())
    for at in [m.start() for m in re.finditer(b"PK\x03\x04|PK\x01\x02", bytes(data))]:
        data[at + (6 if data[at + 2] == 3 else 8)] |= 1  # the bit that says it is encrypted
    with open(path, "wb") as f:
        f.write(data)
    same(p.scan("--fail-on", "new-gap")[0], 1, "the first gap is news")
    same(p.scan("--fail-on", "new-gap")[0], 3, "then it is not")
    why = ("--reason", "archive of legal", "--by", "ciso", "--until", "2099-12-31")
    code, out, err = p.run("gaps", "accept", "*/locked.zip*", *why)
    same((code, out), (0, "accepted until the end of 2099-12-31: 2 objects of the last runs\n"), err)
    p.lines("gaps", "list", "--format", "jsonl")
    same(p.scan()[0], 0, "all gaps are known")
    expect("Of what was not read, 2 accepted and 0 not." in p.run("report")[1], p.run("report")[1])
    rows = p.lines("report", "--format", "jsonl")
    cover = [r for r in rows if r["kind"] == "coverage"][0]
    same((cover["accepted_gaps"], cover["complete"]), (2, False), "both totals")
    expect("complete-known-gaps" in p.run("ledger", "list", "--kind", "run")[1], "the ledger")
    same([(r["complete"], r["accepted_gaps"]) for r in p.lines("runs", "--format", "jsonl")][0], (True, 2), "runs")
    shutil.copy(path, p.tree + "/more.zip")
    same(p.scan("--fail-on", "new-gap")[0], 1, "another gap is news")
    same(p.scan()[0], 3, "and is not accepted")
    os.unlink(p.tree + "/more.zip")
    with sqlite3.connect(p.home + "/state/terrier/terrier.db") as db:
        db.execute("UPDATE gap SET until = 1")
    same(p.scan()[0], 3, "its time is over")
    expect("EXPIRED" in p.run("report")[1], "which is told")
    same(p.run("gaps", "remove", "*/locked.zip*", "--reason", "over")[0], 0, "remove")
    same(p.run("gaps", "list")[1], "No gap is accepted.\n", "list")
    same(len(p.run("ledger", "list", "--kind", "gap")[1].splitlines()), 2, "the ledger")


def runs_tell_news(p):
    same(p.run("runs")[0], 4, "no store")
    p.write("a.txt", f"SSN: {SSN[0]}\n")
    p.scan()
    p.write("b.txt", f"SSN: {SSN[1]}\n")
    p.scan()
    os.unlink(p.tree + "/a.txt")
    p.scan()
    p.run("scan", "-q", "--time-box", "5", p.tree)
    rows = p.lines("runs", "--format", "jsonl")
    same([r["id"] for r in rows], [4, 3, 2, 1], "order")
    same([r["news"] and (r["news"]["before"], r["news"]["new"], r["news"]["gone"]) for r in rows],
         [None, (2, 0, 1), (1, 1, 0), (None, 1, 0)], "news")
    same([r["findings"] for r in rows], [None, 1, 2, 1], "findings")
    text = p.run("runs")[1]
    expect("survey" in text and "+1 -0" in text and "first" in text, text)
    same(len(p.run("runs", "--last", "2")[1].splitlines()), 3, "last")
    same(p.events()[1]["run"], 3, "the survey is not held against anything")


def interrupted_runs_are_not_held_against(p):
    p.write("a.txt", f"SSN: {SSN[0]}\n")
    p.scan()
    p.run("scan", "-q", "--fresh", p.tree)
    p.sql("UPDATE run SET ended = NULL WHERE id = 2")
    code, _, err = p.run("diff", "1", "2")
    same((code, err.count("\n")), (2, 1), err)
    same(p.run("diff")[0], 2, "there are no two")
    for args in (["1"], ["1", "1"], ["1", "9"], ["x", "2"], ["0", "1"]):
        code, _, err = p.run("diff", *args)
        same((code, err.count("\n")), (2, 1), f"{args}: {err}")


def pruned_runs_do_not_make_news(p):
    p.write("a.txt", f"SSN: {SSN[0]}\n")
    p.write("b.txt", f"SSN: {SSN[1]}\n")
    p.scan()
    os.makedirs(p.home + "/else")
    p.run("scan", "-q", p.home + "/else")
    os.unlink(p.tree + "/b.txt")
    p.sql("UPDATE run SET ended = 1 WHERE id = 1")
    same(p.run("store", "prune", "--keep", "1d")[0], 0, "prune")
    p.scan("--rescan")
    same([f["new"] for f in p.findings()], [False], "what was known before")
    same(p.sql("SELECT state FROM lineage WHERE closed > 0"), [("gone",)], "what went")


CASES = [a_line_shift_is_no_news, a_rename_keeps_the_id, packing_keeps_the_id,
         edited_and_renamed_is_known_by_its_values, other_values_are_another_finding,
         copies_are_findings_of_their_own, redaction_and_return, unreadable_is_not_gone,
         other_rules_are_told, fail_on_news, triage_is_kept, gaps_are_accepted, runs_tell_news,
         interrupted_runs_are_not_held_against, pruned_runs_do_not_make_news]


def main(program, names):
    global CACHE
    failed = 0
    with tempfile.TemporaryDirectory(prefix="terrier-history-") as top:
        CACHE = top + "/cache"
        for case in CASES:
            if names and case.__name__ not in names:
                continue
            home = f"{top}/{case.__name__}"
            os.makedirs(home, mode=0o700)
            try:
                case(Place(program, home))
            except Failed as e:
                failed += 1
                print(f"FAILED {case.__name__}: {e}")
            else:
                print(f"ok     {case.__name__}")
    print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2:]))
