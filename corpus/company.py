#!/usr/bin/env python3
"""The file share of a company that does not exist, over ten years, and the truth about it.

usage: company.py OUT [--seed N] [--day 2026-06-30]

Writes OUT/tree (HR, finance, legal, support, engineering, backups, exports, test copies of
production, a web root), and beside it

  truth.jsonl     a line a file: path, status, found (detector: how many values, those inside
                  containers included), exposure, location, and what a records manager would say
                  of it on that day: retention {state, rule}
  policy.yaml     the retention policy that says so, assets.yaml the assets as their owners see
                  them, controls.yaml what management says that it does
  subjects.jsonl  every place where one of two people stands: subject, path, how it is written

Only what was planted is in the truth: names, dates of birth, salaries and telephone numbers stand
in the files as well, and are found where a detector finds them. The same seed and day give the same
bytes; all values are generated (people.py). Modes are set, and owners too where root runs it. Files
are as old as they say by their names, dates inside and modification time, but for those that a
migration on 2023-05-13 touched. Standard library only.
"""
import argparse
import base64
import datetime
import gzip
import hashlib
import json
import os
import random
import shutil

from make import WORDS
from office import docx, pdf, tarred, xlsx, zipped
from people import people
from company_rules import ASSETS, CONTROLS, POLICY

MIGRATION = datetime.date(2023, 5, 13)
FIRST_YEAR = 2016

# Departments: group number, mode of directories, mode of files.
PLACES = {"hr": (20001, 0o750, 0o640), "hr/payroll": (20001, 0o700, 0o600), "finance": (20002, 0o750, 0o640),
          "legal": (20003, 0o750, 0o640), "support": (20004, 0o755, 0o644), "engineering": (20005, 0o755, 0o644),
          "backups": (0, 0o700, 0o600), "exports": (20004, 0o777, 0o666), "transfer": (20004, 0o755, 0o644),
          "www": (20005, 0o755, 0o644), "": (0, 0o755, 0o644)}


def place_of(path):
    while path and path not in PLACES:
        path = os.path.dirname(path)
    return PLACES[path]


def month_end(year, month):
    return datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(1)


