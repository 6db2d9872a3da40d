#!/usr/bin/env python3
"""The store's own upkeep: shards and merge, several hosts, info, check, prune.

Usage: stores.py TERRIER [CASE...]
"""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import evidence  # noqa: E402
from evidence import Place, expect, within  # noqa: E402


def fill(p):
    """A tree with something in every directory, and links from one to another."""
    for i in range(12):
        directory = p.tree / f"d{i}" / "in" / f"{i % 3}"
        directory.mkdir(parents=True)
        for k in range(4):
            (directory / f"f{k}").write_text(f"{i} {k}\nSSN: 536-90-4399\n" if k % 2 else "nothing\n")
        (directory / "table.csv").write_text("name,ssn\nx,536-90-4399\ny,354-83-1667\n")
        os.symlink("f0", directory / "link")
    subprocess.run([sys.executable, "-c", "import zipfile,sys; z = zipfile.ZipFile(sys.argv[1], 'w');"
                    "z.writestr('a/b.txt', 'SSN: 536-90-4399'); z.writestr('c.txt', 'x')", str(p.tree / "d1" / "x.zip")],
                   check=True)
    for i in range(0, 12, 2):
        os.link(p.tree / "d1" / "x.zip", p.tree / f"d{i}" / "again.zip")
        os.link(p.tree / "d3" / "in" / "0" / "f1", p.tree / f"d{i}" / "in" / f"{i % 3}" / "a-link")
    (p.tree / ".snapshot").mkdir()
    (p.tree / ".snapshot" / "old").write_text("x")


def scan(p, store, *more, tree=None, **how):
    return p.run("scan", "-q", "--no-builtin", "--rules", p.rules, "--store", store, *more, tree or p.tree, **how)


def exported(p, store):
    return p.run("store", "export", "--canonical", "--store", store).out


def shards_merge_to_one_scan(p):
    fill(p)
    whole = p.top / "whole.db"
    scan(p, whole)
    for n in (1, 2, 5):
        parts = [p.top / f"part-{n}-{i}.db" for i in range(1, n + 1)]
        for i, part in enumerate(parts, 1):
            scan(p, part, "--shard", f"{i}/{n}")
        merged = p.top / f"merged-{n}.db"
        p.run("store", "merge", "--into", merged, *reversed(parts))
        if exported(p, merged) != exported(p, whole):
            raise AssertionError(f"{n} shards come to another export than one scan")
        report = p.run("report", "--store", merged).out
        within("report", report, "The sums agree")
        expect("verify", p.run("verify", merged).returncode, 0)
        within("entry", p.run("ledger", "list", "--store", merged, "--kind", "store").out, "event merged")
    empty = [json.loads(p.run("store", "info", "--format", "jsonl", "--store", p.top / f"part-5-{i}.db").out)["objects"]
             for i in range(1, 6)]
    if sorted(empty)[-1] > sum(empty) * 0.8:
        raise AssertionError(f"one shard has nearly everything: {empty}")


def shards_that_do_not_belong_together_are_refused(p):
    fill(p)
    one, two, other = (p.top / f"{name}.db" for name in ("one", "two", "other"))
    scan(p, one, "--shard", "1/2")
    scan(p, two, "--shard", "2/2")
    into = p.top / "into.db"
    shutil.copy(one, p.top / "copy.db")
    within("copy", p.run("store", "merge", "--into", into, one, p.top / "copy.db", exit=2).err, "are the same store")
    scan(p, other, "--shard", "1/2")
    within("same part", p.run("store", "merge", "--into", into, one, other, exit=2).err, "are the same part")
    scan(p, p.top / "third.db", "--shard", "2/3")
    within("division", p.run("store", "merge", "--into", into, one, p.top / "third.db", exit=2).err, "another division")
    scan(p, p.top / "whole.db")
    scan(p, p.top / "whole-2.db")
    within("twice", p.run("store", "merge", "--into", into, p.top / "whole.db", p.top / "whole-2.db", exit=2).err,
           "stands in another of the stores")
    if into.exists():
        raise AssertionError("a store was made for nothing")
    within("missing", p.run("store", "merge", "--into", into, one).out, "1 of 2 parts are missing")
    expect("complete", json.loads(p.run("report", "--store", into, "--format", "jsonl").out.splitlines()[0])["exit"], 3)
    (p.rules / "more.yaml").write_text(evidence.RULE.replace("gov.us-ssn", "gov.other").replace("medium", "low"))
    scan(p, p.top / "rules.db", "--shard", "2/2")
    within("rules", p.run("store", "merge", "--into", into, one, p.top / "rules.db", exit=2).err, "other rules")
    for wrong in ("0/2", "3/2", "x", "1/2/3", "/"):
        scan(p, p.top / "x.db", "--shard", wrong, exit=2)
    p.run("store", "merge", "--into", one, one, two, exit=None)


