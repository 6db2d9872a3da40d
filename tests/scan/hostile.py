#!/usr/bin/env python3
"""Files made to do harm: each ends in the status that is true of it, and costs itself at most.

usage: hostile.py TERRIER [--keep DIR]

Bombs, a stream that contains itself, archives in archives in archives, sizes that lie, names that
would lead elsewhere, directories without their entries, loops in documents and databases. Every
case is generated here, and says how often its number must be found, the status of the file and
those of all units inside it, counted. All are scanned in one run, whose exit code, sums, time and
memory are looked at, too. Nothing may appear outside the store: an archive's name is only a name.

--keep DIR: made there, and left there. Standard library only. Ends with "N passed, N failed".
"""
import argparse
import bz2
import collections
import gzip
import io
import json
import lzma
import os
import re
import resource
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib

SSN, MAIL = "536-90-4399", "anna.keller@firma-10.de"
LINE = ("SSN %s, mail %s\n" % (SSN, MAIL)).encode()
MIB = 1 << 20
SECONDS = 60  # of processor time, twice what is needed; a bomb that goes off takes hours
WORKER_MIB = 512

CASES = []


class Case:
    """found: times the number must be found; inside: how many units ended how."""

    def __init__(self, name, make, status, found=0, inside=None):
        self.name, self.make, self.status = name, make, status
        self.found, self.inside = found, inside or {}


def case(name, status, found=0, inside=None):
    def wrap(make):
        CASES.append(Case(name, make, status, found, inside))
        return make
    return wrap


# ---------------------------------------------------------------- zip, field by field

def deflated(data):
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    return c.compress(data) + c.flush()


def local(name, method, crc, packed, size, flags=0):
    return struct.pack("<4s5H3L2H", b"PK\3\4", 20, flags, method, 0, 0x5821, crc, packed, size,
                       len(name), 0) + name


def central(name, at, method, crc, packed, size, flags=0, mode=0o100644):
    return struct.pack("<4s6H3L5H2L", b"PK\1\2", 0x314, 20, flags, method, 0, 0x5821, crc, packed,
                       size, len(name), 0, 0, 0, 0, mode << 16, at) + name


def end(n, size, at, comment=b""):
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, n, n, size, at, len(comment)) + comment


class Zip:
    """What is added is written; what is said of it may differ."""

    def __init__(self, head=b""):
        self.out, self.directory, self.n = bytearray(head), bytearray(), 0

    def add(self, name, data, method=8, hidden=False, **said):
        packed = deflated(data) if method == 8 else data
        at = len(self.out)
        facts = dict(method=method, crc=zlib.crc32(data), packed=len(packed), size=len(data))
        facts.update({k: v for k, v in said.items() if k in ("crc", "packed", "size", "flags")})
        self.out += local(said.get("local", name), **facts) + packed
        if not hidden:
            self.directory += central(name, said.get("at", at), mode=said.get("mode", 0o100644),
                                      **facts)
            self.n += 1
        return self

    def bytes(self, comment=b""):
        return bytes(self.out + self.directory) + end(self.n, len(self.directory), len(self.out),
                                                      comment)


def zipped(name, data, **how):
    return Zip().add(name, data, **how).bytes()


# ---------------------------------------------------------------- bombs

def combined(crc, crc_behind, n_behind):
    """CRC-32 of A and B from those of each (zlib's method: zeros pushed through by squaring)."""
    def times(m, v):
        r = 0
        for row in m:
            if v & 1:
                r ^= row
            v >>= 1
        return r

    m = [0xEDB88320] + [1 << i for i in range(31)]  # one zero bit
    for _ in range(3):
        m = [times(m, row) for row in m]
    while n_behind:
        if n_behind & 1:
            crc = times(m, crc)
        m = [times(m, row) for row in m]
        n_behind >>= 1
    return crc ^ crc_behind


@case("overlap-quoted.zip", "limit(overlap)", inside={"partial(corrupt)": 300,
                                                      "limit(overlap)": 299})
