/* Shape: see shape.h. */
#include "detect/shape.h"

#include "base/cleanup.h"

int shapes_init(Shapes *s) {
    *s = (Shapes){.cap_nodes = 64, .cap_lists = 16};
    s->next = calloc(s->cap_nodes, sizeof(*s->next));
    s->list = calloc(s->cap_nodes, sizeof(*s->list));
    s->lists = calloc(s->cap_lists, sizeof(*s->lists));
    s->n_nodes = 2; /* 0 is dead, 1 the root */
    return s->next && s->list && s->lists ? 0 : -ENOMEM;
}

void shapes_done(Shapes *s) {
    free(s->next);
    free(s->list);
    free(s->lists);
    *s = (Shapes){0};
}

static int shapes_new_node(Shapes *s) {
    if (s->n_nodes == s->cap_nodes) {
        size_t cap = s->cap_nodes * 2;
        void *next, *list;

        if (cap > UINT16_MAX)
            return -ENOSPC;
        next = reallocarray(s->next, cap, sizeof(*s->next));
        if (!next)
            return -ENOMEM;
        s->next = next;
        list = reallocarray(s->list, cap, sizeof(*s->list));
        if (!list)
            return -ENOMEM;
        s->list = list;
        memset(s->next + s->cap_nodes, 0, (cap - s->cap_nodes) * sizeof(*s->next));
        memset(s->list + s->cap_nodes, 0, (cap - s->cap_nodes) * sizeof(*s->list));
        s->cap_nodes = cap;
    }
    return (int)s->n_nodes++;
}

static int shapes_new_list(Shapes *s) {
    if (s->n_lists == s->cap_lists) {
        size_t cap = s->cap_lists * 2;
        void *lists = reallocarray(s->lists, cap, sizeof(*s->lists));

        if (!lists)
            return -ENOMEM;
        s->lists = lists;
        memset(s->lists + s->cap_lists, 0, (cap - s->cap_lists) * sizeof(*s->lists));
        s->cap_lists = cap;
    }
    return (int)s->n_lists++;
}

static bool lead_is_any(const uint8_t *lead) {
    for (size_t i = 0; lead && i < 100; i++) {
        if (lead[i])
            return false;
    }
    return true;
}

int shapes_add(Shapes *s, const uint8_t *groups, size_t n_groups, const uint8_t *lead,
               ShapeRule rule) {
    bool any = lead_is_any(lead);
    size_t node = 1;
    ShapeList *list;
    int r;

    for (size_t i = 0; i < n_groups; i++) {
        uint8_t length = groups[i];

        if (length == 0 || length > SHAPE_GROUP_MAX)
            return -EINVAL;
        if (!s->next[node][length]) {
            r = shapes_new_node(s);
            if (r < 0)
                return r;
            s->next[node][length] = (uint16_t)r;
        }
        node = s->next[node][length];
    }
    if (!s->list[node]) {
        r = shapes_new_list(s);
        if (r < 0)
            return r;
        s->list[node] = (uint16_t)(r + 1);
    }
    list = &s->lists[s->list[node] - 1];
    if (list->n == SHAPE_LIST_MAX)
        return -ENOSPC;
    for (size_t i = 0; i < 100; i++) {
        if (any || lead[i])
            list->lead[i] |= UINT64_C(1) << list->n;
    }
    if (rule.weak)
        list->weak |= UINT64_C(1) << list->n;
    list->rules[list->n++] = rule;
    return 0;
}

int shape_parse(const char *text, uint8_t ret_groups[LAYOUT_GROUPS_MAX]) {
    unsigned total = 0;
    int n = 0;

    for (const char *p = text;; p++) {
        unsigned length = 0, digits = 0;

        while (*p >= '0' && *p <= '9' && digits++ < 2)
            length = length * 10 + (unsigned)(*p++ - '0');
        total += length;
        if (length == 0 || length > SHAPE_GROUP_MAX || total > SHAPE_DIGITS_MAX - 1 ||
            n == LAYOUT_GROUPS_MAX)
            return -EINVAL;
        ret_groups[n++] = (uint8_t)length;
        if (*p == 0)
            return n;
        if (*p != '-')
            return -EINVAL;
    }
}
