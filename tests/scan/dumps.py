#!/usr/bin/env python3
"""Dumps of real databases: tables and columns are reported as the server knows them.

usage: dumps.py TERRIER

Starts a PostgreSQL and a MariaDB of its own, in a directory of its own, on Unix sockets only, fills
both with the same generated rows, dumps them in every way that their programs know, scans the
dumps and holds each finding against the rows: part, count, row of the sample, bytes at its offset,
mask, date range of the column. A server that is not installed is skipped, by name; exit 77 only if
neither is there. Servers are stopped by this test, or by the kernel when it dies.

Standard library only. Ends with "N passed, N failed, N skipped".
"""
import contextlib
import ctypes
import datetime
import glob
import gzip
import json
import os
import pwd
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time

N_ROWS, N_STAFF, N_PRODUCTS, SAMPLES = 300, 120, 200, 20
SSN, MAIL, IBAN = "gov.us-ssn", "contact.email", "fin.iban"
EPOCH = datetime.datetime(1970, 1, 1)
PR_SET_PDEATHSIG = 1


class Skip(Exception):
    pass


def expect(ok, what):
    if not ok:
        raise AssertionError(what)


# ---------------------------------------------------------------- rows

def iban(rnd):
    bank = "".join(str(rnd.randrange(10)) for _ in range(18))
    return "DE%02d%s" % (98 - int(bank + "131400") % 97, bank)


def ssn(rnd):
    return "%03d-%02d-%04d" % (rnd.randrange(101, 650), rnd.randrange(10, 99),
                               rnd.randrange(1000, 9999))


def mail(rnd, i):
    return "%s%s%d@firma-%d.de" % (rnd.choice("abcdefghij"), rnd.choice(["lind", "berg", "tal"]),
                                   i, rnd.randrange(10, 60))


# What ends a value, a row or a statement in one of the formats, or looks like it.
TRAPS = ["O'Brien", 'quo"ted "name"', "back\\slash", "ends in \\", "tab\there", "\\N", "\\.",
         "line one\nline two", "cr\r\nlf", "Żółć Åse 東京 😀", "');", "a'); INSERT INTO products",
         "x\n\\.\nCOPY public.products (title) FROM stdin;\n", "-- no comment", "/* nor this",
         "$$ not a body $$", "''", "", None]


def filler(rnd):
    return " ".join(rnd.choice(["paid", "late", "called", "back", "again", "soon"])
                    for _ in range(500))


