/*
 * Magic: see magic.h.
 *
 * Most formats are a row: these bytes at that place. Those that need a look at a length, a version
 * or a checksum have a function. The bytes are facts of the formats' specifications; those that are
 * read further are named beside their function.
 */
#include "extract/magic.h"

#include <strings.h>

#include "base/cleanup.h"
#include "extract/format/bson.h"
#include "extract/format/dbf.h"
#include "extract/text/mbox.h"

typedef struct Row {
    uint32_t at;
    uint8_t n;
    const char *bytes;
    Magic magic;
} Row;

#define ROW(at, bytes, kind, format)                                                               \
    {                                                                                              \
        at, sizeof(bytes) - 1, bytes, {                                                            \
            format, SNIFF_##kind, false                                                            \
        }                                                                                          \
    }
#define WEAK(at, bytes, kind, format)                                                              \
    {                                                                                              \
        at, sizeof(bytes) - 1, bytes, {                                                            \
            format, SNIFF_##kind, true                                                             \
        }                                                                                          \
    }

static const Row rows[] = {
    /* archives */
    ROW(0, "PK\x03\x04", CONTAINER, "zip"),
    ROW(0, "PK\x05\x06", CONTAINER, "zip"), /* empty */
    ROW(0, "PK\x07\x08", CONTAINER, "zip"), /* spanned */
    ROW(0, "7z\xBC\xAF\x27\x1C", CONTAINER, "7z"),
    ROW(0, "Rar!\x1A\x07\x00", CONTAINER, "rar4"),
    ROW(0, "Rar!\x1A\x07\x01\x00", CONTAINER, "rar5"),
    ROW(257, "ustar", CONTAINER, "tar"),
    ROW(0, "070701", CONTAINER, "cpio"),
    ROW(0, "070702", CONTAINER, "cpio"),
    ROW(0, "070707", CONTAINER, "cpio"),
    ROW(0, "!<arch>\ndebian-binary", CONTAINER, "deb"),
    ROW(0, "!<arch>\n", CONTAINER, "ar"),
    ROW(0, "\xED\xAB\xEE\xDB", CONTAINER, "rpm"),
    ROW(32769, "CD001", CONTAINER, "iso9660"),
    ROW(0, "MSCF\0\0\0\0", CONTAINER, "cab"),
    WEAK(2, "-lh", CONTAINER, "lha"),
    ROW(0, "xar!\x00", CONTAINER, "xar"),
    ROW(0, "WARC/", CONTAINER, "warc"),
    ROW(0, "PACK\0\0\0", CONTAINER, "git-pack"),
    ROW(0, "ITSF\x03\0\0\0", CONTAINER, "chm"),
    /* compressed streams */
    ROW(0, "\x1F\x8B\x08", CONTAINER, "gzip"),
    ROW(0,
        "\xFD"
        "7zXZ\0",
        CONTAINER, "xz"),
    ROW(0, "\x28\xB5\x2F\xFD", CONTAINER, "zstd"),
    ROW(0, "\x04\x22\x4D\x18", CONTAINER, "lz4"),
    ROW(0, "\x02\x21\x4C\x18", CONTAINER, "lz4"), /* legacy frame */
    ROW(0, "LZIP\x01", CONTAINER, "lzip"),
    ROW(0, "\x89LZO\0\r\n\x1A\n", CONTAINER, "lzop"),
    /* documents and databases */
    ROW(0, "%PDF-", CONTAINER, "pdf"),
    ROW(0, "{\\rtf", TEXT, "rtf"),
    ROW(0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", CONTAINER, "ole2"),
    ROW(0, "SQLite format 3\0", CONTAINER, "sqlite"),
    ROW(0, "!BDN", CONTAINER, "pst"),
    ROW(0, "\0\x01\0\0Standard Jet DB", CONTAINER, "mdb"),
    ROW(0, "\0\x01\0\0Standard ACE DB", CONTAINER, "mdb"),
    WEAK(0, "PAR1", CONTAINER, "parquet"),
    ROW(0, "Obj\x01", CONTAINER, "avro"),
    WEAK(0, "ORC", CONTAINER, "orc"),
    ROW(0, "\x89HDF\r\n\x1A\n", CONTAINER, "hdf5"),
    ROW(0, "PGDMP\x01", CONTAINER, "pgdump"),
    ROW(0, "\x6D\xE2\x99\x81", CONTAINER, "mongodump"), /* an archive of it */
    WEAK(0, "REDIS000", CONTAINER, "redis"),
    ROW(0, "\x78\x9F\x3E\x22", CONTAINER, "tnef"),
    ROW(0, "\xFFWPC", CONTAINER, "wordperfect"),
    ROW(0, "ElfFile\0", CONTAINER, "evtx"),
    WEAK(0, "regf", CONTAINER, "registry"),
    /* disks */
    ROW(0, "KDMV", CONTAINER, "vmdk"),
    ROW(0, "QFI\xFB", CONTAINER, "qcow2"),
    ROW(0, "conectix", CONTAINER, "vhd"),
    ROW(0, "vhdxfile", CONTAINER, "vhdx"),
    ROW(64, "\x7F\x10\xDA\xBE", CONTAINER, "vdi"),
    ROW(0, "hsqs", CONTAINER, "squashfs"),
    ROW(3, "NTFS    ", CONTAINER, "ntfs"),
    ROW(512, "EFI PART", CONTAINER, "gpt-disk"),
    /* backups that only their makers' programs read */
    WEAK(0, "TAPE", CONTAINER, "mtf"), /* Microsoft Tape Format: SQL Server, NTBackup */
    ROW(0, "MSSQLBAK", CONTAINER, "mssql-backup"),
    ROW(3, "EXPORT:V", CONTAINER, "oracle-export"),
    ROW(0, "SQLUBRMEDHEAD", CONTAINER, "db2-backup"),
    ROW(0, "\xCE\x24\xB9\xA2\x20\0\0\0", CONTAINER, "acronis"),
    ROW(0, "\xB4\x6E\x68\x44", CONTAINER, "acronis"),
    ROW(0, "ANDROID BACKUP\n", CONTAINER, "android-backup"),
    /* ciphertext */
    ROW(0, "LUKS\xBA\xBE", CIPHER, "luks"),
    ROW(3, "-FVE-FS-", CIPHER, "bitlocker"),
    ROW(0, "BORG_SEG", CIPHER, "borg"),
    ROW(0, "ATTICSEG", CIPHER, "borg"),
    ROW(0, "age-encryption.org/v1\n", CIPHER, "age"),
    ROW(0, "-----BEGIN AGE ENCRYPTED FILE-----", CIPHER, "age"),
    ROW(0, "-----BEGIN PGP MESSAGE-----", CIPHER, "pgp"),
    ROW(0, "Salted__", CIPHER, "openssl"),
    ROW(0, "U2FsdGVkX1", CIPHER, "openssl"), /* the same in base64 */
    ROW(0, "$ANSIBLE_VAULT;", CIPHER, "ansible-vault"),
    ROW(0, "\x03\xD9\xA2\x9A\x65\xFB\x4B\xB5", CIPHER, "keepass"),
    ROW(0, "\x03\xD9\xA2\x9A\x67\xFB\x4B\xB5", CIPHER, "keepass"),
    /* images */
    ROW(0, "\xFF\xD8\xFF", IMAGE, "jpeg"),
    ROW(0, "\x89PNG\r\n\x1A\n", IMAGE, "png"),
    ROW(0, "GIF87a", IMAGE, "gif"),
    ROW(0, "GIF89a", IMAGE, "gif"),
    ROW(0, "II\x2A\0", IMAGE, "tiff"),
    ROW(0, "MM\0\x2A", IMAGE, "tiff"),
    ROW(0, "II\x2B\0", IMAGE, "tiff"), /* BigTIFF */
    ROW(0, "MM\0\x2B", IMAGE, "tiff"),
    ROW(0, "8BPS\0\x01", IMAGE, "psd"),
    ROW(0, "\0\0\0\x0CjP  \r\n\x87\n", IMAGE, "jpeg2000"),
    ROW(0, "AT&TFORM", IMAGE, "djvu"),
    ROW(128, "DICM", IMAGE, "dicom"),
    ROW(0, "\xD7\xCD\xC6\x9A", IMAGE, "wmf"),
    ROW(40, " EMF\0\0\x01\0", IMAGE, "emf"),
    /* sound and film */
    ROW(0, "\x1A\x45\xDF\xA3", MEDIA, "matroska"),
    ROW(0, "OggS\0", MEDIA, "ogg"),
    ROW(0, "fLaC\0", MEDIA, "flac"),
    WEAK(0, "ID3", MEDIA, "mp3"),
    ROW(0, "MThd\0\0\0\x06", MEDIA, "midi"),
    ROW(0, "FLV\x01", MEDIA, "flv"),
    ROW(0, "#!AMR", MEDIA, "amr"),
    ROW(0, "\0\0\x01\xBA", MEDIA, "mpeg"),
    ROW(0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11", MEDIA, "asf"),
    /* programmes and other known bytes */
    ROW(0,
        "\x7F"
        "ELF",
        BINARY, "elf"),
    ROW(0, "\xFE\xED\xFA\xCE", BINARY, "mach-o"),
    ROW(0, "\xFE\xED\xFA\xCF", BINARY, "mach-o"),
    ROW(0, "\xCE\xFA\xED\xFE", BINARY, "mach-o"),
    ROW(0, "\xCF\xFA\xED\xFE", BINARY, "mach-o"),
    ROW(0, "\0asm\x01\0\0\0", BINARY, "wasm"),
    ROW(0, "wOFF\0\x01\0\0", BINARY, "font"),
    ROW(0, "wOF2", BINARY, "font"),
    ROW(0, "OTTO\0", BINARY, "font"),
    ROW(0, "\xDE\x12\x04\x95", BINARY, "gettext"),
    ROW(0, "\xD4\xC3\xB2\xA1", BINARY, "pcap"),
    ROW(0, "\xA1\xB2\xC3\xD4", BINARY, "pcap"),
    ROW(0, "\x0A\x0D\x0D\x0A", BINARY, "pcapng"),
};

static const Magic *find_row(Span head) {
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        const Row *r = &rows[i];

        if (head.n >= r->at + r->n && head.at[r->at] == (uint8_t)r->bytes[0] &&
            memcmp(head.at + r->at, r->bytes, r->n) == 0)
            return &r->magic;
    }
    return NULL;
}

static uint32_t little16(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8;
}

static uint32_t little32(const uint8_t *at) {
    return little16(at) | little16(at + 2) << 16;
}

static uint32_t big32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool has(Span s, size_t at, const char *word) {
    size_t n = strlen(word);

    return at <= s.n && s.n - at >= n && memcmp(s.at + at, word, n) == 0;
}

enum { ZIP_NAME = 30 }; /* local file header: PKWARE APPNOTE 4.3.7 */

/* Which family member: by the first name in the head that only one of them has. */
static const Magic *find_ooxml(Span s) {
    static const struct {
        const char *name;
        Magic magic;
    } families[] = {
        {"word/", {"docx", SNIFF_CONTAINER, false}},
        {"xl/workbook.bin", {"xlsb", SNIFF_CONTAINER, false}},
        {"xl/worksheets/binaryIndex", {"xlsb", SNIFF_CONTAINER, false}},
        {"xl/_rels/workbook.bin", {"xlsb", SNIFF_CONTAINER, false}},
        {"xl/", {"xlsx", SNIFF_CONTAINER, false}},
        {"ppt/", {"pptx", SNIFF_CONTAINER, false}},
    };
    static const Magic ooxml = {"ooxml", SNIFF_CONTAINER, false};
    const uint8_t *at = s.at;

    while (at && s.n - (size_t)(at - s.at) > ZIP_NAME) {
        for (size_t i = 0; i < N_ELEMENTS(families); i++) {
            if (has(s, (size_t)(at - s.at) + ZIP_NAME, families[i].name))
                return &families[i].magic;
        }
        at = memmem(at + 4, s.n - (size_t)(at + 4 - s.at), "PK\x03\x04", 4);
    }
    return &ooxml;
}

/* By the name of the first member, which these formats put there on purpose. */
static const Magic *find_zip(Span s) {
    static const Magic odf = {"odf", SNIFF_CONTAINER, false};
    static const Magic epub = {"epub", SNIFF_CONTAINER, false};
    static const Magic jar = {"jar", SNIFF_CONTAINER, false};
    static const char *const parts[] = {
        "[Content_Types].xml", "_rels/", "docProps/", "word/", "xl/", "ppt/"};

    if (s.n < ZIP_NAME || !has(s, 0, "PK\x03\x04"))
        return NULL;
    for (size_t i = 0; i < N_ELEMENTS(parts); i++) {
        if (has(s, ZIP_NAME, parts[i]))
            return find_ooxml(s);
    }
    if (has(s, ZIP_NAME, "mimetypeapplication/vnd.oasis.opendocument"))
        return &odf;
    if (has(s, ZIP_NAME, "mimetypeapplication/epub"))
        return &epub;
    return has(s, ZIP_NAME, "META-INF/") ? &jar : NULL;
}

/* Readers take a header as far down as that, behind anything; but text may speak of it, too. */
static const Magic *find_pdf(Span s) {
    static const Magic pdf = {"pdf", SNIFF_CONTAINER, true};
    size_t n = s.n < 1024 ? s.n : 1024;

    for (size_t i = 0; i + 5 <= n; i++) {
        const uint8_t *percent = memchr(s.at + i, '%', n - i);

        if (!percent)
            break;
        i = (size_t)(percent - s.at);
        if (has(span(s.at, n), i, "%PDF-"))
            return &pdf;
    }
    return NULL;
}

/* The old binary cpio: a name of the length that is told, ended by NUL. */
static const Magic *find_cpio(Span s) {
    static const Magic cpio = {"cpio", SNIFF_CONTAINER, true};
    enum { HEADER = 26, NAME_SIZE = 20, NAME_MAX_HERE = 1024 };
    size_t n;

    if (s.n < HEADER || (little16(s.at) != 0x71C7 && little16(s.at) != 0xC771))
        return NULL;
    n = little16(s.at) == 0x71C7 ? little16(s.at + NAME_SIZE)
                                 : (size_t)s.at[NAME_SIZE] << 8 | s.at[NAME_SIZE + 1];
    if (n < 2 || n > NAME_MAX_HERE || s.n < HEADER + n)
        return NULL;
    return s.at[HEADER] && s.at[HEADER + n - 1] == 0 ? &cpio : NULL;
}

/* Oracle Data Pump: binary, and its first block names the table that the export was run by. */
static const Magic *find_data_pump(Span s) {
    static const Magic dump = {"oracle-datapump", SNIFF_CONTAINER, true};
    enum { LOOK = 4096 };
    size_t n = s.n < LOOK ? s.n : LOOK;

    return s.n > 64 && memchr(s.at, 0, 64) && memmem(s.at, n, "SYS_EXPORT_", 11) ? &dump : NULL;
}

/* Two bytes and what little their headers tell: arj's sizes, the code width of compress. */
static const Magic *find_short(Span s) {
    static const Magic arj = {"arj", SNIFF_CONTAINER, true};
    static const Magic compress = {"compress", SNIFF_CONTAINER, true};

    if (s.n >= 12 && little16(s.at) == 0xEA60 && little16(s.at + 2) <= 2600 && s.at[4] >= 30 &&
        s.at[4] <= little16(s.at + 2))
        return &arj;
    if (s.n >= 4 && little16(s.at) == 0x9D1F && (s.at[2] & 0x60) == 0 && (s.at[2] & 0x1F) >= 9 &&
        (s.at[2] & 0x1F) <= 16)
        return &compress;
    return NULL;
}

static const Magic *find_bzip2(Span s) {
    static const Magic bzip2 = {"bzip2", SNIFF_CONTAINER, false};

    if (has(s, 0, "BZh") && s.n >= 10 && s.at[3] >= '1' && s.at[3] <= '9' &&
        (has(s, 4, "\x31\x41\x59\x26\x53\x59") || has(s, 4, "\x17\x72\x45\x38\x50\x90")))
        return &bzip2;
    return NULL;
}

/* A tar before POSIX: only the checksum of its header tells (sum of bytes, its own as spaces). */
static const Magic *find_old_tar(Span s) {
    static const Magic tar = {"tar", SNIFF_CONTAINER, false};
    enum { BLOCK = 512, AT = 148, N = 8 };
    uint32_t sum = 0, said = 0;
    size_t i = AT;

    if (s.n < BLOCK || s.at[0] == 0)
        return NULL;
    while (i < AT + N && s.at[i] == ' ')
        i++;
    for (; i < AT + N && s.at[i] >= '0' && s.at[i] <= '7'; i++)
        said = said * 8 + (s.at[i] - '0');
    for (i = 0; said && i < BLOCK; i++)
        sum += i >= AT && i < AT + N ? ' ' : s.at[i];
    return said && said == sum ? &tar : NULL;
}

/* RFC 9580: a first packet that only encrypted data begins with, of a version and cipher in use. */
static const Magic *find_pgp(Span s) {
    static const Magic pgp = {"pgp", SNIFF_CIPHER, true};
    enum { PUBLIC_KEY_SESSION = 1, SYMMETRIC_SESSION = 3 };
    size_t body;
    uint8_t tag;

    if (s.n < 16 || !(s.at[0] & 0x80))
        return NULL;
    if (s.at[0] & 0x40) { /* new packet format */
        tag = s.at[0] & 0x3F;
        body = s.at[1] < 192 ? 2 : s.at[1] < 224 ? 3 : s.at[1] == 255 ? 6 : 2;
    } else {
        tag = s.at[0] >> 2 & 0x0F;
        body = (size_t[]){2, 3, 5, 1}[s.at[0] & 3];
    }
    switch (tag) {
    case PUBLIC_KEY_SESSION: /* version 3, key id, algorithm */
        return s.at[body] == 3 && (s.at[body + 9] == 1 || s.at[body + 9] == 2 ||
                                   s.at[body + 9] == 16 || s.at[body + 9] == 18)
                   ? &pgp
                   : NULL;
    case SYMMETRIC_SESSION: /* version 4, cipher, string-to-key */
        return s.at[body] == 4 && s.at[body + 1] >= 1 && s.at[body + 1] <= 13 &&
                       (s.at[body + 2] <= 1 || s.at[body + 2] == 3) && s.at[body + 3] <= 14
                   ? &pgp
                   : NULL;
    default:
        return NULL;
    }
}

/* RFC 5652: ContentInfo by its type, in DER or BER: encrypted, or signed. */
static const Magic *find_cms(Span s) {
    static const Magic smime = {"smime", SNIFF_CIPHER, false};
    static const Magic signature = {"cms-signed", SNIFF_BINARY, false};
    static const char signed_data[] = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02";
    static const char enveloped[] = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03";
    static const char encrypted[] = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x06";
    static const char authenticated[] = "\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17";
    size_t at;

    if (s.n < 16 || s.at[0] != 0x30)
        return NULL;
    at = s.at[1] <= 0x80 ? 2 : 2 + (s.at[1] & 0x0F); /* the length: short, indefinite, long */
    if (has(s, at, signed_data))
        return &signature;
    return has(s, at, enveloped) || has(s, at, encrypted) || has(s, at, authenticated) ? &smime
                                                                                       : NULL;
}

/* The length of the field name that a line begins with; 0: none. RFC 5322 section 2.2. */
static size_t field_name(Span line) {
    size_t n = 0;

    while (n < line.n && line.at[n] > ' ' && line.at[n] < 0x7F && line.at[n] != ':')
        n++;
    return n && n < line.n && line.at[n] == ':' ? n : 0;
}

/* Fields that messages have, and hardly anything else. */
static bool is_mail_field(Span line, size_t n) {
    static const char *const names[] = {
        "From",         "To",          "Cc",
        "Subject",      "Date",        "Message-ID",
        "MIME-Version", "Received",    "Reply-To",
        "Return-Path",  "Sender",      "Delivered-To",
        "Content-Type", "In-Reply-To", "References",
        "Thread-Topic", "X-Mailer",    "DKIM-Signature",
        "Bcc",          "User-Agent",  "List-Id",
        "X-Received",   "Resent-From", "Content-Transfer-Encoding",
    };

    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        if (strlen(names[i]) == n && strncasecmp((const char *)line.at, names[i], n) == 0)
            return true;
    }
    return false;
}

