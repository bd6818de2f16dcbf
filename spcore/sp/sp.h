/* What the provider's classes share: the secure channel of one provider instance, and the classes'
 * constructors. Every method asks sp_enter() first; nothing is looked at or done before. */
#ifndef SPCORE_SP_SP_H
#define SPCORE_SP_SP_H

#include <pthread.h>
#include <string.h>

#include "spcore/com/com_object.h"
#include "spcore/include/mswmdm.h"
#include "spcore/include/sac.h"
#include "spcore/sp/sp_connection.h"
#include "spcore/sp/sp_session.h"

/* {7A8B6E2C-5C52-4B7E-9C2E-6B1C2A7D9E10} */
extern const CLSID sp_clsid;

/* The channel belongs to the provider instance and to all objects that came from it. */
struct sp_context {
    atomic_uint refs;
    struct sac_channel *sac; /* NULL: could not be made; everything then answers E_FAIL */
};
struct sp_context *sp_context_new(void);
struct sp_context *sp_context_ref(struct sp_context *context);
void sp_context_unref(struct sp_context *context);
/* WMDM_E_NOTCERTIFIED while the channel is closed, E_FAIL where there is none at all. */
HRESULT sp_certified(const struct sp_context *context);
/* How a method begins: with the channel, then E_INVALIDARG unless the arguments are what it needs.
 */
static inline HRESULT sp_enter(const struct sp_context *context, bool arguments)
{
    HRESULT hr = sp_certified(context);

    return SUCCEEDED(hr) && !arguments ? E_INVALIDARG : hr;
}
/* Where a method hands out an interface: nothing yet. False: the caller wants none. */
static inline bool sp_clear(void *ret_interface)
{
    if (ret_interface)
        memset(ret_interface, 0, sizeof(void *));
    return ret_interface != NULL;
}
/* The MAC of two pieces in this order. */
HRESULT sp_mac(struct sp_context *context, const void *first, DWORD first_length,
               const void *second, DWORD second_length, BYTE ret_mac[WMDM_MAC_LENGTH]);

/* What the device's own player plays: sp_playback.h. */
struct sp_playing {
    uint32_t object;   /* a track, or the list that it is in; 0: nothing plays */
    uint32_t index;    /* in that list */
    int32_t rate;      /* thousandths; 0: it pauses */
    uint32_t position; /* milliseconds */
};

struct sp_device {
    struct com_object com;
    IMDSPDevice3 IMDSPDevice3_iface;
    IMDSPDeviceControl IMDSPDeviceControl_iface;
    IWMDMDeviceSession IWMDMDeviceSession_iface;
    struct sp_context *context;       /* a reference */
    struct sp_connection *connection; /* a reference */
    uint32_t storage;                 /* the one this pseudo-device shows; 0: all of them */
    WCHAR *canonical;                 /* owned */
    struct sp_session session;
    DWORD playback; /* WMDM_DEVICECAP_*; 0: no IMDSPDeviceControl */
    struct {
        pthread_mutex_t lock; /* of the rest, and of the device's player */
        bool is_set;          /* by Seek, until the next Play */
        struct sp_playing at;
    } cue;
};
extern const IMDSPDeviceControlVtbl sp_device_control_vtbl; /* sp_device_control.c */
extern const IWMDMDeviceSessionVtbl sp_device_session_vtbl; /* sp_session.c */

HRESULT sp_class_factory_query(REFIID riid, void **ret_interface);
HRESULT sp_provider_new(REFIID riid, void **ret_interface);
/* `devices` are borrowed; the enumerator takes references of its own. */
HRESULT sp_enum_device_new(struct sp_context *context, IMDSPDevice *const *devices, size_t count,
                           size_t position, IMDSPEnumDevice **ret_enumerator);
HRESULT sp_device_new(struct sp_context *context, struct sp_connection *connection,
                      uint32_t storage, const WCHAR *path, unsigned index,
                      IMDSPDevice **ret_device);
