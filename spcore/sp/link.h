/* The one connection to a physical device: transport, MTP session, what does not change about it.
 * All objects of one device path share it, whichever provider instance they came from. Once the
 * device is gone the link stays dead; a new CreateDevice makes a new one. Thread safe. */
#ifndef SPCORE_SP_LINK_H
#define SPCORE_SP_LINK_H

#include "mswmdm.h"
#include "mtp/mtpi.h"

struct sp_link;

/* Opens or shares; *ret_link is a reference of the caller's. */
HRESULT sp_link_get(const char *uri, struct sp_link **ret_link);
struct sp_link *sp_link_ref(struct sp_link *link);
void sp_link_unref(struct sp_link *link);

struct mtpi *sp_link_mtpi(struct sp_link *link);
const struct mtpi_device_info *sp_link_info(const struct sp_link *link);
bool sp_link_lists(const struct sp_link *link, uint16_t operation);
bool sp_link_lists_property(const struct sp_link *link, uint16_t property);
bool sp_link_lists_format(const struct sp_link *link, uint16_t format);
/* Does an object of this format have this property? Asked once a format. */
bool sp_link_has_property(struct sp_link *link, uint16_t format, uint16_t property);

bool sp_link_gone(const struct sp_link *link);
/* Result of an mtpi call as HRESULT; notes when it says that the device is gone. */
HRESULT sp_link_hr(struct sp_link *link, int result);
/* Asks the device for a sign of life. */
HRESULT sp_link_probe(struct sp_link *link);

/* ---- what is running, for GetStatus: WMDM_STATUS_* bits of operations on a storage ------------
 */
struct sp_running {
    struct sp_running *next;
    uint32_t storage;
    DWORD status;
};
void sp_link_begin(struct sp_link *link, struct sp_running *running, uint32_t storage,
                   DWORD status);
void sp_link_end(struct sp_link *link, struct sp_running *running);
DWORD sp_link_running(struct sp_link *link, uint32_t storage /* 0: any */);

/* ---- who is open: one writer or several readers of an object ------------------------------------
 */
struct sp_opened {
    struct sp_opened *next;
    uint32_t storage, handle;
    bool writing;
};
HRESULT sp_link_open(struct sp_link *link, struct sp_opened *opened); /* WMDM_E_BUSY */
void sp_link_close(struct sp_link *link, struct sp_opened *opened);
bool sp_link_is_open(struct sp_link *link, uint32_t storage /* 0: any */,
                     uint32_t handle /* 0: any */);

/* hresult.c: the seam from the layers below. */
HRESULT hr_from_tp(int error);   /* 0 or -errno */
HRESULT hr_from_mtp(int result); /* 0, -errno, or an MTP response code */

#endif
