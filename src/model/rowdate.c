/*
 * Rowdate: see rowdate.h. English, German, French, Spanish, Italian, Portuguese, Dutch.
 *
 * Words are looked for in the name in lower case with _ around each of its words. The most telling
 * come first: a last login is no update, and what was closed was not made then.
 */
#include "model/rowdate.h"

#include "base/cleanup.h"

/* About a person, or about what is to come: no age of a record. */
static const char *const never[] = {
    "birth",  "born",    "_dob_", "bday",  "geburt", "geboren", "naiss", "nacim",
    "nascim", "nascit",  "death", "_dod_", "expir",  "_due",    "valid", "until",
    "ablauf", "gueltig", "_by_",  "_id_",  "scad",   "venc",
};

static const char *const contact[] = {
    "_login_",      "logged_in",     "last_seen",     "visited",         "accessed",
    "last_contact", "lastcontact",   "last_activ",    "last_order",      "last_purchase",
    "last_visit",   "last_login",    "lastlogin",     "letzter_kontakt", "letzte_anmeldung",
    "dernier",      "ultimo_acceso", "ultima_visita", "ultimo_contacto", "ultimo_accesso",
    "ultimo_login", "laatst",
};

static const char *const closed[] = {
    "closed",        "closedate",  "terminated",    "resigned",    "deleted",  "discharged",
    "cancel",        "enddate",    "ended",         "_left_",      "austritt", "kuendig",
    "k\xc3\xbcndig", "beendet",    "abgeschlossen", "geschlossen", "cloture",  "cl\xc3\xb4tur",
    "date_sortie",   "fecha_baja", "cierre",        "cerrado",     "chius",    "encerrad",
    "gesloten",      "beeindigd",  "resolved",      "deactivated", "churned",
};

static const char *const updated[] = {
    "updated",    "modified",  "changed",      "last_update", "last_change",
    "lastupdate", "geaendert", "aktualisiert", "modifi",      "mise_a_jour",
    "actualizad", "aggiornat", "atualizad",    "gewijzigd",   "ge\xc3\xa4ndert",
};

static const char *const created[] = {
    "created",       "creation",    "createdate",
    "inserted",      "opened",      "hired",
    "hire_date",     "hiredate",    "joined",
    "registered",    "signup",      "signed_up",
    "enrolled",      "admitted",    "startdate",
    "erstellt",      "angelegt",    "eintritt",
    "eingang",       "cree_le",     "cr\xc3\xa9\xc3\xa9",
    "date_creation", "inscription", "embauche",
    "creado",        "creacion",    "fecha_alta",
    "creato",        "creazione",   "criado",
    "criacao",       "aangemaakt",
};

/* Something else happened to the record. */
static const char *const happened[] = {
    "ordered", "paid_at",  "purchased", "shipped", "delivered", "sent_at",     "received",
    "issued",  "invoiced", "booked",    "posted",  "orderdate", "invoicedate",
};

/* A thing that has a date, and a word for dates: together they say the same. */
static const char *const begun[] = {"hire", "start", "entry", "create", "open", "join", "register"};
static const char *const over[] = {"_end_", "exit", "leave", "termination", "close"};
static const char *const later[] = {"update", "modif"};
static const char *const things[] = {
    "order", "purchase", "payment",   "invoice", "transaction", "contract", "end",
    "visit", "event",    "record",    "last",    "shipping",    "bestell",  "rechnung",
    "kauf",  "vertrag",  "effective", "log",     "report",
};
static const char *const times[] = {"_date", "time", "datum", "stamp", "_at_", "_on_", "_ts_"};

/* The whole name. */
static const char *const alone[] = {"_date_",  "_datetime_", "_timestamp_", "_ts_",        "_time_",
                                    "_datum_", "_fecha_",    "_date_time_", "_time_stamp_"};

static bool has_any(const char *name, const char *const words[], size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (strstr(name, words[i]))
            return true;
    }
    return false;
}

#define HAS(name, words) has_any(name, words, N_ELEMENTS(words))

/* The name in lower case, with _ around each of its words: "createdAt" is "_created_at_". */
static void plain_name(Span s, char *ret, size_t n) {
    size_t o = 0;

    ret[o++] = '_';
    for (size_t i = 0; i < s.n && o + 3 < n; i++) {
        uint8_t c = s.at[i];
        bool upper = c >= 'A' && c <= 'Z';

        if (upper && i && s.at[i - 1] >= 'a' && s.at[i - 1] <= 'z')
            ret[o++] = '_';
        if (upper || (c >= 'a' && c <= 'z') || c >= 0x80)
            ret[o++] = (char)(upper ? c | 0x20 : c);
        else if (ret[o - 1] != '_')
            ret[o++] = '_';
    }
    if (ret[o - 1] != '_')
        ret[o++] = '_';
    ret[o] = 0;
}

static RowDate timed_of(const char *plain) {
    if (!HAS(plain, times))
        return ROW_DATE_NONE;
    if (HAS(plain, later))
        return ROW_DATE_UPDATED;
    if (HAS(plain, over))
        return ROW_DATE_CLOSED;
    if (HAS(plain, begun))
        return ROW_DATE_CREATED;
    return HAS(plain, things) ? ROW_DATE_OTHER : ROW_DATE_NONE;
}

RowDate row_date_of(Span name) {
    char plain[96];

    if (name.n > sizeof(plain) / 2)
        return ROW_DATE_NONE;
    plain_name(name, plain, sizeof(plain));
    if (HAS(plain, never))
        return ROW_DATE_NONE;
    for (size_t i = 0; i < N_ELEMENTS(alone); i++) {
        if (strcmp(plain, alone[i]) == 0)
            return ROW_DATE_OTHER;
    }
    if (HAS(plain, contact))
        return ROW_DATE_CONTACT;
    if (HAS(plain, closed))
        return ROW_DATE_CLOSED;
    if (HAS(plain, updated))
        return ROW_DATE_UPDATED;
    if (HAS(plain, created))
        return ROW_DATE_CREATED;
    return HAS(plain, happened) ? ROW_DATE_OTHER : timed_of(plain);
}
