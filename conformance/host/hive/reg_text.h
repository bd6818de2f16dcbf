/* A registry as text: .reg files, as REGEDIT4 and Windows Registry Editor Version 5.00 write them.
 */
#ifndef CONFORMANCE_HOST_HIVE_REG_TEXT_H
#define CONFORMANCE_HOST_HIVE_REG_TEXT_H

#include <stdio.h>

#include "conformance/host/registry.h"

enum { REG_TEXT_ERROR = 512 };

/* Does what a file says to a registry: all of it or nothing. UTF-16 with a byte order mark, UTF-8,
 * ASCII, or code page 1252. HKEY_CLASSES_ROOT is a view of HKLM\SOFTWARE\Classes. 0, or -errno with
 * `error`: name, line, what stands there and what was expected, on one line. */
int reg_text_import(struct registry *registry, const char *name, const void *data, size_t size,
                    char error[REG_TEXT_ERROR]);

/* The same of a text that is UTF-8 already, however long. */
int reg_text_read(struct registry *registry, const char *name, const char *text, size_t size,
                  char error[REG_TEXT_ERROR]);

/* Version 5.00 in UTF-8 with bare line ends: the key with all below it ("": everything), in the
 * order of names. Write errors stay with `out`. */
void reg_text_export(const struct registry *registry, const char *key, FILE *out);
/* The same as Windows writes it: UTF-16 with a byte order mark, and CR LF. 0 or -ENOMEM. */
int reg_text_export_wide(const struct registry *registry, const char *key, FILE *out);

/* The short name of a root, and the rest behind it as `ret_rest`; NULL: no root of a registry. */
const char *reg_text_root(const char *path, const char **ret_rest);

#endif
