/*
 * Units: see units.h.
 *
 * What is not set, and why: MemoryDenyWriteExecute=, since the regular expressions are compiled
 * to code; ProcSubset=pid, since the load and the table of mounts are asked for; PrivateTmp=, since
 * a root may lie there; PrivateUsers=, since capabilities over files of others would be none.
 */
#include "schedule/units.h"

enum { STOP_SECONDS = 60 };

/* In double quotes, as one word: backslash, quote, percent, and dollar in a command, are doubled or
 * escaped; control bytes by number. */
static void put_word(Buf *to, const char *text, bool command) {
    buf_byte(to, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            buf_byte(to, '\\');
        if (*c == '%' || (command && *c == '$'))
            buf_byte(to, (uint8_t)*c);
        if ((uint8_t)*c < 0x20 || *c == 0x7f)
            buf_printf(to, "\\x%02x", (uint8_t)*c);
        else
            buf_byte(to, (uint8_t)*c);
    }
    buf_byte(to, '"');
}

/* The directory of an absolute path, as a word. */
static void put_directory(const char *file, Buf *to) {
    const char *slash = strrchr(file, '/');
    _cleanup_(buf_done) Buf directory = {0};

    buf_add(&directory, file, slash == file ? 1 : (size_t)(slash - file));
    put_word(to, buf_cstr(&directory), false);
}

/* A line of text for people, as the value of a key that takes the whole line. */
static void put_line(Buf *to, const char *text) {
    for (const char *c = text; *c; c++) {
        if (*c == '%')
            buf_byte(to, '%');
        buf_byte(to, *c == '\\' || (uint8_t)*c < 0x20 ? '_' : (uint8_t)*c);
    }
}

static void put_head(const Profile *p, const UnitsOptions *o, const char *what, Buf *to) {
    buf_printf(to, "# Made by `terrier schedule write %s` from\n# ", p->name);
    put_line(to, o->file);
    buf_printf(to,
               "\n# Make it again when that changes; put changes of your own into a drop-in.\n"
               "[Unit]\nDescription=%s %s",
               what, p->name);
    if (p->title[0]) {
        buf_text(to, ": ");
        put_line(to, p->title);
    }
    buf_text(to, "\nDocumentation=man:terrier(1) man:terrier-scan(5)\n");
}

void unit_print_name(const Profile *p, UnitKind kind, const UnitsOptions *o, Buf *to) {
    switch (kind) {
    case UNIT_SERVICE:
        buf_printf(to, "terrier-%s.service", p->name);
        break;
    case UNIT_TIMER:
        buf_printf(to, "terrier-%s.timer", p->name);
        break;
    case UNIT_ALERT:
        buf_printf(to, "terrier-alert-%s.service", p->name);
        break;
    case UNIT_USERS:
    case N_UNITS:
        buf_printf(to, "%s.sysusers", o->user);
        break;
    }
}

/* ---- what both services share ---- */

static void put_places(Buf *to) {
    buf_text(to, "Environment=XDG_STATE_HOME=/var/lib XDG_CONFIG_HOME=/var/lib/terrier/config"
                 " XDG_CACHE_HOME=/var/cache\n"
                 "StateDirectory=terrier\n"
                 "StateDirectoryMode=0700\n"
                 "CacheDirectory=terrier\n"
                 "CacheDirectoryMode=0700\n"
                 "UMask=0022\n");
}

static void put_hardening(Buf *to) {
    buf_text(to, "NoNewPrivileges=yes\n"
                 "ProtectSystem=strict\n"
                 "ProtectHome=read-only\n"
                 "ProtectProc=invisible\n"
                 "ProtectKernelTunables=yes\n"
                 "ProtectKernelModules=yes\n"
                 "ProtectKernelLogs=yes\n"
                 "ProtectControlGroups=yes\n"
                 "ProtectClock=yes\n"
                 "ProtectHostname=yes\n"
                 "PrivateDevices=yes\n"
                 "RestrictNamespaces=yes\n"
                 "RestrictRealtime=yes\n"
                 "RestrictSUIDSGID=yes\n"
                 "LockPersonality=yes\n"
                 "SystemCallArchitectures=native\n"
                 "LimitCORE=0\n");
}

/* ---- the scan ---- */

static void put_command(const UnitsOptions *o, Buf *to) {
    buf_text(to, "ExecStart=");
    put_word(to, o->program, true);
    buf_text(to, " scan --quiet --only-news --profile ");
    put_word(to, o->file, true);
    buf_text(to, "\nExecStartPost=-");
    put_word(to, o->program, true);
    buf_text(to, " schedule alert --clear ");
    put_word(to, o->file, true);
    buf_byte(to, '\n');
}

/* The directory of a file that is written, unless it is the service's own. */
static void put_writable(const char *file, Buf *to) {
    if (!file[0] || strncmp(file, "/var/lib/terrier/", 17) == 0)
        return;
    buf_text(to, "ReadWritePaths=-");
    put_directory(file, to);
    buf_byte(to, '\n');
}

