/* Copies and formats that do not go past their end, of both widths: one family each. */
#include <string.h>

#include "conformance/host/win/win_format.h"
#include "conformance/host/win/win_text.h"

static bool is_room(size_t room)
{
    return room > 0 && room <= STRSAFE_MAX_CCH;
}

static HRESULT put_format(bool wide, void *to, size_t room, const void *format, va_list arguments)
{
    struct win_sink sink = {.wide = wide, .to = to, .room = room};

    if (!is_room(room))
        return STRSAFE_E_INVALID_PARAMETER;
    if (!win_format(&sink, format, arguments))
        return E_OUTOFMEMORY;
    return sink.length < room ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;
}

/* What is the same for both, of a suffix, its characters, and how long text of them is. */
#define CHARACTERS(W, text, const_text, length_of)                                                 \
    HRESULT WINAPI StringCchCopyN##W(text to, size_t room, const_text from, size_t most)           \
    {                                                                                              \
        size_t length, fits;                                                                       \
                                                                                                   \
        if (!is_room(room))                                                                        \
            return STRSAFE_E_INVALID_PARAMETER;                                                    \
        length = length_of(from, most);                                                            \
        fits = length < room ? length : room - 1;                                                  \
        memmove(to, from, fits * sizeof(*to));                                                     \
        to[fits] = 0;                                                                              \
        return fits == length ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;                              \
    }                                                                                              \
    HRESULT WINAPI StringCchCopy##W(text to, size_t room, const_text from)                         \
    {                                                                                              \
        return StringCchCopyN##W(to, room, from, SIZE_MAX);                                        \
    }                                                                                              \
    HRESULT WINAPI StringCchLength##W(const_text from, size_t most, size_t *ret_length)            \
    {                                                                                              \
        const size_t length = from && most <= STRSAFE_MAX_CCH ? length_of(from, most) : most;      \
                                                                                                   \
        if (ret_length)                                                                            \
            *ret_length = length < most ? length : 0;                                              \
        return length < most ? S_OK : STRSAFE_E_INVALID_PARAMETER;                                 \
    }                                                                                              \
    HRESULT WINAPI StringCchCatN##W(text to, size_t room, const_text from, size_t most)            \
    {                                                                                              \
        size_t length;                                                                             \
                                                                                                   \
        if (!is_room(room) || FAILED(StringCchLength##W(to, room, &length)))                       \
            return STRSAFE_E_INVALID_PARAMETER;                                                    \
        return StringCchCopyN##W(to + length, room - length, from, most);                          \
    }                                                                                              \
    HRESULT WINAPI StringCchCat##W(text to, size_t room, const_text from)                          \
    {                                                                                              \
        return StringCchCatN##W(to, room, from, SIZE_MAX);                                         \
    }                                                                                              \
    HRESULT WINAPI StringCchVPrintf##W(text to, size_t room, const_text format, va_list arguments) \
    {                                                                                              \
        return put_format(sizeof(*to) == sizeof(WCHAR), to, room, format, arguments);              \
    }                                                                                              \
    HRESULT WINAPIV StringCchPrintf##W(text to, size_t room, const_text format, ...)               \
    {                                                                                              \
        va_list arguments;                                                                         \
        HRESULT hr;                                                                                \
                                                                                                   \
        va_start(arguments, format);                                                               \
        hr = StringCchVPrintf##W(to, room, format, arguments);                                     \
        va_end(arguments);                                                                         \
        return hr;                                                                                 \
    }

/* The same by bytes. */
#define BYTES(W, text, const_text)                                                                 \
    HRESULT WINAPI StringCbCopyN##W(text to, size_t bytes, const_text from, size_t most)           \
    {                                                                                              \
        return StringCchCopyN##W(to, bytes / sizeof(*to), from, most / sizeof(*to));               \
    }                                                                                              \
    HRESULT WINAPI StringCbCopy##W(text to, size_t bytes, const_text from)                         \
    {                                                                                              \
        return StringCchCopy##W(to, bytes / sizeof(*to), from);                                    \
    }                                                                                              \
    HRESULT WINAPI StringCbLength##W(const_text from, size_t bytes, size_t *ret_length)            \
    {                                                                                              \
        const HRESULT hr = StringCchLength##W(from, bytes / sizeof(*from), ret_length);            \
                                                                                                   \
        if (ret_length)                                                                            \
            *ret_length *= sizeof(*from);                                                          \
        return hr;                                                                                 \
    }                                                                                              \
    HRESULT WINAPI StringCbCatN##W(text to, size_t bytes, const_text from, size_t most)            \
    {                                                                                              \
        return StringCchCatN##W(to, bytes / sizeof(*to), from, most / sizeof(*to));                \
    }                                                                                              \
    HRESULT WINAPI StringCbCat##W(text to, size_t bytes, const_text from)                          \
    {                                                                                              \
        return StringCchCat##W(to, bytes / sizeof(*to), from);                                     \
    }                                                                                              \
    HRESULT WINAPI StringCbVPrintf##W(text to, size_t bytes, const_text format, va_list arguments) \
    {                                                                                              \
        return StringCchVPrintf##W(to, bytes / sizeof(*to), format, arguments);                    \
    }                                                                                              \
    HRESULT WINAPIV StringCbPrintf##W(text to, size_t bytes, const_text format, ...)               \
    {                                                                                              \
        va_list arguments;                                                                         \
        HRESULT hr;                                                                                \
                                                                                                   \
        va_start(arguments, format);                                                               \
        hr = StringCbVPrintf##W(to, bytes, format, arguments);                                     \
        va_end(arguments);                                                                         \
        return hr;                                                                                 \
    }

CHARACTERS(W, LPWSTR, LPCWSTR, paphost_wcsnlen)
CHARACTERS(A, LPSTR, LPCSTR, strnlen)
BYTES(W, LPWSTR, LPCWSTR)
BYTES(A, LPSTR, LPCSTR)
