#!/usr/bin/env python3
"""Every format of `terrier report` over one run: the same counts at the beginning, and that many rows behind them.

Usage: reports.py TERRIER [CASE...]
"""
import csv
import io
import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import evidence  # noqa: E402
from evidence import expect, within  # noqa: E402

HOSTILE = ['=HYPERLINK("http:,x",1).txt', "<script>alert(1)<!--&'\".txt", "line\nbreak\x1b[31m.txt",
           "-rf.txt", "\u202egnp.txt", "@SUM(A1).txt", "+49.txt", "umlaut-\u00e4\u00f6.txt"]
FILTERS = [(), ("--type", "fin.*"), ("--tier", "restricted"), ("--path", "*sub*"), ("--min-confidence", "high"),
           ("--type", "nothing.*")]


def fill(p):
    (p.tree / "people.csv").write_text("name,ssn,mail\n" + "".join(
        f"x{i},536-90-{4300 + i},m{i}@firma-{i}.de\n" for i in range(40)))
    (p.tree / "sub" / "iban.txt").write_text("IBAN DE89 3704 0044 0532 0130 00\ncard 4111 1111 1111 1111\n")
    for name in HOSTILE:
        (p.tree / "sub" / name).write_text("SSN: 536-90-4399\n")
    (p.tree / "sub" / os.fsdecode(b"raw-\xff\xfe.txt")).write_text("SSN: 536-90-4399\n")
    os.link(p.tree / "people.csv", p.tree / "sub" / "people-again.csv")
    with zipfile.ZipFile(p.tree / "in.zip", "w") as z:
        z.writestr("a/b.txt", "SSN: 536-90-4399")
        z.writestr("pic.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
    (p.tree / "pic.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    p.run("scan", "-q", p.tree, exit=None)


def report(p, form, *more, exit=0):
    return p.run("report", "--format", form, *more, exit=exit).stdout


# ---- what each format says of itself: ({key: count}, rows it lists) ----

def of_jsonl(p, *how):
    lines = [json.loads(line) for line in report(p, "jsonl", *how).splitlines()]
    preamble = next(line for line in lines if line["kind"] == "preamble")
    counts = {row["key"]: row["count"] for row in preamble["counts"] if "count" in row}
    kinds = [line["kind"] for line in lines if "same_as" not in line]
    return counts, {"finding": kinds.count("finding"), "unread": kinds.count("object")}


def of_csv(p, *how):
    text = report(p, "csv", *how).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    counts = {row["key"]: int(row["count"]) for row in rows if row["section"] == "counts" and row["count"]}
    records = [row["record"] for row in rows if not row["same_as"]]
    return counts, {"finding": records.count("finding"), "unread": records.count("unread")}


FORMATS = {"jsonl": of_jsonl, "csv": of_csv}


def counts_are_equal_over_all_formats(p):
    fill(p)
    for how in FILTERS:
        said = {form: ask(p, *how) for form, ask in FORMATS.items()}
        wanted = said["jsonl"]
        for form, (counts, rows) in said.items():
            expect(f"counts of {form} {how}", counts, wanted[0])
            for kind, key in (("finding", "findings"), ("unread", "unread")):
                if kind in rows:
                    expect(f"{kind} rows of {form} {how}", rows[kind], counts[key])
        text = p.run("report", *how).out
        number = re.search(r"^Reported +([\d,]+) findings? +in ([\d,]+) objects?: ([\d,]+) values?$", text, re.M)
        expect(f"text {how}", [int(n.replace(",", "")) for n in number.groups()],
               [wanted[0][key] for key in ("findings", "found-in", "values")])
        if how:
            expect(f"left out {how}", int(re.search(r"^Left out +([\d,]+) by", text, re.M)[1]),
                   wanted[0]["findings-filtered"])


def csv_is_harmless_and_says_the_names(p):
    fill(p)
    data = report(p, "csv", "--objects", "all")
    expect("byte order mark", data[:3], b"\xef\xbb\xbf")
    expect("bare line feeds", re.search(rb"[^\r]\n", data), None)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    expect("widths", {len(row) for row in rows}, {len(rows[0])})
    for row in rows:
        for cell in row:
            if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not re.fullmatch(r"-?\d+\.\d\d", cell):
                raise AssertionError(f"a spreadsheet would run {cell!r}")
            if re.search(r"[\x00-\x1f\x7f\u202e]", cell):
                raise AssertionError(f"{cell!r} is not shown as it is")
    listed = "\n".join(row[2] for row in rows)
    for name in ("=HYPERLINK", "<script>", "\\x0abreak\\x1b[31m", "umlaut-\u00e4\u00f6", "raw-\\xff\\xfe"):
        within("names", listed, name)


def paths_lead_to_the_files(p):
    fill(p)
    listed = report(p, "paths", "-0").split(b"\0")
    expect("end", listed.pop(), b"")
    for path in listed:
        expect(f"{path} is a file", stat.S_ISREG(os.lstat(path).st_mode), True)
    expect("each once", len(listed), len(set(listed)))
    names = {os.path.basename(path) for path in listed}
    expect("of the hostile ones", {os.fsencode(n) for n in HOSTILE} - names, set())
    for name in (b"people.csv", b"people-again.csv", b"in.zip"):
        expect(f"{name} among them", name in names, True)
    within("a newline in a name", p.run("report", "--format", "paths", exit=2).err, "--null (-0)")
    expect("others", p.run("report", "--null", exit=2).err, "terrier report: --null goes with --format paths\n")
    done = subprocess.run(["xargs", "-0", "grep", "-la", "536-90-43"], input=b"\0".join(listed), capture_output=True, check=False)
    within("xargs", done.stdout.decode("utf-8", "replace"), "people.csv")


def a_file_is_whole_and_private(p):
    fill(p)
    out = p.top / "out.csv"
    out.write_text("before")
    p.run("report", "--format", "csv", "--output", out)
    expect("mode", stat.S_IMODE(out.stat().st_mode), 0o600)
    expect("the same", out.read_bytes(), report(p, "csv"))
    p.run("report", "--format", "csv", "--run", 99, "--output", out, exit=4)
    expect("left alone", out.read_bytes(), report(p, "csv"))
    expect("nothing beside it", [f.name for f in p.top.iterdir() if ".new" in f.name], [])


evidence.CASES[:] = [counts_are_equal_over_all_formats, csv_is_harmless_and_says_the_names, paths_lead_to_the_files,
                     a_file_is_whole_and_private]

if __name__ == "__main__":
    sys.exit(evidence.main(*sys.argv[1:]))
