/* The event loop in the forms that libusb's documentation has, messages, and names held against the
 * real library. A call that does not return is ended by the test's time-out. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "spcore/base.h"
#include "spcore/tests/lusb_serving.h"

#define HANGS .timeout = 60

enum { ROUNDS = 30 };

/* ---- a transfer that says when it is over */

struct asked {
    struct libusb_transfer *transfer;
    unsigned char setup[LIBUSB_CONTROL_SETUP_SIZE + 18];
    int completed;
};

static void LIBUSB_CALL over(struct libusb_transfer *transfer)
{
    struct asked *asked = transfer->user_data;

    __atomic_store_n(&asked->completed, 1, __ATOMIC_RELEASE);
}

static bool is_over(const struct asked *asked)
{
    return __atomic_load_n(&asked->completed, __ATOMIC_ACQUIRE);
}

static void ask(libusb_device_handle *handle, struct asked *asked)
{
    memset(asked, 0, sizeof(*asked));
    asked->transfer = libusb_alloc_transfer(0);
    libusb_fill_control_setup(asked->setup, 0x80, LIBUSB_REQUEST_GET_DESCRIPTOR, 0x100, 0, 18);
    libusb_fill_control_transfer(asked->transfer, handle, asked->setup, over, asked, 10000);
    cr_assert_eq(libusb_submit_transfer(asked->transfer), 0);
}

static void answered(struct asked *asked)
{
    cr_expect_eq(asked->transfer->status, LIBUSB_TRANSFER_COMPLETED);
    cr_expect_eq(asked->transfer->actual_length, 18);
    libusb_free_transfer(asked->transfer);
}

/* ---- "Multi-threaded applications and asynchronous I/O", the last and complete example */

/* False when another thread's turn ended before what is awaited did: to be tried again. */
static bool handle_or_wait(const struct asked *asked)
{
    struct timeval second = {1, 0};

    if (libusb_try_lock_events(NULL) == 0) {
        while (!is_over(asked) && libusb_event_handling_ok(NULL))
            cr_assert_eq(libusb_handle_events_locked(NULL, &second), 0);
        libusb_unlock_events(NULL);
        return is_over(asked);
    }
    libusb_lock_event_waiters(NULL);
    while (!is_over(asked) && libusb_event_handler_active(NULL))
        libusb_wait_for_event(NULL, NULL);
    libusb_unlock_event_waiters(NULL);
    return is_over(asked);
}

static void *ask_in_turns(void *handle)
{
    struct asked asked;

    for (int i = 0; i < ROUNDS; i++) {
        ask(handle, &asked);
        while (!handle_or_wait(&asked))
            continue;
        answered(&asked);
    }
    return NULL;
}

Test(lusb_events, threads_take_turns_as_the_documentation_has_it, HANGS)
{
    pthread_t threads[3];
    struct open open;

    open_one(&open);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, ask_in_turns, open.handle), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    leave(&open);
}

/* ---- single calls */

Test(lusb_events, every_form_of_handling_completes_a_transfer, HANGS)
{
    struct timeval minute = {60, 0};
    struct asked asked;
    struct open open;

    open_one(&open);
    ask(open.handle, &asked);
    while (!is_over(&asked))
        cr_assert_eq(libusb_handle_events(NULL), 0);
    answered(&asked);
    ask(open.handle, &asked);
    while (!is_over(&asked))
        cr_assert_eq(libusb_handle_events_timeout(NULL, &minute), 0);
    answered(&asked);
    ask(open.handle, &asked);
    while (!is_over(&asked))
        cr_assert_eq(libusb_handle_events_completed(NULL, &asked.completed), 0);
    answered(&asked);
    ask(open.handle, &asked);
    while (!is_over(&asked))
        cr_assert_eq(libusb_handle_events_timeout_completed(NULL, &minute, &asked.completed), 0);
    answered(&asked);
    ask(open.handle, &asked);
    libusb_lock_events(NULL);
    while (!is_over(&asked))
        cr_assert_eq(libusb_handle_events_locked(NULL, &minute), 0);
    libusb_unlock_events(NULL);
    answered(&asked);
    leave(&open);
}

Test(lusb_events, what_is_completed_already_is_not_waited_for, HANGS)
{
    struct timeval hour = {3600, 0};
    struct open open;
    int completed = 1;

    open_one(&open);
    cr_expect_eq(libusb_handle_events_timeout_completed(NULL, &hour, &completed), 0);
    leave(&open);
}

