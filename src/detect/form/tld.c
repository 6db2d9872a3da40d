/* Tld: see tld.h. */
#include "detect/form/tld.h"

#include "base/cleanup.h"
#include "detect/bytes.h"

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

static int generic_compare(const void *key, const void *entry) {
    return span_cmp(*(const Span *)key, span_of(*(const char *const *)entry));
}

static bool label_is(Span label, const char *word, size_t n) {
    return label.n == n && memcmp(label.at, word, n) == 0;
}

bool tld_exists(Span label) {
    /* most addresses there are */
    if (label.n == 3 && (memcmp(label.at, "com", 3) == 0 || memcmp(label.at, "net", 3) == 0 ||
                         memcmp(label.at, "org", 3) == 0))
        return true;
    if (label.n == 2 && byte_is_letter(label.at[0]))
        return label.at[1] && strchr(countries[label.at[0] - 'a'], label.at[1]) != NULL;
    if (label.n > 4 && memcmp(label.at, "xn--", 4) == 0)
        return true;
    if (label.n && label.at[0] >= 0x80)
        return true;
    return bsearch(&label, generic, N_ELEMENTS(generic), sizeof(generic[0]), generic_compare);
}

bool tld_is_reserved(Span label) {
    switch (label.n) {
    case 4:
        return label_is(label, "test", 4);
    case 7:
        return label_is(label, "example", 7) || label_is(label, "invalid", 7);
    case 9:
        return label_is(label, "localhost", 9);
    default:
        return false;
    }
}
