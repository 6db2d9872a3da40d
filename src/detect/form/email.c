/*
 * E-mail addresses: the subset of RFC 5322 and RFC 5321 that people use, and IDN domains (RFC
 * 6531 for the domain only).
 *
 * Local part: letters, digits and . _ % + - ' of at most 64 bytes (RFC 5321 4.5.3.1.1), not quoted.
 * Domain: at least two labels, at most 253 bytes, bytes beyond ASCII allowed. A domain reserved
 * for documentation (RFC 2606, RFC 6761) is still an address: it lowers the score. A last label
 * that is no top-level domain lowers it below every report: icon@2x.png.
 */
#include "base/cleanup.h"
#include "detect/bytes.h"
#include "detect/form/form.h"

enum { LOCAL_MAX = 64, DOMAIN_MAX = 253, LABEL_MAX = 63 };

/* IANA root zone: the generic top-level domains met in practice, in order. */
static const char *const generic[] = {
    "academy",     "accountants", "actor",      "aero",        "agency",
    "ai",          "app",         "arpa",       "art",         "asia",
    "associates",  "auction",     "audio",      "auto",        "band",
    "bank",        "bar",         "bayern",     "beer",        "berlin",
    "best",        "bet",         "bike",       "bio",         "biz",
    "black",       "blog",        "blue",       "boutique",    "brussels",
    "build",       "builders",    "business",   "cafe",        "camera",
    "camp",        "capital",     "care",       "careers",     "cash",
    "casino",      "cat",         "center",     "charity",     "chat",
    "church",      "city",        "click",      "clinic",      "clothing",
    "cloud",       "club",        "codes",      "coffee",      "com",
    "community",   "company",     "computer",   "consulting",  "construction",
    "contact",     "contractors", "cool",       "coop",        "country",
    "coupons",     "credit",      "dance",      "dating",      "day",
    "deals",       "delivery",    "dental",     "design",      "dev",
    "diamonds",    "digital",     "direct",     "directory",   "discount",
    "doctor",      "dog",         "domains",    "earth",       "edu",
    "education",   "email",       "energy",     "engineer",    "engineering",
    "enterprises", "equipment",   "estate",     "eus",         "events",
    "exchange",    "expert",      "express",    "family",      "fan",
    "farm",        "fashion",     "film",       "finance",     "financial",
    "fish",        "fit",         "fitness",    "flights",     "florist",
    "foundation",  "fr",          "fun",        "fund",        "furniture",
    "futbol",      "fyi",         "gal",        "gallery",     "game",
    "games",       "garden",      "gift",       "gifts",       "glass",
    "global",      "gmbh",        "gold",       "golf",        "gov",
    "graphics",    "gratis",      "green",      "group",       "guide",
    "guru",        "hamburg",     "health",     "healthcare",  "help",
    "hiphop",      "holdings",    "holiday",    "home",        "homes",
    "horse",       "hospital",    "host",       "hosting",     "house",
    "how",         "immo",        "industries", "info",        "ink",
    "institute",   "insurance",   "insure",     "int",         "international",
    "investments", "jetzt",       "jewelry",    "jobs",        "kim",
    "kitchen",     "koeln",       "land",       "law",         "lawyer",
    "legal",       "lgbt",        "life",       "lighting",    "limited",
    "link",        "live",        "loan",       "loans",       "lol",
    "london",      "love",        "ltd",        "management",  "market",
    "marketing",   "mba",         "media",      "memorial",    "menu",
    "mil",         "mobi",        "moda",       "mom",         "money",
    "mortgage",    "moscow",      "museum",     "name",        "navy",
    "net",         "network",     "new",        "news",        "ngo",
    "ninja",       "nrw",         "nyc",        "one",         "ong",
    "online",      "org",         "ovh",        "paris",       "partners",
    "parts",       "party",       "pet",        "pharmacy",    "photo",
    "photography", "photos",      "physio",     "pics",        "pictures",
    "pink",        "pizza",       "place",      "plumbing",    "plus",
    "post",        "press",       "pro",        "productions", "properties",
    "property",    "pub",         "quebec",     "radio",       "realty",
    "recipes",     "red",         "rehab",      "rent",        "rentals",
    "repair",      "report",      "republican", "rest",        "restaurant",
    "review",      "reviews",     "rip",        "rocks",       "ruhr",
    "run",         "saarland",    "sale",       "salon",       "school",
    "science",     "scot",        "security",   "services",    "shoes",
    "shop",        "shopping",    "show",       "singles",     "site",
    "ski",         "social",      "software",   "solar",       "solutions",
    "space",       "sport",       "store",      "stream",      "studio",
    "style",       "sucks",       "supply",     "support",     "surf",
    "surgery",     "swiss",       "systems",    "tattoo",      "tax",
    "taxi",        "team",        "tech",       "technology",  "tel",
    "tennis",      "theater",     "tips",       "tires",       "tirol",
    "today",       "tools",       "top",        "tours",       "town",
    "toys",        "trade",       "training",   "travel",      "tube",
    "university",  "vacations",   "ventures",   "vet",         "viajes",
    "video",       "villas",      "vin",        "vip",         "vision",
    "vodka",       "vote",        "voyage",     "wales",       "watch",
    "webcam",      "website",     "wedding",    "wien",        "wiki",
    "win",         "wine",        "work",       "works",       "world",
    "wtf",         "xin",         "xxx",        "xyz",         "yoga",
    "zone",
};

