/* The provider's interface pointers by their handles, with as many references as the other end
 * counts; and what the provider itself has references of. All on the thread that serves. */
#include <stdlib.h>

#include "conformance/wmihost/wmihost.h"
#include "spcore/base.h"

struct wmihost_object {
    struct wmihost_object *next;
    uint64_t handle;
    const IID *iid;
    IUnknown *object; /* one reference, however many the other end counts */
    uint64_t remote;
};

static const IID *const spoken[] = {&IID_IUnknown, &IID_IWbemProviderInit, &IID_IWbemServices};

static const IID *spoken_as(REFIID iid)
{
    for (size_t i = 0; i < ARRAY_SIZE(spoken); i++) {
        if (IsEqualIID(iid, spoken[i]))
            return spoken[i];
    }
    return NULL;
}

uint64_t wmihost_hand_out(struct wmihost *host, REFIID riid, void *object)
{
    const IID *iid = spoken_as(riid);
    struct wmihost_object *one = host->objects;

    while (iid && one && (one->object != object || one->iid != iid))
        one = one->next;
    if (iid && !one && (one = calloc(1, sizeof(*one)))) {
        *one = (struct wmihost_object){
            .next = host->objects, .handle = ++host->last_handle, .iid = iid, .object = object};
        host->objects = one;
    } else {
        (void)IUnknown_Release((IUnknown *)object);
    }
    if (!iid || !one)
        return 0;
    one->remote++;
    return one->handle;
}

/* Of any interface if `iid` is NULL; where it hangs, or NULL. */
static struct wmihost_object **find(struct wmihost *host, const IID *iid, uint64_t handle)
{
    struct wmihost_object **at = &host->objects;

    while (*at && (*at)->handle != handle)
        at = &(*at)->next;
    return *at && (!iid || IsEqualIID((*at)->iid, iid)) ? at : NULL;
}

void *wmihost_object(struct wmihost *host, REFIID iid, uint64_t handle)
{
    struct wmihost_object **at = find(host, iid, handle);

    return at ? (*at)->object : NULL;
}

/* What it refuses it is to have emptied, so that there is a mark of ours in it before. */
void wmihost_query(struct wmihost *host, struct hosting_message *call,
                   struct hosting_message *answer)
{
    struct wmihost_object **at = find(host, NULL, call->handle);
    void *const untouched = answer;
    void *out = untouched;

    if (!at) {
        answer->hr = E_HANDLE;
        return;
    }
    answer->hr = IUnknown_QueryInterface((*at)->object, &call->iid, &out);
    answer->number = FAILED(answer->hr) && out;
    if (SUCCEEDED(answer->hr) && out && out != untouched)
        answer->handle = wmihost_hand_out(host, &call->iid, out);
}

void wmihost_release(struct wmihost *host, struct hosting_message *call,
                     struct hosting_message *answer)
{
    struct wmihost_object **at = find(host, NULL, call->handle), *gone;

    if (!at || call->number < 0) {
        answer->hr = E_HANDLE;
        return;
    }
    gone = *at;
    gone->remote -= (uint64_t)call->number < gone->remote ? (uint64_t)call->number : gone->remote;
    if (gone->remote)
        return;
    *at = gone->next;
    (void)IUnknown_Release(gone->object);
    free(gone);
}

/* ---- what it was given */
static unsigned others(IUnknown *what)
{
    (void)IUnknown_AddRef(what);
    return (unsigned)IUnknown_Release(what) - 1;
}

void wmihost_give(struct wmihost *host, IUnknown *what, bool is_context)
{
    struct wmihost_given *one = what ? calloc(1, sizeof(*one)) : NULL;

    if (one) {
        *one = (struct wmihost_given){host->given, what, is_context};
        host->given = one;
    } else if (what) {
        (void)IUnknown_Release(what);
    }
    for (struct wmihost_given **at = &host->given; *at;) {
        one = *at;
        if (others(one->what)) {
            at = &one->next;
            continue;
        }
        *at = one->next;
        (void)IUnknown_Release(one->what);
        free(one);
    }
}

void wmihost_held(struct wmihost *host, struct hosting_message *call,
                  struct hosting_message *answer)
{
    IWbemClassObject *first =
        call->number == HOSTING_FIRST_OBJECT ? wmihost_first(host, call->sink) : NULL;

    if (first) {
        answer->number = others((IUnknown *)first) - 1; /* the sink has one */
        (void)IWbemClassObject_Release(first);
    } else if (call->number == HOSTING_CONTEXTS || call->number == HOSTING_NAMESPACES) {
        for (const struct wmihost_given *one = host->given; one; one = one->next) {
            if (one->is_context == (call->number == HOSTING_CONTEXTS))
                answer->number += others(one->what);
        }
    }
}
