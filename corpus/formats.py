#!/usr/bin/env python3
"""One document, written in every format and encoding that Terrier reads.

usage: formats.py OUT

Three people, each with a social security number, an e-mail address, an IBAN and a card number, once
a format. Writes OUT/tree/NAME.EXT and OUT/truth.jsonl, a line a file: {"path", "format", "at"}; `at`
is the end of the locator that the first social security number is reported under. A format whose
tool is not here is named in a line {"path", "format", "skipped"}. All values are generated, valid by
structure. Standard library only.
"""
import base64
import bz2
import gzip
import io
import json
import lzma
import os
import quopri
import shutil
import sqlite3
import subprocess
import sys
import zipfile
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from make import Values  # noqa: E402
from office import OFFICE, RELS, STAMP, TYPES, docx, esc, override, pdf, tarred, xlsx, zipped  # noqa: E402
import outlook  # noqa: E402
import random  # noqa: E402

FIELDS = ["name", "ssn", "email", "iban", "card"]


def people():
    v = Values(random.Random(20240102))
    names = ["Ada Quill", "Ben Marsh", "Cleo Stone"]
    return [{"name": n, "ssn": v.ssn(), "email": "%s@firma-12.de" % n.split()[0].lower(),
             "iban": v.iban(), "card": v.card(" ")} for n in names]


PEOPLE = people()
LINES = ["%(name)s: SSN %(ssn)s, mail %(email)s, IBAN %(iban)s, card %(card)s" % p for p in PEOPLE]
TABLE = [FIELDS] + [[p[f] for f in FIELDS] for p in PEOPLE]
PROSE = "Notes on three people.\n" + "".join(x + "\n" for x in LINES) + "End of notes.\n"


def rows(sep, end="\n"):
    return sep.join(FIELDS) + end + "".join(sep.join(p[f] for f in FIELDS) + end for p in PEOPLE)


# ---- markup and records ----

def html():
    body = "".join("<tr>" + "".join("<td>%s</td>" % esc(p[f]) for f in FIELDS) + "</tr>\n" for p in PEOPLE)
    return "<!doctype html><html><body><table>\n<tr><th>" + "</th><th>".join(FIELDS) + "</th></tr>\n" + body + \
        "</table></body></html>\n"


def xml():
    return '<?xml version="1.0"?>\n<people>\n' + "".join(
        "<person>" + "".join("<%s>%s</%s>" % (f, esc(p[f]), f) for f in FIELDS) + "</person>\n"
        for p in PEOPLE) + "</people>\n"


def rtf():
    return "{\\rtf1\\ansi\\ansicpg1252 Notes\\par\n" + "".join(x + "\\par\n" for x in LINES) + "}\n"


def vcard():
    return "".join("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:%(name)s\r\nEMAIL:%(email)s\r\n"
                   "NOTE:SSN %(ssn)s IBAN %(iban)s card %(card)s\r\nEND:VCARD\r\n" % p for p in PEOPLE)


def ics():
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(
        "BEGIN:VEVENT\r\nUID:%d\r\nATTENDEE:mailto:%s\r\nDESCRIPTION:SSN %s IBAN %s card %s\r\nEND:VEVENT\r\n"
        % (i, p["email"], p["ssn"], p["iban"], p["card"]) for i, p in enumerate(PEOPLE)) + "END:VCALENDAR\r\n"


def ldif():
    return "".join("dn: uid=u%d,dc=firma-12,dc=de\nmail: %s\nssn: %s\niban: %s\ncard: %s\n\n"
                   % (i, p["email"], p["ssn"], p["iban"], p["card"]) for i, p in enumerate(PEOPLE))


def pg_copy():
    return "--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE public.people (\n" + \
        ",\n".join("    %s text" % f for f in FIELDS) + "\n);\n\nCOPY public.people (%s) FROM stdin;\n" % \
        ", ".join(FIELDS) + "".join("\t".join(p[f] for f in FIELDS) + "\n" for p in PEOPLE) + "\\.\n"


def inserts(quote):
    return "-- MySQL dump 10.13\n\nINSERT INTO %speople%s (%s) VALUES " % (quote, quote, ", ".join(FIELDS)) + \
        ",".join("(" + ",".join("'%s'" % p[f] for f in FIELDS) + ")" for p in PEOPLE) + ";\n"


