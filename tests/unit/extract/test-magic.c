/* Magic: a head of each format, also cut short, and text that only begins like one. */
#include "sample.h"

#include "extract/magic.h"

typedef struct Case {
    size_t at;
    const char *bytes;
    size_t n;
    const char *format;
} Case;

#define HEAD(at, bytes, format)                                                                    \
    { at, bytes, sizeof(bytes) - 1, format }

static const Case cases[] = {
    HEAD(0, "PK\3\4\24\0\0\0\10\0", "zip"),
    HEAD(0, "PK\3\4\24\0\6\0\10\0\0\0!\0ABCDEFGHIJKL\23\0\0\0[Content_Types].xml", "ooxml"),
    HEAD(0, "PK\3\4\24\0\6\0\10\0\0\0!\0ABCDEFGHIJKL\23\0\0\0word/document.xml", "docx"),
    HEAD(0,
         "PK\3\4\24\0\6\0\10\0\0\0!\0ABCDEFGHIJKL\13\0\0\0_rels/.relsxPK\3\4\24\0\0\0\10\0\0\0!\0"
         "ABCDEFGHIJKL\16\0\0\0xl/styles.xml",
         "xlsx"),
    HEAD(0, "PK\3\4\24\0\6\0\10\0\0\0!\0ABCDEFGHIJKL\22\0\0\0ppt/presentation.xml", "pptx"),
    HEAD(0, "PK\3\4\24\0\6\0\10\0\0\0!\0ABCDEFGHIJKL\17\0\0\0xl/workbook.bin", "xlsb"),
    HEAD(0,
         "PK\3\4\24\0\0\0\0\0\0\0!\0ABCDEFGHIJKL\10\0\0\0mimetypeapplication/"
         "vnd.oasis.opendocument.text",
         "odf"),
    HEAD(0, "PK\3\4\24\0\0\0\0\0\0\0!\0ABCDEFGHIJKL\10\0\0\0mimetypeapplication/epub+zip", "epub"),
    HEAD(0, "PK\3\4\24\0\0\0\0\0\0\0!\0ABCDEFGHIJKL\24\0\4\0META-INF/MANIFEST.MF", "jar"),
    HEAD(0, "PK\5\6\0\0\0\0", "zip"),
    HEAD(0, "\x1f\x8b\x08\0", "gzip"),
    HEAD(0, "BZh91AY&SY", "bzip2"),
    HEAD(0,
         "\xFD"
         "7zXZ\0",
         "xz"),
    HEAD(0, "\x28\xB5\x2F\xFD", "zstd"),
    HEAD(0, "\x04\x22\x4D\x18", "lz4"),
    HEAD(0, "\x1F\x9D\x90\0", "compress"),
    HEAD(0, "7z\xBC\xAF\x27\x1C", "7z"),
    HEAD(0, "Rar!\x1A\x07\0", "rar4"),
    HEAD(0, "Rar!\x1A\x07\x01\0", "rar5"),
    HEAD(257,
         "ustar\0"
         "00",
         "tar"),
    HEAD(257, "ustar  \0", "tar"),
    HEAD(0, "070701", "cpio"),
    HEAD(0, "\xC7\x71..................\4\0....abc\0", "cpio"),
    HEAD(0, "!<arch>\ndebian-binary   ", "deb"),
    HEAD(0, "!<arch>\n/    ", "ar"),
    HEAD(0, "\xED\xAB\xEE\xDB", "rpm"),
    HEAD(32769, "CD001", "iso9660"),
    HEAD(0, "MSCF\0\0\0\0", "cab"),
    HEAD(2, "-lh5-", "lha"),
    HEAD(0, "xar!\0\34", "xar"),
    HEAD(0, "WARC/1.0\r\n", "warc"),
    HEAD(0, "\x5D\0\0\x80\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0", "lzma"),
    HEAD(0, "TAPE\0\0\3\0", "mtf"),
    HEAD(0, "MSSQLBAK", "mssql-backup"),
    HEAD(0, "\3\0\37EXPORT:V11.02.00\n", "oracle-export"),
    HEAD(700, "\0\0\"SYSTEM\".\"SYS_EXPORT_SCHEMA_01\"\0", "oracle-datapump"),
    HEAD(0, "SQLUBRMEDHEAD ", "db2-backup"),
    HEAD(0, "\xCE\x24\xB9\xA2\x20\0\0\0", "acronis"),
    HEAD(0, "ANDROID BACKUP\n5\n1\n", "android-backup"),
    HEAD(0, "%PDF-1.7", "pdf"),
    HEAD(700, "%PDF-1.4\n\xe2\xe3", "pdf"),
    HEAD(0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "ole2"),
    HEAD(0, "SQLite format 3\0", "sqlite"),
    HEAD(0, "!BDN", "pst"),
    HEAD(0, "PAR1\x15", "parquet"),
    HEAD(0, "Obj\1", "avro"),
    HEAD(0, "ORC\n", "orc"),
    HEAD(0, "PGDMP\1\16", "pgdump"),
    HEAD(0, "\x6D\xE2\x99\x81", "mongodump"),
    HEAD(0, "LUKS\xBA\xBE", "luks"),
    HEAD(0, "BORG_SEG", "borg"),
    HEAD(0, "age-encryption.org/v1\n-> X25519", "age"),
    HEAD(0, "-----BEGIN PGP MESSAGE-----\n", "pgp"),
    HEAD(0,
         "\x85\x01\x0C\x03"
         "8byteske\x01\x08\0\xFF",
         "pgp"),
    HEAD(0,
         "\x8C\x0D\x04\x09\x03\x08"
         "8bytesalt\x60..",
         "pgp"),
    HEAD(0,
         "\xC3\x0D\x04\x09\x03\x08"
         "8bytesalt\x60..",
         "pgp"),
    HEAD(0, "\x30\x82\1\0\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03", "smime"),
    HEAD(0, "\x30\x80\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17\xA0\x80", "smime"),
    HEAD(0, "\x30\x80\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02\xA0\x80\x30\x80", "cms-signed"),
    HEAD(0, "{\\rtf1", "rtf"),
    HEAD(0, "Received: x\r\n y\r\nDate: z\r\nMessage-ID: <1>\r\n", "eml"),
    HEAD(0, "From a@b Thu Jan  1 00:00:00 1970\nSubject: x\n", "mbox"),
    HEAD(0, "Salted__", "openssl"),
    HEAD(0, "$ANSIBLE_VAULT;1.1;AES256\n", "ansible-vault"),
    HEAD(0, "\x03\xD9\xA2\x9A\x67\xFB\x4B\xB5", "keepass"),
    HEAD(0, "\xFF\xD8\xFF\xE0", "jpeg"),
    HEAD(0, "\x89PNG\r\n\x1A\n", "png"),
    HEAD(0, "GIF89a", "gif"),
    HEAD(0, "II*\0", "tiff"),
    HEAD(0, "RIFF\0\0\0\0WEBPVP8 ", "webp"),
    HEAD(0, "BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "bmp"),
    HEAD(0,
         "\0\0\0\x18"
         "ftypheic",
         "heic"),
    HEAD(0, "\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\x68\4\0\0\x16\0\0\0", "ico"),
    HEAD(0,
         "\0\0\0\x18"
         "ftypisom",
         "mp4"),
    HEAD(0, "\x1A\x45\xDF\xA3", "matroska"),
    HEAD(0, "ID3\4\0", "mp3"),
    HEAD(0, "OggS\0", "ogg"),
    HEAD(0, "fLaC\0", "flac"),
    HEAD(0, "RIFF\0\0\0\0WAVEfmt ", "wav"),
    HEAD(0, "RIFF\0\0\0\0AVI LIST", "avi"),
    HEAD(0,
         "\x7F"
         "ELF",
         "elf"),
    HEAD(0, "\xCA\xFE\xBA\xBE\0\0\0\x37", "java-class"),
    HEAD(0, "\xCA\xFE\xBA\xBE\0\0\0\2", "mach-o"),
    HEAD(0, "\0asm\1\0\0\0", "wasm"),
    HEAD(0, "KDMV", "vmdk"),
    HEAD(0, "QFI\xFB", "qcow2"),
    HEAD(0, "vhdxfile", "vhdx"),
    HEAD(0, "conectix", "vhd"),
    HEAD(3, "NTFS    ", "ntfs"),
    HEAD(3, "-FVE-FS-", "bitlocker"),
    HEAD(128, "DICM", "dicom"),
    HEAD(0, "\x78\x9C\x03\0\0\0\0\1", "zlib"),
};

static void knows_each_format(void **state _unused_) {
    static uint8_t head[40000];

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        const Magic *m;

        memset(head, 0, sizeof(head));
        memcpy(head + cases[i].at, cases[i].bytes, cases[i].n);
        m = magic_find(span(head, sizeof(head)));
        if (!m || strcmp(m->format, cases[i].format) != 0)
            print_error("case %zu: %s\n", i, cases[i].format);
        assert_non_null(m);
        assert_string_equal(m->format, cases[i].format);
    }
}

