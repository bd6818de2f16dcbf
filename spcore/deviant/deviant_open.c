/* Defects of the open state: what opens and how, what is called out of turn, Close and the last
 * Release. */
#include "spcore/deviant/deviant_meanwhile.h"
#include "spcore/deviant/kind.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_object.h"

static struct sp_storage *self_of(IMDSPObject2 *This)
{
    return SELF(sp_storage, IMDSPObject2);
}

static bool is_file(IMDSPObject2 *This)
{
    return self_of(This)->handle && !kind_is_folder(self_of(This));
}

/* The opening is noted at each Open and stays noted. */
static bool was_open(IMDSPObject2 *This)
{
    return self_of(This)->opening.handle != 0;
}

static bool is_mode(UINT mode)
{
    return mode == MDSP_READ || mode == MDSP_WRITE;
}

/* ---- Open */
#define OPEN(token) METHOD(token, IMDSPObject2, Open, UINT mode)
/* One mode is taken for another. */
#define OPEN_TAKEN(token, condition, as)                                                           \
    OPEN(token)                                                                                    \
    {                                                                                              \
        return token##_book(This, (condition) ? (as) : mode);                                      \
    }
/* One that would succeed fails. */
#define OPEN_FAILS(token, condition, failure)                                                      \
    OPEN(token)                                                                                    \
    {                                                                                              \
        return (condition) ? (failure) : token##_book(This, mode);                                 \
    }

OPEN_TAKEN(OPEN_ANY_MODE, !mode, (UINT)MDSP_READ)
OPEN_TAKEN(OPEN_BOTH_MODES, mode == (MDSP_READ | MDSP_WRITE), (UINT)MDSP_WRITE)
OPEN_TAKEN(OPEN_HIGH_MODES, mode > (MDSP_READ | MDSP_WRITE), (UINT)MDSP_READ)
OPEN_FAILS(OPEN_READ_ONCE, mode == MDSP_READ && was_open(This) && !self_of(This)->opening.writing,
           E_FAIL)
OPEN_FAILS(OPEN_WRITE_ONCE, mode == MDSP_WRITE && was_open(This), E_FAIL)
OPEN_FAILS(OPEN_STUB, is_mode(mode), E_NOTIMPL)

OPEN(OPEN_REFUSED_OPENS)
{
    HRESULT hr = OPEN_REFUSED_OPENS_book(This, mode);

    if (hr == E_INVALIDARG && !is_mode(mode))
        (void)OPEN_REFUSED_OPENS_book(This, MDSP_READ);
    return hr;
}

OPEN(OPEN_TWICE)
{
    return hr_swap(OPEN_TWICE_book(This, mode), WMDM_E_CALL_OUT_OF_SEQUENCE, S_OK);
}

/* A second Open is refused and has moved the first. */
#define OPEN_REWINDS(token, of)                                                                    \
    OPEN(token)                                                                                    \
    {                                                                                              \
        HRESULT hr = token##_book(This, mode);                                                     \
                                                                                                   \
        if (hr == WMDM_E_CALL_OUT_OF_SEQUENCE && self_of(This)->mode == (of))                      \
            self_of(This)->position = 0;                                                           \
        return hr;                                                                                 \
    }

OPEN_REWINDS(OPEN_AGAIN_REWINDS, MDSP_READ)
OPEN_REWINDS(OPEN_AGAIN_REWINDS_WRITER, MDSP_WRITE)

OPEN(OPEN_FOLDER)
{
    HRESULT hr = OPEN_FOLDER_book(This, mode);

    return self_of(This)->handle ? hr_swap(hr, WMDM_E_INVALIDTYPE, S_OK) : hr;
}

OPEN(OPEN_ROOT)
{
    HRESULT hr = OPEN_ROOT_book(This, mode);

    return self_of(This)->handle ? hr : hr_swap(hr, WMDM_E_INVALIDTYPE, S_OK);
}

