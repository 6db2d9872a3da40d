#!/usr/bin/env python3
"""Columns of tables: which hold personal data, and which do not.

usage: columns.py TERRIER

Writes tables as exports of such systems look (customers, staff, a clinic, orders, payments, sign-ins,
a catalogue, telemetry, logs) with generated values, each as CSV, JSON Lines and a dump of SQL, and
scans them. The truth stands beside each column: what kind of personal data it holds, or None. A
column counts as found if any detector reports it. Precision and recall over columns are printed,
with what was missed and what was wrong, and each must be 0.95 or better; so must the share of found
columns whose category is the one that the truth names.

Standard library only. Ends with "N passed, N failed, N skipped".
"""
import csv
import json
import os
import random
import subprocess
import sys
import tempfile

ROWS, LEAST = 60, 0.95
RND = random.Random(4711)

FIRST = """Anna Peter Maria Thomas Julia Michael Laura Stefan Sophie Daniel Elena Marco Ines Pablo Zofia
Jakub Emma Lukas Claire Antoine Giulia Matteo Sanne Daan Ingrid Lars Katarzyna Piotr Fatima Omar Priya
Rahul Yuki Chen Olga Ivan Nadia Samuel Grace Robert Linda James Patricia Carlos Lucia Andre Heike Jürgen
Zoë François""".split()
LAST = """Muster Beispiel Roe Doe Sample Novak Kowalski Rossi Garcia Dubois Jansen Nilsen Petrov Yilmaz
Okafor Singh Tanaka Wagner Schmidt Meyer Fischer Brown Miller Wilson Moreau Bianchi Lopez Silva Santos
Horvath Andersson Virtanen Hansen Peeters Novotny Popescu""".split()
STREETS = ["Main Street", "Elm Ave", "Oak Lane", "Station Road", "Church St", "Park Drive"]
STRASSEN = ["Hauptstraße", "Bahnhofstr.", "Am Weg", "Lindenallee", "Schulgasse", "Gartenstraße"]
PRODUCTS = """Oak Desk;Pine Table;Steel Lamp;Cotton Shirt;Rose Gold Ring;Desk Chair;Ruby Notebook;Jasmine Tea;
Travel Mug;Garden Hose;Wool Scarf;Laptop Stand;Phone Case;Madeleine Mould;Wall Clock;Paper Tray;Blue Pen;
Victoria Sponge Tin;Ink Cartridge;Door Mat""".replace("\n", "").split(";")
COMPANIES = "Northwind Ltd;Acme Inc;Globex GmbH;Initech LLC;Umbrella Corp;Hooli Inc;Stark Industries".split(";")
HOSTS = "web db cache mail proxy build".split()
CITIES = "Springfield Shelbyville Utopia Newtown Riverside Fairview".split()
HEX = "0123456789abcdef"


def pick(*of):
    return lambda: RND.choice(of)


def number(lo, hi, form="%d"):
    return lambda: form % RND.randint(lo, hi)


def real(lo, hi, places=2):
    return lambda: "%.*f" % (places, RND.uniform(lo, hi))


def digits(n):
    return lambda: "".join(RND.choice("0123456789") for _ in range(n))


def text(*parts):
    return lambda: "".join(p() if callable(p) else p for p in parts)


def hexed(n):
    return lambda: "".join(RND.choice(HEX) for _ in range(n))


def uuid():
    h = hexed(32)()
    return "%s-%s-4%s-a%s-%s" % (h[:8], h[8:12], h[13:16], h[17:20], h[20:])


def date(lo=2015, hi=2024, form="%04d-%02d-%02d"):
    return lambda: form % (RND.randint(lo, hi), RND.randint(1, 12), RND.randint(1, 28))


def stamp():
    return "%sT%02d:%02d:%02dZ" % (date()(), RND.randint(0, 23), RND.randint(0, 59), RND.randint(0, 59))


