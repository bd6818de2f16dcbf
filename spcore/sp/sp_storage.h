/* One storage or object of the device: IMDSPStorage/2/3/4 and IMDSPObject/2 on one identity.
 * Names, sizes and attributes are asked of the device each time: other objects, other instances
 * and the device itself change them. */
#ifndef SPCORE_SP_SP_STORAGE_H
#define SPCORE_SP_SP_STORAGE_H

#include <pthread.h>
#include <stdio.h>

#include "spcore/sp/sp.h"
#include "spcore/sp/sp_followers.h"
#include "spcore/sp/sp_opened.h"

struct sp_storage {
    struct com_object com;
    IMDSPStorage4 IMDSPStorage4_iface;
    IMDSPObject2 IMDSPObject2_iface;
    IMDSPObjectInfo IMDSPObjectInfo_iface;
    IMDSPDirectTransfer IMDSPDirectTransfer_iface;
    struct sp_device *device; /* a reference */
    uint32_t storage;
    _Atomic uint32_t handle; /* 0: the root; another one once a spooled file is sent */
    pthread_mutex_t lock;    /* of the open state */
    DWORD mode;              /* 0: closed; MDSP_READ or MDSP_WRITE */
    uint64_t position, size;
    FILE *spool; /* devices that cannot edit in place collect here */
    struct sp_opening opening;
    struct sp_ahead *ahead; /* of the enumeration it came by, a reference; or NULL */
    struct sp_follower follower;
};

extern const IMDSPObject2Vtbl sp_storage_object_vtbl;        /* sp_object.c */
extern const IMDSPObjectInfoVtbl sp_storage_info_vtbl;       /* sp_object_info.c */
extern const IMDSPDirectTransferVtbl sp_storage_direct_vtbl; /* sp_direct_transfer.c */
void sp_object_release_open(struct sp_storage *self);        /* closes without an answer */
struct sp_storage *sp_storage_of(IMDSPStorage *interface);   /* NULL: not one of ours */

static inline struct sp_connection *sp_storage_connection(const struct sp_storage *self)
{
    return self->device->connection;
}
static inline struct mtpi *sp_storage_mtpi(const struct sp_storage *self)
{
    return sp_connection_mtpi(self->device->connection);
}
static inline struct sp_facts *sp_storage_facts(const struct sp_storage *self)
{
    return sp_connection_facts(self->device->connection);
}
static inline struct sp_activity *sp_storage_activity(const struct sp_storage *self)
{
    return sp_connection_activity(self->device->connection);
}
static inline struct sp_opened *sp_storage_opened(const struct sp_storage *self)
{
    return sp_connection_opened(self->device->connection);
}
static inline struct sp_followers *sp_storage_followers(const struct sp_storage *self)
{
    return sp_connection_followers(self->device->connection);
}
static inline HRESULT sp_storage_hr(const struct sp_storage *self, int result)
{
    return sp_connection_hr(self->device->connection, result);
}
HRESULT sp_storage_info(const struct sp_storage *self, struct mtpi_object_info *ret_info);
HRESULT sp_storage_medium(const struct sp_storage *self, struct mtpi_storage_info *ret_info);
HRESULT sp_storage_size(const struct sp_storage *self, uint64_t *ret_size);
/* Legal for a file or folder; E_INVALIDARG or HRESULT_FROM_WIN32(ERROR_INVALID_NAME). */
HRESULT sp_name_check(const WCHAR *name);
/* sp_date.c: "YYYYMMDDThhmmss[.s][Z|±hhmm]" in UTC (MTP 1.1, 3.2.5), without a zone as it stands.
 */
bool sp_date_parse(const uint16_t *text, WMDMDATETIME *ret_date);

/* sp_storage_attributes.c. The wave format comes from the object's own properties and is left alone
 * while the device knows none; setting refuses what would change the object's nature. */
