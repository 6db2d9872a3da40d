/*
 * DocKind: what kind of thing a file of some format is, in the words that policies and rules use.
 */
#pragma once

#include "base/span.h"

typedef enum DocKind {
    DOC_OTHER,
    DOC_TEXT,
    DOC_DOCUMENT,
    DOC_SPREADSHEET,
    DOC_PRESENTATION,
    DOC_MAIL,
    DOC_LOG,
    DOC_TABLE,    /* rows as text: CSV, JSON Lines */
    DOC_DATABASE, /* a database's own file */
    DOC_DUMP,     /* what was exported from one */
    DOC_ARCHIVE,
    DOC_BACKUP, /* images and backup sets of programs for that */
    DOC_IMAGE,
    DOC_MEDIA,
    N_DOC_KINDS,
} DocKind;

const char *doc_kind_name(DocKind k);
int doc_kind_parse(Span word, DocKind *ret); /* -EINVAL */

/*
 * Of the word that a scan has for a format. Where several kinds share a format (the old documents
 * of Office, OpenDocument, plain text) the ending of the name decides.
 */
DocKind doc_kind_of(Span format, Span name);
