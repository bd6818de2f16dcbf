/* The configuration manager's lists of interfaces, and what it says of a device. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/include/cfgmgr32.h"
#include "conformance/host/win/win_private.h"
#include "spcore/com/com_guid.h"

/* What a list is asked for; freed by end_list(). */
struct list {
    char class_guid[COM_GUID_TEXT];
    char *instance_id; /* NULL: of any */
    enum pnp_list which;
};

static CONFIGRET begin_list(const GUID *class_guid, LPCWSTR instance_id, ULONG flags,
                            struct list *ret_list)
{
    const bool any = !instance_id || !*instance_id;

    if (flags & ~CM_GET_DEVICE_INTERFACE_LIST_BITS)
        return CR_INVALID_FLAG;
    *ret_list = (struct list){.instance_id = any ? NULL : win_utf8(instance_id),
                              .which = flags ? PNP_ALL : PNP_PRESENT};
    com_guid_format(class_guid, ret_list->class_guid);
    if (any)
        return CR_SUCCESS;
    if (!ret_list->instance_id)
        return CR_OUT_OF_MEMORY;
    if (pnp_find_devnode(win_host()->machine, ret_list->instance_id))
        return CR_SUCCESS;
    free(ret_list->instance_id);
    return CR_NO_SUCH_DEVNODE;
}

static const struct pnp_interface *next(const struct list *list, const struct pnp_interface *last)
{
    return pnp_next_interface(win_host()->machine, last, list->class_guid, list->instance_id,
                              list->which);
}

CONFIGRET WINAPI CM_Get_Device_Interface_List_SizeW(PULONG ret_size, LPGUID class_guid,
                                                    DEVINSTID_W instance_id, ULONG flags)
{
    struct list list;
    CONFIGRET result;
    ULONG size = 1;

    if (!ret_size || !class_guid)
        return CR_INVALID_POINTER;
    world_trace(win_world(), "CM_Get_Device_Interface_List_Size(flags %u)", flags);
    world_reach(win_world(), WORLD_BEFORE_SIZE, "");
    result = begin_list(class_guid, instance_id, flags, &list);
    if (result != CR_SUCCESS)
        return result;
    for (const struct pnp_interface *one = NULL; (one = next(&list, one)) != NULL;)
        size += (ULONG)win_utf16(one->link, NULL, 0);
    free(list.instance_id);
    *ret_size = size;
    return CR_SUCCESS;
}

CONFIGRET WINAPI CM_Get_Device_Interface_ListW(LPGUID class_guid, DEVINSTID_W instance_id,
                                               PZZWSTR buffer, ULONG size, ULONG flags)
{
    struct list list;
    CONFIGRET result;
    size_t used = 0;

    if (!buffer || !class_guid || !size)
        return buffer && class_guid ? CR_BUFFER_SMALL : CR_INVALID_POINTER;
    world_trace(win_world(), "CM_Get_Device_Interface_List(%u, flags %u)", size, flags);
    world_reach(win_world(), WORLD_BEFORE_LIST, "");
    result = begin_list(class_guid, instance_id, flags, &list);
    if (result != CR_SUCCESS)
        return result;
    for (const struct pnp_interface *one = NULL;
         result == CR_SUCCESS && (one = next(&list, one)) != NULL;) {
        const size_t length = win_utf16(one->link, NULL, 0);

        if (used + length + 1 > size)
            result = CR_BUFFER_SMALL;
        else
            used += win_utf16(one->link, buffer + used, length);
    }
    free(list.instance_id);
    buffer[result == CR_SUCCESS ? used : 0] = 0;
    return result;
}

/* ---- devices: an instance's number is its place among the machine's, from 1 */
struct pnp_devnode *win_devnode(DEVINST instance)
{
    struct pnp_devnode *one = NULL;

    do
        one = pnp_next_devnode(win_host()->machine, one);
    while (one && --instance > 0);
    return one;
}

static DEVINST instance_of(const struct pnp_devnode *devnode)
{
    DEVINST instance = 0;
    struct pnp_devnode *one = NULL;

    do {
        one = pnp_next_devnode(win_host()->machine, one);
        instance++;
    } while (one && one != devnode);
    return instance;
}

CONFIGRET WINAPI CM_Locate_DevNodeW(PDEVINST ret_instance, DEVINSTID_W instance_id, ULONG flags)
{
    char *id = win_utf8(instance_id);
    const struct pnp_devnode *devnode;

    if (!ret_instance || !id || flags & ~CM_LOCATE_DEVNODE_BITS) {
        free(id);
        return ret_instance && id ? CR_INVALID_FLAG : CR_INVALID_POINTER;
    }
    devnode = pnp_find_devnode(win_host()->machine, id);
    free(id);
    if (!devnode || (!(flags & CM_LOCATE_DEVNODE_PHANTOM) &&
                     pnp_state_of(win_host()->machine, devnode, NULL) == PNP_GONE))
        return CR_NO_SUCH_DEVNODE;
    *ret_instance = instance_of(devnode);
    return CR_SUCCESS;
}

