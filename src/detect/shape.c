/* Shape: see shape.h. */
#include "detect/shape.h"

#include "base/cleanup.h"

int shapes_init(Shapes *s) {
    *s = (Shapes){.cap_nodes = 64, .cap_lists = 16};
    s->nodes = calloc(s->cap_nodes, sizeof(*s->nodes));
    s->lists = calloc(s->cap_lists, sizeof(*s->lists));
    s->n_nodes = 2; /* the dead one and the root */
    return s->nodes && s->lists ? 0 : -ENOMEM;
}

void shapes_done(Shapes *s) {
    free(s->nodes);
    free(s->lists);
    *s = (Shapes){0};
}

static int shapes_new_node(Shapes *s) {
    if (s->n_nodes == s->cap_nodes) {
        size_t cap = s->cap_nodes * 2;
        void *nodes;

        if (cap > UINT16_MAX)
            return -ENOSPC;
        nodes = reallocarray(s->nodes, cap, sizeof(*s->nodes));
        if (!nodes)
            return -ENOMEM;
        s->nodes = nodes;
        memset(s->nodes + s->cap_nodes, 0, (cap - s->cap_nodes) * sizeof(*s->nodes));
        s->cap_nodes = cap;
    }
    return (int)s->n_nodes++;
}

static int shapes_new_list(Shapes *s) {
    if (s->n_lists == s->cap_lists) {
        size_t cap = s->cap_lists * 2;
        void *lists;

        if (cap > UINT16_MAX)
            return -ENOSPC;
        lists = reallocarray(s->lists, cap, sizeof(*s->lists));
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

/* The last list of a node, made if there is none or it is full. */
static int shapes_node_list(Shapes *s, size_t node, ShapeList **ret) {
    size_t last = s->nodes[node].list;
    int r;

    while (last && s->lists[last - 1].next)
        last = s->lists[last - 1].next;
    if (!last || s->lists[last - 1].n == SHAPE_LIST_MAX) {
        r = shapes_new_list(s);
        if (r < 0)
            return r;
        *(last ? &s->lists[last - 1].next : &s->nodes[node].list) = (uint16_t)(r + 1);
        last = (size_t)r + 1;
    }
    *ret = &s->lists[last - 1];
    return 0;
}

/* The list at the end of the groups that has room. */
static int shapes_list(Shapes *s, const uint8_t *groups, size_t n_groups, ShapeList **ret) {
    size_t node = 1, bytes = 0;
    int r;

    for (size_t i = 0; i < n_groups; i++) {
        uint8_t length = groups[i];

        bytes += (i > 0) + (size_t)length;
        if (length == 0 || length > SHAPE_GROUP_MAX || bytes > SHAPE_CHAIN_MAX)
            return -EINVAL;
        if (!s->nodes[node].next[length]) {
            r = shapes_new_node(s);
            if (r < 0)
                return r;
            s->nodes[node].next[length] = (uint16_t)r;
        }
        node = s->nodes[node].next[length];
    }
    return shapes_node_list(s, node, ret);
}

/* The separators that a layout has between the groups it is found by. */
static unsigned layout_joints(const Layout *l) {
    size_t at = l->anchor;
    unsigned joints = 0;

    for (size_t i = 0; i + 1 < l->n_groups; i++) {
        at += l->groups[i];
        joints |= separator_bit(l->literal[at++]);
    }
    return joints;
}

/* One separator, the same one everywhere, is allowed by the rule; a layout has its own. */
static bool rule_allows(const ShapeRule *rule, unsigned joints) {
    if (rule->layout)
        return joints == layout_joints(rule->layout);
    return joints == 0 || ((joints & (joints - 1)) == 0 && rule->separators & joints);
}

/* Position i of a layout, or what may stand beside it: not a letter or digit. */
static bool layout_allows(const Layout *l, size_t i, Beside b) {
    if (i >= l->n)
        return b != BESIDE_UPPER && b != BESIDE_LOWER && b != BESIDE_DIGIT;
    switch ((LayoutClass)l->class[i]) {
    case LAYOUT_UPPER:
        return b == BESIDE_UPPER;
    case LAYOUT_DIGIT:
        return b == BESIDE_DIGIT;
    case LAYOUT_ALNUM:
        return b == BESIDE_UPPER || b == BESIDE_DIGIT;
    default:
        return b == beside_of(l->literal[i]);
    }
}

/* A rule without a layout looks at its edges as a layout at its own. */
static void list_beside(ShapeList *list, const ShapeRule *rule, uint64_t bit) {
    static const Layout none;
    const Layout *l = rule->layout ? rule->layout : &none;
    size_t end = l->anchor;

    for (size_t i = 0; i < l->n_groups; i++)
        end += (i > 0) + (size_t)l->groups[i];
    for (Beside b = 0; b < N_BESIDES; b++) {
        /* before the anchor of 0 there is SIZE_MAX, which is no position */
        list->before[b] |= layout_allows(l, (size_t)l->anchor - 1, b) ? bit : 0;
        list->behind[b] |= layout_allows(l, end, b) ? bit : 0;
    }
}

/* What has a form of its own looks at its edges itself. */
static void list_alone(ShapeList *list, const ShapeRule *rule, uint64_t bit) {
    bool formed = rule->layout || rule->ipv4;

    for (EdgeKind left = 0; left < N_EDGES; left++) {
        for (EdgeKind right = 0; right < N_EDGES; right++) {
            Level alone = rule->alone == LEVEL_NONE || formed
                              ? (Level)rule->alone
                              : level_of(rule->base + score_edges(left, right));

            for (Level level = 0; level <= alone; level++)
                list->alone[left][right][level] |= bit;
        }
    }
}

int shapes_add(Shapes *s, const uint8_t *groups, size_t n_groups, const uint8_t *lead,
               ShapeRule rule) {
    bool any = lead_is_any(lead);
    ShapeList *list;
    uint64_t bit;
    int r = shapes_list(s, groups, n_groups, &list);

    if (r < 0)
        return r;
    bit = UINT64_C(1) << list->n;
    for (size_t i = 0; i < N_ELEMENTS(list->lead); i++)
        list->lead[i] |= any || lead[i] ? bit : 0;
    for (unsigned joints = 0; joints < N_ELEMENTS(list->joined); joints++)
        list->joined[joints] |= rule_allows(&rule, joints) ? bit : 0;
    list_beside(list, &rule, bit);
    if (rule.layout || rule.ipv4)
        list->formed |= bit;
    if (rule.within > list->within)
        list->within = rule.within;
    list_alone(list, &rule, bit);
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
