#!/usr/bin/env python3
"""Every format of `terrier report` over one run: the same counts at the beginning, and that many rows behind them.

Usage: reports.py TERRIER [CASE...]
"""
import csv
import html.parser
import io
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import urllib.parse
import zipfile
from xml.etree import ElementTree

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
    kinds = [line["kind"] for line in lines if "same_as" not in line]
    return counts_of(preamble), {"finding": kinds.count("finding"), "unread": kinds.count("object")}


def of_csv(p, *how):
    text = report(p, "csv", *how).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    counts = {row["key"]: int(row["count"]) for row in rows if row["section"] == "counts" and row["count"]}
    records = [row["record"] for row in rows if not row["same_as"]]
    return counts, {"finding": records.count("finding"), "unread": records.count("unread")}


def counts_of(preamble):
    return {row["key"]: row["count"] for row in preamble["counts"] if "count" in row}


def of_sarif(p, *how):
    run = json.loads(report(p, "sarif", *how))["runs"][0]
    return counts_of(run["properties"]), {
        "finding": len(run["results"]), "unread": len(run["invocations"][0]["toolExecutionNotifications"])}


def of_ocsf(p, *how):
    events = [json.loads(line) for line in report(p, "ocsf", *how).splitlines()]
    expect("numbers", (events[0]["num_detections"], events[0]["num_skipped_items"]),
           tuple(counts_of(events[0]["unmapped"])[key] for key in ("findings", "unread")))
    return counts_of(events[0]["unmapped"]), {"finding": [e["class_uid"] for e in events].count(2006)}


def of_oscal(p, *how):
    result = json.loads(report(p, "oscal", *how))["assessment-results"]["results"][0]
    said = {prop["name"]: int(prop["value"]) for prop in result["observations"][0]["props"]}
    return {key: said[key] for key in counts_keys(p, *how)}, {}


def counts_keys(p, *how):
    line = next(line for line in report(p, "jsonl", *how).splitlines() if b'"kind":"preamble"' in line)
    return [row["key"] for row in json.loads(line)["counts"] if "count" in row]