class Rows:
    """What is loaded: tables of (columns, rows), and the values that a scan is to find."""

    def __init__(self):
        rnd = random.Random(17)
        self.tables = {}
        day = datetime.datetime(2019, 3, 4, 10, 0, 0)
        customers = []
        for i in range(1, N_ROWS + 1):
            number, address = ssn(rnd), mail(rnd, i)
            note = rnd.choice(TRAPS)
            if i % 10 == 0:
                note = f'{filler(rnd)}\nsaid: "her SSN: {ssn(rnd)}"\t\\ that\'s it'
            elif i % 3 == 0:
                note = filler(rnd)
            customers.append((i, TRAPS[i % (len(TRAPS) - 2)], None if i % 7 == 0 else number,
                              None if i % 11 == 0 else address, None if i % 13 == 0 else iban(rnd),
                              note, str(day + datetime.timedelta(days=i % 290, seconds=i))))
        rnd.shuffle(customers)  # rows lie as they were loaded, not in order of the dates
        customers = [(n, *c[1:]) for n, c in enumerate(customers, 1)]
        staff = [(i, rnd.choice(TRAPS), ssn(rnd), mail(rnd, 1000 + i))
                 for i in range(1, N_STAFF + 1)]
        products = [(i, f"P-{i:05d}", rnd.choice(TRAPS), rnd.randrange(100, 9000) / 100)
                    for i in range(1, N_PRODUCTS + 1)]
        self.add("customers", ["id", "name", "ssn", "email", "iban", "notes", "created_at"],
                 customers)
        self.add("Odd Name", ["id", "full name", "tax id", "work mail"], staff)
        self.add("products", ["id", "sku", "title", "price"], products)

    def add(self, name, columns, rows):
        self.tables[name] = (columns, rows)

    def expected(self, names, order=None):
        """(detector, part): value by row. `names`: parts by table; `order`: ids by table, as they
        lie in the dump, where that is not as they were loaded."""
        found = {"ssn": SSN, "email": MAIL, "iban": IBAN, "tax id": SSN, "work mail": MAIL}
        want = {}
        for name, part in names.items():
            columns, rows = self.tables[name]
            lie = [rows[i - 1] for i in order[name]] if order else rows
            for k, column in enumerate(columns):
                if column in found:
                    want[found[column], f"{part}.{column}"] = {r: v[k] for r, v in
                                                               enumerate(lie, 1) if v[k]}
                elif column == "notes":
                    told = {r: re.search(r"SSN: ([\d-]+)", v[k] or "")
                            for r, v in enumerate(lie, 1)}
                    want[SSN, f"{part}.{column}"] = {r: m[1] for r, m in told.items() if m}
        return want

    def dates(self):
        """First and last created_at, in nanoseconds."""
        times = [(datetime.datetime.fromisoformat(r[-1]) - EPOCH).total_seconds()
                 for r in self.tables["customers"][1]]
        return int(min(times)) * 10**9, int(max(times)) * 10**9

    def inserts(self, table, quote, literal):
        columns, rows = self.tables[table]
        names = ", ".join(quote + c + quote for c in columns)
        return ",\n".join(f"({', '.join(literal(v) for v in row)})" for row in rows), names


def literal_pg(v):
    return "NULL" if v is None else str(v) if not isinstance(v, str) else \
        "'" + v.replace("'", "''") + "'"


def literal_maria(v):
    return "NULL" if v is None else str(v) if not isinstance(v, str) else \
        "'" + v.replace("\\", "\\\\").replace("'", "''") + "'"


# ---------------------------------------------------------------- servers

PG_TABLES = {"customers": "public.customers", "Odd Name": 'hr."Odd Name"',
             "products": "public.products"}
PG_PARTS = {table: full.replace('"', "") for table, full in PG_TABLES.items()}

class Server:
    """A process that serves on a socket in `place`, with the rights of an ordinary user."""

    def __init__(self, place, users):
        self.place, self.process, self.who = place, None, {}
        os.makedirs(place, mode=0o700)
        if os.geteuid() == 0:
            known = {p.pw_name: p for p in pwd.getpwall()}
            p = next((known[u] for u in users if u in known), None)
            if not p:
                raise Skip(f"no user of {', '.join(users)} to run a server as")
            self.who = {"user": p.pw_uid, "group": p.pw_gid, "extra_groups": []}
            os.chown(place, p.pw_uid, p.pw_gid)
        expect(len(place) < 80, "the directory for a socket is too long: set TMPDIR")

    def run(self, *argv, stdin=None):
        r = subprocess.run(argv, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           env=self.env(), cwd=self.place, timeout=80, **self.who)
        if r.returncode:
            raise RuntimeError(f"{os.path.basename(argv[0])}: exit {r.returncode}: "
                               f"{r.stderr.decode('utf-8', 'replace')[-800:]}")
        return r.stdout

    def env(self):
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": self.place,
                "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def start(self, argv, is_ready, told):
        libc = ctypes.CDLL(None)
        with open(self.place + ".log", "wb") as log:
            self.process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env(),
                cwd=self.place, preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, told), **self.who)
        try:
            until = time.monotonic() + 40
            while time.monotonic() < until and self.process.poll() is None:
                if subprocess.run(is_ready, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  env=self.env(), timeout=30, **self.who).returncode == 0:
                    return
                time.sleep(0.1)
        except BaseException:
            self.stop(told)
            raise
        self.stop(told)
        with open(self.place + ".log", encoding="utf-8", errors="replace") as log:
            raise RuntimeError(f"{os.path.basename(argv[0])} did not start: {log.read()[-800:]}")

    def stop(self, told):
        if not self.process or self.process.poll() is not None:
            return
        self.process.send_signal(told)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def program(name, *places):
    found = shutil.which(name, path=os.pathsep.join([*places, os.environ.get("PATH", ""),
                                                     "/usr/sbin", "/usr/bin"]))
    if not found:
        raise Skip(f"{name} is not installed")
    return found


