/* Wine inside of this process: Windows' own functions beside those of this system. */
#ifndef CONFORMANCE_WINE_WINE_H
#define CONFORMANCE_WINE_WINE_H

#include "conformance/case/module.h"

/* Has module_host() begun? Before, there is nothing of Windows here. */
bool wine_is_up(void);
/* An exported function of a library of Windows by file name, kept loaded. NULL: there is none. */
void *wine_function(const char *library, const char *name);

/* Declares `name` as a pointer to a function of Windows. */
#define WINE_FUNCTION(result, name, ...) static result(STDMETHODCALLTYPE *name)(__VA_ARGS__)

#endif
