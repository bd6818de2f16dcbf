/* IMDSPRevoked: where the user of a revoked component is sent to. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_offer.h"

#define REVOKED_CASE(token, title_, level_, steps_, ...)                                           \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_,                  \
              .ics = "PROVIDER.REVOKED", .needs = CONF_PROVIDER, .steps = steps_)

enum { ROOM = 1024, MARK = 0x2603 /* what no address has */ };

/* The room that the provider is told of, and what stands behind it. */
struct room {
    WCHAR text[ROOM];
    DWORD length;
    bool is_elsewhere; /* the provider answered another buffer than this */
};

static struct room room_of(DWORD length)
{
    struct room room = {.length = length};

    for (size_t i = 0; i < ROOM; i++)
        room.text[i] = MARK;
    return room;
}

static HRESULT ask(struct wmdm *w, struct room *room)
{
    struct conf *c = wmdm_conf(w);
    IMDSPRevoked *revoked = AS(IMDSPRevoked, wmdm_provider(w));
    WCHAR *text = room->text;
    HRESULT hr = CALL(IMDSPRevoked, GetRevocationURL, revoked, &text, &room->length);

    room->is_elsewhere = text != room->text;
    RELEASE(revoked);
    return hr;
}

/* Characters before the NUL; ROOM: there is none. */
static DWORD written(const struct room *room)
{
    DWORD length = 0;

    while (length < ROOM && room->text[length])
        length++;
    return length;
}

static bool is_url(const struct room *room)
{
    static const WCHAR colon[] = u"://";
    DWORD at = 0, length = written(room);

    while (at + 3 < length && memcmp(room->text + at, colon, 3 * sizeof(WCHAR)) != 0)
        at++;
    return length < ROOM && at > 0 && at + 3 < length;
}

REVOKED_CASE(AUTH_REVOKED_BV_01, "A provider says where to go once it is revoked", CONF_MUST,
             "GetRevocationURL with room for 1024 characters", "SP-REVOKED-001", "SP-REVOKED-002")
{
    struct wmdm *w = wmdm_open(c);
    struct room room = room_of(ROOM);
    HRESULT hr = ask(w, &room);

    ROW("SP-REVOKED-001")
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what it has the interface for");
    ROW("SP-REVOKED-002.text") {
        CHECK_HR(hr, S_OK);
        CHECK(is_url(&room) && !room.is_elsewhere);
    }
    /* Nothing says whether the NUL is one of them. */
    ROW("SP-REVOKED-002.count")
        CHECK(room.length == written(&room) || room.length == written(&room) + 1);
}

static bool is_untouched_from(const struct room *room, DWORD at)
{
    while (at < ROOM && room->text[at] == MARK)
        at++;
    return at == ROOM;
}

REVOKED_CASE(AUTH_REVOKED_BI_01, "Too little room for it is said, with what is needed", CONF_SHOULD,
             "GetRevocationURL with room for nothing, for a character, for all but the last, and "
             "for what it asked for each time",
             "SP-REVOKED-003")
{
    struct wmdm *w = wmdm_open(c);
    struct room whole = room_of(ROOM);
    DWORD rooms[] = {0, 1, 0};

    (void)ask(w, &whole);
    rooms[2] = written(&whole); /* without its NUL */
    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        struct room room = room_of(rooms[i]);

        ROW("SP-REVOKED-003.code")
            CHECK_HR(ask(w, &room), WMDM_E_BUFFERTOOSMALL);
        ROW("SP-REVOKED-003.behind")
            CHECK(is_untouched_from(&room, rooms[i]));
        room = room_of(room.length <= ROOM ? room.length : 0);
        ROW("SP-REVOKED-003.retry") {
            CHECK_HR(ask(w, &room), S_OK);
            CHECK_EQ(written(&room), written(&whole));
        }
    }
}

REVOKED_CASE(AUTH_REVOKED_BI_02, "GetRevocationURL without room for an answer is refused",
             CONF_SHOULD, "GetRevocationURL without a buffer, without a length, with both",
             "SP-REVOKED-004")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPRevoked *revoked = AS(IMDSPRevoked, wmdm_provider(w));
    struct room room = room_of(ROOM);
    WCHAR *text = room.text;

    ROW("SP-REVOKED-004.buffer") {
        CHECK_HR(CALL(IMDSPRevoked, GetRevocationURL, revoked, NULL, &room.length), E_INVALIDARG);
        CHECK_EQ(room.length, ROOM);
    }
    ROW("SP-REVOKED-004.length") {
        CHECK_HR(CALL(IMDSPRevoked, GetRevocationURL, revoked, &text, NULL), E_INVALIDARG);
        CHECK(is_untouched_from(&room, 0));
    }
    ROW("SP-REVOKED-004.after")
        CHECK_HR(ask(w, &room), S_OK);
    RELEASE(revoked);
}