def add(day, months=0, years=0):
    """A day later by calendar months; what does not exist is the first of the next month."""
    at = (day.year + years) * 12 + day.month - 1 + months
    try:
        return datetime.date(at // 12, at % 12 + 1, day.day)
    except ValueError:
        return datetime.date((at + 1) // 12, (at + 1) % 12 + 1, 1)


def count(*values):
    """How many values of each kind stand in rows of people: ("email", 12) ..."""
    names = {"email": "contact.email", "ssn": "gov.us-ssn", "iban": "fin.iban", "card": "fin.payment-card"}
    return {names[kind]: n for kind, n in values if n}


class Share:
    """The tree in the making, and the truth about it."""

    def __init__(self, out, seed, day):
        self.tree, self.day = os.path.join(out, "tree"), day
        self.rnd = random.Random(seed)
        self.truth = open(os.path.join(out, "truth.jsonl"), "w")
        self.subjects = open(os.path.join(out, "subjects.jsonl"), "w")
        self.staff = people(self.rnd, 0, 40)
        self.customers = people(self.rnd, 40, 300)
        self.applicants = people(self.rnd, 340, 30)
        self.wanted = {"s1": self.staff[7], "s2": self.customers[23]}

    def close(self):
        self.truth.close()
        self.subjects.close()

    def words(self, n):
        return " ".join(self.rnd.choice(WORDS) for _ in range(n)).capitalize() + "."

    def put(self, path, data, day, found=None, keep=None, status="read", copied=False, who=(), how=None):
        """keep: (state, rule) by the policy; copied: the migration made its time stamp; who: people in it."""
        data = data.encode() if isinstance(data, str) else data
        full = os.path.join(self.tree, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(data)
        stamp = datetime.datetime.combine(MIGRATION if copied else day, datetime.time(12), datetime.timezone.utc).timestamp()
        os.utime(full, (stamp, stamp))
        state, rule = keep or ("unclassified", "")
        self.truth.write(json.dumps({"path": path, "status": status, "found": found or {}, "exposure": self.exposure(path),
                                     "location": self.location(path), "retention": {"state": state, "rule": rule}}) + "\n")
        for name, person in self.wanted.items():
            if person in who:
                self.subjects.write(json.dumps({"subject": name, "path": path, "how": how or "plain"}) + "\n")

    @staticmethod
    def exposure(path):
        """Who may read it: as if everybody may come as far as the tree."""
        at, reach = path, "any_user" if place_of(os.path.dirname(path))[2] & 4 else "group"
        mode = place_of(os.path.dirname(path))[2]
        reach = "any_user" if mode & 0o004 else "group" if mode & 0o040 else "owner"
        while at:
            at = os.path.dirname(at)
            mode = place_of(at)[1]
            if not mode & 0o001:
                reach = "owner" if not mode & 0o010 or reach == "owner" else "group"
        return reach

    @staticmethod
    def location(path):
        first = path.split("/")
        return "backup" if first[0] == "backups" else "test" if "test" in first else "temp" if first[0] == "exports" else "live"

    def kept(self, rule, newest, years=0, months=0, days=0):
        """What the policy says of data whose newest day that is."""
        due = add(newest, months, years) + datetime.timedelta(days)
        if self.day > due:
            return "violation", rule
        return ("due_soon" if self.day > due - datetime.timedelta(30) else "within"), rule

    def finish(self):
        for at, directories, files in os.walk(self.tree, topdown=False):
            group, directory, file = place_of(os.path.relpath(at, self.tree).replace(".", "", 1))
            for name in files:
                os.chmod(os.path.join(at, name), file)
                if os.geteuid() == 0:
                    os.chown(os.path.join(at, name), 10000 + group % 100 if group else 0, group)
            os.chmod(at, directory)
            if os.geteuid() == 0:
                os.chown(at, 0, group)


# ---- human resources ----

def payroll(s):
    last = s.day.year * 12 + s.day.month - 2
    for at in range(FIRST_YEAR * 12, last + 1):
        year, month = divmod(at, 12)
        end = month_end(year, month + 1)
        staff = s.staff[:20 + (year - FIRST_YEAR) * 2]
        rows = "employee_id,name,birth_date,ssn,iban,salary\n" + "".join(
            "E%04d,%s,%s,%s,%s,%d.00\n" % (p.number, p.name, p.born, p.ssn, p.iban, p.salary) for p in staff)
        s.put("hr/payroll/%d/payroll_%d-%02d.csv" % (year, year, month + 1), rows, end, count(("ssn", len(staff)), ("iban", len(staff))),
              s.kept("R-PAYROLL", end, years=7), copied=year < 2018, who=staff)


def personnel(s):
    for p in s.staff:
        hired = datetime.date(FIRST_YEAR + p.number % 9, 1 + p.number % 12, 3)
        dates = [datetime.datetime.combine(d, datetime.time(9)) for d in (hired, add(hired, months=5))]
        text = ["Personnel file of " + p.name, "Born " + str(p.born), "SSN: " + p.ssn, "E-mail: " + p.email, s.words(40)]
        s.put("hr/personnel/E%04d %s.docx" % (p.number, p.name), docx(text, dates), hired, count(("ssn", 1), ("email", 1)),
              copied=hired < MIGRATION, who=[p], how="docx")


def recruiting(s):
    for i, p in enumerate(s.applicants):
        applied = datetime.date(2019 + i % 8, 1 + i % 5, 10)
        dates = [datetime.datetime.combine(applied, datetime.time(9))] * 2
        lines = ["Curriculum vitae", p.name, "E-mail: " + p.email, "Telephone: " + p.phone, s.words(30)]
        make = (docx, "docx") if i % 2 else (pdf, "pdf")
        s.put("hr/recruiting/%d/cv-%s.%s" % (applied.year, p.family.lower() + str(p.number), make[1]), make[0](lines, dates), applied,
              count(("email", 1)), s.kept("R-CAND", applied, years=2), copied=applied < MIGRATION)


def sickness(s):
    table = [["employee_id", "name", "diagnosis", "email"]] + [
        ["E%04d" % p.number, p.name, code, p.email] for p, code in zip(s.staff[:12], ["J06.9", "M54.5", "F32.1", "K52.9"] * 3)]
    day = datetime.date(2026, 2, 20)
    s.put("hr/sickness/register.xlsx", xlsx("Register", table, [datetime.datetime(2025, 1, 7, 9), datetime.datetime(2026, 2, 20, 9)]),
          day, count(("email", 12)), who=s.staff[:12], how="xlsx")


# ---- finance and legal ----

def settlements(s):
    for at in range(FIRST_YEAR * 4, s.day.year * 4 + (s.day.month - 1) // 3):
        year, quarter = divmod(at, 4)
        end = month_end(year, quarter * 3 + 3)
        some = [s.customers[(at * 7 + i) % len(s.customers)] for i in range(25)]
        rows = "date,card_number,amount\n" + "".join(
            "%s,%s,%d.%02d\n" % (end - datetime.timedelta(i), p.card, 10 + i * 3, i) for i, p in enumerate(some))
        s.put("finance/settlements/settlement_%d-Q%d.csv" % (year, quarter + 1), rows, end, count(("card", 25)),
              s.kept("R-CARD", end, months=13), who=some)


def invoices(s):
    for i in range(60):
        p, day = s.customers[i * 4], datetime.date(FIRST_YEAR + i % 10, 1 + i % 12, 15)
        lines = ["Invoice %d-%04d" % (day.year, i), p.name, p.street, "Please pay to IBAN %s" % p.iban, "Questions: " + p.email]
        s.put("finance/invoices/%d/invoice-%04d.pdf" % (day.year, i),
              pdf(lines, [datetime.datetime.combine(day, datetime.time(8))] * 2), day, count(("iban", 1), ("email", 1)),
              copied=day < MIGRATION, who=[p], how="pdf")
    vendors = s.customers[100:130]
    table = [["vendor", "iban", "email"]] + [[p.family + " Ltd", p.iban, p.email] for p in vendors]
    s.put("finance/vendors.xlsx", xlsx("Vendors", table), datetime.date(2026, 5, 4), count(("iban", 30), ("email", 30)), who=vendors)


def contracts(s):
    for i in range(8):
        day = datetime.date(2019 + i % 7, 3, 1)
        lines = ["CONFIDENTIAL", "Supply agreement %d" % i, s.words(60), "Signed for both parties."]
        s.put("legal/contracts/agreement-%d.docx" % i, docx(lines, [datetime.datetime.combine(day, datetime.time(9))] * 2), day)
    p = s.customers[5]
    s.put("legal/matter-0042/letter.txt", "PRIVILEGED AND CONFIDENTIAL\n\nRe: %s\n%s\n" % (p.email, s.words(50)),
          datetime.date(2018, 6, 1), count(("email", 1)), ("held", "R-MATTER"))


# ---- support ----

def tickets(s):
    for year in range(2020, s.day.year + 1):
        for month in range(1, 13, 3):
            opened = datetime.date(year, month, 5)
            if opened > s.day - datetime.timedelta(60):
                continue
            some = [s.customers[(year * 31 + month * 5 + i) % len(s.customers)] for i in range(15)]
            closed = [opened + datetime.timedelta(i) for i in range(len(some))]
            rows = "".join(json.dumps({"ticket": i, "created_at": "%sT09:00:00Z" % opened, "closed_at": "%sT17:00:00Z" % c,
                                       "requester": p.email, "text": s.words(12)}) + "\n"
                           for i, (p, c) in enumerate(zip(some, closed)))
            s.put("support/tickets/tickets-%d%02d.jsonl" % (year, month), rows, closed[-1], count(("email", len(some))),
                  s.kept("R-TICKET", closed[-1], years=3), who=some, how="json")


def mailbox(s):
    some, out = s.customers[20:30], b""
    for i, p in enumerate(some):
        at = datetime.datetime(2026, 3, 2 + i, 8, 30)
        body = "Hello,\nmy number has changed, write to %s\n" % p.email
        out += (b"From MAILER-DAEMON %s\nFrom: Support Desk\nSubject: request\nDate: %s +0000\nMIME-Version: 1.0\n"
                b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n%s\n" % (
                    at.strftime("%a %b %d %H:%M:%S %Y").encode(), at.strftime("%a, %d %b %Y %H:%M:%S").encode(),
                    base64.encodebytes(body.encode())))
    s.put("support/mail/inbox.mbox", out, datetime.date(2026, 3, 12), count(("email", 10)), who=some, how="base64 mail")
    p = s.wanted["s2"]
    s.put("support/chat/export.txt", ("Chat of 4 March\r\nplease write to %s about it\r\n%s\r\n" % (p.email, s.words(30))).encode("utf-16"),
          datetime.date(2026, 3, 4), count(("email", 1)), who=[p], how="utf-16")
    for i in range(20):  # the migration made their times, so how old they are nobody can tell
        s.put("support/attachments/note-%02d.txt" % i, "Call back %s\n%s\n" % (s.customers[77 + i].email, s.words(30)),
              datetime.date(2021, 6, 1), count(("email", 1)), ("undetermined", "R-ATTACH"), copied=True, who=[s.customers[77 + i]])


# ---- engineering ----

def private_key(rnd):
    der = bytes.fromhex("302e020100300506032b657004220420") + bytes(rnd.randrange(256) for _ in range(32))  # RFC 8410
    return "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n" % base64.b64encode(der).decode()


def engineering(s):
    s.put("engineering/service/deploy_key", private_key(s.rnd), datetime.date(2025, 9, 1), {"secret.private-key": 1})
    s.put("engineering/service/main.c", "/* %s */\nint main(void) { return 0; }\n" % s.words(12), datetime.date(2025, 9, 1))
    some = s.customers[:60]
    rows = "id,name,email,iban\n" + "".join("%d,%s,%s,%s\n" % (p.number, p.name, p.email, p.iban) for p in some)
    s.put("engineering/test/fixtures/customers.csv", rows, datetime.date(2025, 11, 20), count(("email", 60), ("iban", 60)), who=some)
    for back in (20, 300, 500):
        day = s.day - datetime.timedelta(back)
        some = s.customers[back % 100:back % 100 + 8]
        log = "".join("%s 10:%02d:00 INFO login of %s from 203.0.113.%d\n" % (day, i, p.email, i + 1) for i, p in enumerate(some))
        s.put("engineering/logs/app-%s.log" % day, log, day, count(("email", 8)), s.kept("R-LOG", day, months=13), who=some)
    day = s.day - datetime.timedelta(600)
    s.put("engineering/logs/fraud/case-%s.log" % day, "%s 11:00:00 WARN refused %s\n" % (day, s.customers[9].email), day,
          count(("email", 1)), ("exempt", "R-LOG"))


# ---- copies ----

def dump(s, day, some):
    return ("--\n-- PostgreSQL database dump\n--\n\n-- Started on %s 02:00:00 UTC\n\nCREATE TABLE public.customers (\n    id integer,\n"
            "    name text,\n    email text,\n    iban text,\n    birth_date date,\n    created_at timestamp,\n    last_login timestamp\n);\n\n"
            "COPY public.customers (id, name, email, iban, birth_date, created_at, last_login) FROM stdin;\n" % day + "".join(
                "%d\t%s\t%s\t%s\t%s\t%s 08:00:00\t%s 08:00:00\n" % (
                    p.number, p.name, p.email, p.iban, p.born, day - datetime.timedelta(900 + i), day - datetime.timedelta(i))
                for i, p in enumerate(some)) + "\\.\n")


def backups(s):
    for back in (1, 2, 3, 30, 60, 120, 200):
        day = s.day - datetime.timedelta(back)
        s.put("backups/nightly/crm_%s.sql.gz" % day.strftime("%Y%m%d"), gzip.compress(dump(s, day, s.customers).encode(), mtime=0), day,
              count(("email", len(s.customers)), ("iban", len(s.customers))), s.kept("R-BACKUP", day, days=90), who=s.customers, how="dump in gzip")
    day = datetime.date(2019, 12, 20)
    at = datetime.datetime.combine(day, datetime.time(10))
    inner = zipped({"payroll/payroll_2019-11.csv": "name,ssn\n" + "".join("%s,%s\n" % (p.name, p.ssn) for p in s.staff[:20])}, at=at)
    s.put("backups/2019-share.tar.gz", gzip.compress(tarred({"share/hr.zip": inner}, at), mtime=0), day, count(("ssn", 20)),
          s.kept("R-BACKUP", day, days=90), who=s.staff[:20], how="zip in tar in gzip")


def exports(s):
    some, day = s.customers[:200], datetime.date(2024, 11, 2)
    rows = "name;email;card\n" + "".join("%s;%s;%s\n" % (p.name, p.email, p.card) for p in some)
    s.put("exports/customers_%s.csv" % day, rows, day, count(("email", 200), ("card", 200)), s.kept("R-TEMP", day, days=30), who=some)
    hashed = "sha256\n" + "".join(hashlib.sha256(p.email.encode()).hexdigest() + "\n" for p in some)
    s.put("exports/suppression.csv", hashed, s.day - datetime.timedelta(3), None, s.kept("R-TEMP", s.day - datetime.timedelta(3), days=30),
          who=some, how="sha256")
    s.put("transfer/outbound/partner-list.csv", "email\n" + "".join(p.email + "\n" for p in some[:40]), datetime.date(2026, 5, 2),
          count(("email", 40)), who=some[:40])
    noise = bytes(s.rnd.randrange(256) for _ in range(4096))
    s.put("transfer/outbound/sealed.age", b"age-encryption.org/v1\n-> X25519 " + base64.b64encode(noise[:32]).rstrip(b"=") + b"\n" +
          base64.b64encode(noise[32:64]).rstrip(b"=") + b"\n--- " + base64.b64encode(noise[64:96]).rstrip(b"=") + b"\n" + noise[96:],
          datetime.date(2026, 5, 2), status="encrypted")


def web(s):
    s.put("www/index.html", "<html><head><title>Welcome</title></head><body><p>%s</p></body></html>\n" % s.words(60),
          datetime.date(2026, 1, 9))
    s.put('exports/=HYPERLINK("http:evil","x").csv', "amount\n12\n", s.day - datetime.timedelta(2), None,
          s.kept("R-TEMP", s.day - datetime.timedelta(2), days=30))
    s.put("exports/line\nbreak <b>.txt", s.words(20) + "\n", s.day - datetime.timedelta(2), None,
          s.kept("R-TEMP", s.day - datetime.timedelta(2), days=30))


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("out")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--day", type=datetime.date.fromisoformat, default=datetime.date(2026, 6, 30))
    a = p.parse_args()
    shutil.rmtree(os.path.join(a.out, "tree"), ignore_errors=True)
    os.makedirs(os.path.join(a.out, "tree"))
    s = Share(a.out, a.seed, a.day)
    for part in (payroll, personnel, recruiting, sickness, settlements, invoices, contracts, tickets, mailbox, engineering,
                 backups, exports, web):
        part(s)
    s.finish()
    s.close()
    for name, text in (("policy.yaml", POLICY), ("assets.yaml", ASSETS), ("controls.yaml", CONTROLS)):
        with open(os.path.join(a.out, name), "w") as f:
            f.write(text)


if __name__ == "__main__":
    main()
