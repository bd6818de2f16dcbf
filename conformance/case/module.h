/* A provider's library as its platform loads it: by dlopen() (module.c), or inside of Wine
 * (conformance/wine). Used in a case's process alone. */
#ifndef CONFORMANCE_CASE_MODULE_H
#define CONFORMANCE_CASE_MODULE_H

#include "spcore/include/com.h"

/* Calls body(argument) where a library can be loaded, and answers what it does. */
int module_host(int (*body)(void *argument), void *argument);

/* NULL: it does not load, and module_error() says why. It stays loaded. */
void *module_open(const char *path);
const char *module_error(void);
/* What the library exports under that name; NULL: nothing, or another library does. */
void *module_export(void *module, const char *name);

typedef HRESULT(STDMETHODCALLTYPE *module_get_class_object)(REFCLSID, REFIID, void **);
/* The way to the class factory that the platform takes; NULL: there is none. */
module_get_class_object module_activation(void *module);
/* Is the registry that the library registers itself in ours? Else it is not asked to: it would be
 * registered with a Windows that is somebody's. */
bool module_registers_with_us(void);

#endif