def _():
    """Each entry's data are the headers behind it, as stored blocks, and one kernel at the end.
    What comes out of the first so begins like a zip, which is read once more, by its headers."""
    kernel = b"a" * (8 * MIB)
    body, crc, size, packed = deflated(kernel), zlib.crc32(kernel), len(kernel), 0
    names, headers = [b"%03d" % i for i in range(300)], []
    packed = len(body)
    for name in reversed(names):
        if headers:
            behind = headers[-1]
            crc = combined(zlib.crc32(behind), crc, size)
            size += len(behind)
            packed += 5 + len(behind)
        headers.append(local(name, 8, crc, packed, size))
    headers.reverse()
    out, directory = bytearray(), bytearray()
    for i, header in enumerate(headers):
        directory += central(names[i], len(out), 8, *struct.unpack("<3L", header[14:26]))
        out += header
        if i + 1 < len(headers):
            n = len(headers[i + 1])
            out += b"\0" + struct.pack("<HH", n, n ^ 0xFFFF)
    return bytes(out + body + directory) + end(len(names), len(directory), len(out) + len(body))


@case("overlap-same.zip", "limit(overlap)", 1, {"read": 1, "limit(overlap)": 9999})
def _():
    z = Zip().add(b"x", LINE + b"b" * MIB)
    return bytes(z.out + z.directory * 10000) + end(10000, len(z.directory) * 10000, len(z.out))


@case("tree.zip", "limit(output)")
def _():
    """16 in each of 16, six levels deep: 16 million leaves of 1 MiB."""
    d = zipped(b"leaf", b"c" * MIB)
    for level in range(6):
        z = Zip()
        for i in range(16):
            z.add(b"%d-%02d.zip" % (level, i), d)
        d = z.bytes()
    return d


@case("nest-1000.zip", "partial(member)", inside={"partial(member)": 15, "limit(depth)": 1})
def _():
    d = zipped(b"a.txt", LINE)
    for _ in range(1000):
        d = zipped(b"n.zip", d, method=0)
    return d


@case("nest-1000.gz", "partial(member)", 1, {"partial(member)": 7, "limit(filters)": 1})
def _():
    d = LINE
    for _ in range(1000):
        d = gzip.compress(d, 0, mtime=0)
    return d


@case("nest-mixed.zip", "read", 1, {"read": 5})
def _():
    d = gzip.compress(tarred((b"b.zip", zipped(b"a.txt", LINE))), mtime=0)
    d = lzma.compress(tarred((b"c.tgz", d)))
    return zipped(b"d.tar.xz", bz2.compress(d))


@case("zeros.gz", "read", 1, {"read(raw)": 1})
def _():
    return gzip.compress(bytes(10 * MIB), mtime=0) * 60 + gzip.compress(b"\n" + LINE, mtime=0)


@case("zeros-45GB.bz2", "limit(output)", inside={"limit(output)": 1})
def _():
    return bz2.compress(bytes(45 * 10 ** 6)) * 1000


@case("zeros.xz", "read", inside={"read(raw)": 1})
def _():
    return lzma.compress(bytes(32 * MIB)) * 40


def zstd_frame(total, byte):
    """RFC 8878: blocks of one repeated byte, four bytes for 128 KiB."""
    out, n = bytearray(b"\x28\xb5\x2f\xfd\0\x38"), total >> 17
    for i in range(n):
        out += struct.pack("<L", 1 << 17 << 3 | 1 << 1 | (i == n - 1))[:3] + byte
    return bytes(out)


@case("letters-8GB.zst", "limit(output)", inside={"limit(output)": 1})
def _():
    return zstd_frame(8 << 30, b"a")


@case("between-zeros.zst", "read", 2, {"read(raw)": 1})
def _():
    """What must be found stands before, between and behind what is passed over."""
    raw = b"\x28\xb5\x2f\xfd\0\x38" + struct.pack("<L", len(LINE) << 3 | 1)[:3] + LINE
    return zstd_frame(512 * MIB, b"\0") + raw + zstd_frame(256 * MIB, b"\0") + raw


