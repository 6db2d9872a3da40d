#!/usr/bin/env python3
"""Who may read it, whose it is, and the inventory of assets: from a tree with modes to a filled-in sheet.

Usage: inventory.py TERRIER [CASE...]

The sheet is opened with LibreOffice where that is installed; where it is not that is said, and the rest is tested.
"""
import csv
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import evidence  # noqa: E402
from evidence import Place, expect, within  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]


def ssn(i):
    return f"{100 + i % 400}-{10 + i % 89}-{1000 + i % 8999}"


def write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def fill(p):
    """A tree of three kinds of places: shut to most, open to all, and one with an odd name."""
    p.top.chmod(0o755)
    p.tree.chmod(0o755)
    for i in range(20):
        write(p.tree / "hr" / f"{i}.csv", "ssn\n" + "".join(ssn(17 * i + k) + "\n" for k in range(30)), 0o640)
    for i in range(20):
        write(p.tree / "pub" / f"{i}.txt", f"SSN: {ssn(i % 5)}\n")
    write(p.tree / "=cmd|' ,x\"" / "evil.txt", "SSN: 536-90-4399\n")


def scan(p, *more):
    p.scan("--smb-conf", p.top / "smb.conf", "--exports", p.top / "exports", "--exports-directory", p.top / "none", *more)


def rows(p, *more):
    text = p.run("inventory", "--store", p.store, "--format", "csv", *more).out
    return [{k.rstrip("*"): v for k, v in r.items()} for r in csv.DictReader(io.StringIO(text.lstrip("\ufeff")))]


def by_name(p, *more):
    return {r["asset_name"]: r for r in rows(p, *more)}


def directories_decide(p):
    """A chmod of a directory above is seen by the next night, though no file has changed."""
    fill(p)
    (p.tree / "hr").chmod(0o750)
    scan(p)
    expect("behind a directory of its group", by_name(p)["hr"]["exposure"], "group")
    expect("what is left, open to all", by_name(p)["tree"]["exposure"], "any_user")
    (p.tree / "hr").chmod(0o700)
    (p.tree / "pub").chmod(0o700)
    scan(p)
    expect("the owner's own", by_name(p)["pub"]["exposure"], "owner")
    expect("the run before", {r["asset_name"]: r["exposure"] for r in rows(p, "--run", "1")}["tree"], "any_user")
    p.tree.chmod(0o700)
    for r in (scan(p), rows(p))[1]:
        expect(f"all of it is beneath what only its owner may search: {r['asset_name']}", r["exposure"], "owner")


def a_set_of_modes_is_in_the_export(p):
    """Two runs that differ in the mode of one directory differ; two that do not are the same bytes."""
    fill(p)
    exports = []
    for mode in (0o755, 0o755, 0o711):
        (p.tree / "pub").chmod(mode)
        scan(p)
        exports.append(p.run("store", "export", "--canonical", "--store", p.store).out)
    expect("the same modes", exports[0] == exports[1], True)
    expect("other modes", exports[1] == exports[2], False)


def shares_open_to_the_world(p):
    fill(p)
    (p.top / "smb.conf").write_text(f"[p]\npath = {p.tree}/pub\nguest ok = yes\n")
    (p.top / "exports").write_text(f"{p.tree}/hr *(ro,sec=krb5)\n")
    scan(p)
    expect("by a guest", by_name(p)["pub"]["exposure"], "world")
    expect("with Kerberos", by_name(p)["hr"]["exposure"], "group")
    (p.top / "smb.conf").write_text(f"[p]\npath = {p.tree}/pub\nguest ok = yes\nvalid users = anna\n")
    (p.top / "exports").write_text(f"{p.tree}/hr *(ro,root_squash)\n")
    for f in (p.tree / "hr").iterdir():
        os.chown(f, 41001, 42001)
    scan(p)
    expect("for named users only", by_name(p)["pub"]["exposure"], "any_user")
    expect("to every host, which says who it is", by_name(p)["hr"]["exposure"], "world")
    expect("a user of no account", by_name(p)["hr"]["orphan_objects"], "20")
    within("named by its number", by_name(p)["hr"]["top_owner"], "uid 41001")


