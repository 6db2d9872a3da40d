/*
 * Pst: Outlook data files, PST and OST ([MS-PST]): mail, contacts, appointments, tasks, notes.
 *
 *     every node of the database, in the order of their numbers
 *        message      ─▶ a unit "Inbox/mail-200024": its properties, recipients, attachments
 *        folder       ─▶ text of the file: its name and remarks
 *        all else     ─▶ left: tables that repeat what messages say, and settings
 *     what is in no block ─▶ raw bytes, decoded: what was deleted may be there
 *
 * Messages are found as nodes and not through the tables of their folders, so one that no folder
 * lists any more is read, and a damaged table hides nothing. The name of a unit is the path of its
 * folder, what it is, and the number of its node: that stays the same as long as the message does,
 * which its place in the folder does not, and says nothing, which its subject may.
 *
 * A message comes out as from an Outlook message (msg.c): text properties in the section "headers",
 * "recipients", the plain text in "body", HTML as the unit "body.html", or RTF where there is
 * neither; attachments are units with their names, a message within is read by this very reader;
 * properties that are neither text nor numbers are raw bytes.
 * Units that are nodes have a feed of their own kind, which gives no bytes: see ole.c.
 */
#include "extract/format/format.h"

#include "extract/format/little.h"
#include "extract/format/ltp.h"
#include "extract/format/mapi.h"
#include "extract/text/charset.h"

enum {
    NODE_STORE = 0x21,
    NODE_NAMES = 0x61,
    NODE_RECIPIENTS = 0x692,
    PR_ATTACH_METHOD = 0x3705,
    METHOD_MESSAGE = 5,
    NAMES_MAX = 1 << 20, /* of what properties are called: bytes */
    VALUE_MAX = 4 << 10, /* of a name or class */
    PATHS = 256,         /* of folders, kept */
    PATH_DEPTH = 32,
    PATH_MAX_BYTES = 2 << 10,
    FREE_STEP = 16 << 10,
    BYTES_STEP = 4 << 10,
};

typedef struct FolderPath {
    uint32_t folder; /* 0: none */
    Buf path;
} FolderPath;

typedef struct Pst {
    Extraction *x;
    Ndb *n;
    FolderPath *paths;        /* by a hash of the folder */
    Buf name_list, name_text; /* what properties from 0x8000 on are called */
    uint64_t nodes;           /* met */
} Pst;

/* A message, an attachment or a folder: whose properties are read. */
typedef struct Item {
    Pst *p;
    Bag bag;
    uint64_t subnodes;
    Encoding narrow; /* what 8-bit text is in */
    bool damaged;    /* so much was seen when it was opened */
    uint64_t loaded; /* before that */
} Item;

/* ---- properties ---- */

static Encoding encoding_of(const Item *i, unsigned type) {
    return type == PT_UNICODE ? ENCODING_UTF16LE : i->narrow;
}

static void item_done(Item *i) {
    bag_done(&i->bag);
}

/* 0, -ENOMEM, or NDB_E_BAD. To be closed in any case. */
static int item_open(Pst *p, const NdbNode *node, Item *ret) {
    static const unsigned codepages[] = {PR_INTERNET_CODEPAGE, PR_MESSAGE_CODEPAGE};
    bool before = p->n->damaged;
    int r;

    *ret = (Item){
        .p = p, .subnodes = node->subnodes, .narrow = ENCODING_WINDOWS1252, .loaded = p->n->loaded};
    p->n->damaged = false;
    r = bag_open(p->n, node, &ret->bag);
    ret->damaged = p->n->damaged;
    p->n->damaged |= before;
    for (size_t i = 0; r == 0 && i < N_ELEMENTS(codepages); i++) {
        Prop prop;

        if (bag_find(&ret->bag, codepages[i], &prop) && prop.type == PT_LONG)
            ret->narrow = mapi_codepage(prop.value);
    }
    return r;
}

/* A short text: a name, a class. Nothing where there is none. */
static int short_text(Item *i, unsigned id, Buf *ret) {
    uint8_t bytes[VALUE_MAX];
    PropValue v = {0};
    ssize_t n = 0;
    Prop prop;
    int r;

    if (!bag_find(&i->bag, id, &prop) || !mapi_is_text(prop.type) || prop.type & PT_MULTIPLE)
        return 0;
    r = prop_open(&i->bag.heap, i->subnodes, &prop, &v);
    if (r == 0)
        n = feed_read(v.feed, bytes, sizeof(bytes));
    if (n > 0)
        charset_append(encoding_of(i, prop.type), span(bytes, (size_t)n), ret);
    prop_done(&v);
    while (ret->n && ret->at[ret->n - 1] == 0)
        ret->n--;
    return r == -ENOMEM || n == -ENOMEM ? -ENOMEM : buf_error(ret);
}

