#!/usr/bin/env python3
"""The golden corpus: a directory tree with planted values, and the truth about them.

usage: make.py OUT [--seed N]

Writes OUT/tree/... and OUT/truth.jsonl: one line a planted value
    {"path", "detector", "line", "offset", "length"}
and one a file
    {"path", "status"}
with offsets in raw bytes. The same seed gives the same bytes. All values are generated: numbers
valid by structure, names in domains that are nobody's customer; no real person.
Standard library only.
"""
import argparse
import json
import os
import random
import socket
import zipfile

WORDS = ("the of and to in is that for it as was with be by on not he this are or his from at "
         "which but have an had they you were their one all we can her has there been if more "
         "when will would who so no out up into than them only its time some could these two "
         "may then do first any my now such like our over me even most made after also did many "
         "off before must through years much where your way well down should because long each "
         "just state people those too little good world make very year still see work life").split()

JAPANESE = "このファイルには社員の名前と住所が書いてあります。確認してください。\n"
CHINESE = "这个文件里有员工的姓名和地址，检查完以后请交给人事部。\n"
CHINESE_OLD = "這個檔案裡有員工的姓名和地址，檢查完以後請交給人事部。\n"
KOREAN = "이 파일에는 직원의 이름과 주소가 있습니다. 확인해 주세요.\n"
RUSSIAN = "В этом файле записаны имена и адреса сотрудников, проверьте их.\n"


class Values:
    """Values that are valid by structure."""

    def __init__(self, rnd):
        self.rnd = rnd

    def digits(self, n):
        return "".join(self.rnd.choice("0123456789") for _ in range(n))

    def card(self, sep=" "):
        body = "4" + self.digits(14)
        total = 0
        for i, c in enumerate(reversed(body)):
            d = int(c) * (2 if i % 2 == 0 else 1)
            total += d - 9 if d > 9 else d
        pan = body + str(-total % 10)
        return sep.join(pan[i:i + 4] for i in range(0, 16, 4))

    def iban(self):
        bban = self.digits(18)
        check = 98 - int(bban + "131400") % 97
        return "DE%02d%s" % (check, bban)

    def ssn(self):
        return "%03d-%02d-%04d" % (self.rnd.randint(100, 665), self.rnd.randint(10, 99),
                                   self.rnd.randint(1000, 9999))

    def email(self):
        return "%s.%s@firma-%d.de" % (self.rnd.choice(["anna", "lukas", "maria", "jonas"]),
                                      self.rnd.choice(["keller", "vogel", "brandt", "winter"]),
                                      self.rnd.randint(10, 99))

    def any(self):
        return self.rnd.choice([
            lambda: ("fin.payment-card", "card " + self.card(self.rnd.choice(["", " ", "-"])), 5),
            lambda: ("fin.iban", "IBAN " + self.iban(), 5),
            lambda: ("gov.us-ssn", "SSN " + self.ssn(), 4),
            lambda: ("contact.email", "mail " + self.email(), 5),
        ])()


