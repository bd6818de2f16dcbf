/* Defects of the provider that nobody wrote down: any result, output or reference count of any of
 * its methods. One is chosen by its name,
 *
 *     METHOD:WHAT:KIND[@N]        IMDSPStorage.GetName:pwszName:changed
 *
 * where WHAT is an output by its name in the documents' prototypes, `result` (of a call that
 * succeeds) or `refusal` (of one that fails). The wrappers are made by gen_generated.py. An
 * interface is dropped or doubled by one reference too few or too many. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

#define LIST "list-generated"
#define NAME_MAX_LENGTH 128u
#define OLD_MAX 256u

/* POINTERS: an array of pointers in a block of its own. */
enum given_kind {
    GIVEN_VALUE,
    GIVEN_TEXT,
    GIVEN_BYTES,
    GIVEN_BLOCK,
    GIVEN_POINTERS,
    GIVEN_INTERFACE
};

/* What a call hands out. */
struct given {
    const char *name;
    enum given_kind kind;
    void *at;           /* the caller's argument, may be NULL */
    size_t size;        /* of it, TEXT: its room; of an element */
    const DWORD *count; /* of elements; NULL: it is one */
    uint8_t old[OLD_MAX];
};

struct call {
    const char *method;
    uintptr_t owner;
    struct given *given; /* ended by one without a name */
};

enum kind { CHANGED, DROPPED, DOUBLED, SWAPPED, UNWRITTEN, NULLED, KINDS };
static const char *const kinds[KINDS] = {"changed", "dropped",   "doubled",
                                         "swapped", "unwritten", "nulled"};

static struct {
    bool lists;
    char method[NAME_MAX_LENGTH], what[NAME_MAX_LENGTH]; /* empty: none is chosen */
    enum kind kind;
    uint64_t draw;
} chosen;
static pthread_once_t chosen_once = PTHREAD_ONCE_INIT;

/* What was handed out last, and by whom; for SWAPPED, and so that a name is listed once. */
static struct said {
    char name[NAME_MAX_LENGTH]; /* METHOD:WHAT */
    unsigned listed;            /* bit per kind */
    struct {
        uintptr_t owner;
        uint8_t bytes[OLD_MAX];
        size_t length; /* 0: nothing */
    } last[2];
} said[512];
static pthread_mutex_t said_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- the name */

static uint64_t hash(const char *text)
{
    uint64_t value = 0xcbf29ce484222325u;

    for (; *text; text++)
        value = (value ^ (uint8_t)*text) * 0x100000001b3u;
    value ^= value >> 31;
    value *= 0x9e3779b97f4a7c15u;
    return value ^ value >> 29;
}

static void read_environment(void)
{
    const char *name = getenv("SPCORE_DEVIATE");
    char kind[16];

    chosen.lists = name && strcmp(name, LIST) == 0;
    if (!name || chosen.lists || strlen(name) >= NAME_MAX_LENGTH)
        return;
    if (sscanf(name, "%127[^:]:%127[^:]:%15[a-z]", chosen.method, chosen.what, kind) != 3)
        chosen.method[0] = '\0';
    chosen.draw = hash(name);
    while (chosen.method[0] && chosen.kind < KINDS && strcmp(kinds[chosen.kind], kind) != 0)
        chosen.kind++;
}

bool generated_wants(const char *method)
{
    pthread_once(&chosen_once, read_environment);
    return chosen.lists || strcmp(chosen.method, method) == 0;
}

/* ---- what was said */

static struct said *said_of(const struct call *call, const char *what)
{
    char name[2 * NAME_MAX_LENGTH];
    struct said *at = said;

    snprintf(name, sizeof(name), "%s:%s", call->method, what);
    name[NAME_MAX_LENGTH - 1] = '\0';
    while (at->name[0] && strcmp(at->name, name) != 0 && at < said + ARRAY_SIZE(said) - 1)
        at++;
    memcpy(at->name, name, NAME_MAX_LENGTH);
    return at;
}