@case("between-letters.zst", "read", 3, {"read": 1})
def _():
    text = b"\n" + LINE
    raw = b"\x28\xb5\x2f\xfd\0\x38" + struct.pack("<L", len(text) << 3 | 1)[:3] + text
    return (raw + zstd_frame(256 * MIB, b"x")) * 2 + raw


def solved(columns, value):
    """x with the sum (GF(2)) of columns[i] over its bits i = value, or None."""
    rows = []  # (pivot bit, column, which x bits)
    for i, c in enumerate(columns):
        which = 1 << i
        for bit, other, w in rows:
            if c >> bit & 1:
                c, which = c ^ other, which ^ w
        if not c:
            return None
        rows.append((c.bit_length() - 1, c, which))
    x = 0
    for bit, c, which in rows:
        if value >> bit & 1:
            value, x = value ^ c, x ^ which
    return x if not value else None


def quine():
    """A gzip that decompresses to itself: literals L and repetitions R as Russ Cox arranged them
    ("Zip Files All The Way Down", 2010), each command five bytes; the sum is a linear equation."""
    r4 = repeat_20()

    def lit(n):
        return b"\0" + struct.pack("<HH", 5 * n, 5 * n ^ 0xFFFF)

    def whole(mtime, crc, size):
        p = b"\x1f\x8b\x08\x08" + struct.pack("<L", mtime) + b"\0\3q.gz\0"
        s = lit(0) + b"\3\0" + struct.pack("<LL", crc, size)
        out = p + lit(4) + p + lit(4) + r4 + lit(1) + r4 + lit(1) + lit(1)
        out += lit(4) + r4 + lit(1) + lit(1) + lit(4) + r4 + lit(4) + r4 + lit(4) + r4 + lit(4)
        out += r4 + lit(4) + r4 + lit(0) + lit(0) + lit(4) + r4 + lit(0) + lit(0) + lit(4)
        return out + r4 + s + r4 + s

    size = len(whole(0, 0, 0))
    for mtime in range(64):
        base = zlib.crc32(whole(mtime, 0, size))
        columns = [zlib.crc32(whole(mtime, 1 << i, size)) ^ base ^ 1 << i for i in range(32)]
        crc = solved(columns, base)
        if crc is not None:
            return whole(mtime, crc, size)
    raise AssertionError("no sum fits")


def repeat_20():
    """RFC 1951 3.2.6: a block of fixed codes that copies 20 bytes from 20 back; 40 bits."""
    bits = [0, 1, 0]
    for _ in range(2):
        bits += [0, 0, 0, 1, 0, 0, 0]                # length 10: code 264
        bits += [0, 1, 0, 0, 0] + [1, 1, 0]          # distance 20: code 8, and 3 more
    bits += [0] * 7
    return bytes(sum(b << i for i, b in enumerate(bits[k:k + 8])) for k in range(0, 40, 8))


@case("itself.gz", "partial(member)", inside={"limit(loop)": 1})
def _():
    q = quine()
    assert zlib.decompress(q, 31) == q
    return q


# ---------------------------------------------------------------- names

NAMES = [(b"../../../../tmp/terrier-escape", "../../../../tmp/terrier-escape"),
         (b"/tmp/terrier-escape", "/tmp/terrier-escape"),
         (b"..\\..\\escape", "..\\x5c..\\x5cescape"), (b"C:\\escape", "C:\\x5cescape"),
         (b"nul\0inside", None), (b"new\nline", "new\\x0aline"), (b"cr\rx", "cr\\x0dx"),
         (b"\x1b[2J", "\\x1b[2J"), (b"\xff\xfe\xc3", "\\xff\\xfe\\xc3"),
         ("a\u202egpj".encode(), None), (b"a!/b", "a\\x21/b"), (b"a#1", "a\\x231"),
         (b"", None), (b"same", "same"), (b"same", "same;2"), (b"=1+1", "=1+1"),
         (b"$(touch terrier-escape)", "$(touch terrier-escape)"), (b"x" * 65000, None),
         (b"a/" * 2000 + b"z", None), (b"-rf", "-rf"), (b"trail ", "trail ")]


@case("names.zip", "read", len(NAMES), {"read": len(NAMES)})
def _():
    z = Zip()
    for name, _ in NAMES:
        z.add(name, LINE, method=0)
    return z.bytes()