static Span take_line(Span *s) {
    const uint8_t *end = s->n ? memchr(s->at, '\n', s->n) : NULL;
    size_t n = end ? (size_t)(end - s->at) + 1 : s->n;
    Span line = span(s->at, n);

    *s = span(s->at + n, s->n - n);
    return line;
}

/*
 * Nothing but fields up to the empty line, three of them those of mail; or the two fields of a part
 * of one; or a mailbox's line first.
 */
static const Magic *find_mail(Span s) {
    static const Magic eml = {"eml", SNIFF_TEXT, false}, mbox = {"mbox", SNIFF_TEXT, false};
    enum { LINES = 200, LEAST = 3 };
    Span rest = s, line = take_line(&rest);
    unsigned known = 0, mime = 0, fields = 0;
    size_t n;

    if (mbox_is_from(line)) {
        line = take_line(&rest);
        return field_name(line) || (line.n && line.at[0] == '>') ? &mbox : NULL;
    }
    for (int i = 0; i < LINES && line.n > 2; i++, line = take_line(&rest)) {
        n = field_name(line);
        if (n == 0 && (i == 0 || (line.at[0] != ' ' && line.at[0] != '\t')) && rest.n)
            break;
        fields += n != 0;
        known += is_mail_field(line, n);
        mime += n > 8 && strncasecmp((const char *)line.at, "Content-", 8) == 0;
        if (known == LEAST)
            return &eml;
    }
    return mime == 2 && fields == 2 && line.n && line.n <= 2 ? &eml : NULL;
}

