/*
 * Book: what the sheets of an Excel workbook share, in XML (xlsx) or in records (xlsb): strings,
 * and the number formats of cell styles.
 *
 * Strings are kept up to BOOK_STRINGS_MAX bytes; those beyond come out at once, in the section
 * "sharedStrings", without a cell. Strings that no cell asked for are what deleted cells left
 * behind: book_unused() gives them. One thread; lives as long as its package is read.
 */
#pragma once

#include "extract/extract.h"
#include "extract/format/cellformat.h"

enum {
    BOOK_STRINGS_MAX = 64 << 20,
    BOOK_STYLES_MAX = 1 << 16,
    BOOK_CODES_MAX = 8192,   /* number formats of a book */
    BOOK_FORMATS_MAX = 4096, /* ... that differ in what they do here */
};

typedef struct NumberCode {
    unsigned id;
    CellFormat format;
} NumberCode;

typedef struct Book {
    Extraction *x;
    bool date1904;
    /* strings */
    Buf text;
    uint32_t *ends; /* of string i, in text */
    size_t n_strings, cap_strings;
    uint8_t *used; /* a bit a string, made with the first question */
    bool full;     /* from now on they go straight out */
    /* styles */
    NumberCode *codes;
    size_t n_codes;
    uint16_t *formats; /* of cell style i, in `known` */
    size_t n_styles;
    CellFormat *known;
    size_t n_known;
} Book;

void book_done(Book *b);

/* More of the string at hand; its end. */
int book_string(Book *b, Span text);
int book_string_end(Book *b);
/* A string by its number; NULL in .at: there is none. */
int book_string_at(Book *b, size_t i, Span *ret);
int book_unused(Book *b);

/* A number format, and the next cell style with the number of its format. */
int book_code(Book *b, unsigned id, Span code);
int book_style(Book *b, unsigned id);
/* Of a cell style; a plain one for what there is not. Valid until the next book_style(). */
const CellFormat *book_format(const Book *b, unsigned style);
