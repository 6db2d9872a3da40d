#!/usr/bin/python3
"""The vectors that stand outside the project, where TERRIER_SHARED names the folder; else exit 77.

usage: validate-given.py VALIDATE-LINES
A wrong answer is told by type and line, not by value. Types we do not have are listed, and are few.
"""
import json
import os
import subprocess
import sys

# Codes of places, activities, instruments and goods: no data of persons.
ABSENT = {"at.postleitzahl", "cfi", "eu.nace", "gs1_128"}


def main():
    shared = os.environ.get("TERRIER_SHARED")
    path = os.path.join(shared or "", "eval", "given", "stdnum_docstrings.validators.jsonl")
    if not shared or not os.path.exists(path):
        print("skipped: TERRIER_SHARED is not set")
        return 77
    with open(path, encoding="utf-8") as f:
        rows = [json.loads(line) for line in f if line.strip()]
    answers = subprocess.run(
        [sys.argv[1]], input="".join("%s\t%s\n" % (r["type"], r["value"]) for r in rows).encode(),
        stdout=subprocess.PIPE, check=True).stdout.decode().split()
    wrong = 0
    for number, (row, answer) in enumerate(zip(rows, answers), 1):
        known = answer != "?"
        if known == (row["type"] in ABSENT) or (known and (answer == "1") != row["valid"]):
            print("%s: line %d should be %s" % (row["type"], number, row["valid"]))
            wrong += 1
    print("%d vectors, %d wrong" % (len(rows), wrong))
    return 1 if wrong or len(rows) != len(answers) else 0


sys.exit(main())
