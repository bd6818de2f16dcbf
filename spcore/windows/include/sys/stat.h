/* Names of files are UTF-8 (windows_file.c). */
#ifndef SPCORE_WINDOWS_INCLUDE_SYS_STAT_H
#define SPCORE_WINDOWS_INCLUDE_SYS_STAT_H

#include_next <sys/stat.h>

struct windows_stat {
    unsigned short st_mode;
    long long st_size;
};
int windows_stat(const char *name, struct windows_stat *ret_status);
#undef stat
#define stat windows_stat /* the structure and the function */

#endif
