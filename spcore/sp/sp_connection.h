/* The one connection to a physical device: transport, MTP session, and what all who share it know.
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
struct sp_facts *sp_connection_facts(struct sp_connection *connection);
struct sp_activity *sp_connection_activity(struct sp_connection *connection);
struct sp_opened *sp_connection_opened(struct sp_connection *connection);
struct sp_heard *sp_connection_heard(struct sp_connection *connection);
struct sp_names *sp_connection_names(struct sp_connection *connection);
struct sp_sessions *sp_connection_sessions(struct sp_connection *connection);
struct sp_followers *sp_connection_followers(struct sp_connection *connection);

bool sp_connection_gone(const struct sp_connection *connection);
/* Result of an mtpi call as HRESULT; notes when it says that the device is gone. */
HRESULT sp_connection_hr(struct sp_connection *connection, int result);
/* Asks the device for a sign of life. */
HRESULT sp_connection_probe(struct sp_connection *connection);

#endif
