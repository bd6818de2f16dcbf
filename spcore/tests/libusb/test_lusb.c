/* The drop-in libusb-1.0: its exported names, descriptors that lie, and its calls against a papsim
 * of the test's own. Asynchronous use, threads and hot-plug: conformance/orchestrate/programs. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/tests/lusb_serving.h"

enum { NAMES_MAX = 256, NAME_BYTES = 96 };

/* ---- exported names */

struct names {
    char name[NAMES_MAX][NAME_BYTES];
    size_t count;
};

static void read_names(const char *command, struct names *names)
{
    FILE *pipe = popen(command, "r");

    names->count = 0;
    cr_assert(pipe);
    while (names->count < NAMES_MAX && fscanf(pipe, "%95s", names->name[names->count]) == 1)
        names->count++;
    cr_assert_eq(pclose(pipe), 0, "%s", command);
}

static void names_of_ours(const char *how, struct names *names)
{
    char path[PATH_MAX], command[PATH_MAX + 128];

    built("libusb/libusb-1.0.so.0", path);
    snprintf(command, sizeof(command), "nm -D %s %s | sed 's/.* //' | sort", how, path);
    read_names(command, names);
}

/* What libusb has gained between Debian 12's 1.0.26 and 1.0.30, by its ChangeLog. */
static const char *const newer[] = {
    "libusb_endpoint_set_raw_io",
    "libusb_endpoint_supports_raw_io",
    "libusb_free_interface_association_descriptors",
    "libusb_free_platform_descriptor",
    "libusb_free_ssplus_usb_device_capability_descriptor",
    "libusb_get_active_interface_association_descriptors",
    "libusb_get_device_string",
    "libusb_get_interface_association_descriptors",
    "libusb_get_max_alt_packet_size",
    "libusb_get_max_raw_io_transfer_size",
    "libusb_get_platform_descriptor",
    "libusb_get_session_data",
    "libusb_get_ssplus_usb_device_capability_descriptor",
    "libusb_init_context",
};

static bool has_name(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->name[i], name) == 0)
            return true;
    }
    return false;
}

Test(lusb_names, ours_are_those_of_debians_library_and_the_newer_ones)
{
    static struct names ours, theirs;
    size_t more = 0;

    names_of_ours("--defined-only", &ours);
    read_names("nm -D --defined-only \"$(pkg-config --variable=libdir "
               "libusb-1.0)/libusb-1.0.so.0\" | sed 's/.* //; s/@.*//' | sort",
               &theirs);
    cr_assert_geq(theirs.count, 90);
    for (size_t i = 0; i < theirs.count; i++)
        cr_expect(has_name(&ours, theirs.name[i]), "%s", theirs.name[i]);
    for (size_t i = 0; i < ARRAY_SIZE(newer); i++) {
        cr_expect(has_name(&ours, newer[i]), "%s", newer[i]);
        more += !has_name(&theirs, newer[i]);
    }
    cr_expect_eq(ours.count, theirs.count + more);
}

/* "libusb-1.0.so" and the like, of the library's packages; a program may dlopen() any. */
Test(lusb_names, the_file_has_all_of_debians_names)
{
    static struct names theirs;
    char path[PATH_MAX], place[PATH_MAX + NAME_BYTES];

    built("libusb", path);
    read_names("cd \"$(pkg-config --variable=libdir libusb-1.0)\" && ls | "
               "grep '^libusb-1\\.0\\.so'",
               &theirs);
    cr_assert_geq(theirs.count, 3);
    for (size_t i = 0; i < theirs.count; i++) {
        void *library;

        snprintf(place, sizeof(place), "%s/%s", path, theirs.name[i]);
        library = dlopen(place, RTLD_NOW | RTLD_LOCAL);
        cr_expect(library, "%s", dlerror());
        if (library)
            dlclose(library);
    }
}

Test(lusb_names, each_is_found_in_the_library_itself)
{
    static struct names ours;
    char path[PATH_MAX];
    void *library;
    Dl_info info;

    names_of_ours("--defined-only", &ours);
    built("libusb/libusb-1.0.so.0", path);
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    cr_assert(library, "%s", dlerror());
    for (size_t i = 0; i < ours.count; i++) {
        cr_assert(dladdr(dlsym(library, ours.name[i]), &info), "%s", ours.name[i]);
        cr_expect(strstr(info.dli_fname, "/libusb/libusb-1.0.so.0"), "%s", ours.name[i]);
    }
    dlclose(library);
}