/* ---- what properties are called (2.4.7) ---- */

static int slurp(Item *i, unsigned id, Buf *ret) {
    PropValue v = {0};
    Prop prop;
    int r;

    if (!bag_find(&i->bag, id, &prop) || prop.type != PT_BINARY)
        return 0;
    r = prop_open(&i->bag.heap, i->subnodes, &prop, &v);
    if (r == 0)
        r = feed_hold(v.feed, NAMES_MAX, ret);
    prop_done(&v);
    return r == -ENOMEM ? -ENOMEM : 0;
}

static int read_names(Pst *p) {
    _cleanup_(item_done) Item i = {0};
    NdbNode node;
    int r = ndb_find(p->n, NODE_NAMES, &node);

    if (r == 0)
        r = item_open(p, &node, &i);
    if (r == 0)
        r = slurp(&i, 3, &p->name_list);
    if (r == 0)
        r = slurp(&i, 4, &p->name_text);
    return r < 0 ? r : 0;
}

/* Entries of eight bytes: a number or a place in the text; whether it is one; which property. */
static int name_of(const Pst *p, unsigned id, Buf *ret) {
    for (size_t at = 0; at + 8 <= p->name_list.n; at += 8) {
        const uint8_t *e = p->name_list.at + at;
        uint32_t place = little32(e), n;

        if (little16(e + 6) != id - PR_NAMED || !(e[4] & 1))
            continue;
        if (p->name_text.n < 4 || place > p->name_text.n - 4)
            return 0;
        n = little32(p->name_text.at + place);
        if (n > p->name_text.n - 4 - place || n > VALUE_MAX)
            return 0;
        charset_append(ENCODING_UTF16LE, span(p->name_text.at + place + 4, n), ret);
        return buf_error(ret);
    }
    return 0;
}

/* ---- text ---- */

/* Several values: how many, where each begins, and they themselves (2.3.3.4.2). */
static int give_values(Item *i, const char *name, const Prop *prop, Feed *f) {
    _cleanup_(buf_wipe) Buf all = {0};
    Encoding e = encoding_of(i, prop->type & ~(unsigned)PT_MULTIPLE);
    int r = feed_hold(f, NAMES_MAX, &all);
    uint32_t count = all.n >= 4 ? little32(all.at) : 0;

    if (r == -ENOMEM)
        return r;
    if (r < 0 || (all.n && count > (all.n - 4) / 4))
        i->p->n->damaged = true;
    for (uint32_t k = 0, at = 4; k < count && at + 4 <= all.n; k++, at += 4) {
        size_t from = little32(all.at + at);
        size_t to = k + 1 < count && at + 8 <= all.n ? little32(all.at + at + 4) : all.n;
        Feed value;

        if (from > to || to > all.n)
            return 0;
        value = feed_of_span(span(all.at + from, to - from));
        r = mapi_line(i->p->x, name, &value, e);
        feed_done(&value);
        if (r)
            return r;
    }
    return 0;
}

static int give_text(Item *i, Heap *h, uint64_t subnodes, const Prop *prop) {
    _cleanup_(buf_done) Buf own = {0};
    const char *name = mapi_field(prop->id);
    PropValue v = {0};
    int r = prop->id >= PR_NAMED ? name_of(i->p, prop->id, &own) : 0;

    if (r < 0)
        return r;
    if (own.n)
        name = buf_cstr(&own);
    r = prop_open(h, subnodes, prop, &v);
    if (r == 0 && prop->type & PT_MULTIPLE)
        r = give_values(i, name, prop, v.feed);
    else if (r == 0 && (v.large || v.small.n))
        r = mapi_line(i->p->x, name, v.feed, encoding_of(i, prop->type));
    if (r == 0 && v.feed->error)
        i->p->n->damaged = true;
    prop_done(&v);
    return r == NDB_E_BAD ? 0 : r; /* noted as damage */
}

