/* Drives the kernel's usbtest module through usbfs: the cases listed on standard input, one after
 * the other, on one interface. One process for all of them: in an emulated machine starting a
 * program costs more than most cases do. The ioctl, its structure and what a case makes of its
 * parameters are those of drivers/usb/misc/usbtest.c in Linux.
 * usage: usbtest /dev/bus/usb/BBB/DDD INTERFACE < CASES
 * A line of CASES: TEST ITERATIONS LENGTH VARY SGLEN. Answers one line of JSON each, `error` 0 or
 * the ioctl's errno (EOPNOTSUPP: the case does not apply to the endpoints found).
 * exit: 0 every case was tried, 2 wrong usage, a wrong line, or no such device. */
#include <errno.h>
#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct usbtest_param {
    uint32_t test, iterations, length, vary, sglen;
    int32_t seconds, microseconds;
};

#define USBTEST_REQUEST _IOWR('U', 100, struct usbtest_param)

static int read_number(const char **text, uint32_t *ret_number)
{
    char *end;
    unsigned long value;

    errno = 0;
    value = strtoul(*text, &end, 10);
    if (errno || end == *text || value > INT32_MAX)
        return -EINVAL;
    *text = end;
    *ret_number = (uint32_t)value;
    return 0;
}

static int read_case(const char *line, struct usbtest_param *ret_param)
{
    struct usbtest_param param = {0};

    if (read_number(&line, &param.test) || read_number(&line, &param.iterations) ||
        read_number(&line, &param.length) || read_number(&line, &param.vary) ||
        read_number(&line, &param.sglen) || line[strspn(line, " \t\n")])
        return -EINVAL;
    *ret_param = param;
    return 0;
}

/* Flushed at once: a case that hangs the machine must not take the others' outcome along. */
static void run_case(int fd, uint32_t interface, struct usbtest_param *param)
{
    struct usbdevfs_ioctl request = {
        .ifno = (int)interface, .ioctl_code = (int)USBTEST_REQUEST, .data = param};
    int error = ioctl(fd, USBDEVFS_IOCTL, &request) < 0 ? errno : 0;

    printf("{\"test\": %u, \"iterations\": %u, \"length\": %u, \"vary\": %u, \"sglen\": %u, "
           "\"error\": %d, \"microseconds\": %lld}\n",
           param->test, param->iterations, param->length, param->vary, param->sglen, error,
           error ? 0 : param->seconds * 1000000LL + param->microseconds);
    fflush(stdout);
}

static int run_cases(int fd, uint32_t interface)
{
    struct usbtest_param param;
    char line[128];

    while (fgets(line, sizeof(line), stdin)) {
        if (read_case(line, &param)) {
            fprintf(stderr, "usbtest: not a case: %s", line);
            return 2;
        }
        run_case(fd, interface, &param);
    }
    return ferror(stdin) ? 2 : 0;
}

int main(int argc, char **argv)
{
    const char *text = argc == 3 ? argv[2] : "";
    uint32_t interface;
    int fd, status;

    if (read_number(&text, &interface) || *text) {
        fprintf(stderr, "usage: usbtest DEVICE INTERFACE < CASES\n");
        return 2;
    }
    fd = open(argv[1], O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        fprintf(stderr, "usbtest: %s: %s\n", argv[1], strerror(errno));
        return 2;
    }
    status = run_cases(fd, interface);
    close(fd);
    return status;
}
