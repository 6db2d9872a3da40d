/* Validate: one value, or JSON Lines of them, through the checksum validators. */
#include "detect/validate/validate.h"
#include "lib/common.h"
#include "lib/lines.h"
#include "lib/record.h"

int terrier_validators_list(terrier_write write, void *of, terrier_error *error) {
    Writer out = writer_of(write, of);
    const Validator *all;
    size_t n = validator_all(&all);
    Error e = {0};

    for (size_t i = 0; i < n; i++)
        buf_printf(&out.buf, "%s\n", all[i].name);
    return error_out(writer_close(&out, 0, &e), &e, error);
}

int terrier_validate(const char *validator, const void *value, size_t n) {
    const Validator *v = validator_find(validator);

    return v ? validator_accepts(v, span(value, n)) : -ENOENT;
}

/* "true", "false", or "null" for a type that is not known. */
static const char *verdict(Span type, Span value) {
    int valid = terrier_validate((const char *)type.at, value.at, value.n);

    return valid < 0 ? "null" : valid ? "true" : "false";
}

/* The record as it came, with its verdict: other members stay. */
static int validate_line(Span line, uint64_t number, Writer *out, Error *reterr) {
    _cleanup_(record_freep) Record *record = NULL;
    Span type, value;
    int r = record_read(line, number, reterr, &record);

    if (r == 0)
        r = record_text(record, "type", reterr, &type);
    if (r == 0)
        r = record_text(record, "value", reterr, &value);
    if (r == 0)
        r = record_print_open(record, "valid", &out->buf);
    if (r < 0)
        return r;
    buf_printf(&out->buf, ",\"valid\":%s}\n", verdict(type, value));
    return writer_flush(out);
}

static int validate_lines(int fd, Writer *out, Error *reterr) {
    _cleanup_(lines_done) Lines lines = {.fd = fd};
    Span line;
    int r;

    while ((r = lines_next(&lines, reterr, &line)) > 0) {
        r = line.n ? validate_line(line, lines.number, out, reterr) : 0;
        if (r < 0)
            return r;
    }
    return r;
}

int terrier_validate_records(int fd, terrier_write write, void *of, terrier_error *error) {
    Writer out = writer_of(write, of);
    Error e = {0};
    int r = validate_lines(fd, &out, &e);

    return error_out(writer_close(&out, r, &e), &e, error);
}
