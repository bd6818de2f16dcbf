/* Several handles of one device, and hot-plug while a server says nothing. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "spcore/tests/lusb_serving.h"

/* ---- handles */

struct two {
    struct serving serving;
    libusb_device_handle *first, *second;
};

static void open_twice(struct two *two)
{
    plug(&two->serving, NULL);
    cr_assert_eq(libusb_init(NULL), 0);
    two->first = open_player(NULL);
    cr_assert_eq(libusb_open(libusb_get_device(two->first), &two->second), 0);
    cr_assert_neq(two->first, two->second);
}

static void leave_both(struct two *two)
{
    libusb_close(two->second);
    libusb_exit(NULL);
    serve_end(&two->serving);
}

Test(lusb_handles, an_interface_is_one_handles_at_a_time)
{
    struct two two;

    open_twice(&two);
    cr_expect_eq(libusb_claim_interface(two.first, 0), 0);
    cr_expect_eq(libusb_claim_interface(two.first, 0), 0, "again by its owner");
    cr_expect_eq(libusb_claim_interface(two.second, 0), LIBUSB_ERROR_BUSY);
    cr_expect_eq(libusb_release_interface(two.second, 0), LIBUSB_ERROR_NOT_FOUND);
    cr_expect_eq(libusb_set_interface_alt_setting(two.second, 0, 0), LIBUSB_ERROR_NOT_FOUND);
    cr_expect_eq(libusb_set_configuration(two.second, 1), LIBUSB_ERROR_BUSY);
    cr_expect_eq(libusb_release_interface(two.first, 0), 0);
    cr_expect_eq(libusb_claim_interface(two.second, 0), 0);
    libusb_close(two.first);
    leave_both(&two);
}

Test(lusb_handles, closing_gives_up_the_claims_and_leaves_the_other_its_device)
{
    unsigned char data[18];
    struct two two;

    open_twice(&two);
    cr_assert_eq(libusb_claim_interface(two.first, 0), 0);
    libusb_close(two.first);
    cr_expect_eq(libusb_claim_interface(two.second, 0), 0);
    cr_expect_eq(libusb_get_descriptor(two.second, LIBUSB_DT_DEVICE, 0, data, 18), 18);
    leave_both(&two);
}

static void LIBUSB_CALL counted(struct libusb_transfer *transfer)
{
    *(int *)transfer->user_data += 1;
}

Test(lusb_handles, closing_one_ends_its_transfers_alone)
{
    static unsigned char data[2][64];
    struct libusb_transfer *mine = libusb_alloc_transfer(0), *others = libusb_alloc_transfer(0);
    int my_calls = 0, other_calls = 0;
    struct two two;

    open_twice(&two);
    libusb_fill_interrupt_transfer(mine, two.first, INTERRUPT_IN, data[0], 64, counted, &my_calls,
                                   0);
    libusb_fill_interrupt_transfer(others, two.second, INTERRUPT_IN, data[1], 64, counted,
                                   &other_calls, 0);
    cr_assert_eq(libusb_submit_transfer(mine), 0);
    cr_assert_eq(libusb_submit_transfer(others), 0);
    libusb_close(two.first);
    libusb_free_transfer(mine);
    cr_expect_eq(my_calls, 0, "its handle is gone: nobody is called");
    cr_expect_eq(libusb_submit_transfer(others), LIBUSB_ERROR_BUSY, "still in flight");
    cr_expect_eq(libusb_cancel_transfer(others), 0);
    while (!other_calls)
        cr_assert_eq(libusb_handle_events(NULL), 0);
    cr_expect_eq(others->status, LIBUSB_TRANSFER_CANCELLED);
    libusb_free_transfer(others);
    leave_both(&two);
}

Test(lusb_handles, a_reset_through_one_leaves_both_usable)
{
    unsigned char data[18];
    struct two two;

    open_twice(&two);
    cr_assert_eq(libusb_claim_interface(two.second, 0), 0);
    cr_expect_eq(libusb_reset_device(two.first), 0);
    cr_expect_eq(libusb_claim_interface(two.first, 0), LIBUSB_ERROR_BUSY, "claims outlive a reset");
    cr_expect_eq(libusb_get_descriptor(two.first, LIBUSB_DT_DEVICE, 0, data, 18), 18);
    cr_expect_eq(libusb_get_descriptor(two.second, LIBUSB_DT_DEVICE, 0, data, 18), 18);
    libusb_close(two.first);
    leave_both(&two);
}

