/* Which registry the functions of include/winreg.h write to. */
#ifndef CONFORMANCE_HOST_WIN_REGISTRY_H
#define CONFORMANCE_HOST_WIN_REGISTRY_H

#include "conformance/host/registry.h"

/* What HKEY_CLASSES_ROOT is a view of. */
#define WIN_REGISTRY_CLASSES "HKLM\\SOFTWARE\\Classes"

/* Borrowed until it is taken back by NULL; without one they answer ERROR_ACCESS_DENIED. */
void win_registry_bind(struct registry *registry);

#endif
