/* The control socket: one JSON object a line in, one a line out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "simulator/control/service.h"
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
    struct wire_source listener;
    struct service *service;
    struct control_client *clients;
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
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
    sent = send(client->source.fd, text, length + 1, MSG_NOSIGNAL);
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
    ssize_t got =
        recv(source->fd, client->line + client->length, sizeof(client->line) - client->length, 0);

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

static void accept_ready(struct wire_source *source, uint32_t events)
{
    struct control_socket *control = container_of(source, struct control_socket, listener);
    int fd = accept4(source->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct control_client *client;

    (void)events;
    if (fd < 0)
        return;
    client = calloc(1, sizeof(*client));
    if (!client || (client->source = (struct wire_source){fd, client_ready},
                    wire_loop_add(control->service->loop, &client->source, EPOLLIN)) < 0) {
        free(client);
        close(fd);
        return;
    }
    client->owner = control;
    client->next = control->clients;
    client->prev = &control->clients;
    if (client->next)
        client->next->prev = &client->next;
    control->clients = client;
}

/* A socket file nobody answers on is left from a papsim that was killed. Anything else of that
 * name is somebody's, and connecting to it is refused just the same. */
static void remove_stale(const struct sockaddr_un *name)
{
    struct stat found;
    int fd;

    if (lstat(name->sun_path, &found) < 0 || !S_ISSOCK(found.st_mode))
        return;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)name, sizeof(*name)) < 0 && errno == ECONNREFUSED)
        unlink(name->sun_path);
    close(fd);
}

int control_socket_new(struct service *service, const char *path, struct control_socket **ret)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    struct control_socket *control;
    int error = 0;

    if (strlen(path) >= sizeof(name.sun_path))
        return -ENAMETOOLONG;
    memcpy(name.sun_path, path, strlen(path));
    control = calloc(1, sizeof(*control));
    if (!control)
        return -ENOMEM;
    control->service = service;
    control->listener = (struct wire_source){
        socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), accept_ready};
    if (control->listener.fd < 0)
        error = -errno;
    else
        remove_stale(&name);
    if (!error && (bind(control->listener.fd, (struct sockaddr *)&name, sizeof(name)) < 0 ||
                   listen(control->listener.fd, 16) < 0))
        error = -errno;
    if (!error)
        error = wire_loop_add(service->loop, &control->listener, EPOLLIN);
    if (error) {
        if (control->listener.fd >= 0)
            close(control->listener.fd);
        free(control);
        return error;
    }
    memcpy(control->path, path, strlen(path));
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
    wire_loop_remove(control->service->loop, &control->listener);
    close(control->listener.fd);
    unlink(control->path);
    free(control);
}
