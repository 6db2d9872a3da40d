#!/usr/bin/env python3
"""How right the detectors are: labelled sentences, and real files that hold nothing personal.

    bench/accuracy.py --terrier build-bench/src/terrier [--shared DIR] [--negatives DIR ...] [-o FILE]

Labelled sets are JSON Lines {"id","text","spans":[{"start","end","type"}],"scope":[...]} with
offsets in characters, in DIR/eval/given; they are not part of this project. A label counts as found
if a span of a detector of its kind shares a character with it; a span that shares none is false.
Types in a set that Terrier does not report on purpose are listed with the reason.

Negatives are directories of real files (documentation, manuals, programs). What is found there at
the default confidence is counted by type and a GB, not judged: an address of a maintainer is one.
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

# The label of a set, and what finds it: prefixes of detector ids.
KINDS = {
    "credit_card": ["fin.payment-card"],
    "email": ["contact.email"],
    "guid": ["device.uuid"],
    "iban": ["fin.iban"],
    "ip": ["device.ipv4", "device.ipv6"],
    "phone": ["contact.phone", "contact.fax"],
    "secret": ["secret."],
    "us_driver_license": ["gov.us-dl", "gov.us-driv"],
    "us_ssn": ["gov.us-ssn"],
}
REFUSED = {
    "person": "in tables, forms and labels only: never guessed in prose",
    "address": "in tables, forms and labels only: never guessed in prose",
    "location": "a place alone is nobody's",
    "organization": "no person",
    "date": "a date is a fact for retention; a date of birth needs a word",
    "title": "no person",
    "url": "no person; keys and passwords in it are found",
    "zip": "in tables and addresses only",
}


def detect(terrier, path):
    out = subprocess.run([terrier, "detect", "--records", path], check=True, stdout=subprocess.PIPE)
    return {row["id"]: row["spans"] for row in map(json.loads, out.stdout.splitlines())}


def kind_of(detector):
    for kind, prefixes in KINDS.items():
        if any(detector.startswith(p) for p in prefixes):
            return kind
    return None


def meet(a, b):
    return a[0] < b[1] and b[0] < a[1]


def score_record(row, spans, tally):
    text, scope = row["text"], set(row.get("scope", []))
    found = collections.defaultdict(list)
    for s in spans:
        found[kind_of(s["type"])].append((s["start"], s["end"]))
    for kind in KINDS:
        labels = [(len(text[:s["start"]].encode()), len(text[:s["end"]].encode()), s.get("optional"))
                  for s in row["spans"] if s["type"] == kind]
        if kind not in scope and not labels:
            continue
        for label in labels:
            if label[2]:
                continue
            hit = any(meet(label, f) for f in found[kind])
            tally[kind]["tp" if hit else "fn"] += 1
        tally[kind]["fp"] += sum(not any(meet(label, f) for label in labels) for f in found[kind])


def score_set(terrier, path):
    tally = collections.defaultdict(collections.Counter)
    refused = collections.Counter()
    spans = detect(terrier, path)
    with open(path, encoding="utf-8") as f:
        for row in map(json.loads, f):
            score_record(row, spans.get(row["id"], []), tally)
            refused.update(s["type"] for s in row["spans"] if s["type"] not in KINDS)
    return tally, refused


def share(a, b):
    return "%.3f" % (a / b) if b else "-"


def put_set(out, name, tally, refused):
    out.append("### %s\n" % name)
    out.append("| type | labels | found | missed | false | precision | recall |")
    out.append("|---|---|---|---|---|---|---|")
    for kind, t in sorted(tally.items()):
        if t["tp"] + t["fn"] + t["fp"]:
            out.append("| %s | %d | %d | %d | %d | %s | %s |" % (
                kind, t["tp"] + t["fn"], t["tp"], t["fn"], t["fp"],
                share(t["tp"], t["tp"] + t["fp"]), share(t["tp"], t["tp"] + t["fn"])))
    told = ["- %s, %d: %s" % (k, n, REFUSED[k]) for k, n in sorted(refused.items()) if k in REFUSED]
    if told:
        out.append("\nNot reported in sentences, on purpose:\n\n" + "\n".join(told))
    out.append("")


def negatives(terrier, roots):
    with tempfile.TemporaryDirectory() as place:
        store = place + "/terrier.db"
        subprocess.run([terrier, "scan", *roots, "--store", store], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)
        report = subprocess.run([terrier, "report", "--store", store, "--format", "jsonl"],
                                check=True, stdout=subprocess.PIPE)
    counts, read = collections.Counter(), 0
    for row in map(json.loads, report.stdout.splitlines()):
        if row["kind"] == "finding":
            counts[row["detector"]] += row["high"] + row["medium"]
        elif row["kind"] == "coverage":
            read = row["bytes"]["examined"]
    return counts, read


def put_negatives(out, roots, counts, read):
    out.append("## Real files without personal records\n")
    out.append("%s: %.0f MB as they lie, what is compressed among it.\nWhat is reported there at the default "
               "confidence, not judged; a GB of such files:\n" % (", ".join(roots), read / 1e6))
    out.append("| detector | values | a GB |")
    out.append("|---|---|---|")
    for detector, n in sorted(counts.items(), key=lambda x: (-x[1], x[0])):
        out.append("| `%s` | %d | %.1f |" % (detector, n, n / read * 1e9))
    out.append("")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--terrier", required=True)
    p.add_argument("--shared", default=os.environ.get("TERRIER_SHARED"))
    p.add_argument("--negatives", nargs="*", default=[])
    p.add_argument("-o", "--output")
    o = p.parse_args()
    out = ["# Accuracy\n", "Made by `bench/accuracy.py`; its head says what is counted and how. To repeat it:\n",
           "    python3 bench/accuracy.py --terrier build/src/terrier --negatives DIR -o FILE\n",
           "The sets of secrets call a value a negative that is not of the kind their rule is about; most that are",
           "reported there are secrets of another kind. Validators: `tests/unit/detect/validate-oracle.py`; columns of",
           "tables: `tests/golden/columns.py`.\n"]
    given = os.path.join(o.shared, "eval", "given") if o.shared else None
    if given and os.path.isdir(given):
        out.append("## Labelled sentences\n")
        for name in sorted(os.listdir(given)):
            if name.endswith(".jsonl") and "validators" not in name:
                put_set(out, name[:-6], *score_set(o.terrier, os.path.join(given, name)))
    else:
        print("no labelled sets: --shared or TERRIER_SHARED names none", file=sys.stderr)
    if o.negatives:
        put_negatives(out, o.negatives, *negatives(o.terrier, o.negatives))
    text = "\n".join(out)
    if o.output:
        with open(o.output, "w", encoding="utf-8") as f:
            f.write(text)
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