Test(lusb_names, none_is_passed_through)
{
    static struct names wanted;

    names_of_ours("--undefined-only", &wanted);
    cr_assert_gt(wanted.count, 0);
    for (size_t i = 0; i < wanted.count; i++) {
        cr_expect(strncmp(wanted.name[i], "libusb_", 7) != 0, "%s", wanted.name[i]);
        cr_expect(strncmp(wanted.name[i], "dl", 2) != 0, "%s", wanted.name[i]);
    }
}

/* ---- descriptors */

static const uint8_t good[] = {
    9, 2,  48,   0, 1, 1,    0, 0x80, 50, /* configuration */
    9, 4,  0,    0, 1, 6,    1, 1,    0,  /* interface 0, setting 0 */
    7, 5,  0x81, 2, 0, 2,    0,           /* endpoint */
    6, 48, 1,    0, 0, 0,                 /* companion */
    9, 4,  0,    1, 1, 6,    1, 1,    0,  /* setting 1 */
    7, 5,  0x83, 1, 0, 0x14, 1,           /* isochronous, 3 × 1024 */
    1,                                    /* cut off */
};

static struct libusb_config_descriptor *parsed(const uint8_t *raw, size_t length)
{
    struct libusb_config_descriptor *config = NULL;

    cr_assert_eq(lusb_parse_config(raw, length, &config), 0);
    return config;
}

Test(lusb_descriptor, settings_endpoints_and_companions_are_found)
{
    struct libusb_ss_endpoint_companion_descriptor *companion;
    struct libusb_config_descriptor *config = parsed(good, sizeof(good) - 1);

    cr_assert_eq(config->bNumInterfaces, 1);
    cr_assert_eq(config->interface[0].num_altsetting, 2);
    cr_expect_eq(config->interface[0].altsetting[1].endpoint[0].bEndpointAddress, 0x83);
    cr_assert_eq(libusb_get_ss_endpoint_companion_descriptor(
                     NULL, config->interface[0].altsetting[0].endpoint, &companion),
                 0);
    cr_expect_eq(companion->bMaxBurst, 1);
    libusb_free_ss_endpoint_companion_descriptor(companion);
    cr_expect_eq(libusb_get_ss_endpoint_companion_descriptor(
                     NULL, config->interface[0].altsetting[1].endpoint, &companion),
                 LIBUSB_ERROR_NOT_FOUND);
    libusb_free_config_descriptor(config);
}

Test(lusb_descriptor, what_is_cut_off_is_left_out)
{
    struct libusb_config_descriptor *config = parsed(good, sizeof(good));

    cr_expect_eq(config->interface[0].num_altsetting, 2);
    libusb_free_config_descriptor(config);
    config = parsed(good, 9 + 9 + 5);
    cr_expect_eq(config->interface[0].altsetting[0].bNumEndpoints, 0);
    libusb_free_config_descriptor(config);
}

Test(lusb_descriptor, more_endpoints_than_there_are_is_those_there_are)
{
    uint8_t raw[sizeof(good)];
    struct libusb_config_descriptor *config;

    memcpy(raw, good, sizeof(raw));
    raw[9 + 4] = 255;
    config = parsed(raw, 9 + 9 + 7 + 6);
    cr_expect_eq(config->interface[0].altsetting[0].bNumEndpoints, 1);
    libusb_free_config_descriptor(config);
}

Test(lusb_descriptor, more_interfaces_than_announced_are_left_out)
{
    uint8_t raw[sizeof(good)];
    struct libusb_config_descriptor *config;

    memcpy(raw, good, sizeof(raw));
    raw[31 + 2] = 7;
    config = parsed(raw, sizeof(raw) - 1);
    cr_expect_eq(config->interface[0].num_altsetting, 1);
    libusb_free_config_descriptor(config);
}

