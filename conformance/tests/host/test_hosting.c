/* Providers out of process: what a hostile process sends, and what becomes of one that ends. */
#include "conformance/host/hosting/hosting.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conformance/host/hosting/hosting_link.h"
#include "conformance/host/wbem/wbem_local.h"
#include "conformance/tests/host/built.h"
#include "conformance/tests/host/wbem_sink.h"
#include "spcore/base.h"

#define RUDE_CLASS "{5C9E27A4-6C9B-4E0B-8A53-0E3C6B1F4D77}"

TestSuite(hosting, .init = wbem_setup, .fini = wbem_teardown, .timeout = 60);

static struct wbem_local local;

/* ---- a process that is a socket of the test's */
static struct hosting *adopt(int *ret_other)
{
    const struct hosting_options options = {.backend = &wbem_local_backend, .backend_self = &local};
    struct hosting *hosting = NULL;
    int ends[2];

    local.repo = wbem_repo;
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    cr_assert_eq(hosting_adopt(ends[0], 0, &options, &hosting), 0);
    *ret_other = ends[1];
    return hosting;
}

static void send_message(int fd, const struct hosting_message *message)
{
    uint8_t *frame;
    size_t size;

    cr_assert_eq(hosting_encode(message, &frame, &size), 0);
    cr_assert_eq(send(fd, frame, size, MSG_NOSIGNAL), (ssize_t)size);
    free(frame);
}

static void receive(int fd, struct hosting_message *ret)
{
    uint8_t head[HOSTING_HEAD], bytes[4096];
    size_t size;

    cr_assert_eq(recv(fd, head, sizeof(head), MSG_WAITALL), sizeof(head));
    size = get_le32(head);
    cr_assert_lt(size, sizeof(bytes));
    cr_assert_eq(recv(fd, bytes, size, MSG_WAITALL), (ssize_t)size);
    cr_assert_eq(hosting_decode(bytes, size, ret), 0);
}

/* Until it is no more: a call is refused then. */
static enum hosting_fate end_of(struct hosting *hosting)
{
    const char *how;

    cr_expect_not(hosting_quiesce(hosting));
    return hosting_fate(hosting, &how);
}

