/* The import and the device list against servers that answer anything. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "spcore/usbip/usbip_client.h"

enum { LONG_MS = 60000, SHORT_MS = 30 };

struct listener {
    int fd;
    char port[8];
    pthread_t thread;
    const uint8_t *reply;
    size_t length, request;
};

static void *accept_once(void *argument)
{
    struct listener *listener = argument;
    uint8_t request[40];
    int fd = accept(listener->fd, NULL, NULL);

    if (fd < 0)
        return NULL;
    if (recv(fd, request, listener->request, MSG_WAITALL) == (ssize_t)listener->request)
        (void)!send(fd, listener->reply, listener->length, MSG_NOSIGNAL);
    /* Until the client has gone. */
    (void)!recv(fd, request, 1, MSG_WAITALL);
    close(fd);
    return NULL;
}

static void listener_start(struct listener *listener, size_t request, const void *reply,
                           size_t length)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    *listener = (struct listener){.reply = reply, .length = length, .request = request};
    listener->fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(listener->fd, (struct sockaddr *)&address, size), 0);
    cr_assert_eq(listen(listener->fd, 1), 0);
    cr_assert_eq(getsockname(listener->fd, (struct sockaddr *)&address, &size), 0);
    snprintf(listener->port, sizeof(listener->port), "%u", ntohs(address.sin_port));
    cr_assert_eq(pthread_create(&listener->thread, NULL, accept_once, listener), 0);
}

static void listener_end(struct listener *listener)
{
    shutdown(listener->fd, SHUT_RDWR); /* a client that gave up may never have come */
    pthread_join(listener->thread, NULL);
    close(listener->fd);
}

static int import_answered(const void *reply, size_t length, unsigned deadline_ms)
{
    struct usbip_client *client = NULL;
    struct listener listener;
    int error;

    listener_start(&listener, 40, reply, length);
    error = usbip_import("127.0.0.1", listener.port, "1-1", deadline_ms, &client);
    if (error == 0)
        usbip_free(client);
    listener_end(&listener);
    return error;
}

Test(usbip_import, device_in_use_is_busy)
{
    cr_expect_eq(import_answered("\1\x11\0\3\0\0\0\2", 8, LONG_MS), -EBUSY);
}

Test(usbip_import, unknown_device_is_no_device)
{
    cr_expect_eq(import_answered("\1\x11\0\3\0\0\0\4", 8, LONG_MS), -ENODEV);
}

Test(usbip_import, other_version_is_no_protocol)
{
    cr_expect_eq(import_answered("\1\x06\0\3\0\0\0\0", 8, LONG_MS), -EPROTO);
}

Test(usbip_import, reply_to_another_request_is_no_protocol)
{
    cr_expect_eq(import_answered("\1\x11\0\5\0\0\0\0", 8, LONG_MS), -EPROTO);
}

Test(usbip_import, web_server_is_no_protocol)
{
    cr_expect_eq(import_answered("HTTP/1.1 400 Bad Request\r\n", 26, LONG_MS), -EPROTO);
}

Test(usbip_import, device_of_another_name_is_no_protocol)
{
    uint8_t reply[8 + 312] = {1, 0x11, 0, 3};

    memcpy(reply + 8 + 256, "1-2", 3);
    cr_expect_eq(import_answered(reply, sizeof(reply), LONG_MS), -EPROTO);
}

Test(usbip_import, silence_ends_at_the_deadline)
{
    cr_expect_eq(import_answered("", 0, SHORT_MS), -ETIMEDOUT);
}

Test(usbip_import, half_a_record_ends_at_the_deadline)
{
    static const uint8_t reply[8 + 100] = {1, 0x11, 0, 3};

    cr_expect_eq(import_answered(reply, sizeof(reply), SHORT_MS), -ETIMEDOUT);
}

Test(usbip_devlist, devices_come_with_their_interfaces)
{
    uint8_t reply[12 + 312 + 4] = {1, 0x11, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1};
    struct usbip_device *devices;
    struct listener listener;
    size_t count;

    memcpy(reply + 12 + 256, "3-2", 3);
    reply[12 + 300] = 0x12; /* idVendor */
    reply[12 + 301] = 0x34;
    reply[12 + 311] = 1; /* bNumInterfaces */
    memcpy(reply + 12 + 312, "\6\1\1", 3);
    listener_start(&listener, 8, reply, sizeof(reply));
    cr_assert_eq(usbip_devlist("127.0.0.1", listener.port, LONG_MS, &devices, &count), 0);
    cr_assert_eq(count, 1);
    cr_expect_str_eq(devices[0].busid, "3-2");
    cr_expect_eq(devices[0].vendor, 0x1234);
    cr_expect_eq(devices[0].interfaces[0].class_code, 6);
    free(devices);
    listener_end(&listener);
}

Test(usbip_devlist, count_without_end_is_refused)
{
    static const uint8_t reply[12] = {1, 0x11, 0, 5, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};
    struct usbip_device *devices = NULL;
    struct listener listener;
    size_t count;

    listener_start(&listener, 8, reply, sizeof(reply));
    cr_expect_eq(usbip_devlist("127.0.0.1", listener.port, LONG_MS, &devices, &count), -EPROTO);
    cr_expect_null(devices);
    listener_end(&listener);
}
