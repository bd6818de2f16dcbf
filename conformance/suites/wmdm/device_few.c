/* Formats of devices with less than most have, or with an order, and of objects without content. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"
#include "spcore/base.h"
#include "spcore/com/com_memory.h"

static bool has_audio(const struct snapshot *snapshot)
{
    bool is_audio = false;

    for (size_t i = 0; i < snapshot->info.format_count; i++) {
        const uint16_t format = snapshot->info.formats[i];

        is_audio |= (format >= MTP_FC_AIFF && format <= MTP_FC_MP3) || (format & 0xff80) == 0xb900;
    }
    return is_audio;
}

static bool is_ordered(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    PROPVARIANT value;
    bool is_ordered;

    PropVariantInit(&value);
    (void)CALL(IMDSPDevice3, GetProperty, wmdm_device3(w), g_wszWMDMFormatsSupportedAreOrdered,
               &value);
    is_ordered = value.vt == VT_BOOL && value.boolVal;
    PropVariantClear(&value);
    return is_ordered;
}

/* The device's formats as it has them, each where it stands first. */
static bool in_its_order(const struct snapshot *snapshot, const PROPVARIANT *list)
{
    const uint16_t *formats = snapshot->info.formats;
    const ULONG *codes;
    LONG last = -1, at = 0;

    if (list->vt != (VT_UI4 | VT_ARRAY))
        return false;
    codes = list->parray->pvData;
    SafeArrayGetUBound(list->parray, 1, &last);
    for (size_t i = 0; i < snapshot->info.format_count; i++) {
        if (dut_lists(formats, i, formats[i]))
            continue;
        if (at > last || codes[at++] != formats[i])
            return false;
    }
    return at == last + 1;
}

CONF_CASE(
    FORMAT_FEW_BV_01, .title = "A device without audio has no formats, which is no failure",
    .reqs = REQS("SP-FMT-003", "SP-FMT-022"), .ics = "PROVIDER.DEVICE3", .player = "pap-few",
    .needs = CONF_PROVIDER,
    .steps = "GetFormatSupport; FormatsSupported against the device's own list, if it is ordered")
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_DEVICE);
    struct wmdm *w = wmdm_open(c);
    WAVEFORMATEX *waves = NULL;
    WCHAR **types = NULL;
    DWORD wave_count = 77, type_count = 77;
    PROPVARIANT list;
    HRESULT hr;

    ROW("SP-FMT-003.code") {
        hr = CALL(IMDSPDevice, GetFormatSupport, wmdm_device(w), &waves, &wave_count, &types,
                  &type_count);
        REQUIRE_HR(hr, S_OK);
    }
    ROW("SP-FMT-003.none") {
        if (has_audio(snapshot))
            conf_excused(c, 1, "the device takes audio");
        else
            CHECK_EQ(wave_count, 0);
    }
    for (DWORD i = 0; types && i < type_count; i++)
        CoTaskMemFree(types[i]);
    CoTaskMemFree(types);
    CoTaskMemFree(waves);
    PropVariantInit(&list);
    ROW("SP-FMT-022.order") {
        REQUIRE_HR(
            CALL(IMDSPDevice3, GetProperty, wmdm_device3(w), g_wszWMDMFormatsSupported, &list),
            S_OK);
        if (is_ordered(w))
            CHECK(in_its_order(snapshot, &list));
        else
            conf_excused(c, 1, "the list is in no order");
    }
    PropVariantClear(&list);
}

/* ---- playlists */

static bool lists_format(struct wmdm *w, ULONG code)
{
    struct conf *c = wmdm_conf(w);
    PROPVARIANT list;
    LONG last = -1;
    bool is_listed = false;

    PropVariantInit(&list);
    REQUIRE_HR(CALL(IMDSPDevice3, GetProperty, wmdm_device3(w), g_wszWMDMFormatsSupported, &list),
               S_OK);
    REQUIRE_EQ(list.vt, VT_UI4 | VT_ARRAY);
    SafeArrayGetUBound(list.parray, 1, &last);
    for (LONG i = 0; i <= last; i++)
        is_listed |= ((const ULONG *)list.parray->pvData)[i] == code;
    PropVariantClear(&list);
    return is_listed;
}

/* What creating an abstract object of that format answers; it goes with the folder. */
static HRESULT make_abstract(struct wmdm *w, const WCHAR *name, ULONG code)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage4 *folder = AS(IMDSPStorage4, wmdm_work_folder(w));
    IWMDMMetaData *metadata = wmdm_metadata_new();
    IMDSPStorage *made = NULL;
    HRESULT hr;

    wmdm_metadata_add_dword(metadata, g_wszWMDMFormatCode, code);
    hr = CALL(IMDSPStorage4, CreateStorageWithMetadata, folder,
              WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO, name, metadata, 0, &made);
    if (made)
        wmdm_delete(w, made);
    RELEASE(made);
    RELEASE(metadata);
    RELEASE(folder);
    return hr;
}

CONF_CASE(FORMAT_LIST_BV_01, .title = "Playlists are listed if they can be made",
          .reqs = REQS("SP-FMT-023"), .ics = "PROVIDER.DEVICE3 && PROVIDER.STORAGE4",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps =
              "CreateStorageWithMetadata with the code of an audio and video playlist, and with "
              "that of an abstract format that is not listed")
{
    static const ULONG abstract[] = {
        WMDM_FORMATCODE_ABSTRACTMULTIMEDIAALBUM, WMDM_FORMATCODE_ABSTRACTIMAGEALBUM,
        WMDM_FORMATCODE_ABSTRACTVIDEOALBUM, WMDM_FORMATCODE_ABSTRACTCONTACTGROUP};
    struct wmdm *w = wmdm_open(c);
    size_t i = 0;
    HRESULT hr;

    ROW("SP-FMT-023.playlist") {
        hr = make_abstract(w, u"papcheck-list", WMDM_FORMATCODE_ABSTRACTAUDIOVIDEOPLAYLIST);
        CHECK_ANSWER(lists_format(w, WMDM_FORMATCODE_ABSTRACTAUDIOVIDEOPLAYLIST) ? SUCCEEDED(hr)
                                                                                 : FAILED(hr),
                     hr, "S_OK if the format is listed, else a failure");
    }
    ROW("SP-FMT-023.others") {
        while (i < ARRAY_SIZE(abstract) && lists_format(w, abstract[i]))
            i++;
        if (i < ARRAY_SIZE(abstract))
            CHECK_FAILS(make_abstract(w, u"papcheck-other", abstract[i]));
        else
            conf_excused(c, 1, "all of them are listed");
    }
}
