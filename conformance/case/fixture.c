/* What a case may use: the device, a session, raw sockets, the control socket, the provider. Made
 * on first use; what cannot be made ends the case: by the subject's fault or by ours. */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "conformance/case/demand.h"
#include "conformance/case/module.h"
#include "conformance/case/no_answer.h"
#include "conformance/case/value.h"
#include "conformance/case/worker.h"
#include "spcore/base.h"
#include "spcore/mtp/mtpi.h"

#define TRACED_BYTES 64
#define CONTAINER_HEADER 12
#define ANSWER_MAX (1u << 20)
#define SESSION_ID 1u
#define FOLDER_NAME_MAX 24

/* ---- device */

void conf_asked(struct conf *c, const uint8_t *setup, const void *data, size_t length)
{
    struct conf_marker *marker = c->context.marker;
    const uint8_t *bytes = data;

    if (setup) {
        snprintf(marker->asked, sizeof(marker->asked), "request %s", value_request(setup).text);
        memcpy(c->setup, setup, sizeof(c->setup));
    } else if (length >= CONTAINER_HEADER && get_le16(bytes + 4) == MTP_CT_COMMAND)
        snprintf(marker->asked, sizeof(marker->asked), "operation %s",
                 value_op(get_le16(bytes + 6)).text);
    else
        return;
    if (!marker->silent[0])
        snprintf(marker->row, sizeof(marker->row), "%s", conf_row_blamed(c));
}

/* An operation and its response, a request that was not stalled, an event. */
static void watch_exercise(struct conf *c, const struct tp_event *event)
{
    const uint8_t *bytes = event->data;
    bool is_container = bytes && event->length >= CONTAINER_HEADER;

    if (strcmp(event->what, "bulk-out") == 0 && is_container &&
        get_le16(bytes + 4) == MTP_CT_COMMAND) {
        c->operation.code = get_le16(bytes + 6);
        c->operation.id = get_le32(bytes + 8);
    } else if (strcmp(event->what, "bulk-in") == 0 && is_container &&
               get_le16(bytes + 4) == MTP_CT_RESPONSE && get_le32(bytes + 8) == c->operation.id) {
        conf_exercised_op(c, c->operation.code, get_le16(bytes + 6));
    } else if (strcmp(event->what, "interrupt-in") == 0 && is_container &&
               get_le16(bytes + 4) == MTP_CT_EVENT) {
        conf_exercised(c, EXERCISED_DONE, "event %04x", get_le16(bytes + 6));
    } else if (strcmp(event->what, "control") == 0) {
        conf_exercised_request(c, c->setup, event->status >= 0);
    }
}

/* For the one who asks, when all is over, whether the device still answers. */
static void watch_transport(struct conf *c, const struct tp_event *event)
{
    struct conf_marker *marker = c->context.marker;

    if (strcmp(event->what, "setup") == 0) {
        conf_asked(c, event->data, NULL, 0);
        return;
    }
    if (strcmp(event->what, "open") == 0 || strcmp(event->what, "close") == 0)
        return;
    if (strcmp(event->what, "bulk-out") == 0)
        conf_asked(c, NULL, event->data, event->asked);
    if (!is_no_answer(event->status)) {
        marker->is_answered = true;
        marker->silent[0] = '\0';
    } else if (!marker->silent[0]) {
        memcpy(marker->silent, marker->asked, sizeof(marker->silent));
    }
}

static void trace_transport(void *context, const struct tp_event *event)
{
    static const char digits[] = "0123456789abcdef";
    struct conf *c = context;
    char text[TRACED_BYTES * 2 + 1];
    const uint8_t *bytes = event->data;
    size_t i;

    watch_transport(c, event);
    watch_exercise(c, event);
    for (i = 0; bytes && i < event->length && i < TRACED_BYTES; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 0x0f];
    }
    text[2 * i] = '\0';
    conf_trace(c, "transport",
               json_pack("{s:s,s:i,s:I,s:s,s:i}", "step", event->what, "endpoint", event->endpoint,
                         "length", (json_int_t)event->length, "data", text, "status",
                         event->status));
}

/* Nobody there to serve it; a device that is not ours is asked again when the case is over. */
static bool is_nobody(int error)
{
    return error == -ECONNREFUSED || error == -EHOSTUNREACH || error == -ENETUNREACH;
}

