/*
 * Location: see location.h.
 *
 * The table is in the order of its words and searched by halves, so a path costs a few comparisons
 * a word. Digits at the end of a word do not count (`backup2`, `test01`, `tmp20240301`). Of the
 * name of a file itself only words are believed that say what that file is (`payroll.bak`), not
 * those of a folder: `archive.zip` and `test results.csv` may well be in use.
 */
#include "classify/location.h"

#include "base/cleanup.h"

enum { WORD_MAX = 16 };

typedef enum Told {
    TOLD_TIER,
    TOLD_OUTBOUND,
    TOLD_PERSONAL,
    TOLD_WEB,
} Told;

/* Where a word is believed. */
enum {
    ANYWHERE = 0,
    FOLDERS = 1, /* not in the name of the file itself */
    BELOW = 2,   /* not in the first name of the path: /export is where servers keep homes */
    WHOLE = 4,   /* only as a name of its own: `old`, not `bold-and-old` */
};

typedef struct Word {
    const char *word;
    Told told;
    LocationTier tier; /* of TOLD_TIER */
    unsigned where;
} Word;

static const Word words[] = {
    {"archiv", TOLD_TIER, LOCATION_ARCHIVE, FOLDERS},
    {"archive", TOLD_TIER, LOCATION_ARCHIVE, FOLDERS},
    {"archived", TOLD_TIER, LOCATION_ARCHIVE, FOLDERS},
    {"archives", TOLD_TIER, LOCATION_ARCHIVE, FOLDERS},
    {"archivio", TOLD_TIER, LOCATION_ARCHIVE, FOLDERS},
    {"archivo", TOLD_TIER, LOCATION_ARCHIVE, FOLDERS},
    {"arquivo", TOLD_TIER, LOCATION_ARCHIVE, FOLDERS},
    {"backup", TOLD_TIER, LOCATION_BACKUP, ANYWHERE},
    {"backups", TOLD_TIER, LOCATION_BACKUP, ANYWHERE},
    {"bak", TOLD_TIER, LOCATION_BACKUP, ANYWHERE},
    {"bkp", TOLD_TIER, LOCATION_BACKUP, ANYWHERE},
    {"bkup", TOLD_TIER, LOCATION_BACKUP, ANYWHERE},
    {"cache", TOLD_TIER, LOCATION_TEMP, FOLDERS},
    {"desktop", TOLD_PERSONAL, LOCATION_LIVE, FOLDERS | WHOLE},
    {"dev", TOLD_TIER, LOCATION_TEST, FOLDERS},
    {"develop", TOLD_TIER, LOCATION_TEST, FOLDERS},
    {"development", TOLD_TIER, LOCATION_TEST, FOLDERS},
    {"downloads", TOLD_PERSONAL, LOCATION_LIVE, FOLDERS | WHOLE},
    {"dropbox", TOLD_OUTBOUND, LOCATION_LIVE, FOLDERS},
    {"export", TOLD_TIER, LOCATION_TEMP, BELOW},
    {"exports", TOLD_TIER, LOCATION_TEMP, BELOW},
    {"fixtures", TOLD_TIER, LOCATION_TEST, FOLDERS},
    {"ftp", TOLD_OUTBOUND, LOCATION_LIVE, FOLDERS},
    {"home", TOLD_PERSONAL, LOCATION_LIVE, FOLDERS | WHOLE},
    {"homes", TOLD_PERSONAL, LOCATION_LIVE, FOLDERS | WHOLE},
    {"htdocs", TOLD_WEB, LOCATION_LIVE, FOLDERS},
    {"httpdocs", TOLD_WEB, LOCATION_LIVE, FOLDERS},
    {"old", TOLD_TIER, LOCATION_ARCHIVE, FOLDERS | WHOLE},
    {"outbound", TOLD_OUTBOUND, LOCATION_LIVE, FOLDERS},
    {"outbox", TOLD_OUTBOUND, LOCATION_LIVE, FOLDERS},
    {"outgoing", TOLD_OUTBOUND, LOCATION_LIVE, FOLDERS},
    {"personal", TOLD_PERSONAL, LOCATION_LIVE, FOLDERS | WHOLE},
    {"privat", TOLD_PERSONAL, LOCATION_LIVE, FOLDERS | WHOLE},
    {"private", TOLD_PERSONAL, LOCATION_LIVE, FOLDERS | WHOLE},
    {"public_html", TOLD_WEB, LOCATION_LIVE, FOLDERS | WHOLE},
    {"qa", TOLD_TIER, LOCATION_TEST, FOLDERS},
    {"removable", TOLD_OUTBOUND, LOCATION_LIVE, FOLDERS | WHOLE},
    {"respaldo", TOLD_TIER, LOCATION_BACKUP, ANYWHERE},
    {"respaldos", TOLD_TIER, LOCATION_BACKUP, ANYWHERE},
    {"sandbox", TOLD_TIER, LOCATION_TEST, FOLDERS},
    {"sauvegarde", TOLD_TIER, LOCATION_BACKUP, ANYWHERE},
    {"sauvegardes", TOLD_TIER, LOCATION_BACKUP, ANYWHERE},
    {"scratch", TOLD_TIER, LOCATION_TEMP, ANYWHERE},
    {"sdcard", TOLD_OUTBOUND, LOCATION_LIVE, FOLDERS | WHOLE},
    {"sftp", TOLD_OUTBOUND, LOCATION_LIVE, FOLDERS},
    {"sicherung", TOLD_TIER, LOCATION_BACKUP, ANYWHERE},
    {"sicherungen", TOLD_TIER, LOCATION_BACKUP, ANYWHERE},
    {"spool", TOLD_TIER, LOCATION_TEMP, FOLDERS},
    {"staging", TOLD_TIER, LOCATION_TEST, FOLDERS},
    {"temp", TOLD_TIER, LOCATION_TEMP, ANYWHERE},
    {"temporary", TOLD_TIER, LOCATION_TEMP, ANYWHERE},
    {"test", TOLD_TIER, LOCATION_TEST, FOLDERS},
    {"testdata", TOLD_TIER, LOCATION_TEST, FOLDERS},
    {"testdaten", TOLD_TIER, LOCATION_TEST, FOLDERS},
    {"testing", TOLD_TIER, LOCATION_TEST, FOLDERS},
    {"tests", TOLD_TIER, LOCATION_TEST, FOLDERS},
    {"tmp", TOLD_TIER, LOCATION_TEMP, ANYWHERE},
    {"transfer", TOLD_OUTBOUND, LOCATION_LIVE, FOLDERS},
    {"transfers", TOLD_OUTBOUND, LOCATION_LIVE, FOLDERS},
    {"uat", TOLD_TIER, LOCATION_TEST, FOLDERS},
    {"usb", TOLD_OUTBOUND, LOCATION_LIVE, FOLDERS | WHOLE},
    {"users", TOLD_PERSONAL, LOCATION_LIVE, FOLDERS | WHOLE},
    {"viejo", TOLD_TIER, LOCATION_ARCHIVE, FOLDERS | WHOLE},
    {"vieux", TOLD_TIER, LOCATION_ARCHIVE, FOLDERS | WHOLE},
    {"webroot", TOLD_WEB, LOCATION_LIVE, FOLDERS},
    {"www", TOLD_WEB, LOCATION_LIVE, FOLDERS},
    {"wwwroot", TOLD_WEB, LOCATION_LIVE, FOLDERS},
};

