/* A registry as Windows keeps it: hive files. What is in one is read by hivex; what is written is
 * ours, each key once. */
#ifndef CONFORMANCE_HOST_HIVE_HIVE_H
#define CONFORMANCE_HOST_HIVE_HIVE_H

#include "conformance/host/hive/reg_text.h"

enum { HIVE_BYTES_MAX = 64 << 20 };

/* It begins like a hive. */
bool hive_is(const void *data, size_t size);

/* Adds what is in a hive below `key`, or changes nothing: 0, or -errno with `error`, one line.
 * hivex was not made for files that mean harm: it reads in a process of its own, which may take 20
 * seconds and may crash; what it found comes back as text. */
int hive_import(struct registry *registry, const char *key, const char *name, const void *data,
                size_t size, char error[REG_TEXT_ERROR]);

/* Writes what is below `key` as a hive of its own, in the place of the file that was at `path`; 0,
 * or -errno with `error`, and what was there stays. All keys have one security descriptor: SYSTEM
 * and Administrators may do all. */
int hive_export(const struct registry *registry, const char *key, const char *path,
                char error[REG_TEXT_ERROR]);

/* The sum of its first block, which stands at 508. */
uint32_t hive_checksum(const uint8_t *block);

#endif
