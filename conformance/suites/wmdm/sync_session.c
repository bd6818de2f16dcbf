/* IWMDMDeviceSession of a device: a bracket around what an application does, and no more (U29). */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_created.h"
#include "conformance/wmdm/wmdm_offer.h"

#define SESSION_CASE(token, title_, level_, needs_, steps_, ...)                                   \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_,                  \
              .ics = "PROVIDER.SESSION", .needs = CONF_PROVIDER | (needs_), .steps = steps_)

#define TO WMDM_SESSION_TRANSFER_TO_DEVICE
#define BOTH ((WMDM_SESSION_TYPE)(WMDM_SESSION_TRANSFER_TO_DEVICE | WMDM_SESSION_DELETE))

static IWMDMDeviceSession *session_of(struct wmdm *w)
{
    return AS(IWMDMDeviceSession, wmdm_device(w));
}

static HRESULT begin(struct conf *c, IWMDMDeviceSession *session, WMDM_SESSION_TYPE type)
{
    return CALL(IWMDMDeviceSession, BeginSession, session, type, NULL, 0);
}

static HRESULT end(struct conf *c, IWMDMDeviceSession *session, WMDM_SESSION_TYPE type)
{
    return CALL(IWMDMDeviceSession, EndSession, session, type, NULL, 0);
}

SESSION_CASE(SYNC_SESSION_BV_01, "A session is ended as it was begun", CONF_MUST, 0,
             "BeginSession to transfer and delete, EndSession to transfer, then as begun",
             "SP-SYNC-010", "SP-SYNC-011")
{
    struct wmdm *w = wmdm_open(c);
    IWMDMDeviceSession *session = session_of(w);
    HRESULT hr = begin(c, session, BOTH);

    ROW("SP-SYNC-010")
        CHECK_ANSWER(wmdm_is_offered(hr), hr, "what it has the interface for");
    ROW("SP-SYNC-011.begin")
        REQUIRE_HR(hr, S_OK);
    ROW("SP-SYNC-011.other")
        CHECK_HR(end(c, session, TO), E_INVALIDARG);
    ROW("SP-SYNC-011.stays")
        CHECK_HR(end(c, session, BOTH), S_OK);
    wmdm_setup(c, "BeginSession once more", begin(c, session, TO));
    ROW("SP-SYNC-011.end")
        CHECK_HR(end(c, session, TO), S_OK);
    RELEASE(session);
}

/* Where a device is several, each has its own. */
static void check_apart(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_created made = {.hr = E_NOTIMPL};
    IWMDMDeviceSession *one, *other;

    if (conf_offers(c, "PROVIDER.PNP"))
        made = wmdm_created_new(w, conf_device_uri(c));
    if (made.hr != S_OK || made.count < 2) {
        ROW("SP-SYNC-012.apart")
            conf_excused(c, 1, "it makes no second device");
        wmdm_created_release(w, &made);
        return;
    }
    one = AS(IWMDMDeviceSession, made.device[0]);
    other = AS(IWMDMDeviceSession, made.device[1]);
    wmdm_setup(c, "BeginSession of one device", begin(c, one, TO));
    ROW("SP-SYNC-012.apart")
        CHECK_HR(begin(c, other, TO), S_OK);
    (void)end(c, other, TO);
    (void)end(c, one, TO);
    RELEASE(other);
    RELEASE(one);
    wmdm_created_release(w, &made);
}

SESSION_CASE(SYNC_SESSION_BI_01, "A device has one session at a time, and two devices two",
             CONF_MUST, 0, "BeginSession twice; of two devices once each", "SP-SYNC-012")
{
    struct wmdm *w = wmdm_open(c);
    IWMDMDeviceSession *session = session_of(w);

    wmdm_setup(c, "BeginSession", begin(c, session, TO));
    ROW("SP-SYNC-012.second")
        CHECK_FAILS(begin(c, session, WMDM_SESSION_DELETE));
    wmdm_setup(c, "EndSession", end(c, session, TO));
    RELEASE(session);
    check_apart(w);
}