/* One property that is a field: text, or a time. */
static int give_field(Item *i, Heap *h, uint64_t subnodes, const Prop *prop) {
    uint64_t number;
    int r;

    if (mapi_is_text(prop->type))
        return give_text(i, h, subnodes, prop);
    if (prop->type != PT_TIME)
        return 0;
    r = prop_number(h, prop, &number);
    return r == 0 ? mapi_time(i->p->x, prop->id, number) : r < 0 ? r : 0;
}

/* Times of attachments and folders say nothing of the message, or of the file. */
static int give_fields(Item *i, const char *section, bool timed) {
    int r = extract_part(i->p->x, PART_SECTION, span_of(section));

    for (size_t k = 0; r == 0 && k < i->bag.n; k++) {
        Prop prop = bag_at(&i->bag, k);

        if (!mapi_is_body(prop.id) && (timed || prop.type != PT_TIME))
            r = give_field(i, &i->bag.heap, i->subnodes, &prop);
    }
    return r;
}

/* ---- recipients ---- */

static int give_rows(Item *i, Grid *t) {
    int r = extract_part(i->p->x, PART_SECTION, span_of("recipients"));

    while (r == 0 && (r = grid_next(t)) == 0) {
        for (size_t k = 0; r == 0 && k < t->n_columns; k++) {
            Prop cell;

            if (grid_cell(t, k, &cell))
                r = give_field(i, &t->heap, t->subnodes, &cell);
        }
    }
    return r == NDB_E_BAD ? 0 : r;
}

static int give_recipients(Item *i) {
    NdbNode node;
    Grid t = {0};
    int r = ndb_subnode(i->p->n, i->subnodes, NODE_RECIPIENTS, &node);

    if (r)
        return r < 0 ? r : 0;
    r = grid_open(i->p->n, &node, &t);
    if (r == 0)
        r = give_rows(i, &t);
    grid_done(&t);
    return r == NDB_E_BAD ? 0 : r;
}

/* ---- the forms of the text ---- */

/* In that form: `body` in the part, the other two as units. *ret_given: there is one. */
static int give_form(Item *i, unsigned id, bool *ret_given) {
    static const Entry html = {
        .name = {(const uint8_t *)"body.html", 9}, .size = FEED_SIZE_UNKNOWN, .mtime = INT64_MIN};
    Extraction *x = i->p->x;
    PropValue v = {0};
    Prop prop;
    int r;

    if (!bag_find(&i->bag, id, &prop) || !(mapi_is_text(prop.type) || prop.type == PT_BINARY))
        return 0;
    r = prop_open(&i->bag.heap, i->subnodes, &prop, &v);
    if (r == 0 && (v.large || v.small.n)) {
        *ret_given = true;
        if (id == PR_RTF)
            r = mapi_rtf(x, v.feed);
        else if (id == PR_HTML)
            r = extract_unit_as(x, &html, v.feed, "html");
        else
            r = mapi_body(x, v.feed, encoding_of(i, prop.type));
        if (v.feed->error)
            i->p->n->damaged = true;
    }
    prop_done(&v);
    return r == NDB_E_BAD ? 0 : r;
}

/* RTF is what Outlook makes of the other two, where there are any. */
static int give_forms(Item *i) {
    bool given = false;
    int r = give_form(i, PR_BODY, &given);

    if (r == 0)
        r = give_form(i, PR_HTML, &given);
    return r || given ? r : give_form(i, PR_RTF, &given);
}

/* ---- what is no text ---- */

/* Bytes of a property, as they are: there may be text in them. */
static int give_bytes(Item *i, const Prop *prop) {
    uint8_t bytes[BYTES_STEP];
    PropValue v = {0};
    ssize_t n = 1;
    int r = prop_open(&i->bag.heap, i->subnodes, prop, &v);

    while (r == 0 && n > 0) {
        n = feed_read(v.feed, bytes, sizeof(bytes));
        if (n > 0)
            r = extract_bytes(i->p->x, span(bytes, (size_t)n), MARK_NOWHERE, ENCODING_BINARY);
    }
    if (r == 0 && v.feed->error)
        i->p->n->damaged = true;
    prop_done(&v);
    if (r || n == -ENOMEM)
        return r == NDB_E_BAD ? 0 : r ? r : -ENOMEM;
    return extract_bytes(i->p->x, span_of("\n"), MARK_NOWHERE, ENCODING_BINARY);
}

static int give_binaries(Item *i) {
    int r = 0;

    for (size_t k = 0; r == 0 && k < i->bag.n; k++) {
        Prop prop = bag_at(&i->bag, k);

        if ((prop.type & ~(unsigned)PT_MULTIPLE) == PT_BINARY && prop.value &&
            !mapi_is_body(prop.id) && prop.id != PR_ATTACH_DATA)
            r = give_bytes(i, &prop);
    }
    return r;
}

