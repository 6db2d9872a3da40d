#!/usr/bin/env python3
"""The share of a company (corpus/company.py), scanned, and each file held against the truth.

usage: company.py TERRIER            ends with "N passed, N failed"

Every file must have the status that it deserves, and must give, with all that is inside it, exactly
as many values of each planted kind as were planted. Held against the company's retention policy on
the day of the truth, each must come out as its records manager says; and each file with findings
must be readable by whom its mode and those of the directories above let read it.
"""
import collections
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
PLANTED = ["contact.email", "gov.us-ssn", "fin.iban", "fin.payment-card"]


class Score:
    passed = failed = 0

    def check(self, ok, what):
        self.passed += bool(ok)
        self.failed += not ok
        if not ok:
            print("FAILED: " + what)


def terrier(program, place, *arguments):
    env = dict(os.environ, XDG_STATE_HOME=place + "/state", XDG_CONFIG_HOME=place + "/config",
               XDG_CACHE_HOME=place + "/cache", HOME=place)
    r = subprocess.run([program, *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=500)
    if r.returncode not in (0, 3):
        sys.exit("%s: exit %d: %s" % (" ".join(arguments), r.returncode, r.stderr.decode("utf-8", "replace")))
    return [json.loads(x) for x in r.stdout.decode("utf-8").splitlines()]


def shown(path):
    """A name as locators write it (terrier-locator(7))."""
    return "".join(c if c >= " " and c not in "\\#!" else "\\x%02x" % ord(c) for c in path)


def outermost(locator):
    return locator.split("!/")[0]


def check_scan(score, tree, truth, rows):
    status = {x["locator"]: x["status"] for x in rows if x["kind"] == "object" and "!/" not in x["locator"]}
    found = collections.defaultdict(collections.Counter)
    for x in rows:
        if x["kind"] == "finding" and x["part"] != "(name)":
            found[outermost(x["object"])][x["detector"]] += x["count"]
    score.check(len(status) == len(truth), "%d files listed, %d are there" % (len(status), len(truth)))
    for want in truth:
        path = os.path.join(tree, shown(want["path"]))
        score.check(status.get(path, "-").split("(")[0] == want["status"],
                    "%s is %s, expected %s" % (path, status.get(path), want["status"]))
        for detector in sorted(set(PLANTED) | set(want["found"])):
            got, expected = found[path][detector], want["found"].get(detector, 0)
            score.check(got == expected, "%s: %d of %s, expected %d" % (path, got, detector, expected))


def check_retention(score, tree, truth, rows):
    got = {x["object"]: x for x in rows if x["kind"] == "retention" and "!/" not in x["object"]}
    for want in truth:
        path = os.path.join(tree, shown(want["path"]))
        row = got.get(path, {"state": "unclassified", "rule": ""})
        expected = (want["retention"]["state"], want["retention"]["rule"])
        score.check((row["state"], row["rule"]) == expected, "%s: retention is %s by %s (due %s, %s), expected %s by %s"
                    % (path, row["state"], row["rule"], row.get("due"), row.get("reason"), *expected))


def check_inventory(score, truth, rows):
    """Per asset of the map: files, and the widest exposure of those in which something was found."""
    order = ["owner", "group", "any_user"]
    score.check(any(x["kind"] == "asset" and x["asset_name"].startswith("CRM") and not x.get("files") for x in rows),
                "the CRM, which no scan has seen, is not in the inventory as such")
    for asset, prefix in (("HR share", "hr/"), ("Finance share", "finance/"), ("Nightly backups", "backups/")):
        mine = [t for t in truth if t["path"].startswith(prefix)]
        row = next((x for x in rows if x["kind"] == "asset" and x["asset_name"] == asset), {})
        widest = max((t["exposure"] for t in mine if t["found"]), key=order.index)
        score.check(row.get("files") == len(mine), "%s: %s files, expected %d" % (asset, row.get("files"), len(mine)))
        score.check(row.get("exposure") == widest, "%s: exposure %s, expected %s" % (asset, row.get("exposure"), widest))


def main():
    score, program = Score(), os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)  # so that what the tree lets others read can be reached by them
        subprocess.run([sys.executable, os.path.join(TOP, "corpus", "company.py"), place + "/company"], check=True)
        tree = os.path.realpath(place + "/company/tree")
        with open(place + "/company/truth.jsonl", encoding="utf-8") as f:
            truth = [json.loads(x) for x in f]
        rows = terrier(program, place, "scan", "--format", "jsonl", "--objects", "all", "--progress", "never", tree)
        check_scan(score, tree, truth, rows)
        rows = terrier(program, place, "retention", "--policy", place + "/company/policy.yaml", "--as-of", "2026-06-30",
                       "--format", "jsonl")
        check_retention(score, tree, truth, rows)
        rows = terrier(program, place, "inventory", "--map", place + "/company/assets.yaml", "--format", "jsonl")
        check_inventory(score, truth, rows)
    print("%d passed, %d failed" % (score.passed, score.failed))
    return score.failed != 0


if __name__ == "__main__":
    sys.exit(main())
