/* A device as an application of WMDM has it. Every call returns the device's own HRESULT; that it
 * has gone is asked once, after a failure. */
#ifndef SPCORE_SYNC_SYNC_DEVICE_H
#define SPCORE_SYNC_SYNC_DEVICE_H

#include "spcore/include/mswmdm.h"
#include "spcore/sync/sync_plan.h"

struct sync_device {
    IWMDMDevice *device;         /* borrowed */
    IWMDMDeviceSession *session; /* NULL: it has none */
    IWMDMStorage *root;          /* below which all lies */
    char *identity;              /* owned; by which it is known again */
    uint32_t *formats;           /* owned; 0 of them: it does not say */
    size_t format_count;
};

/* `root` NULL: the first of its storages; S_FALSE: there is none. */
HRESULT sync_device_open(IWMDMDevice *device, IWMDMStorage *root, struct sync_device *ret);
void sync_device_close(struct sync_device *device);
bool sync_device_takes(const struct sync_device *device, uint32_t format);
bool sync_device_gone(const struct sync_device *device);

/* The path of what is called `name`, which is written to, in a folder ("": the root); to free(). No
 * wanted path, which are UTF-8, is that of a name with a slash in it. */
char *sync_path(const char *folder, char *name);
/* Everything on its storage, in order of the paths; the handles are IWMDMStorage, a reference each.
 * Where a name stands twice in a folder, either may be found by its path. */
HRESULT sync_device_list(const struct sync_device *device, struct sync_found **ret_found,
                         size_t *ret_count);
void sync_found_done(struct sync_found *found, size_t count);

/* An empty property list. */
HRESULT sync_device_metadata(const struct sync_device *device, IWMDMMetaData **ret_list);
/* A new object in `folder`: WMDM_CONTENT_FILE or _FOLDER; `operation` has a file's content, NULL
 * for folders and lists. A reference of the caller's. */
HRESULT sync_device_insert(IWMDMStorage *folder, const char *name, DWORD content,
                           IWMDMMetaData *metadata, IWMDMOperation *operation,
                           IWMDMStorage **ret_object);
/* A file or a list. */
HRESULT sync_device_delete(IWMDMStorage *object);
/* An empty folder; S_FALSE: it is not empty, and stays. */
HRESULT sync_device_delete_folder(IWMDMStorage *folder);
HRESULT sync_device_read(IWMDMStorage *object, IWMDMOperation *operation);
HRESULT sync_device_set(IWMDMStorage *object, IWMDMMetaData *metadata);
HRESULT sync_device_refer(IWMDMStorage *list, IWMDMStorage **objects, size_t count);
/* The child of that name, a reference of the caller's; NULL: none. */
IWMDMStorage *sync_device_child(IWMDMStorage *folder, const char *name);
/* WMDM/PersistentUniqueID, to free(); NULL: none. */
char *sync_device_id(IWMDMStorage *object);
/* The ids of what a list refers to, each with a NUL behind it, as a list's digest takes them
 * (sync_lists.c); to free(); NULL: it has none. */
char *sync_device_references(IWMDMStorage *list, size_t *ret_length);

#endif
