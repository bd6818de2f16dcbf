/* Frames: a length, numbers of fixed size, then texts, values and objects behind their lengths. */
#include "conformance/host/hosting/hosting_codec.h"

#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_codec.h"
#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_value.h"
#include "spcore/base.h"

enum { NO_TEXT = UINT32_MAX, CONTEXT_MAX = 1024 };

/* ---- writing; `failed` is looked at once, at the end */
struct writer {
    uint8_t *bytes;
    size_t size, room;
    bool failed;
};

static void put(struct writer *w, const void *bytes, size_t size)
{
    if (w->failed || size > HOSTING_FRAME_MAX - w->size) {
        w->failed = true;
        return;
    }
    if (w->size + size > w->room) {
        const size_t room = (w->size + size) * 2;
        void *grown = realloc(w->bytes, room);

        if (!grown) {
            w->failed = true;
            return;
        }
        w->bytes = grown;
        w->room = room;
    }
    if (size)
        memcpy(w->bytes + w->size, bytes, size);
    w->size += size;
}

static void put_number(struct writer *w, uint64_t number, size_t bytes)
{
    uint8_t le[8];

    put_le64(le, number);
    put(w, le, bytes);
}

static void put_blob(struct writer *w, const void *bytes, size_t size)
{
    put_number(w, size, 4);
    put(w, bytes, size);
}

static void put_string(struct writer *w, const char *text)
{
    if (text)
        put_blob(w, text, strlen(text));
    else
        put_number(w, NO_TEXT, 4);
}

/* What the repository's codec made; it is given up. */
static void put_made(struct writer *w, HRESULT hr, void *bytes, size_t size)
{
    if (FAILED(hr)) {
        w->failed = true;
        return;
    }
    put_blob(w, bytes, size);
    free(bytes);
}

static void put_context_values(struct writer *w, const struct hosting_message *message)
{
    put_number(w, message->has_context ? message->context_count : NO_TEXT, 4);
    for (size_t i = 0; i < message->context_count; i++) {
        void *bytes = NULL;
        size_t size = 0;
        HRESULT hr = cim_encode_value(&message->context[i].value, &bytes, &size);

        put_string(w, message->context[i].name);
        put_made(w, hr, bytes, size);
    }
}

static void put_objects(struct writer *w, const struct hosting_message *message)
{
    put_number(w, message->object_count, 4);
    for (size_t i = 0; i < message->object_count; i++) {
        void *bytes = NULL;
        size_t size = 0;
        HRESULT hr = message->objects[i] ? cim_encode_whole(message->objects[i], &bytes, &size)
                                         : WBEM_S_NO_ERROR;

        put_made(w, hr, bytes, size);
    }
}

HRESULT hosting_encode(const struct hosting_message *message, uint8_t **ret_frame, size_t *ret_size)
{
    struct writer w = {.bytes = NULL};

    put_number(&w, 0, HOSTING_HEAD);
    put_number(&w, message->kind, 1);
    put_number(&w, message->op, 1);
    put_number(&w, message->id, 4);
    put_number(&w, (uint32_t)message->hr, 4);
    put_number(&w, (uint32_t)message->flags, 4);
    put_number(&w, (uint64_t)message->number, 8);
    put_number(&w, message->handle, 8);
    put_number(&w, message->sink, 8);
    put_number(&w, message->iid.Data1, 4);
    put_number(&w, message->iid.Data2, 2);
    put_number(&w, message->iid.Data3, 2);
    put(&w, message->iid.Data4, sizeof(message->iid.Data4));
    put_number(&w, message->caller.account, 1);
    put_number(&w, message->caller.level, 1);
    put_number(&w, message->caller.number, 4);
    for (size_t i = 0; i < HOSTING_TEXTS; i++)
        put_string(&w, message->texts[i]);
    put_context_values(&w, message);
    put_objects(&w, message);
    if (w.failed) {
        free(w.bytes);
        return WBEM_E_OUT_OF_MEMORY;
    }
    put_le32(w.bytes, (uint32_t)(w.size - HOSTING_HEAD));
    *ret_frame = w.bytes;
    *ret_size = w.size;
    return WBEM_S_NO_ERROR;
}

/* ---- reading: behind the first failure there is nothing any more */
struct reader {
    const uint8_t *at, *end;
    HRESULT hr;
};

static void fail(struct reader *r, HRESULT hr)
{
    if (SUCCEEDED(r->hr))
        r->hr = hr;
    r->at = r->end;
}

/* NULL: so many there are not. */
static const uint8_t *get(struct reader *r, size_t size)
{
    const uint8_t *at = r->at;

    if (size > (size_t)(r->end - r->at)) {
        fail(r, WBEM_E_INVALID_OBJECT);
        return NULL;
    }
    r->at += size;
    return at;
}

