/* `papsim control SOCK VERB [KEY=VALUE]…`: one request from the shell. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "simulator/cli/papsim_verbs.h"
#include "simulator/control/service.h"

/* KEY=VALUE; a value that is JSON (number, true, "text", […]) is taken as such, else as text. */
static int add_pair(json_t *request, const char *pair)
{
    const char *equals = strchr(pair, '=');
    char key[64];
    json_t *value;

    if (!equals || equals == pair || (size_t)(equals - pair) >= sizeof(key))
        return -EINVAL;
    memcpy(key, pair, (size_t)(equals - pair));
    key[equals - pair] = '\0';
    value = json_loads(equals + 1, JSON_DECODE_ANY, NULL);
    if (!value)
        value = json_string(equals + 1);
    return json_object_set_new(request, key, value) ? -EINVAL : 0;
}

static json_t *make_request(int argc, char **argv, int *ret_status)
{
    json_t *request;

    if (argv[2][0] == '{') {
        json_error_t error;

        request = json_loads(argv[2], 0, &error);
        if (!request)
            *ret_status = cli_usage("control: %s (column %d)", error.text, error.column);
        return request;
    }
    request = json_pack("{s:s}", "verb", argv[2]);
    for (int i = 3; i < argc; i++) {
        if (add_pair(request, argv[i]) < 0) {
            *ret_status = cli_usage("control: %s: expected KEY=VALUE", argv[i]);
            json_decref(request);
            return NULL;
        }
    }
    return request;
}

static int connect_to(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof(name.sun_path))
        return -ENAMETOOLONG;
    memcpy(name.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0) {
        int error = -errno;

        close(fd);
        return error;
    }
    return fd;
}

static int exchange(int fd, const json_t *request)
{
    FILE *stream = fdopen(fd, "r+");
    json_t *answer;
    int status;

    if (!stream)
        return EXIT_ENVIRONMENT;
    json_dumpf(request, stream, JSON_COMPACT);
    fputc('\n', stream);
    fflush(stream);
    answer = json_loadf(stream, JSON_DISABLE_EOF_CHECK, NULL);
    fclose(stream);
    if (!answer) {
        cli_usage("control: papsim closed the connection without an answer");
        return EXIT_ENVIRONMENT;
    }
    json_dumpf(answer, stdout, JSON_INDENT(1));
    putchar('\n');
    status = json_is_true(json_object_get(answer, "ok")) ? EXIT_DONE : EXIT_REFUSED;
    json_decref(answer);
    return status;
}

static int control(int argc, char **argv)
{
    int status = EXIT_USAGE;
    json_t *request;
    int fd;

    if (argc < 3)
        return cli_usage("control: expected SOCK VERB [KEY=VALUE]…");
    request = make_request(argc, argv, &status);
    if (!request)
        return status;
    fd = connect_to(argv[1]);
    if (fd < 0) {
        json_decref(request);
        cli_usage("control: %s: %s", argv[1], strerror(-fd));
        return EXIT_ENVIRONMENT;
    }
    status = exchange(fd, request);
    json_decref(request);
    return status;
}

const struct command cli_control = {
    .name = "control",
    .arguments = "SOCK VERB [KEY=VALUE]…",
    .text = "Asks a running papsim, over the socket of its --control; VERB may also be a whole "
            "request as JSON, {\"verb\":…}.",
    .words_title = "verbs, each with busid=BUSID where there are several players",
    .words = service_verb,
    .run = control,
};
