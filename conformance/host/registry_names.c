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
    node->count = 1 + count_of(node->left) + count_of(node->right);
}

/* The left one comes up. */
static struct names_node *turn_right(struct names_node *node)
{
    struct names_node *up = node->left;

    node->left = up->right;
    up->right = node;
    recount(node);
    recount(up);
    return up;
}

static struct names_node *turn_left(struct names_node *node)
{
    struct names_node *up = node->right;

    node->right = up->left;
    up->left = node;
    recount(node);
    recount(up);
    return up;
}

/* After something has come or gone below. */
static struct names_node *balance(struct names_node *node)
{
    const struct names_node *inner;

    recount(node);
    if (weight_of(node->right) > HEAVIER * weight_of(node->left)) {
        inner = node->right->left;
        if (inner && weight_of(inner) >= SINGLE * weight_of(node->right->right))
            node->right = turn_right(node->right);
        return turn_left(node);
    }
    if (weight_of(node->left) > HEAVIER * weight_of(node->right)) {
        inner = node->left->right;
        if (inner && weight_of(inner) >= SINGLE * weight_of(node->left->left))
            node->left = turn_left(node->left);
        return turn_right(node);
    }
    return node;
}

/* ---- what is in it */

void *names_find(const struct names *names, const char *name, const char *end)
{
    const struct names_node *node = names->root;

    while (node) {
        int order = names_compare(name, end, name_of(node));

        if (!order)
            return node->item;
        node = order < 0 ? node->left : node->right;
    }
    return NULL;
}

static struct names_node *put(struct names_node *node, struct names_node *more, const char *end)
{
    if (!node)
        return more;
    if (names_compare(name_of(more), end, name_of(node)) < 0)
        node->left = put(node->left, more, end);
    else
        node->right = put(node->right, more, end);
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
    if (!node->left) {
        *ret_first = node;
        return node->right;
    }
    node->left = take_first(node->left, ret_first);
    return balance(node);
}

/* Both halves as one. */
static struct names_node *join(struct names_node *left, struct names_node *right)
{
    struct names_node *middle;

    if (!right)
        return left;
    right = take_first(right, &middle);
    middle->left = left;
    middle->right = right;
    return balance(middle);
}

static struct names_node *take(struct names_node *node, const char *name, const char *end,
                               struct names_node **ret_gone)
{
    int order;

    if (!node)
        return NULL;
    order = names_compare(name, end, name_of(node));
    if (!order) {
        *ret_gone = node;
        return join(node->left, node->right);
    }
    if (order < 0)
        node->left = take(node->left, name, end, ret_gone);
    else
        node->right = take(node->right, name, end, ret_gone);
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

    while (node && index != count_of(node->left)) {
        if (index < count_of(node->left)) {
            node = node->left;
        } else {
            index -= count_of(node->left) + 1;
            node = node->right;
        }
    }
    return node ? node->item : NULL;
}

static void node_free(struct names_node *node)
{
    if (!node)
        return;
    node_free(node->left);
    node_free(node->right);
    free(node);
}

void names_done(struct names *names)
{
    node_free(names->root);
    names->root = NULL;
}
