/* Group: see group.h. */
#include "model/group.h"

#include <errno.h>

#include "base/cleanup.h"

#define MEMBERS_MAX 24

typedef struct Group {
    const char *name;
    const char *members[MEMBERS_MAX]; /* ids, or what they begin with */
    const char *without[8];
} Group;

/*
 * personal: of or about a natural person. special: what GDPR articles 9 and 10 and like laws set
 * apart. identifier: one person has one of them, so distinct values come near to persons.
 * cardholder, authentication: as PCI DSS divides account data.
 */
static const Group groups[] = {
    {"personal",
     {"account.username", "biometric",      "candidate", "contact",    "content",
      "criminal",         "customer",       "device",    "employment", "fin.bank_account",
      "fin.card_expiry",  "fin.cvv",        "fin.iban",  "fin.pan",    "fin.pin_block",
      "fin.salary",       "fin.track_data", "genetic",   "gov",        "health",
      "location",         "person",         "special",   "vehicle"},
     {"health.provider_id"}},
    {"special", {"biometric", "criminal", "genetic", "health", "special"}, {"health.provider_id"}},
    {"credential", {"account.password", "secret"}, {0}},
    {"identifier",
     {"contact.email", "customer.id", "employment.id", "gov.drivers_license", "gov.national_id",
      "gov.passport", "gov.tax_id", "health.mrn", "health.plan_id"},
     {0}},
    {"financial", {"fin"}, {"fin.bank_routing", "fin.crypto_wallet"}},
    {"cardholder", {"fin.pan", "fin.card_expiry"}, {0}},
    {"authentication", {"fin.cvv", "fin.pin_block", "fin.track_data"}, {0}},
    {"commercial", {"business"}, {0}},
};

const char *const group_names[] = {"personal",  "special",    "credential",     "identifier",
                                   "financial", "cardholder", "authentication", "commercial"};
const size_t n_groups = N_ELEMENTS(group_names);

int category_place(Span id) {
    const Category *all;
    const Category *c = category_find(id);

    category_all(&all);
    return c ? (int)(c - all) : -1;
}

/* "gov" has gov.passport, and "gov.passport" itself. */
static bool is_under(const char *id, Span word) {
    return strncmp(id, (const char *)word.at, word.n) == 0 && (!id[word.n] || id[word.n] == '.');
}

static bool prefix_add(Span word, CategorySet *to) {
    const Category *all;
    size_t n = category_all(&all);
    bool found = false;

    for (size_t i = 0; i < n; i++) {
        if (!is_under(all[i].id, word))
            continue;
        category_set_add(to, i);
        found = true;
    }
    return found;
}

static void group_add(const Group *g, CategorySet *to) {
    CategorySet with = {0}, without = {0};

    for (size_t i = 0; i < MEMBERS_MAX && g->members[i]; i++)
        prefix_add(span_of(g->members[i]), &with);
    for (size_t i = 0; i < N_ELEMENTS(g->without) && g->without[i]; i++)
        prefix_add(span_of(g->without[i]), &without);
    for (size_t i = 0; i < N_ELEMENTS(to->bits); i++)
        to->bits[i] |= with.bits[i] & ~without.bits[i];
}

int category_under(Span word, CategorySet *to) {
    for (size_t i = 0; i < N_ELEMENTS(groups); i++) {
        if (span_is(word, groups[i].name)) {
            group_add(&groups[i], to);
            return 0;
        }
    }
    return word.n && prefix_add(word, to) ? 0 : -EINVAL;
}
