/* WQL: queries for classes (`from meta_class`) and for instances of one class ("Querying with
 * WQL"). */
#ifndef CONFORMANCE_HOST_WQL_WQL_H
#define CONFORMANCE_HOST_WQL_WQL_H

#include "conformance/host/cim/cim_repo.h"

enum { WQL_DEPTH_MAX = 64, WQL_NODES_MAX = 1024 };

enum wql_op {
    WQL_AND,
    WQL_OR,
    WQL_NOT,
    WQL_EQUAL,
    WQL_DIFFERENT,
    WQL_LESS,
    WQL_GREATER,
    WQL_AT_MOST,
    WQL_AT_LEAST,
    WQL_LIKE,
    WQL_ISA,
    WQL_IS_NULL,
    WQL_IS_NOT_NULL
};

struct wql_node {
    enum wql_op op;
    size_t left, right;     /* of AND, OR; NOT has the left one alone */
    char *property;         /* of a comparison: a name, or several with dots between */
    struct cim_value value; /* what it is held against */
    size_t at;              /* byte of the query */
};

struct wql {
    char *text;
    bool of_classes; /* from meta_class */
    char **names;    /* what is selected; none: everything */
    size_t name_count;
    char *class_name;
    struct wql_node *nodes;
    size_t node_count, root; /* SIZE_MAX: no WHERE */
};

/* Why a query is none, and where. */
struct wql_fault {
    unsigned line, column; /* from 1; 0: not of one place */
    char text[300];
};

/* WBEM_E_INVALID_QUERY, WBEM_E_QUOTA_VIOLATION (too long, too deep), WBEM_E_QUERY_NOT_IMPLEMENTED
 * (of associations, of events). */
HRESULT wql_parse(const char *text, struct wql *ret, struct wql_fault *fault);
void wql_done(struct wql *query);

/* Whether the object is one of them. Names that it has not are null. */
HRESULT wql_matches(const struct wql *query, const struct cim_object *object, bool *ret);
/* What stands at the outermost level and must hold of each: __this ISA "X", __CLASS = "X" …; NULL:
 * nothing of that. */
const char *wql_demands(const struct wql *query, enum wql_op op, const char *property);

/* What is asked: the class of that name, WBEM_E_NOT_FOUND; those below `super` (NULL: all) or right
 * below, WBEM_E_INVALID_CLASS; the instances of a class and of all below it. */
struct wql_from {
    HRESULT (*class)(void *self, const char *name, struct cim_object **ret);
    HRESULT (*classes)(void *self, const char *super, bool deep, cim_each *each, void *each_self);
    HRESULT (*instances)(void *self, const char *class, cim_each *each, void *each_self);
};
/* Each that matches, with the selected properties. WBEM_E_INVALID_CLASS, WBEM_E_INVALID_QUERY (of
 * a property the class has not). */
HRESULT wql_ask(const struct wql_from *from, void *from_self, const struct wql *query,
                cim_each *each, void *self, struct wql_fault *fault);
/* The same, of what is stored. */
HRESULT wql_run(struct cim_repo *repo, int64_t ns, const struct wql *query, cim_each *each,
                void *self, struct wql_fault *fault);
/* A value goes with the property it is held against, as far as the class says. */
HRESULT wql_check(const struct wql *query, const struct cim_object *class, struct wql_fault *fault);
/* `object` itself, or a copy with what is selected alone. */
HRESULT wql_project(const struct wql *query, struct cim_object *object, struct cim_object **ret);
void wql_complain(const struct wql *query, size_t at, struct wql_fault *fault, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));

#endif
