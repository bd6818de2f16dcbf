/* The control socket: one JSON object a line in, one a line out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simulator/control/service.h"
#include "simulator/wire/listener.h"
#include "spcore/base.h"

#define LINE_MAX_BYTES (64u * 1024u)

struct control_client {
    struct wire_source source;
    struct control_client *next, **prev;
    struct control_socket *owner;
    size_t length;
    char line[LINE_MAX_BYTES];
};

struct control_socket {
    struct wire_listener listener;
    struct service *service;
    struct control_client *clients;
};

static void drop(struct control_client *client)
{
    wire_loop_remove(client->owner->service->loop, &client->source);
    close(client->source.fd);
    *client->prev = client->next;
    if (client->next)
        client->next->prev = client->prev;
    free(client);
}

/* Answers are small; a client that does not read them is dropped. */
static int answer(struct control_client *client, json_t *object)
{
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    size_t length;
    ssize_t sent;

    json_decref(object);
    if (!text)
        return -ENOMEM;
    length = strlen(text);
    text[length] = '\n'; /* in place of the terminator */
    sent = send(client->source.fd, text, length + 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    free(text);
    return sent == (ssize_t)(length + 1) ? 0 : -EPIPE;
}

static int run_line(struct control_client *client, const char *line, size_t length)
{
    json_error_t error;
    json_t *request = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
    json_t *object;

    if (!json_is_object(request))
        object = json_pack("{s:b,s:s}", "ok", 0, "error",
                           request ? "expected a JSON object" : error.text);
    else
        object = service_request(client->owner->service, request);
    json_decref(request);
    return answer(client, object);
}

static int run_lines(struct control_client *client)
{
    char *start = client->line;
    char *end;

    while ((end = memchr(start, '\n', client->length))) {
        int error = run_line(client, start, (size_t)(end - start));

        if (error)
            return error;
        client->length -= (size_t)(end + 1 - start);
        start = end + 1;
    }
    memmove(client->line, start, client->length);
    return client->length == sizeof(client->line) ? -E2BIG : 0;
}

static void client_ready(struct wire_source *source, uint32_t events)
{
    struct control_client *client = container_of(source, struct control_client, source);
    ssize_t got = recv(source->fd, client->line + client->length,
                       sizeof(client->line) - client->length, MSG_DONTWAIT);

    (void)events;
    if (got <= 0) {
        if (got == 0 || (errno != EAGAIN && errno != EINTR))
            drop(client);
        return;
    }
    client->length += (size_t)got;
    if (run_lines(client) < 0)
        drop(client);
}

static int accepted(struct wire_listener *listener, int fd)
{
    struct control_socket *control = container_of(listener, struct control_socket, listener);
    struct control_client *client = calloc(1, sizeof(*client));
    int error;

    if (!client)
        return -ENOMEM;
    client->source = (struct wire_source){fd, client_ready};
    error = wire_loop_add(control->service->loop, &client->source, EPOLLIN);
    if (error) {
        free(client);
        return error;
    }
    client->owner = control;
    client->next = control->clients;
    client->prev = &control->clients;
    if (client->next)
        client->next->prev = &client->next;
    control->clients = client;
    return 0;
}

int control_socket_new(struct service *service, const char *path, struct control_socket **ret)
{
    struct control_socket *control = calloc(1, sizeof(*control));
    int error;

    if (!control)
        return -ENOMEM;
    control->service = service;
    control->listener.accepted = accepted;
    error = listener_unix(&control->listener, service->loop, path);
    if (error) {
        free(control);
        return error;
    }
    *ret = control;
    return 0;
}

void control_socket_free(struct control_socket *control)
{
    struct control_client *next;

    if (!control)
        return;
    for (struct control_client *client = control->clients; client; client = next) {
        next = client->next;
        drop(client);
    }
    listener_done(&control->listener);
    free(control);
}
