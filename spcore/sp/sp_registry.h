/* The registry that the module is entered into: Windows' own, or that of a program that plays
 * Windows. Texts are ASCII. */
#ifndef SPCORE_SP_SP_REGISTRY_H
#define SPCORE_SP_SP_REGISTRY_H

#include <stdint.h>

enum sp_registry_root { SP_REGISTRY_CLASSES, SP_REGISTRY_MACHINE };

/* Each 0 or a code of Win32: ERROR_NOT_SUPPORTED where nobody has a registry. A key is made with
 * those above it; the empty name is its default value. */
int32_t sp_registry_set_text(enum sp_registry_root root, const char *key, const char *name,
                             const char *text);
int32_t sp_registry_set_number(enum sp_registry_root root, const char *key, const char *name,
                               uint32_t number);
/* The key with all below it. */
int32_t sp_registry_remove(enum sp_registry_root root, const char *key);

#endif