/* The step in which it was not opened: the last request, where it came to one. */
static _Noreturn void not_opened(struct conf *c, int error)
{
    static const struct {
        uint8_t request, type; /* of a descriptor */
        const char *step;
    } steps[] = {
        {6, 1, "device descriptor"},
        {6, 2, "configuration descriptor"},
        {8, 0, "GET_CONFIGURATION"},
        {9, 0, "SET_CONFIGURATION"},
    };
    struct value how = value_errno(error);

    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        if (c->setup[1] == steps[i].request && (!steps[i].type || c->setup[3] == steps[i].type))
            conf_refused(c, steps[i].step, "request %s came to %s", value_request(c->setup).text,
                         error == -EPROTO ? "less than its length, or to another one" : how.text);
    }
    if (c->context.port && !is_nobody(error))
        conf_refused(c, "import", "the import of %s came to %s", c->context.busid,
                     error == -EPROTO ? "no whole record of that device" : how.text);
    conf_setup_failed(c, "%s: %s", c->context.uri, strerror(-error));
}

struct tp *conf_transport(struct conf *c)
{
    static struct tp_trace trace = {.event = trace_transport};
    struct tp_options options = {.trace = &trace};
    struct mtpi_pipe pipe;
    int error;

    if (c->tp)
        return c->tp;
    trace.context = c;
    memset(c->setup, 0, sizeof(c->setup));
    error = tp_open(c->context.uri, &options, &c->tp);
    if (error)
        not_opened(c, error);
    if (!mtpi_find_pipe(c->tp, &pipe)) {
        error = tp_claim(c->tp, pipe.interface_number);
        if (error)
            conf_setup_failed(c, "claiming interface %u: %s", pipe.interface_number,
                              strerror(-error));
    }
    return c->tp;
}

void conf_transport_drop(struct conf *c)
{
    mtpi_free(c->mtpi);
    c->mtpi = NULL;
    c->session_open = false;
    tp_close(c->tp);
    c->tp = NULL;
}

struct mtpi *conf_mtp(struct conf *c)
{
    int error;

    if (c->mtpi)
        return c->mtpi;
    error = mtpi_new(conf_transport(c), &c->mtpi);
    if (error)
        conf_refused(c, "bulk pipes", "no interface has the pipes of MTP (%s)",
                     value_errno(error).text);
    mtpi_set_deadline(c->mtpi, MTPI_DEADLINE_MS * c->context.timeout_scale);
    return c->mtpi;
}

void conf_refused_op(struct conf *c, uint16_t code, int result)
{
    struct value operation = value_op(code);
    const char *name = value_name(&operation);

    if (result == -EPROTO || result == -EMSGSIZE)
        conf_refused(c, "container", "%s was answered by what is no container or dataset (%s)",
                     name, value_errno(result).text);
    if (!demand_of(name))
        name = "operation";
    if (result < 0)
        conf_refused(c, name, "%s was not answered (%s)", value_name(&operation),
                     value_errno(result).text);
    conf_refused(c, name, "%s answered %s", value_name(&operation), value_rc(result).text);
}

struct mtpi *conf_mtp_session(struct conf *c)
{
    struct mtpi *mtpi = conf_mtp(c);
    int error;

    if (c->session_open)
        return mtpi;
    error = mtpi_open_session(mtpi, SESSION_ID);
    if (error == MTP_RC_SESSION_ALREADY_OPEN) { /* left by somebody who went away */
        mtpi_close_session(mtpi);
        error = mtpi_open_session(mtpi, SESSION_ID);
    }
    if (error)
        conf_refused_op(c, MTP_OP_OPEN_SESSION, error);
    c->session_open = true;
    return mtpi;
}

const char *conf_device_uri(struct conf *c)
{
    return c->context.uri;
}

const char *conf_busid(struct conf *c)
{
    return c->context.busid;
}

uint64_t conf_seed(const struct conf *c)
{
    return c->context.seed;
}

unsigned conf_timeout_scale(const struct conf *c)
{
    return c->context.timeout_scale;
}