static const Magic *find_riff(Span s) {
    static const Magic webp = {"webp", SNIFF_IMAGE, false}, wav = {"wav", SNIFF_MEDIA, false};
    static const Magic avi = {"avi", SNIFF_MEDIA, false}, aiff = {"aiff", SNIFF_MEDIA, false};

    if (has(s, 0, "FORM") && (has(s, 8, "AIFF") || has(s, 8, "AIFC")))
        return &aiff;
    if (!has(s, 0, "RIFF"))
        return NULL;
    return has(s, 8, "WEBP") ? &webp : has(s, 8, "WAVE") ? &wav : has(s, 8, "AVI ") ? &avi : NULL;
}

/* ISO 14496-12: the first box says the family, its brand whether it is a still image. */
static const Magic *find_iso_media(Span s) {
    static const Magic image = {"heic", SNIFF_IMAGE, false}, film = {"mp4", SNIFF_MEDIA, false};
    static const char *const stills[] = {"heic", "heix", "hevc", "mif1", "msf1", "avif"};

    if (has(s, 4, "moov") || has(s, 4, "mdat"))
        return s.n >= 8 && s.at[0] == 0 ? &film : NULL;
    if (!has(s, 4, "ftyp"))
        return NULL;
    for (size_t i = 0; i < N_ELEMENTS(stills); i++) {
        if (has(s, 8, stills[i]))
            return &image;
    }
    return &film;
}

