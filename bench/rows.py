"""Rows: every single measurement of a run, and the medians and ratios that follow from them."""
import csv
import dataclasses
import statistics

HEADER = ["suite", "case", "subject", "round", "value", "unit"]


@dataclasses.dataclass(frozen=True)
class Spread:
    median: float
    least: float
    most: float

    def times(self, factor):
        return Spread(self.median * factor, self.least * factor, self.most * factor)


def spread(values):
    return Spread(statistics.median(values), min(values), max(values)) if values else None


class Rows:
    def __init__(self):
        self.all = []

    def add(self, suite, case, subject, number, value, unit):
        self.all.append((suite, case, subject, int(number), float(value), unit))

    def add_all(self, suite, case, subject, number, values):
        for unit, value in values.items():
            self.add(suite, case, subject, number, value, unit)

    def add_csv(self, text):
        """Lines as the programmes of engine/ print them."""
        for line in csv.reader(text.splitlines()):
            self.add(*line)

    def write(self, path):
        with open(path, "w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows((*row[:4], f"{row[4]:.6g}", row[5]) for row in self.all)

    def rounds(self, suite, case, subject, unit):
        """{round: value}."""
        wanted = (suite, case, subject, unit)
        return {row[3]: row[4] for row in self.all if (*row[:3], row[5]) == wanted}

    def spread(self, suite, case, subject, unit):
        """None where nothing was measured."""
        return spread(list(self.rounds(suite, case, subject, unit).values()))

    def combined(self, suite, case, subject, other, unit, combine):
        """The spread of combine(subject, other), taken round by round."""
        ours = self.rounds(suite, case, subject, unit)
        theirs = self.rounds(suite, case, other, unit)
        return spread([combine(ours[n], theirs[n]) for n in sorted(ours.keys() & theirs.keys())])

    def ratio(self, suite, case, subject, other, unit):
        return self.combined(suite, case, subject, other, unit, lambda a, b: a / b)

    def cases(self, suite):
        """In the order of their first row."""
        return list(dict.fromkeys(row[1] for row in self.all if row[0] == suite))

    def subjects(self, suite, case=None):
        return list(dict.fromkeys(
            row[2] for row in self.all if row[0] == suite and case in (None, row[1])))
