#!/usr/bin/env python3
"""Writes codepage.c: single-byte character sets as tables of code points.

    python3 codepage.py > codepage.c && clang-format -i codepage.c

The facts are those of Python's codecs, from the mapping tables of the Unicode consortium and IBM.
IBM1047 is not among them: it is IBM037 with three pairs of places exchanged (IBM's code chart
CP01047): 5F/B0 (not sign, circumflex), AD/BA (Y acute, left bracket), BB/BD (right bracket,
diaeresis). Two departures, both deliberate:
  - in EBCDIC, 15 (NEL) is a line feed, as 25 is: it is what ends lines there;
  - places that a set leaves empty stay what they are, the C1 controls of ISO 8859-1 mostly.
"""

SETS = [("WINDOWS1252", "cp1252"), ("WINDOWS1250", "cp1250"), ("WINDOWS1251", "cp1251"),
        ("WINDOWS1253", "cp1253"), ("WINDOWS1254", "cp1254"), ("WINDOWS1255", "cp1255"),
        ("WINDOWS1256", "cp1256"), ("WINDOWS1257", "cp1257"), ("ISO8859_2", "iso8859-2"),
        ("ISO8859_5", "iso8859-5"), ("ISO8859_7", "iso8859-7"), ("ISO8859_9", "iso8859-9"),
        ("ISO8859_15", "iso8859-15"), ("KOI8R", "koi8-r"), ("KOI8U", "koi8-u"),
        ("MACINTOSH", "mac-roman"), ("IBM437", "cp437"), ("IBM850", "cp850"), ("IBM852", "cp852"),
        ("IBM866", "cp866"), ("IBM037", "cp037"), ("IBM273", "cp273"), ("IBM500", "cp500"),
        ("IBM1047", "cp037")]
EBCDIC = ["IBM037", "IBM273", "IBM500", "IBM1047"]
EXCHANGED_1047 = [(0x5F, 0xB0), (0xAD, 0xBA), (0xBB, 0xBD)]


def table(name, codec):
    points = []
    for byte in range(256):
        try:
            points.append(ord(bytes([byte]).decode(codec)))
        except UnicodeDecodeError:
            points.append(byte)
    if name == "IBM1047":
        for a, b in EXCHANGED_1047:
            points[a], points[b] = points[b], points[a]
    if name in EBCDIC:
        points[0x15] = 0x0A
    return points


def main():
    print("/* Codepage: see codepage.h. Written by codepage.py; change that, not this. */")
    print('#include "extract/text/codepage.h"\n')
    for name, codec in SETS:
        print("const uint16_t codepage_%s[256] = {" % name.lower())
        points = table(name, codec)
        for row in range(0, 256, 8):
            print("    " + " ".join("0x%04X," % p for p in points[row:row + 8]))
        print("};\n")
    print("const uint16_t *codepage_find(Encoding e) {\n    switch (e) {")
    for name, _ in SETS:
        print("    case ENCODING_%s:\n        return codepage_%s;" % (name, name.lower()))
    print("    default:\n        return NULL;\n    }\n}")


main()
