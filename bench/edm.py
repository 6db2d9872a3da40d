#!/usr/bin/env python3
"""Measures exact data match with many rows: edm.py TERRIER [--rows N] [--directory DIR]

Makes a table of N rows (10,000,000 unless told) of generated Social Security numbers with names,
builds it by `terrier rules edm build`, and looks up a text of which every tenth number is in it. Printed
are times and the largest resident size of each process, and of a run without the table, so that
what the table itself takes can be seen. Everything is generated; nothing is kept.
"""
import argparse
import os
import pathlib
import subprocess
import tempfile
import time


def number(i):
    """The i-th generated number that is valid by structure: area 1-665 but 666, group, serial."""
    return f"{1 + i // 989901 % 665:03d}-{1 + i // 9999 % 99:02d}-{1 + i % 9999:04d}"


def run(what, arguments, environment, **more):
    """Runs a program; says how long it took and how large it grew."""
    start = time.monotonic()
    process = subprocess.Popen(arguments, env=environment, **more)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    print(f"{what:28s} {time.monotonic() - start:8.1f} s  {usage.ru_maxrss / 1024:8.1f} MiB resident, exit {process.returncode}")
    return process.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("terrier")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--directory")
    arguments = parser.parse_args()
    terrier = str(pathlib.Path(arguments.terrier).resolve())
    with tempfile.TemporaryDirectory(dir=arguments.directory) as scratch:
        top = pathlib.Path(scratch)
        environment = {**os.environ, "XDG_CONFIG_HOME": f"{top}/config", "XDG_CACHE_HOME": f"{top}/cache"}
        (top / "mine").mkdir()
        with open(top / "table.csv", "w", encoding="ascii") as table:
            table.write("ssn,name\n")
            for i in range(arguments.rows):
                table.write(f"{number(i * 6)},name{i} of{i % 1000}\n")
        with open(top / "text", "w", encoding="ascii") as text:
            for i in range(200_000):
                text.write(f"SSN {number(i * 6 if i % 10 == 0 else i * 6 + 1)} name{i} of{i % 1000}\n")
        (top / "empty").mkdir()
        print(f"{arguments.rows} rows, {(top / 'table.csv').stat().st_size / 1e6:.0f} MB of text")
        run("build", [terrier, "rules", "edm", "build", "table.csv", "--primary", "ssn", "--detector", "gov.us-ssn",
                      "--column", "name", "-o", "mine/table.edm"], environment, cwd=top)
        size = (top / "mine/table.edm").stat().st_size
        print(f"table {size / 1e6:.0f} MB, {size / arguments.rows:.1f} bytes a row")
        for what, rules in (("detect without the table", "empty"), ("detect with it", "mine")):
            with open(top / what, "wb") as out:
                run(what, [terrier, "detect", "--rules", rules, "text"], environment, cwd=top, stdout=out)
            found = sum(b"gov.us-ssn" in line for line in open(top / what, "rb"))
            print(f"    {found} of 200000 numbers found")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
