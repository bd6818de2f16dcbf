/* Keys or values of a registry by their names: in an order without regard to case, each found, by
 * name or by position, added and taken out in a time that grows with the logarithm of how many. */
#ifndef CONFORMANCE_HOST_REGISTRY_NAMES_H
#define CONFORMANCE_HOST_REGISTRY_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct names_node {
    void *item; /* which begins with a pointer to its name */
    struct names_node *left, *right;
    size_t count; /* with all below */
};

/* All zeros has nothing in it. What is in it is the caller's. */
struct names {
    struct names_node *root;
};

/* The name goes until `end`; NULL: nothing is called so. */
void *names_find(const struct names *names, const char *name, const char *end);
/* Nothing may be called as it is. False: no memory. */
bool names_add(struct names *names, void *item);
/* NULL: nothing is called so. */
void *names_take(struct names *names, const char *name, const char *end);
size_t names_count(const struct names *names);
/* NULL: there are not that many. */
void *names_at(const struct names *names, size_t index);
/* What was in it is left alone. */
void names_done(struct names *names);

/* As strcmp(); the first ends at a_end. */
int names_compare(const char *a, const char *a_end, const char *b);

#endif
