/* Where a provider that registers itself is found: WMDM's plug-ins, then COM's servers. */
#ifndef CONFORMANCE_HOST_WMDM_MDM_CLASS_H
#define CONFORMANCE_HOST_WMDM_MDM_CLASS_H

#include "conformance/host/registry.h"
#include "spcore/com/com_guid.h"

/* The class id in braces and capitals; false: nothing of a provider stands there. */
bool mdm_class_registered(const struct registry *registry, char ret_id[COM_GUID_TEXT]);

/* A REG_SZ of ASCII; false: it is none, or too long. */
bool mdm_class_text(const struct registry_value *value, char *ret, size_t room);
/* Braces and capitals, whatever it came in; false: it is no id. */
bool mdm_class_id(const char *text, char ret_id[COM_GUID_TEXT]);

#endif
