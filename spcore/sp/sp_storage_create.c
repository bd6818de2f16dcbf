/* CreateStorage, CreateStorage2, CreateStorageWithMetadata: one way with three doors, as they only
 * differ in how much the caller says in advance. */
#include <stdlib.h>

#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_names.h"
#include "spcore/sp/sp_object.h"

HRESULT sp_name_check(const WCHAR *name)
{
    size_t length = name ? com_wcslen(name) : 0;

    if (!length)
        return E_INVALIDARG;
    if (length > 254) /* what a string of MTP 1.1, 3.2.3 can carry */
        return HRESULT_FROM_WIN32(ERROR_INVALID_NAME);
    for (size_t i = 0; i < length; i++) {
        if (name[i] < 0x20 || name[i] == '/' || name[i] == '\\')
            return HRESULT_FROM_WIN32(ERROR_INVALID_NAME);
    }
    return S_OK;
}

/* Where it is to go: INSERTINTO a folder, or beside this object. */
static HRESULT placement(struct sp_storage *self, DWORD attributes, uint32_t *ret_parent)
{
    const DWORD inserts = WMDM_STORAGECONTROL_INSERTBEFORE | WMDM_STORAGECONTROL_INSERTAFTER |
                          WMDM_STORAGECONTROL_INSERTINTO;
    DWORD insert = attributes & inserts;
    bool into = insert == WMDM_STORAGECONTROL_INSERTINTO, folder;
    struct mtpi_object_info info = {0};
    HRESULT hr;

    *ret_parent = 0;
    if (!insert || (insert & (insert - 1)))
        return E_INVALIDARG;
    if (!self->handle)
        return into ? S_OK : E_INVALIDARG;
    hr = sp_storage_info(self, &info);
    if (FAILED(hr))
        return hr;
    folder = info.format == MTP_FC_ASSOCIATION;
    *ret_parent = into ? self->handle : info.parent;
    mtpi_object_info_done(&info);
    return into && !folder ? WMDM_E_INVALIDTYPE : S_OK;
}

/* As sp_child_by_name(), without reading a folder again that is being filled. */
static HRESULT bearer_of(struct sp_storage *self, uint32_t parent, const WCHAR *name,
                         uint32_t *ret_bearer)
{
    struct sp_names *names = sp_connection_names(sp_storage_connection(self));

    if (sp_facts_lists(sp_storage_facts(self), MTP_OP_GET_NUM_OBJECTS) &&
        sp_names_lack(names, sp_storage_mtpi(self), self->storage, parent, name))
        return S_FALSE;
    return sp_child_by_name(self->device, self->storage, parent, name, ret_bearer);
}

/* The name must be free, or the old bearer goes first. */
static HRESULT make_room(struct sp_storage *self, const struct sp_creation *creation,
                         uint32_t parent)
{
    struct sp_storage old = {.device = self->device, .storage = self->storage};
    struct mtpi_storage_info medium = {0};
    uint32_t bearer = 0;
    HRESULT hr = bearer_of(self, parent, creation->name, &bearer);

    if (hr == S_OK && !(creation->attributes & WMDM_FILE_CREATE_OVERWRITE))
        return HRESULT_FROM_WIN32(ERROR_FILE_EXISTS);
    old.handle = bearer;
    if (hr == S_OK)
        hr = sp_object_delete(&old, WMDM_MODE_RECURSIVE, NULL);
    if (FAILED(hr))
        return hr;
    hr = sp_storage_medium(self, &medium);
    if (FAILED(hr))
        return hr;
    mtpi_storage_info_done(&medium);
    if (creation->size > medium.free_bytes)
        return HRESULT_FROM_WIN32(ERROR_DISK_FULL);
    return S_OK;
}

/* Objects without content, and those of which a file can be made (MTP 1.1, 4.3). */
static bool is_abstract(uint16_t format)
{
    return format >= 0xba00 && format < MTP_FC_WPL_PLAYLIST;
}

/* 0: an abstract format that the device does not list. No file can stand for such an object. */
static uint16_t format_of(struct sp_storage *self, const struct sp_creation *creation)
{
    const uint16_t asked = creation->metadata ? sp_metadata_format(creation->metadata) : 0;
    uint16_t format = asked;

    if (creation->attributes & WMDM_FILE_ATTR_FOLDER)
        return MTP_FC_ASSOCIATION;
    if (!format || format == MTP_FC_ASSOCIATION)
        format = sp_format_by_name(creation->name);
    if (format == MTP_FC_UNDEFINED && (creation->attributes & WMDM_FILE_ATTR_AUDIO))
        format = MTP_FC_UNDEFINED_AUDIO;
    if (sp_facts_lists_format(sp_storage_facts(self), format))
        return format;
    return is_abstract(asked) ? 0 : MTP_FC_UNDEFINED;
}