Test(lusb_descriptor, a_set_that_is_none_is_refused)
{
    static const uint8_t no_config[9] = {9, 4}, zero[18] = {9, 2, 18, 0, 1, 1};
    struct libusb_config_descriptor *config;
    struct libusb_bos_descriptor *bos;

    cr_expect_eq(lusb_parse_config(no_config, 9, &config), LIBUSB_ERROR_IO);
    cr_expect_eq(lusb_parse_config(good, 8, &config), LIBUSB_ERROR_IO);
    cr_expect_eq(lusb_parse_config(good, 0, &config), LIBUSB_ERROR_IO);
    cr_expect_eq(lusb_parse_config(zero, sizeof(zero), &config), LIBUSB_ERROR_IO);
    cr_expect_eq(lusb_parse_bos(good, sizeof(good), &bos), LIBUSB_ERROR_IO);
}

/* No input may read or write where it must not: the sanitizer builds run this too. */
Test(lusb_descriptor, hostile_bytes_do_no_harm)
{
    unsigned seed = 1, round;

    for (round = 0; round < 20000; round++) {
        size_t length = (size_t)(rand_r(&seed) % (int)sizeof(good));
        uint8_t *raw = malloc(length + 1); /* on the heap, so that its end is watched */
        struct libusb_config_descriptor *config;
        struct libusb_bos_descriptor *bos;

        memcpy(raw, good, length);
        for (unsigned i = 0; length && i < 1 + round % 4; i++)
            raw[(size_t)rand_r(&seed) % length] = (uint8_t)rand_r(&seed);
        if (!lusb_parse_config(raw, length, &config))
            libusb_free_config_descriptor(config);
        if (length > 1)
            raw[1] = LIBUSB_DT_BOS;
        if (!lusb_parse_bos(raw, length, &bos))
            libusb_free_bos_descriptor(bos);
        free(raw);
    }
    cr_assert_eq(round, 20000);
}

/* ---- against a papsim */

Test(lusb, without_servers_there_are_no_devices)
{
    libusb_device **list;

    unsetenv(LUSB_VARIABLE);
    cr_assert_eq(libusb_init(NULL), 0);
    cr_expect_eq(libusb_get_device_list(NULL, &list), 0);
    libusb_free_device_list(list, 1);
    libusb_exit(NULL);
}

Test(lusb, every_player_of_a_server_is_listed_once_with_its_own_number)
{
    struct serving serving;
    libusb_device **list;

    plug(&serving, "pap-winusb");
    cr_assert_eq(libusb_init(NULL), 0);
    cr_assert_eq(libusb_get_device_list(NULL, &list), 2);
    cr_expect_neq(libusb_get_device_address(list[0]), libusb_get_device_address(list[1]));
    libusb_free_device_list(list, 1);
    libusb_exit(NULL);
    serve_end(&serving);
}

Test(lusb, the_default_context_lives_until_its_last_user_leaves)
{
    struct serving serving;
    libusb_device **list;

    plug(&serving, NULL);
    cr_assert_eq(libusb_init(NULL), 0);
    cr_assert_eq(libusb_init(NULL), 0);
    libusb_exit(NULL);
    cr_expect_eq(libusb_get_device_list(NULL, &list), 1);
    libusb_free_device_list(list, 1);
    libusb_exit(NULL);
    serve_end(&serving);
}

Test(lusb, a_device_another_context_has_open_is_busy)
{
    struct serving serving;
    libusb_context *one, *two;
    libusb_device **list;
    libusb_device_handle *handle, *second;

    plug(&serving, NULL);
    cr_assert_eq(libusb_init(&one), 0);
    cr_assert_eq(libusb_init(&two), 0);
    cr_assert_eq(libusb_get_device_list(two, &list), 1);
    handle = open_player(one);
    cr_expect_eq(libusb_open(list[0], &second), LIBUSB_ERROR_BUSY);
    libusb_free_device_list(list, 1);
    cr_expect_eq(libusb_get_device_list(two, &list), 1, "it is there all the same");
    libusb_close(handle);
    cr_assert_eq(libusb_open(list[0], &second), 0);
    libusb_close(second);
    libusb_free_device_list(list, 1);
    libusb_exit(one);
    libusb_exit(two);
    serve_end(&serving);
}

