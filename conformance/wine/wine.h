/* Wine inside of this process: Windows' own functions beside those of this system. */
#ifndef CONFORMANCE_WINE_WINE_H
#define CONFORMANCE_WINE_WINE_H

#include "conformance/case/module.h"

/* Has module_host() begun? Before, there is nothing of Windows here. */
bool wine_is_up(void);
/* A function of Windows, by its library's file name, into a pointer to such a function. Where there
 * is none the process ends. */
void wine_bind(const char *library, const char *name, void *ret_function);

/* Declares `name` as a pointer to a function of Windows. */
#define WINE_FUNCTION(result, name, ...) static result(STDMETHODCALLTYPE *name)(__VA_ARGS__)

#endif
