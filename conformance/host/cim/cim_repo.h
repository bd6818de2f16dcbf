/* The repository: namespaces, and in each of them classes and instances. It is a SQLite database,
 * in a directory or in memory: what is written is written whole, whenever the process ends.
 *
 * Of a class its own part is stored; what it inherits is put together when it is read. System
 * classes (__…) stand in a place of their own and are seen from every namespace. */
#ifndef CONFORMANCE_HOST_CIM_CIM_REPO_H
#define CONFORMANCE_HOST_CIM_CIM_REPO_H

#include "conformance/host/cim/cim_object.h"
#include "conformance/host/cim/cim_path.h"

struct cim_repo;

#define CIM_SERVER "PAPKIT" /* what __SERVER says */
enum { CIM_SYSTEM = 0 };    /* the place of system classes, which is no namespace */

/* NULL: in memory. -errno and why in `error`, one line. One that is new has no namespace yet, and
 * cim_repo_is_new(). */
int cim_repo_open(const char *directory, struct cim_repo **ret, char *error, size_t error_size);
void cim_repo_close(struct cim_repo *repo);
bool cim_repo_is_new(struct cim_repo *repo);

/* ---- everything between these is there or is not. They nest; what the outermost says counts, and
 * a rollback within it. Any other function is a transaction of its own. Other threads wait. */
HRESULT cim_repo_begin(struct cim_repo *repo);
HRESULT cim_repo_end(struct cim_repo *repo, HRESULT hr); /* rolls back of a failure; answers hr */

/* ---- namespaces: root\cimv2 */
/* WBEM_E_INVALID_NAMESPACE: it is not there, or, to make it, what it lies in. */
HRESULT cim_repo_namespace(struct cim_repo *repo, const char *name, bool make, int64_t *ret_id);
/* Those right in that one, by name. */
HRESULT cim_repo_namespaces(struct cim_repo *repo, const char *name,
                            HRESULT (*each)(void *self, const char *child), void *self);
HRESULT cim_repo_delete_namespace(struct cim_repo *repo, const char *name);

/* ---- classes. WBEM_E_NOT_FOUND */
HRESULT cim_repo_class(struct cim_repo *repo, int64_t ns, const char *name,
                       struct cim_object **ret);
/* `flags`: WBEM_FLAG_CREATE_ONLY, UPDATE_ONLY, UPDATE_SAFE_MODE, UPDATE_FORCE_MODE. */
HRESULT cim_repo_put_class(struct cim_repo *repo, int64_t ns, const struct cim_object *class,
                           LONG flags);
/* With all below it, and their instances. */
HRESULT cim_repo_delete_class(struct cim_repo *repo, int64_t ns, const char *name);
/* Each below `super` (NULL: all), parents first, or only those right below it. `each` fails to end
 * it. WBEM_E_INVALID_CLASS: no such superclass. */
typedef HRESULT cim_each(void *self, struct cim_object *object);
HRESULT cim_repo_classes(struct cim_repo *repo, int64_t ns, const char *super, bool deep,
                         cim_each *each, void *self);

/* ---- classes below one that is not stored: somebody else has it */
/* The topmost that a class lacks, itself or an ancestor, to free(); NULL: all of them are stored.
 */
HRESULT cim_repo_missing(struct cim_repo *repo, int64_t ns, const char *name, char **ret);
/* Stands in for one that is not stored until the transaction ends. */
void cim_repo_lend(struct cim_repo *repo, struct cim_object *class);
/* As cim_repo_classes(), of any superclass; `orphan` gets those that lack an ancestor, by name. */
typedef HRESULT cim_orphan(void *self, const char *name);
HRESULT cim_repo_stored(struct cim_repo *repo, int64_t ns, const char *super, bool deep,
                        cim_each *each, cim_orphan *orphan, void *self);

/* ---- instances: of a class that is neither abstract nor without keys, unless a singleton */
HRESULT cim_repo_instance(struct cim_repo *repo, int64_t ns, const struct cim_path *path,
                          struct cim_object **ret);
HRESULT cim_repo_put_instance(struct cim_repo *repo, int64_t ns, const struct cim_object *instance,
                              LONG flags);
HRESULT cim_repo_delete_instance(struct cim_repo *repo, int64_t ns, const struct cim_path *path);
/* Of the class and, if `deep`, of all below it. */
HRESULT cim_repo_instances(struct cim_repo *repo, int64_t ns, const char *class, bool deep,
                           cim_each *each, void *self);

/* ---- MOF files to compile again when a repository is made anew, in their order */
HRESULT cim_repo_autorecover(struct cim_repo *repo, const char *file);
HRESULT cim_repo_autorecovered(struct cim_repo *repo, HRESULT (*each)(void *self, const char *file),
                               void *self);

#endif