class Page(html.parser.HTMLParser):
    """The rows of tables as lists of texts, and every attribute that could lead elsewhere."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.links, self.tags = [], [], set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for key, value in attrs if key in ("href", "src", "srcset", "data", "action", "poster")]
        self.links += [value for key, value in attrs if key.startswith("on")]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def of_html(p, *how):
    labels = {row["label"]: row["key"] for line in report(p, "jsonl", *how).splitlines() if b'"kind":"preamble"' in line
              for row in json.loads(line)["counts"] if "count" in row}
    page = Page(report(p, "html", *how).decode("utf-8"))
    return {labels[row[0].strip()]: int(row[1].split()[0].replace(",", ""))
            for row in page.rows if len(row) == 3 and row[0].strip() in labels}, {}


def sheets_of(data):
    """{name: rows of cells as text} of a workbook."""
    ns = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        names = [s.get("name") for s in ElementTree.fromstring(z.read("xl/workbook.xml")).iter(f"{{{ns['m']}}}sheet")]
        sheets = {}
        for i, name in enumerate(names, 1):
            root = ElementTree.fromstring(z.read(f"xl/worksheets/sheet{i}.xml"))
            expect(f"formulas of {name}", root.findall(".//m:f", ns), [])
            sheets[name] = [{re.match("[A-Z]+", c.get("r"))[0]: "".join(c.itertext()) for c in row.findall("m:c", ns)}
                            for row in root.iter(f"{{{ns['m']}}}row")]
    return sheets


def of_xlsx(p, *how):
    labels = {row["label"]: row["key"] for line in report(p, "jsonl", *how).splitlines() if b'"kind":"preamble"' in line
              for row in json.loads(line)["counts"] if "count" in row}
    sheets = sheets_of(report(p, "xlsx", *how))
    counts = {labels[row["B"]]: int(row["C"]) for row in sheets["About this report"][1:]
              if row["A"] == "How much there is" and "C" in row}
    return counts, {"finding": len([row for row in sheets["Findings"][1:] if "C" not in row]),
                    "unread": len(sheets["Not read"]) - 1}


FORMATS = {"jsonl": of_jsonl, "csv": of_csv, "sarif": of_sarif, "ocsf": of_ocsf, "html": of_html, "xlsx": of_xlsx, "oscal": of_oscal}


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


def schema(name):
    """The official schema of that name, or None after a word of what is left out."""
    shared = os.environ.get("TERRIER_SHARED")
    path = pathlib.Path(shared or ".") / "schemas" / name
    try:
        import jsonschema
    except ImportError:
        print(f"skipped: {name}: python3-jsonschema is not installed")
        return None
    if not shared or not path.exists():
        print(f"skipped: {name}: TERRIER_SHARED does not lead to it")
        return None
    # Python's expressions know no p{L} and p{N}: the same sets in its own words
    loaded = json.loads(path.read_text().replace("\\\\p{L}", "[^\\\\W\\\\d_]").replace("\\\\p{N}", "\\\\d"))
    return jsonschema.validators.validator_for(loaded)(loaded)


def ocsf_schema(name, uid):
    """The compiled schemas keep category and class of the base event, 0, where the schema server puts those of the
    class (category_uid * 1000 + uid): these two are set here, everything else is as it stands."""
    validator = schema(f"ocsf-{name}.schema.json")
    if validator:
        properties = validator.schema["$defs"][name]["properties"]
        expect("what is replaced", (properties["class_uid"]["enum"], properties["category_uid"]["enum"]), ([0], [0]))
        properties["class_uid"]["enum"], properties["category_uid"]["enum"] = [uid], [uid // 1000]
    return validator


def expect_valid(what, validator, document):
    for e in list(validator.iter_errors(document) if validator else [])[:5]:
        raise AssertionError(f"{what}: {'/'.join(map(str, e.absolute_path))}: {e.message[:300]}")


def sarif_is_by_its_standard(p):
    fill(p)
    log = json.loads(report(p, "sarif"))
    expect_valid("sarif", schema("sarif-schema-2.1.0.json"), log)
    run = log["runs"][0]
    rules, notices = run["tool"]["driver"]["rules"], run["tool"]["driver"]["notifications"]
    ids = [r["partialFingerprints"]["terrierFinding/v1"] for r in run["results"]]
    expect("ids are different", len(ids), len(set(ids)))
    for result in run["results"]:
        expect("rule", rules[result["ruleIndex"]]["id"], result["ruleId"])
        place = result["locations"][0]
        path = urllib.parse.unquote_to_bytes(place["physicalLocation"]["artifactLocation"]["uri"]).removeprefix(b"file://")
        expect(f"{path} is a file", stat.S_ISREG(os.lstat(path).st_mode), True)
        region = place["physicalLocation"].get("region")
        if region and "byteOffset" in region:
            data = pathlib.Path(os.fsdecode(path)).read_bytes()
            expect("line of the offset", data[:region["byteOffset"]].count(b"\n") + 1, region["startLine"])
    known = {n["id"] for n in notices}
    for notice in run["invocations"][0]["toolExecutionNotifications"]:
        expect("notice is declared", notice["descriptor"]["id"] in known, True)
    within("members", json.dumps(run["results"]), "in.zip!/a/b.txt")
    again = json.loads(report(p, "sarif"))
    p.run("scan", "-q", "--fresh", p.tree, exit=None)
    later = json.loads(report(p, "sarif"))
    expect("the same again", again, log)
    expect("ids of another run", [r["partialFingerprints"] for r in later["runs"][0]["results"]],
           [r["partialFingerprints"] for r in run["results"]])


def ocsf_is_by_its_schema(p):
    fill(p)
    events = [json.loads(line) for line in report(p, "ocsf").splitlines()]
    validator = ocsf_schema("data_security_finding", 2006)
    expect("first", (events[0]["class_uid"], events[0]["type_uid"], events[0]["activity_id"]), (6007, 600702, 2))
    for event in events:
        expect("type", event["type_uid"], event["class_uid"] * 100 + event["activity_id"])
        expect("category", event["category_uid"], event["class_uid"] // 1000)
    for event in events[1:]:
        expect_valid("ocsf", validator, event)
        for detail in event["data_security"]["discovery_details"]:
            expect("no value", "value" in detail, False)


def oscal_is_by_its_schema(p):
    fill(p)
    validator = schema("oscal-assessment-results.schema.json")
    plain = json.loads(report(p, "oscal"))
    expect_valid("oscal", validator, plain)
    expect("no risk before there is a judgement", "risks" in plain["assessment-results"]["results"][0], False)
    p.run("assess", "--as-of", "2026-11-01", exit=None)
    document = json.loads(report(p, "oscal"))
    expect_valid("oscal of a judged run", validator, document)
    result = document["assessment-results"]["results"][0]
    observed = {o["uuid"] for o in result["observations"]}
    expect("identities", len(observed), len(result["observations"]))
    for risk in result["risks"]:
        for related in risk["related-observations"]:
            expect("observed", related["observation-uuid"] in observed, True)
    plan = document["assessment-results"]["import-ap"]["href"]
    expect("plan", plan, "#" + document["assessment-results"]["back-matter"]["resources"][0]["uuid"])
    expect("no conclusion", [word for word in ("satisfied", '"findings":', "compliant") if word in json.dumps(document)], [])
    expect("the same again", json.loads(report(p, "oscal")), document)


def html_tells_the_judgement(p):
    fill(p)
    within("before", report(p, "html").decode("utf-8"), "has not been held against rulesets")
    p.run("assess", "--as-of", "2026-11-01", exit=None)
    text = report(p, "html").decode("utf-8")
    for part in ("Controls and criteria", "as of 2026-11-01", "What a scan of files cannot attest", "What contradicts it"):
        if part not in text:
            raise AssertionError(f"no {part!r} in the page")
    page = Page(text)
    for link in page.links:
        expect(f"{link} leads somewhere", re.search(f"id={link[1:]}[ >]", text) is not None, True)
    expect("no conclusion", re.findall(r"(?i)(?<!whether a )\b(?:not )?(?:satisfied|compliant)\b", text), [])


def html_asks_for_nothing_and_runs_nothing(p):
    fill(p)
    text = report(p, "html").decode("utf-8")
    page = Page(text)
    expect("links", [link for link in page.links if not link.startswith("#")], [])
    expect("tags", page.tags & {"script", "img", "iframe", "object", "embed", "form", "link", "base"}, set())
    expect("style sheet", re.findall(r"url\(|@import|@font-face", text), [])
    within("policy", text, "default-src 'none'")
    within("hostile name", text, "&lt;script&gt;alert(1)&lt;\\x21--&amp;&#39;&quot;.txt")
    for name in ("coverage", "about", "types", "areas", "places", "unread"):
        expect(f"#{name} is there", (f"href=#{name}" in text, f"id={name} " in text), (True, True))
    chromium = shutil.which("chromium")
    if not chromium:
        print("skipped: chromium is not installed: the page was not opened")
        return
    out = p.top / "r.html"
    p.run("report", "--format", "html", "--output", out)
    picture = p.top / "r.png"
    done = subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
                           "--disable-background-networking", f"--user-data-dir={p.top / 'chromium'}", "--window-size=1000,4000",
                           "--enable-logging=stderr", f"--screenshot={picture}", out.as_uri()],
                          capture_output=True, timeout=120, env=p.env, check=False)
    expect("the browser's console", [line for line in done.stderr.decode("utf-8", "replace").splitlines() if "CONSOLE" in line], [])
    expect("picture", picture.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
    if picture.stat().st_size < 50000:
        raise AssertionError("there is nothing to be seen in the browser")


def a_workbook_opens_and_holds_text(p):
    fill(p)
    out = p.top / "r.xlsx"
    p.run("report", "--format", "xlsx", "--objects", "all", "--output", out)
    sheets = sheets_of(out.read_bytes())
    expect("sheets", list(sheets), ["About this report", "Data types", "Findings", "Not read", "All objects"])
    names = "\n".join(row["B"] for row in sheets["Findings"])
    for name in ("=HYPERLINK", "<script>", "\\x0abreak\\x1b[31m", "@SUM(A1).txt", "umlaut-\u00e4\u00f6"):
        within("names", names, name)
    if not shutil.which("soffice"):
        print("skipped: libreoffice is not installed: the workbook was not opened")
        return
    subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{p.top / 'office'}", "--convert-to",
                    "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1", "--outdir", p.top, out],
                   capture_output=True, timeout=180, env=p.env, check=True)
    found = (p.top / "r-Findings.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(found, newline="")))
    expect("rows in LibreOffice", len(rows), len(sheets["Findings"]))
    within("no formula was run", found, '=HYPERLINK(""http:,x"",1).txt')


def no_format_has_a_value(p):
    fill(p)
    values = [f"536-90-{4300 + i}" for i in range(40)] + ["0532 0130", "370400440532013000", "4111 1111 1111 1111", "m7@firma-7.de"]
    for form in ["text", *FORMATS]:
        told = report(p, form)
        told = repr(sheets_of(told)) if form == "xlsx" else told.decode("utf-8", "replace")
        for value in values:
            expect(f"a value in {form}", value in told, False)


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
                     sarif_is_by_its_standard, ocsf_is_by_its_schema, html_asks_for_nothing_and_runs_nothing, html_tells_the_judgement, oscal_is_by_its_schema,
                     a_workbook_opens_and_holds_text,
                     no_format_has_a_value,
                     a_file_is_whole_and_private]

if __name__ == "__main__":
    sys.exit(evidence.main(*sys.argv[1:]))