static void sends(const void *bytes, size_t size, enum hosting_fate fate)
{
    int other;
    struct hosting *hosting = adopt(&other);

    cr_assert_eq(send(other, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
    cr_assert_eq(shutdown(other, SHUT_WR), 0);
    cr_expect_eq(end_of(hosting), fate);
    hosting_stop(hosting);
    close(other);
}

Test(hosting, a_length_beyond_the_limit_ends_it)
{
    sends("\x01\x00\x00\x01", 4, HOSTING_GARBLED);
}

Test(hosting, half_a_frame_ends_it)
{
    sends("\x40\x00\x00\x00\x00\x00", 6, HOSTING_GARBLED);
}

Test(hosting, an_empty_frame_ends_it)
{
    sends("\x00\x00\x00\x00", 4, HOSTING_GARBLED);
}

Test(hosting, an_end_between_frames_is_an_end)
{
    sends("", 0, HOSTING_EXITED);
}

Test(hosting, an_answer_that_nobody_waits_for_ends_it)
{
    const struct hosting_message answer = {.kind = HOSTING_ANSWER, .op = HOSTING_QUIESCE, .id = 99};
    int other;
    struct hosting *hosting = adopt(&other);

    send_message(other, &answer);
    cr_expect_eq(end_of(hosting), HOSTING_GARBLED);
    hosting_stop(hosting);
    close(other);
}

/* ---- calls of what was never given */
static HRESULT answered(struct hosting_message *call)
{
    struct hosting_message answer = {.kind = HOSTING_CALL};
    int other;
    struct hosting *hosting = adopt(&other);
    HRESULT hr;

    call->id = 5;
    send_message(other, call);
    receive(other, &answer);
    cr_expect(answer.kind == HOSTING_ANSWER && answer.op == call->op && answer.id == 5);
    hr = answer.hr;
    hosting_message_done(&answer);
    hosting_message_done(call);
    close(other);
    hosting_stop(hosting);
    return hr;
}

Test(hosting, a_sink_that_was_not_passed_is_not_called)
{
    cr_expect_eq(answered(&(struct hosting_message){.op = HOSTING_INDICATE, .sink = 1}),
                 RPC_E_DISCONNECTED);
    cr_expect_eq(answered(&(struct hosting_message){.op = HOSTING_INIT_STATUS, .sink = 1}),
                 RPC_E_DISCONNECTED);
}

Test(hosting, what_only_the_other_end_does_is_refused)
{
    cr_expect_eq(answered(&(struct hosting_message){.op = HOSTING_CREATE}),
                 WBEM_E_INVALID_OPERATION);
}

Test(hosting, a_put_of_nothing_is_refused)
{
    struct hosting_message call = {.op = HOSTING_PUT};

    cr_assert_eq(hosting_put_text(&call, 0, "root\\default"), 0);
    cr_expect_eq(answered(&call), WBEM_E_INVALID_PARAMETER);
}

Test(hosting, the_repository_is_asked_in_the_namespace_that_is_said)
{
    struct hosting_message here = {.op = HOSTING_GET}, nowhere = {.op = HOSTING_GET};

    cr_assert_eq(hosting_put_text(&here, 0, "root\\default"), 0);
    cr_assert_eq(hosting_put_text(&here, 2, "A"), 0);
    cr_expect_eq(answered(&here), 0);
    cr_assert_eq(hosting_put_text(&nowhere, 0, "root\\nowhere"), 0);
    cr_assert_eq(hosting_put_text(&nowhere, 2, "A"), 0);
    cr_expect_eq(answered(&nowhere), WBEM_E_INVALID_NAMESPACE);
}

Test(hosting, the_plain_locator_is_denied)
{
    struct hosting_message call = {.op = HOSTING_OPEN, .number = 1};

    cr_assert_eq(hosting_put_text(&call, 0, "root\\default"), 0);
    cr_expect_eq(answered(&call), WBEM_E_ACCESS_DENIED);
}

/* ---- a process of a provider's (fixtures/providers/rude) */
struct init_sink {
    IWbemProviderInitSink face;
    atomic_int refs;
    LONG status;
};

static HRESULT STDMETHODCALLTYPE init_query(IWbemProviderInitSink *This, REFIID riid, void **ret)
{
    (void)riid;
    atomic_fetch_add(&((struct init_sink *)This)->refs, 1);
    *ret = This;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE init_add_ref(IWbemProviderInitSink *This)
{
    return (ULONG)atomic_fetch_add(&((struct init_sink *)This)->refs, 1) + 1;
}

static ULONG STDMETHODCALLTYPE init_release(IWbemProviderInitSink *This)
{
    return (ULONG)atomic_fetch_sub(&((struct init_sink *)This)->refs, 1) - 1;
}

static HRESULT STDMETHODCALLTYPE init_set_status(IWbemProviderInitSink *This, LONG status,
                                                 LONG flags)
{
    cr_expect_eq(flags, 0);
    ((struct init_sink *)This)->status = status;
    return S_OK;
}

static const IWbemProviderInitSinkVtbl init_vtbl = {init_query, init_add_ref, init_release,
                                                    init_set_status};

struct hosted {
    struct hosting *hosting;
    IWbemProviderInit *init;
    IWbemServices *services;
};

/* Until it can be asked; `rude`: what it does then. */
static void host(struct hosted *it, const char *rude, struct hosting_options options)
{
    struct init_sink sink = {.face.lpVtbl = &init_vtbl, .refs = 1, .status = -1};
    char program[PATH_MAX], library[PATH_MAX], *threading = NULL, *why = NULL;
    WCHAR namespace[] = u"root\\default";

    built("wmihost", program);
    built("rude.so", library);
    setenv("RUDE", rude, 1);
    local.repo = wbem_repo;
    options.program = program;
    options.backend = &wbem_local_backend;
    options.backend_self = &local;
    cr_assert_eq(hosting_start(&options, &it->hosting), 0);
    cr_assert_eq(hosting_load(it->hosting, library, &why), 0, "%s", why);
    cr_assert_eq(hosting_register(it->hosting, library, RUDE_CLASS, &threading, &why), 0);
    cr_expect_str_eq(threading, "Both");
    free(threading);
    cr_assert_eq(hosting_create(it->hosting, library, RUDE_CLASS, &it->init, &why), 0);
    cr_assert_eq(
        IWbemProviderInit_Initialize(it->init, NULL, 0, namespace, NULL, NULL, NULL, &sink.face),
        0);
    cr_assert_eq(sink.status, WBEM_S_INITIALIZED);
    cr_expect_eq(sink.refs, 1);
    cr_assert_eq(
        IWbemProviderInit_QueryInterface(it->init, &IID_IWbemServices, (void **)&it->services), 0);
}

static HRESULT get(struct hosted *it, const char *name, struct wbem_sink *sink)
{
    BSTR path = NULL;
    HRESULT hr;

    wbem_sink_init(sink);
    cr_assert_eq(wbem_bstr(name, &path), 0);
    hr = IWbemServices_GetObjectAsync(it->services, path, 0, NULL, &sink->face);
    SysFreeString(path);
    return hr;
}

static void leave(struct hosted *it)
{
    IWbemServices_Release(it->services);
    IWbemProviderInit_Release(it->init);
    hosting_stop(it->hosting);
}

Test(hosting, a_class_comes_from_the_other_process)
{
    struct wbem_sink sink;
    struct hosted it;

    host(&it, "", (struct hosting_options){.account = "LocalService"});
    cr_assert_eq(get(&it, "rude_thing", &sink), 0);
    cr_expect_eq(wbem_sink_await(&sink), 0);
    cr_expect_str_eq(sink.names, "Rude_Thing ");
    leave(&it);
}

Test(hosting, what_is_not_there_has_no_object_and_its_status)
{
    struct wbem_sink sink;
    struct hosted it;

    host(&it, "", (struct hosting_options){.group = "alone"});
    cr_assert_eq(get(&it, "Other", &sink), 0);
    cr_expect_eq(wbem_sink_await(&sink), WBEM_E_NOT_FOUND);
    cr_expect_eq(sink.indicated, 0);
    leave(&it);
}

Test(hosting, a_refused_call_gives_its_sink_back_before_it_returns)
{
    struct wbem_sink sink;
    struct hosted it;

    host(&it, "", (struct hosting_options){.account = NULL});
    cr_expect_eq(get(&it, "", &sink), WBEM_E_INVALID_PARAMETER);
    cr_expect_eq(atomic_load(&sink.refs), 1);
    leave(&it);
}

Test(hosting, one_object_has_one_identity_over_there_and_here)
{
    IUnknown *first = NULL, *second = NULL;
    void *none = &first;
    struct hosted it;

    host(&it, "", (struct hosting_options){.account = NULL});
    cr_expect_eq(IWbemServices_QueryInterface(it.services, &IID_IUnknown, (void **)&first), 0);
    cr_expect_eq(IWbemProviderInit_QueryInterface(it.init, &IID_IUnknown, (void **)&second), 0);
    cr_expect(first && first == second);
    cr_expect_eq(IWbemServices_QueryInterface(it.services, &IID_IWbemClassObject, &none),
                 E_NOINTERFACE);
    cr_expect_null(none);
    IUnknown_Release(first);
    IUnknown_Release(second);
    leave(&it);
}

Test(hosting, a_call_behind_the_end_arrives_where_it_is_wanted)
{
    struct wbem_sink sink;
    struct hosted it;

    host(&it, "late", (struct hosting_options){.keeps = true});
    cr_assert_eq(get(&it, "Rude_Thing", &sink), 0);
    wbem_sink_await_indicated(&sink, 2);
    cr_expect(sink.ended == 1 && sink.late == 1);
    leave(&it);
}

/* It ends as `rude` has it, and whoever asks lives on. */
static void ends(const char *rude, enum hosting_fate fate, const char *said,
                 struct hosting_options options)
{
    struct wbem_sink sink;
    struct hosted it;
    const char *how = "";

    host(&it, rude, options);
    (void)get(&it, "Rude_Thing", &sink);
    while (hosting_quiesce(it.hosting)) /* a thread of its own may take its time */
        continue;
    cr_expect_eq(hosting_fate(it.hosting, &how), fate, "%s", how);
    cr_expect_str_eq(how, said);
    cr_expect_eq(get(&it, "Rude_Thing", &sink), RPC_E_DISCONNECTED);
    leave(&it);
}

Test(hosting, a_crash_is_its_own)
{
    ends("get-crash", HOSTING_CRASHED, "its process was ended by signal 11 SIGSEGV",
         (struct hosting_options){.account = NULL});
}

Test(hosting, a_crash_on_a_thread_behind_a_call_is_its_own)
{
    ends("thread-crash", HOSTING_CRASHED, "its process was ended by signal 11 SIGSEGV",
         (struct hosting_options){.account = NULL});
}

Test(hosting, an_exit_is_its_own)
{
    ends("get-exit", HOSTING_EXITED, "its process ended itself with status 3",
         (struct hosting_options){.account = NULL});
}

Test(hosting, what_does_not_answer_is_ended)
{
    ends("get-hang", HOSTING_HUNG, "no answer came within 1 s",
         (struct hosting_options){.deadline_ms = 1000});
}

Test(hosting, what_grows_without_end_is_ended)
{
    ends("get-grow", HOSTING_GREW, "its process grew beyond 96 MiB",
         (struct hosting_options){.memory_most = 96 << 20});
}

Test(hosting, what_writes_into_the_connection_is_ended)
{
    ends("get-shout", HOSTING_GARBLED, "its process sent what is no answer",
         (struct hosting_options){.account = NULL});
}
