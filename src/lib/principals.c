/* Principals: see principals.h. */
#include "lib/principals.h"

#include <grp.h>
#include <pwd.h>

#include "base/clock.h"
#include "store/principal.h"

enum { ENTRY_FIRST = 4096, ENTRY_MOST = 1 << 20 }; /* bytes; a group has all its members in it */

#define PATIENCE_NS (INT64_C(60) * CLOCK_NS_PER_S)

/* getpwuid_r or getgrgid_r with room for the entry. 1: it has a name, which is in *room; 0: there
 * is no such account; negative: nobody answers. */
static int entry_get(bool group, uint32_t id, void *room, size_t n, const char **ret) {
    struct passwd user, *is_user = NULL;
    struct group of, *is_group = NULL;
    int r =
        group ? getgrgid_r(id, &of, room, n, &is_group) : getpwuid_r(id, &user, room, n, &is_user);

    if (r == ENOENT || r == ESRCH) /* as some services say it */
        r = 0;
    if (r != 0)
        return -r;
    *ret = is_group ? of.gr_name : is_user ? user.pw_name : "";
    return 1;
}

static int name_one(Store *s, int64_t run, Principal *p, Error *reterr) {
    int r = -ERANGE;

    for (size_t n = ENTRY_FIRST; r == -ERANGE && n <= ENTRY_MOST; n *= 4) {
        _cleanup_(free_p) void *room = malloc(n);

        if (!room)
            return -ENOMEM;
        r = entry_get(p->group, p->id, room, n, &p->name);
        if (r > 0)
            return store_principal_put(s, run, p, reterr);
    }
    return 0;
}

int principals_name(Store *s, int64_t run, Error *reterr) {
    _cleanup_(arena_done) Arena a = {0};
    int64_t until = clock_monotonic_ns() + PATIENCE_NS;
    Principal *principals;
    size_t n;
    int r = store_principals_follow(s, run, reterr);

    if (r == 0)
        r = query_principals(s, run, &a, reterr, &principals, &n);
    for (size_t i = 0; r == 0 && i < n && clock_monotonic_ns() < until; i++)
        r = name_one(s, run, &principals[i], reterr);
    return r;
}

bool principals_uid(const char *name, uint32_t *ret) {
    char room[ENTRY_FIRST];
    struct passwd user, *is = NULL;

    if (getpwnam_r(name, &user, room, sizeof(room), &is) != 0 || !is)
        return false;
    *ret = user.pw_uid;
    return true;
}