class Postgres(Server):
    def __init__(self, place):
        places = sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True,
                        key=lambda p: int(re.sub(r"\D", "", p) or 0))
        self.p = {n: program(n, *places) for n in ("initdb", "postgres", "psql", "pg_dump",
                                                   "pg_restore", "pg_isready")}
        super().__init__(place, ("postgres", "nobody"))
        self.at = ["-h", place, "-U", "test"]

    def __enter__(self):
        data = self.place + "/data"
        self.run(self.p["initdb"], "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8",
                 "--locale=C.UTF-8", "--no-sync")
        self.start([self.p["postgres"], "-D", data, "-k", self.place, "-c", "listen_addresses=",
                    "-c", "fsync=off", "-c", "timezone=UTC"],
                   [self.p["pg_isready"], *self.at, "-d", "postgres", "-q"], signal.SIGQUIT)
        return self

    def __exit__(self, *why):
        self.stop(signal.SIGINT)

    def load(self, rows):
        script = ["CREATE SCHEMA hr;",
                  "CREATE TABLE public.customers (id integer PRIMARY KEY, name text, ssn text,"
                  " email text, iban varchar(34), notes text, created_at timestamptz NOT NULL);",
                  'CREATE TABLE hr."Odd Name" (id integer, "full name" text, "tax id" text,'
                  ' "work mail" text);',
                  "CREATE TABLE public.products (id integer, sku text, title text,"
                  " price numeric(10,2));",
                  "CREATE FUNCTION public.touch() RETURNS void LANGUAGE sql AS $body$"
                  " INSERT INTO public.products (title) VALUES ('it''s; a (trap'); $body$;"]
        for name, full in PG_TABLES.items():
            tuples, names = rows.inserts(name, '"', literal_pg)
            script.append(f"INSERT INTO {full} ({names}) VALUES\n{tuples};")
        self.run(self.p["psql"], *self.at, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres",
                 "-c", "CREATE DATABASE prod")
        self.run(self.p["psql"], *self.at, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "prod",
                 stdin="\n".join(script).encode())

    def order(self):
        """Ids as rows lie in each table, which is how they are dumped."""
        return {table: [int(x) for x in self.run(
            self.p["psql"], *self.at, "-X", "-A", "-t", "-d", "prod", "-c",
            f"SELECT id FROM {full} ORDER BY ctid").split()] for table, full in PG_TABLES.items()}

    def contents(self, dump):
        """Of a dump in a directory: tables by the files of their rows, without .gz."""
        listed = self.run(self.p["pg_restore"], "-l", dump).decode()
        names = {part: table for table, part in PG_PARTS.items()}
        return {f"{m[1]}.dat": names[f"{m[2]}.{m[3]}"] for m in
                re.finditer(r"^(\d+); \d+ \d+ TABLE DATA (\S+) (.+) \S+$", listed, re.M)}

    def dump(self, *options):
        return self.run(self.p["pg_dump"], *self.at, *options, "prod")