def persons_count_once(p):
    """The same five numbers in twenty files, and another one, are six persons."""
    fill(p)
    scan(p)
    expect("in pub and beside it", by_name(p)["tree"]["persons_low"], "6")
    distinct = {ssn(17 * i + k) for i in range(20) for k in range(30)}
    expect("in hr", by_name(p)["hr"]["persons_low"], str(len(distinct)))


def a_sheet_comes_back(p):
    fill(p)
    scan(p)
    sheet = p.top / "i.csv"
    p.run("inventory", "--store", p.store, "--format", "csv", "--output", sheet)
    raw = sheet.read_text(encoding="utf-8-sig")
    for line in raw.splitlines():
        if any(cell[:1] in "=+-@" for cell in next(csv.reader([line])) if cell):
            raise AssertionError(f"a formula: {line}")
    for divider in ",;\t":
        filled = list(csv.DictReader(io.StringIO(raw)))
        for r in filled:
            if r["asset_name*"] == "hr":
                r.update({"business_owner*": "Head of HR", "purposes*": "payroll; planning", "max_exposure*": "owner"})
        out = io.StringIO()
        table = csv.DictWriter(out, filled[0].keys(), delimiter=divider)
        table.writeheader()
        table.writerows(filled)
        (p.top / "f.csv").write_text(out.getvalue())
        p.run("inventory", "import", p.top / "f.csv", "--store", p.store, "--output", p.top / "map.yaml")
        p.run("assets", "check", p.top / "map.yaml", "--store", p.store)
        (p.top / "map.yaml").chmod(0o600)
        again = by_name(p, "--map", p.top / "map.yaml")["hr"]
        expect("the owner", again["business_owner"], "Head of HR")
        expect("the purposes", again["purposes"], "payroll; planning")
        expect("a declared asset", again["asset_kind"], "declared")
        (p.top / "map.yaml").unlink()
    wrong = {"files": "a measured column", "locator": "one of them"}
    for column in wrong:
        filled = list(csv.DictReader(io.StringIO(raw)))
        filled[1][column] = "4711"
        out = io.StringIO()
        table = csv.DictWriter(out, filled[0].keys())
        table.writeheader()
        table.writerows(filled)
        (p.top / "f.csv").write_text(out.getvalue())
        said = p.run("inventory", "import", p.top / "f.csv", "--store", p.store, exit=2)
        within(column, said.err, f"row 3, column {column}: '4711'")
        expect("and nothing is printed", said.out, "")


def declared_and_never_scanned(p):
    fill(p)
    scan(p)
    (p.top / "map.yaml").write_text(
        "format: asset-map/1\nassets:\n"
        f"  - {{id: hr, paths: ['{p.tree}/hr/**'], declared_types: [fin.iban], declared_tier: public}}\n"
        "  - {id: crm, name: CRM, paths: [/srv/crm]}\n")
    all_of = by_name(p, "--map", p.top / "map.yaml")
    expect("never scanned", all_of["CRM"]["coverage_pct"], "never scanned")
    expect("undeclared", all_of["hr"]["undeclared_types"], "gov.us-ssn")
    expect("a tier is not lowered", all_of["hr"]["sensitivity_tier"], "restricted")
    said = p.run("assets", "check", p.top / "map.yaml", "--store", p.store)
    within("it is named", said.out, "never scanned: crm")
    (p.top / "bad.yaml").write_text("format: asset-map/1\nassets:\n  - {id: x, path: [/y]}\n")
    said = p.run("assets", "check", p.top / "bad.yaml", "--store", p.store, exit=2)
    within("where it is wrong", said.err, "bad.yaml:3:")
    init = p.run("assets", "init", "--store", p.store)
    (p.top / "init.yaml").write_text(init.out)
    p.run("assets", "check", p.top / "init.yaml", "--store", p.store)


