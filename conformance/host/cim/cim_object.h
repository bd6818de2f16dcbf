/* A class or an instance: qualifiers, properties and methods, with what is its own and what comes
 * from above. Whoever may change an object is the only one that holds it; all others are shared. */
#ifndef CONFORMANCE_HOST_CIM_CIM_OBJECT_H
#define CONFORMANCE_HOST_CIM_CIM_OBJECT_H

#include <stdatomic.h>

#include "conformance/host/cim/cim_value.h"

enum {
    CIM_DERIVATION_MAX = 128,  /* classes above each other */
    CIM_QUALIFIERS_MAX = 1024, /* of one set */
    CIM_FLAVOR_PROPAGATES =
        WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE | WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS,
};

struct cim_qualifier {
    char *name;
    struct cim_value value;
    LONG flavor; /* WBEM_FLAVOR_…, with its origin: local or propagated */
};

struct cim_qualifiers {
    struct cim_qualifier *at;
    size_t count;
};

struct cim_property {
    char *name, *origin; /* the class that defines it first */
    struct cim_value value;
    struct cim_qualifiers qualifiers;
    bool is_inherited; /* a class above has it */
    bool is_local;     /* this one defines it, or gives it another value or qualifiers */
};

struct cim_method {
    char *name, *origin;
    struct cim_object *in, *out; /* __PARAMETERS; NULL: none */
    struct cim_qualifiers qualifiers;
    bool is_inherited, is_local;
};

struct cim_object {
    atomic_uint refs;
    LONG genus;               /* WBEM_GENUS_… */
    char *class_name;         /* NULL: none yet */
    char *server, *namespace; /* NULL: not decorated */
    struct cim_object *base;  /* a class's parent, an instance's class; NULL: none */
    struct cim_qualifiers qualifiers;
    struct cim_property *properties;
    struct cim_method *methods;
    size_t property_count, method_count;
};

/* ---- life; each creator answers one reference, WBEM_E_OUT_OF_MEMORY at least */
HRESULT cim_class_new(const char *name, struct cim_object **ret); /* NULL: not named yet */
HRESULT cim_object_clone(const struct cim_object *object, struct cim_object **ret);
/* A class below `parent` that has no name yet; WBEM_E_INVALID_SUPERCLASS: too deep. */
HRESULT cim_derive(struct cim_object *parent, struct cim_object **ret);
/* WBEM_E_INVALID_OPERATION: of an instance. */
HRESULT cim_instantiate(struct cim_object *class, struct cim_object **ret);
struct cim_object *cim_object_ref(struct cim_object *object);
void cim_object_unref(struct cim_object *object); /* NULL is fine */

/* ---- ancestry */
/* NULL: none. */
const char *cim_superclass(const struct cim_object *object);
const char *cim_dynasty(const struct cim_object *object);
/* The class's own name, or one above. */
bool cim_is_a(const struct cim_object *object, const char *class_name);
size_t cim_depth(const struct cim_object *object); /* classes above */
/* The class above that counts from the parent, 0. */
const struct cim_object *cim_ancestor(const struct cim_object *object, size_t index);

/* ---- qualifiers. `above`: the set they come from, or NULL */
struct cim_qualifier *cim_qualifier(const struct cim_qualifiers *set, const char *name);
/* Present and not FALSE; key and static count with any value. */
bool cim_flagged(const struct cim_qualifiers *set, const char *name);
/* The value is the set's then, in any case. WBEM_E_OVERRIDE_NOT_ALLOWED, INVALID_QUALIFIER_TYPE,
 * INVALID_PARAMETER (a name). */
HRESULT cim_put_qualifier(struct cim_qualifiers *set, const char *name, struct cim_value value,
                          LONG flavor);
/* WBEM_E_NOT_FOUND, WBEM_E_PROPAGATED_QUALIFIER; WBEM_S_RESET_TO_DEFAULT: that of `above` is back,
 * which `mask` lets pass. */
HRESULT cim_delete_qualifier(struct cim_qualifiers *set, const struct cim_qualifiers *above,
                             LONG mask, const char *name);
void cim_qualifiers_done(struct cim_qualifiers *set);
HRESULT cim_qualifiers_copy(const struct cim_qualifiers *set, struct cim_qualifiers *ret);
/* Those that `mask` propagates. */
HRESULT cim_qualifiers_inherit(const struct cim_qualifiers *set, LONG mask,
                               struct cim_qualifiers *ret);

/* ---- properties */
struct cim_property *cim_property(const struct cim_object *object, const char *name);
bool cim_is_key(const struct cim_property *property);
bool cim_has_keys(const struct cim_object *object);
/* A new property of a class, or another default. The value is the object's then, in any case; its
 * type is the property's. `of`: the class of a reference or object, or NULL. WBEM_E_TYPE_MISMATCH,
 * INVALID_PARAMETER, TOO_MANY_PROPERTIES. */
HRESULT cim_put_property(struct cim_object *class, const char *name, struct cim_value value,
                         const char *of);
/* Of an instance, or the default of a class. */
HRESULT cim_set_value(struct cim_object *object, const char *name, struct cim_value value);
/* WBEM_E_NOT_FOUND, PROPAGATED_PROPERTY; WBEM_S_RESET_TO_DEFAULT: it is as the base has it. */
HRESULT cim_delete_property(struct cim_object *object, const char *name);
/* All others go; nothing above is looked at. */
void cim_keep_properties(struct cim_object *object, char *const *names, size_t count);
/* What the CIMTYPE qualifier says behind the colon; NULL: nothing. */
const char *cim_class_of(const struct cim_property *property);
/* The qualifier of key, which is a property's own affair: WBEM_E_CANNOT_BE_KEY. */
HRESULT cim_put_property_qualifier(struct cim_object *object, struct cim_property *property,
                                   const char *name, struct cim_value value, LONG flavor);

/* ---- methods */
struct cim_method *cim_method(const struct cim_object *object, const char *name);
/* Signatures are shared. */
HRESULT cim_put_method(struct cim_object *class, const char *name, struct cim_object *in,
                       struct cim_object *out);
HRESULT cim_delete_method(struct cim_object *class, const char *name);

/* ---- as a whole */
/* Without what WBEM_FLAG_IGNORE_… of `flags` names. */
bool cim_object_equal(const struct cim_object *a, const struct cim_object *b, LONG flags);
/* What is local in `local` put over a class derived of `parent` (NULL: none). Parts that no longer
 * go with it: their code. */
HRESULT cim_resolve(struct cim_object *parent, const struct cim_object *local,
                    struct cim_object **ret);
/* The instance with the values and qualifiers of `local`, whose class is as it is now. */
HRESULT cim_resolve_instance(struct cim_object *class, const struct cim_object *local,
                             struct cim_object **ret);

#endif
