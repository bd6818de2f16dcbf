/* Reading ahead: of an application that asks several objects of one enumeration for their metadata,
 * the rest of them are asked for in one transaction. What was read is given out once, for a second,
 * and only as long as this side has changed nothing on the device; otherwise the object itself is
 * asked. Shared by an enumerator, its clones and the storages that they gave out. Thread safe. */
#ifndef SPCORE_SP_SP_AHEAD_H
#define SPCORE_SP_SP_AHEAD_H

#include "spcore/sp/sp_connection.h"

struct sp_ahead;

/* Of the `count` children of `parent` (0: the root). NULL: no memory, which every call takes for
 * nothing ahead. */
struct sp_ahead *sp_ahead_new(uint32_t parent, size_t count);
struct sp_ahead *sp_ahead_ref(struct sp_ahead *ahead);
void sp_ahead_unref(struct sp_ahead *ahead);

/* All properties of an object, for mtpi_property_list_done(); false: ask the object. */
bool sp_ahead_take(struct sp_ahead *ahead, struct sp_connection *connection, uint32_t handle,
                   struct mtpi_property_list *ret_list);

#endif
