/* The one connection to a physical device: transport, MTP session, what does not change about it.
 * All objects of one device path share it, whichever provider instance they came from. Once the
 * device is gone the connection stays dead; a new CreateDevice makes a new one. Thread safe. */
#ifndef SPCORE_SP_SP_CONNECTION_H
#define SPCORE_SP_SP_CONNECTION_H

#include "spcore/include/mswmdm.h"
#include "spcore/mtp/mtpi.h"

struct sp_connection;

/* Opens or shares; *ret_connection is a reference of the caller's. */
HRESULT sp_connection_get(const char *uri, struct sp_connection **ret_connection);
struct sp_connection *sp_connection_ref(struct sp_connection *connection);
void sp_connection_unref(struct sp_connection *connection);

struct mtpi *sp_connection_mtpi(struct sp_connection *connection);
const struct mtpi_device_info *sp_connection_info(const struct sp_connection *connection);
bool sp_connection_lists(const struct sp_connection *connection, uint16_t operation);
bool sp_connection_lists_property(const struct sp_connection *connection, uint16_t property);
bool sp_connection_lists_format(const struct sp_connection *connection, uint16_t format);
/* Does an object of this format have this property? Asked once a format. */
bool sp_connection_has_property(struct sp_connection *connection, uint16_t format,
                                uint16_t property);

bool sp_connection_gone(const struct sp_connection *connection);
/* Result of an mtpi call as HRESULT; notes when it says that the device is gone. */
HRESULT sp_connection_hr(struct sp_connection *connection, int result);
/* Asks the device for a sign of life. */
HRESULT sp_connection_probe(struct sp_connection *connection);

/* ---- what is running, for GetStatus: WMDM_STATUS_* bits of operations on a storage */
struct sp_running {
    struct sp_running *next;
    uint32_t storage;
    DWORD status;
};
void sp_connection_begin(struct sp_connection *connection, struct sp_running *running,
                         uint32_t storage, DWORD status);
void sp_connection_end(struct sp_connection *connection, struct sp_running *running);
DWORD sp_connection_running(struct sp_connection *connection, uint32_t storage /* 0: any */);

/* ---- who is open: one writer or several readers of an object */
struct sp_opened {
    struct sp_opened *next;
    uint32_t storage, handle;
    bool writing;
};
HRESULT sp_connection_open(struct sp_connection *connection,
                           struct sp_opened *opened); /* WMDM_E_BUSY */
void sp_connection_close(struct sp_connection *connection, struct sp_opened *opened);
bool sp_connection_is_open(struct sp_connection *connection, uint32_t storage /* 0: any */,
                           uint32_t handle /* 0: any */);

/* hresult.c: the seam from the layers below. */
HRESULT hr_from_tp(int error);   /* 0 or -errno */
HRESULT hr_from_mtp(int result); /* 0, -errno, or an MTP response code */

#endif
