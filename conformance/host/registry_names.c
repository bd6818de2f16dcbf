/* A tree that is balanced by weight (Nievergelt and Reingold; the factors are those of Hirai and
 * Yamamoto): no half has three times as much in it as the other, in whatever order names come. */
#include "conformance/host/registry_names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { HEAVIER = 3, SINGLE = 2 };

/* ---- the order */

/* The capital of a letter of those alphabets whose capitals lie at one distance. */
static uint32_t capital(uint32_t letter)
{
    static const struct {
        uint32_t first, last, distance;
    } alphabets[] = {{'a', 'z', 32},      {0xe0, 0xf6, 32},   {0xf8, 0xfe, 32},
                     {0x3b1, 0x3c1, 32},  {0x3c3, 0x3c9, 32}, {0x430, 0x44f, 32},
                     {0x450, 0x45f, 80},  {0x561, 0x586, 48}, {0x24d0, 0x24e9, 26},
                     {0xff41, 0xff5a, 32}};

    for (size_t i = 0; i < sizeof(alphabets) / sizeof(alphabets[0]); i++) {
        if (letter >= alphabets[i].first && letter <= alphabets[i].last)
            return letter - alphabets[i].distance;
    }
    return letter;
}

/* The character there, in capitals; bytes that are none count for themselves. */
static uint32_t next(const char **at, const char *end)
{
    const uint8_t *s = (const uint8_t *)*at;
    size_t left = (size_t)(end - *at), more;
    uint32_t letter;

    if (!left)
        return 0;
    more = *s >= 0xf0 ? 3 : *s >= 0xe0 ? 2 : *s >= 0xc0 ? 1 : 0;
    if (more >= left)
        more = 0;
    letter = more ? *s & (0x3fu >> more) : *s;
    for (size_t i = 1; i <= more; i++)
        letter = letter << 6 | (s[i] & 0x3fu);
    *at += more + 1;
    return capital(letter);
}

int names_compare(const char *a, const char *a_end, const char *b)
{
    const char *b_end = b + strlen(b);
    uint32_t left, right;

    do {
        left = next(&a, a_end);
        right = next(&b, b_end);
    } while (left == right && left);
    return left < right ? -1 : left > right;
}

static const char *name_of(const struct names_node *node)
{
    const char *name;

    memcpy(&name, node->item, sizeof(name));
    return name;
}

/* ---- balance */

static size_t count_of(const struct names_node *node)
{
    return node ? node->count : 0;
}

static size_t weight_of(const struct names_node *node)
{
    return count_of(node) + 1;
}

static void recount(struct names_node *node)
{
    node->count = 1 + count_of(node->side[0]) + count_of(node->side[1]);
}

/* What is on that side comes up. */
static struct names_node *lift(struct names_node *node, int side)
{
    struct names_node *up = node->side[side];

    node->side[side] = up->side[!side];
    up->side[!side] = node;
    recount(node);
    recount(up);
    return up;
}

/* After something has come or gone below. */
static struct names_node *balance(struct names_node *node)
{
    const int side = weight_of(node->side[1]) > weight_of(node->side[0]);
    struct names_node **heavy = &node->side[side];

    recount(node);
    if (weight_of(*heavy) <= HEAVIER * weight_of(node->side[!side]))
        return node;
    if (weight_of((*heavy)->side[!side]) >= SINGLE * weight_of((*heavy)->side[side]))
        *heavy = lift(*heavy, !side);
    return lift(node, side);
}

/* ---- what is in it */

void *names_find(const struct names *names, const char *name, const char *end)
{
    const struct names_node *node = names->root;

    while (node) {
        int order = names_compare(name, end, name_of(node));

        if (!order)
            return node->item;
        node = node->side[order > 0];
    }
    return NULL;
}

static struct names_node *put(struct names_node *node, struct names_node *more, const char *end)
{
    struct names_node **at;

    if (!node)
        return more;
    at = &node->side[names_compare(name_of(more), end, name_of(node)) > 0];
    *at = put(*at, more, end);
    return balance(node);
}

bool names_add(struct names *names, void *item)
{
    struct names_node *node = calloc(1, sizeof(*node));

    if (!node)
        return false;
    node->item = item;
    node->count = 1;
    names->root = put(names->root, node, name_of(node) + strlen(name_of(node)));
    return true;
}

static struct names_node *take_first(struct names_node *node, struct names_node **ret_first)
{
    if (!node->side[0]) {
        *ret_first = node;
        return node->side[1];
    }
    node->side[0] = take_first(node->side[0], ret_first);
    return balance(node);
}

/* Both halves as one. */
static struct names_node *join(struct names_node *left, struct names_node *right)
{
    struct names_node *middle;

    if (!right)
        return left;
    right = take_first(right, &middle);
    middle->side[0] = left;
    middle->side[1] = right;
    return balance(middle);
}

static struct names_node *take(struct names_node *node, const char *name, const char *end,
                               struct names_node **ret_gone)
{
    struct names_node **at;
    int order;

    if (!node)
        return NULL;
    order = names_compare(name, end, name_of(node));
    if (!order) {
        *ret_gone = node;
        return join(node->side[0], node->side[1]);
    }
    at = &node->side[order > 0];
    *at = take(*at, name, end, ret_gone);
    return balance(node);
}

void *names_take(struct names *names, const char *name, const char *end)
{
    struct names_node *gone = NULL;
    void *item;

    names->root = take(names->root, name, end, &gone);
    item = gone ? gone->item : NULL;
    free(gone);
    return item;
}

size_t names_count(const struct names *names)
{
    return count_of(names->root);
}

void *names_at(const struct names *names, size_t index)
{
    const struct names_node *node = names->root;

    while (node && index != count_of(node->side[0])) {
        const bool after = index > count_of(node->side[0]);

        index -= after ? count_of(node->side[0]) + 1 : 0;
        node = node->side[after];
    }
    return node ? node->item : NULL;
}

static void node_free(struct names_node *node)
{
    if (!node)
        return;
    node_free(node->side[0]);
    node_free(node->side[1]);
    free(node);
}

void names_done(struct names *names)
{
    node_free(names->root);
    names->root = NULL;
}
