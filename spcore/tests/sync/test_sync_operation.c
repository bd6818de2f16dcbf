/* A file as WMDM takes it and gives it. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spcore/sync/sync_operation.h"

static char path[] = "/tmp/sync-operation-XXXXXX";
static struct sync_operation *operation;
static IWMDMOperation3 *interface;
static uint64_t seen;
/* sha256sum of "0123456789" */
static const uint8_t digest[SYNC_DIGEST] = {
    0x84, 0xd8, 0x98, 0x77, 0xf0, 0xd4, 0x04, 0x1e, 0xfb, 0x6b, 0xf9, 0x1a, 0x16, 0xf0, 0x24, 0x8f,
    0x2f, 0xd5, 0x73, 0xe6, 0xaf, 0x05, 0xc1, 0x9f, 0x96, 0xbe, 0xdb, 0x9f, 0x88, 0x2f, 0x78, 0x82};

static void put(const char *text)
{
    int fd = open(path, O_WRONLY | O_TRUNC);

    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static bool going_on(void *context, uint64_t bytes, uint64_t size)
{
    (void)size;
    seen = bytes;
    return context != path || bytes < 4;
}

static void open_operation(void *context)
{
    struct stat stat;
    int fd = open(path, O_RDONLY);

    cr_assert_eq(fstat(fd, &stat), 0);
    operation = sync_operation_new(fd, (uint64_t)stat.st_size,
                                   (int64_t)stat.st_mtim.tv_sec * 1000000000 + stat.st_mtim.tv_nsec,
                                   going_on, context);
    cr_assert(operation);
    interface = (IWMDMOperation3 *)sync_operation_interface(operation);
}

static void begin(void)
{
    close(mkstemp(path));
    put("0123456789");
    open_operation(NULL);
}

static void end(void)
{
    sync_operation_free(operation);
    unlink(path);
}
TestSuite(sync_operation, .init = begin, .fini = end);

static HRESULT transfer(void *data, DWORD *size)
{
    return IWMDMOperation3_TransferObjectDataOnClearChannel(interface, data, size);
}

static bool is_whole(void)
{
    uint8_t seen_digest[SYNC_DIGEST];

    return sync_operation_whole(operation, seen_digest) &&
           memcmp(seen_digest, digest, SYNC_DIGEST) == 0;
}

Test(sync_operation, a_file_goes_out_in_blocks_and_its_digest_is_known)
{
    DWORD size = 7, low = 0, high = 1;
    BYTE data[8] = {0};

    cr_assert_eq(IWMDMOperation3_BeginWrite(interface), S_OK);
    cr_assert_eq(IWMDMOperation3_GetObjectTotalSize(interface, &low, &high), S_OK);
    cr_expect(low == 10 && high == 0);
    cr_expect_eq(transfer(data, &size), S_OK);
    cr_expect(size == 7 && memcmp(data, "0123456", 7) == 0 && seen == 7);
    cr_expect(!is_whole());
    size = 7;
    cr_expect_eq(transfer(data, &size), S_OK);
    cr_expect(size == 3 && memcmp(data, "789", 3) == 0);
    size = 7;
    cr_expect_eq(transfer(data, &size), S_FALSE);
    cr_expect_eq(size, 0);
    cr_expect(is_whole());
}

Test(sync_operation, a_file_that_has_become_shorter_is_lost)
{
    DWORD size = 10;
    BYTE data[10];

    put("0");
    cr_expect_eq(transfer(data, &size), WMDM_E_USER_CANCELLED);
    cr_expect(sync_operation_lost(operation) && !is_whole());
}

Test(sync_operation, a_file_that_changed_behind_what_was_read_is_lost)
{
    DWORD size = 10;
    BYTE data[10];

    cr_expect_eq(transfer(data, &size), S_OK);
    put("01234567890");
    cr_expect(sync_operation_lost(operation) && !is_whole());
}

Test(sync_operation, what_comes_in_is_compared)
{
    DWORD size = 6;

    cr_assert_eq(IWMDMOperation3_BeginRead(interface), S_OK);
    cr_expect_eq(transfer((char[]){"012345"}, &size), S_OK);
    cr_expect(!is_whole());
    size = 4;
    cr_expect_eq(transfer((char[]){"6789"}, &size), S_OK);
    cr_expect(is_whole());
}

Test(sync_operation, what_comes_in_and_is_other_ends_it)
{
    DWORD size = 6;

    cr_assert_eq(IWMDMOperation3_BeginRead(interface), S_OK);
    cr_expect_eq(transfer((char[]){"01234x"}, &size), WMDM_E_USER_CANCELLED);
    cr_expect(!is_whole());
}

Test(sync_operation, more_than_the_file_has_is_other)
{
    DWORD size = 11;

    cr_assert_eq(IWMDMOperation3_BeginRead(interface), S_OK);
    cr_expect_eq(transfer((char[]){"0123456789x"}, &size), WMDM_E_USER_CANCELLED);
    cr_expect(!is_whole());
}

Test(sync_operation, whoever_is_asked_can_end_it)
{
    DWORD size = 5;
    BYTE data[5];

    sync_operation_free(operation);
    open_operation(path);
    cr_expect_eq(transfer(data, &size), WMDM_E_USER_CANCELLED);
}

Test(sync_operation, one_that_is_kept_asks_nobody_any_more)
{
    IWMDMOperation3 *kept = interface;
    DWORD size = 5;
    BYTE data[5];

    IWMDMOperation3_AddRef(kept);
    sync_operation_free(operation);
    seen = 0;
    cr_expect_eq(transfer(data, &size), S_OK);
    cr_expect_eq(seen, 0);
    IWMDMOperation3_Release(kept);
    open_operation(NULL);
}

Test(sync_operation, the_digest_of_a_file_is_that_of_its_bytes)
{
    uint8_t seen_digest[SYNC_DIGEST];
    int fd = open(path, O_RDONLY);

    cr_assert_eq(sync_file_digest(fd, NULL, NULL, seen_digest), 0);
    cr_expect_arr_eq(seen_digest, digest, SYNC_DIGEST);
    close(fd);
}
