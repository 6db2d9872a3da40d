"""People who do not exist, with values that are valid by structure.

Standard library only.
"""
import datetime

from make import Values

GIVEN = ("Ada Ben Cleo Dora Emil Fritz Greta Hugo Ines Jonas Karla Leo Mira Nils Olga Paul Rosa Sven Tilda Udo "
         "Vera Willem Xenia Yara Zeno").split()
FAMILY = ("Ahlgren Brandt Castell Dorn Eckhart Falk Garner Hollis Ibsen Jarvis Keller Lindqvist Marsh Norden Ostrow "
          "Prentice Quill Rasmus Stone Thorne Ulrich Vogel Winter Yarrow Zeller").split()
STREETS = "Mill Lane,Station Road,Church Street,Park Avenue,Harbour Way,Garden Street".split(",")


class Person:
    def __init__(self, rnd, number):
        v = Values(rnd)
        self.number = number
        self.given = GIVEN[number % len(GIVEN)]
        self.family = FAMILY[(number // len(GIVEN) + number) % len(FAMILY)]
        self.name = "%s %s" % (self.given, self.family)
        self.email = "%s.%s%d@firma-%d.de" % (self.given.lower(), self.family.lower(), number, 10 + number % 80)
        self.ssn, self.iban, self.card = v.ssn(), v.iban(), v.card(" ")
        self.born = datetime.date(1950, 1, 1) + datetime.timedelta(rnd.randrange(18000))
        self.phone = "+1 202 555 01%02d" % (number % 100)
        self.street = "%d %s" % (rnd.randint(1, 240), rnd.choice(STREETS))
        self.salary = rnd.randrange(28000, 96000, 100)


def people(rnd, first, n):
    return [Person(rnd, first + i) for i in range(n)]
