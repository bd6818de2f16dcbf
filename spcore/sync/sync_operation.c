/* IWMDMOperation3 over a file, on the clear channel: a device that takes part in automatic
 * synchronisation has IMDSPObject2, so nothing is encrypted here. */
#include "spcore/sync/sync_operation.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spcore/com/com_object.h"

struct sync_operation {
    struct com_object com;
    IWMDMOperation3 IWMDMOperation3_iface;
    int fd; /* owned */
    uint64_t size, at;
    int64_t changed;
    EVP_MD_CTX *hash; /* owned, of what was read of it */
    bool comes_in;    /* from the device, to be compared */
    bool differs;     /* and is something else */
    bool lost;        /* the file is not what it was */
    sync_going_on *going_on;
    void *context;
};
COM_INTERFACE(sync_operation, IWMDMOperation3)

/* Bytes, fewer at the end of the file; or -errno. */
static ssize_t read_some(int fd, void *buffer, size_t length)
{
    size_t used = 0;
    ssize_t got = 1;

    while (used < length && (got = read(fd, (char *)buffer + used, length - used)) != 0) {
        if (got < 0 && errno != EINTR)
            return -errno;
        used += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)used;
}

static bool take(struct sync_operation *self, void *buffer, size_t length)
{
    return read_some(self->fd, buffer, length) == (ssize_t)length &&
           EVP_DigestUpdate(self->hash, buffer, length) == 1;
}

static bool goes_on(const struct sync_operation *self)
{
    return !self->going_on || self->going_on(self->context, self->at, self->size);
}

