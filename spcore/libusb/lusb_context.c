/* Contexts, options and messages. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "spcore/base.h"
#include "spcore/libusb/lusb.h"

static pthread_mutex_t default_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(libusb_context *) default_context, first_context;
static atomic_int default_level = LIBUSB_LOG_LEVEL_NONE;
static atomic_bool default_undiscovered;
static _Atomic(libusb_log_cb) global_log;

/* Tells `papsim exec` that the program has this library: one datagram to the abstract socket that
 * PAPKIT_EXEC names. Nobody waits for it. */
__attribute__((constructor)) static void tell_loaded(void)
{
    const char *name = getenv(LUSB_EXEC_VARIABLE);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = name ? strlen(name) : 0;
    int fd;

    if (!length || length >= sizeof(address.sun_path))
        return;
    memcpy(address.sun_path + 1, name, length);
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    (void)sendto(fd, "", 1, MSG_NOSIGNAL, (const struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length));
    close(fd);
}

int64_t lusb_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int lusb_error(int error)
{
    static const struct {
        int error, code;
    } map[] = {
        {0, LIBUSB_SUCCESS},
        {-ENODEV, LIBUSB_ERROR_NO_DEVICE},
        {-ECONNRESET, LIBUSB_ERROR_NO_DEVICE},
        {-ESHUTDOWN, LIBUSB_ERROR_NO_DEVICE},
        {-EPROTO, LIBUSB_ERROR_NO_DEVICE},
        {-ECONNREFUSED, LIBUSB_ERROR_NO_DEVICE},
        {-EBUSY, LIBUSB_ERROR_BUSY},
        {-ETIMEDOUT, LIBUSB_ERROR_TIMEOUT},
        {-ENOMEM, LIBUSB_ERROR_NO_MEM},
        {-EPIPE, LIBUSB_ERROR_PIPE},
        {-EOVERFLOW, LIBUSB_ERROR_OVERFLOW},
        {-EINVAL, LIBUSB_ERROR_INVALID_PARAM},
        {-ENOENT, LIBUSB_ERROR_NOT_FOUND},
        {-EINTR, LIBUSB_ERROR_INTERRUPTED},
        {-EACCES, LIBUSB_ERROR_ACCESS},
    };

    for (size_t i = 0; i < ARRAY_SIZE(map); i++) {
        if (map[i].error == error)
            return map[i].code;
    }
    return LIBUSB_ERROR_IO;
}

void lusb_log(libusb_context *context, enum libusb_log_level level, const char *format, ...)
{
    static const char *const names[] = {"", "error", "warning", "info", "debug"};
    char text[512];
    size_t length;
    va_list arguments;

    if (!context || (int)level > context->log_level)
        return;
    length = (size_t)snprintf(text, sizeof(text), "libusb: %s [papkit] ", names[level]);
    va_start(arguments, format);
    vsnprintf(text + length, sizeof(text) - length - 1, format, arguments);
    va_end(arguments);
    strcat(text, "\n");
    if (global_log)
        atomic_load (&global_log)(context, level, text);
    if (context->log)
        context->log(context, level, text);
    if (!global_log && !context->log)
        fputs(text, stderr);
}

/* One server of the list; 0 when it cannot be read. */
static size_t parse_server(const char *text, size_t length, struct lusb_server *server)
{
    char one[256];
    char *slash, *colon;

    if (!length || length >= sizeof(one))
        return 0;
    memcpy(one, text, length);
    one[length] = '\0';
    slash = strchr(one, '/');
    if (slash) {
        *slash++ = '\0';
        snprintf(server->busid, sizeof(server->busid), "%s", slash);
    }
    colon = strrchr(one, ':');
    if (colon)
        *colon++ = '\0';
    if (strlen(one) >= sizeof(server->host) || (colon && strlen(colon) >= sizeof(server->port)))
        return 0;
    memcpy(server->host, one, strlen(one) + 1);
    memcpy(server->port, colon ? colon : USBIP_PORT, strlen(colon ? colon : USBIP_PORT) + 1);
    return 1;
}

static void parse_servers(libusb_context *context)
{
    const char *at = getenv(LUSB_VARIABLE);

    while (at && *at && context->server_count < LUSB_SERVERS_MAX) {
        size_t length = strcspn(at, " ");

        context->server_count += parse_server(at, length, &context->servers[context->server_count]);
        at += length + strspn(at + length, " ");
    }
}

static int initial_level(void)
{
    const char *text = getenv("LIBUSB_DEBUG");

    return text && *text >= '0' && *text <= '4' ? *text - '0' : default_level;
}