class Text:
    """A text in the making, and where the planted values are in it (in characters)."""

    def __init__(self, rnd):
        self.rnd, self.values = rnd, Values(rnd)
        self.text, self.plants = "", []

    def prose(self, n):
        while n > 0:
            k = self.rnd.randint(6, 14)
            words = [self.rnd.choice(WORDS) for _ in range(k)]
            s = (" ".join(words)).capitalize() + ".\n"
            self.text += s
            n -= len(s)
        return self

    def plant(self, kind=None):
        detector, s, skip = kind or self.values.any()
        self.plants.append((detector, len(self.text) + skip, len(s) - skip))
        self.text += s + "\n"
        return self

    def fill_to(self, position, char="x"):
        """Words up to a position, so that the next value stands exactly there."""
        unit = "lorem ipsum dolor sit amet consectetur\n"
        missing = position - len(self.text)
        self.text += (unit * (missing // len(unit) + 1))[:missing - 1] + "\n" if missing else ""
        return self


class Tree:
    def __init__(self, out, seed):
        self.root = os.path.join(out, "tree").encode()
        self.truth = []
        self.rnd = random.Random(seed)
        os.makedirs(self.root)

    def text(self):
        return Text(self.rnd)

    def path(self, name):
        full = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        return full

    def file(self, name, data, status="read"):
        with open(self.path(name), "wb") as f:
            f.write(data)
        self.status(name, status)

    def status(self, name, status):
        self.truth.append({"path": name.decode("utf-8", "surrogateescape"), "status": status})

    def put(self, name, text, codec="utf-8", bom=b""):
        """A text in some encoding; each planted value with its raw offset and length."""
        self.file(name, bom + text.text.encode(codec))
        for detector, at, n in text.plants:
            before, value = text.text[:at], text.text[at:at + n]
            self.truth.append({"path": name.decode("utf-8", "surrogateescape"),
                               "detector": detector, "line": before.count("\n") + 1,
                               "offset": len(bom) + len(before.encode(codec)),
                               "length": len(value.encode(codec))})


def encodings(t):
    for name, codec, bom in [
            (b"enc/ascii.txt", "ascii", b""), (b"enc/utf8-bom.txt", "utf-8", b"\xef\xbb\xbf"),
            (b"enc/utf16le-bom.txt", "utf-16-le", b"\xff\xfe"),
            (b"enc/utf16be-bom.txt", "utf-16-be", b"\xfe\xff"),
            (b"enc/utf16le.txt", "utf-16-le", b""), (b"enc/utf16be.txt", "utf-16-be", b""),
            (b"enc/utf32le-bom.txt", "utf-32-le", b"\xff\xfe\0\0"),
            (b"enc/utf32be.txt", "utf-32-be", b""), (b"enc/ebcdic.txt", "cp037", b"")]:
        text = t.text().prose(900)
        for _ in range(4):
            text.plant().prose(500)
        t.put(name, text, codec, bom)
    for name, codec in [(b"enc/latin.txt", "cp1252"), (b"enc/utf8.txt", "utf-8"),
                        (b"enc/utf16-umlaut.txt", "utf-16-le")]:
        text = t.text().prose(300)
        text.text += "Über die Größe der Straße: Müller, François, Søren – 10 Bürger\n" * 6
        text.plant().plant().prose(300)
        t.put(name, text, codec)
    for name, codec, line in [
            (b"enc/shift-jis.txt", "shift_jis", JAPANESE), (b"enc/euc-jp.txt", "euc_jp", JAPANESE),
            (b"enc/iso-2022-jp.txt", "iso2022_jp", JAPANESE), (b"enc/gb.txt", "gb18030", CHINESE),
            (b"enc/euc-kr.txt", "cp949", KOREAN), (b"enc/big5.txt", "big5", CHINESE_OLD),
            (b"enc/cyrillic.txt", "cp1251", RUSSIAN), (b"enc/koi8.txt", "koi8-r", RUSSIAN)]:
        text = t.text()
        for i in range(60):
            text.text += line * (i % 7)
            text.plant()
        t.put(name, text, codec)


def layouts(t):
    text = t.text().prose(200).plant().prose(200)
    text.text = text.text.replace("\n", "\r\n")
    crlf = t.text()
    for _ in range(5):
        crlf.prose(100).plant()
    body, shift, plants = "", 0, []
    for c in crlf.text:
        body += "\r\n" if c == "\n" else c
    for detector, at, n in crlf.plants:
        plants.append((detector, at + crlf.text[:at].count("\n"), n))
    crlf.text, crlf.plants = body, plants
    t.put(b"layout/crlf.txt", crlf)
    last = t.text().prose(100).plant()
    last.text = last.text[:-1]
    t.put(b"layout/no-last-newline.txt", last)
    only = t.text().plant(("contact.email", "jonas.vogel@firma-11.de", 0))
    only.text = only.text[:-1]
    t.put(b"layout/only-a-value.txt", only)
    line = t.text()
    line.text = ("word " * 60000)
    line.plant()
    t.put(b"layout/one-long-line.txt", line)
    t.file(b"layout/empty.txt", b"")


def edges(t):
    """Values across every border that a scanner might have: windows, chunks, pieces."""
    for size, tag in [(1 << 10, b"1k"), (4 << 10, b"4k"), (32 << 10, b"32k"), (256 << 10, b"256k")]:
        for shift in (0, 1, 7, 12, 19):
            text = t.text()
            value = text.values.any()
            text.fill_to(size - shift)
            text.plant(value)
            text.prose(50)
            t.put(b"edge/%s-%d.txt" % (tag, shift), text)
    big = t.text()
    for mib in (1, 4, 8):
        for shift in (-40, 5):
            big.fill_to((mib << 20) + shift).plant()
    big.prose(300).plant()
    t.put(b"edge/pieces.txt", big)
    wide = t.text()
    wide.fill_to((2 << 20) - 6).plant().fill_to((4 << 20) - 8).plant().prose(100)
    t.put(b"edge/pieces-utf16.txt", wide, "utf-16-le", b"\xff\xfe")


def dense(t):
    text = t.text()
    text.text = "id,name,email,ssn,card,iban\n"
    v = text.values
    for i in range(400):
        for k, (detector, value) in enumerate([("person.name-listed", "Anna Winter"),
                                               ("contact.email", v.email()), ("gov.us-ssn", v.ssn()),
                                               ("fin.payment-card", v.card("")),
                                               ("fin.iban", v.iban())]):
            text.text += "%d," % i if k == 0 else ","
            text.plants.append((detector, len(text.text), len(value)))
            text.text += value
        text.text += "\n"
    t.put(b"dense/customers.csv", text)


def names(t):
    for name in (b"names/new\nline.txt", b"names/bad-\xff\xfe.txt", b"names/uml\xc3\xa4ut.txt",
                 b"names/esc\x1b[31m.txt", b"names/back\\slash#hash!bang.txt", b"names/ space .txt"):
        t.put(name, t.text().prose(100).plant().prose(60))
    deep = b"/".join([b"d%02d" % i for i in range(60)])
    t.put(b"deep/" + deep + b"/bottom.txt", t.text().prose(60).plant())


def places(t):
    t.put(b"link/one.txt", t.text().prose(100).plant())
    os.link(t.path(b"link/one.txt"), t.path(b"link/two.txt"))
    os.symlink(b"one.txt", t.path(b"link/sym"))
    t.status(b"link/sym", "link")
    os.symlink(b"/", t.path(b"link/outside"))
    t.status(b"link/outside", "link")
    os.mkfifo(t.path(b"place/fifo"))
    t.status(b"place/fifo", "special(fifo)")
    here = os.open(os.path.dirname(t.path(b"place/socket")), os.O_RDONLY | os.O_DIRECTORY)
    s = socket.socket(socket.AF_UNIX)
    s.bind("/proc/self/fd/%d/socket" % here)
    s.close()
    os.close(here)
    t.status(b"place/socket", "special(socket)")
    os.makedirs(t.path(b"place/.snapshot/x"))
    with open(t.path(b"place/.snapshot/x/old.txt"), "wb") as f:
        f.write(b"mail anna.keller@firma-10.de\n")
    t.status(b"place/.snapshot", "excluded(snapshot)")


def contents(t):
    text = t.text().plant()
    with open(t.path(b"raw/sparse.bin"), "wb") as f:
        f.truncate(64 << 20)
        f.seek(48 << 20)
        f.write(text.text.encode())
    t.status(b"raw/sparse.bin", "read(raw)")
    detector, at, n = text.plants[0]
    t.truth.append({"path": "raw/sparse.bin", "detector": detector, "line": 1,
                    "offset": (48 << 20) + at, "length": n})
    noise = bytes(t.rnd.randrange(128, 255) if i % 3 else 0 for i in range(5000))
    plant = t.text().plant(("contact.email", " mail maria.brandt@firma-77.de ", 6))
    detector, at, n = plant.plants[0]
    t.file(b"raw/blob.bin", noise + plant.text.encode() + noise, "read(raw)")
    t.truth.append({"path": "raw/blob.bin", "detector": detector,
                    "line": noise.count(b"\n") + 1, "offset": len(noise) + at, "length": n - 1})
    with zipfile.ZipFile(os.fsdecode(t.path(b"raw/archive.zip")), "w") as z:
        z.writestr(zipfile.ZipInfo("a.txt", (2024, 1, 1, 0, 0, 0)), "lorem ipsum " * 400)
    t.status(b"raw/archive.zip", "read")
    t.status(b"raw/archive.zip!/a.txt", "read")
    t.file(b"raw/random.bin", bytes(t.rnd.randrange(256) for _ in range(40000)),
           "encrypted(high-entropy)")


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("out")
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    t = Tree(a.out, a.seed)
    for part in (encodings, layouts, edges, dense, names, places, contents):
        part(t)
    with open(os.path.join(a.out, "truth.jsonl"), "w", encoding="utf-8",
              errors="surrogateescape") as f:
        for row in t.truth:
            f.write(json.dumps(row, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
