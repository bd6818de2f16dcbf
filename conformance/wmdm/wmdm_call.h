/* One call of a method of the provider, with all that any call is held to: outputs are poisoned
 * before it, stand in memory with canaries around it and are looked at after it, what went in must
 * be as it was, and the result has to be one that the documents know. Cases use CALL of wmdm.h,
 * which is the inline function that gen_calls.py makes of the ABI's table for each method; what is
 * swept goes over wmdm_methods and calls by words. */
#ifndef CONFORMANCE_WMDM_WMDM_CALL_H
#define CONFORMANCE_WMDM_WMDM_CALL_H

#include "conformance/case/conf.h"
#include "spcore/include/mswmdm.h"

enum wmdm_arg {
    WMDM_ARG_VALUE,
    WMDM_ARG_SIGNED,
    WMDM_ARG_IID,
    WMDM_ARG_TEXT,       /* a string that goes in */
    WMDM_ARG_STRUCT,     /* a structure that goes in; it may be longer than its type */
    WMDM_ARG_OBJECT,     /* an interface of the caller's */
    WMDM_ARG_DATA,       /* memory of the caller's, of one element or as many as it says */
    WMDM_ARG_OUT_OBJECT, /* takes an interface, or as many as there is room for */
    WMDM_ARG_OUT_ARRAY   /* takes a pointer to what the method allocates */
};
enum wmdm_direction { WMDM_IN, WMDM_OUT, WMDM_IO };

struct wmdm_name {
    uint32_t value;
    const char *name; /* NULL ends a table */
};
struct wmdm_parameter {
    const char *name;
    enum wmdm_arg kind;
    enum wmdm_direction direction;
    bool is_optional;
    size_t size;                   /* bytes of an element of what it points at */
    int counted_by;                /* the parameter that says how many there are; -1: one */
    bool counts_at_target;         /* which points at the number */
    bool holds_objects;            /* an array of interfaces, each with a reference */
    const struct wmdm_name *names; /* of a value or its bits; NULL: it has none */
};
#define WMDM_ARGS 12 /* as many as any method has, or more */

struct wmdm_method {
    const char *interface, *name;
    const char *origin; /* the interface that declares it, which is a base of this one or itself */
    const IID *iid;
    const struct wmdm_parameter *parameters;
    unsigned count, slot;
    HRESULT (*invoke)(void *object, const uint64_t *arguments);
};

/* Calls it and checks what every call is held to, at that place of a case. Arguments stand as
 * words, pointers too. What the method left in its outputs is where the caller wants it: what it
 * did not touch is as the caller had it, but an S_OK without a value hands out the poison. */
HRESULT wmdm_call(struct conf *c, const char *file, int line, const struct wmdm_method *method,
                  void *object, const uint64_t *arguments);

/* "IMDSPDevice3::FindStorage(GLOBAL, "mtp.0042")": what goes in; … for the rest. */
void wmdm_call_text(const struct wmdm_method *method, const uint64_t *arguments, char *text,
                    size_t size);
/* The interface's name; braces and numbers for one that the ABI does not know. */
void wmdm_iid_text(REFIID iid, char *text, size_t size);

#include "wmdm_calls.h" /* wmdm_methods, and the inline function of each */

#endif
