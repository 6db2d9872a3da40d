"""Archives and documents as small as a reader takes them: zip, tar, docx, xlsx, pdf.

Each function returns bytes. Times are datetime in UTC; the same arguments give the same bytes.
Standard library only.
"""
import datetime
import io
import tarfile
import zipfile

STAMP = datetime.datetime(2024, 1, 2, 3, 4, 6)


def esc(s):
    return s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# ---- archives ----

def zipped(members, how=zipfile.ZIP_DEFLATED, at=STAMP):
    """members: name to text or bytes, or to (text or bytes, time)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as z:
        for name, data in members.items():
            data, when = data if isinstance(data, tuple) else (data, at)
            info = zipfile.ZipInfo(name, when.timetuple()[:6])
            info.compress_type = how
            z.writestr(info, data)
    return out.getvalue()


def tarred(members, at=STAMP):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for name, data in members.items():
            data, when = data if isinstance(data, tuple) else (data, at)
            data = data.encode() if isinstance(data, str) else data
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mtime = int(when.replace(tzinfo=datetime.timezone.utc).timestamp())
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


# ---- documents ----

TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">' \
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' \
    '<Default Extension="xml" ContentType="application/xml"/>%s</Types>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' \
    '<Relationship Id="rId1" Type="' + OFFICE + '/%s" Target="%s"/></Relationships>'
CORE = '<?xml version="1.0"?><cp:coreProperties' \
    ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"' \
    ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' \
    '<dcterms:created xsi:type="dcterms:W3CDTF">%s</dcterms:created>' \
    '<dcterms:modified xsi:type="dcterms:W3CDTF">%s</dcterms:modified></cp:coreProperties>'


def override(part, kind):
    return '<Override PartName="/%s" ContentType="application/vnd.openxmlformats-officedocument.%s+xml"/>' % (part, kind)


def core(members, dates):
    """The properties of the document, where its dates (created, modified) are given."""
    if dates:
        members["docProps/core.xml"] = CORE % tuple(d.strftime("%Y-%m-%dT%H:%M:%SZ") for d in dates)
        members["_rels/.rels"] = members["_rels/.rels"].replace(
            "</Relationships>", '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/package/2006/relationships/'
            'metadata/core-properties" Target="docProps/core.xml"/></Relationships>')
    return members


def docx(paragraphs, dates=None):
    """Each paragraph stands in two runs, as editors leave them."""
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join("<w:p><w:r><w:t>%s</w:t></w:r><w:r><w:t>%s</w:t></w:r></w:p>" % (esc(x[:18]), esc(x[18:]))
                   for x in paragraphs)
    return zipped(core({
        "[Content_Types].xml": TYPES % override("word/document.xml", "wordprocessingml.document.main"),
        "_rels/.rels": RELS % ("officeDocument", "word/document.xml"),
        "word/document.xml": '<?xml version="1.0"?><w:document xmlns:w="%s"><w:body>%s</w:body></w:document>' % (w, body)},
        dates))


def xlsx(name, table, dates=None):
    """One sheet of texts, at most 26 columns."""
    s = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = {c: i for i, c in enumerate(sorted({c for row in table for c in row}))}
    cells = "".join('<row r="%d">' % (i + 1) + "".join(
        '<c r="%s%d" t="s"><v>%d</v></c>' % (chr(65 + k), i + 1, strings[c]) for k, c in enumerate(row)) + "</row>"
        for i, row in enumerate(table))
    return zipped(core({
        "[Content_Types].xml": TYPES % (override("xl/workbook.xml", "spreadsheetml.sheet.main") +
                                        override("xl/worksheets/sheet1.xml", "spreadsheetml.worksheet") +
                                        override("xl/sharedStrings.xml", "spreadsheetml.sharedStrings")),
        "_rels/.rels": RELS % ("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": '<?xml version="1.0"?><workbook xmlns="%s" xmlns:r="%s"><sheets>'
                           '<sheet name="%s" sheetId="1" r:id="rId1"/></sheets></workbook>' % (s, OFFICE, esc(name)),
        "xl/_rels/workbook.xml.rels": (RELS % ("worksheet", "worksheets/sheet1.xml")).replace(
            "</Relationships>", '<Relationship Id="rId2" Type="%s/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
            % OFFICE),
        "xl/sharedStrings.xml": '<?xml version="1.0"?><sst xmlns="%s">%s</sst>' % (
            s, "".join("<si><t>%s</t></si>" % esc(x) for x in strings)),
        "xl/worksheets/sheet1.xml": '<?xml version="1.0"?><worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>'
                                    % (s, cells)}, dates))


def pdf(lines, dates=None):
    """One page of Courier; the lines have no brackets or backslashes."""
    text = b"BT /F1 10 Tf 12 TL 40 760 Td " + b" ".join(b"(%s) Tj T*" % x.encode() for x in lines) + b" ET"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 900 800] /Contents 4 0 R "
               b"/Resources << /Font << /F1 5 0 R >> >> >>",
               b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"]
    info = b""
    if dates:
        objects.append(b"<< /CreationDate (%s) /ModDate (%s) >>" % tuple(
            d.strftime("D:%Y%m%d%H%M%S+00'00'").encode() for d in dates))
        info = b" /Info %d 0 R" % len(objects)
    out, places = b"%PDF-1.4\n", []
    for i, o in enumerate(objects):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (i + 1, o)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + table + b"trailer << /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, info, len(out))
