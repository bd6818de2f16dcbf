/* IMDSPDirectTransfer where a header is longer than what is looked at first: its licence stands at
 * its end, behind an object that says nothing. */
#include "spcore/sp/sp_rights.h"
#include "spcore/tests/provided.h"

enum { HEADER = 30, FILLING = 200000, LICENCE = 72, LENGTH = HEADER + FILLING + LICENCE + 1000 };

static void put_long(uint8_t *at, uint32_t number)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(number >> 8 * i);
}

static void write_file(const char *path, uint8_t rights)
{
    static const uint8_t header[16] = {0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11,
                                       0xa6, 0xd9, 0x00, 0xaa, 0x00, 0x62, 0xce, 0x6c};
    static const uint8_t licence[16] = {0x53, 0x70, 0x61, 0x70, 0x6d, 0x69, 0x69, 0x4c,
                                        0x9e, 0x11, 0x5b, 0x0d, 0x8c, 0x2f, 0x41, 0x6a};
    uint8_t *bytes = calloc(1, LENGTH), *at;
    FILE *file = fopen(path, "we");

    cr_assert(bytes && file);
    at = bytes + HEADER + FILLING;
    memcpy(bytes, header, sizeof(header));
    put_long(bytes + 16, HEADER + FILLING + LICENCE);
    put_long(bytes + HEADER + 16, FILLING);
    memcpy(at, licence, sizeof(licence));
    put_long(at + 16, LICENCE);
    at[40 + 8] = rights;
    cr_assert_eq(fwrite(bytes, 1, LENGTH, file), LENGTH);
    fclose(file);
    free(bytes);
}

/* A new object of the medium, made of such a file. */
static HRESULT transfer(struct sp_device *device, uint32_t medium, uint8_t rights,
                        IMDSPStorage **ret_object)
{
    char path[] = "/tmp/papkit-direct-XXXXXX";
    IMDSPDirectTransfer *direct = NULL;
    IMDSPStorage *root = NULL;
    WCHAR *wide = NULL;
    HRESULT hr;

    close(mkstemp(path));
    write_file(path, rights);
    wide = com_utf16_from_utf8(path);
    cr_assert_eq(sp_storage_new(device, medium, 0, &root), S_OK);
    cr_assert_eq(IMDSPStorage_QueryInterface(root, &IID_IMDSPDirectTransfer, (void **)&direct),
                 S_OK);
    hr = IMDSPDirectTransfer_TransferToDevice(direct, wide, NULL, WMDM_CONTENT_FILE, u"far.wma",
                                              NULL, NULL, ret_object);
    IMDSPDirectTransfer_Release(direct);
    IMDSPStorage_Release(root);
    CoTaskMemFree(wide);
    unlink(path);
    return hr;
}

Test(sp_direct_transfer, a_licence_far_behind_in_its_header_counts)
{
    struct provided provided;
    struct sp_device *device;
    struct mtpi_u32_array media = {0};
    IMDSPStorage *object = NULL;
    DWORD size = 0, high = 0, count = 0;
    WMDMRIGHTS *rights = NULL;
    BYTE mac[WMDM_MAC_LENGTH];

    provide(&provided, "pap-player");
    device = container_of((IMDSPDevice3 *)provided.device, struct sp_device, IMDSPDevice3_iface);
    cr_assert_eq(mtpi_get_storage_ids(sp_connection_mtpi(device->connection), &media), 0);
    cr_expect_eq(transfer(device, media.item[0], 0, &object), WMDM_E_NORIGHTS);
    cr_expect_null(object);
    cr_assert_eq(transfer(device, media.item[0], WMDM_RIGHTS_COPY_TO_NON_SDMI_DEVICE, &object),
                 S_OK);
    cr_expect_eq(IMDSPStorage_GetSize(object, &size, &high), S_OK);
    cr_expect_eq(size, LENGTH);
    cr_expect_eq(IMDSPStorage_GetRights(object, &rights, &count, mac), S_OK);
    cr_expect_eq(count, 1);
    CoTaskMemFree(rights);
    IMDSPStorage_Release(object);
    free(media.item);
    provide_end(&provided);
}
