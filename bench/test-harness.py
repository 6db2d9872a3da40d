#!/usr/bin/env python3
"""Tests how measurements become rows, ratios, verdicts and a report."""
import os
import pathlib
import tempfile
import unittest

import process
import report
import run
import targets
from rows import Rows, Spread


def rows_of(suite, case, unit, **subjects):
    rows = Rows()
    for subject, values in subjects.items():
        for number, value in enumerate(values, 1):
            rows.add(suite, case, subject.replace("_", "-"), number, value, unit)
    return rows


class RowsTest(unittest.TestCase):
    def test_ratio_is_taken_round_by_round(self):
        # both halve in the second round, as on a machine that others use
        rows = rows_of("engine", "prose", "MB/s", engine=[100, 50, 90], naive=[10, 5, 10])
        ratio = rows.ratio("engine", "prose", "engine", "naive", "MB/s")
        self.assertEqual(ratio, Spread(10, 9, 10))

    def test_ratio_uses_the_rounds_that_both_have(self):
        rows = rows_of("engine", "prose", "MB/s", engine=[100, 50, 90], naive=[10])
        ratio = rows.ratio("engine", "prose", "engine", "naive", "MB/s")
        self.assertEqual(ratio, Spread(10, 10, 10))

    def test_nothing_measured_is_none(self):
        rows = rows_of("engine", "prose", "MB/s", engine=[100])
        self.assertIsNone(rows.ratio("engine", "prose", "engine", "naive", "MB/s"))
        self.assertIsNone(rows.spread("engine", "csv", "engine", "MB/s"))

    def test_csv_of_programmes_comes_back_as_written(self):
        rows = Rows()
        rows.add_csv("engine,prose,naive,2,51.2500,MB/s\n")
        with tempfile.TemporaryDirectory() as scratch:
            path = pathlib.Path(scratch) / "raw.csv"
            rows.write(path)
            self.assertEqual(path.read_text().splitlines(),
                             ["suite,case,subject,round,value,unit",
                              "engine,prose,naive,2,51.25,MB/s"])


class TargetsTest(unittest.TestCase):
    def verdict(self, rows, what):
        judged = targets.all_targets(rows, ["cards", "zero"])
        return next(t.verdict for t in judged if t.what.startswith(what))

    def test_verdicts_of_a_lower_bound(self):
        for engine, expected in ((301, "met"), (300, "met"), (299, "missed")):
            rows = rows_of("engine", "prose", "MB/s", engine=[engine], naive=[10])
            self.assertEqual(self.verdict(rows, "engine / naive, prose"), expected, engine)

    def test_verdicts_of_an_upper_bound(self):
        for wall, expected in ((0.049, "met"), (0.051, "missed")):
            rows = rows_of("scan", "1-kib", "s wall", terrier_1=[wall], empty=[0.001])
            self.assertEqual(self.verdict(rows, "1 KiB file"), expected, wall)

    def test_what_was_not_measured_is_neither_met_nor_missed(self):
        self.assertEqual({t.verdict for t in targets.all_targets(Rows(), ["cards"])},
                         {"not measured"})

    def test_the_worst_adversary_is_named(self):
        rows = rows_of("engine", "cards", "MB/s", engine=[20], naive=[10])
        rows.all += rows_of("engine", "zero", "MB/s", engine=[90], naive=[10]).all
        self.assertEqual(self.verdict(rows, "engine / naive, worst adversary (cards)"), "missed")


class ProcessTest(unittest.TestCase):
    def command(self, subject, *argv, **more):
        return process.Command(subject, list(argv), dict(os.environ), **more)

    def test_rounds_count_without_the_one_that_warms_up(self):
        rows = Rows()
        self.assertEqual(process.measure(rows, "nothing", [self.command("true", "true")], 2), {})
        walls = rows.rounds("scan", "nothing", "true", "s wall")
        self.assertEqual(sorted(walls), [1, 2])
        self.assertGreater(min(walls.values()), 0)

    def test_a_failure_is_named_and_leaves_the_others(self):
        rows = Rows()
        commands = [self.command("bad", "sh", "-c", "echo why >&2; exit 4"),
                    self.command("gone", "/no/such/programme"), self.command("true", "true")]
        failed = process.measure(rows, "nothing", commands, 1)
        self.assertEqual(sorted(failed), ["bad", "gone"])
        self.assertIn("exit status 4: why", failed["bad"])
        self.assertEqual(rows.subjects("scan", "nothing"), ["true"])

    def test_a_run_that_did_nothing_is_a_failure(self):
        command = self.command("true", "true", confirm=lambda: "it left no store")
        self.assertEqual(process.measure(Rows(), "nothing", [command], 1),
                         {"true": "it left no store"})

    def test_prepare_comes_before_every_run(self):
        calls = []
        command = self.command("false", "false", prepare=lambda: calls.append(1), statuses=(1,))
        process.measure(Rows(), "nothing", [command], 2)
        self.assertEqual(len(calls), 3)


class ReportTest(unittest.TestCase):
    def test_figures_stand_beside_their_targets(self):
        rows = rows_of("engine", "prose", "MB/s", engine=[360], naive=[10])
        text = report.text(rows, targets.all_targets(rows, ["cards"]), run.QUICK,
                           ["scan: no programme"], ["cards"], 0.5)
        self.assertIn("| engine / naive, prose | 36 | 36 to 36 | >= 30 x | met |", text)
        self.assertIn("1 met, 0 missed", text)
        self.assertIn("- scan: no programme", text)

    def test_a_slow_detector_is_named(self):
        rows = rows_of("detector", "csv", "MB/s", a=[100], b=[110], c=[59])
        self.assertEqual([found[1:] for found in report.slow_detectors(rows)], [("c", "csv")])


if __name__ == "__main__":
    unittest.main()
