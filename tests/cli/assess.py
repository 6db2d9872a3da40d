#!/usr/bin/env python3
"""terrier assess from the outside: a tree with planted values, scanned, judged by each ruleset that
comes with Terrier, told as text and as JSON Lines.

Usage: assess.py TERRIER

Text keeps to 80 columns but for paths, and knows no word for a conclusion. Every line of JSON is held
against its schema. What is wrong (a day, a ruleset, a control) is said with exit status 2, with file,
line and column where there is a file, and leaves nothing in the store.
"""
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
SETS = ["ccpa", "gdpr", "hipaa-safe-harbor", "iso-27001", "nist-800-53", "pci-dss-4", "soc2"]
CONCLUSIONS = re.compile(r"\b(not )?satisfied\b|\bcompliant\b|\bdeleted\b|\bpassed\b|\bfailed\b", re.I)

failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print(f"FAILED: {what}", file=sys.stderr)


def schemas():
    spec = importlib.util.spec_from_file_location("validate", ROOT / "tests/unit/report/validate.py")
    validate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(validate)
    kinds = ("assessment", "control", "criterion", "verdict")
    return validate.complaints, {k: json.loads((ROOT / f"docs/schema/{k}.schema.json").read_text())
                                 for k in kinds}


class Place:
    """A directory of its own, and the program in it."""

    def __init__(self, terrier, top):
        self.terrier, self.top = terrier, pathlib.Path(top)
        self.env = dict(os.environ, TZ="UTC", **{f"XDG_{x}_HOME": f"{top}/{x.lower()}"
                                                for x in ("STATE", "CONFIG", "CACHE")})

    def run(self, *argv, code=0):
        r = subprocess.run([self.terrier, *argv], env=self.env, cwd=self.top, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        check(r.returncode == code, f"terrier {' '.join(argv)}: exit {r.returncode}, expected {code}: "
                                    f"{r.stderr.strip()}")
        return r

    def write(self, name, text):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def plant(place):
    rows = "name,ssn\n" + "".join(f"a{i},536-90-{4399 - i}\n" for i in range(30))
    place.write("tree/hr/pay.csv", rows)
    place.write("tree/test/pay.csv", rows)
    place.write("tree/outbound/pay.csv", rows)
    place.write("tree/backup/mail.txt", "write to someone@example.org or other@example.org\n")
    place.write("tree/\x1b[31mred\\.csv", rows)
    (place.top / "tree/random.bin").write_bytes(os.urandom(65536))
    place.run("scan", "-q", "tree", code=3)


def judge_text(place):
    for name in SETS:
        out = place.run("assess", "--rulesets", name).stdout
        for line in out.splitlines():
            check(len(line) <= 80 or "/" in line, f"{name}: {len(line)} columns: {line}")
        said = CONCLUSIONS.search(out)
        check(not said, f"{name}: the text says '{said and said.group()}'")
        check("\x1b" not in out, f"{name}: a control byte of a name is in the text")
        check("536-90" not in out, f"{name}: a found value is in the text")
    out = place.run("assess").stdout
    check("SC-USE-03: medium +1 (tier is restricted) = high" in out, "soc2: no arithmetic of SC-USE-03")
    check("CC1.1, CC1.2, CC1.3" in out, "soc2: criteria beyond a scan are not named")


def judge_lines(place):
    complaints, known = schemas()
    place.run("controls", "init", "controls.yaml")
    place.run("controls", "init", "controls.yaml", code=2)
    place.run("controls", "check", "controls.yaml")
    argv = [x for name in SETS for x in ("--rulesets", name)]
    out = place.run("assess", *argv, "--controls", "controls.yaml", "--format", "jsonl").stdout
    lines = [json.loads(line) for line in out.splitlines()]
    for line in lines:
        for wrong in complaints(known[line["kind"]], line):
            check(False, f"{line['kind']} {line.get('rule', line.get('id'))}: {wrong}")
    count = {k: sum(x["kind"] == k for x in lines) for k in known}
    check(count["assessment"] == 1 and count["control"] == 9, f"lines of each kind: {count}")
    check(sum(x["kind"] == "criterion" and x["ruleset"] == "soc2-tsc" for x in lines) == 61,
          "not 61 criteria of soc2-tsc")
    test = [x for x in lines if x["kind"] == "verdict" and x["rule"] == "SC-USE-03"]
    check(len(test) == 1 and test[0]["hits"] == 30 and test[0]["controls"] == ["DATA-06"] and
          [p["at"].endswith("/tree/test/pay.csv#ssn") for p in test[0]["places"]] == [True],
          f"verdict of SC-USE-03: {test}")
    control = [x for x in lines if x["kind"] == "control" and x["id"] == "DATA-06"]
    check(control and control[0]["contradicts"] == 1 and control[0]["worst"] == "high",
          f"control DATA-06: {control}")


def judge_again(place):
    first = place.run("assess", "--as-of", "2026-01-31", "--format", "jsonl").stdout
    second = place.run("assess", "--as-of", "2026-01-31", "--format", "jsonl").stdout
    cut = [text.split("\n", 1)[1] for text in (first, second)]
    check(cut[0] == cut[1], "the same run, day and files give other lines the second time")
    ledger = [json.loads(x) for x in place.run("ledger", "list", "--format", "jsonl", "--kind",
                                               "assessment").stdout.splitlines()]
    check(len(ledger) == len(SETS) + 4 and ledger[-1]["body"]["as_of"] == "2026-01-31",
          f"{len(ledger)} entries of kind assessment")


def refuse(place):
    before = place.run("ledger", "list", "--kind", "assessment").stdout
    place.write("bad.yaml", "format: ruleset/1\nruleset: {id: x, version: '1', title: X, framework: F, "
                            "content_rights: o}\ncriteria: [{id: P1, title: T, applicability: direct, "
                            "unverified: true}]\nrules:\n  - id: R\n    title: T\n    match: {fact: teir, "
                            "is: public}\n")
    wrong = place.run("assess", "--rulesets", "./bad.yaml", code=2).stderr
    check("bad.yaml:7:19: rules.0.match.fact: 'teir' is no fact, expected tier" in wrong, wrong)
    check("'2026-02-30' is no day" in place.run("assess", "--as-of", "2026-02-30", code=2).stderr, "a day")
    check("there is no ruleset 'soc9'" in place.run("assess", "--rulesets", "soc9", code=2).stderr, "soc9")
    place.run("assess", "--rulesets", "./missing.yaml", code=2)
    place.run("assess", "--run", "99", code=4)
    place.write("c.yaml", (place.top / "controls.yaml").read_text().replace("[P4.3]", "[P5.3]"))
    wrong = place.run("assess", "--controls", "c.yaml", code=2).stderr
    check("has no criterion 'P5.3'" in wrong, wrong)
    check(before == place.run("ledger", "list", "--kind", "assessment").stdout,
          "what was refused is in the ledger")


def main():
    with tempfile.TemporaryDirectory(prefix="terrier-assess-") as top:
        place = Place(os.path.abspath(sys.argv[1]), top)
        place.run("rules", "check", *[x for name in SETS for x in ("--rulesets", name)])
        plant(place)
        judge_text(place)
        judge_lines(place)
        judge_again(place)
        refuse(place)
    print(f"{len(failures)} failed")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