first, last = pick(*FIRST), pick(*LAST)
full = text(first, " ", last)
mail = lambda: "%s.%s%d@mail.terrier-test.org" % (RND.choice("abcdefgh"), last().lower(), RND.randint(1, 99))
login = lambda: RND.choice("abcdefghj") + last().lower()
street = text(number(1, 999), " ", pick(*STREETS))
strasse = text(pick(*STRASSEN), " ", number(1, 99))
us_phone = text("(", pick("212", "312", "415"), ") 555-01", digits(2))
de_phone = text("030 23125 ", digits(3))
ip = lambda: "203.0.113.%d" % RND.randint(1, 254)
serial = lambda start: iter(range(start, start + 10 ** 6)).__next__
maybe = lambda f, share=0.3: (lambda: "" if RND.random() < share else f())

# table -> column -> (category or None, value)
TABLES = {
    "customers": {
        "id": (None, lambda n=serial(1): str(n())),
        "customer_number": ("customer.id", text("C-00", digits(5))),
        "first_name": ("person.name", first), "last_name": ("person.name", last),
        "company_name": (None, pick(*COMPANIES)),
        "email": ("contact.email", mail), "email_verified": (None, pick("true", "false")),
        "phone": ("contact.phone", us_phone), "mobile_number": ("contact.phone", text("212555", digits(4))),
        "fax": ("contact.fax", maybe(us_phone)),
        "billing_street": ("contact.address", street), "address2": ("contact.address", maybe(text("Apt ", number(1, 40)), 0.6)),
        "zip": ("contact.postcode", digits(5)),
        "date_of_birth": ("person.dob", date(1940, 2003)), "gender": ("person.gender", pick("M", "F")),
        "marital_status": ("person.marital", pick("single", "married", "divorced")),
        "nationality": ("person.nationality", pick("German", "French", "American", "Polish")),
        "lead_source": (None, pick("web", "referral", "trade show")),
        "newsletter_opt_in": (None, pick("0", "1")), "loyalty_tier": (None, pick("gold", "silver")),
        "created_at": (None, stamp), "updated_at": (None, stamp), "language": (None, pick("en", "de", "fr")),
        "credit_limit": (None, number(100, 9000)), "segment": (None, pick("B2B", "B2C")),
    },
    "mitarbeiter": {
        "Personalnummer": ("employment.id", text("00", digits(6))),
        "Nachname": ("person.name", last), "Vorname": ("person.name", first),
        "Geburtsdatum": ("person.dob", lambda: "%02d.%02d.%d" % (RND.randint(1, 28), RND.randint(1, 12), RND.randint(1955, 2002))),
        "Geschlecht": ("person.gender", pick("männlich", "weiblich", "divers")),
        "Geburtsort": ("person.birthplace", pick(*CITIES)),
        "Straße": ("contact.address", strasse), "PLZ": ("contact.postcode", digits(5)),
        "Telefon privat": ("contact.phone", de_phone),
        "Familienstand": ("person.marital", pick("ledig", "verheiratet", "geschieden")),
        "Konfession": ("special.religion", pick("evangelisch", "römisch-katholisch", "konfessionslos", "muslimisch")),
        "Staatsangehörigkeit": ("person.nationality", pick("deutsch", "türkisch", "polnisch", "italienisch")),
        "Bruttogehalt": ("fin.salary", lambda: "%d.%03d,00" % (RND.randint(2, 8), RND.randint(0, 999))),
        "Gewerkschaft": ("special.union", maybe(pick("IG Metall", "ver.di", "IG BCE"), 0.5)),
        "Grad der Behinderung": ("health.record", maybe(pick("50", "60", "80"), 0.6)),
        "Kontonummer": ("fin.bank_account", digits(10)),
        "Abteilung": (None, pick("Einkauf", "Vertrieb", "IT")), "Kostenstelle": (None, digits(4)),
        "Tätigkeitsschlüssel": (None, digits(5)), "Eintrittsdatum": (None, date(2000, 2023)),
        "Wochenstunden": (None, pick("20", "38,5", "40")), "Standort": (None, pick("Werk 1", "Werk 2")),
    },
    "patients": {
        "mrn": ("health.mrn", text("0", digits(7))), "patient_name": ("person.name", text(last, ", ", first)),
        "sex": ("person.gender", pick("male", "female")), "age": ("person.age", number(1, 97)),
        "race": ("special.ethnicity", pick("White", "Black or African American", "Asian", "Hispanic")),
        "blood_type": ("health.record", pick("A+", "O-", "AB+", "B+")),
        "allergies": ("health.record", maybe(pick("penicillin", "peanuts", "latex, sulfa"), 0.5)),
        "primary_diagnosis": ("health.record", pick("essential hypertension", "asthma", "type 2 diabetes")),
        "icd10_code": ("health.code", pick("I10", "E11.9", "J45.909", "F32.1")),
        "procedure": ("health.record", pick("appendectomy", "MRI brain", "colonoscopy", "CT head")),
        "cpt": ("health.code", pick("99213", "70551", "45378")),
        "medication": ("health.record", pick("metformin 500 mg", "lisinopril 10 mg", "ibuprofen")),
        "attending_physician": ("person.name", text("Dr. ", full)),
        "insurance_member_id": ("health.plan_id", text("XQP", digits(9))),
        "emergency_contact_name": ("person.name", full), "emergency_contact_phone": ("contact.phone", us_phone),
        "smoking_status": ("health.record", pick("never smoker", "former smoker", "current smoker")),
        "ward": (None, pick("3A", "ICU", "5B")), "bed": (None, number(1, 30)),
        "length_of_stay": (None, number(1, 20)), "admitted_at": (None, stamp),
        "department": (None, pick("cardiology", "surgery unit", "radiology")), "bill_total": (None, real(100, 9000)),
    },
    "orders": {
        "order_id": (None, lambda n=serial(100001): str(n())), "order_date": (None, date()),
        "status": (None, pick("open", "shipped", "cancelled")), "sku": (None, text("SKU-", digits(5))),
        "product_name": (None, pick(*PRODUCTS)), "quantity": (None, number(1, 9)),
        "unit_price": (None, real(1, 300)), "currency": (None, pick("EUR", "USD")), "total": (None, real(1, 900)),
        "shipping_name": ("person.name", full), "shipping_address": ("contact.address", text(street, ", ", pick(*CITIES))),
        "shipping_postal_code": ("contact.postcode", digits(5)), "customer_email": ("contact.email", mail),
        "ip_address": ("device.ip", ip), "payment_method": (None, pick("card", "paypal", "invoice")),
        "tracking_number": (None, text("TRK", digits(9))), "carrier": (None, pick("DHL", "UPS")),
        "coupon_code": (None, maybe(text("SAVE", digits(2)), 0.6)), "weight_kg": (None, real(0, 30)),
        "warehouse": (None, pick("north", "south")), "gift_message_length": (None, number(0, 90)),
    },
    "accounts": {
        "user_name": ("account.username", login), "password": ("account.password", text(pick("Sommer", "Winter", "Tiger"), digits(3), pick("!", "x"))),
        "password_changed_at": (None, stamp), "failed_logins": (None, number(0, 9)), "mfa_enabled": (None, pick("true", "false")),
        "security_question": ("account.password", pick("Name of first pet?", "Street of the school?")),
        "security_answer": ("account.password", pick("Rex", "Fluffy", "Elm")), "role": (None, pick("admin", "user", "editor")),
        "display_name": ("person.name", full), "session_id": ("device.cookie", hexed(32)),
        "last_login": (None, stamp), "timezone": (None, pick("Europe/Berlin", "UTC")), "theme": (None, pick("dark", "light")),
        "idfa": ("device.ad_id", lambda: uuid().upper()), "locale": (None, pick("en_US", "de_DE")),
    },
    "payments": {
        "payment_id": (None, uuid), "cardholder_name": ("person.name", full), "card_expiry": ("fin.card_expiry", lambda: "%02d/%d" % (RND.randint(1, 12), RND.randint(26, 31))),
        "cvv": ("fin.cvv", digits(3)), "amount": (None, real(1, 900)), "currency": (None, pick("EUR", "USD")),
        "account_number": ("fin.bank_account", digits(10)), "account_type": (None, pick("checking", "savings")),
        "gl_account": (None, digits(6)), "merchant_category": (None, digits(4)), "avs_result": (None, pick("Y", "N")),
        "settled_on": (None, date()), "batch_no": (None, digits(6)), "fee": (None, real(0, 9)), "status": (None, pick("ok", "failed")),
    },
    "products": {
        "id": (None, lambda n=serial(1): str(n())), "name": (None, pick(*PRODUCTS)), "brand": (None, pick(*COMPANIES)),
        "category": (None, pick("kitchen", "garden")), "description": (None, pick("A fine lamp.", "Made of oak", "For the garden")),
        "condition": (None, pick("new", "used", "refurbished")), "color": (None, pick("white", "black", "green")), "size": (None, pick("S", "M", "L")),
        "price": (None, real(1, 99)), "stock": (None, number(0, 500)), "ean": (None, text("40", digits(11))), "rating": (None, real(1, 5, 1)),
        "image_file_name": (None, text("img", digits(4), ".png")), "vendor_code": (None, text("V", digits(3))), "tax_class": (None, pick("full", "reduced")),
        "origin_country": (None, pick("DE", "CN")), "page_title": (None, pick(*PRODUCTS)), "height_cm": (None, number(1, 200)), "is_active": (None, pick("0", "1")),
        "type": (None, pick("simple", "bundle")),
    },
    "telemetry": {
        "ts": (None, stamp), "host_name": (None, text(pick(*HOSTS), digits(2))), "sensor": (None, text("t", digits(2))), "temperature": (None, real(10, 40)),
        "voltage": (None, real(1, 5)), "cpu_percent": (None, number(0, 100)), "mem_bytes": (None, digits(9)), "error_code": (None, text("E", digits(3))),
        "firmware_version": (None, text(number(1, 9), ".", number(0, 9), ".", number(0, 20))), "status": (None, pick("ok", "warn")), "message": (None, pick("fan on", "door open")),
        "file_name": (None, text("log", digits(3), ".gz")), "table_name": (None, pick("orders", "jobs")), "region": (None, pick("eu-west-1", "us-east-2")),
        "request_count": (None, number(1, 9000)), "latency_ms": (None, real(1, 90)), "mac_address": ("device.mac", lambda: ":".join(hexed(2)() for _ in range(6))),
        "phase": (None, pick("A", "B")), "address_bus": (None, number(1, 255)), "uptime_s": (None, digits(6)), "process_name": (None, pick("cron", "sshd")),
    },
    "clients_fr": {
        "nom": ("person.name", full), "prénom": ("person.name", first), "adresse": ("contact.address", text(number(1, 90), " rue de la Paix")),
        "code_postal": ("contact.postcode", digits(5)), "téléphone": ("contact.phone", text("01 99 00 ", digits(2), " ", digits(2))),
        "date_naissance": ("person.dob", lambda: "%02d/%02d/%d" % (RND.randint(1, 28), RND.randint(1, 12), RND.randint(1950, 2000))),
        "nationalité": ("person.nationality", pick("française", "belge", "suisse")), "situation_familiale": ("person.marital", pick("célibataire", "marié", "divorcé")),
        "numéro_commande": (None, digits(8)), "montant": (None, real(1, 90)), "produit": (None, pick("lampe", "table")), "statut": (None, pick("ouvert", "clos")),
        "nom_produit": (None, pick("Lampe", "Table basse")), "quantité": (None, number(1, 9)), "date_commande": (None, date()),
    },
    "clientes_es": {
        "nombre": ("person.name", full), "apellidos": ("person.name", last), "dirección": ("contact.address", text("Calle Mayor ", number(1, 90))),
        "teléfono": ("contact.phone", text("600 ", digits(3), " ", digits(3))), "sexo": ("person.gender", pick("hombre", "mujer")), "salario": ("fin.salary", number(12000, 60000)),
        "producto": (None, pick("lámpara", "mesa")), "precio": (None, real(1, 90)), "fecha_pedido": (None, date()), "estado": (None, pick("abierto", "cerrado")),
        "cantidad": (None, number(1, 9)), "código": (None, digits(4)), "nombre_producto": (None, pick("Mesa", "Silla azul")),
    },
    "members": {
        "full_name": ("person.name", full), "school_name": ("person.child", pick("Elm Elementary School", "Oak Academy")), "guardian_name": ("person.name", full),
        "political_party": ("special.politics", pick("Democrat", "Republican", "Independent")), "sexual_orientation": ("special.sexuality", pick("Heterosexual", "Gay", "Bisexual")),
        "religion": ("special.religion", pick("Catholic", "Muslim", "Hindu", "Atheist")), "criminal_record": ("criminal", pick("none known", "theft 2012", "assault")),
        "visa_status": ("person.immigration", pick("H-1B", "permanent resident", "citizen")), "latitude": ("location.precise", real(-60, 60, 6)), "longitude": ("location.precise", real(-120, 120, 6)),
        "annual_income": ("fin.salary", number(12000, 99000)), "employee_id": ("employment.id", text("E", digits(5))), "performance_rating": ("employment.record", pick("exceeds", "meets", "below")),
        "points": (None, number(0, 900)), "membership_level": (None, pick("basic", "plus")), "renewal_date": (None, date(2024, 2026)), "event_name": (None, pick("Summer Fair", "Annual Dinner")),
        "team_name": (None, pick("Red Lions", "Blue Sharks")), "notes_count": (None, number(0, 9)), "record_hash": (None, hexed(40)),
    },
}


