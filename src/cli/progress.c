/* Progress: see progress.h. */
#include "cli/progress.h"

#include <stdio.h>

#include "base/file.h"
#include "base/json.h"

#define JSON_SECONDS 0.5

void bytes_print(double bytes, char ret[16]) {
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    size_t i = 0;

    while (bytes >= 999.5 && i + 1 < sizeof(units) / sizeof(units[0])) {
        bytes /= 1000;
        i++;
    }
    snprintf(ret, 16, i == 0 || bytes >= 99.5 ? "%.0f %s" : "%.1f %s", bytes, units[i]);
}

static void progress_rate(Progress *p, const terrier_progress *now) {
    double seconds = now->seconds - p->last, rate;

    if (seconds < 0.05)
        return;
    rate = (double)(now->bytes - p->last_bytes) / seconds;
    p->rate = p->rate > 0 ? 0.8 * p->rate + 0.2 * rate : rate;
    p->last = now->seconds;
    p->last_bytes = now->bytes;
}

/* By files, since the sizes of those to come are not known: "about 2:05 left". */
static void left_print(const terrier_progress *now, char *ret, size_t n) {
    double left;

    ret[0] = 0;
    if (!now->ahead_done || now->files == 0 || now->files > now->files_ahead)
        return;
    left = now->seconds * (double)(now->files_ahead - now->files) / (double)now->files;
    if (left < 36000)
        snprintf(ret, n, "  about %d:%02d left", (int)left / 60, (int)left % 60);
    else
        snprintf(ret, n, "  about %.0f h left", left / 3600);
}

static void progress_json(Progress *p, const terrier_progress *now) {
    _cleanup_(buf_done) Buf b = {0};
    Json json = json_to(&b);

    json_object_begin(&json);
    json_key(&json, "kind");
    json_text(&json, "progress");
    json_key(&json, "seconds");
    json_double(&json, now->seconds, 1);
    json_key(&json, "files");
    json_uint(&json, now->files);
    json_key(&json, "bytes");
    json_uint(&json, now->bytes);
    json_key(&json, "hits");
    json_uint(&json, now->hits);
    json_key(&json, "files_ahead");
    if (now->files_ahead)
        json_uint(&json, now->files_ahead);
    else
        json_null(&json);
    json_key(&json, "ahead_done");
    json_bool(&json, now->ahead_done);
    json_key(&json, "restarts");
    json_uint(&json, now->restarts);
    json_key(&json, "paused_until");
    if (now->paused_until)
        json_int(&json, now->paused_until);
    else
        json_null(&json);
    json_object_end(&json);
    buf_byte(&b, '\n');
    p->told = now->seconds;
    if (buf_error(&b) < 0 || file_write(p->fd, buf_as_span(&b)) < 0)
        p->fd = -1; /* nobody reads any more: no reason to stop */
}

/* "1,234 files" and so on, without the rate, which wants two looks. */
static void print_state(const terrier_progress *now) {
    char bytes[16];

    bytes_print((double)now->bytes, bytes);
    fprintf(stderr, "%llu files, %s, %llu hits in %.0f s", (unsigned long long)now->files, bytes,
            (unsigned long long)now->hits, now->seconds);
    if (now->restarts)
        fprintf(stderr, ", the scanner started again %u times", now->restarts);
    if (now->paused_until)
        fprintf(stderr, ", paused for quiet hours");
}

void progress_status(Progress *p, const terrier_progress *now) {
    progress_end(p);
    fputs("terrier scan: ", stderr);
    print_state(now);
    fputc('\n', stderr);
}

void progress_line(Progress *p, const terrier_progress *now) {
    char bytes[16], rate[16], left[48], of[40] = "";

    if (p->fd >= 0 && (p->told == 0 || now->seconds - p->told >= JSON_SECONDS))
        progress_json(p, now);
    if (!p->shown)
        return;
    if (now->paused_until) {
        fprintf(stderr, "\r\033[K");
        print_state(now);
        fflush(stderr);
        p->on = true;
        return;
    }
    progress_rate(p, now);
    bytes_print((double)now->bytes, bytes);
    bytes_print(p->rate, rate);
    left_print(now, left, sizeof(left));
    if (now->files_ahead)
        snprintf(of, sizeof(of), " of %s%llu", now->ahead_done ? "" : "more than ",
                 (unsigned long long)now->files_ahead);
    fprintf(stderr, "\r\033[K%llu%s files  %s  %s/s  %llu hits%s", (unsigned long long)now->files,
            of, bytes, rate, (unsigned long long)now->hits, left);
    fflush(stderr);
    p->on = true;
}

void progress_end(Progress *p) {
    if (p->on)
        fputs("\r\033[K", stderr);
    p->on = false;
}

void progress_notice(Progress *p, const char *text) {
    if (p->quiet)
        return;
    progress_end(p);
    fprintf(stderr, "terrier scan: %s\n", text);
}