/* ---- units ---- */

static ssize_t item_read_at(Feed *f, uint64_t offset, uint8_t *at, size_t n) {
    (void)f;
    (void)offset;
    (void)at;
    (void)n;
    return 0;
}

static const FeedKind item_kind = {.read_at = item_read_at};

static int give_item(Item *i, Span name) {
    Feed f = feed_of(&item_kind, i, FEED_SIZE_UNKNOWN);
    Entry e = {.name = name, .size = FEED_SIZE_UNKNOWN, .mtime = INT64_MIN};
    int r = extract_unit_as(i->p->x, &e, &f, "pst-item");

    feed_done(&f);
    return r;
}

/* A node whose properties cannot be had. */
static int give_lost(Pst *p, Span name) {
    return extract_listed(p->x,
                          &(Entry){.name = name, .size = FEED_SIZE_UNKNOWN, .mtime = INT64_MIN},
                          status_of(STATUS_PARTIAL, "corrupt"));
}

/* ---- attachments ---- */

static int attachment_name(Item *i, Buf *ret) {
    static const unsigned ids[] = {PR_ATTACH_NAME, PR_ATTACH_SHORT_NAME, PR_DISPLAY_NAME};
    int r = 0;

    for (size_t k = 0; r == 0 && k < N_ELEMENTS(ids) && !ret->n; k++)
        r = short_text(i, ids[k], ret);
    if (r == 0 && !ret->n)
        buf_text(ret, "attachment");
    return r ? r : buf_error(ret);
}

static int give_data(Item *i, Span name, uint64_t size, Feed *f) {
    Entry e = {.name = name, .size = size, .mtime = INT64_MIN};

    return extract_unit(i->p->x, &e, f);
}

/* A message within, or whatever a program has put there. */
static int give_object(Item *a, const Prop *prop, Span name) {
    Prop method = {0};
    NdbNode node;
    NdbStream s;
    int r = prop_object(&a->bag.heap, a->subnodes, prop, &node);

    if (r)
        return r < 0 ? r : give_lost(a->p, name);
    bag_find(&a->bag, PR_ATTACH_METHOD, &method);
    if (method.value == METHOD_MESSAGE) {
        _cleanup_(item_done) Item inner = {0};

        r = item_open(a->p, &node, &inner);
        return r == 0 ? give_item(&inner, name) : r < 0 ? r : give_lost(a->p, name);
    }
    r = ndb_stream_open(a->p->n, node.data, &s);
    if (r == 0)
        r = give_data(a, name, s.data.size, &s.feed);
    ndb_stream_done(&s);
    return r == NDB_E_BAD ? give_lost(a->p, name) : r;
}

static int give_binary(Item *a, const Prop *prop, Span name) {
    PropValue v = {0};
    int r = prop_open(&a->bag.heap, a->subnodes, prop, &v);

    if (r == 0)
        r = give_data(a, name, v.large ? v.stream.data.size : v.small.n, v.feed);
    prop_done(&v);
    return r == NDB_E_BAD ? give_lost(a->p, name) : r;
}

static int give_attachment(Pst *p, const NdbNode *node) {
    _cleanup_(item_done) Item a = {0};
    _cleanup_(buf_done) Buf name = {0};
    Prop prop;
    int r = item_open(p, node, &a);

    if (r)
        return r < 0 ? r : give_lost(p, span_of("attachment"));
    r = attachment_name(&a, &name);
    if (r == 0 && bag_find(&a.bag, PR_ATTACH_DATA, &prop)) {
        if (prop.type == PT_OBJECT)
            r = give_object(&a, &prop, buf_as_span(&name));
        else if (prop.type == PT_BINARY)
            r = give_binary(&a, &prop, buf_as_span(&name));
    }
    if (r == 0)
        r = give_fields(&a, "attachments", false);
    return r ? r : give_binaries(&a);
}

static int give_attachments(Item *i) {
    uint32_t id = 0;
    NdbNode node;
    int r = 0;

    while (r == 0 && (r = ndb_subnode_next(i->p->n, i->subnodes, id, &node)) == 0) {
        if (ndb_type(node.id) == NDB_ATTACHMENT)
            r = give_attachment(i->p, &node);
        if (node.id == UINT32_MAX)
            break;
        id = node.id + 1;
    }
    return r == NDB_E_BAD ? 0 : r;
}