/* Is that to be done now? When listing it is only named, once. */
static bool hits(const struct call *call, const char *what, enum kind kind)
{
    struct said *at;

    if (!chosen.lists)
        return chosen.kind == kind && strcmp(chosen.what, what) == 0;
    at = said_of(call, what);
    if (!(at->listed & 1u << kind))
        fprintf(stderr, "passes %s:%s:%s\n", call->method, what, kinds[kind]);
    at->listed |= 1u << kind;
    return false;
}

/* ---- outputs */

/* Of what stands at `at` itself, in bytes. */
static size_t length_of(const struct given *given)
{
    size_t length = given->size;

    if (given->kind == GIVEN_BYTES)
        length = given->count ? *given->count : 0;
    if (given->kind == GIVEN_BLOCK || given->kind == GIVEN_POINTERS)
        length = sizeof(void *);
    return length < OLD_MAX ? length : OLD_MAX;
}

static bool is_plain(const struct given *given)
{
    return given->kind == GIVEN_VALUE || given->kind == GIVEN_TEXT || given->kind == GIVEN_BYTES;
}

static void generated_before(struct call *call)
{
    for (struct given *given = call->given; given->name; given++) {
        if (given->at && is_plain(given))
            memcpy(given->old, given->at, length_of(given));
    }
}

static void change_text(WCHAR *text, size_t units)
{
    size_t length = 0;

    while (length < units && text[length])
        length++;
    if (length && chosen.draw % 2)
        text[length - 1] ^= 1;
    else if (length)
        text[length - 1] = 0;
    else if (units > 1)
        memcpy(text, u"x", 2 * sizeof(WCHAR));
}

/* A number one more or less, of anything longer a bit. */
static void change_bytes(uint8_t *bytes, size_t length)
{
    if (length == sizeof(DWORD) && chosen.draw % 3 < 2)
        put_le32(bytes, get_le32(bytes) + (chosen.draw % 3 ? 1u : ~0u));
    else if (length)
        bytes[chosen.draw / 8 % length] ^= (uint8_t)(1u << chosen.draw % 8);
}

static void spoil_plain(const struct call *call, const struct given *given)
{
    size_t length = length_of(given);
    struct said *at = said_of(call, given->name);
    int other = at->last[0].length && at->last[0].owner != call->owner ? 0 : 1;
    uint8_t now[OLD_MAX];

    if (!length)
        return;
    memcpy(now, given->at, length);
    if (hits(call, given->name, CHANGED) && given->kind == GIVEN_TEXT)
        change_text(given->at, given->size / sizeof(WCHAR));
    else if (hits(call, given->name, CHANGED))
        change_bytes(given->at, length);
    if (memcmp(given->old, now, length) != 0 && hits(call, given->name, UNWRITTEN))
        memcpy(given->at, given->old, length);
    if (given->kind == GIVEN_TEXT && hits(call, given->name, DROPPED))
        memset(given->at, 0, sizeof(WCHAR));
    if (at->last[other].length == length && at->last[other].owner != call->owner &&
        memcmp(at->last[other].bytes, now, length) != 0 && hits(call, given->name, SWAPPED))
        memcpy(given->at, at->last[other].bytes, length);
    if (at->last[1].owner == call->owner || !at->last[0].length)
        other = at->last[1].owner == call->owner;
    at->last[other].owner = call->owner;
    at->last[other].length = length;
    memcpy(at->last[other].bytes, now, length);
}

/* Another one is what another object handed out here before; it is held for that. */
static void swap_interface(const struct call *call, IUnknown **interface)
{
    static IUnknown *before;
    static uintptr_t before_owner;
    IUnknown *now = *interface;

    if (before && before_owner != call->owner) {
        before->lpVtbl->AddRef(before);
        *interface = before;
        now->lpVtbl->Release(now);
        return;
    }
    now->lpVtbl->AddRef(now);
    if (before)
        before->lpVtbl->Release(before);
    before = now;
    before_owner = call->owner;
}

