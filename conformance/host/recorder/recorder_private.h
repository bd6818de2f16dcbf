/* What the recorder's classes share. */
#ifndef CONFORMANCE_HOST_RECORDER_RECORDER_PRIVATE_H
#define CONFORMANCE_HOST_RECORDER_RECORDER_PRIVATE_H

#include "conformance/host/recorder/recorder.h"
#include "spcore/base.h"
#include "spcore/com/com_object.h"
#include "spcore/com/com_utf16.h"

/* An instance's end of its channel, kept by all of its objects. */
struct recorder_channel {
    atomic_uint refs;
    struct recorder *recorder;
    struct sac_channel *sac;
};
struct recorder_channel *recorder_channel_ref(struct recorder_channel *channel);
void recorder_channel_unref(struct recorder_channel *channel);

/* Writes the call down and says what it is to answer: S_OK, WMDM_E_NOTCERTIFIED, or its failure. */
HRESULT recorder_asked(struct recorder_channel *channel, const char *method, const char *format,
                       ...) __attribute__((format(printf, 3, 4)));
void recorder_note(struct recorder *recorder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* QueryInterface of any of the classes: what is not offered is not there, and the extended ones are
 * written down. */
HRESULT recorder_query(struct recorder *recorder, struct com_object *object, REFIID riid,
                       void **ppvObject);

struct recorder_piece {
    const void *data;
    DWORD length;
};
HRESULT recorder_mac(struct recorder_channel *channel, const struct recorder_piece *pieces,
                     size_t count, BYTE *ret_mac);

HRESULT recorder_device_new(struct recorder_channel *channel, IMDSPDevice **ret_device);
/* "": the root. */
HRESULT recorder_storage_new(struct recorder_channel *channel, const char *name,
                             IMDSPStorage **ret_storage);
/* Over the root (`of_device`), or over what is in it. */
HRESULT recorder_enum_new(struct recorder_channel *channel, bool of_device,
                          IMDSPEnumStorage **ret_enumerator);
HRESULT recorder_globals_new(struct recorder_channel *channel, IMDSPStorageGlobals **ret_globals);

/* The trio, with the recorder's QueryInterface; the object has a member `channel`. */
#define RECORDED(class_, iface_)                                                                   \
    COM_INTERFACE(class_, iface_)                                                                  \
    static HRESULT STDMETHODCALLTYPE class_##_##iface_##_query(iface_ *This, REFIID riid,          \
                                                               void **ppvObject)                   \
    {                                                                                              \
        struct class_ *self = class_##_from_##iface_(This);                                        \
                                                                                                   \
        (void)class_##_##iface_##_QueryInterface;                                                  \
        return recorder_query(self->channel->recorder, &self->com, riid, ppvObject);               \
    }
#define RECORDED_SLOTS(class_, iface_)                                                             \
    .QueryInterface = class_##_##iface_##_query, .AddRef = class_##_##iface_##_AddRef,             \
    .Release = class_##_##iface_##_Release

#endif
