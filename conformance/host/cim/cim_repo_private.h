/* Inside of the repository: its statements, each prepared once, and the classes it has at hand. */
#ifndef CONFORMANCE_HOST_CIM_CIM_REPO_PRIVATE_H
#define CONFORMANCE_HOST_CIM_CIM_REPO_PRIVATE_H

#include <pthread.h>
#include <sqlite3.h>

#include "conformance/host/cim/cim_repo.h"

enum cim_statement {
    CIM_BEGIN,
    CIM_COMMIT,
    CIM_ROLLBACK,
    CIM_SAVE,
    CIM_RELEASE,
    CIM_BACK,
    CIM_NS_GET,
    CIM_NS_PUT,
    CIM_NS_NAME,
    CIM_NS_CHILDREN,
    CIM_NS_DELETE,
    CIM_NS_CLASSES,
    CIM_NS_INSTANCES,
    CIM_CLASS_GET,
    CIM_CLASS_PUT,
    CIM_CLASS_DELETE,
    CIM_CLASS_CHILDREN,
    CIM_INSTANCE_GET,
    CIM_INSTANCE_PUT,
    CIM_INSTANCE_DELETE,
    CIM_INSTANCES_DELETE,
    CIM_INSTANCES_OF,
    CIM_FILE_PUT,
    CIM_FILES,
    CIM_STATEMENTS
};

struct cim_repo {
    sqlite3 *db;
    sqlite3_stmt *statements[CIM_STATEMENTS];
    pthread_mutex_t lock; /* recursive */
    unsigned depth;       /* of transactions */
    bool is_new;
    void *cache; /* tsearch() of classes put together */
    size_t cached;
    struct cim_object *lent; /* that is somebody else's, for this transaction; NULL: none */
};

/* A text that grows, or several of them, in the order they came. */
struct cim_names {
    char **at;
    size_t count;
};
HRESULT cim_names_add(struct cim_names *names, const char *name);
void cim_names_done(struct cim_names *names);

/* With what `format` says bound: i an int64_t, t a text, b a blob and its size_t. NULL: it could
 * not be prepared or bound, which the step would have said, too. */
sqlite3_stmt *cim_bind(struct cim_repo *repo, enum cim_statement which, const char *format, ...);
/* Steps to the end. */
HRESULT cim_run(struct cim_repo *repo, sqlite3_stmt *statement);
/* The first column of each row. */
HRESULT cim_collect(struct cim_repo *repo, sqlite3_stmt *statement, struct cim_names *ret);
HRESULT cim_repo_error(struct cim_repo *repo);

void cim_cache_drop(struct cim_repo *repo);
void cim_cache_forget(struct cim_repo *repo, int64_t ns, const char *name);
/* Everything below, parents first; without the class itself. */
HRESULT cim_descendants(struct cim_repo *repo, int64_t ns, const char *name, struct cim_names *ret);
HRESULT cim_repo_class_count_instances(struct cim_repo *repo, int64_t ns, const char *name,
                                       bool *ret_any);
bool cim_is_system(const char *name);

#endif
