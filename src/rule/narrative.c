/* Narrative: see narrative.h. */
#include "rule/narrative.h"

#include "base/buf.h"

enum { TEXT_MAX = 600, PIECES_MAX = 32 };

static int fact_read(const Node *n, Span name, Reader *r, CaseFact *ret) {
    const char *nearest;

    if (fact_parse(name, ret) == 0)
        return 0;
    nearest = fact_nearest(name);
    return node_complain(n, r->reterr, "'${%s}' is no fact%s%s", quote(name).text,
                         nearest ? ", expected " : "", nearest ? nearest : "");
}

/* One piece from *at on; *at moves behind it. */
static int piece_read(const Node *n, const char **at, Reader *r, Piece *ret) {
    const char *open = strstr(*at, "${"), *close = open ? strchr(open, '}') : NULL;
    int rc;

    if (open && !close)
        return node_complain(n, r->reterr, "'${' without '}', expected a fact between them");
    *ret = (Piece){.text = span(*at, open ? (size_t)(open - *at) : strlen(*at)),
                   .has_fact = open != NULL};
    if (!open) {
        *at += ret->text.n;
        return 0;
    }
    rc = fact_read(n, span(open + 2, (size_t)(close - open) - 2), r, &ret->fact);
    *at = close + 1;
    return rc;
}

int narrative_read(const Node *n, Reader *r, Narrative *ret) {
    const char *text;
    int rc = field_text(n, TEXT_MAX, r, &text);

    if (rc < 0)
        return rc;
    ret->at = arena_array(r->arena, PIECES_MAX, sizeof(*ret->at));
    if (!ret->at)
        return -ENOMEM;
    ret->n = 0;
    for (const char *at = text; *at && rc == 0;) {
        if (ret->n == PIECES_MAX)
            return node_complain(n, r->reterr, "more than %d facts in one sentence",
                                 PIECES_MAX - 1);
        rc = piece_read(n, &at, r, &ret->at[ret->n++]);
    }
    return rc;
}