class Mariadb(Server):
    def __init__(self, place):
        self.p = {n: program(n) for n in ("mariadb-install-db", "mariadbd", "mariadb",
                                          "mariadb-dump", "mariadb-admin")}
        super().__init__(place, ("mysql", "nobody"))
        self.at = ["--no-defaults", "-S", place + "/s", "-u", "root"]

    def __enter__(self):
        data = self.place + "/data"
        self.run(self.p["mariadb-install-db"], "--no-defaults", "--datadir=" + data,
                 "--auth-root-authentication-method=normal", "--skip-test-db")
        self.start([self.p["mariadbd"], "--no-defaults", "--datadir=" + data, "--skip-networking",
                    "--socket=" + self.place + "/s", "--pid-file=" + self.place + "/pid",
                    "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M"],
                   [self.p["mariadb-admin"], *self.at, "ping"], signal.SIGTERM)
        return self

    def __exit__(self, *why):
        self.stop(signal.SIGTERM)

    def load(self, rows):
        script = ["CREATE DATABASE shop CHARACTER SET utf8mb4; USE shop;",
                  "CREATE TABLE customers (id int PRIMARY KEY, name text, ssn varchar(11),"
                  " email text, iban varchar(34), notes text, created_at datetime NOT NULL);",
                  "CREATE TABLE `Odd Name` (id int PRIMARY KEY, `full name` text,"
                  " `tax id` varchar(20), `work mail` text);",
                  "CREATE TABLE products (id int PRIMARY KEY, sku text, title text,"
                  " price decimal(10,2));"]
        script += ["CREATE DATABASE hr CHARACTER SET utf8mb4;",
                   "CREATE TABLE hr.customers LIKE `Odd Name`;"]
        for name, full in (*((n, f"`{n}`") for n in rows.tables), ("Odd Name", "hr.customers")):
            tuples, names = rows.inserts(name, "`", literal_maria)
            script.append(f"INSERT INTO {full} ({names}) VALUES\n{tuples};")
        self.run(self.p["mariadb"], *self.at, "--default-character-set=utf8mb4", "--batch",
                 stdin="\n".join(script).encode())

    def dump(self, *options):
        return self.run(self.p["mariadb-dump"], *self.at, *options)


# ---------------------------------------------------------------- scans

class Scan:
    """One scan, with a store of its own: what it printed and what it kept."""

    def __init__(self, program_, home, *args, stdin=None, ends=0):
        os.makedirs(home, mode=0o700)
        env = dict(os.environ, HOME=home, XDG_STATE_HOME=home + "/state",
                   XDG_CONFIG_HOME=home + "/config", XDG_CACHE_HOME=home + "/cache")
        r = subprocess.run([program_, "scan", "--format", "jsonl", "--objects", "all", "--samples",
                            str(SAMPLES), *args], env=env, input=stdin, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=200)
        expect(r.returncode == ends, f"scan: exit {r.returncode}: {r.stderr.decode()[-800:]}")
        lines = [json.loads(x) for x in r.stdout.decode().splitlines()]
        self.objects = {x["locator"]: x for x in lines if x["kind"] == "object"}
        self.found = {}
        for x in lines:
            if x["kind"] == "finding":
                self.found.setdefault(x["object"], []).append(x)
        db = sqlite3.connect(f"file:{home}/state/terrier/terrier.db?mode=ro", uri=True)
        with contextlib.closing(db):
            self.dates = {}
            for path, *date in db.execute("SELECT path, part, time_from, time_to FROM fact"
                                          " JOIN object ON object.id = fact.object"
                                          " WHERE kind = 'row-date'"):
                name = "!/".join(os.fsdecode(x) for x in path.split(b"\0"))
                self.dates.setdefault(name, []).append((os.fsdecode(date[0]), *date[1:]))
            self.notes = {"!/".join(os.fsdecode(x) for x in path.split(b"\0")) for path, in
                          db.execute("SELECT path FROM fact JOIN object ON object.id = fact.object"
                                     " WHERE kind = 'no-contents'")}


def mask(detector, value):
    if detector == SSN:
        return "***-**-" + value[-4:]
    if detector == IBAN:
        return value[:4] + "*" * (len(value) - 8) + value[-4:]
    local, domain = value.split("@")
    return f"{local[0]}***@{domain[0]}***.de"


