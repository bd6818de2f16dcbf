/* Which registry the functions of include/winreg.h are about. */
#ifndef CONFORMANCE_HOST_WIN_REGISTRY_H
#define CONFORMANCE_HOST_WIN_REGISTRY_H

#include "conformance/host/registry.h"

/* What HKEY_CLASSES_ROOT is a view of. */
#define WIN_REGISTRY_CLASSES "HKLM\\SOFTWARE\\Classes"

/* Borrowed until it is taken back by NULL, which ends all handles; without one they answer
 * ERROR_ACCESS_DENIED. */
void win_registry_bind(struct registry *registry);

/* Who is told of handles that come and go: `opened` answers a mark that `closed` is given; `bad` is
 * a call with what is no handle, or one no more. */
struct win_registry_watch {
    void *(*opened)(const char *path);
    void (*closed)(void *mark);
    void (*bad)(const char *call);
};
/* Until another is; NULL: nobody. Not under the registry's lock. */
void win_registry_watch(const struct win_registry_watch *watch);

#endif
