/* The interface seam: an object that comes into being while a defect of its methods is chosen gets
 * a copy of its vtable in which those methods are the defect's. The object stays the class's own,
 * and the other methods run as they always do. */
#include "spcore/deviant/seam.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_object.h"

SEAM(com_object_init);

/* The linker's names for both ends of the section that METHOD() fills. */
extern const struct seam_method *const __start_seam_methods[], *const __stop_seam_methods[];

/* A vtable seen once: classes have few, and they live as long as the module. */
struct copy {
    struct copy *next;
    const void *book, *deviant;
};
static pthread_mutex_t copies_lock = PTHREAD_MUTEX_INITIALIZER;
static struct copy *copies;

static void replace(void *vtbl, const struct seam_method *row)
{
    void *slot = (char *)vtbl + row->slot;

    memcpy(row->book, slot, sizeof(seam_function *));
    memcpy(slot, &row->instead, sizeof(seam_function *));
}

static bool is_chosen(const struct seam_method *row)
{
    return row->generated ? generated_wants(row->generated) : sp_deviates(row->defect);
}

/* The vtable itself when no chosen defect has a method in it. */
static const void *with_defects(const void *book, const IID *iid)
{
    void *vtbl = NULL;

    for (const struct seam_method *const *at = __start_seam_methods; at < __stop_seam_methods;
         at++) {
        if (!IsEqualIID((*at)->iid, iid) || !is_chosen(*at))
            continue;
        if (!vtbl && (vtbl = malloc((*at)->vtbl_size)) != NULL)
            memcpy(vtbl, book, (*at)->vtbl_size);
        if (vtbl)
            replace(vtbl, *at);
    }
    return vtbl ? vtbl : book;
}

static const void *deviant_vtbl(const void *book, const IID *iid)
{
    struct copy *copy;
    const void *deviant;

    pthread_mutex_lock(&copies_lock);
    copy = copies;
    while (copy && copy->book != book)
        copy = copy->next;
    deviant = copy ? copy->deviant : with_defects(book, iid);
    if (!copy && deviant != book && (copy = malloc(sizeof(*copy))) != NULL) {
        *copy = (struct copy){copies, book, deviant};
        copies = copy;
    }
    pthread_mutex_unlock(&copies_lock);
    return deviant;
}

/* The rows of one vtable stand from its oldest interface to its newest, which names all slots. */
static bool is_newest(const struct com_interface *row)
{
    for (const struct com_interface *later = row + 1; later->iid; later++) {
        if (later->offset == row->offset)
            return false;
    }
    return true;
}

void __wrap_com_object_init(struct com_object *object, const struct com_class *class)
{
    __real_com_object_init(object, class);
    for (const struct com_interface *row = class->interfaces; row->iid; row++) {
        const void **interface = (const void **)(void *)((char *)object + row->offset);

        if (is_newest(row))
            *interface = deviant_vtbl(*interface, row->iid);
    }
}

HRESULT take_back(HRESULT hr, void *ret_interface, HRESULT failure)
{
    IUnknown **interface = ret_interface;

    if (FAILED(hr))
        return hr;
    if (*interface)
        (*interface)->lpVtbl->Release(*interface);
    *interface = NULL;
    return failure;
}