/* ---- a server that falls silent */

/* Lists no device; once it is `silent`, takes requests and says nothing. */
struct quiet {
    int listener;
    pthread_t thread;
    atomic_bool silent, stop;
    atomic_int asked, given_up;
};

static void *be_quiet(void *self)
{
    static const uint8_t empty[12] = {0x01, 0x11, 0x00, 0x05};
    struct quiet *quiet = self;
    uint8_t request[8];

    while (!atomic_load(&quiet->stop)) {
        int fd = accept(quiet->listener, NULL, NULL);

        if (recv(fd, request, sizeof(request), MSG_WAITALL) == sizeof(request)) {
            bool silent = atomic_load(&quiet->silent);

            if (silent)
                atomic_fetch_add(&quiet->asked, 1);
            else
                (void)!send(fd, empty, sizeof(empty), MSG_NOSIGNAL);
            (void)!recv(fd, request, 1, 0); /* until the other end has had enough */
            if (silent)
                atomic_fetch_add(&quiet->given_up, 1);
        }
        close(fd);
    }
    return NULL;
}

static void start_quiet(struct quiet *quiet, char *server, size_t size)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(name);

    memset(quiet, 0, sizeof(*quiet));
    quiet->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(quiet->listener, (struct sockaddr *)&name, length), 0);
    cr_assert_eq(listen(quiet->listener, 8), 0);
    cr_assert_eq(getsockname(quiet->listener, (struct sockaddr *)&name, &length), 0);
    snprintf(server, size, "127.0.0.1:%u", ntohs(name.sin_port));
    cr_assert_eq(pthread_create(&quiet->thread, NULL, be_quiet, quiet), 0);
}

static void end_quiet(struct quiet *quiet)
{
    atomic_store(&quiet->stop, true);
    shutdown(quiet->listener, SHUT_RDWR);
    pthread_join(quiet->thread, NULL);
    close(quiet->listener);
}

static int LIBUSB_CALL ignore(libusb_context *context, libusb_device *device,
                              libusb_hotplug_event event, void *user_data)
{
    (void)context;
    (void)device;
    (void)event;
    *(int *)user_data += 1;
    return 0;
}

/* Waits until the silent server is asked, and again until it has been given up; whether the device
 * has answered in between. */
static bool answered_meanwhile(libusb_device_handle *handle, struct quiet *quiet)
{
    struct timeval short_time = {0, 5000};
    int asked = atomic_load(&quiet->asked);
    unsigned char data[18];
    bool meanwhile;

    while (atomic_load(&quiet->asked) == asked)
        cr_assert_eq(libusb_handle_events_timeout(NULL, &short_time), 0);
    cr_expect_eq(libusb_get_descriptor(handle, LIBUSB_DT_DEVICE, 0, data, 18), 18);
    meanwhile = atomic_load(&quiet->given_up) == asked;
    while (atomic_load(&quiet->given_up) == asked)
        cr_assert_eq(libusb_handle_events_timeout(NULL, &short_time), 0);
    return meanwhile;
}

Test(lusb_hotplug, a_silent_server_holds_up_nobodys_events)
{
    libusb_device_handle *handle;
    struct serving serving;
    struct quiet quiet;
    char servers[160], silent[64];
    int calls = 0, rounds = 0;

    plug(&serving, NULL);
    start_quiet(&quiet, silent, sizeof(silent));
    snprintf(servers, sizeof(servers), "%s %s", serving.address, silent);
    setenv(LUSB_VARIABLE, servers, 1);
    cr_assert_eq(libusb_init(NULL), 0);
    handle = open_player(NULL);
    cr_assert_eq(libusb_hotplug_register_callback(
                     NULL, LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT, 0, LIBUSB_HOTPLUG_MATCH_ANY,
                     LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY, ignore, &calls, NULL),
                 0);
    atomic_store(&quiet.silent, true);
    /* Whoever is held up as long as the server is asked has shown nothing, and tries again. */
    while (!answered_meanwhile(handle, &quiet) && ++rounds < 10)
        continue;
    cr_expect_lt(rounds, 10, "never answered while the server is still asked");
    cr_expect_eq(calls, 0, "no news of a device is no news");
    libusb_close(handle);
    libusb_exit(NULL);
    end_quiet(&quiet);
    serve_end(&serving);
}