int conf_server_connect(struct conf *c)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char port[8];
    int fd = -1, on = 1;

    if (!c->context.port)
        conf_setup_failed(c, "there is no USB/IP server behind %s", c->context.uri);
    snprintf(port, sizeof(port), "%u", c->context.port);
    if (getaddrinfo(c->context.server, port, &hints, &found))
        conf_setup_failed(c, "%s: no such host", c->context.server);
    for (struct addrinfo *one = found; one && fd < 0; one = one->ai_next) {
        fd = socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
        if (fd >= 0 && connect(fd, one->ai_addr, one->ai_addrlen) < 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd < 0) /* nobody is there */
        conf_setup_failed(c, "%s:%s: %s", c->context.server, port, strerror(errno));
    snprintf(c->context.marker->asked, sizeof(c->context.marker->asked), "a connection");
    /* A frame in two writes would wait for the peer's delayed acknowledgement. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

/* ---- a folder of our own */

static uint32_t first_writable_store(struct conf *c, struct mtpi *mtpi)
{
    struct mtpi_u32_array stores;
    struct mtpi_storage_info info;
    uint32_t found = 0;
    int error = mtpi_get_storage_ids(mtpi, &stores);

    if (error)
        conf_refused_op(c, MTP_OP_GET_STORAGE_IDS, error);
    for (size_t i = 0; i < stores.count && !found; i++) {
        if (!(stores.item[i] & 0xffff) || mtpi_get_storage_info(mtpi, stores.item[i], &info))
            continue;
        if (info.access == MTP_AC_READ_WRITE)
            found = stores.item[i];
        mtpi_storage_info_done(&info);
    }
    free(stores.item);
    if (!found)
        conf_refused(c, "writable store", "the device has no writable store");
    return found;
}

bool conf_is_foreign(const struct conf *c)
{
    return !c->context.control[0];
}

/* papcheck- and eight digits of seed and case: nobody's folder, and the same in the next run. */
static void folder_name(const struct conf *c, char *text, uint16_t *wide)
{
    uint32_t hash = 2166136261u ^ (uint32_t)c->context.seed;
    size_t i;

    for (const char *at = c->conf_case->id; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619u;
    snprintf(text, FOLDER_NAME_MAX, "papcheck-%08x", hash);
    for (i = 0; text[i]; i++)
        wide[i] = (unsigned char)text[i];
    wide[i] = 0;
}

uint32_t conf_work_folder(struct conf *c)
{
    struct mtpi *mtpi = conf_mtp_session(c);
    char text[FOLDER_NAME_MAX];
    uint16_t name[FOLDER_NAME_MAX];
    struct mtpi_new_object folder = {.parent = 0xffffffff,
                                     .format = MTP_FC_ASSOCIATION,
                                     .association_type = MTP_AT_GENERIC_FOLDER,
                                     .name = name};
    uint32_t made, inside = 0;
    int error;

    if (c->work_folder)
        return c->work_folder;
    folder_name(c, text, name);
    folder.storage = first_writable_store(c, mtpi);
    error = mtpi_send_object_info(mtpi, &folder, &made, NULL);
    if (error)
        conf_refused_op(c, MTP_OP_SEND_OBJECT_INFO, error);
    /* Some devices answer with a folder that was there before. */
    if (conf_is_foreign(c) && !mtpi_get_num_objects(mtpi, folder.storage, 0, made, &inside) &&
        inside)
        conf_setup_failed(c, "there is a folder %s on the device already, and it is not empty",
                          text);
    c->work_folder = made;
    return made;
}

/* After a reconnection a handle is only believed with its name. */
static bool is_our_folder(struct conf *c, uint32_t folder)
{
    struct mtpi_object_info info;
    char text[FOLDER_NAME_MAX];
    uint16_t name[FOLDER_NAME_MAX];
    size_t i = 0;
    bool same;

    folder_name(c, text, name);
    if (mtpi_get_object_info(c->mtpi, folder, &info))
        return false;
    while (info.name && name[i] && info.name[i] == name[i])
        i++;
    same = info.name && info.name[i] == name[i];
    mtpi_object_info_done(&info);
    return same;
}

static void remove_work_folder(struct conf *c)
{
    uint32_t folder = c->work_folder;
    char text[FOLDER_NAME_MAX];
    uint16_t name[FOLDER_NAME_MAX];
    bool here = c->mtpi && c->session_open;

    c->work_folder = 0;
    if (!folder || (!here && !conf_is_foreign(c)))
        return;
    folder_name(c, text, name);
    snprintf(c->left_behind, sizeof(c->left_behind), "%s", text); /* until it is gone */
    if (!here)
        conf_mtp_session(c);
    if ((!here && !is_our_folder(c, folder)) || mtpi_delete_object(c->mtpi, folder))
        return;
    if (conf_is_foreign(c) && is_our_folder(c, folder)) /* it says so and did not */
        return;
    c->left_behind[0] = '\0';
}

/* ---- control socket */

static void connect_control(struct conf *c)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};

    if (!c->context.control[0] || strlen(c->context.control) >= sizeof(name.sun_path))
        conf_setup_failed(c, "the device under judgement has no control socket");
    memcpy(name.sun_path, c->context.control, strlen(c->context.control));
    c->control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->control < 0 || connect(c->control, (struct sockaddr *)&name, sizeof(name)) < 0)
        conf_setup_failed(c, "%s: %s", c->context.control, strerror(errno));
}