/* ---- a message, or what is one ---- */

static int read_item(Item *i) {
    int r = give_fields(i, "headers", true);

    if (r == 0)
        r = give_recipients(i);
    if (r == 0)
        r = give_forms(i);
    if (r == 0)
        r = give_attachments(i);
    return r ? r : give_binaries(i);
}

/* What is damaged in it is said of it, and of the file. */
static int read_unit(Item *i, Feed *f, Status *ret_status) {
    Ndb *n = i->p->n;
    bool before = n->damaged;
    int r;

    n->damaged = i->damaged;
    r = read_item(i);
    f->got += n->loaded - i->loaded;
    if (n->damaged)
        *ret_status = status_of(STATUS_PARTIAL, "corrupt");
    n->damaged |= before;
    return r;
}

static int item_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret_status) {
    (void)encoding;
    if (f->kind != &item_kind)
        return extract_rest(x, f, ENCODING_BINARY);
    return read_unit(f->of, f, ret_status);
}

/* ---- folders ---- */

/* The name of one folder before what is below it; *folder becomes the one above, 0 at the top. */
static int path_step(Pst *p, uint32_t *folder, Buf *path) {
    _cleanup_(item_done) Item i = {0};
    _cleanup_(buf_done) Buf name = {0};
    NdbNode node;
    int r = ndb_find(p->n, *folder, &node);

    if (r == 0)
        r = item_open(p, &node, &i);
    if (r == 0)
        r = short_text(&i, PR_DISPLAY_NAME, &name);
    if (r < 0)
        return r;
    if (r == NDB_E_BAD) { /* the way up is lost here */
        buf_printf(&name, "folder-%X", *folder);
        node.parent = 0;
    }
    if (name.n && name.n + path->n < PATH_MAX_BYTES) {
        if (path->n)
            buf_byte(&name, '/');
        buf_span(&name, buf_as_span(path));
        buf_clear(path);
        buf_span(path, buf_as_span(&name));
    }
    *folder = node.parent == *folder ? 0 : node.parent;
    return buf_error(path);
}

static int folder_path(Pst *p, uint32_t folder, Span *ret) {
    FolderPath *kept = &p->paths[folder / 32 % PATHS];
    uint32_t at = folder;
    int r = 0;

    if (kept->folder != folder || !folder) {
        kept->folder = 0;
        buf_clear(&kept->path);
        for (unsigned depth = 0; r == 0 && at && depth < PATH_DEPTH; depth++)
            r = path_step(p, &at, &kept->path);
        kept->folder = r == 0 ? folder : 0;
    }
    *ret = buf_as_span(&kept->path);
    return r;
}

/* ---- the nodes ---- */

/* By the class of a message, as far as it is known. */
static const char *word_of(Span class) {
    static const struct {
        const char *class, *word;
    } words[] = {
        {"IPM.Note", "mail"},        {"IPM.Contact", "contact"},
        {"IPM.DistList", "list"},    {"IPM.Appointment", "appointment"},
        {"IPM.Schedule", "meeting"}, {"IPM.Task", "task"},
        {"IPM.Activity", "journal"}, {"IPM.StickyNote", "note"},
        {"IPM.Post", "post"},        {"REPORT", "report"},
    };

    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        size_t n = strlen(words[i].class);

        if (class.n >= n && strncasecmp((const char *)class.at, words[i].class, n) == 0)
            return words[i].word;
    }
    return "item";
}

static int item_name(Pst *p, Item *i, const NdbNode *node, Buf *ret) {
    _cleanup_(buf_done) Buf class = {0};
    bool hidden = ndb_type(node->id) == NDB_HIDDEN_MESSAGE;
    Span path;
    int r = folder_path(p, node->parent, &path);

    if (r == 0 && i && !hidden)
        r = short_text(i, PR_MESSAGE_CLASS, &class);
    if (r)
        return r;
    buf_span(ret, path);
    if (path.n)
        buf_byte(ret, '/');
    buf_printf(ret, "%s-%X", hidden ? "hidden" : word_of(buf_as_span(&class)), node->id);
    return buf_error(ret);
}

