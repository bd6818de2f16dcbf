/* _bstr_t, with which programs in C++ write their BSTRs. */
#ifndef CONFORMANCE_HOST_INCLUDE_COMDEF_H
#define CONFORMANCE_HOST_INCLUDE_COMDEF_H

#include "oleauto.h"

#include "objbase.h"

#if COM_CLASSES
class _bstr_t
{
    BSTR text;

  public:
    _bstr_t() : text(NULL)
    {
    }
    _bstr_t(const WCHAR *other) : text(SysAllocString(other))
    {
    }
    _bstr_t(const char *ascii) : text(NULL)
    {
        size_t length = ascii ? strlen(ascii) : 0;

        text = ascii ? SysAllocStringLen(NULL, (UINT)length) : NULL;
        for (size_t i = 0; text && i < length; i++)
            text[i] = (WCHAR)(unsigned char)ascii[i];
    }
    _bstr_t(BSTR other, bool copy)
        : text(copy && other ? SysAllocStringLen(other, SysStringLen(other)) : other)
    {
    }
    _bstr_t(const _bstr_t &other)
        : text(other.text ? SysAllocStringLen(other.text, SysStringLen(other.text)) : NULL)
    {
    }
    ~_bstr_t()
    {
        SysFreeString(text);
    }
    _bstr_t &operator=(_bstr_t other)
    {
        BSTR mine = text;

        text = other.text;
        other.text = mine;
        return *this;
    }
    operator const WCHAR *() const
    {
        return text;
    }
    operator WCHAR *() const
    {
        return text;
    }
    unsigned int length() const
    {
        return SysStringLen(text);
    }
    bool operator!() const
    {
        return !text;
    }
};
typedef _bstr_t bstr_t;
#endif

#endif