static void add_number(struct sp_storage *self, uint16_t format, struct mtpi_property_list *list,
                       uint16_t code, uint16_t type, uint32_t number)
{
    struct mtpi_property *grown;

    if (!number || !sp_facts_has_property(sp_storage_facts(self), format, code))
        return;
    for (size_t i = 0; i < list->count; i++) {
        if (list->item[i].code == code)
            return; /* the metadata say it themselves */
    }
    grown = realloc(list->item, (list->count + 1) * sizeof(*grown));
    if (!grown)
        return;
    list->item = grown;
    grown[list->count++] =
        (struct mtpi_property){.code = code, .value = {.type = type, .integer = number}};
}

/* Kept for GetAttributes until the file's data say better (SP-STG-038). */
static void add_audio(struct sp_storage *self, uint16_t format, const WAVEFORMATEX *wave,
                      struct mtpi_property_list *list)
{
    add_number(self, format, list, MTP_OPC_SAMPLE_RATE, MTP_DTC_UINT32, wave->nSamplesPerSec);
    add_number(self, format, list, MTP_OPC_NUMBER_OF_CHANNELS, MTP_DTC_UINT16, wave->nChannels);
    add_number(self, format, list, MTP_OPC_AUDIO_WAVE_CODEC, MTP_DTC_UINT32, wave->wFormatTag);
    add_number(self, format, list, MTP_OPC_AUDIO_BITRATE, MTP_DTC_UINT32,
               wave->nAvgBytesPerSec * 8);
    add_number(self, format, list, MTP_OPC_AUDIO_BIT_DEPTH, MTP_DTC_UINT32, wave->wBitsPerSample);
}

/* An object without content; a file gets its data by Open, Write and Close. */
static HRESULT make(struct sp_storage *self, const struct sp_creation *creation, uint32_t parent,
                    uint16_t format, const struct mtpi_property_list *list, uint32_t *ret_handle)
{
    struct mtpi *mtpi = sp_storage_mtpi(self);
    bool folder = format == MTP_FC_ASSOCIATION;
    struct mtpi_new_object object = {.storage = self->storage,
                                     .parent = parent ? parent : 0xffffffffu,
                                     .format = format,
                                     .association_type = folder ? MTP_AT_GENERIC_FOLDER : 0,
                                     .name = creation->name,
                                     .props = list->item,
                                     .prop_count = list->item ? list->count : 0};
    unsigned changes = mtpi_name_changes(mtpi);
    bool at_once =
        object.props && sp_facts_lists(sp_storage_facts(self), MTP_OP_SEND_OBJECT_PROP_LIST);
    unsigned failed = 0;
    int result = mtpi_send_object_info(mtpi, &object, ret_handle, &failed);
    HRESULT hr;

    /* There are players that list SendObjectPropList and never do it. */
    if (at_once && result == MTP_RC_GENERAL_ERROR) {
        at_once = false;
        object.props = NULL;
        result = mtpi_send_object_info(mtpi, &object, ret_handle, &failed);
    }
    hr = sp_storage_hr(self, result);
    if (SUCCEEDED(hr) && !folder && sp_format_kind(format) != SP_KIND_LIST)
        hr = sp_storage_hr(self, mtpi_send_object(mtpi, NULL, 0));
    for (size_t i = 0; SUCCEEDED(hr) && !at_once && i < object.prop_count; i++)
        (void)mtpi_set_object_prop_value(mtpi, *ret_handle, list->item[i].code,
                                         &list->item[i].value);
    if (SUCCEEDED(hr))
        sp_names_made(sp_connection_names(sp_storage_connection(self)), mtpi, self->storage, parent,
                      creation->name, changes);
    return hr;
}

HRESULT sp_storage_create(struct sp_storage *self, const struct sp_creation *creation,
                          IMDSPStorage **ret_storage)
{
    struct mtpi_property_list list = {0};
    uint32_t parent = 0, handle = 0;
    unsigned dropped = 0;
    uint16_t format;
    HRESULT hr = sp_name_check(creation->name);

    if (!ret_storage || creation->attributes_ex ||
        !(creation->attributes & (WMDM_FILE_ATTR_FOLDER | WMDM_FILE_ATTR_FILE)))
        return E_INVALIDARG;
    if (FAILED(hr))
        return hr;
    hr = placement(self, creation->attributes, &parent);
    if (FAILED(hr))
        return hr;
    format = format_of(self, creation);
    if (!format)
        return WMDM_E_NOTSUPPORTED;
    if (creation->metadata)
        hr = sp_metadata_to_properties(sp_storage_connection(self), format, creation->metadata,
                                       &list, &dropped);
    if (SUCCEEDED(hr) && creation->audio && sp_format_kind(format) == SP_KIND_AUDIO)
        add_audio(self, format, creation->audio, &list);
    /* Nobody takes the name in between, and the object gets the content that it was made for. */
    mtpi_hold(sp_storage_mtpi(self));
    if (SUCCEEDED(hr))
        hr = make_room(self, creation, parent);
    if (SUCCEEDED(hr))
        hr = make(self, creation, parent, format, &list, &handle);
    mtpi_let_go(sp_storage_mtpi(self));
    mtpi_property_list_done(&list);
    return FAILED(hr) ? hr : sp_storage_new(self->device, self->storage, handle, ret_storage);
}
