#!/usr/bin/env python3
"""Archives and tables: Terrier beside what reads the same files.

    bench/archives.py --terrier build-bench/src/terrier --corpora DIR [--rounds 3] [-o FILE]

DIR holds prose, csv and sql as bench/corpora.py makes them (the 256-mib folder of its cache). From
these come a zip and tar.gz and tar.zst of 24 members of prose, and a workbook of a million cells.
Subjects run in turn, round after round, each on the two cores that it may use: ripgrep -z and
ugrep -z search for three patterns (digits in groups, e-mail, IBAN), clamscan for one signature that
matches nothing. What is not installed is left out and said.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile

import process

PATTERNS = [r"\b\d{3}-\d{2}-\d{4}\b", r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,64}\.[A-Za-z]{2,12}",
            r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b"]
MEMBERS, CELLS_A_ROW, CELLS = 24, 10, 1_000_000


def members(corpora, place):
    """Prose in pieces, as files of a folder."""
    folder = os.path.join(place, "prose")
    os.mkdir(folder)
    size = os.path.getsize(os.path.join(corpora, "prose")) // MEMBERS
    with open(os.path.join(corpora, "prose"), "rb") as f:
        for i in range(MEMBERS):
            with open(os.path.join(folder, "%02d.txt" % i), "wb") as out:
                out.write(f.read(size))
    return folder


def workbook(path):
    """A sheet of a million cells: inline strings and numbers."""
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    types = ('<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
             'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>')
    book = ('<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
            '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
            '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>')
    relation = ('<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
                'relationships/%s" Target="%s"/></Relationships>')
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", types)
        z.writestr("_rels/.rels", relation % ("officeDocument", "xl/workbook.xml"))
        z.writestr("xl/workbook.xml", book)
        z.writestr("xl/_rels/workbook.xml.rels", relation % ("worksheet", "worksheets/sheet1.xml"))
        with z.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(head.encode())
            for r in range(1, CELLS // CELLS_A_ROW + 1):
                cells = "".join('<c r="%s%d"><v>%d</v></c>' % (chr(65 + c), r, r * 7919 + c)
                                if c % 2 else
                                '<c r="%s%d" t="inlineStr"><is><t>cell %d</t></is></c>'
                                % (chr(65 + c), r, r + c) for c in range(CELLS_A_ROW))
                sheet.write(('<row r="%d">%s</row>' % (r, cells)).encode())
            sheet.write(b"</sheetData></worksheet>")


def make(corpora, place):
    folder = members(corpora, place)
    with zipfile.ZipFile(place + "/prose.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=6) as z:
        for name in sorted(os.listdir(folder)):
            z.write(os.path.join(folder, name), name)
    for ending, option in (("tar.gz", "-z"), ("tar.zst", "--zstd")):
        subprocess.run(["tar", option, "-cf", place + "/prose." + ending, "-C", folder, "."], check=True)
    workbook(place + "/cells.xlsx")
    # a dump as it lies, and its bytes where no reader takes them for one
    shutil.copy(os.path.join(corpora, "sql"), place + "/dump.sql")
    with open(place + "/dump.sql", "rb") as f, open(place + "/plain.txt", "wb") as out:
        out.write(b"notes\n\n" + f.read().replace(b"INSERT INTO", b"ENTERED IN").replace(b"COPY ", b"ROWS "))


def subjects(o, place, name):
    path = os.path.join(place, name)
    store = place + "/terrier.db"

    def fresh():
        for end in ("", "-wal", "-shm", ".lock"):
            if os.path.exists(store + end):
                os.remove(store + end)

    found = [process.Command("terrier", [o.terrier, "scan", path, "--jobs", "2", "--store", store],
                             dict(os.environ), prepare=fresh, statuses=(0, 3))]
    rg = [x for p in PATTERNS for x in ("-e", p)]
    if name.startswith("prose."):
        found += [process.Command("ripgrep -z", ["rg", "-z", "-c", "-a", "-j2", *rg, path],
                                  dict(os.environ), statuses=(0, 1)),
                  process.Command("ugrep -z", ["ugrep", "-z", "-c", "-a", "-J2", *rg, path],
                                  dict(os.environ), statuses=(0, 1)),
                  process.Command("clamscan", ["clamscan", "--no-summary", "-d", place + "/tiny.ndb",
                                               "--max-filesize=1024M", "--max-scansize=2048M", path],
                                  dict(os.environ), statuses=(0, 1))]
    if name.endswith(".zip"):
        found = [c for c in found if c.subject != "ripgrep -z"]  # it opens none
    return [c for c in found if shutil.which(c.argv[0])]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--terrier", required=True)
    p.add_argument("--corpora", required=True)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("-o", "--output")
    o = p.parse_args()
    o.terrier = os.path.abspath(o.terrier)
    out = ["# Archives and tables\n", "| file | subject | wall, s (median) | least to most | of terrier |",
           "|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o700)
        make(o.corpora, place)
        with open(place + "/tiny.ndb", "w", encoding="ascii") as f:
            f.write("Bench.Nothing:0:*:7465727269657242656e63684e6f7468696e6721\n")
        for name in ("prose.zip", "prose.tar.gz", "prose.tar.zst", "cells.xlsx", "dump.sql", "plain.txt"):
            took = {}
            for number in range(o.rounds + 1):
                for c in subjects(o, place, name):
                    c.prepare()
                    wall = process.run(c)["s wall"]
                    if number:
                        took.setdefault(c.subject, []).append(wall)
            own = statistics.median(took["terrier"])
            for subject, walls in took.items():
                out.append("| %s | %s | %.3f | %.3f to %.3f | %.2f |" % (
                    name, subject, statistics.median(walls), min(walls), max(walls),
                    statistics.median(walls) / own))
    out.append("\n%d members of prose, %d cells in the workbook; plain.txt holds the bytes of dump.sql where "
               "they are no dump.\n" % (MEMBERS, CELLS))
    missing = [t for t in ("rg", "ugrep", "clamscan") if not shutil.which(t)]
    if missing:
        out.append("Not installed, and so left out: %s.\n" % ", ".join(missing))
    text = "\n".join(out)
    if o.output:
        with open(o.output, "w", encoding="utf-8") as f:
            f.write(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
