/* Text on its way between Windows' UTF-16 and ours, and what an object path names. */
#include <stdlib.h>

#include "spcore/wmi/windows/papwmi.h"

char *papwmi_narrow(const WCHAR *text)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *narrow = size > 0 ? malloc((size_t)size) : NULL;

    if (narrow)
        (void)WideCharToMultiByte(CP_UTF8, 0, text, -1, narrow, size, NULL, NULL);
    return narrow;
}

BSTR papwmi_bstr(const char *text)
{
    int count = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    BSTR wide = count > 0 ? SysAllocStringLen(NULL, (UINT)count - 1) : NULL;

    if (wide)
        (void)MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, count);
    return wide;
}

static bool is_name(const char *text)
{
    if (!*text || (*text >= '0' && *text <= '9'))
        return false;
    for (; *text; text++) {
        const bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');

        if (!letter && *text != '_' && !(*text >= '0' && *text <= '9') && !(*text & 0x80))
            return false;
    }
    return true;
}

/* Behind \\server\ or root\… and its colon; NULL: that is none. */
static const char *after_namespace(const char *text)
{
    const size_t name = strcspn(text, "=\"");
    const char *colon = memchr(text, ':', name);

    if (!colon)
        return memchr(text, '\\', name) || memchr(text, '/', name) ? NULL : text;
    return colon == text ? NULL : colon + 1;
}

HRESULT papwmi_path_class(const char *text, char **ret_class)
{
    const char *class = after_namespace(text);
    size_t length = class ? strcspn(class, ".=") : 0;
    const bool has_keys = class && class[length];
    char *copy;

    if (!length)
        return WBEM_E_INVALID_OBJECT_PATH;
    copy = calloc(1, length + 1);
    if (!copy)
        return WBEM_E_OUT_OF_MEMORY;
    memcpy(copy, class, length);
    if (!is_name(copy) || has_keys) {
        const HRESULT hr = is_name(copy) ? WBEM_E_NOT_FOUND : WBEM_E_INVALID_OBJECT_PATH;

        free(copy);
        return hr;
    }
    *ret_class = copy;
    return S_OK;
}