Test(lusb_events, a_time_before_now_is_refused)
{
    struct timeval negative = {-1, 0};
    struct open open;

    open_one(&open);
    cr_expect_eq(libusb_handle_events_timeout(NULL, &negative), LIBUSB_ERROR_INVALID_PARAM);
    leave(&open);
}

static void *handle_for_an_hour(void *unused)
{
    struct timeval hour = {3600, 0};

    cr_expect_eq(libusb_handle_events_timeout(NULL, &hour), 0);
    return unused;
}

Test(lusb_events, an_interruption_ends_the_wait, HANGS)
{
    struct timeval at_once = {0, 0};
    pthread_t thread;
    struct open open;

    open_one(&open);
    /* What opening has woken the handler for must not end the wait in its place. */
    cr_assert_eq(libusb_handle_events_timeout(NULL, &at_once), 0);
    cr_assert_eq(pthread_create(&thread, NULL, handle_for_an_hour, NULL), 0);
    while (!libusb_event_handler_active(NULL))
        continue;
    libusb_interrupt_event_handler(NULL);
    pthread_join(thread, NULL);
    leave(&open);
}

Test(lusb_events, waiting_for_another_thread_ends_with_its_time)
{
    struct timeval moment = {0, 1000};
    struct open open;

    open_one(&open);
    libusb_lock_event_waiters(NULL);
    cr_expect_eq(libusb_wait_for_event(NULL, &moment), 1);
    libusb_unlock_event_waiters(NULL);
    leave(&open);
}

Test(lusb_events, the_next_time_out_is_that_of_the_first_transfer_due)
{
    static unsigned char data[64];
    struct libusb_transfer *transfer = libusb_alloc_transfer(0);
    struct timeval time = {-1, -1};
    struct asked asked = {.completed = 0};
    struct open open;

    open_one(&open);
    cr_expect_eq(libusb_get_next_timeout(NULL, &time), 0, "nothing is in flight");
    libusb_fill_interrupt_transfer(transfer, open.handle, INTERRUPT_IN, data, sizeof(data), over,
                                   &asked, 100000);
    cr_assert_eq(libusb_submit_transfer(transfer), 0);
    cr_expect_eq(libusb_get_next_timeout(NULL, &time), 1);
    cr_expect(time.tv_sec > 0 && time.tv_sec <= 100);
    cr_expect_eq(libusb_pollfds_handle_timeouts(NULL), 0, "so the time above is to be asked for");
    cr_expect_eq(libusb_cancel_transfer(transfer), 0);
    while (!is_over(&asked))
        cr_assert_eq(libusb_handle_events(NULL), 0);
    libusb_free_transfer(transfer);
    leave(&open);
}

static int added, removed, sum;

static void LIBUSB_CALL fd_added(int fd, short events, void *user_data)
{
    cr_expect(events & POLLIN);
    cr_expect_eq(user_data, &sum);
    added++;
    sum += fd;
}

static void LIBUSB_CALL fd_removed(int fd, void *user_data)
{
    cr_expect_eq(user_data, &sum);
    removed++;
    sum -= fd;
}

Test(lusb_events, descriptors_to_poll_are_announced_and_taken_back)
{
    struct serving serving;

    plug(&serving, NULL);
    cr_assert_eq(libusb_init(NULL), 0);
    libusb_set_pollfd_notifiers(NULL, fd_added, fd_removed, &sum);
    libusb_close(open_player(NULL));
    cr_expect_gt(added, 0);
    cr_expect_eq(removed, added);
    cr_expect_eq(sum, 0, "the same ones");
    libusb_exit(NULL);
    serve_end(&serving);
}

/* ---- messages */

struct heard {
    int count;
    enum libusb_log_level level;
    char text[256];
};

static struct heard of_context, of_all;

static void hear(struct heard *heard, enum libusb_log_level level, const char *text)
{
    heard->count++;
    heard->level = level;
    snprintf(heard->text, sizeof(heard->text), "%s", text);
}

static void LIBUSB_CALL context_says(libusb_context *context, enum libusb_log_level level,
                                     const char *text)
{
    (void)context;
    hear(&of_context, level, text);
}