def holds(name, samples, of_row, raw):
    """Each sample is the value of its row: by its mask, and by the bytes at its offset in `raw`."""
    for detector, row, x in samples:
        value = of_row.get(row)
        expect(value is not None, f"{name}: a sample in row {row}, which has no value")
        expect(x["mask"] == mask(detector, value),
               f"{name}: row {row}: {x['mask']}, expected {mask(detector, value)}")
        if raw:
            there = raw[x["offset"]:x["offset"] + x["length"]]
            expect(there == value.encode(), f"{name}: row {row}: other bytes at {x['offset']}")


def check_tables(name, found, want, empty, raw=None):
    """Findings of a dump whose tables are known. `empty`: a table without personal data."""
    got = {(f["detector"], f["part"]): f for f in found if f["detector"] in (SSN, MAIL, IBAN)}
    expect(set(got) == set(want), f"{name}: {sorted(got)}, expected {sorted(want)}")
    for f in found:
        expect(f["part"] != empty and not f["part"].startswith(empty + "."),
               f"{name}: {f['detector']} in {f['part']}, expected nothing there")
    for (detector, part), of_row in want.items():
        f, here = got[detector, part], f"{name}: {detector} in {part}"
        counts = (f["count"], f["distinct"])
        expect(counts == (len(of_row), len(set(of_row.values()))),
               f"{here}: {counts} values and distinct ones, expected {len(of_row)}")
        rows = [int(x["at"].rpartition(":")[2]) for x in f["samples"]]
        expect(all(x["at"] == f"{part}:{r}" for x, r in zip(f["samples"], rows)),
               f"{here}: samples at {[x['at'] for x in f['samples']]}")
        expect(rows == sorted(of_row)[:SAMPLES],
               f"{here}: samples in rows {rows}, expected {sorted(of_row)[:SAMPLES]}")
        holds(here, [(detector, r, x) for r, x in zip(rows, f["samples"])], of_row, raw)


def check_rows(name, found, want, raw):
    """Findings of a file that holds the rows of one table and does not say which: all there."""
    values = {}
    for (detector, _), of_row in want.items():
        values.setdefault(detector, []).extend(of_row.values())
    got = {}
    for f in found:
        if f["detector"] in values or not want:
            got[f["detector"]] = got.get(f["detector"], 0) + f["count"]
    counts = {d: len(v) for d, v in values.items()}
    expect(got == counts, f"{name}: {got}, expected {counts}")
    for f in found:
        for x in f["samples"] if f["detector"] in values else ():
            there = raw[x["offset"]:x["offset"] + x["length"]].decode("utf-8", "replace")
            expect(there in values[f["detector"]], f"{name}: {f['detector']}: no such value at "
                                                   f"{x['at']}, offset {x['offset']}")
            expect(x["mask"] == mask(f["detector"], there), f"{name}: {x['mask']} at {x['at']}")


def check_rows_of_files(scan, rows, order, files, names, raws):
    """Rows of tables in a file each. `files`: tables by number.dat; `names`, `raws`: where each is,
    and its bytes."""
    seen = 0
    for number, table in files.items():
        want = rows.expected({table: PG_PARTS[table]}, order)
        check_status(scan, names(number), "pgrows")
        check_tables(names(number), scan.found.get(names(number), []), want, PG_PARTS["products"],
                     raws(number))
        seen += len(want)
    expect(seen == len(rows.expected(PG_PARTS, order)), f"{seen} columns in files of rows")


def counts_by_column(scan, path):
    """Of a dump, whatever it is made of: detector, table and column, number of values."""
    counts = {}
    for name, found in scan.found.items():
        for f in found if name == path or name.startswith((path + "!/", path + "/")) else ():
            if f["detector"] in (SSN, MAIL, IBAN) and f["part"] != "name":
                key = f["detector"], f["part"]
                counts[key] = counts.get(key, 0) + f["count"]
    return counts