static const Magic *find_bitmap(Span s) {
    static const Magic bmp = {"bmp", SNIFF_IMAGE, false}, ico = {"ico", SNIFF_IMAGE, false};
    uint32_t header;

    if (has(s, 0, "BM") && s.n >= 18 && little32(s.at + 6) == 0) {
        header = little32(s.at + 14);
        return header == 12 || (header >= 40 && header <= 124) ? &bmp : NULL;
    }
    /* an icon: type 1, 1 to 99 images, the first entry's reserved byte 0 and its data in reach */
    if (s.n >= 22 && little32(s.at) == 0x00010000 && little16(s.at + 4) - 1 < 99 && s.at[9] == 0 &&
        little32(s.at + 18) == 6 + 16 * little16(s.at + 4))
        return &ico;
    return NULL;
}

/* MPEG audio without a tag: a frame header in which no field is reserved, and where it says that
 * the frame ends, the next one of the same kind. */
static const Magic *find_mpeg_audio(Span s) {
    static const Magic mp3 = {"mp3", SNIFF_MEDIA, false};
    static const uint16_t rates[] = {0,   32,  40,  48,  56,  64,  80, 96,
                                     112, 128, 160, 192, 224, 256, 320}; /* layer III, MPEG-1 */
    static const uint16_t hertz[] = {441, 480, 320};
    uint32_t rate, frequency;
    size_t frame;

    if (s.n < 4 || s.at[0] != 0xFF || (s.at[1] & 0xFE) != 0xFA)
        return NULL;
    rate = s.at[2] >> 4;
    frequency = s.at[2] >> 2 & 3;
    if (rate == 0 || rate == 15 || frequency == 3)
        return NULL;
    frame = 1440 * rates[rate] / hertz[frequency] + (s.at[2] >> 1 & 1);
    return s.n >= frame + 2 && s.at[frame] == 0xFF && s.at[frame + 1] == s.at[1] ? &mp3 : NULL;
}

