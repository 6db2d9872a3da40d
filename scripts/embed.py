#!/usr/bin/env python3
"""Makes a C file of a text file: embed.py NAME IN OUT defines `const char NAME[]`, NUL-terminated."""
import sys

name, source, target = sys.argv[1:]
data = open(source, "rb").read() + b"\0"
rows = [", ".join(str(byte) for byte in data[i : i + 20]) for i in range(0, len(data), 20)]
with open(target, "w", encoding="ascii") as out:
    out.write(f"extern const char {name}[];\nconst char {name}[] = {{\n")
    out.write("".join(f"    {row},\n" for row in rows))
    out.write("};\n")
