/* Progress: see progress.h. */
#include "cli/progress.h"

#include <stdio.h>

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

void progress_line(Progress *p, const terrier_progress *now) {
    char bytes[16], rate[16], left[48], of[40] = "";

    if (!p->shown)
        return;
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
