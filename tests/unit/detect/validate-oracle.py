#!/usr/bin/python3
"""Compares the validators with Debian's python3-stdnum on mutated values.

usage: validate-oracle.py VALIDATE-LINES VALIDATE-VECTORS.H
From each valid vector: a digit or letter changed, two neighbours swapped, one dropped, one doubled,
and all of them drawn anew. Seeds are fixed. A difference that is not in RULES below is a failure,
told by type and count; a rule says how many in a thousand may differ, and why. Exit 77 without the
oracle.
"""
import importlib
import random
import re
import subprocess
import sys
from collections import Counter

try:
    import stdnum  # noqa: F401
except ImportError:
    print("skipped: python3-stdnum is not installed")
    sys.exit(77)

# type: (how many in a thousand may differ, the issuer's rule that we follow)
RULES = {
    "at.vnr": (50, "the date: days up to 31, months up to 15"),
    "be.nn": (10, "months up to 12, numbers from 001"),
    "bg.egn": (5, "nobody is born in the future"),
    "bic": (545, "letters 5 and 6 are a country of ISO 3166"),
    "br.cnpj": (25, "letters from July 2026; never all the same"),
    "by.unp": (10, "the word in full"),
    "ca.bn": (5, "RR (charities) and RZ (information returns) are programmes too"),
    "ca.sin": (10, "8 is not given out"),
    "cu.ni": (20, "nobody is born in the future"),
    "cz.bankaccount": (5, "a bank has four digits; the list of banks is that of 2024"),
    "cz.rc": (15, "the serial of nine digits is not 000"),
    "de.handelsregisternummer": (420, "the name of the court is not looked up"),
    "dk.cpr": (10, "the last year of birth is fixed, 2030"),
    "eu.at_02": (10, "the first two are letters"),
    "fr.nif": (830, "the last three are the rest by 511"),
    "fr.nir": (5, "sex and month"),
    "is.kennitala": (40, "8 last is the nineteenth century"),
    "isan": (20, "parts of full length"),
    "isrc": (25, "country codes in use"),
    "it.codicefiscale": (5, "days up to 71"),
    "kr.brn": (1000, "the tenth digit is a check"),
    "lt.asmens": (5, "nobody is born in the future"),
    "lv.pvn": (15, "32 first has no date since 2017"),
    "mac": (150, "makers are not looked up; two hexadecimal digits a group"),
    "no.fodselsnummer": (5, "numbers of tests"),
    "nz.bankaccount": (80, "branches by range; one mark between groups"),
    "pl.pesel": (15, "nobody is born in the future"),
    "pt.cc": (35, "twelve characters"),
    "ro.cnp": (5, "counties; nobody is born in the future"),
    "ro.onrc": (10, "the form since July 2024; one mark between parts"),
    "se.personnummer": (5, "coordination numbers have 60 on the day"),
    "sk.rc": (15, "the serial of nine digits is not 000"),
    "tw.ubn": (135, "divisible by 5 since April 2023"),
    "us.itin": (30, "groups 50 to 65 too"),
    "us.rtn": (50, "prefixes of the Federal Reserve"),
}
DIGITS, LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def oracle(name):
    parts = name.split(".")
    if parts[0] in ("in", "is"):
        parts[0] += "_"
    try:
        module = importlib.import_module("stdnum." + ".".join(parts))
    except ImportError:
        return None
    return getattr(module, "is_valid", None)


def like(rng, c):
    if c in DIGITS:
        return rng.choice(DIGITS)
    if c.upper() in LETTERS:
        drawn = rng.choice(LETTERS)
        return drawn if c.isupper() else drawn.lower()
    return c


def mutate(rng, x):
    i, kind = rng.randrange(len(x)), rng.randrange(8)
    if kind < 2:
        return x[:i] + like(rng, x[i]) + x[i + 1:]
    if kind == 2:
        return x[:i] + x[i + 1:i + 2] + x[i] + x[i + 2:]
    if kind == 3:
        return x[:i] + x[i + 1:]
    if kind == 4:
        return x[:i] + like(rng, x[i]) + x[i:]
    if kind == 5:
        return x[:i] + rng.choice(LETTERS if x[i] in DIGITS else DIGITS) + x[i + 1:]
    return "".join(like(rng, c) for c in x)


def main():
    lines, header = sys.argv[1:3]
    seeds = {}
    for name, value, valid in re.findall(r'\{"([^"]+)",\s*"([^"]+)",\s*(true|false)\}',
                                         open(header, encoding="utf-8").read()):
        if valid == "true":
            seeds.setdefault(name, []).append(value)
    cases = []
    for name in sorted(seeds):
        if oracle(name) is None:
            continue
        rng = random.Random("terrier " + name)
        values = {mutate(rng, rng.choice(seeds[name])) for _ in range(400)} | set(seeds[name])
        cases += [(name, v) for v in sorted(values) if v]
    answers = subprocess.run([lines], input="".join("%s\t%s\n" % c for c in cases).encode(),
                             stdout=subprocess.PIPE, check=True).stdout.decode().split()
    total, differ = Counter(), Counter()
    for (name, value), answer in zip(cases, answers):
        try:
            said = bool(oracle(name)(value))
        except Exception:
            said = False
        total[name] += 1
        differ[name] += said != (answer == "1")
    failed = 0
    for name in sorted(total):
        allowed = RULES.get(name, (0, ""))[0]
        if differ[name] * 1000 > allowed * total[name]:
            print("%s: %d of %d differ, %d in a thousand may" % (name, differ[name], total[name], allowed))
            failed += 1
    print("%d types, %d cases, %d differ by rule, %d types fail"
          % (len(total), sum(total.values()), sum(differ.values()), failed))
    if len(total) < 150:
        print("too few types compared")
        failed += 1
    return 1 if failed or len(cases) != len(answers) else 0


sys.exit(main())
