/* The attributes of a medium, a folder or a file, from what MTP says about it each time: none is
 * stored here, as the device changes them too. */
#include <stdlib.h>

#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_storage.h"

static DWORD medium_attributes(const struct mtpi_storage_info *medium)
{
    bool removable = medium->storage_type == MTP_ST_REMOVABLE_ROM ||
                     medium->storage_type == MTP_ST_REMOVABLE_RAM;
    DWORD attributes = removable ? WMDM_STORAGE_ATTR_REMOVABLE : WMDM_STORAGE_ATTR_NONREMOVABLE;

    if (medium->filesystem_type != MTP_FST_GENERIC_FLAT)
        attributes |= WMDM_STORAGE_ATTR_FOLDERS;
    return attributes;
}

/* How many children of a format (0: of any) there are. */
static HRESULT count_children(const struct sp_storage *self, uint16_t format, uint32_t *ret_count)
{
    uint32_t parent = self->handle ? self->handle : 0xffffffffu;
    struct mtpi *mtpi = sp_storage_mtpi(self);
    struct mtpi_u32_array handles = {0};
    HRESULT hr;

    if (sp_facts_lists(sp_storage_facts(self), MTP_OP_GET_NUM_OBJECTS))
        return sp_storage_hr(self,
                             mtpi_get_num_objects(mtpi, self->storage, format, parent, ret_count));
    /* There are players that cannot count. */
    hr =
        sp_storage_hr(self, mtpi_get_object_handles(mtpi, self->storage, format, parent, &handles));
    *ret_count = (uint32_t)handles.count;
    free(handles.item);
    return hr;
}

static HRESULT child_attributes(const struct sp_storage *self, DWORD *attributes)
{
    uint32_t all = 0, folders = 0;
    HRESULT hr = count_children(self, 0, &all);

    if (SUCCEEDED(hr) && all)
        hr = count_children(self, MTP_FC_ASSOCIATION, &folders);
    if (folders)
        *attributes |= WMDM_STORAGE_ATTR_HAS_FOLDERS;
    if (all > folders)
        *attributes |= WMDM_STORAGE_ATTR_HAS_FILES;
    return hr;
}

static bool is_hidden(const struct sp_storage *self, uint16_t format)
{
    struct mtpi_value value = {0};

    return sp_facts_has_property(sp_storage_facts(self), format, MTP_OPC_HIDDEN) &&
           mtpi_get_object_prop_value(sp_storage_mtpi(self), self->handle, MTP_OPC_HIDDEN,
                                      MTP_DTC_UINT16, &value) == 0 &&
           value.integer == 1;
}

bool sp_storage_renames(const struct sp_storage *self, uint16_t format)
{
    struct sp_facts *facts = sp_storage_facts(self);

    return sp_facts_lists(facts, MTP_OP_SET_OBJECT_PROP_VALUE) &&
           sp_facts_sets_property(facts, format, MTP_OPC_OBJECT_FILE_NAME);
}

static DWORD can_attributes(const struct sp_storage *self, const struct mtpi_object_info *info,
                            const struct mtpi_storage_info *medium)
{
    struct sp_connection *connection = sp_storage_connection(self);
    DWORD attributes = 0;

    if (medium->access == MTP_AC_READ_WRITE && info->protection == 0) {
        if (sp_facts_lists(sp_connection_facts(connection), MTP_OP_DELETE_OBJECT))
            attributes |= WMDM_FILE_ATTR_CANDELETE;
        if (sp_facts_lists(sp_connection_facts(connection), MTP_OP_MOVE_OBJECT))
            attributes |= WMDM_FILE_ATTR_CANMOVE;
        if (sp_storage_renames(self, info->format))
            attributes |= WMDM_FILE_ATTR_CANRENAME;
        if (sp_facts_lists(sp_connection_facts(connection), MTP_OP_SET_OBJECT_PROP_VALUE))
            attributes |= WMDM_STORAGE_ATTR_CANEDITMETADATA;
    }
    if (sp_format_kind(info->format) != SP_KIND_LIST && info->format != MTP_FC_ASSOCIATION)
        attributes |= WMDM_FILE_ATTR_CANREAD;
    return attributes;
}

static DWORD kind_attributes(uint16_t format)
{
    switch (sp_format_kind(format)) {
    case SP_KIND_AUDIO:
        return WMDM_FILE_ATTR_AUDIO | WMDM_FILE_ATTR_MUSIC;
    case SP_KIND_VIDEO:
        return WMDM_FILE_ATTR_VIDEO;
    case SP_KIND_LIST:
        return WMDM_STORAGE_ATTR_VIRTUAL;
    default:
        return WMDM_FILE_ATTR_DATA;
    }
}

static HRESULT object_attributes(struct sp_storage *self, const struct mtpi_storage_info *medium,
                                 DWORD *attributes, uint16_t *ret_format)
{
    struct mtpi_object_info info = {0};
    HRESULT hr = sp_storage_info(self, &info);
    bool folder = info.format == MTP_FC_ASSOCIATION;

    if (FAILED(hr))
        return hr;
    *attributes |= folder ? WMDM_FILE_ATTR_FOLDER : WMDM_FILE_ATTR_FILE;
    *attributes |= can_attributes(self, &info, medium);
    if (info.protection == 1)
        *attributes |= WMDM_FILE_ATTR_READONLY;
    if (is_hidden(self, info.format))
        *attributes |= WMDM_FILE_ATTR_HIDDEN;
    *ret_format = info.format;
    mtpi_object_info_done(&info);
    if (folder)
        return child_attributes(self, attributes);
    *attributes |= kind_attributes(*ret_format);
    return S_OK;
}

