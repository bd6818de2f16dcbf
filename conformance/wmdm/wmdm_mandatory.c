/* Mandatory and Optional Interfaces, as the rows of the catalogue have it: SP-AUTH-002,
 * SP-ENUM-002, SP-ENUM-021, SP-DEV-006, SP-FMT-008, SP-STG-018, SP-STG-026, SP-STG-039, SP-STG-053,
 * SP-GLOB-005, SP-GLOB-024, SP-GLOB-025, SP-OBJ-021. Each stands with the interface that declares
 * it. */
#include "conformance/wmdm/wmdm_mandatory.h"

#include <string.h>

#include "spcore/base.h"

static const struct {
    const char *interface, *method;
} mandatory[] = {
    {"IComponentAuthenticate", "SACAuth"},
    {"IComponentAuthenticate", "SACGetProtocols"},
    {"IMDServiceProvider", "GetDeviceCount"},
    {"IMDServiceProvider", "EnumDevices"},
    {"IMDSPEnumDevice", "Next"},
    {"IMDSPEnumDevice", "Skip"},
    {"IMDSPEnumDevice", "Reset"},
    {"IMDSPEnumDevice", "Clone"},
    {"IMDSPDevice", "GetName"},
    {"IMDSPDevice", "GetManufacturer"},
    {"IMDSPDevice", "GetStatus"},
    {"IMDSPDevice", "GetType"},
    {"IMDSPDevice", "GetDeviceIcon"},
    {"IMDSPDevice", "GetFormatSupport"},
    {"IMDSPDevice", "EnumStorage"},
    {"IMDSPDevice2", "GetFormatSupport2"},
    {"IMDSPEnumStorage", "Next"},
    {"IMDSPEnumStorage", "Skip"},
    {"IMDSPEnumStorage", "Reset"},
    {"IMDSPEnumStorage", "Clone"},
    {"IMDSPStorage", "EnumStorage"},
    {"IMDSPStorage", "GetAttributes"},
    {"IMDSPStorage", "GetDate"},
    {"IMDSPStorage", "GetName"},
    {"IMDSPStorage", "GetSize"},
    {"IMDSPStorage", "GetStorageGlobals"},
    {"IMDSPStorage", "CreateStorage"},
    {"IMDSPStorage2", "CreateStorage2"},
    {"IMDSPStorage2", "GetAttributes2"},
    {"IMDSPStorageGlobals", "GetTotalSize"},
    {"IMDSPStorageGlobals", "GetTotalFree"},
    {"IMDSPStorageGlobals", "GetTotalBad"},
    {"IMDSPStorageGlobals", "GetDevice"},
    {"IMDSPStorageGlobals", "GetRootStorage"},
    {"IMDSPObject", "Open"},
    {"IMDSPObject", "Write"},
    {"IMDSPObject", "Close"},
    {"IMDSPObject", "Delete"},
};

bool wmdm_is_mandatory(const struct wmdm_method *method)
{
    for (size_t i = 0; i < ARRAY_SIZE(mandatory); i++) {
        if (strcmp(mandatory[i].interface, method->origin) == 0 &&
            strcmp(mandatory[i].method, method->name) == 0)
            return true;
    }
    return false;
}

/* It hands out a handle of Windows (SP-DEV-030). */
bool wmdm_may_have_none(const struct wmdm_method *method)
{
    return strcmp(method->name, "GetDeviceIcon") == 0;
}