def pg_contents(form):
    """toc.dat of a dump of PostgreSQL 15 (archive version 1.14) as a tar (3) or in a directory (5)."""
    def number(v):
        return bytes([v < 0]) + abs(v).to_bytes(4, "little")

    def text(s):
        return number(-1) if s is None else number(len(s)) + s.encode()

    def entry(i, sql, copy, file):
        return number(i) + number(bool(copy)) + b"".join(map(text, ("1259", "16385", "people", "TABLE"))) + number(2) + \
            b"".join(map(text, (sql, "", copy, "public", "", "heap", "owner", "false", None, file)))

    return b"PGDMP\1\16\0\4\x08" + bytes([form]) + number(-1) + number(0) * 7 + \
        b"".join(map(text, ("prod", "15.3", "15.3"))) + number(2) + \
        entry(215, "CREATE TABLE public.people (\n%s\n);\n" % ",\n".join("    %s text" % f for f in FIELDS), None, "") + \
        entry(3342, None, "COPY public.people (%s) FROM stdin;\n" % ", ".join(FIELDS), "3342.dat")


def pg_rows():
    return "".join("\t".join(p[f] for f in FIELDS) + "\n" for p in PEOPLE) + "\\.\n\n\n"


# ---- mail ----

def mail(encoded):
    head = "From: Human Resources\r\nSubject: notes\r\nDate: Tue, 02 Jan 2024 03:04:06 +0000\r\nMIME-Version: 1.0\r\n" \
        "Content-Type: text/plain; charset=utf-8\r\n"
    body = PROSE.replace("\n", "\r\n").encode()
    if encoded == "base64":
        return head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(body)
    if encoded == "quoted-printable":
        return head.encode() + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + quopri.encodestring(body)
    return head.encode() + b"\r\n" + body


def attached():
    return b"From: Human Resources\r\nSubject: notes\r\nDate: Tue, 02 Jan 2024 03:04:06 +0000\r\nMIME-Version: 1.0\r\n" \
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee there\r\n--b\r\n" \
        b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" + \
        base64.encodebytes(zipped({"a.csv": rows(",")})) + b"--b--\r\n"


def winmail():
    data = outlook.tnef("notes", "see there", {"a.zip": zipped({"a.csv": rows(",")})})
    return attached().split(b"--b\r\nContent-Type: application/zip")[0] + \
        b"--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n" + \
        base64.encodebytes(data) + b"--b--\r\n"


def mbox():
    return b"From MAILER-DAEMON Tue Jan  2 03:04:06 2024\n" + mail("").replace(b"\r\n", b"\n") + b"\n"


# ---- archives ----

def cpio(name, data):
    def entry(n, d, mode):
        head = "070701" + "".join("%08X" % x for x in (1, mode, 0, 0, 1, 1704164646, len(d), 0, 0, 0, 0, len(n) + 1, 0))
        out = head.encode() + n.encode() + b"\0"
        out += b"\0" * (-len(out) % 4) + d
        return out + b"\0" * (-len(out) % 4)

    return entry(name, data.encode(), 0o100644) + entry("TRAILER!!!", b"", 0)


