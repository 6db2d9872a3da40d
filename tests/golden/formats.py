#!/usr/bin/env python3
"""One document in every format (corpus/formats.py): the same findings, where they are.

usage: formats.py TERRIER            asserts; ends with "N passed, N failed"
       formats.py TERRIER --table    prints the table of docs/formats.md

Each file must be read whole, and must give each of the four kinds of value once a person, wherever in
it they stand; the first social security number must be reported at the locator that the corpus names.
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
KINDS = ["gov.us-ssn", "contact.email", "fin.iban", "fin.payment-card"]


def scan(terrier, tree, place):
    env = dict(os.environ, XDG_STATE_HOME=place + "/state", XDG_CONFIG_HOME=place + "/config",
               XDG_CACHE_HOME=place + "/cache", HOME=place)
    r = subprocess.run([terrier, "scan", "--format", "jsonl", "--objects", "all", "--progress", "never", tree],
                       env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    if r.returncode not in (0, 3):
        print(r.stderr.decode("utf-8", "replace"))
    return [json.loads(x) for x in r.stdout.decode("utf-8").splitlines()]


def main():
    with tempfile.TemporaryDirectory() as place:
        subprocess.run([sys.executable, os.path.join(TOP, "corpus", "formats.py"), place], check=True)
        tree = place + "/tree"
        rows = scan(sys.argv[1], tree, place)
        truth = [json.loads(x) for x in open(place + "/truth.jsonl")]
    passed = failed = 0
    for want in truth:
        path = os.path.join(tree, want["path"])
        if "skipped" in want:
            if "--table" not in sys.argv:
                print("SKIPPED %s: no %s here" % (want["format"], want["skipped"]))
            continue

        def mine(locator):
            return locator == path or locator.startswith(path + "!/")

        status = [x["status"] for x in rows if x["kind"] == "object" and x["locator"] == path]
        found = [x for x in rows if x["kind"] == "finding" and mine(x["object"]) and x["part"] != "(name)"]
        counts = [sum(x["count"] for x in found if x["detector"] == k) for k in KINDS]
        samples = [x["object"][len(path):] + "#" + s["at"] for x in found if x["detector"] == KINDS[0]
                   for s in x["samples"]]
        first = samples[0] if samples else "-"
        ok = status and status[0].startswith("read") and counts == [3 * want["times"]] * 4 and want["at"] in first
        if "--table" in sys.argv:
            print("| %s | %s | `%s%s` |" % (want["format"], "yes" if ok else "no: %s" % counts, want["path"], first))
        elif not ok:
            print("FAILED: %s (%s): status %s, counts %s, expected %d each at %s, first at %s"
                  % (want["path"], want["format"], status, counts, 3 * want["times"], want["at"], first))
        passed += bool(ok)
        failed += not ok
    if "--table" not in sys.argv:
        print("%d passed, %d failed" % (passed, failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
