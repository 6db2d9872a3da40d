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
    &archive_ar,
    &archive_cab,
    &archive_cpio,
    &archive_deb,
    &archive_iso,
    &archive_lha,
    &archive_rar4,
    &archive_rar5,
    &archive_rpm,
    &archive_sevenzip,
    &archive_warc,
    &archive_xar,
    &eml_extractor,
    &html_extractor,
    &mbox_extractor,
    &stream_brotli,
    &stream_bzip2,
    &stream_compress,
    &stream_gzip,
    &stream_lz4,
    &stream_lzip,
    &stream_lzma,
    &stream_xz,
    &stream_zstd,
    &tar_extractor,
    &zip_epub,
    &zip_extractor,
    &zip_jar,
    &zip_tail,
};

const Extractor *extractor_find(const char *format) {
    for (size_t i = 0; i < N_ELEMENTS(extractors); i++) {
        if (strcmp(extractors[i]->format, format) == 0)
            return extractors[i];
    }
    return NULL;
}
