/* IMDSPDevice3::DeviceIoControl with the one code that is documented for MTP devices: an operation
 * that the caller puts together goes to the device, and what it answers comes back (MTP_COMMAND_
 * DATA_IN and _OUT, whose last members stand for any number of bytes). */
#include <stddef.h>
#include <string.h>

#include "spcore/sp/sp.h"

enum {
    IN_HEAD = offsetof(MTP_COMMAND_DATA_IN, CommandWriteData),
    OUT_HEAD = offsetof(MTP_COMMAND_DATA_OUT, CommandReadData),
};

/* Where the device's data go: what finds no room is counted only. */
struct room {
    BYTE *data;
    size_t size, used;
};

static int take(void *context, const void *data, size_t length)
{
    struct room *room = context;
    size_t left = room->used < room->size ? room->size - room->used : 0;

    if (left)
        memcpy(room->data + room->used, data, length < left ? length : left);
    room->used += length;
    return 0;
}

/* All who use the device share its session. */
static bool ends_session(uint16_t code)
{
    return code == MTP_OP_OPEN_SESSION || code == MTP_OP_CLOSE_SESSION ||
           code == MTP_OP_RESET_DEVICE || code == MTP_OP_POWER_DOWN;
}

static bool is_whole(const MTP_COMMAND_DATA_IN *command, DWORD size)
{
    return command->NumParams <= ARRAY_SIZE(command->Params) &&
           command->NextPhase >= MTP_NEXTPHASE_READ_DATA &&
           command->NextPhase <= MTP_NEXTPHASE_NO_DATA &&
           command->CommandWriteDataSize <= size - IN_HEAD;
}

static HRESULT run(struct sp_device *self, const MTP_COMMAND_DATA_IN *command, const BYTE *written,
                   BYTE *out, DWORD *size)
{
    struct room room = {out + OUT_HEAD, *size - OUT_HEAD, 0};
    struct mtpi_data data = {.out = written,
                             .out_length = command->CommandWriteDataSize,
                             .has_out = command->NextPhase == MTP_NEXTPHASE_WRITE_DATA,
                             .has_in = command->NextPhase == MTP_NEXTPHASE_READ_DATA,
                             .sink = take,
                             .context = &room};
    MTP_COMMAND_DATA_OUT answer = {0};
    struct mtpi_response response = {0};
    uint32_t params[5];
    int result;

    memcpy(params, command->Params, sizeof(params)); /* packed there */
    result = mtpi_transact(sp_connection_mtpi(self->connection), command->OpCode, params,
                           command->NumParams,
                           command->NextPhase == MTP_NEXTPHASE_NO_DATA ? NULL : &data, &response);
    if (result)
        return sp_connection_hr(self->connection, result);
    if (room.used > UINT32_MAX - OUT_HEAD)
        return HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER);
    *size = (DWORD)(OUT_HEAD + room.used);
    if (room.used > room.size)
        return HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER);
    answer.ResponseCode = response.code;
    answer.NumParams = response.param_count;
    memcpy(answer.Params, response.param, sizeof(response.param));
    answer.CommandReadDataSize = (DWORD)room.used;
    memcpy(out, &answer, OUT_HEAD);
    return S_OK;
}

HRESULT sp_device_io_control(struct sp_device *self, DWORD code, const BYTE *in, DWORD in_size,
                             BYTE *out, DWORD *out_size)
{
    MTP_COMMAND_DATA_IN command;

    if (code != IOCTL_MTP_CUSTOM_COMMAND)
        return WMDM_E_NOTSUPPORTED;
    if (in_size < IN_HEAD || !out_size || (!out && *out_size))
        return E_INVALIDARG;
    memcpy(&command, in, IN_HEAD);
    if (!is_whole(&command, in_size))
        return E_INVALIDARG;
    if (*out_size < OUT_HEAD) {
        *out_size = OUT_HEAD;
        return HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER);
    }
    if (ends_session(command.OpCode))
        return E_ACCESSDENIED;
    return run(self, &command, in + IN_HEAD, out, out_size);
}