def check_status(scan, locator, kind):
    o = scan.objects.get(locator)
    expect(o, f"{locator}: not among {sorted(scan.objects)}")
    expect((o["kind_of"], o["status"]) == (kind, "read"),
           f"{locator}: {o['kind_of']}, {o['status']}({o['reason']}), expected {kind}, read")


def check_show(terrier, home, scan, path):
    """A place in rows of their own is found again, with its table."""
    name, f = next((n, f) for n, found in sorted(scan.found.items()) for f in found
                   if n.startswith(path + "/") and f["part"].endswith(".ssn"))
    at = f"{name}#{f['samples'][0]['at']}"
    r = subprocess.run([terrier, "show", at], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       env=dict(os.environ, HOME=home, XDG_CACHE_HOME=home + "/cache"), timeout=80)
    expect(r.returncode == 0 and r.stdout.startswith(SSN.encode()),
           f"show {at}: exit {r.returncode}, {r.stdout[:80]}, {r.stderr[-300:]}")


def check_dates(scan, name, part, rows):
    got, want = scan.dates.get(name), [(part, *rows.dates())]
    expect(got == want, f"{name}: dates of rows {got}, expected {want}")


def write(path, content):
    with open(path, "wb") as f:
        f.write(content)


# ---------------------------------------------------------------- cases

def postgres(terrier, place):
    rows, tree, broken = Rows(), place + "/dumps", place + "/broken"
    os.mkdir(tree)
    plain = {"plain.sql": [], "inserts.sql": ["--inserts"],
             "columns.sql": ["--column-inserts", "--rows-per-insert=50"]}
    custom = {"custom.dump": ["-Fc"], "unpacked.dump": ["-Fc", "-Z0"]}
    with Postgres(place + "/pg") as server:
        server.load(rows)
        order = server.order()
        for name, options in {**plain, **custom, "dump.tar": ["-Ft"]}.items():
            write(f"{tree}/{name}", server.dump(*options))
        for name, options in {"dir": [], "unpacked": ["-Z0"]}.items():
            server.dump("-Fd", *options, "-f", f"{server.place}/{name}")
            shutil.copytree(f"{server.place}/{name}", f"{tree}/{name}")
        files = server.contents(server.place + "/dir")
        piped = server.dump()
    expect(sorted(files.values()) == sorted(PG_PARTS), f"rows of {sorted(files.values())}")
    contents = open(tree + "/dir/toc.dat", "rb").read()
    for name in ("lost", "damaged", "linked"):  # whose contents are not to be had
        shutil.copytree(tree + "/dir", f"{broken}/{name}")
        os.unlink(f"{broken}/{name}/toc.dat")
    shutil.copytree(tree + "/unpacked", broken + "/bare")
    os.unlink(broken + "/bare/toc.dat")
    write(broken + "/bare/1.dat", b"no rows, only words\n")
    write(broken + "/damaged/toc.dat", contents[:200])
    os.symlink(tree + "/dir/toc.dat", broken + "/linked/toc.dat")
    want, empty = rows.expected(PG_PARTS, order), PG_PARTS["products"]

    scan = Scan(terrier, place + "/home", tree)
    for name in plain:
        with open(f"{tree}/{name}", "rb") as f:
            raw = f.read()
        check_status(scan, f"{tree}/{name}", "sqldump")
        check_tables(name, scan.found[f"{tree}/{name}"], want, empty, raw)
        check_dates(scan, name, "public.customers.created_at", rows)
    for name in custom:
        check_status(scan, f"{tree}/{name}", "pgdump")
        check_status(scan, f"{tree}/{name}!/restore.sql", "sqldump")
        check_tables(name, scan.found[f"{tree}/{name}!/restore.sql"], want, empty)
        check_dates(scan, name + "!/restore.sql", "public.customers.created_at", rows)

    # rows in files of their own, whose tables are those of the contents beside them
    packed = tarfile.open(tree + "/dump.tar")
    with contextlib.closing(packed):
        check_rows_of_files(scan, rows, order, files, lambda n: f"{tree}/dump.tar!/{n}",
                            lambda n: packed.extractfile(n).read())

    def unzipped(number):
        with gzip.open(f"{tree}/dir/{number}.gz") as f:
            return f.read()

    check_rows_of_files(scan, rows, order, files, lambda n: f"{tree}/dir/{n}.gz!/{n}", unzipped)
    check_rows_of_files(scan, rows, order, files, lambda n: f"{tree}/unpacked/{n}", unzipped)
    one = counts_by_column(scan, f"{tree}/plain.sql")
    expect(len(one) == len(want), f"plain.sql: {sorted(one)}, expected {sorted(want)}")
    for name in (*plain, *custom, "dump.tar", "dir", "unpacked"):
        other = counts_by_column(scan, f"{tree}/{name}")
        expect(other == one, f"{name}: {other}, expected as in plain.sql: {one}")
    check_show(terrier, place + "/home", scan, f"{tree}/dir")
    for toc in (f"{tree}/dump.tar!/toc.dat", f"{tree}/dir/toc.dat"):
        check_status(scan, toc, "pgdump")
        check_status(scan, toc + "!/restore.sql", "sqldump")

    scan = Scan(terrier, place + "/home-of-broken", broken, ends=3)
    for name in ("lost", "damaged", "linked"):
        for number, table in files.items():
            here = f"{broken}/{name}/{number}.gz!/{number}"
            check_rows(here, scan.found.get(here, []),
                       rows.expected({table: PG_PARTS[table]}, order), unzipped(number))
            expect(f"{name}/{number}.gz!/{number}" in scan.notes, f"{here}: not noted")
    for number in files:
        expect(f"bare/{number}" in scan.notes, f"bare/{number}: not noted")
    check_status(scan, f"{broken}/bare/1.dat", "text")
    expect("bare/1.dat" not in scan.notes, "bare/1.dat: noted, and is of no dump")

    scan = Scan(terrier, place + "/home-of-pipe", "-", "--name", "db/prod", stdin=piped)
    check_status(scan, "db/prod", "sqldump")
    check_tables("db/prod", scan.found["db/prod"], want, empty, piped)


