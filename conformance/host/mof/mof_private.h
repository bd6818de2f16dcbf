/* Inside of the compiler: its state, and what its files call of each other. */
#ifndef CONFORMANCE_HOST_MOF_MOF_PRIVATE_H
#define CONFORMANCE_HOST_MOF_MOF_PRIVATE_H

#include "conformance/host/mof/mof.h"
#include "conformance/host/mof/mof_lex.h"

/* A file being read, and the one it is included from. */
struct mof_source {
    struct mof_lexer lexer;
    struct mof_word word; /* the next one */
    const char *name;     /* borrowed */
    struct mof_source *outer;
};

struct mof {
    struct cim_repo *repo;
    const struct mof_options *options;
    struct mof_fault *fault;
    struct mof_source *source;
    int64_t ns;
    LONG class_flags, instance_flags;
    void *aliases, *flavors;  /* tsearch() */
    unsigned depth;           /* of values in values */
    size_t included;          /* bytes of files in files */
    bool is_system;           /* the system classes themselves */
    struct cim_object **only; /* where a single object goes instead of into the repository */
};

/* ---- mof_parse.c: each function answers S_OK or what it has put in the fault */
HRESULT mof_fail(struct mof *mof, const struct mof_word *at, HRESULT hr, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same of a code of the repository, when it is one; `what` is what was tried. */
HRESULT mof_result(struct mof *mof, const struct mof_word *at, HRESULT hr, const char *what,
                   const char *name);
HRESULT mof_next(struct mof *mof);
bool mof_is(const struct mof *mof, char sign);
bool mof_is_word(const struct mof *mof, const char *name);
HRESULT mof_expect(struct mof *mof, char sign, const char *where);
/* A name, whose text is the caller's; and the place it stands at. */
HRESULT mof_name(struct mof *mof, const char *what, char **ret, struct mof_word *ret_at);
/* A string, or several one behind the other. */
HRESULT mof_string(struct mof *mof, const char *what, char **ret);
bool mof_accept(struct mof *mof, char sign, HRESULT *hr);
HRESULT mof_parse_source(struct mof *mof, struct mof_source *source);

/* A whole file, to free(). -errno; -EISDIR, -EINVAL: no file. */
int mof_read(const char *path, char **ret_data, size_t *ret_size);

/* ---- mof_value.c */
HRESULT mof_value(struct mof *mof, CIMTYPE type, struct cim_value *ret);

/* ---- mof_qualifier.c */
struct mof_qualifier {
    char *name;
    struct cim_value value;
    LONG flavor;
    struct mof_word at;
};
struct mof_qualifiers {
    struct mof_qualifier *at;
    size_t count;
};
HRESULT mof_qualifiers(struct mof *mof, struct mof_qualifiers *ret); /* an optional [ … ] */
void mof_qualifiers_done(struct mof_qualifiers *list);
/* Takes the values out of the list. */
HRESULT mof_qualify(struct mof *mof, struct mof_qualifiers *list, struct cim_qualifiers *set);
HRESULT mof_qualify_property(struct mof *mof, struct mof_qualifiers *list,
                             struct cim_object *object, struct cim_property *property);
HRESULT mof_qualifier_declaration(struct mof *mof);
void mof_flavors_done(struct mof *mof);

/* ---- mof_class.c */
HRESULT mof_class(struct mof *mof, struct mof_qualifiers *list, struct cim_object **ret);
/* ---- mof_instance.c. *ret_alias: to be said of what it is then; NULL: none */
HRESULT mof_instance(struct mof *mof, struct mof_qualifiers *list, struct cim_object **ret,
                     char **ret_alias);
HRESULT mof_alias_put(struct mof *mof, const struct mof_word *at, char *name,
                      struct cim_object *object);
struct cim_object *mof_alias(struct mof *mof, const char *name);
void mof_aliases_done(struct mof *mof);

/* ---- mof_pragma.c */
HRESULT mof_directive(struct mof *mof);
/* What follows goes there; it is made where it is not yet. */
HRESULT mof_enter(struct mof *mof, const char *namespace);

#endif
