/* Insert and Read as sequences of calls at both ends (rows SP-APP about transfers). What is
 * expected is written out by hand from the documents. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/app/app.h"
#include "spcore/include/sac.h"

enum {
    INSERT = WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO | WMDM_CONTENT_FILE |
             WMDM_CONTENT_OPERATIONINTERFACE,
    READ = WMDM_MODE_BLOCK | WMDM_CONTENT_OPERATIONINTERFACE,
    SIZE = 1000,
};
static const char provider_calls[] = "TransferToDevice CreateStorageWithMetadata CreateStorage2 "
                                     "CreateStorage Open Write WriteOnClearChannel Read "
                                     "ReadOnClearChannel Close Delete";

static const char *thousand(void)
{
    static char content[SIZE];

    for (unsigned i = 0; i < SIZE; i++)
        content[i] = (char)(i % 251);
    return content;
}

/* One Insert2 of 1000 bytes into the root, of what the operation's script says. */
static HRESULT insert(struct app *app, struct app_operation *script, const WCHAR *name)
{
    IWMDMStorage *root = app_root(app), *made = NULL;
    IWMDMStorageControl2 *control = app_query(app, root, &IID_IWMDMStorageControl2);
    IWMDMOperation *operation;
    HRESULT hr;

    script->app = app;
    script->content = thousand();
    script->size = SIZE;
    operation = app_operation_new(script);
    recorder_clear(app->recorder);
    hr = IWMDMStorageControl2_Insert2(control, INSERT, NULL, name, operation, NULL, NULL, &made);
    GONE(made);
    GONE(operation);
    GONE(control);
    GONE(root);
    return hr;
}

static HRESULT read_file(struct app *app, struct app_operation *script)
{
    IWMDMStorage *file = app_file(app);
    IWMDMStorageControl *control = app_query(app, file, &IID_IWMDMStorageControl);
    IWMDMOperation *operation;
    HRESULT hr;

    script->app = app;
    operation = app_operation_new(script);
    memcpy(app->recorder->content, thousand(), SIZE);
    app->recorder->length = SIZE;
    recorder_clear(app->recorder);
    hr = IWMDMStorageControl_Read(control, READ, NULL, NULL, operation);
    GONE(operation);
    GONE(control);
    GONE(file);
    return hr;
}