CONFIGRET WINAPI CM_Get_Parent(PDEVINST ret_parent, DEVINST instance, ULONG flags)
{
    const struct pnp_devnode *devnode = win_devnode(instance);

    if (!ret_parent || flags)
        return ret_parent ? CR_INVALID_FLAG : CR_INVALID_POINTER;
    if (!devnode || !devnode->parent)
        return devnode ? CR_NO_SUCH_DEVNODE : CR_INVALID_DEVNODE;
    *ret_parent = instance_of(devnode->parent);
    return CR_SUCCESS;
}

CONFIGRET WINAPI CM_Get_Device_ID_Size(PULONG ret_size, DEVINST instance, ULONG flags)
{
    const struct pnp_devnode *devnode = win_devnode(instance);

    if (!ret_size || flags)
        return ret_size ? CR_INVALID_FLAG : CR_INVALID_POINTER;
    if (!devnode)
        return CR_INVALID_DEVNODE;
    *ret_size = (ULONG)win_utf16(devnode->instance_id, NULL, 0) - 1; /* without its NUL, here */
    return CR_SUCCESS;
}

CONFIGRET WINAPI CM_Get_Device_IDW(DEVINST instance, LPWSTR buffer, ULONG size, ULONG flags)
{
    const struct pnp_devnode *devnode = win_devnode(instance);

    if (!buffer || flags)
        return buffer ? CR_INVALID_FLAG : CR_INVALID_POINTER;
    if (!devnode)
        return CR_INVALID_DEVNODE;
    return win_utf16(devnode->instance_id, buffer, size) <= size ? CR_SUCCESS : CR_BUFFER_SMALL;
}

CONFIGRET WINAPI CM_Get_DevNode_Status(PULONG ret_status, PULONG ret_problem, DEVINST instance,
                                       ULONG flags)
{
    const struct pnp_devnode *devnode = win_devnode(instance);
    enum pnp_state state;
    uint32_t problem;

    if (!ret_status || !ret_problem || flags)
        return ret_status && ret_problem ? CR_INVALID_FLAG : CR_INVALID_POINTER;
    if (!devnode)
        return CR_INVALID_DEVNODE;
    state = pnp_state_of(win_host()->machine, devnode, &problem);
    if (state == PNP_GONE)
        return CR_NO_SUCH_DEVNODE;
    *ret_problem = problem;
    *ret_status = DN_NT_ENUMERATOR | DN_NT_DRIVER | DN_REMOVABLE | DN_DISABLEABLE |
                  (problem ? DN_HAS_PROBLEM : 0u) |
                  (state == PNP_STARTED ? DN_STARTED | DN_DRIVER_LOADED : 0u);
    return CR_SUCCESS;
}

/* The one is asked for by a user, the other by a program. */
static CONFIGRET remove_device(const char *call, DEVINST instance, PPNP_VETO_TYPE ret_veto,
                               LPWSTR veto_name, ULONG size)
{
    struct pnp_devnode *devnode = win_devnode(instance);

    if (!devnode)
        return CR_INVALID_DEVNODE;
    world_trace(win_world(), "%s(%s)", call, devnode->instance_id);
    if (ret_veto)
        *ret_veto = PNP_VetoTypeUnknown;
    if (veto_name && size)
        veto_name[0] = 0;
    if (pnp_eject(win_host()->machine, devnode) == 0)
        return CR_SUCCESS;
    if (!ret_veto)
        return CR_REMOVE_VETOED;
    *ret_veto = PNP_VetoOutstandingOpen;
    if (veto_name)
        (void)win_utf16(devnode->instance_id, veto_name, size);
    return CR_REMOVE_VETOED;
}

CONFIGRET WINAPI CM_Request_Device_EjectW(DEVINST instance, PPNP_VETO_TYPE ret_veto,
                                          LPWSTR veto_name, ULONG size, ULONG flags)
{
    return flags ? CR_INVALID_FLAG
                 : remove_device("CM_Request_Device_Eject", instance, ret_veto, veto_name, size);
}

CONFIGRET WINAPI CM_Query_And_Remove_SubTreeW(DEVINST instance, PPNP_VETO_TYPE ret_veto,
                                              LPWSTR veto_name, ULONG size, ULONG flags)
{
    return flags & ~CM_REMOVE_BITS
               ? CR_INVALID_FLAG
               : remove_device("CM_Query_And_Remove_SubTree", instance, ret_veto, veto_name, size);
}