def write_csv(path, names, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f)
        w.writerow(names)
        w.writerows(rows)


def write_jsonl(path, names, rows):
    with open(path, "w", encoding="utf-8") as f:
        for r in rows:
            f.write(json.dumps(dict(zip(names, r)), ensure_ascii=False) + "\n")


def write_sql(path, names, rows):
    table = os.path.basename(path).split(".")[0]
    cells = lambda r: ", ".join("'%s'" % v.replace("'", "''") if v else "NULL" for v in r)
    with open(path, "w", encoding="utf-8") as f:
        f.write("CREATE TABLE `%s` (\n  %s\n);\n" % (table, ",\n  ".join("`%s` varchar(255)" % n for n in names)))
        for r in rows:
            f.write("INSERT INTO `%s` VALUES (%s);\n" % (table, cells(r)))


WRITERS = {"csv": write_csv, "jsonl": write_jsonl, "sql": write_sql}


def scan(terrier, tree, home):
    env = dict(os.environ, XDG_STATE_HOME=home + "/state", XDG_CONFIG_HOME=home + "/config", XDG_CACHE_HOME=home + "/cache")
    out = subprocess.run([terrier, "scan", "--format", "jsonl", tree], env=env, capture_output=True, timeout=300)
    found = {}
    for line in out.stdout.splitlines():
        d = json.loads(line)
        if d["kind"] == "finding":
            part = d.get("part") or ""
            found.setdefault((os.path.basename(d["object"]), part.split(".")[-1]), set()).add((d["category"], d["detector"]))
    return out.returncode, found