SESSION_CASE(SYNC_SESSION_BI_02, "What is no type and no context begins no session", CONF_MUST, 0,
             "BeginSession of WMDM_SESSION_NONE; with a context of four bytes that is NULL; with "
             "one of no bytes",
             "SP-SYNC-013")
{
    struct wmdm *w = wmdm_open(c);
    IWMDMDeviceSession *session = session_of(w);
    BYTE byte = 0;

    ROW("SP-SYNC-013.none") {
        CHECK_FAILS(begin(c, session, WMDM_SESSION_NONE));
        CHECK_FAILS(end(c, session, WMDM_SESSION_NONE));
    }
    ROW("SP-SYNC-013.context")
        CHECK_FAILS(CALL(IWMDMDeviceSession, BeginSession, session, TO, NULL, 4));
    ROW("SP-SYNC-013.empty") {
        CHECK_HR(CALL(IWMDMDeviceSession, BeginSession, session, TO, &byte, 0), S_OK);
        CHECK_HR(end(c, session, TO), S_OK);
    }
    RELEASE(session);
}

SESSION_CASE(SYNC_SESSION_BV_02, "In a session all is done at once, and others go on", CONF_MUST,
             CONF_WRITES,
             "A file written in a session and looked for by another instance, which writes one",
             "SP-SYNC-014")
{
    struct wmdm *w = wmdm_open(c), *other = wmdm_open(c);
    IWMDMDeviceSession *session = session_of(w);
    IMDSPStorage *work = wmdm_work_folder(w), *theirs, *mine, *seen = NULL, *made = NULL;
    char *name = work == wmdm_root(w) ? NULL : wmdm_name(w, work);
    IMDSPStorage2 *two;

    wmdm_made(w, "theirs.mp3");
    theirs = name ? wmdm_child(other, wmdm_root(other), name)
                  : wmdm_query(other, wmdm_root(other), &IID_IMDSPStorage);
    if (!theirs)
        conf_inconclusive(c, "another instance does not find the folder");
    two = AS(IMDSPStorage2, theirs);
    wmdm_setup(c, "BeginSession", begin(c, session, TO));
    mine = wmdm_put(w, work, "mine.mp3", "mine", 4);
    ROW("SP-SYNC-014.seen") {
        seen = wmdm_child(other, theirs, "mine.mp3");
        REQUIRE(seen != NULL);
        CHECK_EQ(pv_size(other, seen), 4);
    }
    ROW("SP-SYNC-014.others")
        CHECK_HR(CALL(IMDSPStorage2, CreateStorage2, two,
                      WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO, 0, NULL, NULL,
                      u"theirs.mp3", 0, &made),
                 S_OK);
    wmdm_setup(c, "EndSession", end(c, session, TO));
    free(name);
    RELEASE(made);
    RELEASE(seen);
    RELEASE(two);
    RELEASE(theirs);
    RELEASE(mine);
    RELEASE(session);
    wmdm_close(other);
}

SESSION_CASE(SYNC_SESSION_BI_03, "A session that was not begun cannot be ended", CONF_MUST, 0,
             "EndSession without BeginSession, and after EndSession", "SP-SYNC-015")
{
    struct wmdm *w = wmdm_open(c);
    IWMDMDeviceSession *session = session_of(w);

    ROW("SP-SYNC-015.without")
        CHECK_FAILS(end(c, session, TO));
    wmdm_setup(c, "BeginSession", begin(c, session, TO));
    wmdm_setup(c, "EndSession", end(c, session, TO));
    ROW("SP-SYNC-015.twice")
        CHECK_FAILS(end(c, session, TO));
    RELEASE(session);
}

SESSION_CASE(SYNC_SESSION_BI_04, "A session ends with its device", CONF_MUST,
             CONF_WRITES | CONF_CONTROL,
             "BeginSession, the device is unplugged and comes back, BeginSession", "SP-SYNC-015")
{
    struct wmdm *w = wmdm_open(c), *again;
    IMDSPStorage *work = wmdm_put(w, wmdm_work_folder(w), "w.mp3", "w", 1);
    IWMDMDeviceSession *session = session_of(w);

    wmdm_setup(c, "BeginSession", begin(c, session, TO));
    RELEASE(session);
    again = wmdm_replug(w, &work);
    session = session_of(again);
    ROW("SP-SYNC-015.replug") {
        CHECK_HR(begin(c, session, TO), S_OK);
        CHECK_HR(end(c, session, TO), S_OK);
    }
    RELEASE(session);
    wmdm_close(again);
}