/* Which tier binds when several speak: see location.h. */
static const uint8_t ranks[N_LOCATION_TIERS] = {
    [LOCATION_LIVE] = 0, [LOCATION_ARCHIVE] = 1, [LOCATION_TEMP] = 2,
    [LOCATION_TEST] = 3, [LOCATION_BACKUP] = 4,
};

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

static bool is_word_byte(uint8_t c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

/* Lower case, without digits at the end, as a string; false: too long to be in the table. */
static bool word_fold(Span word, char ret[WORD_MAX]) {
    while (word.n && is_digit(word.at[word.n - 1]))
        word.n--;
    if (!word.n || word.n >= WORD_MAX)
        return false;
    for (size_t i = 0; i < word.n; i++)
        ret[i] = (char)(word.at[i] >= 'A' && word.at[i] <= 'Z' ? word.at[i] + 32 : word.at[i]);
    ret[word.n] = 0;
    return true;
}

static const Word *word_find(Span word) {
    size_t lo = 0, hi = N_ELEMENTS(words);
    char folded[WORD_MAX];

    if (!word_fold(word, folded))
        return NULL;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int r = strcmp(folded, words[mid].word);

        if (r == 0)
            return &words[mid];
        if (r < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

static void take(Location *l, const Word *w, Span said) {
    l->outbound |= w->told == TOLD_OUTBOUND;
    l->personal |= w->told == TOLD_PERSONAL;
    l->web |= w->told == TOLD_WEB;
    if (w->told != TOLD_TIER || ranks[w->tier] <= ranks[l->tier])
        return;
    l->tier = w->tier;
    l->tier_word = said;
}

/* denied: the places of this name in which a word of the table is not believed. */
static void name_read(Location *l, Span name, unsigned denied) {
    const Word *w = word_find(name);
    size_t from = 0;

    if (w && !(w->where & denied))
        take(l, w, name);
    for (size_t i = 0; i <= name.n; i++) {
        if (i < name.n && is_word_byte(name.at[i]))
            continue;
        w = word_find(span(name.at + from, i - from));
        if (w && !(w->where & (denied | WHOLE)))
            take(l, w, span(name.at + from, i - from));
        from = i + 1;
    }
}

/* The end of the name that begins at `from`. */
static size_t name_end(Span path, size_t from) {
    while (from < path.n && path.at[from] != '/' && path.at[from])
        from++;
    return from;
}

Location location_of(Span path) {
    Location l = {0};
    unsigned denied = BELOW;

    for (size_t from = 0, end; from < path.n; from = end + 1) {
        end = name_end(path, from);
        if (end == from)
            continue;
        if (end == path.n)
            denied |= FOLDERS;
        name_read(&l, span(path.at + from, end - from), denied);
        denied &= ~(unsigned)BELOW;
    }
    return l;
}