/* Of two openings of one mode the second is where the first was left. */
#define POSITION_STAYS(token, of)                                                                  \
    OPEN(token)                                                                                    \
    {                                                                                              \
        struct sp_storage *self = self_of(This);                                                   \
        bool again = was_open(This) && self->opening.writing == ((of) == MDSP_WRITE);              \
        uint64_t position = self->position;                                                        \
        HRESULT hr = token##_book(This, mode);                                                     \
                                                                                                   \
        if (SUCCEEDED(hr) && again && mode == (of))                                                \
            self->position = position;                                                             \
        return hr;                                                                                 \
    }

POSITION_STAYS(POSITION_KEPT, MDSP_READ)
POSITION_STAYS(WRITE_POSITION_KEPT, MDSP_WRITE)

/* ---- out of turn: S_OK, or E_FAIL, instead of what the row wants */
#define TURN_READ(token, condition, answer)                                                        \
    METHOD(token, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)                          \
    {                                                                                              \
        HRESULT hr = token##_book(This, data, size, mac);                                          \
                                                                                                   \
        return (condition) ? hr_swap(hr, WMDM_E_CALL_OUT_OF_SEQUENCE, (answer)) : hr;              \
    }
#define TURN_WRITE(token, condition, answer)                                                       \
    METHOD(token, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)                         \
    {                                                                                              \
        HRESULT hr = token##_book(This, data, size, mac);                                          \
                                                                                                   \
        return (condition) ? hr_swap(hr, WMDM_E_CALL_OUT_OF_SEQUENCE, (answer)) : hr;              \
    }
#define TURN_SEEK(token, condition)                                                                \
    METHOD(token, IMDSPObject2, Seek, UINT from, DWORD offset)                                     \
    {                                                                                              \
        HRESULT hr = token##_book(This, from, offset);                                             \
                                                                                                   \
        return (condition) ? hr_swap(hr, WMDM_E_CALL_OUT_OF_SEQUENCE, S_OK) : hr;                  \
    }
#define TURN_CLOSE(token, condition)                                                               \
    METHOD(token, IMDSPObject2, Close)                                                             \
    {                                                                                              \
        HRESULT hr = token##_book(This);                                                           \
                                                                                                   \
        return (condition) ? hr_swap(hr, WMDM_E_CALL_OUT_OF_SEQUENCE, S_OK) : hr;                  \
    }

TURN_READ(FOLDER_READ_OK, !is_file(This), S_OK)
TURN_READ(CLOSED_E_FAIL, is_file(This) && !was_open(This), E_FAIL)
TURN_READ(CLOSED_READ_OK, was_open(This), S_OK)
TURN_WRITE(FOLDER_WRITE_OK, !is_file(This), S_OK)
TURN_WRITE(UNOPENED_WRITE_E_FAIL, is_file(This) && !was_open(This), E_FAIL)
TURN_WRITE(CLOSED_WRITE_OK, was_open(This), S_OK)
TURN_SEEK(FOLDER_SEEK_OK, !is_file(This))
TURN_SEEK(UNOPENED_SEEK_OK, is_file(This) && !was_open(This))
TURN_SEEK(CLOSED_SEEK_OK, was_open(This))
TURN_CLOSE(FOLDER_CLOSE_OK, !is_file(This))
TURN_CLOSE(UNOPENED_CLOSE_OK, is_file(This) && !was_open(This))
TURN_CLOSE(DOUBLE_CLOSE_OK, was_open(This))

/* ---- stubs of what is mandatory */
METHOD(WRITE_STUB, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    return hr_swap(WRITE_STUB_book(This, data, size, mac), S_OK, E_NOTIMPL);
}

METHOD(CLOSE_STUB, IMDSPObject2, Close)
{
    return hr_swap(CLOSE_STUB_book(This), S_OK, WMDM_E_NOTSUPPORTED);
}

