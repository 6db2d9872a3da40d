/* DocKind: see dockind.h. */
#include "model/dockind.h"

#include <strings.h>

#include "base/cleanup.h"

static const char *const names[N_DOC_KINDS] = {
    [DOC_OTHER] = "other",
    [DOC_TEXT] = "text",
    [DOC_DOCUMENT] = "document",
    [DOC_SPREADSHEET] = "spreadsheet",
    [DOC_PRESENTATION] = "presentation",
    [DOC_MAIL] = "mail",
    [DOC_LOG] = "log",
    [DOC_TABLE] = "table",
    [DOC_DATABASE] = "database",
    [DOC_DUMP] = "dump",
    [DOC_ARCHIVE] = "archive",
    [DOC_BACKUP] = "backup",
    [DOC_IMAGE] = "image",
    [DOC_MEDIA] = "media",
};

/* The formats of each kind, words of extract/sniff with a blank around each. */
static const char *const formats[N_DOC_KINDS] = {
    [DOC_TEXT] = " text xml html json ldif ics vcard ",
    [DOC_DOCUMENT] = " docx doc pdf rtf odf odt ooxml ole2 wordperfect epub postscript chm ",
    [DOC_SPREADSHEET] = " xlsx xlsb xls ods ",
    [DOC_PRESENTATION] = " pptx ppt odp ",
    [DOC_MAIL] = " eml mbox msg pst tnef pst-item ",
    [DOC_LOG] = " log evtx pcap pcapng ",
    [DOC_TABLE] = " csv tsv jsonl avro parquet orc dbf ",
    [DOC_DATABASE] = " sqlite mdb redis hdf5 registry ",
    [DOC_DUMP] = " sqldump pgdump pgrows mongodump bson oracle-export oracle-datapump ",
    [DOC_ARCHIVE] = " zip 7z rar4 rar5 tar cpio deb ar rpm iso9660 cab lha xar warc gzip xz zstd "
                    "lz4 lzip lzop bzip2 brotli compress lzma zlib jar arj ",
    [DOC_BACKUP] = " mtf mssql-backup db2-backup acronis android-backup borg vmdk qcow2 vhd vhdx "
                   "vdi squashfs ntfs ext4 gpt-disk ",
    [DOC_IMAGE] = " jpeg png gif tiff psd jpeg2000 djvu dicom wmf emf webp heic bmp ico ",
    [DOC_MEDIA] = " matroska ogg flac mp3 midi flv amr mpeg asf wav avi aiff mp4 ",
};

const char *doc_kind_name(DocKind k) {
    return names[k];
}

int doc_kind_parse(Span word, DocKind *ret) {
    for (size_t i = 0; i < N_DOC_KINDS; i++) {
        if (span_is(word, names[i])) {
            *ret = (DocKind)i;
            return 0;
        }
    }
    return -EINVAL;
}

/* Endings of names where the format leaves it open. */
static const struct {
    const char *format, *ending;
    DocKind kind;
} endings[] = {
    {"ole2", ".xls", DOC_SPREADSHEET}, {"ole2", ".ppt", DOC_PRESENTATION},
    {"ole2", ".msg", DOC_MAIL},        {"odf", ".ods", DOC_SPREADSHEET},
    {"odf", ".odp", DOC_PRESENTATION}, {"text", ".log", DOC_LOG},
};

static bool ends(Span name, const char *ending) {
    size_t n = strlen(ending);

    return name.n >= n && strncasecmp((const char *)name.at + name.n - n, ending, n) == 0;
}

DocKind doc_kind_of(Span format, Span name) {
    for (size_t i = 0; i < N_ELEMENTS(endings); i++) {
        if (span_is(format, endings[i].format) && ends(name, endings[i].ending))
            return endings[i].kind;
    }
    for (size_t i = 0; format.n && i < N_DOC_KINDS; i++) {
        const char *at = formats[i];

        while (at && (at = memmem(at, strlen(at), format.at, format.n))) {
            if (at[-1] == ' ' && at[format.n] == ' ')
                return (DocKind)i;
            at++;
        }
    }
    return DOC_OTHER;
}