void sp_device_ref(struct sp_device *device);
void sp_device_unref(struct sp_device *device);
/* HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED) once the device is gone. */
HRESULT sp_connected(const struct sp_device *device);
/* How a method of a device and of all below it begins: channel, device, arguments. */
static inline HRESULT sp_enter_device(const struct sp_device *device, bool arguments)
{
    HRESULT hr = sp_certified(device->context);

    if (SUCCEEDED(hr))
        hr = sp_connected(device);
    return SUCCEEDED(hr) && !arguments ? E_INVALIDARG : hr;
}
/* Ids of the storages with a medium that this device shows; the caller free()s the items. */
HRESULT sp_device_storages(struct sp_device *device, struct mtpi_u32_array *ret_ids);
HRESULT sp_device_find(struct sp_device *device, uint32_t storage, uint32_t parent,
                       WMDM_FIND_SCOPE scope, const WCHAR *id, IMDSPStorage **ret_storage);
/* DeviceProperty by its WMDM name: sp_device_property.c. */
HRESULT sp_device_get_property(struct sp_device *device, const WCHAR *name, PROPVARIANT *ret_value);
HRESULT sp_device_set_property(struct sp_device *device, const WCHAR *name,
                               const PROPVARIANT *value);
/* DeviceIoControl: sp_device_io_control.c. *out_size is the room, then what was written; with
 * ERROR_INSUFFICIENT_BUFFER what is needed. */
HRESULT sp_device_io_control(struct sp_device *device, DWORD code, const BYTE *in, DWORD in_size,
                             BYTE *out, DWORD *out_size);
/* The device's icon as a handle of the caller's: sp_icon.c. ERROR_NOT_FOUND: it has none. */
HRESULT sp_device_icon(struct sp_device *device, DWORD *ret_handle);
DWORD sp_version_number(const WCHAR *text); /* "2.13" is 0x0002000d */
/* The friendly name, or else the model, without trailing spaces; from the task allocator. */
HRESULT sp_device_display_name(struct sp_device *device, WCHAR **ret_name);
/* The identity text as WMDMID with its MAC; WMDM_E_NOTSUPPORTED when there is none. */
HRESULT sp_serial(struct sp_context *context, const uint16_t *text, WMDMID *ret_id,
                  BYTE ret_mac[WMDM_MAC_LENGTH]);

/* `handle` 0 is the root of the storage. */
HRESULT sp_storage_new(struct sp_device *device, uint32_t storage, uint32_t handle,
                       IMDSPStorage **ret_storage);
struct sp_ahead;
/* One that an enumeration gave out, whose metadata may be read with that of the others. */
HRESULT sp_storage_new_listed(struct sp_device *device, uint32_t storage, uint32_t handle,
                              struct sp_ahead *ahead /* may be NULL */, IMDSPStorage **ret_storage);
struct sp_place {
    uint32_t storage, handle;
};
/* `ahead`: what is read of those places at once (NULL: nothing); the enumerator takes a reference.
 */
HRESULT sp_enum_storage_new(struct sp_device *device, const struct sp_place *places, size_t count,
                            size_t position, struct sp_ahead *ahead,
                            IMDSPEnumStorage **ret_enumerator);
HRESULT sp_globals_new(struct sp_device *device, uint32_t storage,
                       IMDSPStorageGlobals **ret_globals);
/* Children of `parent` (0: the root); WMDM_E_INTERFACEDEAD when it is gone. */
HRESULT sp_children(struct sp_device *device, uint32_t storage, uint32_t parent,
                    struct mtpi_u32_array *ret_handles);
/* A child by its exact name; S_FALSE: there is none. */
HRESULT sp_child_by_name(struct sp_device *device, uint32_t storage, uint32_t parent,
                         const WCHAR *name, uint32_t *ret_handle);

/* Progress of a lengthy operation; every call is fine with a NULL callback. */
struct sp_progress {
    IWMDMProgress *callback; /* borrowed */
    DWORD done, estimated;
};
HRESULT sp_progress_begin(struct sp_progress *progress, IWMDMProgress *callback, DWORD estimated);
HRESULT sp_progress_step(struct sp_progress *progress); /* WMDM_E_USER_CANCELLED stops */
/* End3, End2 or End, whichever the callback knows, with the result of it all. */
void sp_progress_end(struct sp_progress *progress, HRESULT result);

#endif