/* ---- what a transfer asks of the application */
static HRESULT STDMETHODCALLTYPE operation_BeginRead(IWMDMOperation3 *This)
{
    sync_operation_from_IWMDMOperation3(This)->comes_in = true;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_BeginWrite(IWMDMOperation3 *This)
{
    sync_operation_from_IWMDMOperation3(This)->comes_in = false;
    return S_OK;
}

/* The name is Insert3's. */
static HRESULT STDMETHODCALLTYPE operation_GetObjectName(IWMDMOperation3 *This, WCHAR *pwszName,
                                                         DWORD nMaxChars)
{
    (void)This;
    (void)pwszName;
    (void)nMaxChars;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE operation_SetObjectName(IWMDMOperation3 *This,
                                                         const WCHAR *pwszName, DWORD nMaxChars)
{
    (void)This;
    (void)pwszName;
    (void)nMaxChars;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_GetObjectAttributes(IWMDMOperation3 *This,
                                                               DWORD *pdwAttributes,
                                                               WAVEFORMATEX *pFormat)
{
    (void)This;
    if (!pdwAttributes)
        return E_INVALIDARG;
    *pdwAttributes = WMDM_FILE_ATTR_FILE | WMDM_FILE_ATTR_AUDIO;
    if (pFormat)
        memset(pFormat, 0, sizeof(*pFormat));
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_SetObjectAttributes(IWMDMOperation3 *This,
                                                               DWORD dwAttributes,
                                                               WAVEFORMATEX *pFormat)
{
    (void)This;
    (void)dwAttributes;
    (void)pFormat;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_GetObjectTotalSize(IWMDMOperation3 *This, DWORD *pdwSize,
                                                              DWORD *pdwSizeHigh)
{
    const struct sync_operation *self = sync_operation_from_IWMDMOperation3(This);

    if (!pdwSize || !pdwSizeHigh)
        return E_INVALIDARG;
    *pdwSize = (DWORD)self->size;
    *pdwSizeHigh = (DWORD)(self->size >> 32);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_SetObjectTotalSize(IWMDMOperation3 *This, DWORD dwSize,
                                                              DWORD dwSizeHigh)
{
    struct sync_operation *self = sync_operation_from_IWMDMOperation3(This);

    self->differs |= ((uint64_t)dwSizeHigh << 32 | dwSize) != self->size;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_TransferObjectData(IWMDMOperation3 *This, BYTE *pData,
                                                              DWORD *pdwSize, BYTE *abMac)
{
    (void)This;
    (void)pData;
    (void)pdwSize;
    (void)abMac;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE operation_End(IWMDMOperation3 *This, HRESULT *phCompletionCode,
                                               IUnknown *pNewObject)
{
    (void)This;
    (void)phCompletionCode;
    (void)pNewObject;
    return S_OK;
}

/* The next block to the device; S_FALSE behind the last. */
static HRESULT hand_out(struct sync_operation *self, BYTE *data, DWORD *size)
{
    uint64_t left = self->size - self->at;
    DWORD wanted = *size < left ? *size : (DWORD)left;

    *size = 0;
    if (!take(self, data, wanted)) {
        self->lost = true;
        return WMDM_E_USER_CANCELLED;
    }
    self->at += wanted;
    *size = wanted;
    if (!goes_on(self))
        return WMDM_E_USER_CANCELLED;
    return wanted ? S_OK : S_FALSE;
}

/* A block from the device. */
static HRESULT compare(struct sync_operation *self, const BYTE *data, DWORD size)
{
    BYTE own[16384];

    for (DWORD done = 0; done < size && !self->differs;) {
        DWORD part = size - done < sizeof(own) ? size - done : (DWORD)sizeof(own);

        self->differs = !take(self, own, part) || memcmp(own, data + done, part) != 0;
        done += part;
    }
    self->at += size;
    return self->differs || !goes_on(self) ? WMDM_E_USER_CANCELLED : S_OK;
}

static HRESULT STDMETHODCALLTYPE operation_TransferObjectDataOnClearChannel(IWMDMOperation3 *This,
                                                                            BYTE *pData,
                                                                            DWORD *pdwSize)
{
    struct sync_operation *self = sync_operation_from_IWMDMOperation3(This);

    if (!pData || !pdwSize)
        return E_INVALIDARG;
    return self->comes_in ? compare(self, pData, *pdwSize) : hand_out(self, pData, pdwSize);
}

static const IWMDMOperation3Vtbl operation_vtbl = {
    COM_UNKNOWN_SLOTS(sync_operation, IWMDMOperation3),
    .BeginRead = operation_BeginRead,
    .BeginWrite = operation_BeginWrite,
    .GetObjectName = operation_GetObjectName,
    .SetObjectName = operation_SetObjectName,
    .GetObjectAttributes = operation_GetObjectAttributes,
    .SetObjectAttributes = operation_SetObjectAttributes,
    .GetObjectTotalSize = operation_GetObjectTotalSize,
    .SetObjectTotalSize = operation_SetObjectTotalSize,
    .TransferObjectData = operation_TransferObjectData,
    .End = operation_End,
    .TransferObjectDataOnClearChannel = operation_TransferObjectDataOnClearChannel,
};

static const struct com_interface operation_interfaces[] = {
    COM_MAP(sync_operation, IUnknown, IWMDMOperation3),
    COM_MAP(sync_operation, IWMDMOperation, IWMDMOperation3),
    COM_MAP(sync_operation, IWMDMOperation3, IWMDMOperation3),
    COM_MAP_END,
};

static void operation_destroy(struct com_object *object)
{
    struct sync_operation *self = container_of(object, struct sync_operation, com);

    close(self->fd);
    EVP_MD_CTX_free(self->hash);
    free(self);
}

static const struct com_class operation_class = {"sync_operation", operation_interfaces,
                                                 operation_destroy};

/* ---- for the synchronisation */
struct sync_operation *sync_operation_new(int fd, uint64_t size, int64_t changed,
                                          sync_going_on *going_on, void *context)
{
    struct sync_operation *self = calloc(1, sizeof(*self));
    EVP_MD_CTX *hash = EVP_MD_CTX_new();

    if (!self || !hash || EVP_DigestInit_ex(hash, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(hash);
        free(self);
        close(fd);
        return NULL;
    }
    self->IWMDMOperation3_iface.lpVtbl = &operation_vtbl;
    self->fd = fd;
    self->size = size;
    self->changed = changed;
    self->hash = hash;
    self->going_on = going_on;
    self->context = context;
    com_object_init(&self->com, &operation_class);
    return self;
}

void sync_operation_free(struct sync_operation *operation)
{
    if (operation) {
        operation->going_on = NULL; /* whoever keeps it: the context is no longer there */
        com_object_release(&operation->com);
    }
}

IWMDMOperation *sync_operation_interface(struct sync_operation *operation)
{
    return (IWMDMOperation *)&operation->IWMDMOperation3_iface;
}

bool sync_operation_lost(const struct sync_operation *operation)
{
    struct stat stat;

    return operation->lost || fstat(operation->fd, &stat) < 0 ||
           (uint64_t)stat.st_size != operation->size ||
           (int64_t)stat.st_mtim.tv_sec * 1000000000 + stat.st_mtim.tv_nsec != operation->changed;
}

bool sync_operation_whole(struct sync_operation *operation, uint8_t ret_digest[SYNC_DIGEST])
{
    return operation->at == operation->size && !operation->differs &&
           !sync_operation_lost(operation) &&
           EVP_DigestFinal_ex(operation->hash, ret_digest, NULL) == 1;
}

int sync_file_digest(int fd, sync_going_on *going_on, void *context,
                     uint8_t ret_digest[SYNC_DIGEST])
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    uint64_t done = 0;
    char some[65536];
    ssize_t got = 1;
    int error = hash && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1 ? 0 : -ENOMEM;

    while (!error && got > 0) {
        got = read_some(fd, some, sizeof(some));
        if (got < 0)
            error = (int)got;
        else if (EVP_DigestUpdate(hash, some, (size_t)got) != 1)
            error = -EIO;
        else if (got > 0 && going_on && !going_on(context, done += (uint64_t)got, 0))
            error = -ECANCELED;
    }
    if (!error && EVP_DigestFinal_ex(hash, ret_digest, NULL) != 1)
        error = -EIO;
    EVP_MD_CTX_free(hash);
    return error;
}
