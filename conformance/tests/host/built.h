/* What the build made that a test belongs to: BUILD/tests/conformance/host/test_hosting. */
#ifndef CONFORMANCE_TESTS_HOST_BUILT_H
#define CONFORMANCE_TESTS_HOST_BUILT_H

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static inline void built(const char *name, char path[PATH_MAX])
{
    char self[PATH_MAX - 64];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    cr_assert_gt(length, 0);
    self[length] = '\0';
    *strrchr(self, '/') = '\0';
    snprintf(path, PATH_MAX, "%s/../../../%s", self, name);
}

#endif