static uint64_t get_number(struct reader *r, size_t bytes)
{
    const uint8_t *at = get(r, bytes);
    uint64_t number = 0;

    for (size_t i = 0; at && i < bytes; i++)
        number |= (uint64_t)at[i] << (8 * i);
    return number;
}

static uint64_t get_below(struct reader *r, size_t bytes, uint64_t limit)
{
    const uint64_t number = get_number(r, bytes);

    if (number >= limit)
        fail(r, WBEM_E_INVALID_OBJECT);
    return number < limit ? number : 0;
}

static char *get_string(struct reader *r)
{
    const uint64_t size = get_number(r, 4);
    const uint8_t *at;
    char *text;

    if (size == NO_TEXT || FAILED(r->hr))
        return NULL;
    at = get(r, size);
    if (!at || memchr(at, '\0', size)) {
        fail(r, WBEM_E_INVALID_OBJECT);
        return NULL;
    }
    text = strndup((const char *)at, size);
    if (!text)
        fail(r, WBEM_E_OUT_OF_MEMORY);
    return text;
}

/* Of things that are at least `least` bytes long each; NULL when there are none. */
static void *get_room(struct reader *r, uint64_t count, size_t least, size_t size)
{
    void *room;

    if (count > (uint64_t)(r->end - r->at) / least) {
        fail(r, WBEM_E_INVALID_OBJECT);
        return NULL;
    }
    room = count ? calloc(count, size) : NULL;
    if (count && !room)
        fail(r, WBEM_E_OUT_OF_MEMORY);
    return room;
}

static void get_context_values(struct reader *r, struct hosting_message *message)
{
    const uint64_t count = get_number(r, 4);

    if (count == NO_TEXT || FAILED(r->hr))
        return;
    message->has_context = true;
    if (count > CONTEXT_MAX)
        fail(r, WBEM_E_INVALID_OBJECT);
    message->context = get_room(r, count, 8, sizeof(*message->context));
    for (uint64_t i = 0; message->context && i < count && SUCCEEDED(r->hr); i++) {
        struct hosting_named *one = &message->context[message->context_count];
        uint64_t size;
        const uint8_t *at;

        one->name = get_string(r);
        size = get_number(r, 4);
        at = get(r, size);
        if (!one->name || !at || FAILED(cim_decode_value(at, size, &one->value))) {
            free(one->name);
            fail(r, WBEM_E_INVALID_OBJECT);
        } else {
            message->context_count++;
        }
    }
}

static void get_objects(struct reader *r, struct hosting_message *message)
{
    const uint64_t count = get_number(r, 4);

    message->objects = get_room(r, count, 4, sizeof(struct cim_object *));
    for (uint64_t i = 0; message->objects && i < count && SUCCEEDED(r->hr); i++) {
        const uint64_t size = get_number(r, 4);
        const uint8_t *at = get(r, size);

        if (at && size && FAILED(cim_decode_whole(at, size, &message->objects[i])))
            fail(r, WBEM_E_INVALID_OBJECT);
        message->object_count++;
    }
}

HRESULT hosting_decode(const uint8_t *bytes, size_t size, struct hosting_message *ret)
{
    struct reader r = {bytes, bytes + size, WBEM_S_NO_ERROR};
    struct hosting_message message = {.kind = HOSTING_CALL};
    const uint8_t *last;

    message.kind = (enum hosting_kind)get_below(&r, 1, HOSTING_KINDS);
    message.op = (enum hosting_op)get_below(&r, 1, HOSTING_OPS);
    message.id = (uint32_t)get_number(&r, 4);
    message.hr = (HRESULT)(uint32_t)get_number(&r, 4);
    message.flags = (LONG)(uint32_t)get_number(&r, 4);
    message.number = (int64_t)get_number(&r, 8);
    message.handle = get_number(&r, 8);
    message.sink = get_number(&r, 8);
    message.iid.Data1 = (uint32_t)get_number(&r, 4);
    message.iid.Data2 = (uint16_t)get_number(&r, 2);
    message.iid.Data3 = (uint16_t)get_number(&r, 2);
    last = get(&r, sizeof(message.iid.Data4));
    if (last)
        memcpy(message.iid.Data4, last, sizeof(message.iid.Data4));
    message.caller.account = (enum principal_account)get_below(&r, 1, PRINCIPAL_ACCOUNTS);
    message.caller.level = (enum principal_level)get_below(&r, 1, PRINCIPAL_LEVELS);
    message.caller.number = (uint32_t)get_number(&r, 4);
    for (size_t i = 0; i < HOSTING_TEXTS; i++)
        message.texts[i] = get_string(&r);
    get_context_values(&r, &message);
    get_objects(&r, &message);
    if (SUCCEEDED(r.hr) && r.at != r.end)
        r.hr = WBEM_E_INVALID_OBJECT;
    if (FAILED(r.hr))
        hosting_message_done(&message);
    else
        *ret = message;
    return r.hr;
}