Test(lusb, claims_settings_and_configurations_answer_as_libusb)
{
    struct open open;
    int value = -1;

    open_one(&open);
    cr_expect_eq(libusb_get_configuration(open.handle, &value), 0);
    cr_expect_eq(value, 1);
    cr_expect_eq(libusb_claim_interface(open.handle, 1), LIBUSB_ERROR_NOT_FOUND);
    cr_expect_eq(libusb_claim_interface(open.handle, 32), LIBUSB_ERROR_INVALID_PARAM);
    cr_expect_eq(libusb_set_interface_alt_setting(open.handle, 0, 0), LIBUSB_ERROR_NOT_FOUND);
    cr_expect_eq(libusb_claim_interface(open.handle, 0), 0);
    cr_expect_eq(libusb_set_configuration(open.handle, 1), LIBUSB_ERROR_BUSY);
    cr_expect_eq(libusb_set_interface_alt_setting(open.handle, 0, 1), LIBUSB_ERROR_NOT_FOUND);
    cr_expect_eq(libusb_clear_halt(open.handle, 0x81), 0);
    cr_expect_eq(libusb_clear_halt(open.handle, 0x8f), LIBUSB_ERROR_NOT_FOUND);
    cr_expect_eq(libusb_release_interface(open.handle, 0), 0);
    cr_expect_eq(libusb_release_interface(open.handle, 0), LIBUSB_ERROR_NOT_FOUND);
    cr_expect_eq(libusb_set_configuration(open.handle, 9), LIBUSB_ERROR_NOT_FOUND);
    cr_expect_eq(libusb_set_configuration(open.handle, -1), 0);
    cr_expect_eq(libusb_get_configuration(open.handle, &value), 0);
    cr_expect_eq(value, 0);
    cr_expect_eq(libusb_reset_device(open.handle), 0);
    cr_expect_eq(libusb_get_max_packet_size(libusb_get_device(open.handle), 0x81), 512);
    cr_expect_eq(libusb_get_max_packet_size(libusb_get_device(open.handle), 0x8f),
                 LIBUSB_ERROR_NOT_FOUND);
    cr_expect_eq(libusb_alloc_streams(open.handle, 1, NULL, 0), LIBUSB_ERROR_NOT_SUPPORTED);
    leave(&open);
}

Test(lusb, strings_are_ascii_and_fit)
{
    struct open open;
    unsigned char text[5];

    open_one(&open);
    cr_expect_eq(libusb_get_string_descriptor_ascii(open.handle, 1, text, sizeof(text)), 4);
    cr_expect_str_eq((char *)text, "papk");
    cr_expect_eq(libusb_get_string_descriptor_ascii(open.handle, 0, text, sizeof(text)),
                 LIBUSB_ERROR_INVALID_PARAM);
    cr_expect_eq(libusb_get_string_descriptor_ascii(open.handle, 200, text, sizeof(text)),
                 LIBUSB_ERROR_PIPE);
    leave(&open);
}

static void LIBUSB_CALL never(struct libusb_transfer *transfer)
{
    *(int *)transfer->user_data += 1;
}

static void LIBUSB_CALL close_it(struct libusb_transfer *transfer)
{
    *(int *)transfer->user_data += 1;
    libusb_close(transfer->dev_handle);
}

Test(lusb, a_program_with_its_own_poll_loop_hears_of_completion)
{
    static unsigned char setup[LIBUSB_CONTROL_SETUP_SIZE + 18];
    struct open open;
    struct libusb_transfer *transfer = libusb_alloc_transfer(0);
    struct timeval zero = {0, 0};
    int calls = 0;

    open_one(&open);
    libusb_fill_control_setup(setup, 0x80, LIBUSB_REQUEST_GET_DESCRIPTOR, 0x100, 0, 18);
    libusb_fill_control_transfer(transfer, open.handle, setup, never, &calls, 0);
    cr_assert_eq(libusb_submit_transfer(transfer), 0);
    while (!calls) {
        const struct libusb_pollfd **list = libusb_get_pollfds(NULL);
        struct pollfd fds[8];
        nfds_t count = 0;

        for (; count < 8 && list[count]; count++)
            fds[count] = (struct pollfd){list[count]->fd, list[count]->events, 0};
        libusb_free_pollfds(list);
        cr_assert_gt(poll(fds, count, 10000), 0);
        cr_assert_eq(libusb_handle_events_timeout(NULL, &zero), 0);
    }
    cr_expect_eq(transfer->actual_length, 18);
    libusb_free_transfer(transfer);
    leave(&open);
}

