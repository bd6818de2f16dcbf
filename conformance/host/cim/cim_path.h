/* Object paths, read and written ("Describing the Location of a WMI Object"):
 * \\server\namespace:Class.Key="value",Key=1; without server or namespace; Class="value";
 * Class=@ of a singleton. */
#ifndef CONFORMANCE_HOST_CIM_CIM_PATH_H
#define CONFORMANCE_HOST_CIM_CIM_PATH_H

#include "conformance/host/cim/cim_object.h"

enum { CIM_KEYS_MAX = 128 };

struct cim_key {
    char *name;             /* NULL: the only one, not named */
    struct cim_value value; /* a string, a sint64, a uint64 or a boolean */
};

struct cim_path {
    char *server, *namespace, *class_name; /* NULL: not said */
    bool is_singleton;
    struct cim_key *keys;
    size_t key_count;
};

/* WBEM_E_INVALID_OBJECT_PATH; a path of a namespace alone has no class. */
HRESULT cim_path_parse(const char *text, struct cim_path *ret);
void cim_path_done(struct cim_path *path);
bool cim_path_is_class(const struct cim_path *path);
/* Written again: as it was read, but for what means the same. To free(); NULL: no memory. */
char *cim_path_text(const struct cim_path *path);

/* Class, or Class.Key=…; behind \\server\namespace: if `full` and the object is decorated.
 * WBEM_E_NOT_FOUND: a key is null, or the class has none. To free(). */
HRESULT cim_object_path(const struct cim_object *object, bool full, char **ret);
/* What tells instances apart, in one text: each key by its name, in the order of names, without
 * regard to case; of an instance, or of a path to one of `class`. WBEM_E_INVALID_OBJECT_PATH: not
 * the keys that the class has; WBEM_E_ILLEGAL_NULL. To free(). */
HRESULT cim_instance_key(const struct cim_object *instance, char **ret);
HRESULT cim_path_key(const struct cim_path *path, const struct cim_object *class, char **ret);

/* root\cimv2 of \\.\root\cimv2, //./root/cimv2 or root/cimv2; another server than . or `server`:
 * WBEM_E_TRANSPORT_FAILURE. Each part a name: else WBEM_E_INVALID_NAMESPACE. To free(). */
HRESULT cim_namespace_of(const char *text, const char *server, char **ret);

#endif