@case("links.zip", "read", 1, {"link": 1, "read": 1})
def _():
    return Zip().add(b"l", b"/etc/shadow", method=0, mode=0o120777) \
        .add(b"l/passwd", LINE, mode=0o100644).bytes()


# ---------------------------------------------------------------- zips that lie

@case("other-names.zip", "partial(inconsistent)", 1)
def _():
    return Zip().add(b"dull.png", LINE, local=b"secret.txt").bytes()


@case("says-small.zip", "partial(member)", 2, {"partial(inconsistent)": 1})
def _():
    return zipped(b"a.txt", LINE + b"d" * (2 * MIB) + b"\n" + LINE, size=10)


@case("says-huge.zip", "partial(member)", 1, {"partial(inconsistent)": 1})
def _():
    return zipped(b"a.txt", LINE, size=0xFFFFFFF0, packed=0x7FFFFFF0)


@case("wrong-sum.zip", "partial(member)", 2, {"partial(corrupt)": 1, "read": 1})
def _():
    return Zip().add(b"a.txt", LINE, crc=1).add(b"b.txt", LINE).bytes()


@case("no-directory.zip", "partial(corrupt)", 2, {"read": 2})
def _():
    z = Zip().add(b"a.txt", LINE).add(b"b.txt", LINE)
    return bytes(z.out)


@case("not-in-directory.zip", "read", 3, {"read": 3})
def _():
    return Zip().add(b"a.txt", LINE).add(b"hidden.txt", LINE, hidden=True).add(b"c.txt", LINE) \
        .bytes()


@case("far-away.zip", "partial(corrupt)", 1, {"partial(corrupt)": 1, "read": 2})
def _():
    return Zip().add(b"a.txt", LINE).add(b"gone.txt", b"", at=0x7FFFFFFF).bytes()


@case("encrypted.zip", "partial(member)", inside={"encrypted(zip)": 2})
def _():
    return Zip().add(b"a.txt", LINE, flags=1).add(b"aes.txt", bytes(64), method=99, flags=1).bytes()


@case("two.zip", "read", 2, {"read": 2})
def _():
    a = zipped(b"hidden.txt", LINE)
    return a + zipped(b"seen.txt", LINE, at=len(a))


@case("behind.zip", "read", 2, {"read": 1})
def _():
    return zipped(b"a.txt", LINE) + b"\n" + LINE


@case("program.exe", "read(raw)", 1, {"read": 1})
def _():
    return Zip(b"MZ" + b"\x90" * 4094).add(b"a.txt", LINE).bytes()


# ---------------------------------------------------------------- tar and the like

def tar_header(name, size=0, kind=b"0", field=None, link=b""):
    h = bytearray(512)
    h[:len(name)] = name
    h[100:136] = b"0000644\0000000000\0000000000\0" + b"%011o\0" % size
    h[124:136] = field or h[124:136]
    h[136:148], h[148:156], h[156:157] = b"00000000000\0", b" " * 8, kind
    h[157:157 + len(link)] = link
    h[257:265] = b"ustar\x0000"
    h[148:156] = b"%06o\0 " % sum(h)
    return bytes(h)


def padded(data):
    return data + bytes(-len(data) % 512)


def tar_file(name, data):
    return tar_header(name, len(data)) + padded(data)


def tarred(*files):
    return b"".join(tar_file(*f) for f in files) + bytes(1024)


def pax(**fields):
    out = b""
    for key, value in fields.items():
        key, value = key.replace("_", ".").encode(), value.encode()
        n = len(key) + len(value) + 3
        while len(b"%d" % n) + len(key) + len(value) + 3 != n:
            n += 1
        out += b"%d %s=%s\n" % (n, key, value)
    return tar_header(b"pax", len(out), b"x") + padded(out)


@case("links.tar", "read", 1, {"link": 3, "special(fifo)": 1, "special(char)": 1, "read": 1})
def _():
    return tar_header(b"l", kind=b"2", link=b"/") + tar_file(b"l/through", LINE) + \
        tar_header(b"h", kind=b"1", link=b"h") + tar_header(b"h2", kind=b"1", link=b"/etc/shadow") + \
        tar_header(b"f", kind=b"6") + tar_header(b"c", kind=b"3") + bytes(1024)