/* ---- the last Release. What stays behind is nobody's: an entry of the register that no Close
 * takes out. */
SEAM(sp_object_release_open);
void __wrap_sp_object_release_open(struct sp_storage *self)
{
    bool leaves = (self->mode == MDSP_WRITE && deviates(RELEASE_LEAVES_OPEN)) ||
                  (self->mode == MDSP_READ && deviates(RELEASE_LEAVES_READER));
    struct sp_opening *left = leaves ? malloc(sizeof(*left)) : NULL;

    if (left)
        *left = self->opening;
    if (deviates(RELEASE_PADS))
        meanwhile_pad(self);
    if (self->opening.writing && !self->mode && deviates(CLOSE_WITHOUT_COMMIT))
        (void)mtpi_end_edit(sp_storage_mtpi(self), self->handle);
    __real_sp_object_release_open(self);
    if (left && FAILED(sp_opened_add(sp_storage_opened(self), left)))
        free(left);
}

/* What is committed at the last Release is not at Close. */
METHOD(CLOSE_WITHOUT_COMMIT, IMDSPObject2, Close)
{
    struct sp_storage *self = self_of(This);

    if (self->mode != MDSP_WRITE)
        return CLOSE_WITHOUT_COMMIT_book(This);
    self->mode = 0;
    sp_opened_remove(sp_storage_opened(self), &self->opening);
    return S_OK;
}

/* ---- what was written, for others */
static const struct sp_storage *written;
static const struct sp_context *written_by;
static const struct sp_connection *written_over;

static void note_written(const struct sp_storage *self)
{
    if (self->mode != MDSP_WRITE)
        return;
    written = self;
    written_by = self->device->context;
    written_over = self->device->connection;
    if (deviates(WRITTEN_TILL_REPLUG)) /* no other one is where this one was */
        (void)sp_connection_ref(self->device->connection);
}

/* A file is of no size where it was not written from. */
#define UNSEEN(token, condition)                                                                   \
    METHOD_AS(token##_CLOSE, token, IMDSPObject2, Close)                                           \
    {                                                                                              \
        note_written(self_of(This));                                                               \
        return token##_CLOSE_book(This);                                                           \
    }                                                                                              \
    METHOD(token, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)                                 \
    {                                                                                              \
        const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);                           \
        HRESULT hr = token##_book(This, low, high);                                                \
                                                                                                   \
        if (hr == S_OK && written && (condition))                                                  \
            *low = 0;                                                                              \
        return hr;                                                                                 \
    }

UNSEEN(WRITTEN_FOR_ONESELF, self->device->context != written_by)
UNSEEN(WRITTEN_TILL_REPLUG, self->device->connection != written_over)
UNSEEN(SIZE_OF_WRITER_OLD, self == written)
UNSEEN(SIZE_FOR_WRITER, self != written)

/* ---- sizes that are not what was written */
METHOD(SIZE_IN_SECTORS, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    HRESULT hr = SIZE_IN_SECTORS_book(This, low, high);

    if (hr == S_OK && low)
        *low = (*low + 511) / 512 * 512;
    return hr;
}

static uint64_t announced;

METHOD(SIZE_IS_ANNOUNCED, IMDSPStorage4, CreateStorage2, DWORD attributes, DWORD more,
       WAVEFORMATEX *audio, VIDEOINFOHEADER *video, const WCHAR *name, ULONGLONG size,
       IMDSPStorage **created)
{
    announced = size;
    return SIZE_IS_ANNOUNCED_book(This, attributes, more, audio, video, name, size, created);
}

METHOD_AS(SIZE_ANNOUNCED, SIZE_IS_ANNOUNCED, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    HRESULT hr = SIZE_ANNOUNCED_book(This, low, high);

    if (hr == S_OK && announced && SELF(sp_storage, IMDSPStorage4)->handle)
        *low = (DWORD)announced;
    return hr;
}
