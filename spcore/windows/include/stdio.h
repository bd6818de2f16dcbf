/* Names of files are UTF-8 (windows_file.c). */
#ifndef SPCORE_WINDOWS_INCLUDE_STDIO_H
#define SPCORE_WINDOWS_INCLUDE_STDIO_H

#include_next <stdio.h>

FILE *windows_fopen(const char *name, const char *mode);
#define fopen windows_fopen

#endif