@case("sizes.tar", "partial(corrupt)", 1)
def _():
    return tar_file(b"a.txt", LINE) + tar_header(b"less", field=b"\xff" * 12) + \
        tar_header(b"most", field=b"\x80\x7f" + b"\xff" * 10) + bytes(1024)


@case("pax.tar", "partial(corrupt)", 1)
def _():
    return tar_file(b"a.txt", LINE) + pax(path="p/" * 100000 + "x", size="9223372036854775807") + \
        tar_header(b"x", 5) + padded(b"hello") + bytes(1024)


@case("long-name.tar", "partial(corrupt)", 1)
def _():
    return tar_file(b"a.txt", LINE) + \
        tar_header(b"././@LongLink", field=b"77777777777\0", kind=b"L") + b"x" * 512


@case("sparse.tar", "partial(member)", 1, {"limit(sparse)": 1})
def _():
    chart = padded(b"2\n0\n%d\n9223372036854775000\n0\n" % len(LINE))
    return pax(GNU_sparse_major="1", GNU_sparse_minor="0", GNU_sparse_name="huge",
               GNU_sparse_realsize="9223372036854775807") + \
        tar_header(b"huge", len(chart) + len(LINE)) + chart + padded(LINE) + bytes(1024)


@case("behind-the-end.tar", "read", 2, {"read": 2})
def _():
    return tarred((b"a.txt", LINE)) + tarred((b"b.txt", LINE))


@case("cut.tar", "partial(corrupt)", 1)
def _():
    return tar_file(b"a.txt", LINE) + tar_header(b"b.txt", MIB) + b"half of it"


@case("same-names.tar.gz", "read", 1, {"read": 5001})
def _():
    return gzip.compress(tar_header(b"same") * 5000 + tar_file(b"same", LINE) + bytes(1024))


@case("name.cpio", "partial(corrupt)")
def _():
    return b"070701" + b"00000001" * 11 + b"FFFFFFFF" + b"00000000" + b"name"


@case("size.a", "partial(corrupt)", 1, {"partial(corrupt)": 1})
def _():
    return b"!<arch>\n" + b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (b"x/", 0, 0, 0, b"644", 9999999999) \
        + LINE


# ---------------------------------------------------------------- streams

@case("members.gz", "read", 1, {"read": 1})
def _():
    return gzip.compress(b"", mtime=0) * 20000 + gzip.compress(LINE, mtime=0)


@case("behind.gz", "read", 2, {"read": 1})
def _():
    return gzip.compress(LINE, mtime=0) + bytes(512) + LINE


@case("cut.gz", "partial(corrupt)", 1)
def _():
    noise = b"".join(b"%d\n" % (i * i * 7919 % 10007) for i in range(20000))
    return gzip.compress(LINE + noise, mtime=0)[:-4000]


@case("endless-name.gz", "partial(corrupt)")
def _():
    return b"\x1f\x8b\x08\x08\0\0\0\0\0\x03" + b"n" * (2 * MIB)


@case("zeros-first.img.gz", "read", 1, {"read(raw)": 1})
def _():
    return gzip.compress(bytes(65536) + LINE, mtime=0)


@case("dictionary.xz", "limit(memory)", 1, {"limit(memory)": 1})
def _():
    d = bytearray(lzma.compress(LINE))
    d[d.index(b"\x21\x01", 12) + 2] = 40  # 4 GiB less one
    n = (d[12] + 1) * 4
    d[8 + n:12 + n] = struct.pack("<L", zlib.crc32(bytes(d[12:8 + n])))
    return bytes(d)


@case("header.7z", "partial(corrupt)")
def _():
    h = struct.pack("<QQL", 0, 1 << 62, 0)
    return b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<L", zlib.crc32(h)) + h + bytes(64)


