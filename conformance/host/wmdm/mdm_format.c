/* A list without a format code makes providers behave as they like (the documents' own words about
 * Insert3): it gets one, in a copy, since the application's is the application's. */
#include "conformance/host/wmdm/mdm_format.h"

#include "conformance/host/wmdm/mdm_metadata.h"

static const struct {
    const WCHAR *extension;
    WMDM_FORMATCODE code;
} formats[] = {
    {u"aac", WMDM_FORMATCODE_AAC},         {u"flac", WMDM_FORMATCODE_FLAC},
    {u"jpg", WMDM_FORMATCODE_IMAGE_EXIF},  {u"m3u", WMDM_FORMATCODE_M3UPLAYLIST},
    {u"m4a", WMDM_FORMATCODE_MP4},         {u"mp3", WMDM_FORMATCODE_MP3},
    {u"mp4", WMDM_FORMATCODE_MP4},         {u"ogg", WMDM_FORMATCODE_OGG},
    {u"txt", WMDM_FORMATCODE_TEXT},        {u"wav", WMDM_FORMATCODE_WAVE},
    {u"wma", WMDM_FORMATCODE_WMA},         {u"wmv", WMDM_FORMATCODE_WMV},
    {u"wpl", WMDM_FORMATCODE_WPLPLAYLIST},
};

static DWORD by_name(const WCHAR *name)
{
    const WCHAR *extension = NULL;

    for (; name && *name; name++) {
        if (*name == '.')
            extension = name + 1;
    }
    for (size_t i = 0; extension && i < ARRAY_SIZE(formats); i++) {
        if (com_wcsicmp(extension, formats[i].extension) == 0)
            return (DWORD)formats[i].code;
    }
    return WMDM_FORMATCODE_UNDEFINED;
}

static HRESULT copy_items(IWMDMMetaData *from, IWMDMMetaData *to)
{
    DWORD count = 0, length;
    HRESULT hr = IWMDMMetaData_GetItemCount(from, &count);

    for (DWORD i = 0; i < count && SUCCEEDED(hr); i++) {
        WMDM_TAG_DATATYPE type;
        WCHAR *name = NULL;
        BYTE *value = NULL;

        hr = IWMDMMetaData_QueryByIndex(from, i, &name, &type, &value, &length);
        if (SUCCEEDED(hr))
            hr = IWMDMMetaData_AddItem(to, type, name, value, length);
        CoTaskMemFree(name);
        CoTaskMemFree(value);
    }
    return hr;
}

HRESULT mdm_format_complete(IWMDMMetaData *list, const WCHAR *name, bool is_folder,
                            IWMDMMetaData **ret_list)
{
    IWMDMMetaData *copy = NULL;
    WMDM_TAG_DATATYPE type;
    BYTE *value = NULL;
    DWORD length = 0, code;
    HRESULT hr;

    *ret_list = NULL;
    if (!list)
        return S_OK;
    if (SUCCEEDED(IWMDMMetaData_QueryByName(list, g_wszWMDMFormatCode, &type, &value, &length))) {
        CoTaskMemFree(value);
        IWMDMMetaData_AddRef(list);
        *ret_list = list;
        return S_OK;
    }
    code = is_folder ? WMDM_FORMATCODE_ASSOCIATION : by_name(name);
    hr = mdm_metadata_new(&copy);
    if (SUCCEEDED(hr))
        hr = copy_items(list, copy);
    if (SUCCEEDED(hr))
        hr = IWMDMMetaData_AddItem(copy, WMDM_TYPE_DWORD, g_wszWMDMFormatCode, (BYTE *)&code,
                                   sizeof(code));
    if (SUCCEEDED(hr))
        *ret_list = copy;
    else
        LET_GO(copy);
    return hr;
}
