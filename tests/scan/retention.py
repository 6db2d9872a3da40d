#!/usr/bin/env python3
"""Scans a tree whose ages are known, judges it, and compares states, evidence and what is stored.

Usage: retention.py TERRIER

Copies, migrations, holds and disposals are made here with real files and a second scan.
"""
import csv
import io
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile

TERRIER = ""
DAY = 86400
POLICY = """format: retention-policy/1
policy: {id: acme, version: '7', effective: 2020-01-01, approved_by: Counsel, timezone: UTC}
classes:
  - {id: doc, title: Documents, match: {path: [docs]}}
  - {id: tax, match: {path: [tax]}}
  - {id: crm, match: {table: ['*customers']}}
  - {id: mail, match: {doc_kind: [mail]}}
rules:
  - {id: R-DOC, class: doc, clock: {event: modified}, keep_at_most: P2Y, action: delete, severity: high,
     basis: a reason, owner: hr@example.org}
  - {id: R-TAX, class: tax, clock: {event: modified}, keep_at_least: P7Y, keep_at_most: P10Y, basis: the law}
  - {id: R-CRM, class: crm, clock: {event: relationship_end}, keep_at_most: P3Y, basis: b}
  - {id: R-MAIL, class: mail, clock: {event: last_contact}, keep_at_most: P2Y, basis: b}
holds:
  - {id: H-1, from: 2020-01-01, scope: {paths: ['**/docs/held']}}
"""