@case("files.7z", "partial(corrupt)")
def _():
    body = b"\1\5\xff" + struct.pack("<Q", 1 << 40) + bytes(32)
    h = struct.pack("<QQL", 0, len(body), zlib.crc32(body))
    return b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<L", zlib.crc32(h)) + h + body


@case("size.rar", "partial(corrupt)")
def _():
    b = (b"\x80" * 8 + b"\x7f") * 3
    return b"Rar!\x1a\x07\x01\0" + struct.pack("<L", zlib.crc32(b)) + b


# ---------------------------------------------------------------- documents, markup, databases

@case("laughs.xml", "read", 1)
def _():
    e = "".join('<!ENTITY l%d "%s">' % (i, "&l%d;" % (i - 1) * 10) for i in range(1, 12))
    return ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">%s]><x>&l11; %s</x>'
            % (e, LINE.decode())).encode()


@case("outside.xml", "read", 1)
def _():
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">' \
        b'<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]><x>&e;' + LINE + b"</x>"


@case("deep.xml", "read", 1)
def _():
    return b"<a>" * 100000 + LINE + b"</a>" * 100000


@case("deep.json", "read", 1)
def _():
    return b"[" * 300000 + b'"' + LINE.strip() + b'"' + b"]" * 300000


@case("deep.eml", "read", 1, {"read": 1})
def _():
    return b"From: a@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\n" + b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (i, i)
        for i in range(500)) + b"Content-Type: text/plain\r\n\r\n" + LINE


@case("columns.csv", "read", 1)
def _():
    return b"," * 300000 + LINE


@case("open-quote.csv", "read", 1)
def _():
    return b'id,note\n1,"never closed\n' + b"2,x\n" * 100000 + b"3," + LINE


@case("bomb.docx", "read", 1)
def _():
    types = b'<?xml version="1.0"?><Types ' \
        b'xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    text = b"<w:document><w:t>" + LINE + b"</w:t>" + b"<w:p/>" * (4 * MIB) + b"</w:document>"
    return Zip().add(b"[Content_Types].xml", types).add(b"word/document.xml", text).bytes()


@case("loop.doc", "partial(corrupt)", 1)
def _():
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + \
        struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6) + \
        struct.pack("<10L", 0, 1, 1, 0, 4096, 1, 1, 0, 1, 0)
    return head.ljust(512, b"\xff") + struct.pack("<L", 0) * 128 + bytes(512) + LINE


def database():
    with tempfile.TemporaryDirectory() as place:
        db = sqlite3.connect(place + "/t.db")
        db.execute("pragma page_size = 4096")
        db.execute("create table person (id integer primary key, note text)")
        db.executemany("insert into person (note) values (?)",
                       [(LINE.decode() + "z" * 500,)] * 200)
        db.commit()
        db.close()
        with open(place + "/t.db", "rb") as f:
            return bytearray(f.read())


@case("cut.db", "partial(corrupt)", None)
def _():
    return bytes(database()[:-9000])


@case("loop.db", "partial(corrupt)", None)
def _():
    """SQLite goes round 20 times before it sees that, and each row counts each time."""
    d = database()
    d[4096 + 8:4096 + 12] = struct.pack(">L", 2)  # the root's last child is itself
    return bytes(d)


@case("page-size.db", "partial(corrupt)", None)
def _():
    d = database()
    d[16:18] = struct.pack(">H", 512)
    return bytes(d)


# ---------------------------------------------------------------- the scan

def workers_peak(pid, peak):
    """Resident memory of all that the program started, the most of each."""
    todo = [pid]
    while todo:
        p = todo.pop()
        try:
            for t in os.listdir("/proc/%d/task" % p):
                with open("/proc/%d/task/%s/children" % (p, t)) as f:
                    todo += map(int, f.read().split())
            with open("/proc/%d/status" % p) as f:
                m = re.search(r"VmHWM:\s+(\d+)", f.read())
            peak[p] = max(peak.get(p, 0), int(m.group(1)) if m else 0)
        except OSError:
            pass


def cpu_seconds():
    u = resource.getrusage(resource.RUSAGE_CHILDREN)
    return u.ru_utime + u.ru_stime


