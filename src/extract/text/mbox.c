/*
 * Mbox: a mailbox: messages one behind the other, each begun by a line "From address date".
 *
 * The message is a unit, named by its number. Its feed ends before the next such line; so a mailbox
 * of any size is one pass. Lengths that some variants tell in a field are not believed: whoever
 * edits a mailbox by hand does not mend them. A line of a text that looks like one of these, date
 * and all, behind an empty line, and that was not escaped with >, parts a message in two; both are
 * read.
 */
#include "extract/text/mbox.h"
#include "base/utf8.h"
#include "extract/text/linereader.h"
#include "extract/text/mime.h"
#include "extract/text/reader.h"

typedef struct Mbox {
    Extraction *x;
    LineReader in;
    bool empty;   /* the line before was */
    size_t given; /* of the line at hand, where the reader wanted less */
    uint64_t number;
} Mbox;

/* hh:mm, and a year of four digits, in either order. */
bool mbox_is_from(Span line) {
    bool clock = false, year = false;
    Span s = line_trim(line);
    size_t digits = 0;

    if (!span_starts(s, span_of("From ")) || s.n > 512)
        return false;
    for (size_t i = 5; i <= s.n; i++) {
        if (i < s.n && s.at[i] >= '0' && s.at[i] <= '9') {
            digits++;
            continue;
        }
        clock |= digits >= 1 && digits <= 2 && i + 1 < s.n && s.at[i] == ':' &&
                 s.at[i + 1] >= '0' && s.at[i + 1] <= '9';
        year |= digits == 4 && (i == s.n || s.at[i] == ' ');
        digits = 0;
    }
    return clock && year;
}

/* Of a message: its lines, up to the next one's. */
static ssize_t message_read(Feed *f, uint8_t *at, size_t n) {
    Mbox *m = f->of;
    size_t done = 0;
    Span line;

    while (done < n) {
        int r = linereader_look(&m->in, &line);
        size_t k;

        if (r < 0)
            return r;
        if (r == 0 && done == 0 && m->in.feed->error)
            return m->in.feed->error;
        if (r == 0 || (m->given == 0 && m->empty && linereader_fresh(&m->in) && mbox_is_from(line)))
            break;
        k = line.n - m->given < n - done ? line.n - m->given : n - done;
        memcpy(at + done, line.at + m->given, k);
        done += k;
        m->given += k;
        if (m->given == line.n) {
            m->empty = line_trim(line).n == 0 && linereader_fresh(&m->in);
            m->given = 0;
            linereader_take(&m->in);
        }
    }
    return (ssize_t)done;
}

/* The line that begins a message names its sender: text of the mailbox. */
static int put_from(Mbox *m, Span line) {
    Encoding e = utf8_valid(line) ? ENCODING_UTF8 : ENCODING_WINDOWS1252;

    return extract_bytes(m->x, line, m->in.at, e);
}

static int read_message(Mbox *m) {
    static const FeedKind kind = {.read = message_read};
    Feed f = feed_of(&kind, m, FEED_SIZE_UNKNOWN);
    uint8_t rest[4096];
    char name[24];
    Entry entry = {.size = FEED_SIZE_UNKNOWN, .mtime = INT64_MIN};
    ssize_t got;
    int r;

    snprintf(name, sizeof(name), "%llu", (unsigned long long)++m->number);
    entry.name = span_of(name);
    m->empty = false;
    m->given = 0;
    r = extract_unit_as(m->x, &entry, &f, "eml");
    do
        got = r ? 0 : feed_some(&f, rest, sizeof(rest));
    while (got > 0);
    feed_done(&f);
    return r ? r : got == -ENOMEM ? -ENOMEM : 0;
}

static int mbox_extract(Extraction *x, Feed *f, Encoding encoding _unused_,
                        Status *ret_status _unused_) {
    Mbox m = {.x = x};
    int r = linereader_init(&m.in, f);
    Span line;

    while (r == 0 && (r = linereader_look(&m.in, &line)) > 0) {
        r = 0;
        if (mbox_is_from(line)) {
            r = put_from(&m, line);
            linereader_take(&m.in);
        }
        if (r == 0)
            r = read_message(&m);
    }
    linereader_done(&m.in);
    return r;
}

const Extractor mbox_extractor = {
    .format = "mbox", .place = EXTRACT_ANYWHERE, .extract = mbox_extract};
