/* The hardware key of a device that no INF has written: it is plugged into our model of Windows,
 * which writes its properties into a registry; the values that WMDM reads are read there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/pnp.h"
#include "conformance/host/wmdm/mdm_class.h"
#include "conformance/host/wmdm/mdm_private.h"
#include "spcore/transport/transport.h"

enum { PROMPT_MS = 2000 };

static int control(void *self, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                   uint16_t length, void *data)
{
    const struct tp_setup setup = {type, request, value, index, length};

    return tp_control(self, &setup, data, PROMPT_MS);
}

static uint32_t number(const struct registry *registry, const char *key, const char *name)
{
    const struct registry_value *value = registry_get(registry, key, name);

    return value && value->type == REG_TYPE_DWORD && value->size == 4 ? get_le32(value->data) : 0;
}

static void read_key(const struct registry *registry, const char *hardware_key,
                     struct mdm_parameters *ret)
{
    char key[384], id[64];

    snprintf(key, sizeof(key), "%s\\Device Parameters", hardware_key);
    ret->UseExtendedWmdm = number(registry, key, "UseExtendedWmdm");
    ret->OptimalTransferSize = number(registry, key, "OptimalTransferSize");
    if (mdm_class_text(registry_get(registry, key, "WMDMSPCLSID"), id, sizeof(id)))
        (void)mdm_class_id(id, ret->WMDMSPCLSID);
}

static void read_driver(const struct registry *registry, const struct pnp_plugged *plugged,
                        struct mdm_hardware *ret)
{
    const struct registry_value *extended;
    char key[384];

    snprintf(key, sizeof(key), "%s\\Device Parameters", plugged->hardware_key);
    extended = registry_get(registry, key, "UseExtendedWmdm");
    ret->is_mtp = plugged->driver == PNP_WPD_MTP;
    ret->extended_type = extended ? extended->type : 0;
    if (plugged->interface_there)
        snprintf(ret->interface, sizeof(ret->interface), "%.38s", plugged->interface);
}

bool mdm_hardware_look(const char *path, struct mdm_parameters *ret_parameters,
                       struct mdm_hardware *ret_hardware)
{
    const struct tp_options options = {.no_claim = true};
    struct pnp_host host = {.registry = {.root = NULL}};
    struct pnp_plugged *plugged = calloc(1, sizeof(*plugged));
    struct tp *tp = NULL;
    bool asked;

    *ret_parameters = (struct mdm_parameters){0};
    *ret_hardware = (struct mdm_hardware){0};
    asked = plugged && tp_open(path, &options, &tp) == 0 &&
            pnp_plug(&host, &(struct pnp_bus){tp, control}, plugged) == 0;
    if (asked) {
        read_key(&host.registry, plugged->hardware_key, ret_parameters);
        read_driver(&host.registry, plugged, ret_hardware);
    }
    tp_close(tp);
    pnp_done(&host);
    free(plugged);
    return asked;
}

void mdm_hardware_parameters(const char *path, struct mdm_parameters *ret_parameters)
{
    struct mdm_hardware hardware;

    (void)mdm_hardware_look(path, ret_parameters, &hardware);
}