void hosting_message_done(struct hosting_message *message)
{
    for (size_t i = 0; i < HOSTING_TEXTS; i++)
        free(message->texts[i]);
    for (size_t i = 0; i < message->context_count; i++) {
        free(message->context[i].name);
        cim_value_done(&message->context[i].value);
    }
    free(message->context);
    for (size_t i = 0; i < message->object_count; i++)
        cim_object_unref(message->objects[i]);
    free(message->objects);
    *message = (struct hosting_message){.kind = HOSTING_CALL};
}

/* ---- into messages */
HRESULT hosting_put_text(struct hosting_message *message, size_t index, const char *text)
{
    char *copy = text ? strdup(text) : NULL;

    if (text && !copy)
        return WBEM_E_OUT_OF_MEMORY;
    free(message->texts[index]);
    message->texts[index] = copy;
    return WBEM_S_NO_ERROR;
}

HRESULT hosting_put_wide(struct hosting_message *message, size_t index, const WCHAR *text)
{
    return text ? wbem_utf8(text, &message->texts[index]) : WBEM_S_NO_ERROR;
}

HRESULT hosting_put_object(struct hosting_message *message, struct cim_object *object)
{
    void *grown = cim_grow(message->objects, message->object_count, sizeof(*message->objects));

    if (!grown)
        return WBEM_E_OUT_OF_MEMORY;
    message->objects = grown;
    message->objects[message->object_count++] = object ? cim_object_ref(object) : NULL;
    return WBEM_S_NO_ERROR;
}

HRESULT hosting_put_face(struct hosting_message *message, IWbemClassObject *object)
{
    struct cim_object *cim = object ? wbem_object_cim(object) : NULL;
    HRESULT hr = object ? hosting_put_object(message, cim) : WBEM_S_NO_ERROR;

    cim_object_unref(cim);
    return hr;
}

static HRESULT put_named(struct hosting_message *message, const WCHAR *name, const VARIANT *variant)
{
    struct hosting_named one = {.name = NULL};
    void *grown;

    if (FAILED(wbem_from_variant(variant, 0, &one.value)))
        return WBEM_S_NO_ERROR;
    grown = FAILED(wbem_utf8(name, &one.name))
                ? NULL
                : cim_grow(message->context, message->context_count, sizeof(one));
    if (!grown) {
        free(one.name);
        cim_value_done(&one.value);
        return WBEM_E_OUT_OF_MEMORY;
    }
    message->context = grown;
    message->context[message->context_count++] = one;
    return WBEM_S_NO_ERROR;
}

HRESULT hosting_put_context(struct hosting_message *message, IWbemContext *context)
{
    IWbemContext *copy = NULL; /* others may enumerate theirs */
    VARIANT value = {.vt = VT_EMPTY};
    BSTR name = NULL;
    HRESULT hr = context ? IWbemContext_Clone(context, &copy) : WBEM_S_NO_ERROR;

    if (!context || FAILED(hr))
        return hr;
    message->has_context = true;
    hr = IWbemContext_BeginEnumeration(copy, 0);
    while (SUCCEEDED(hr) && IWbemContext_Next(copy, 0, &name, &value) == WBEM_S_NO_ERROR) {
        hr = put_named(message, name, &value);
        SysFreeString(name);
        (void)VariantClear(&value);
    }
    (void)IWbemContext_Release(copy);
    return hr;
}

/* ---- out of messages */
HRESULT hosting_face(const struct hosting_message *message, size_t index, IWbemClassObject **ret)
{
    *ret = NULL;
    return index < message->object_count && message->objects[index]
               ? wbem_object_new(message->objects[index], ret)
               : WBEM_S_NO_ERROR;
}

static HRESULT set_value(IWbemContext *context, const struct hosting_named *one)
{
    VARIANT value = {.vt = VT_EMPTY};
    BSTR name = NULL;
    HRESULT hr = wbem_bstr(one->name, &name);

    if (SUCCEEDED(hr))
        hr = wbem_to_variant(&one->value, &value);
    if (SUCCEEDED(hr))
        hr = IWbemContext_SetValue(context, name, 0, &value);
    (void)VariantClear(&value);
    SysFreeString(name);
    return hr;
}

HRESULT hosting_context(const struct hosting_message *message, IWbemContext **ret)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    *ret = NULL;
    if (!message->has_context)
        return hr;
    hr = wbem_context_new(ret);
    for (size_t i = 0; SUCCEEDED(hr) && i < message->context_count; i++)
        hr = set_value(*ret, &message->context[i]);
    if (FAILED(hr) && *ret) {
        (void)IWbemContext_Release(*ret);
        *ret = NULL;
    }
    return hr;
}