def judge(found, form):
    tp, wrong, missed, other = 0, [], [], []
    for table, columns in TABLES.items():
        for name, (kind, _) in columns.items():
            got = found.get(("%s.%s" % (table, form), name), set())
            where = "%s.%s" % (table, name)
            if kind and got:
                tp += 1
                if kind not in {c for c, _ in got}:
                    other.append("%s: %s" % (where, ", ".join(sorted(i for _, i in got))))
            elif kind:
                missed.append(where)
            elif got:
                wrong.append("%s: %s" % (where, ", ".join(sorted(i for _, i in got))))
    return tp, wrong, missed, other


def main():
    terrier, passed, failed = os.path.abspath(sys.argv[1]), 0, 0

    with tempfile.TemporaryDirectory() as home:
        tree = home + "/tree"
        os.mkdir(tree)
        for table, columns in TABLES.items():
            rows = [[make() for _, make in columns.values()] for _ in range(ROWS)]
            for form, write in WRITERS.items():
                write("%s/%s.%s" % (tree, table, form), list(columns), rows)
        code, found = scan(terrier, tree, home)
        if code != 0:
            print("scan: exit status %d, expected 0" % code)
            failed += 1
        for form in WRITERS:
            tp, wrong, missed, other = judge(found, form)
            precision, recall = tp / max(1, tp + len(wrong)), tp / max(1, tp + len(missed))
            kinds = (tp - len(other)) / max(1, tp)
            ok = min(precision, recall, kinds) >= LEAST
            print("%s: %d columns, %d personal: precision %.3f, recall %.3f, category %.3f" %
                  (form, sum(map(len, TABLES.values())), tp + len(missed), precision, recall, kinds))
            for what, them in (("wrong", wrong), ("missed", missed), ("other category", other)):
                for w in them:
                    print("  %s: %s" % (what, w))
            passed, failed = passed + ok, failed + (not ok)
    print("%d passed, %d failed, 0 skipped" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
