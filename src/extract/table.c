/*
 * Table: which format has which reader.
 *
 * A row a reader. Order does not matter; a format has one.
 */
#include "extract/extract.h"

#include "base/cleanup.h"
#include "extract/format/format.h"
#include "extract/text/reader.h"

static const Extractor *const extractors[] = {
    &eml_extractor,
    &html_extractor,
    &ics_extractor,
    &ldif_extractor,
    &mbox_extractor,
    &rtf_extractor,
    &signed_extractor,
    &vcard_extractor,
};

const Extractor *extractor_find(const char *format) {
    for (size_t i = 0; i < N_ELEMENTS(extractors); i++) {
        if (extractors[i] && strcmp(extractors[i]->format, format) == 0)
            return extractors[i];
    }
    return NULL;
}