/* A head that ends anywhere is read to there; with exact allocations, for the sanitizer. */
static void reads_no_further_than_told(void **state _unused_) {
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        size_t whole = cases[i].at + cases[i].n;

        for (size_t n = whole > 60 ? whole - 60 : 0; n <= whole; n++) {
            _cleanup_(free_p) uint8_t *head = calloc(1, n ? n : 1);

            assert_non_null(head);
            if (n > cases[i].at)
                memcpy(head + cases[i].at, cases[i].bytes, n - cases[i].at);
            magic_find(span(head, n));
        }
    }
}

static void knows_an_old_tar_by_its_sum(void **state _unused_) {
    uint8_t block[512] = "folder/file.txt";
    const Magic *m;
    unsigned sum = 0;

    memcpy(block + 100, "0000644\0", 8);
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < sizeof(block); i++)
        sum += block[i];
    snprintf((char *)block + 148, 8, "%06o", sum);
    m = magic_find(span(block, sizeof(block)));
    assert_non_null(m);
    assert_string_equal(m->format, "tar");
    block[0] = 'F';
    assert_null(magic_find(span(block, sizeof(block))));
}

static void knows_programmes_frames_and_disks(void **state _unused_) {
    static uint8_t head[4096];
    const Magic *m;

    memcpy(head, "MZ", 2);
    head[60] = 0x80;
    memcpy(head + 0x80, "PE\0", 4);
    m = magic_find(span(head, sizeof(head)));
    assert_string_equal(m->format, "pe");
    memset(head + 60, 0xFF, 4); /* points beyond all */
    assert_null(magic_find(span(head, sizeof(head))));

    memset(head, 0, sizeof(head));
    memcpy(head, "\xFF\xFB\x90\x64", 4); /* 128 kbit/s at 44.1 kHz: 417 bytes */
    memcpy(head + 417, "\xFF\xFB\x92\x64", 4);
    m = magic_find(span(head, sizeof(head)));
    assert_non_null(m);
    assert_string_equal(m->format, "mp3");
    head[417] = 0;
    assert_null(magic_find(span(head, sizeof(head))));

    memset(head, 0, sizeof(head));
    for (size_t i = 0; i < 5; i++)
        head[i * 188] = 0x47;
    m = magic_find(span(head, sizeof(head)));
    assert_string_equal(m->format, "mpeg");

    memset(head, 0, sizeof(head));
    memcpy(head + 1024 + 56, "\x53\xEF", 2);
    m = magic_find(span(head, sizeof(head)));
    assert_string_equal(m->format, "ext4");
}

static void finds_nothing_in_plain_text_and_noise(void **state _unused_) {
    static uint8_t bytes[4096];
    size_t found = 0;

    for (size_t i = 0; i < N_ELEMENTS(sample_texts); i++)
        assert_null(magic_find(span_of(sample_texts[i])));
    assert_null(magic_find(span(NULL, 0)));
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        sample_fill(seed, bytes, 64);
        found += magic_find(span(bytes, 64)) != NULL;
    }
    assert_true(found <= 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_each_format),
        cmocka_unit_test(reads_no_further_than_told),
        cmocka_unit_test(knows_an_old_tar_by_its_sum),
        cmocka_unit_test(knows_programmes_frames_and_disks),
        cmocka_unit_test(finds_nothing_in_plain_text_and_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