HRESULT sp_attributes_get(struct sp_storage *self, DWORD *ret_attributes, uint16_t *ret_format);
HRESULT sp_attributes_set(struct sp_storage *self, DWORD attributes);
bool sp_storage_renames(const struct sp_storage *self, uint16_t format); /* objects of it */
void sp_attributes_wave(struct sp_storage *self, uint16_t format, WAVEFORMATEX *ret_wave);

/* sp_storage_tree.c, sp_storage_create.c: methods of the class in files of their own */
HRESULT sp_storage_enumerate(struct sp_storage *self, IMDSPEnumStorage **ret_enumerator);
HRESULT sp_storage_parent(struct sp_storage *self, IMDSPStorage **ret_parent);
HRESULT sp_storage_set_references(struct sp_storage *self, DWORD count, IMDSPStorage **items);
HRESULT sp_storage_get_references(struct sp_storage *self, DWORD *ret_count,
                                  IMDSPStorage ***ret_items);
struct sp_creation {
    DWORD attributes, attributes_ex;
    const WCHAR *name;
    IWMDMMetaData *metadata;   /* may be NULL */
    const WAVEFORMATEX *audio; /* may be NULL */
    uint64_t size;             /* announced; 0: unknown */
};
HRESULT sp_storage_create(struct sp_storage *self, const struct sp_creation *creation,
                          IMDSPStorage **ret_storage);
/* sp_metadata.c, sp_metadata_set.c */
/* What hosts have set of an object and what says something, for one that takes its place. The
 * caller ends it with mtpi_property_list_done(). */
HRESULT sp_metadata_kept(struct sp_storage *self, uint16_t format, struct mtpi_property_list *ret);
HRESULT sp_metadata_get(struct sp_storage *self, IWMDMMetaData *metadata);
HRESULT sp_metadata_get_some(struct sp_storage *self, DWORD count, WCHAR **names,
                             IWMDMMetaData *metadata);
HRESULT sp_metadata_set(struct sp_storage *self, IWMDMMetaData *metadata);
/* The list's items as MTP properties of that format; free with mtpi_property_list_done(). */
HRESULT sp_metadata_to_properties(struct sp_connection *connection, uint16_t format,
                                  IWMDMMetaData *metadata, struct mtpi_property_list *ret_list,
                                  unsigned *ret_dropped);
/* WMDM/FormatCode in the list; 0: none. */
uint16_t sp_metadata_format(IWMDMMetaData *metadata);
/* A persistent id as text: the 16 bytes come least significant first, and are read from the other
 * end. */
void sp_uid_text(const uint8_t wide[16], WCHAR ret_text[33]);
/* WMDM/PersistentUniqueID; from the task allocator. */
HRESULT sp_unique_id(struct sp_device *device, uint32_t storage, uint32_t handle, WCHAR **ret_id);

/* sp_formats.c */
enum sp_kind { SP_KIND_DATA, SP_KIND_AUDIO, SP_KIND_VIDEO, SP_KIND_IMAGE, SP_KIND_LIST };
enum sp_kind sp_format_kind(uint16_t format);
uint16_t sp_format_by_name(const WCHAR *name); /* by the extension; 0x3000: none we know */
/* What the device lists, allocated for the caller: wave formats, MIME types in the same order, and
 * both at once as file types. */
HRESULT sp_formats_audio(struct sp_connection *connection, WAVEFORMATEX **ret_formats,
                         DWORD *ret_count);
HRESULT sp_formats_mime(struct sp_connection *connection, WCHAR ***ret_types, DWORD *ret_count);
HRESULT sp_formats_file(struct sp_connection *connection, WMFILECAPABILITIES **ret_types,
                        DWORD *ret_count);
void sp_formats_file_free(WMFILECAPABILITIES *types, DWORD count);
HRESULT sp_format_capability(struct sp_connection *connection, uint16_t format,
                             WMDM_FORMAT_CAPABILITY *ret_capability);

#endif