def mariadb(terrier, place):
    rows, tree = Rows(), place + "/dumps"
    os.mkdir(tree)
    dumps = {"default.sql": ["shop"], "rows.sql": ["--skip-extended-insert", "shop"],
             "complete.sql": ["--complete-insert", "shop"],
             "both.sql": ["--databases", "shop", "hr"]}
    with Mariadb(place + "/my") as server:
        server.load(rows)
        for name, options in dumps.items():
            write(f"{tree}/{name}", server.dump(*options))
    scan = Scan(terrier, place + "/home", tree)
    for name in dumps:
        schema = "shop." if name == "both.sql" else ""
        want = rows.expected({table: schema + table for table in rows.tables})
        if schema:
            want.update(rows.expected({"Odd Name": "hr.customers"}))
        with open(f"{tree}/{name}", "rb") as f:
            raw = f.read()
        check_status(scan, f"{tree}/{name}", "sqldump")
        check_tables(name, scan.found[f"{tree}/{name}"], want, schema + "products", raw)
        check_dates(scan, name, schema + "customers.created_at", rows)


def main():
    terrier = os.path.abspath(sys.argv[1])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # servers are stopped on the way out
    passed = failed = skipped = 0
    for case in (postgres, mariadb):
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="dumps-") as place:
            os.chmod(place, 0o755)  # the server is somebody else
            try:
                case(terrier, os.path.realpath(place))
                passed += 1
                print(f"ok: {case.__name__}: {time.monotonic() - begun:.1f} s")
            except Skip as why:
                skipped += 1
                print(f"SKIP: {case.__name__}: {why}")
            except (AssertionError, RuntimeError, subprocess.TimeoutExpired) as why:
                failed += 1
                print(f"FAILED: {case.__name__}: {why}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0 if passed else 77


if __name__ == "__main__":
    sys.exit(main())