def scan(terrier, tree, home):
    env = dict(os.environ, HOME=home, XDG_STATE_HOME=home + "/state",
               XDG_CONFIG_HOME=home + "/config", XDG_CACHE_HOME=home + "/cache")
    peak, start, before = {}, time.monotonic(), cpu_seconds()
    with open(home + "/out", "wb") as out, open(home + "/err", "wb") as err:
        p = subprocess.Popen([terrier, "scan", "--format", "jsonl", "--objects", "all",
                              "--progress", "never", tree], env=env, stdout=out, stderr=err)
        while p.poll() is None and time.monotonic() - start < 40 * SECONDS:
            workers_peak(p.pid, peak)
            time.sleep(0.05)
        if p.poll() is None:
            p.kill()
        p.wait()
    seconds = cpu_seconds() - before
    with open(home + "/out", encoding="utf-8") as f:
        rows = [json.loads(x) for x in f]
    with open(home + "/err", encoding="utf-8", errors="replace") as f:
        return rows, p.returncode, f.read(), seconds, max(peak.values()) / 1024


class Score:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, wrong):
        self.passed += not wrong
        self.failed += bool(wrong)
        if wrong:
            print("FAILED: %s: %s" % (name, wrong))


def judge(c, path, rows):
    """What is wrong with it, or nothing."""
    mine = [x for x in rows if x["kind"] == "object" and x["locator"] == path]
    inside = collections.Counter(x["status"] for x in rows if x["kind"] == "object" and
                                 x["locator"].startswith(path + "!/"))
    found = sum(x["count"] for x in rows if x["kind"] == "finding" and x["part"] != "(name)" and
                x["detector"] == "gov.us-ssn" and
                (x["object"] == path or x["object"].startswith(path + "!/")))
    status = [x["status"] for x in mine]
    if status != [c.status] or (c.found is not None and found != c.found) or \
            (c.inside and dict(inside) != c.inside):
        return "%s, %d found, inside %s; expected %s, %s found, inside %s" % (
            status, found, dict(inside), c.status, c.found, c.inside)
    return None


def judge_names(path, rows):
    there = {x["locator"] for x in rows if x["kind"] == "object"}
    lost = [n for _, n in NAMES if n is not None and path + "!/" + n not in there]
    return lost and "not listed: %s" % lost


def main():
    p = argparse.ArgumentParser()
    p.add_argument("terrier")
    p.add_argument("--keep")
    p.add_argument("--sanitized", action="store_true")
    o = p.parse_args()
    score = Score()
    with tempfile.TemporaryDirectory() as place:
        tree = os.path.realpath(o.keep or place + "/tree")
        os.makedirs(tree, exist_ok=True)
        for c in CASES:
            with open(os.path.join(tree, c.name), "wb") as f:
                f.write(c.make())
        before = set(os.listdir("/tmp"))
        rows, code, err, seconds, mib = scan(os.path.abspath(o.terrier), tree, place)
        escaped = [n for n in set(os.listdir("/tmp")) - before if "terrier-escape" in n]
    for c in CASES:
        score.check(c.name, judge(c, os.path.join(tree, c.name), rows))
    score.check("names", judge_names(os.path.join(tree, "names.zip"), rows))
    said = [x for x in rows if x["kind"] == "coverage"]
    score.check("exit code", code != 3 and "%d, expected 3: %s" % (code, err))
    score.check("sums", not (said and said[0]["balanced"] and
                             said[0]["files"]["found"] == len(CASES)) and str(said))
    score.check("nothing written", escaped and str(escaped))
    score.check("deaths", [x["locator"] for x in rows if "-killed" in x.get("status", "")])
    print("%.1f s of processor time, at most %d MiB a process" % (seconds, mib))
    if o.sanitized:
        print("skipped: time and memory of a sanitizer's build say nothing")
    else:
        score.check("time", seconds > SECONDS and "%.0f s" % seconds)
        score.check("memory", mib > WORKER_MIB and "%d MiB" % mib)
    print("%d passed, %d failed" % (score.passed, score.failed))
    return score.failed != 0


if __name__ == "__main__":
    sys.exit(main())
