/* Files by names in UTF-8, which to the C library of Windows are texts of 16-bit characters. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <wchar.h>
#include <windows.h>

enum { NAME_UNITS = 1024, MODE_UNITS = 8 };

static BOOL widen(const char *text, wchar_t *ret, int room)
{
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, ret, room) > 0)
        return TRUE;
    errno = ENOENT;
    return FALSE;
}

FILE *windows_fopen(const char *name, const char *mode)
{
    wchar_t wide[NAME_UNITS], wide_mode[MODE_UNITS];

    return widen(name, wide, NAME_UNITS) && widen(mode, wide_mode, MODE_UNITS)
               ? _wfopen(wide, wide_mode)
               : NULL;
}

int windows_stat(const char *name, struct windows_stat *ret_status)
{
    wchar_t wide[NAME_UNITS];
    struct _stat64 status;

    if (!widen(name, wide, NAME_UNITS) || _wstat64(wide, &status) != 0)
        return -1;
    *ret_status = (struct windows_stat){.st_mode = status.st_mode, .st_size = status.st_size};
    return 0;
}