static void spoil_interface(const struct call *call, const struct given *given)
{
    IUnknown **interface = given->at;
    struct said *at = said_of(call, given->name);

    if ((given->count && !*given->count) || !*interface)
        return;
    if (at->last[0].length && at->last[0].owner != call->owner)
        (void)hits(call, given->name, SWAPPED);
    at->last[0].owner = call->owner;
    at->last[0].length = 1;
    if (!chosen.lists && hits(call, given->name, SWAPPED))
        swap_interface(call, interface);
    if (hits(call, given->name, DOUBLED))
        (*interface)->lpVtbl->AddRef(*interface);
    if (hits(call, given->name, DROPPED))
        (*interface)->lpVtbl->Release(*interface);
    if (!hits(call, given->name, NULLED))
        return;
    (*interface)->lpVtbl->Release(*interface);
    *interface = NULL;
}

static void spoil_block(const struct call *call, const struct given *given)
{
    uint8_t **block = given->at;
    size_t count = given->count ? *given->count : 1;

    if (!*block)
        return;
    if (hits(call, given->name, NULLED))
        *block = NULL;
    else if (given->kind == GIVEN_BLOCK && count && hits(call, given->name, CHANGED))
        change_bytes(*block, given->size * count);
}

/* ---- results */

/* A failure hands out nothing. */
static HRESULT fail(const struct call *call)
{
    for (const struct given *given = call->given; given->name; given++) {
        if (given->at && given->kind == GIVEN_INTERFACE && !(given->count && !*given->count))
            take_back(S_OK, given->at, S_OK);
        else if (given->at && !is_plain(given))
            memset(given->at, 0, sizeof(void *));
    }
    return E_FAIL;
}

static HRESULT spoil_refusal(const struct call *call, HRESULT hr)
{
    static const HRESULT others[] = {E_FAIL, E_INVALIDARG, E_NOTIMPL, E_UNEXPECTED,
                                     WMDM_E_NOTSUPPORTED};
    HRESULT other = others[(chosen.draw >> 8) % ARRAY_SIZE(others)];

    if (hits(call, "refusal", DROPPED))
        return S_OK;
    if (hits(call, "refusal", CHANGED))
        return other == hr ? WMDM_E_BUSY : other;
    return hr;
}

static HRESULT generated_spoilt(const struct call *call, HRESULT hr)
{
    if (FAILED(hr))
        return spoil_refusal(call, hr);
    if (hits(call, "result", CHANGED))
        return fail(call);
    for (const struct given *given = call->given; given->name; given++) {
        if (!given->at)
            continue;
        if (is_plain(given))
            spoil_plain(call, given);
        else if (given->kind == GIVEN_INTERFACE)
            spoil_interface(call, given);
        else
            spoil_block(call, given);
    }
    return hits(call, "result", SWAPPED) ? (hr == S_OK ? S_FALSE : S_OK) : hr;
}

static HRESULT generated_after(const struct call *call, HRESULT hr)
{
    pthread_mutex_lock(&said_lock);
    hr = generated_spoilt(call, hr);
    pthread_mutex_unlock(&said_lock);
    return hr;
}

/* ---- the wrappers */

#define GENERATED_ROW(label, interface, slot_name, name)                                           \
    static const struct seam_method name##_row = {SP_DEFECT_COUNT,                                 \
                                                  label,                                           \
                                                  &IID_##interface,                                \
                                                  sizeof(interface##Vtbl),                         \
                                                  offsetof(interface##Vtbl, slot_name),            \
                                                  (seam_function *)name##_instead,                 \
                                                  &name##_book};                                   \
    static const struct seam_method *const name##_entry                                            \
        __attribute__((used, section("seam_methods"))) = &name##_row;

#include "sp_generated.h"

/* One of ours is known by its QueryInterface, which may be a wrapper here. */
SEAM(sp_storage_of);
struct sp_storage *__wrap_sp_storage_of(IMDSPStorage *interface)
{
    IMDSPStorage4 *This = (IMDSPStorage4 *)interface;

    return This->lpVtbl->QueryInterface == IMDSPStorage4_QueryInterface_instead
               ? SELF(sp_storage, IMDSPStorage4)
               : __real_sp_storage_of(interface);
}
