/* Which class of a provider's library is the provider. */
#ifndef CONFORMANCE_WMDM_WMDM_CLASS_H
#define CONFORMANCE_WMDM_WMDM_CLASS_H

#include "conformance/case/conf.h"
#include "conformance/host/registry.h"
#include "spcore/com/com_guid.h"

/* A class id and who says so; "" and NULL: nobody does. */
struct wmdm_class {
    char id[COM_GUID_TEXT];
    const char *by;
};
/* As WMDM comes by it: what the library's DllRegisterServer writes into the registry, else the
 * value WMDMSPCLSID of the device's hardware key. `ret` is written as it goes: the library may take
 * the process down. */
void wmdm_class_find(struct conf *c, struct wmdm_class *ret);
/* Calls one of the library's functions of registration, which writes into that registry; false: it
 * does not export it. */
bool wmdm_register(struct conf *c, const char *name, struct registry *registry, HRESULT *ret_hr);
/* DllRegisterServer succeeds, and has written into the judge's registry. */
bool wmdm_registers(struct conf *c);
/* One DWORD value of the hardware key of the device, which a provider of its class reads. False:
 * not there. */
bool wmdm_device_parameter(struct conf *c, const char *name, uint32_t *ret_value);
/* WMDMSPCLSID of the same; false: not there, or no class id. */
bool wmdm_device_class(struct conf *c, char ret_id[COM_GUID_TEXT]);

#endif