static void put_rights(const Profile *p, const UnitsOptions *o, Buf *to) {
    buf_printf(to, "User=%s\nGroup=%s\n", o->user, o->user);
    buf_text(to, "# reads what others own (CAP_DAC_READ_SEARCH), and leaves access times alone"
                 " (CAP_FOWNER);\n# that the latter could do more is what the filter below is"
                 " for\n"
                 "AmbientCapabilities=CAP_DAC_READ_SEARCH CAP_FOWNER\n"
                 "CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_FOWNER\n");
    put_hardening(to);
    for (size_t i = 0; i < p->n_reports; i++)
        put_writable(p->reports[i].file, to);
    put_writable(p->metrics, to);
    put_writable(p->store, to);
    buf_text(to, "PrivateNetwork=yes\n"
                 "RestrictAddressFamilies=AF_UNIX\n"
                 "SystemCallFilter=@system-service landlock_create_ruleset landlock_add_rule"
                 " landlock_restrict_self seccomp\n"
                 "SystemCallFilter=~@chown chmod fchmod fchmodat utime utimes utimensat futimesat"
                 " unlink unlinkat rmdir setxattr lsetxattr fsetxattr removexattr lremovexattr"
                 " fremovexattr @privileged\n"
                 "SystemCallFilter=capset\n"
                 "SystemCallErrorNumber=EPERM\n");
}

static void put_pace(const Profile *p, Buf *to) {
    if (p->limits.idle)
        buf_text(to, "Nice=19\nIOSchedulingClass=idle\nCPUSchedulingPolicy=batch\n");
    if (p->limits.memory)
        buf_printf(to, "MemoryMax=%llu\n", (unsigned long long)p->limits.memory);
    buf_text(to, "MemorySwapMax=0\nOOMPolicy=continue\n");
}

static void put_service(const Profile *p, const UnitsOptions *o, Buf *to) {
    put_head(p, o, "Terrier scan", to);
    for (size_t i = 0; i < p->roots.n; i++) {
        buf_text(to, "RequiresMountsFor=");
        put_word(to, p->roots.at[i], false);
        buf_byte(to, '\n');
    }
    buf_text(to, "After=remote-fs.target\nOnFailure=");
    unit_print_name(p, UNIT_ALERT, o, to);
    buf_text(to, "\n\n[Service]\nType=oneshot\n");
    put_command(o, to);
    buf_printf(to,
               "# stopped by an administrator: no news\n"
               "SuccessExitStatus=143\n"
               "KillMode=mixed\n"
               "TimeoutStopSec=%d\n",
               STOP_SECONDS);
    put_places(to);
    put_pace(p, to);
    put_rights(p, o, to);
}

/* ---- the timer ---- */

static void put_timer(const Profile *p, const UnitsOptions *o, Buf *to) {
    put_head(p, o, "Times of the Terrier scan", to);
    buf_text(to, "\n[Timer]\n");
    for (size_t i = 0; i < p->when.n; i++) {
        buf_text(to, "OnCalendar=");
        calendar_print_systemd(&p->when, i, to);
        buf_byte(to, '\n');
    }
    buf_text(to, "# after a time without power: once, late\n"
                 "Persistent=yes\n"
                 "AccuracySec=1min\n"
                 "\n[Install]\nWantedBy=timers.target\n");
}

/* ---- the alert ---- */

static void put_alert(const Profile *p, const UnitsOptions *o, Buf *to) {
    put_head(p, o, "News of the Terrier scan", to);
    if (p->owners.n) {
        buf_text(to, "# owners: ");
        for (size_t i = 0; i < p->owners.n; i++) {
            buf_text(to, i ? ", " : "");
            put_line(to, p->owners.at[i]);
        }
        buf_byte(to, '\n');
    }
    buf_text(to, "\n[Service]\nType=oneshot\nExecStart=");
    put_word(to, o->program, true);
    buf_text(to, " schedule alert ");
    put_word(to, o->file, true);
    buf_printf(to, "\nUser=%s\nGroup=%s\n", o->user, o->user);
    put_places(to);
    put_hardening(to);
    buf_text(to, "CapabilityBoundingSet=\n"
                 "PrivateTmp=yes\n"
                 "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\n"
                 "SystemCallFilter=@system-service\n"
                 "SystemCallFilter=~@privileged @resources\n"
                 "SystemCallErrorNumber=EPERM\n");
}

int unit_print(const Profile *p, UnitKind kind, const UnitsOptions *o, Buf *to) {
    switch (kind) {
    case UNIT_SERVICE:
        put_service(p, o, to);
        break;
    case UNIT_TIMER:
        if (!p->scheduled)
            return -ENOENT;
        put_timer(p, o, to);
        break;
    case UNIT_ALERT:
        put_alert(p, o, to);
        break;
    case UNIT_USERS:
        buf_printf(to,
                   "# for /usr/lib/sysusers.d: systemd-sysusers %s.sysusers\n"
                   "u %s - \"Terrier scans\" /var/lib/terrier\n",
                   o->user, o->user);
        break;
    case N_UNITS:
        return -EINVAL;
    }
    return buf_error(to);
}

/* ---- cron ---- */

/* In single quotes for sh; cron ends a command at a percent sign that has no backslash. */
static void put_sh(Buf *to, const char *text) {
    buf_byte(to, '\'');
    for (const char *c = text; *c; c++) {
        if (*c == '\'')
            buf_text(to, "'\\''");
        else if (*c == '%')
            buf_text(to, "'\\%'");
        else
            buf_byte(to, (uint8_t)*c);
    }
    buf_byte(to, '\'');
}

void units_print_cron(const Profile *p, const UnitsOptions *o, Buf *to) {
    for (size_t i = 0; p->scheduled && i < p->when.n; i++) {
        calendar_print_cron(&p->when, i, to);
        buf_printf(to, " %s ", o->user);
        put_sh(to, o->program);
        buf_text(to, " scan --quiet --only-news --profile ");
        put_sh(to, o->file);
        buf_byte(to, '\n');
    }
}
