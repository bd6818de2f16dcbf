/* The repository of the other end as what stands behind the provider's IWbemServices. */
#include "conformance/wmihost/wmihost.h"

/* A thread of the provider's that waits for WMI is one that waits; and whoever it acted as, behind
 * the call it is the host's again ("Maintaining Security Levels in a Provider"). */
HRESULT wmihost_call(struct wmihost *host, struct hosting_message *call,
                     struct hosting_message *ret_answer)
{
    HRESULT hr;

    world_outside(host->windows.world);
    hr = hosting_link_call(host->link, call, ret_answer);
    world_inside(host->windows.world);
    principal_act(NULL);
    return hr;
}

/* The message with what every call has; the texts may be NULL. */
static HRESULT begin(struct hosting_message *message, enum hosting_op op,
                     const struct wbem_call *call, const char *text, const char *more)
{
    HRESULT hr = hosting_put_text(message, 0, call->namespace);

    message->op = op;
    message->flags = call->flags;
    if (SUCCEEDED(hr))
        hr = hosting_put_text(message, 1, call->user);
    if (SUCCEEDED(hr))
        hr = hosting_put_text(message, 2, text);
    if (SUCCEEDED(hr))
        hr = hosting_put_text(message, 3, more);
    if (SUCCEEDED(hr))
        hr = hosting_put_context(message, call->context);
    return hr;
}

/* Consumes the message; *ret_answer is to hosting_message_done(). */
static HRESULT end(struct wmihost *host, HRESULT hr, struct hosting_message *message,
                   struct hosting_message *ret_answer)
{
    *ret_answer = (struct hosting_message){.kind = HOSTING_ANSWER};
    if (SUCCEEDED(hr))
        hr = wmihost_call(host, message, ret_answer);
    hosting_message_done(message);
    return SUCCEEDED(hr) ? ret_answer->hr : hr;
}

/* The only object of the answer, or what is missing there. */
static HRESULT one(const struct hosting_message *answer, HRESULT missing, struct cim_object **ret)
{
    struct cim_object *object = answer->object_count ? answer->objects[0] : NULL;

    *ret = object ? cim_object_ref(object) : NULL;
    return object ? answer->hr : missing;
}

static HRESULT connect(struct wmihost *host, const struct wbem_call *call, bool is_plain)
{
    struct hosting_message message = {.number = is_plain}, answer;
    HRESULT hr = begin(&message, HOSTING_OPEN, call, NULL, NULL);

    hr = end(host, hr, &message, &answer);
    hosting_message_done(&answer);
    return hr;
}

static HRESULT open(void *self, const struct wbem_call *call)
{
    return connect(self, call, false);
}

/* Which is to be denied: nothing of it is called but this. */
static HRESULT open_plain(void *self, const struct wbem_call *call)
{
    HRESULT hr = connect(self, call, true);

    return FAILED(hr) ? hr : WBEM_E_ACCESS_DENIED;
}

static HRESULT get(void *self, const struct wbem_call *call, const char *path,
                   struct cim_object **ret)
{
    struct hosting_message message = {.kind = HOSTING_CALL}, answer;
    HRESULT hr = begin(&message, HOSTING_GET, call, path, NULL);

    hr = end(self, hr, &message, &answer);
    if (SUCCEEDED(hr))
        hr = one(&answer, WBEM_E_TRANSPORT_FAILURE, ret);
    hosting_message_done(&answer);
    return hr;
}

static HRESULT put(void *self, const struct wbem_call *call, const struct cim_object *object,
                   char **ret_path)
{
    struct hosting_message message = {.kind = HOSTING_CALL}, answer;
    struct cim_object *copy = NULL;
    HRESULT hr = begin(&message, HOSTING_PUT, call, NULL, NULL);

    if (SUCCEEDED(hr))
        hr = cim_object_clone(object, &copy);
    if (SUCCEEDED(hr))
        hr = hosting_put_object(&message, copy);
    cim_object_unref(copy);
    hr = end(self, hr, &message, &answer);
    *ret_path = answer.texts[0];
    answer.texts[0] = NULL;
    hosting_message_done(&answer);
    return hr;
}

static HRESULT drop(void *self, const struct wbem_call *call, LONG genus, const char *path)
{
    struct hosting_message message = {.number = genus}, answer;
    HRESULT hr = begin(&message, HOSTING_DROP, call, path, NULL);

    hr = end(self, hr, &message, &answer);
    hosting_message_done(&answer);
    return hr;
}

/* They come at once; who wants no more is not asked again. */
static HRESULT find(void *self, const struct wbem_call *call, enum wbem_what what, const char *text,
                    cim_each *each, void *each_self)
{
    struct hosting_message message = {.number = what}, answer;
    HRESULT hr = begin(&message, HOSTING_FIND, call, text, NULL);

    hr = end(self, hr, &message, &answer);
    for (size_t i = 0; SUCCEEDED(hr) && i < answer.object_count; i++) {
        HRESULT wanted = answer.objects[i] ? each(each_self, answer.objects[i]) : S_OK;

        if (FAILED(wanted))
            hr = wanted;
    }
    hosting_message_done(&answer);
    return hr;
}

static HRESULT run(void *self, const struct wbem_call *call, const char *path, const char *method,
                   const struct cim_object *in, struct cim_object **ret_out)
{
    struct hosting_message message = {.kind = HOSTING_CALL}, answer;
    struct cim_object *copy = NULL;
    HRESULT hr = begin(&message, HOSTING_RUN, call, path, method);

    if (SUCCEEDED(hr) && in)
        hr = cim_object_clone(in, &copy);
    if (SUCCEEDED(hr) && in)
        hr = hosting_put_object(&message, copy);
    cim_object_unref(copy);
    hr = end(self, hr, &message, &answer);
    if (SUCCEEDED(hr))
        hr = one(&answer, answer.hr, ret_out);
    hosting_message_done(&answer);
    return hr;
}

const struct wbem_backend wmihost_wmi = {
    .open = open, .get = get, .put = put, .drop = drop, .find = find, .run = run};
const struct wbem_backend wmihost_plain = {.open = open_plain};