/* WMDM/sending-the-file-to-the-device.md; IMDSPDirectTransfer::TransferToDevice. */
CONF_CASE(HOST_APP_BV_07, .title = "Insert creates, opens, writes and closes", .level = CONF_MUST,
          .reqs = REQS("SP-APP-010"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Insert with providers of each age, one whose Write fails, one that transfers "
                   "by itself")
{
    struct app *app = app_new(c);
    struct app_operation script = {.offers_clear = true};

    ROW("SP-APP-010.order") {
        CHECK_HR(insert(app, &script, u"new"), S_OK);
        SAW(provider_calls,
            "CreateStorageWithMetadata(0x820,1000) Open(WRITE) WriteOnClearChannel(400) "
            "WriteOnClearChannel(400) WriteOnClearChannel(200) Close");
        CHECK_BYTES(app->recorder->content, app->recorder->length, thousand(), SIZE);
    }
    ROW("SP-APP-010.asked")
        SAW("QueryInterface CreateStorageWithMetadata",
            "QueryInterface(IMDSPDirectTransfer) QueryInterface(IMDSPStorage4) "
            "CreateStorageWithMetadata(0x820,1000) QueryInterface(IMDSPObject2)");
    app->recorder->storage_4 = app->recorder->object_2 = false;
    script = (struct app_operation){.offers_clear = true};
    ROW("SP-APP-010.second") {
        CHECK_HR(insert(app, &script, u"new"), S_OK);
        SAW(provider_calls, "CreateStorage2(0x820,1000) Open(WRITE) Write(400) Write(400) "
                            "Write(200) Close");
        CHECK_BYTES(app->recorder->content, app->recorder->length, thousand(), SIZE);
    }
    app->recorder->storage_2 = app->recorder->storage_3 = false;
    script = (struct app_operation){.offers_clear = true};
    ROW("SP-APP-010.first") {
        CHECK_HR(insert(app, &script, u"new"), S_OK);
        SAW(provider_calls,
            "CreateStorage(0x820) Open(WRITE) Write(400) Write(400) Write(200) Close");
    }
    app->recorder->fails = "Write";
    app->recorder->fails_at = 2;
    app->recorder->failure = WMDM_E_INTERFACEDEAD;
    script = (struct app_operation){.offers_clear = true};
    ROW("SP-APP-010.closed") {
        CHECK_HR(insert(app, &script, u"new"), WMDM_E_INTERFACEDEAD);
        SAW("Open Write Close", "Open(WRITE) Write(400) Write(400) Close");
    }
    app->recorder->fails = NULL;
    app->recorder->direct = true;
    script = (struct app_operation){.offers_clear = true};
    ROW("SP-APP-010.direct") {
        CHECK_HR(insert(app, &script, u"new"), S_OK);
        SAW(provider_calls, "TransferToDevice(0x10)");
        CHECK_BYTES(app->recorder->content, app->recorder->length, thousand(), SIZE);
    }
}

/* IMDSPObject2::WriteOnClearChannel. */
CONF_CASE(HOST_APP_BI_02, .title = "Who takes data in the clear gets it so, or not at all",
          .level = CONF_MUST, .reqs = REQS("SP-APP-011"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "WriteOnClearChannel and ReadOnClearChannel that fail")
{
    struct app *app = app_new(c);
    struct app_operation script = {.offers_clear = true};

    app->recorder->fails = "WriteOnClearChannel";
    app->recorder->fails_at = 2;
    app->recorder->failure = WMDM_E_INTERFACEDEAD;
    ROW("SP-APP-011.write") {
        CHECK_HR(insert(app, &script, u"new"), WMDM_E_INTERFACEDEAD);
        CHECK_EQ(recorder_count(app->recorder, "Write"), 0);
    }
    app->recorder->fails = "ReadOnClearChannel";
    script = (struct app_operation){.offers_clear = true};
    ROW("SP-APP-011.read") {
        CHECK_HR(read_file(app, &script), WMDM_E_INTERFACEDEAD);
        CHECK_EQ(recorder_count(app->recorder, "Read"), 0);
    }
}

/* WMDM/handling-file-transfers-manually.md. */
static const char callbacks[] =
    "app:GetObjectName app:GetObjectAttributes app:BeginWrite app:BeginRead app:GetObjectTotalSize "
    "app:TransferObjectData app:TransferObjectDataOnClearChannel app:End";

CONF_CASE(HOST_APP_BV_08, .title = "An application is asked in order what it has to write",
          .level = CONF_MUST, .reqs = REQS("SP-APP-012"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Insert2 with a name and without")
{
    struct app *app = app_new(c);
    struct app_operation script = {0};

    ROW("SP-APP-012.named") {
        CHECK_HR(insert(app, &script, u"new"), S_OK);
        CHECK_EQ(recorder_count(app->recorder, "app:GetObjectName"), 0);
        CHECK_HR(script.ended, S_OK);
    }
    script = (struct app_operation){.name = u"asked"};
    ROW("SP-APP-012.unnamed") {
        CHECK_HR(insert(app, &script, NULL), S_OK);
        CHECK_EQ(recorder_count(app->recorder, "app:GetObjectName"), 1);
    }
    script = (struct app_operation){.name = u"asked"};
    ROW("SP-APP-012.order") {
        CHECK_HR(insert(app, &script, u"new"), S_OK);
        CHECK(app_saw(app, callbacks + strlen("app:GetObjectName "),
                      "app:GetObjectAttributes app:BeginWrite app:GetObjectTotalSize "
                      "app:TransferObjectData app:TransferObjectData app:TransferObjectData "
                      "app:End(object)"));
    }
}

CONF_CASE(HOST_APP_BV_09, .title = "What TransferObjectData answers is heeded", .level = CONF_MUST,
          .reqs = REQS("SP-APP-013"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Three blocks, the last with S_FALSE; then one that cancels")
{
    struct app *app = app_new(c);
    struct app_operation script = {0};

    ROW("SP-APP-013.more") {
        CHECK_HR(insert(app, &script, u"new"), S_OK);
        CHECK_BYTES(app->recorder->content, app->recorder->length, thousand(), SIZE);
    }
    ROW("SP-APP-013.last")
        CHECK_EQ(recorder_count(app->recorder, "app:TransferObjectData"), 3);
    script = (struct app_operation){.cancels_at = 2};
    ROW("SP-APP-013.cancelled") {
        CHECK_HR(insert(app, &script, u"new"), WMDM_E_USER_CANCELLED);
        CHECK_HR(script.ended, WMDM_E_USER_CANCELLED);
    }
    ROW("SP-APP-013.closed")
        CHECK_EQ(recorder_count(app->recorder, "Close"), 1);
    ROW("SP-APP-013.removed")
        CHECK_EQ(recorder_count(app->recorder, "Delete"), 1);
}

CONF_CASE(HOST_APP_BV_10, .title = "Read opens, reads and closes", .level = CONF_MUST,
          .reqs = REQS("SP-APP-014"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "A read of 1000 bytes, and one that is cancelled at the second block")
{
    struct app *app = app_new(c);
    struct app_operation script = {0};

    app->recorder->object_2 = false;
    ROW("SP-APP-014.order") {
        CHECK_HR(read_file(app, &script), S_OK);
        SAW("app:BeginRead Open Read app:TransferObjectData Close app:End",
            "app:BeginRead Open(READ) Read(400) app:TransferObjectData Read(400) "
            "app:TransferObjectData Read(400) app:TransferObjectData Read(400) Close "
            "app:End(none)");
        CHECK_BYTES(script.got, script.got_size, thousand(), SIZE);
    }
    script = (struct app_operation){.cancels_at = 2};
    ROW("SP-APP-014.cancelled") {
        CHECK_HR(read_file(app, &script), WMDM_E_USER_CANCELLED);
        SAW("app:BeginRead Open Read app:TransferObjectData Close app:End",
            "app:BeginRead Open(READ) Read(400) app:TransferObjectData Read(400) "
            "app:TransferObjectData Close app:End(none)");
    }
}

/* IWMDMOperation3::TransferObjectDataOnClearChannel. */
CONF_CASE(HOST_APP_BV_11, .title = "Data goes in the clear where both ends take it so",
          .level = CONF_MUST, .reqs = REQS("SP-APP-015"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Insert where the provider, the application or both support the clear channel")
{
    static const char words[] = "app:TransferObjectData app:TransferObjectDataOnClearChannel Write "
                                "WriteOnClearChannel";
    struct app *app = app_new(c);
    struct app_operation script = {.offers_clear = true};

    app->parameters.OptimalTransferSize = SIZE;
    ROW("SP-APP-015.both") {
        CHECK_HR(insert(app, &script, u"new"), S_OK);
        SAW(words, "app:TransferObjectDataOnClearChannel WriteOnClearChannel(1000)");
    }
    script = (struct app_operation){.offers_clear = false};
    ROW("SP-APP-015.provider") {
        CHECK_HR(insert(app, &script, u"new"), S_OK);
        SAW(words, "app:TransferObjectData WriteOnClearChannel(1000)");
    }
    app->recorder->object_2 = false;
    script = (struct app_operation){.offers_clear = true};
    ROW("SP-APP-015.application") {
        CHECK_HR(insert(app, &script, u"new"), S_OK);
        SAW(words, "app:TransferObjectData Write(1000)");
    }
}

/* WMDM/device-parameters.md # OptimalTransferSize. */
static void blocks_of(struct app *app, DWORD block, const char *expected)
{
    struct conf *c = app->c;
    struct app_operation script = {.offers_clear = true};

    (void)mdm_machine_unplug(app->machine, "path");
    app->parameters.OptimalTransferSize = block;
    CHECK_HR(insert(app, &script, u"new"), S_OK);
    SAW("WriteOnClearChannel", expected);
}

CONF_CASE(HOST_APP_BV_12, .title = "Blocks are of OptimalTransferSize", .level = CONF_MUST,
          .reqs = REQS("SP-APP-017"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "1000 bytes with the parameter 300, 999 and without it")
{
    struct app *app = app_new(c);

    ROW("SP-APP-017.given") {
        blocks_of(app, 300,
                  "WriteOnClearChannel(300) WriteOnClearChannel(300) "
                  "WriteOnClearChannel(300) WriteOnClearChannel(100)");
        blocks_of(app, 999, "WriteOnClearChannel(999) WriteOnClearChannel(1)");
    }
    ROW("SP-APP-017.absent")
        blocks_of(app, 0, "WriteOnClearChannel(1000)");
}

/* IWMDMStorageControl3::Insert3: the format code has to be there. */
static DWORD format_of(struct app *app, bool with_code, IWMDMOperation *operation)
{
    const DWORD content = operation ? WMDM_CONTENT_OPERATIONINTERFACE : 0;
    const WORD year = 1999;
    const DWORD code = WMDM_FORMATCODE_WMA;
    IWMDMStorage *root = app_root(app), *made = NULL;
    IWMDMStorage3 *third = app_query(app, root, &IID_IWMDMStorage3);
    IWMDMStorageControl3 *control = app_query(app, root, &IID_IWMDMStorageControl3);
    IWMDMMetaData *list = NULL;

    if (FAILED(IWMDMStorage3_CreateEmptyMetadataObject(third, &list)))
        conf_setup_failed(app->c, "CreateEmptyMetadataObject");
    (void)IWMDMMetaData_AddItem(list, WMDM_TYPE_WORD, u"WM/Other", (BYTE *)(uintptr_t)&year, 2);
    if (with_code)
        (void)IWMDMMetaData_AddItem(list, WMDM_TYPE_DWORD, g_wszWMDMFormatCode,
                                    (BYTE *)(uintptr_t)&code, 4);
    (void)IWMDMStorageControl3_Insert3(
        control, WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO | WMDM_CONTENT_FILE | content,
        WMDM_FILE_ATTR_FOLDER, NULL, operation ? NULL : u"song.mp3", operation, NULL, list, NULL,
        &made);
    GONE(made);
    GONE(list);
    GONE(control);
    GONE(third);
    GONE(root);
    return app->recorder->format;
}

static DWORD format_given(struct app *app, bool with_code)
{
    return format_of(app, with_code, NULL);
}

/* The name is the application's operation's to say. */
static DWORD format_asked(struct app *app)
{
    struct app_operation script = {
        .app = app, .name = u"song.mp3", .content = thousand(), .size = SIZE};
    IWMDMOperation *operation = app_operation_new(&script);
    DWORD format = format_of(app, false, operation);

    GONE(operation);
    return format;
}

CONF_CASE(HOST_APP_BV_13, .title = "A new object's metadata carries its format", .level = CONF_MUST,
          .reqs = REQS("SP-APP-020"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Insert3 with a list that has WMDM/FormatCode, and one that has not")
{
    struct app *app = app_new(c);

    ROW("SP-APP-020.given")
        CHECK_EQ(format_given(app, true), WMDM_FORMATCODE_WMA);
    ROW("SP-APP-020.added") {
        CHECK_EQ(format_given(app, false), WMDM_FORMATCODE_MP3);
        CHECK_EQ(format_asked(app), WMDM_FORMATCODE_MP3);
    }
}