def ar(name, data):
    data = data.encode()
    return b"!<arch>\n" + ("%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (name + "/", 1704164646, 0, 0, "100644", len(data))).encode() \
        + data + b"\n" * (len(data) % 2)


def by_tool(ext, data):
    """Formats that only a tool writes: (bytes, None) or (None, why not)."""
    filters = {"zst": ["zstd", "-qc"], "lz4": ["lz4", "-qc"], "br": ["brotli", "-c"]}
    if ext in filters:
        tool = filters[ext]
        if not shutil.which(tool[0]):
            return None, tool[0]
        return subprocess.run(tool, input=data.encode(), stdout=subprocess.PIPE, check=True).stdout, None
    if not shutil.which("bsdtar"):
        return None, "bsdtar"
    import tempfile
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/a.txt", "w") as f:
            f.write(data)
        formats = {"7z": "7zip", "iso": "iso9660", "xar": "xar", "warc": "warc"}
        subprocess.run(["bsdtar", "--format", formats[ext], "-cf", d + "/out", "-C", d, "a.txt"], check=True)
        with open(d + "/out", "rb") as f:
            return f.read(), None


# ---- documents ----

def pptx():
    a = "http://schemas.openxmlformats.org/drawingml/2006/main"
    p = "http://schemas.openxmlformats.org/presentationml/2006/main"
    text = "".join("<a:p><a:r><a:t>%s</a:t></a:r></a:p>" % esc(x) for x in LINES)
    return zipped({
        "[Content_Types].xml": TYPES % (override("ppt/presentation.xml", "presentationml.presentation.main") +
                                        override("ppt/slides/slide1.xml", "presentationml.slide")),
        "_rels/.rels": RELS % ("officeDocument", "ppt/presentation.xml"),
        "ppt/presentation.xml": '<?xml version="1.0"?><p:presentation xmlns:p="%s" xmlns:r="%s"><p:sldIdLst>'
                                '<p:sldId id="256" r:id="rId1"/></p:sldIdLst></p:presentation>' % (p, OFFICE),
        "ppt/_rels/presentation.xml.rels": RELS % ("slide", "slides/slide1.xml"),
        "ppt/slides/slide1.xml": '<?xml version="1.0"?><p:sld xmlns:p="%s" xmlns:a="%s"><p:cSld><p:spTree><p:sp><p:txBody>'
                                 '%s</p:txBody></p:sp></p:spTree></p:cSld></p:sld>' % (p, a, text)})


ODF = ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"' \
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"' \
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"' \
    ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'


def odf(kind, body):
    mime = "application/vnd.oasis.opendocument." + kind
    manifest = '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">' \
        '<manifest:file-entry manifest:full-path="/" manifest:media-type="%s"/>' \
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>' % mime
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, data in (("mimetype", mime), ("content.xml", '<?xml version="1.0"?><office:document-content%s>'
                           '<office:body>%s</office:body></office:document-content>' % (ODF, body)),
                           ("META-INF/manifest.xml", manifest)):
            z.writestr(zipfile.ZipInfo(name, STAMP.timetuple()[:6]), data)
    return out.getvalue()


def paragraphs():
    return "".join("<text:p>%s</text:p>" % esc(x) for x in LINES)


def ods_table():
    return '<office:spreadsheet><table:table table:name="People">' + "".join(
        "<table:table-row>" + "".join('<table:table-cell office:value-type="string"><text:p>%s</text:p></table:table-cell>'
                                      % esc(c) for c in row) + "</table:table-row>" for row in TABLE) + \
        "</table:table></office:spreadsheet>"


def sqlite(place):
    path = place + "/people.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE people (%s)" % ", ".join(FIELDS))
    db.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?)", [[p[f] for f in FIELDS] for p in PEOPLE])
    db.commit()
    db.close()
    with open(path, "rb") as f:
        data = f.read()
    os.unlink(path)
    return data


def avro(codec):
    def long(v):
        v, out = v << 1 ^ v >> 63, b""
        while v > 0x7F:
            v, out = v >> 7, out + bytes([v & 0x7F | 0x80])
        return out + bytes([v])

    def text(s):
        s = s.encode() if isinstance(s, str) else s
        return long(len(s)) + s

    schema = {"type": "record", "name": "Person", "fields": [
        {"name": f, "type": ["null", "string"] if f == "ssn" else "string"} for f in FIELDS]}
    rows = b"".join(b"".join((long(1) if f == "ssn" else b"") + text(p[f]) for f in FIELDS) for p in PEOPLE)
    if codec == "deflate":
        pack = zlib.compressobj(9, zlib.DEFLATED, -15)
        rows = pack.compress(rows) + pack.flush()
    mark = b"0123456789abcdef"
    return b"Obj\1" + long(2) + text("avro.schema") + text(json.dumps(schema)) + text("avro.codec") + text(codec) + \
        long(0) + mark + long(len(PEOPLE)) + text(rows) + mark


def mongo(archive):
    def document(body):
        return (len(body) + 5).to_bytes(4, "little") + body + b"\0"

    def text(name, s):
        return b"\2" + name.encode() + b"\0" + (len(s) + 1).to_bytes(4, "little") + s.encode() + b"\0"

    rows = b"".join(document(b"".join(text(f, p[f]) for f in FIELDS)) for p in PEOPLE)
    if not archive:
        return rows
    head, end = text("db", "hr") + text("collection", "people"), b"\xff" * 4
    return b"\x6d\xe2\x99\x81" + document(text("version", "0.1")) + document(head + text("metadata", "{}")) + end + \
        document(head + b"\x08EOF\0\0") + rows + end + document(head + b"\x08EOF\0\1") + end


# ---- the list ----

LOCAL = {"shift_jis": "社員の名前と住所が書いてあります。確認してください。", "gb18030": "这个文件里有员工的姓名和地址，请交给人事部。",
         "euc_kr": "이 파일에는 직원의 이름과 주소가 있습니다.", "big5": "這個檔案裡有員工的姓名和地址，請交給人事部。",
         "euc_jp": "社員の名前と住所が書いてあります。", "koi8_r": "В этом файле записаны имена и адреса.",
         "cp1251": "В этом файле записаны имена и адреса.", "cp1252": "Größe, Straße, café, señor",
         "iso2022_jp": "社員の名前と住所が書いてあります。"}