def write(path, text, days=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if days is not None:
        then = time.time() - days * DAY
        os.utime(path, (then, then))


class Retention(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="terrier-retention-", dir="/var/tmp"))
        self.addCleanup(shutil.rmtree, self.home, True)
        self.tree = self.home / "srv"
        self.tree.mkdir()
        self.policy = self.home / "policy.yaml"
        self.policy.write_text(POLICY, encoding="utf-8")
        self.environment = dict(os.environ, XDG_STATE_HOME=str(self.home / "state"),
                                XDG_CONFIG_HOME=str(self.home / "config"), HOME=str(self.home))
        for name in ("state", "config"):
            (self.home / name).mkdir(mode=0o700)

    def terrier(self, *arguments, code=0):
        done = subprocess.run([TERRIER, *arguments], env=self.environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done.stdout

    def scan(self):
        self.terrier("scan", str(self.tree), "-q")

    def rows(self, *arguments):
        """Rows by path below the tree, tables as path#table; and the other lines by kind."""
        found, others = {}, {}
        for line in self.terrier("retention", "--policy", str(self.policy), "--format", "jsonl",
                                 *arguments).splitlines():
            row = json.loads(line)
            if row["kind"] == "retention":
                name = row["object"].removeprefix(str(self.tree) + "/")
                found[name + ("#" + row["table"] if "table" in row else "")] = row
            else:
                others.setdefault(row["kind"], []).append(row)
        return found, others

    def states(self, *arguments):
        return {name: (row["state"], row["reason"]) for name, row in self.rows(*arguments)[0].items()}

    def test_a_copy_without_its_times_is_undetermined(self):
        write(self.tree / "docs/old.txt", "an old letter of some length, written many years ago and more\n", 9 * 365)
        shutil.copyfile(self.tree / "docs/old.txt", self.home / "out.txt")
        (self.tree / "docs/old.txt").unlink()
        (self.tree / "docs/copy.txt").write_bytes((self.home / "out.txt").read_bytes())
        self.scan()
        self.assertEqual(self.states(), {"docs/copy.txt": ("undetermined", "weak_evidence")})

    def test_an_older_copy_of_the_same_content_tells_its_age(self):
        text = "an old letter of some length, written many years ago and more than that\n"
        write(self.tree / "other/old.txt", text, 9 * 365)
        write(self.tree / "docs/copy.txt", text)
        self.scan()
        rows, _ = self.rows()
        self.assertEqual(rows["docs/copy.txt"]["state"], "violation")
        self.assertEqual(rows["docs/copy.txt"]["evidence"]["source"], "seen.copy")

    def test_many_files_of_one_moment_are_suspected_of_copying(self):
        for i in range(12):
            write(self.tree / f"docs/bulk/{i}.txt", f"letter {i}\n")
        self.scan()
        self.assertEqual(set(self.states().values()), {("undetermined", "copy_reset")})

    def test_evidence_of_the_content_wins_over_the_disk(self):
        write(self.tree / "docs/x.eml", "Received: from a by b; Thu, 2 Jan 2020 10:12:00 +0100\n"
              "Date: Thu, 2 Jan 2020 10:11:12 +0100\nFrom: a@example.org\nTo: b@example.org\n\nhello\n")
        rows = "\n".join(f"{i},p{i}@example.org,200{i % 9}-01-02,1960-05-05" for i in range(20))
        write(self.tree / "docs/people.csv", "id,mail,updated_at,birth_date\n" + rows + "\n")
        self.scan()
        rows, _ = self.rows()
        self.assertEqual(rows["docs/x.eml"]["evidence"]["source"], "mail.received")
        self.assertEqual(rows["docs/x.eml"]["evidence"]["to"], "2020-01-02")
        self.assertEqual(rows["docs/people.csv"]["evidence"]["source"], "row.updated")
        self.assertEqual(rows["docs/people.csv"]["evidence"]["from"], "2000-01-02")

    def test_tables_of_a_dump_are_judged_apart(self):
        def table(name, years):
            return (f"CREATE TABLE `{name}` (`id` int, `mail` text, `closed_at` datetime);\n"
                    f"INSERT INTO `{name}` VALUES "
                    + ",".join(f"({i},'p{i}@example.org','{y}-03-01 10:00:00')" for i, y in enumerate(years))
                    + ";\n")
        write(self.tree / "dump.sql", "-- MySQL dump\n" + table("old_customers", [2010, 2011, 2012])
              + table("new_customers", [2010, 2025, 2026]) + "-- Dump completed on 2026-10-05 12:00:01\n")
        self.scan()
        rows, _ = self.rows("--as-of", "2026-11-28")
        self.assertEqual(rows["dump.sql#old_customers"]["state"], "violation")
        self.assertEqual(rows["dump.sql#new_customers"]["state"], "violation_partial")
        self.assertEqual(rows["dump.sql"]["state"], "violation_partial")
        self.assertTrue(rows["dump.sql"]["from_contents"])

    def test_a_container_is_what_is_in_it(self):
        (self.tree / "docs").mkdir()
        with zipfile.ZipFile(self.tree / "docs/a.zip", "w") as z:
            z.writestr(zipfile.ZipInfo("old.txt", (2015, 1, 1, 0, 0, 0)), "old enough")
            z.writestr(zipfile.ZipInfo("new.txt", (2026, 5, 1, 0, 0, 0)), "new enough")
        self.scan()
        states = self.states("--as-of", "2026-11-28")
        self.assertEqual(states["docs/a.zip!/old.txt"], ("violation", None))
        self.assertEqual(states["docs/a.zip!/new.txt"], ("within", None))
        self.assertEqual(states["docs/a.zip"], ("violation_partial", None))

    def test_what_was_missed_too_early(self):
        write(self.tree / "tax/2025.txt", "the accounts of the year, at some length so that it counts\n", 300)
        write(self.tree / "tax/moved.txt", "accounts that will be moved to elsewhere, at some length so that it counts\n", 300)
        write(self.tree / "tax/old.txt", "accounts of long ago, at some length so that it counts as well\n", 4000)
        write(self.tree / "docs/held/a.txt", "held, at some length so that it counts for something at all\n", 900)
        self.scan()
        for name in ("tax/2025.txt", "tax/old.txt", "docs/held/a.txt"):
            (self.tree / name).unlink()
        (self.tree / "tax/moved.txt").rename(self.tree / "elsewhere.txt")
        self.scan()
        states = self.states()
        self.assertEqual(states.pop("tax/2025.txt"), ("premature_disposal", None))
        self.assertEqual(states.pop("docs/held/a.txt"), ("premature_disposal", None))
        self.assertEqual(states, {})
        self.assertIn("Gone before it might be", self.terrier("retention", "--policy", str(self.policy)))

    def test_a_day_and_a_policy_are_judged_once_and_recorded(self):
        write(self.tree / "docs/a.txt", "x", 900)
        self.scan()
        self.rows()
        self.rows()
        self.rows("--as-of", "2020-01-01")
        with sqlite3.connect(self.home / "state/terrier/terrier.db") as store:
            self.assertEqual(store.execute("SELECT count(*) FROM assessment").fetchone(), (2,))
            bodies = [json.loads(b) for b, in store.execute("SELECT body FROM ledger WHERE kind = 'policy'")]
        self.assertEqual([b["policy"] for b in bodies], ["acme", "acme"])
        self.terrier("store", "check")

    def test_nothing_is_a_violation_by_what_nobody_approved(self):
        write(self.tree / "docs/a.txt", "x", 4000)
        self.scan()
        self.policy.write_text(POLICY.replace(", approved_by: Counsel", ""), encoding="utf-8")
        self.assertEqual(self.states(), {"docs/a.txt": ("undetermined", "not_approved")})
        self.terrier("retention", "--policy", str(self.policy), "--fail-on", "violation")
        self.policy.write_text(POLICY, encoding="utf-8")
        self.terrier("retention", "--policy", str(self.policy), "--fail-on", "violation", code=1)
        text = self.terrier("retention")
        self.assertIn("Nothing is called a violation", text)
        self.assertNotIn("Kept for too long", text)

    def test_names_are_harmless_in_csv_and_text(self):
        write(self.tree / "docs/=cmd\"x\n\x1b[31m.txt", "x", 4000)
        self.scan()
        rows = list(csv.reader(io.StringIO(self.terrier("retention", "--policy", str(self.policy), "--format", "csv"))))
        self.assertEqual(len(rows), 2)
        self.assertEqual(len(rows[0]), len(rows[1]))
        self.assertNotIn("\x1b", rows[1][0])
        self.assertNotIn("\x1b", self.terrier("retention", "--policy", str(self.policy)))

    def test_lines_are_what_the_schemas_say(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        write(self.tree / "docs/a.txt", "x", 4000)
        write(self.tree / "b.txt", "x", 4000)
        self.scan()
        schemas = pathlib.Path(__file__).parents[2] / "docs" / "schema"
        rows, others = self.rows()
        for row in [*rows.values(), *sum(others.values(), [])]:
            schema = json.loads((schemas / (row["kind"] + ".schema.json")).read_text(encoding="utf-8"))
            jsonschema.validate(row, schema)
        self.assertEqual(sorted(others), ["retention-rule", "retention-run", "retention-sum"])


if __name__ == "__main__":
    TERRIER = os.path.abspath(sys.argv.pop(1))
    unittest.main()