HRESULT sp_attributes_get(struct sp_storage *self, DWORD *ret_attributes, uint16_t *ret_format)
{
    struct mtpi_storage_info medium = {0};
    DWORD attributes;
    HRESULT hr = sp_storage_medium(self, &medium);

    if (FAILED(hr))
        return hr;
    attributes = medium_attributes(&medium);
    mtpi_storage_info_done(&medium);
    *ret_format = MTP_FC_ASSOCIATION;
    if (self->handle) {
        hr = object_attributes(self, &medium, &attributes, ret_format);
    } else {
        attributes |= WMDM_STORAGE_ATTR_FILESYSTEM | WMDM_FILE_ATTR_FOLDER;
        hr = child_attributes(self, &attributes);
    }
    if (SUCCEEDED(hr))
        *ret_attributes = attributes;
    return hr;
}

static uint32_t number_of(struct sp_storage *self, uint16_t format, uint16_t code, uint16_t type)
{
    struct mtpi_value value = {0};

    if (!sp_facts_has_property(sp_storage_facts(self), format, code) ||
        mtpi_get_object_prop_value(sp_storage_mtpi(self), self->handle, code, type, &value))
        return 0;
    return (uint32_t)value.integer;
}

void sp_attributes_wave(struct sp_storage *self, uint16_t format, WAVEFORMATEX *ret)
{
    uint32_t rate = number_of(self, format, MTP_OPC_SAMPLE_RATE, MTP_DTC_UINT32);
    uint32_t bits = number_of(self, format, MTP_OPC_AUDIO_BIT_DEPTH, MTP_DTC_UINT32);
    WAVEFORMATEX wave = {0};

    if (!rate)
        return;
    wave.nSamplesPerSec = rate;
    wave.nChannels = (WORD)number_of(self, format, MTP_OPC_NUMBER_OF_CHANNELS, MTP_DTC_UINT16);
    wave.wFormatTag = (WORD)number_of(self, format, MTP_OPC_AUDIO_WAVE_CODEC, MTP_DTC_UINT32);
    wave.nAvgBytesPerSec = number_of(self, format, MTP_OPC_AUDIO_BITRATE, MTP_DTC_UINT32) / 8;
    if (!bits && wave.wFormatTag == 1 && wave.nChannels)
        bits = wave.nAvgBytesPerSec * 8 / rate / wave.nChannels;
    wave.wBitsPerSample = (WORD)bits;
    wave.nBlockAlign = bits ? (WORD)(wave.nChannels * bits / 8) : 1;
    *ret = wave;
}
/* READONLY and, where its format has it, HIDDEN have a counterpart on the device, SYSTEM has none;
 * the other settable ones follow from the object's format. What would change its nature is refused.
 */
HRESULT sp_attributes_set(struct sp_storage *self, DWORD attributes)
{
    struct mtpi_object_info info = {0};
    struct mtpi_response response = {0};
    struct mtpi_data none = {0};
    struct mtpi_value hidden = {.type = MTP_DTC_UINT16};
    uint32_t params[2] = {self->handle, attributes & WMDM_FILE_ATTR_READONLY ? 1 : 0};
    bool folder, hides;
    HRESULT hr;

    if (!self->handle)
        return WMDM_E_NOTSUPPORTED;
    hr = sp_storage_info(self, &info);
    if (FAILED(hr))
        return hr;
    folder = info.format == MTP_FC_ASSOCIATION;
    mtpi_object_info_done(&info);
    if ((attributes & WMDM_STORAGE_ATTR_FILESYSTEM) ||
        (attributes & (folder ? WMDM_FILE_ATTR_FILE : WMDM_FILE_ATTR_FOLDER)))
        return E_INVALIDARG;
    hides = sp_facts_has_property(sp_storage_facts(self), info.format, MTP_OPC_HIDDEN);
    if ((attributes & WMDM_FILE_ATTR_SYSTEM) || (!hides && (attributes & WMDM_FILE_ATTR_HIDDEN)))
        return WMDM_E_NOTSUPPORTED;
    if (hides && is_hidden(self, info.format) != !!(attributes & WMDM_FILE_ATTR_HIDDEN)) {
        hidden.integer = attributes & WMDM_FILE_ATTR_HIDDEN ? 1 : 0;
        hr = sp_storage_hr(self, mtpi_set_object_prop_value(sp_storage_mtpi(self), self->handle,
                                                            MTP_OPC_HIDDEN, &hidden));
    }
    if (FAILED(hr) || info.protection == params[1])
        return hr;
    hr = sp_storage_hr(self, mtpi_transact(sp_storage_mtpi(self), MTP_OP_SET_OBJECT_PROTECTION,
                                           params, 2, &none, &response));
    if (SUCCEEDED(hr) && response.code != MTP_RC_OK)
        hr = sp_storage_hr(self, response.code);
    return hr;
}