TEXTS = [("utf-8", "utf-8"), ("utf-8 with BOM", "utf-8-sig"), ("UTF-16LE with BOM", "utf-16"),
         ("UTF-16LE", "utf-16-le"), ("UTF-16BE", "utf-16-be"), ("UTF-32LE", "utf-32-le"), ("UTF-32BE", "utf-32-be"),
         ("EBCDIC 037", "cp037"), ("windows-1252", "cp1252"), ("windows-1251", "cp1251"), ("KOI8-R", "koi8_r"),
         ("Shift-JIS", "shift_jis"), ("EUC-JP", "euc_jp"), ("ISO-2022-JP", "iso2022_jp"), ("GB18030", "gb18030"),
         ("EUC-KR", "euc_kr"), ("Big5", "big5")]


def documents(place):
    """(name, what it is, bytes or None, where the first number is, or the missing tool)"""
    j = [{f: p[f] for f in FIELDS} for p in PEOPLE]
    for title, codec in TEXTS:
        text = (LOCAL[codec] + "\n") * 40 + PROSE if codec in LOCAL else PROSE
        line = 42 if codec in LOCAL else 2
        yield "text-%s.txt" % codec, "text, " + title, text.encode(codec), "#L%d" % line
    yield "people.csv", "CSV", rows(","), "#ssn:2"
    yield "people.tsv", "TSV", rows("\t"), "#ssn:2"
    yield "semicolon.csv", "CSV, semicolons", rows(";"), "#ssn:2"
    yield "utf16.csv", "CSV in UTF-16", rows(",").encode("utf-16"), "#ssn:2"
    yield "people.json", "JSON", json.dumps(j, indent=1), "#ssn:1"
    yield "escaped.json", "JSON, escaped", json.dumps(j).replace("-", "\\u002d"), "#ssn:1"
    yield "people.jsonl", "JSON Lines", "".join(json.dumps(x) + "\n" for x in j), "#ssn:1"
    yield "people.xml", "XML", xml(), "ssn:"
    yield "people.html", "HTML", html(), "#L"
    yield "people.rtf", "RTF", rtf(), "#L"
    yield "people.vcf", "vCard", vcard(), "#NOTE:1"
    yield "people.ics", "iCalendar", ics(), "#DESCRIPTION:1"
    yield "people.ldif", "LDIF", ldif(), "#ssn:1"
    yield "copy.sql", "pg_dump, COPY", pg_copy(), "#public.people.ssn:1"
    yield "dump.tar", "pg_dump -Ft", tarred({"toc.dat": pg_contents(3), "3342.dat": pg_rows()}), \
        "!/3342.dat#public.people.ssn:1"
    yield "dump/3342.dat.gz", "pg_dump -Fd", gzip.compress(pg_rows().encode(), mtime=0), \
        "!/3342.dat#public.people.ssn:1"
    yield "insert.sql", "INSERT", inserts("`"), "#people.ssn:1"
    yield "plain.eml", "mail", mail(""), "!/body.txt#L2"
    yield "base64.eml", "mail, base64", mail("base64"), "!/body.txt#L2"
    yield "quoted.eml", "mail, quoted-printable", mail("quoted-printable"), "!/body.txt#L2"
    yield "attached.eml", "mail, attachment", attached(), "!/a.zip!/a.csv#ssn:2"
    yield "notes.tnef", "TNEF", outlook.tnef("notes", PROSE, {}), "#body#L2"
    yield "winmail.eml", "TNEF in mail, attachment", winmail(), "!/winmail.dat!/a.zip!/a.csv#ssn:2"
    yield "people.pst", "Outlook data file", outlook.pst(PROSE, {}), "!/Top/Inbox/mail-200024#body#L2"
    yield "attached.pst", "Outlook data file, attachment", outlook.pst(
        "see there", {"a.zip": zipped({"a.csv": rows(",")})}), "!/Top/Inbox/mail-200024!/a.zip!/a.csv#ssn:2"
    yield "people.ost", "Outlook data file, 4 KiB pages", outlook.pst(PROSE, {}, kind="large", crypt=0), "#body#L2"
    yield "ansi.pst", "Outlook data file, ANSI", outlook.pst(PROSE, {}, kind="ansi", crypt=2), "#body#L2"
    yield "people.mbox", "mailbox", mbox(), "!/1!/body.txt#L2"
    yield "people.docx", "Word", docx(LINES), "#"
    yield "people.xlsx", "Excel", xlsx("People", TABLE), "#People:B2"
    yield "people.pptx", "PowerPoint", pptx(), "#slide1"
    yield "people.odt", "OpenDocument text", odf("text", "<office:text>%s</office:text>" % paragraphs()), "#"
    yield "people.ods", "OpenDocument sheet", odf("spreadsheet", ods_table()), "#People:B2"
    yield "people.odp", "OpenDocument slides", odf(
        "presentation", '<office:presentation><draw:page draw:name="one"><draw:frame><draw:text-box>%s</draw:text-box>'
        '</draw:frame></draw:page></office:presentation>' % paragraphs()), "#"
    yield "people.pdf", "PDF", pdf(LINES), "#page1"
    yield "people.db", "SQLite", sqlite(place), "#people.ssn:1"
    yield "people.bson", "BSON", mongo(False), "#ssn:1"
    yield "people.archive", "mongodump --archive", mongo(True), "#hr.people.ssn:1"
    yield "people.avro", "Avro", avro("null"), "#ssn:1"
    yield "deflate.avro", "Avro, deflate", avro("deflate"), "#ssn:1"
    yield "deflated.zip", "zip", zipped({"in/a.txt": PROSE}), "!/in/a.txt#L2"
    yield "stored.zip", "zip, stored", zipped({"a.txt": PROSE}, zipfile.ZIP_STORED), "!/a.txt#L2"
    yield "nested.zip", "zip in tar.gz in zip", zipped(
        {"b.tar.gz": gzip.compress(tarred({"c.zip": zipped({"a.txt": PROSE})}), mtime=0)}), "!/b.tar.gz!/c.zip!/a.txt#L2"
    yield "a.tar", "tar", tarred({"in/a.txt": PROSE}), "!/in/a.txt#L2"
    yield "a.tar.gz", "tar, gzip", gzip.compress(tarred({"a.txt": PROSE}), mtime=0), "!/a.txt#L2"
    yield "a.tar.bz2", "tar, bzip2", bz2.compress(tarred({"a.txt": PROSE})), "!/a.txt#L2"
    yield "a.tar.xz", "tar, xz", lzma.compress(tarred({"a.txt": PROSE})), "!/a.txt#L2"
    yield "a.cpio", "cpio", cpio("a.txt", PROSE), "!/a.txt#L2"
    yield "a.a", "ar", ar("a.txt", PROSE), "!/a.txt#L2"
    yield "notes.txt.gz", "gzip", gzip.compress(PROSE.encode(), mtime=0), "!/notes.txt#L2"
    yield "notes.txt.bz2", "bzip2", bz2.compress(PROSE.encode()), "!/notes.txt#L2"
    yield "notes.txt.xz", "xz", lzma.compress(PROSE.encode()), "!/notes.txt#L2"
    for ext in ("zst", "lz4", "br"):
        data, why = by_tool(ext, PROSE * (40 if ext == "br" else 1))
        yield "notes.txt." + ext, ext, data, "!/notes.txt#L2" if data else why
    for ext in ("7z", "iso", "xar", "warc"):
        data, why = by_tool(ext, PROSE)
        yield "a." + ext, ext, data, "!/" if data else why
    yield "base64.txt", "base64 in text", "see\n" + base64.b64encode(PROSE.encode()).decode() + "\n", "#L2"
    yield "hex.txt", "hexadecimal in text", "see\n" + PROSE.encode().hex() + "\n", "#L2"
    yield "percent.txt", "percent codes in text", PROSE.replace("-", "%2D").replace("@", "%40").replace(" ", "%20"), "#L2"


def main():
    place = sys.argv[1]
    os.makedirs(place + "/tree/dump", exist_ok=True)
    with open(place + "/tree/dump/toc.dat", "wb") as f:
        f.write(pg_contents(5))  # beside the rows of it
    with open(place + "/truth.jsonl", "w") as truth:
        for name, title, data, at in documents(place):
            row = {"path": name, "format": title}
            if data is None:
                row["skipped"] = at
            else:
                os.makedirs(os.path.dirname(os.path.join(place, "tree", name)), exist_ok=True)
                with open(os.path.join(place, "tree", name), "wb") as f:
                    f.write(data.encode() if isinstance(data, str) else data)
                row["at"] = at
                row["times"] = 40 if name.endswith(".br") else 1
            truth.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
