/*
 * Table: which format has which reader.
 *
 * A row a reader. Order does not matter; a format has one.
 */
#include "extract/extract.h"

#include "base/cleanup.h"
#include "extract/format/format.h"
#include "extract/text/reader.h"

/* Read by a helper executable (src/extract/helper), where it is installed. */
static const Extractor pdf_extractor = {.format = "pdf", .place = EXTRACT_PDF, .seeks = true};

static const Extractor *const extractors[] = {
    &eml_extractor,         &extractor_docx, &extractor_odf,    &extractor_ooxml, &extractor_pptx,
    &extractor_xlsx,        &extractor_xml,  &html_extractor,   &mbox_extractor,  &ole_extractor,
    &ole_storage_extractor, &pdf_extractor,  &pgdump_extractor,
};

const Extractor *extractor_find(const char *format) {
    for (size_t i = 0; i < N_ELEMENTS(extractors); i++) {
        if (extractors[i] && strcmp(extractors[i]->format, format) == 0)
            return extractors[i];
    }
    return NULL;
}
