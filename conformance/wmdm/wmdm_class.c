/* Windows finds a provider's class in its registry: the library registers it there, and a device's
 * hardware key names the one that drives it. Both are asked of our models of Windows. */
#include "conformance/wmdm/wmdm_class.h"

#include <stdio.h>
#include <string.h>

#include "conformance/case/module.h"
#include "conformance/host/pnp.h"
#include "conformance/host/pnp/pnp_models.h"
#include "conformance/host/win_registry.h"
#include "conformance/host/wmdm/mdm_class.h"
#include "conformance/raw/dut.h"
#include "conformance/wmdm/wmdm.h"
#include "spcore/base.h"

/* ---- what the library registers */
bool wmdm_register(struct conf *c, const char *name, struct registry *registry, HRESULT *ret_hr)
{
    void *symbol = module_registers_with_us() ? wmdm_export(c, name) : NULL;
    HRESULT(STDMETHODCALLTYPE * enter)(void);

    if (!symbol)
        return false;
    memcpy(&enter, &symbol, sizeof(symbol));
    win_registry_bind(registry);
    *ret_hr = SP_HR(name, enter());
    win_registry_bind(NULL);
    return true;
}

static bool of_library(struct conf *c, char ret[COM_GUID_TEXT])
{
    struct registry registry = {.root = NULL};
    HRESULT hr;
    bool found = wmdm_register(c, "DllRegisterServer", &registry, &hr) &&
                 mdm_class_registered(&registry, ret);

    registry_done(&registry);
    return found;
}

bool wmdm_registers(struct conf *c)
{
    struct registry registry = {.root = NULL};
    HRESULT hr;
    bool written = wmdm_register(c, "DllRegisterServer", &registry, &hr) && hr == S_OK &&
                   registry.root != NULL;

    registry_done(&registry);
    return written;
}

/* ---- what the device names */
enum { MODELS_MAX = 64 };

static int control(void *self, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                   uint16_t length, void *data)
{
    return dut_control(self, type, request, value, index, length, data);
}

/* The value of that name in the hardware key of the first device that the INF gives one, copied out
 * if it is of that type and fits. */
static bool of_inf(const char *inf, const char *name, uint32_t type, uint8_t *ret_data, size_t room)
{
    const char *slash = strrchr(inf, '/');
    struct pnp_machine *machine = pnp_machine_new(NULL);
    struct pnp_devnode *devnodes[MODELS_MAX];
    const struct registry_value *value = NULL;
    char error[256], key[PNP_KEY_MAX + sizeof("\\Device Parameters")];
    size_t count = 0;
    bool fits;

    if (machine && pnp_stage_file(machine, inf, error, sizeof(error)) == 0)
        count = pnp_plug_models(machine, slash ? slash + 1 : inf, devnodes, MODELS_MAX);
    for (size_t i = 0; i < count && !value; i++) {
        snprintf(key, sizeof(key), "%s\\Device Parameters", devnodes[i]->key);
        value = registry_get(pnp_registry(machine), key, name);
    }
    fits = value && value->type == type && value->size <= room;
    if (fits)
        memcpy(ret_data, value->data, value->size);
    pnp_machine_free(machine);
    return fits;
}

/* The value of that name in the device's hardware key: of a run that is given an INF, what that
 * leaves there; else as the device's OS descriptors write it. */
static bool hardware_value(struct conf *c, const char *name, uint32_t type, uint8_t *ret_data,
                           size_t room)
{
    struct pnp_host host = {.registry = {.root = NULL}};
    struct pnp_bus bus = {c, control};
    static struct pnp_plugged plugged;
    const struct registry_value *value = NULL;
    char key[384];

    if (*conf_inf(c))
        return of_inf(conf_inf(c), name, type, ret_data, room);
    if (pnp_plug(&host, &bus, &plugged) == 0) {
        snprintf(key, sizeof(key), "%s\\Device Parameters", plugged.hardware_key);
        value = registry_get(&host.registry, key, name);
    }
    conf_transport_drop(c); /* the device is the provider's */
    if (value && (value->type != type || value->size > room))
        value = NULL;
    if (value)
        memcpy(ret_data, value->data, value->size);
    pnp_done(&host);
    return value != NULL;
}

bool wmdm_device_parameter(struct conf *c, const char *name, uint32_t *ret_value)
{
    uint8_t data[4] = {0};

    if (!hardware_value(c, name, REG_TYPE_DWORD, data, sizeof(data)))
        return false;
    *ret_value = get_le32(data);
    return true;
}

bool wmdm_device_class(struct conf *c, char ret_id[COM_GUID_TEXT])
{
    uint8_t data[2 * COM_GUID_TEXT] = {0};
    struct registry_value value = {.type = REG_TYPE_SZ, .data = data, .size = sizeof(data)};
    char text[COM_GUID_TEXT];

    return hardware_value(c, "WMDMSPCLSID", REG_TYPE_SZ, data, sizeof(data)) &&
           mdm_class_text(&value, text, sizeof(text)) && mdm_class_id(text, ret_id);
}

void wmdm_class_find(struct conf *c, struct wmdm_class *ret)
{
    if (of_library(c, ret->id))
        ret->by = "DllRegisterServer";
    else if (wmdm_device_class(c, ret->id))
        ret->by = "the device's WMDMSPCLSID";
}
