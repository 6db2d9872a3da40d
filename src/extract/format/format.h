/*
 * Format: the readers that stand on libraries; they run in workers only.
 *
 * Each is defined in the file that is named after what it reads. See extract/extract.h for what a
 * reader does; extract/table.c lists them.
 */
#pragma once

#include "extract/extract.h"

/* archive.c: by libarchive */
extern const Extractor archive_sevenzip, archive_ar, archive_cab, archive_cpio, archive_deb,
    archive_iso, archive_lha, archive_rar4, archive_rar5, archive_rpm, archive_warc, archive_xar;

/* stream.c: one compressed stream */
extern const Extractor stream_brotli, stream_bzip2, stream_compress, stream_gzip, stream_lz4,
    stream_lzip, stream_lzma, stream_xz, stream_zstd;

/* office.c: documents that are packages of XML, all one reader, which goes by what is inside */
extern const Extractor docx_extractor;
extern const Extractor odf_extractor;
extern const Extractor ooxml_extractor;
extern const Extractor pptx_extractor;
extern const Extractor xlsb_extractor;
extern const Extractor xlsx_extractor;

/* xml.c: XML of any other kind, by element path */
extern const Extractor xml_extractor;

/* exif.c: what stands beside the picture in JPEG and TIFF */
extern const Extractor jpeg_extractor, tiff_extractor;

/* ole.c: compound files, by what is in them */
extern const Extractor ole_extractor, ole_storage_extractor;

/* pgdump.c: PostgreSQL's own dumps; pgrows.c: rows in files beside them */
extern const Extractor pgdump_extractor, pgrows_extractor;

/* avro.c: files of Avro; bson.c: dumps of MongoDB; dbf.c: tables of dBase */
extern const Extractor avro_extractor, bson_extractor, dbf_extractor, mongodump_extractor;

/* pst.c: Outlook data files, and what is in them */
extern const Extractor pst_extractor, pst_item_extractor;

/* sqlite.c: SQLite files */
extern const Extractor sqlite_extractor;

extern const Extractor tar_reader;

/* tnef.c: messages that Exchange put into mail */
extern const Extractor tnef_extractor;

/* zip.c; the tail is a zip behind something else, whose bytes are read by another */
extern const Extractor zip_epub, zip_jar, zip_reader, zip_tail;

/* Brotli has no signature: whether a unit of such a name, of no known format, can be decoded. */
bool brotli_named(Span name);
bool brotli_looks(const Sniff *s, Span head);