static const Magic *find_transport_stream(Span s) {
    static const Magic mpeg = {"mpeg", SNIFF_MEDIA, false};
    enum { PACKET = 188, SYNC = 0x47 };

    for (size_t at = 0; at < 5 * PACKET; at += PACKET) {
        if (at >= s.n || s.at[at] != SYNC)
            return NULL;
    }
    return &mpeg;
}

static const Magic *find_programme(Span s) {
    static const Magic java = {"java-class", SNIFF_BINARY, false}, pe = {"pe", SNIFF_BINARY, false};
    static const Magic fat = {"mach-o", SNIFF_BINARY, false};
    size_t at;

    if (s.n >= 8 &&
        big32(s.at) == 0xCAFEBABE) /* fat files hold a few machines; classes start at 45 */
        return big32(s.at + 4) >= 45 ? &java : &fat;
    if (s.n >= 64 && has(s, 0, "MZ")) {
        at = little32(s.at + 60);
        return s.n >= 4 && at <= s.n - 4 && memcmp(s.at + at, "PE\0", 4) == 0 ? &pe : NULL;
    }
    return NULL;
}

/* ext2, 3, 4: the superblock at 1024 has its magic, a revision of 0 or 1 and a small block size. */
static const Magic *find_ext(Span s) {
    static const Magic ext = {"ext4", SNIFF_CONTAINER, false};

    if (s.n < 1024 + 80 || little16(s.at + 1024 + 56) != 0xEF53)
        return NULL;
    return little32(s.at + 1024 + 24) <= 6 && little32(s.at + 1024 + 76) <= 1 ? &ext : NULL;
}