Test(lusb, a_handle_closed_with_transfers_in_flight_calls_nobody)
{
    static unsigned char data[64];
    struct open open;
    struct libusb_transfer *transfer = libusb_alloc_transfer(0);
    int calls = 0;

    open_one(&open);
    libusb_fill_interrupt_transfer(transfer, open.handle, INTERRUPT_IN, data, sizeof(data), never,
                                   &calls, 0);
    cr_assert_eq(libusb_submit_transfer(transfer), 0);
    libusb_close(open.handle);
    open.handle = NULL;
    cr_expect_eq(calls, 0);
    libusb_free_transfer(transfer);
    leave(&open);
}

Test(lusb, a_handle_may_be_closed_in_its_own_call_back)
{
    static unsigned char setup[LIBUSB_CONTROL_SETUP_SIZE + 18];
    struct open open;
    struct libusb_transfer *transfer = libusb_alloc_transfer(0);
    int calls = 0;

    open_one(&open);
    libusb_fill_control_setup(setup, 0x80, LIBUSB_REQUEST_GET_DESCRIPTOR, 0x100, 0, 18);
    libusb_fill_control_transfer(transfer, open.handle, setup, close_it, &calls, 0);
    cr_assert_eq(libusb_submit_transfer(transfer), 0);
    while (!calls)
        cr_assert_eq(libusb_handle_events(NULL), 0);
    libusb_free_transfer(transfer);
    open.handle = open_player(NULL); /* it can be opened again at once */
    leave(&open);
}

Test(lusb, a_reset_ends_what_is_in_flight_and_the_device_answers)
{
    static unsigned char data[64];
    struct open open;
    struct libusb_transfer *transfer = libusb_alloc_transfer(0);
    int calls = 0;

    open_one(&open);
    libusb_fill_interrupt_transfer(transfer, open.handle, INTERRUPT_IN, data, sizeof(data), never,
                                   &calls, 0);
    cr_assert_eq(libusb_submit_transfer(transfer), 0);
    cr_expect_eq(libusb_reset_device(open.handle), 0);
    cr_expect_eq(calls, 1);
    cr_expect_eq(transfer->status, LIBUSB_TRANSFER_NO_DEVICE);
    cr_expect_eq(libusb_get_descriptor(open.handle, LIBUSB_DT_DEVICE, 0, data, 18), 18);
    libusb_free_transfer(transfer);
    leave(&open);
}

Test(lusb, a_server_that_dies_takes_its_devices_along)
{
    struct serving serving;
    libusb_device_handle *handle;
    libusb_device **list;
    unsigned char data[18];
    struct timeval zero = {0, 0};

    plug(&serving, NULL);
    cr_assert_eq(libusb_init(NULL), 0);
    handle = open_player(NULL);
    serve_end(&serving);
    cr_expect_eq(libusb_get_descriptor(handle, LIBUSB_DT_DEVICE, 0, data, 18),
                 LIBUSB_ERROR_NO_DEVICE);
    cr_expect_eq(libusb_handle_events_timeout(NULL, &zero), 0);
    cr_expect_eq(libusb_get_device_list(NULL, &list), 0);
    libusb_free_device_list(list, 1);
    cr_expect_eq(libusb_claim_interface(handle, 0), LIBUSB_ERROR_NO_DEVICE);
    libusb_close(handle);
    libusb_exit(NULL);
}

Test(lusb, endpoints_that_are_not_there_are_refused)
{
    struct open open;
    unsigned char data[8];
    int got;

    open_one(&open);
    cr_expect_eq(libusb_bulk_transfer(open.handle, 0x8f, data, 8, &got, 1000), LIBUSB_ERROR_IO);
    leave(&open);
}

/* ---- names and messages */

Test(lusb_text, codes_have_libusbs_names)
{
    cr_expect_str_eq(libusb_error_name(LIBUSB_ERROR_PIPE), "LIBUSB_ERROR_PIPE");
    cr_expect_str_eq(libusb_error_name(-1000), "**UNKNOWN**");
    cr_expect_str_eq(libusb_strerror(LIBUSB_SUCCESS), "Success");
    cr_expect(libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG));
    cr_expect_eq(libusb_setlocale("xx-YY"), LIBUSB_ERROR_NOT_FOUND);
    cr_expect_eq(libusb_setlocale("x"), LIBUSB_ERROR_INVALID_PARAM);
}