def hosts_merge_under_their_names(p):
    fill(p)
    try:
        subprocess.run(["unshare", "--uts", "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        print("skipped: a host of another name cannot be made here", file=sys.stderr)
        return
    stores = []
    for host, config in (("fs01", "config"), ("fs02", "config"), ("fs03", "other-config")):
        stores.append(p.top / f"{host}.db")
        command = f"hostname {host} && exec {p.program} scan -q --no-builtin --rules {p.rules} --store {stores[-1]} {p.tree}"
        subprocess.run(["unshare", "--uts", "sh", "-c", command], env={**p.env, "XDG_CONFIG_HOME": str(p.top / config)},
                       check=True, capture_output=True)
    p.run("store", "merge", "--into", p.top / "two.db", *stores[:2])
    lines = [json.loads(line) for line in exported(p, p.top / "two.db").splitlines()]
    expect("roots", [line["path"] for line in lines if line["kind"] == "root"],
           [f"fs01:{p.tree}", f"fs02:{p.tree}"])
    tokens = {}
    for line in lines:
        for sample in line.get("samples", []):
            tokens.setdefault(sample["token"], set()).add(line["object"][:4])
    expect("tokens over hosts", sorted(map(sorted, tokens.values())), [["fs01", "fs02"]] * 2)
    one = [line for line in exported(p, stores[0]).splitlines() if '"kind":"object"' in line]
    expect("objects", len([line for line in lines if line["kind"] == "object"]), 2 * len(one))
    within("keys", p.run("store", "merge", "--into", p.top / "three.db", *stores).out, "different token keys")
    lines = [json.loads(line) for line in exported(p, p.top / "three.db").splitlines()]
    expect("no tokens", {s["token"] for line in lines for s in line.get("samples", [])}, {None})


def old_runs_are_pruned_and_their_sums_stay(p):
    fill(p)
    store = p.top / "s.db"
    for _ in range(3):
        scan(p, store, "--fresh")
    before = json.loads(p.run("store", "info", "--format", "jsonl", "--store", store).out)
    with sqlite3.connect(store) as db:  # two of them were long ago
        db.execute("UPDATE run SET started = started - 50000000000000000, ended = ended - 50000000000000000 WHERE id < 3")
    db.close()
    kept = p.run("report", "--store", store, "--run", 1, "--format", "jsonl").out.splitlines()[1]
    dry = p.run("store", "prune", "--store", store, "--keep", "400d", "-n").out
    expect("dry", dry.count("would be pruned"), 2)
    expect("nothing went", json.loads(p.run("store", "info", "--format", "jsonl", "--store", store).out)["objects"],
           before["objects"])
    expect("pruned", p.run("store", "prune", "--store", store, "--keep", "400d").out.count("pruned, sums kept"), 2)
    after = json.loads(p.run("store", "info", "--format", "jsonl", "--store", store).out)
    expect("objects", after["objects"] * 3, before["objects"])
    expect("runs", (after["runs"], after["pruned"], after["manifests"]), (3, 2, 3))
    expect("sums", p.run("report", "--store", store, "--run", 1, "--format", "jsonl").out.splitlines()[1], kept)
    within("said", p.run("report", "--store", store, "--run", 1).out, "was pruned")
    within("entry", p.run("ledger", "list", "--store", store, "--kind", "store").out, "event pruned")
    p.run("verify", store)
    p.run("store", "check", "--store", store)
    within("again", p.run("store", "prune", "--store", store, "--keep", "400d").out, "no run is that old")
    within("the last stays", p.run("store", "prune", "--store", store, "--keep", "1s").out, "no run is that old")
    p.run("store", "prune", "--store", store, exit=2)
    (p.tree / "d1" / "new").write_text("SSN: 354-83-1667")
    scan(p, store)
    with sqlite3.connect(store) as db:  # of a series, only what no kept run has may go
        db.execute("UPDATE run SET ended = ended - 50000000000000000 WHERE id = 3")
    db.close()
    whole = exported(p, store)
    within("third", p.run("store", "prune", "--store", store, "--keep", "400d").out, "run 3 of")
    expect("what a kept run has", exported(p, store), whole)
    p.run("store", "check", "--store", store)
    p.run("store", "prune", "--store", p.top / "none.db", "--keep", "1d", exit=4)
    scan(p, store)


def check_names_what_is_wrong(p):
    fill(p)
    store = p.top / "s.db"
    scan(p, store)
    p.run("store", "check", "--store", store)
    good = store.read_bytes()
    for sql, words in (("DELETE FROM object WHERE rowid IN (SELECT 1)", None),
                       ("DELETE FROM finding WHERE object = 1", ""),
                       ("UPDATE object SET id = id + 1000 WHERE id = 1", "objects with findings are not there"),
                       ("UPDATE coverage SET objects = objects + 1 WHERE status = 'read'", "has sums of"),
                       ("UPDATE ledger SET at = at + 1 WHERE seq = 2", "entry 2 of the ledger"),
                       ("DELETE FROM ledger WHERE seq = 2", "the ledger has")):
        if words is None:
            continue
        store.write_bytes(good)
        with sqlite3.connect(store) as db:
            db.execute(sql)
        db.close()
        if words:
            within(sql, p.run("store", "check", "--store", store, exit=4).out, words)
    store.write_bytes(good[: len(good) // 2] + os.urandom(8192) + good[len(good) // 2 + 8192:])
    said = p.run("store", "check", "--store", store, exit=None)
    expect("damaged", said.returncode, 4)


def info_says_how_much(p):
    store = p.top / "s.db"
    p.run("store", "info", "--store", store, exit=4)
    scan(p, store)
    info = json.loads(p.run("store", "info", "--format", "jsonl", "--store", store).out)
    expect("info", (info["kind"], info["runs"], info["objects"], info["findings"], info["manifests"]),
           ("store", 1, 2, 1, 1))
    within("text", p.run("store", "info", "--store", store).out, "in the ledger")
    try:
        import jsonschema
    except ImportError:
        print("skipped: python3-jsonschema is not installed", file=sys.stderr)
        return
    schemas = pathlib.Path(__file__).parents[2] / "docs" / "schema"
    jsonschema.validate(info, json.loads((schemas / "store.schema.json").read_text()))
    for line in p.run("ledger", "period", "--format", "jsonl", "--store", store).out.splitlines():
        kind = json.loads(line)["kind"]
        jsonschema.validate(json.loads(line), json.loads((schemas / f"{kind}.schema.json").read_text()))


evidence.CASES[:] = [value for value in list(globals().values())
                     if callable(value) and getattr(value, "__code__", None) and value.__module__ == __name__
                     and value.__code__.co_varnames[:1] == ("p",) and value.__code__.co_argcount == 1
                     and value.__name__ != "fill"]

if __name__ == "__main__":
    sys.exit(evidence.main(*sys.argv[1:]))