/* ISO 3166-1 alpha-2 as used in the root zone, with ac, eu, su, uk: for each first letter. */
static const char *const countries[26] = {
    "cdefgilmoqrstuwxz",
    "abdefghijmnorstvwyz",
    "acdfghiklmnoruvwxyz",
    "ejkmoz",
    "cegrstu",
    "ijkmor",
    "abdefghilmnpqrstuwy",
    "kmnrtu",
    "delmnoqrst",
    "emop",
    "eghimnprwyz",
    "abcikrstuvy",
    "acdeghklmnopqrstuvwxyz",
    "acefgilopruz",
    "m",
    "aefghklmnrstwy",
    "a",
    "eosuw",
    "abcdeghijklmnorstuvxyz",
    "cdfghjklmnortvwz",
    "agksyz",
    "aceginu",
    "fs",
    "",
    "et",
    "amw",
};

static const char *const reserved[] = {"example.com", "example.net", "example.org"};
static const char *const reserved_tlds[] = {"example", "invalid", "localhost", "test"};

static bool is_local(uint8_t c) {
    return byte_is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '%' ||
           c == '\'';
}

static bool is_domain(uint8_t c) {
    return byte_is_alnum(c) || c == '.' || c == '-' || c >= 0x80;
}

static int generic_compare(const void *key, const void *entry) {
    return span_cmp(*(const Span *)key, span_of(*(const char *const *)entry));
}

/* label: lower case. */
static bool is_tld(Span label) {
    if (label.n == 2 && byte_is_letter(label.at[0]))
        return strchr(countries[label.at[0] - 'a'], label.at[1]) != NULL || span_is(label, "ai");
    if (label.n > 4 && memcmp(label.at, "xn--", 4) == 0)
        return true;
    if (label.n && label.at[0] >= 0x80)
        return true;
    return bsearch(&label, generic, N_ELEMENTS(generic), sizeof(generic[0]), generic_compare);
}

static bool ends_with_domain(Span domain, const char *name) {
    size_t n = strlen(name);

    return domain.n >= n && memcmp(domain.at + domain.n - n, name, n) == 0 &&
           (domain.n == n || domain.at[domain.n - n - 1] == '.');
}

static void judge_domain(Span domain, FormHit *ret) {
    size_t dot = domain.n;
    Span tld;

    while (dot && domain.at[dot - 1] != '.')
        dot--;
    tld = span(domain.at + dot, domain.n - dot);
    for (size_t i = 0; i < N_ELEMENTS(reserved_tlds); i++) {
        if (span_is(tld, reserved_tlds[i])) {
            ret->evidence = -1.5f;
            ret->why = "reserved domain";
            return;
        }
    }
    if (!is_tld(tld)) {
        ret->evidence = -6.0f;
        ret->why = "no top-level domain";
        return;
    }
    for (size_t i = 0; i < N_ELEMENTS(reserved); i++) {
        if (ends_with_domain(domain, reserved[i])) {
            ret->evidence = -1.5f;
            ret->why = "reserved domain";
        }
    }
}

/* Where the local part starts: backwards from the '@'; at itself if there is none. */
static size_t local_start(const uint8_t *text, size_t at) {
    size_t start = at;

    while (start > 0 && at - start < LOCAL_MAX + 1 && is_local(text[start - 1]))
        start--;
    if (at - start > LOCAL_MAX)
        return at;
    while (start < at && !byte_is_alnum(text[start]) && text[start] != '_')
        start++;
    return start;
}

/* The end of the domain, trailing dots and dashes left off; at + 1 if there is none. */
static size_t domain_end(const uint8_t *text, size_t n, size_t at) {
    size_t end = at + 1, label = 0, dots = 0;

    while (end < n && is_domain(text[end])) {
        if (text[end] == '.') {
            if (label == 0 || label > LABEL_MAX)
                break;
            label = 0;
            dots++;
        } else {
            label++;
        }
        end++;
        if (end - at > DOMAIN_MAX + 1)
            return at + 1;
    }
    if (end > at + 1 && text[end - 1] == '.') {
        end--;
        dots--;
    }
    while (end > at + 1 && text[end - 1] == '-')
        end--;
    return dots && label <= LABEL_MAX ? end : at + 1;
}

/* scheme://user:password@host: the password is no local part. */
static bool is_url_login(const uint8_t *text, size_t start) {
    size_t from = start > 80 ? start - 80 : 0;

    for (size_t i = start; i > from; i--) {
        uint8_t c = text[i - 1];

        if (c <= ' ' || c == '"' || c == '<' || c == '>')
            return false;
        if (c == '/' && i >= 3 && text[i - 2] == '/' && text[i - 3] == ':')
            return true;
    }
    return false;
}

bool form_email(const uint8_t *text, size_t n, size_t at, FormHit *ret) {
    size_t start = local_start(text, at), end = domain_end(text, n, at);

    if (start == at || end == at + 1 || text[at - 1] == '.' || text[at + 1] == '-')
        return false;
    if (start && text[start - 1] >= 0x80)
        return false; /* the middle of a word in another script */
    if (end < n && (text[end] == '@' || text[end] == '_'))
        return false;
    if (start && (text[start - 1] == ':' || text[start - 1] == '/') && is_url_login(text, start))
        return false;
    if (end - start >= FORM_CANON_MAX)
        return false;
    ret->start = start;
    ret->end = end;
    ret->n = end - start;
    for (size_t i = 0; i < ret->n; i++)
        ret->canon[i] = (char)byte_lower(text[start + i]);
    ret->evidence = 0;
    ret->why = NULL;
    judge_domain(span(ret->canon + (at + 1 - start), end - at - 1), ret);
    if (end + 1 < n && text[end] == ':' && byte_is_alnum(text[end + 1]) && ret->evidence == 0) {
        ret->evidence = -2.5f; /* git@host:path, user@host:22 */
        ret->why = "login at a host";
    }
    return true;
}
