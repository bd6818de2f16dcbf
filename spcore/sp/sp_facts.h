/* What does not change about a device while it is connected: what it says about itself, which
 * properties objects of a format have, and which of those can be set, asked once. Thread safe. */
#ifndef SPCORE_SP_SP_FACTS_H
#define SPCORE_SP_SP_FACTS_H

#include <pthread.h>

#include "spcore/mtp/mtpi.h"

struct sp_connection;
struct sp_format_properties;
struct sp_access;

struct sp_facts {
    struct mtpi_device_info info;
    struct sp_connection *connection; /* the one these are of; asked for more */
    pthread_mutex_t lock;             /* of the lists */
    struct sp_format_properties *properties;
    struct sp_access *accesses;
};

void sp_facts_init(struct sp_facts *facts, struct sp_connection *connection);
void sp_facts_done(struct sp_facts *facts);
/* What the device says about itself; `info` is the facts' from here on. */
void sp_facts_take(struct sp_facts *facts, struct mtpi_device_info *info);
bool sp_facts_lists(const struct sp_facts *facts, uint16_t operation);
bool sp_facts_lists_property(const struct sp_facts *facts, uint16_t property);
bool sp_facts_lists_format(const struct sp_facts *facts, uint16_t format);
/* Does an object of this format have this property? No as well, when the device does not answer. */
bool sp_facts_has_property(struct sp_facts *facts, uint16_t format, uint16_t property);
/* And can a host set it? Yes, where the device describes no property. */
bool sp_facts_sets_property(struct sp_facts *facts, uint16_t format, uint16_t property);

#endif
