/* MOF compiled into a repository: all of it, or nothing (docs/cim.md has the language). */
#ifndef CONFORMANCE_HOST_MOF_MOF_H
#define CONFORMANCE_HOST_MOF_MOF_H

#include "conformance/host/cim/cim_repo.h"

enum {
    MOF_INCLUDES_MAX = 16,       /* files in files */
    MOF_INCLUDED_MAX = 64 << 20, /* bytes of all of them */
    MOF_FAULT_MAX = 512,
};

/* What stops a compilation, where. */
struct mof_fault {
    char file[512];
    unsigned line, column; /* 0: of no place in it */
    char text[MOF_FAULT_MAX];
    HRESULT hr; /* WBEM_E_INVALID_SYNTAX, or what the repository answers */
};

struct mof_options {
    const char *namespace;            /* NULL: root\default; a pragma of the file wins */
    LONG class_flags, instance_flags; /* WBEM_FLAG_CREATE_ONLY …, until a pragma says otherwise */
    bool check_only;                  /* nothing is written */
    /* Told of each thing made, or NULL: a class or an instance as it is stored then. */
    void (*made)(void *self, const struct cim_object *object);
    void *self;
};

/* `name` is what faults call it, and beside which included files are looked for. */
HRESULT mof_compile(struct cim_repo *repo, const char *name, const void *data, size_t size,
                    const struct mof_options *options, struct mof_fault *fault);
HRESULT mof_compile_file(struct cim_repo *repo, const char *path, const struct mof_options *options,
                         struct mof_fault *fault);
/* The one class or instance that a text declares, which need not be stored. */
HRESULT mof_object(struct cim_repo *repo, const char *namespace, const char *text,
                   struct cim_object **ret, struct mof_fault *fault);

/* A repository with the system classes and the namespaces root, root\default, root\cimv2. -errno.
 */
int mof_open(const char *directory, struct cim_repo **ret, char *error, size_t error_size);

#endif