static int read_message(Pst *p, const NdbNode *node) {
    _cleanup_(buf_done) Buf name = {0};
    _cleanup_(item_done) Item i = {0};
    int opened = item_open(p, node, &i), r;

    if (opened < 0 || !node->data) /* a number that is kept for a message to come */
        return opened < 0 ? opened : 0;
    r = item_name(p, opened == 0 ? &i : NULL, node, &name);
    if (r)
        return r;
    return opened == 0 ? give_item(&i, buf_as_span(&name)) : give_lost(p, buf_as_span(&name));
}

/* Text of the file itself: what folders are called, and what is remarked on them. */
static int read_folder(Pst *p, const NdbNode *node) {
    _cleanup_(item_done) Item i = {0};
    int r = item_open(p, node, &i);

    if (r == 0)
        r = give_fields(&i, "folders", false);
    return r == NDB_E_BAD ? 0 : r;
}

static int read_node(Pst *p, const NdbNode *node) {
    switch (ndb_type(node->id)) {
    case NDB_MESSAGE:
    case NDB_HIDDEN_MESSAGE:
        return read_message(p, node);
    case NDB_FOLDER:
    case NDB_SEARCH_FOLDER:
        return read_folder(p, node);
    default:
        return node->id == NODE_STORE ? read_folder(p, node) : 0;
    }
}

static int read_nodes(Pst *p) {
    uint32_t id = 0;
    NdbNode node;
    int r = 0;

    while (r == 0 && (r = ndb_next(p->n, id, &node)) == 0) {
        p->nodes++;
        r = read_node(p, &node);
        if (node.id == UINT32_MAX)
            break;
        id = node.id + 1;
    }
    return r == NDB_E_BAD ? 0 : r;
}

/* ---- what is in no block ---- */

static bool all_zero(const uint8_t *at, size_t n) {
    return at[0] == 0 && memcmp(at, at + 1, n - 1) == 0;
}

static int give_free(Pst *p, uint64_t at, uint64_t size) {
    uint8_t bytes[FREE_STEP];
    int r = 0;

    while (r == 0 && size) {
        size_t n = size < sizeof(bytes) ? (size_t)size : sizeof(bytes);
        ssize_t got = feed_read_at(p->n->f, at, bytes, n);

        if (got <= 0)
            return got == -ENOMEM ? -ENOMEM : 0;
        ndb_decode_free(p->n, bytes, (size_t)got);
        if (!all_zero(bytes, (size_t)got))
            r = extract_bytes(p->x, span(bytes, (size_t)got), at, ENCODING_BINARY);
        at += (uint64_t)got;
        size -= (uint64_t)got;
    }
    return r;
}

/* Of a file in which no node is found: all of it. */
static int read_free(Pst *p) {
    uint64_t from = 0, size;
    int r = 0;

    if (!p->nodes)
        return give_free(p, 0, p->n->f->size);

    while (r == 0 && (r = ndb_next_free(p->n, &from, &size)) == 0) {
        r = give_free(p, from, size);
        from += size;
    }
    return r == NDB_E_BAD ? 0 : r;
}

/* ---- the file ---- */

static void pst_done(Pst *p) {
    for (size_t i = 0; p->paths && i < PATHS; i++)
        buf_done(&p->paths[i].path);
    free(p->paths);
    buf_done(&p->name_list);
    buf_done(&p->name_text);
    p->n = ndb_close(p->n);
}

static int read_pst(Pst *p) {
    int r = read_names(p);

    if (r == 0)
        r = read_nodes(p);
    return r ? r : read_free(p);
}

static int pst_extract(Extraction *x, Feed *f, Encoding encoding, Status *ret_status) {
    _cleanup_(pst_done) Pst p = {.x = x};
    int r = ndb_open(f, &p.n);

    (void)encoding;
    if (r > 0) {
        *ret_status = r == NDB_E_CIPHER ? status_of(STATUS_ENCRYPTED, "pst")
                                        : status_of(STATUS_PARTIAL, "corrupt");
        return extract_rest(x, f, ENCODING_BINARY);
    }
    p.paths = calloc(PATHS, sizeof(*p.paths));
    if (r == 0)
        r = p.paths ? read_pst(&p) : -ENOMEM;
    if (r == 0 && (p.n->damaged || !p.nodes))
        *ret_status = status_of(STATUS_PARTIAL, "corrupt");
    return r;
}

const Extractor pst_extractor = {
    .format = "pst",
    .place = EXTRACT_RISKY,
    .seeks = true,
    .extract = pst_extract,
};

const Extractor pst_item_extractor = {
    .format = "pst-item",
    .place = EXTRACT_RISKY,
    .seeks = true,
    .extract = item_extract,
};