static void LIBUSB_CALL all_say(libusb_context *context, enum libusb_log_level level,
                                const char *text)
{
    (void)context;
    hear(&of_all, level, text);
}

/* Nobody listens there. */
static void ask_nobody(libusb_context *context)
{
    libusb_device **list;

    cr_assert_eq(libusb_get_device_list(context, &list), 0);
    libusb_free_device_list(list, 1);
}

Test(lusb_log, call_backs_hear_what_the_level_lets_through)
{
    libusb_context *one, *two;

    unsetenv("LIBUSB_DEBUG");
    setenv(LUSB_VARIABLE, "127.0.0.1:1", 1);
    cr_assert_eq(libusb_init(&one), 0);
    cr_assert_eq(libusb_init(&two), 0);
    libusb_set_log_cb(one, context_says, LIBUSB_LOG_CB_CONTEXT);
    libusb_set_log_cb(NULL, all_say, LIBUSB_LOG_CB_GLOBAL);
    ask_nobody(one);
    cr_expect_eq(of_context.count + of_all.count, 0, "silent unless asked");
    cr_assert_eq(libusb_set_option(one, LIBUSB_OPTION_LOG_LEVEL, LIBUSB_LOG_LEVEL_ERROR), 0);
    ask_nobody(one);
    cr_expect_eq(of_context.count, 1);
    cr_expect_eq(of_context.level, LIBUSB_LOG_LEVEL_ERROR);
    cr_expect(strstr(of_context.text, "127.0.0.1:1"));
    cr_expect_eq(of_context.text[strlen(of_context.text) - 1], '\n');
    cr_expect_str_eq(of_all.text, of_context.text);
    cr_assert_eq(libusb_set_option(two, LIBUSB_OPTION_LOG_LEVEL, LIBUSB_LOG_LEVEL_ERROR), 0);
    ask_nobody(two);
    cr_expect_eq(of_context.count, 1, "the other context's");
    cr_expect_eq(of_all.count, 2);
    libusb_set_log_cb(one, NULL, LIBUSB_LOG_CB_CONTEXT);
    libusb_set_log_cb(NULL, NULL, LIBUSB_LOG_CB_GLOBAL);
    libusb_exit(one);
    libusb_exit(two);
}

/* ---- the same words as the real library's */

static void *real_library(void)
{
    FILE *pipe = popen("pkg-config --variable=libdir libusb-1.0", "r");
    char folder[PATH_MAX / 2], path[PATH_MAX];
    void *library;

    cr_assert(pipe && fscanf(pipe, "%2000s", folder) == 1);
    pclose(pipe);
    snprintf(path, sizeof(path), "%s/libusb-1.0.so.0", folder);
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    cr_assert(library, "%s", dlerror());
    return library;
}

static void *real(void *library, const char *name)
{
    void *found = dlsym(library, name);

    cr_assert(found, "%s", name);
    return found;
}

Test(lusb_text, names_and_messages_are_the_real_librarys)
{
    void *library = real_library();
    const char *(*error_name)(int), *(*strerror_of)(int);

    *(void **)&error_name = real(library, "libusb_error_name");
    *(void **)&strerror_of = real(library, "libusb_strerror");
    cr_assert_neq(error_name, libusb_error_name);
    for (int code = -120; code < 20; code++) {
        cr_expect_str_eq(libusb_error_name(code), error_name(code), "%d", code);
        cr_expect_str_eq(libusb_strerror(code), strerror_of(code), "%d", code);
    }
}

Test(lusb_text, locales_and_capabilities_are_the_real_librarys)
{
    static const char *const locales[] = {"en", "en-US", "en_GB.UTF-8", "EN", "x",
                                          "",   "engl",  "xx",          "zz"};
    void *library = real_library();
    int (*setlocale_of)(const char *), (*has_capability)(uint32_t);

    *(void **)&setlocale_of = real(library, "libusb_setlocale");
    *(void **)&has_capability = real(library, "libusb_has_capability");
    for (size_t i = 0; i < ARRAY_SIZE(locales); i++)
        cr_expect_eq(libusb_setlocale(locales[i]), setlocale_of(locales[i]), "%s", locales[i]);
    for (uint32_t capability = 0; capability < 0x200; capability++)
        cr_expect_eq(!libusb_has_capability(capability), !has_capability(capability), "%#x",
                     capability);
}