/* LZMA alone has no signature: properties in range, a dictionary as encoders make them, and a
 * length that is not told or could be. */
static const Magic *find_lzma(Span s) {
    static const Magic lzma = {"lzma", SNIFF_CONTAINER, true};
    uint32_t dictionary;
    bool usual;

    if (s.n < 14 || s.at[0] >= 9 * 5 * 5 || s.at[13] != 0)
        return NULL;
    dictionary = little32(s.at + 1);
    usual =
        dictionary == UINT32_MAX || (dictionary >= 4096 && (dictionary & (dictionary - 1)) == 0) ||
        (dictionary >= 4096 && dictionary % 3 == 0 && (dictionary / 3 & (dictionary / 3 - 1)) == 0);
    if (!usual || (s.at[0] != 0x5D && dictionary < 1 << 16))
        return NULL;
    return little32(s.at + 9) < 256 || (little32(s.at + 5) & little32(s.at + 9)) == UINT32_MAX
               ? &lzma
               : NULL;
}

/* RFC 1950: method 8, a window in range, and a check that divides; sure enough only outside text.
 */
static const Magic *find_zlib(Span s) {
    static const Magic zlib = {"zlib", SNIFF_CONTAINER, true};

    if (s.n < 8 || (s.at[0] & 0x0F) != 8 || s.at[0] >> 4 != 7 || s.at[1] & 0x20)
        return NULL;
    return ((uint32_t)s.at[0] << 8 | s.at[1]) % 31 == 0 ? &zlib : NULL;
}

/* Without a signature: lengths that add up tell. */
static const Magic *find_records(Span s) {
    static const Magic dbf = {"dbf", SNIFF_CONTAINER, false};
    static const Magic bson = {"bson", SNIFF_CONTAINER, false};

    return dbf_looks(s) ? &dbf : bson_looks(s) ? &bson : NULL;
}

const Magic *magic_find(Span head) {
    static const Magic *(*const finders[])(Span) = {
        find_zip,
        find_row,
        find_bzip2,
        find_riff,
        find_iso_media,
        find_bitmap,
        find_programme,
        find_old_tar,
        find_ext,
        find_mpeg_audio,
        find_transport_stream,
        find_pgp,
        find_cms,
        find_mail,
        find_pdf,
        find_cpio,
        find_data_pump,
        find_short,
        find_records,
        find_zlib,
        find_lzma,
    };
    const Magic *m = NULL;

    for (size_t i = 0; !m && i < N_ELEMENTS(finders); i++)
        m = finders[i](head);
    return m;
}