def lines_keep_to_the_schema(p):
    fill(p)
    scan(p)
    out = p.run("inventory", "--store", p.store, "--format", "jsonl").out
    schema = json.loads((ROOT / "docs" / "schema" / "asset.schema.json").read_text())
    for line in out.splitlines():
        asset = json.loads(line)
        expect("its keys", sorted(asset), sorted(schema["required"]))
        for key, value in asset.items():
            kind = schema["properties"][key].get("type", ["string"])
            name = "null" if value is None else "integer" if isinstance(value, int) else "string"
            if name not in kind:
                raise AssertionError(f"{key}: {value!r}, expected {kind}")


def a_spreadsheet_opens(p):
    fill(p)
    scan(p)
    said = p.run("inventory", "--store", p.store, "--format", "xlsx", "--output", p.top / "i.xlsx", exit=None)
    if said.returncode == 2:
        within("without the library", said.err, "libxlsxwriter")
        print("built without libxlsxwriter: no spreadsheet")
        return
    expect("exit", said.returncode, 0)
    p.run("inventory", "import", p.top / "i.xlsx", "--store", p.store)
    (p.top / "cut.xlsx").write_bytes((p.top / "i.xlsx").read_bytes()[:3000])
    within("cut", p.run("inventory", "import", p.top / "cut.xlsx", "--store", p.store, exit=2).err, "no spreadsheet")
    with zipfile.ZipFile(p.top / "i.xlsx") as z:
        for name in z.namelist():
            if name.startswith("xl/worksheets/") and b"<f>" in z.read(name):
                raise AssertionError(f"a formula in {name}")
    if not shutil.which("soffice"):
        print("LibreOffice is not there: the spreadsheet was not opened by it")
        return
    subprocess.run(["soffice", f"-env:UserInstallation=file://{p.top}/office", "--headless", "--convert-to", "csv",
                    "--outdir", str(p.top / "out"), str(p.top / "i.xlsx")], check=True, capture_output=True, timeout=240,
                   env=p.env)
    got = list(csv.DictReader(open(p.top / "out" / "i.csv", encoding="utf-8-sig")))
    expect("rows", [r["asset_name*"] for r in got], [r["asset_name"] for r in rows(p)])
    p.run("inventory", "import", p.top / "out" / "i.csv", "--store", p.store)
    # filled in, and saved by another program as a workbook with shared strings
    text = (p.top / "out" / "i.csv").read_text()
    filled = list(csv.DictReader(io.StringIO(text)))
    filled[1].update({"business_owner*": "Head of \"HR\" & co", "last_reviewed*": "2026-03-01"})
    with open(p.top / "out" / "f.csv", "w", newline="") as f:
        table = csv.DictWriter(f, filled[0].keys())
        table.writeheader()
        table.writerows(filled)
    subprocess.run(["soffice", f"-env:UserInstallation=file://{p.top}/office", "--headless", "--convert-to", "xlsx",
                    "--outdir", str(p.top / "out"), str(p.top / "out" / "f.csv")], check=True, capture_output=True,
                   timeout=240, env=p.env)
    said = p.run("inventory", "import", p.top / "out" / "f.xlsx", "--store", p.store)
    within("the owner", said.out, 'business_owner: "Head of \\"HR\\" & co"')
    within("a date, which a spreadsheet makes a number", said.out, 'last_reviewed: "2026-03-01"')


CASES = [directories_decide, a_set_of_modes_is_in_the_export, shares_open_to_the_world, persons_count_once,
         a_sheet_comes_back, declared_and_never_scanned, lines_keep_to_the_schema, a_spreadsheet_opens]

if __name__ == "__main__":
    if os.geteuid() != 0:
        CASES.remove(shares_open_to_the_world)
        print("skipped: shares_open_to_the_world: owners can be changed by root only")
    evidence.CASES[:] = CASES
    sys.exit(evidence.main(*sys.argv[1:]))
