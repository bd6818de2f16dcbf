/* What the parent writes the worker reads. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/case/context.h"

Test(context, all_of_it_comes_back)
{
    struct conf_context context = {.id = "TST_ONE_BV_01",
                                   .uri = "usbip:[::1]:3240/1-1",
                                   .host = "::1",
                                   .port = 65535,
                                   .busid = "1-1",
                                   .control = "/tmp/a=b c.sock",
                                   .provider = "/tmp/lib x.so",
                                   .evidence = "/tmp/e",
                                   .host_defect = "host-class-key",
                                   .seed = UINT64_MAX,
                                   .allow_mtp = true,
                                   .destructive = false};
    struct conf_context read;
    char path[] = "/tmp/test-context-XXXXXX";

    close(mkstemp(path));
    cr_assert_eq(conf_context_write(path, &context), 0);
    cr_assert_eq(conf_context_read(path, &read), 0);
    unlink(path);
    cr_assert_str_eq(read.id, context.id);
    cr_assert_str_eq(read.uri, context.uri);
    cr_assert_str_eq(read.host, context.host);
    cr_assert_str_eq(read.busid, context.busid);
    cr_assert_str_eq(read.control, context.control);
    cr_assert_str_eq(read.provider, context.provider);
    cr_assert_str_eq(read.evidence, context.evidence);
    cr_assert_str_eq(read.host_defect, context.host_defect);
    cr_assert_eq(read.port, context.port);
    cr_assert_eq(read.seed, context.seed);
    cr_assert_eq(read.allow_mtp, true);
    cr_assert_eq(read.destructive, false);
}

Test(context, a_missing_file_is_an_error)
{
    struct conf_context read;

    cr_assert_eq(conf_context_read("/nonexistent/run.context", &read), -ENOENT);
}
