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

/* clang-format off */
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
    &avro_extractor,
    &bson_extractor,
    &csv_extractor,
    &dbf_extractor,
    &docx_extractor,
    &eml_extractor,
    &html_extractor,
    &ics_extractor,
    &jpeg_extractor,
    &json_extractor,
    &jsonl_extractor,
    &ldif_extractor,
    &log_extractor,
    &mbox_extractor,
    &mongodump_extractor,
    &odf_extractor,
    &ole_extractor,
    &ole_storage_extractor,
    &ooxml_extractor,
    &pdf_extractor,
    &pgdump_extractor,
    &pgrows_extractor,
    &pptx_extractor,
    &pst_extractor,
    &pst_item_extractor,
    &rtf_extractor,
    &signed_extractor,
    &sqldump_extractor,
    &sqlite_extractor,
    &stream_brotli,
    &stream_bzip2,
    &stream_compress,
    &stream_gzip,
    &stream_lz4,
    &stream_lzip,
    &stream_lzma,
    &stream_xz,
    &stream_zstd,
    &tar_reader,
    &tiff_extractor,
    &tnef_extractor,
    &vcard_extractor,
    &xlsb_extractor,
    &xlsx_extractor,
    &xml_extractor,
    &zip_epub,
    &zip_jar,
    &zip_reader,
    &zip_tail,
};
/* clang-format on */

const Extractor *extractor_find(const char *format) {
    for (size_t i = 0; i < N_ELEMENTS(extractors); i++) {
        if (strcmp(extractors[i]->format, format) == 0)
            return extractors[i];
    }
    return NULL;
}