static char *read_line(struct conf *c)
{
    char *line = malloc(ANSWER_MAX);
    size_t length = 0;

    while (line && length < ANSWER_MAX - 1) {
        ssize_t got = recv(c->control, line + length, 1, 0);

        if (got <= 0)
            break;
        if (line[length] == '\n') {
            line[length] = '\0';
            return line;
        }
        length++;
    }
    free(line);
    conf_setup_failed(c, "papsim closed the control socket");
}

char *conf_control(struct conf *c, const char *json)
{
    char *answer;
    json_t *parsed;
    bool ok;

    if (c->control < 0)
        connect_control(c);
    if (send(c->control, json, strlen(json), MSG_NOSIGNAL) < 0 ||
        send(c->control, "\n", 1, MSG_NOSIGNAL) < 0)
        conf_setup_failed(c, "control socket: %s", strerror(errno));
    answer = read_line(c);
    parsed = json_loads(answer, 0, NULL);
    ok = json_is_true(json_object_get(parsed, "ok"));
    json_decref(parsed);
    conf_trace(c, "control", json_pack("{s:s,s:s}", "request", json, "answer", answer));
    if (!ok) {
        snprintf(c->reason, sizeof(c->reason), "%s", answer);
        free(answer);
        /* The case was made for another player. */
        if (!conf_offers(c, "FIXTURE.CONTROL"))
            conf_inconclusive(c, "on this player papsim refuses %s", json);
        conf_setup_failed(c, "papsim refused %s", json);
    }
    return answer;
}

/* ---- provider */

const char *conf_provider_path(struct conf *c)
{
    return c->context.provider;
}

const char *conf_provider_class(struct conf *c)
{
    if (!c->context.provider_class[0])
        conf_setup_failed(c,
                          "nobody names the provider's class: --clsid does, or DllRegisterServer, "
                          "or WMDMSPCLSID of the device");
    return c->context.provider_class;
}

bool conf_offers(struct conf *c, const char *expression)
{
    if (!c->context.ics || c->context.offers(c->context.ics, expression))
        return true;
    json_object_set_new(c->excused, MINIMUM_EVERY_ROW, json_string(expression));
    return false;
}

bool conf_has_provider_class(const struct conf *c)
{
    return c->context.provider_class[0] != '\0';
}

const char *conf_service(const struct conf *c)
{
    return c->context.service;
}

const char *conf_inf(const struct conf *c)
{
    return c->context.inf;
}

const char *conf_inf_defect(const struct conf *c)
{
    return c->context.inf_defect;
}

const char *conf_host_defect(const struct conf *c)
{
    return c->context.host_defect;
}

void *conf_provider_module(struct conf *c)
{
    if (c->provider)
        return c->provider;
    conf_in_step(c, "library");
    conf_in_provider(c, "(loading)");
    c->provider = module_open(c->context.provider);
    conf_in_provider(c, NULL);
    conf_in_step(c, NULL);
    if (!c->provider)
        conf_refused(c, "library", "it does not load: %s", module_error());
    return c->provider;
}

const char *conf_class_provider(const struct conf *c)
{
    return c->context.class_provider;
}

const char *conf_class_provider_defect(const struct conf *c)
{
    return c->context.class_provider_defect;
}

const char *conf_mof(const struct conf *c)
{
    return c->context.mof;
}

/* ---- the end */

void conf_at_end(struct conf *c, void (*undo)(void *fixture), void *fixture)
{
    assert(c->undo_count < ARRAY_SIZE(c->undo));
    c->undo[c->undo_count++] = (struct conf_undo){undo, fixture};
}

void conf_forget(struct conf *c, const void *fixture)
{
    for (size_t i = 0; i < c->undo_count; i++) {
        if (c->undo[i].fixture == fixture)
            c->undo[i].undo = NULL;
    }
    while (c->undo_count && !c->undo[c->undo_count - 1].undo)
        c->undo_count--;
}

void conf_fixtures_down(struct conf *c)
{
    while (c->undo_count) {
        struct conf_undo last = c->undo[--c->undo_count];

        if (last.undo)
            last.undo(last.fixture);
    }
    remove_work_folder(c);
    conf_transport_drop(c);
    if (c->control >= 0)
        close(c->control);
    c->control = -1;
}