static void init_monotonic(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* What all new contexts have, then what this one was asked to have. */
static int take_options(libusb_context *context, const struct libusb_init_option *options,
                        int count)
{
    int error = LIBUSB_SUCCESS;

    context->log_level = initial_level();
    context->undiscovered = default_undiscovered;
    for (int i = 0; i < count && !error; i++) {
        if (options[i].option == LIBUSB_OPTION_NO_DEVICE_DISCOVERY)
            context->undiscovered = true;
        else if (options[i].option == LIBUSB_OPTION_LOG_CB)
            context->log = options[i].value.log_cbval;
        else
            error = libusb_set_option(context, options[i].option, options[i].value.ival);
    }
    return error;
}

static int context_new(const struct libusb_init_option *options, int count,
                       libusb_context **ret_context)
{
    libusb_context *context = calloc(1, sizeof(*context));
    int error = context ? take_options(context, options, count) : LIBUSB_ERROR_NO_MEM;

    if (error) {
        free(context);
        return error;
    }
    context->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (context->wake < 0) {
        free(context);
        return LIBUSB_ERROR_OTHER;
    }
    pthread_mutex_init(&context->lock, NULL);
    pthread_mutex_init(&context->scanning, NULL);
    pthread_mutex_init(&context->events, NULL);
    pthread_mutex_init(&context->waiters, NULL);
    pthread_cond_init(&context->waiters_woken, NULL);
    init_monotonic(&context->scanner.changed);
    parse_servers(context);
    *ret_context = context;
    return LIBUSB_SUCCESS;
}

static void context_free(libusb_context *context)
{
    lusb_scanner_stop(context);
    while (context->handles)
        libusb_close(context->handles);
    while (context->hotplugs) {
        struct lusb_hotplug *hotplug = context->hotplugs;

        context->hotplugs = hotplug->next;
        free(hotplug);
    }
    while (context->devices) {
        struct libusb_device *device = context->devices;

        context->devices = device->next;
        libusb_unref_device(device);
    }
    pthread_mutex_destroy(&context->lock);
    pthread_mutex_destroy(&context->scanning);
    pthread_mutex_destroy(&context->events);
    pthread_mutex_destroy(&context->waiters);
    pthread_cond_destroy(&context->waiters_woken);
    pthread_cond_destroy(&context->scanner.changed);
    close(context->wake);
    free(context->fds);
    free(context->polled);
    free(context);
}

/* As libusb: NULL means the first context while there is no default one. */
static int own_context(const struct libusb_init_option *options, int count,
                       libusb_context **ret_context)
{
    libusb_context *none = NULL;
    int result = context_new(options, count, ret_context);

    if (!result)
        atomic_compare_exchange_strong(&first_context, &none, *ret_context);
    return result;
}

LUSB_API int libusb_init(libusb_context **ret_context)
{
    return libusb_init_context(ret_context, NULL, 0);
}

/* A default context there is already stays as it is. */
LUSB_API int libusb_init_context(libusb_context **ret_context,
                                 const struct libusb_init_option options[], int option_count)
{
    libusb_context *context;
    int result = LIBUSB_SUCCESS;

    if (ret_context)
        return own_context(options, option_count, ret_context);
    pthread_mutex_lock(&default_lock);
    context = default_context;
    if (!context)
        result = context_new(options, option_count, &context);
    if (!result) {
        context->users++;
        default_context = context;
    }
    pthread_mutex_unlock(&default_lock);
    return result;
}

LUSB_API void libusb_exit(libusb_context *context)
{
    libusb_context *last = NULL, *same = context;

    if (context && context != default_context) {
        atomic_compare_exchange_strong(&first_context, &same, NULL);
        context_free(context);
        return;
    }
    pthread_mutex_lock(&default_lock);
    context = default_context;
    if (context && --context->users == 0) {
        last = context;
        default_context = NULL;
    }
    pthread_mutex_unlock(&default_lock);
    if (last)
        context_free(last); /* closes devices, which may call back */
}

libusb_context *lusb_context(libusb_context *context)
{
    if (!context)
        context = default_context;
    return context ? context : atomic_load(&first_context);
}

LUSB_API void libusb_set_debug(libusb_context *context, int level)
{
    libusb_set_option(context, LIBUSB_OPTION_LOG_LEVEL, level);
}

static int set_log_level(libusb_context *context, int level)
{
    if (level < LIBUSB_LOG_LEVEL_NONE || level > LIBUSB_LOG_LEVEL_DEBUG)
        return LIBUSB_ERROR_INVALID_PARAM;
    context = lusb_context(context);
    if (context)
        context->log_level = level;
    else
        default_level = level;
    return LIBUSB_SUCCESS;
}

/* Whether devices are looked for is settled when a context begins: without one, for all that begin
 * from now on. Options of other systems' back-ends are not supported. */
LUSB_API int libusb_set_option(libusb_context *context, enum libusb_option option, ...)
{
    va_list arguments;
    int result = LIBUSB_SUCCESS;

    va_start(arguments, option);
    if (option == LIBUSB_OPTION_LOG_LEVEL)
        result = set_log_level(context, va_arg(arguments, int));
    else if (option == LIBUSB_OPTION_LOG_CB)
        libusb_set_log_cb(context, va_arg(arguments, libusb_log_cb),
                          context ? LIBUSB_LOG_CB_CONTEXT : LIBUSB_LOG_CB_GLOBAL);
    else if (option == LIBUSB_OPTION_NO_DEVICE_DISCOVERY)
        default_undiscovered |= !context;
    else
        result = option == LIBUSB_OPTION_USE_USBDK ? LIBUSB_ERROR_NOT_SUPPORTED
                                                   : LIBUSB_ERROR_INVALID_PARAM;
    va_end(arguments);
    return result;
}

LUSB_API void libusb_set_log_cb(libusb_context *context, libusb_log_cb call, int mode)
{
    if (mode & LIBUSB_LOG_CB_GLOBAL)
        global_log = call;
    context = lusb_context(context);
    if (context && (mode & LIBUSB_LOG_CB_CONTEXT))
        context->log = call;
}
