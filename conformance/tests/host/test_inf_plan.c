/* What an install section would do. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/host/inf/inf_lint.h"
#include "conformance/host/inf/inf_plan.h"

struct planned {
    struct inf_findings findings;
    struct inf *inf;
    struct inf_strings strings;
    struct inf_library library;
    struct inf_plan plan;
};

/* Of [X]. */
static void plan_in(struct planned *it, const char *text, const char *folder)
{
    char error[256];

    *it = (struct planned){.library = {.folder = folder, .code_page = 1252},
                           .plan = {.is_of_device = true}};
    cr_assert_eq(
        inf_parse("x.inf", text, strlen(text), 1252, &it->findings, &it->inf, error, sizeof(error)),
        0);
    cr_assert_eq(inf_strings_of(it->inf, inf_strings_choose(it->inf, 0), &it->strings), 0);
    inf_plan(&it->strings, &it->library, "X", &it->plan);
    cr_assert_not(it->plan.failed);
}

static void done(struct planned *it)
{
    inf_plan_done(&it->plan);
    inf_library_done(&it->library);
    inf_strings_done(&it->strings);
    inf_free(it->inf);
    inf_findings_done(&it->findings);
}

static const struct inf_step *step(const struct planned *it, size_t index)
{
    cr_assert_lt(index, it->plan.count);
    return &it->plan.steps[index];
}

/* The value that one line of AddReg sets, as hexadecimal bytes, its type before. */
static const char *value(const char *line)
{
    static char text[512];
    struct planned it;
    char inf[512];
    size_t length;

    snprintf(inf, sizeof(inf), "[X]\nAddReg=R\n[R]\n%s\n[Strings]\nD=0x10001\n", line);
    plan_in(&it, inf, NULL);
    cr_assert_eq(it.findings.count, 0);
    length = (size_t)sprintf(text, "%u:", step(&it, 0)->type);
    for (size_t i = 0; i < step(&it, 0)->size; i++)
        length += (size_t)sprintf(text + length, "%02x", step(&it, 0)->data[i]);
    done(&it);
    return text;
}

Test(inf_plan, flags_say_the_type_of_a_value)
{
    cr_assert_str_eq(value("HKR,,V,,ab"), "1:610062000000");
    cr_assert_str_eq(value("HKR,,V,0x20000,\"%%a%%\""), "2:2500610025000000");
    cr_assert_str_eq(value("HKR,,V,0x10000,a,b"), "7:61000000620000000000");
    cr_assert_str_eq(value("HKR,,V,1,1,0,FF"), "3:0100ff");
    cr_assert_str_eq(value("HKR,,V,0x10001,258"), "4:02010000");
    cr_assert_str_eq(value("HKR,,V,%D%,0x102"), "4:02010000");
    cr_assert_str_eq(value("HKR,,V,65537,-1"), "4:ffffffff");
    cr_assert_str_eq(value("HKR,,V,0x10001,02,01,00,00"), "4:02010000");
    cr_assert_str_eq(value("HKR,,V,0xB0001,1,0,0,0,0,0,0,0"), "11:0100000000000000");
    cr_assert_str_eq(value("HKR,,V,0x20001"), "0:");
    cr_assert_str_eq(value("HKR,Sub,V,0x10,x"), "1:");
    cr_assert_str_eq(value("HKR,Sub,V,0x4"), "1:");
}

/* Of one text, what is found: "ROW LINE:COLUMN", or that nothing is. */
static const char *found(const char *text)
{
    static char said[256];
    struct planned it;

    plan_in(&it, text, NULL);
    strcpy(said, "nothing");
    inf_findings_sort(&it.findings);
    if (it.findings.count)
        snprintf(said, sizeof(said), "%s %u:%u", it.findings.at[0].row, it.findings.at[0].at.line,
                 it.findings.at[0].at.column);
    cr_assert_leq(it.findings.count, 1);
    done(&it);
    return said;
}

#define REGISTRY "[X]\nAddReg=R\n[R]\n"
Test(inf_plan, what_is_wrong_with_a_value_is_found_where_it_stands)
{
    cr_assert_str_eq(found(REGISTRY "HKEY,,V\n"), "SVC-REG-001 4:1");
    cr_assert_str_eq(found(REGISTRY "HKR,,V,flags,x\n"), "SVC-REG-002 4:8");
    cr_assert_str_eq(found(REGISTRY "HKR,,V,0x400,x\n"), "SVC-REG-002 4:8");
    cr_assert_str_eq(found(REGISTRY "HKR,,V,0x10001,one\n"), "SVC-REG-002 4:16");
    cr_assert_str_eq(found(REGISTRY "HKR,,V,8,x\n"), "SVC-REG-004 4:8");
    cr_assert_str_eq(found(REGISTRY "HKR,,V,1,0x01,100\n"), "SVC-REG-007 4:15");
    cr_assert_str_eq(found("[X]\nAddReg=R\n"), "SVC-SYN-002 2:8");
    cr_assert_str_eq(found(REGISTRY "HKR,,V,0x10008,x\n"), "nothing");
}

Test(inf_plan, hkr_is_whose_section_it_is)
{
    static const char text[] =
        "[X]\nAddReg=R\n[X.HW]\nAddReg=R\n[X.Services]\n"
        "AddService=svc,0x2,S,E\n[X.Interfaces]\nAddInterface={12345678-1234"
        "-1234-1234-123456789abc},ref,R\n[S]\nServiceType=16\nStartType=3\n"
        "ErrorControl=0\nServiceBinary=%13%\\s.exe\nAddReg=R\n[E]\nAddReg=R\n"
        "[R]\nHKR,,V,,x\nAddReg=R\n";
    static const enum inf_scope scopes[] = {INF_SOFTWARE, INF_HARDWARE, INF_OF_SERVICE,
                                            INF_EVENT_LOG};
    static const char *const owners[] = {"", "", "svc", "System\\svc"};
    struct planned it;
    size_t values = 0;

    plan_in(&it, text, NULL);
    for (size_t i = 0; i < it.plan.count && values < 4; i++) {
        if (step(&it, i)->kind == INF_SET_VALUE && strcmp(step(&it, i)->name, "V") == 0) {
            cr_assert_eq(step(&it, i)->scope, scopes[values]);
            cr_assert_str_eq(step(&it, i)->owner, owners[values]);
            values++;
        }
    }
    cr_assert_eq(values, 4);
    done(&it);
}

#define SERVICE                                                                                    \
    "[X.Services]\nAddService=svc,,S\n[S]\nServiceType=0X10\nErrorControl=1\nServiceBinary=%13%"   \
    "\\s"                                                                                          \
    "\nStartType="
#define TRIGGER SERVICE "3\nAddTrigger=T,U\n[T]\nTriggerType=1\nAction=1\n" SUBTYPE "[U]\n" UPPER
#define SUBTYPE "SubType={12345678-1234-1234-1234-123456789abc}\n"
#define UPPER "TriggerType=1\n" SUBTYPE

Test(inf_plan, a_service_has_its_numbers_and_triggers)
{
    struct planned it;

    plan_in(&it, TRIGGER "Action=2\nDataItem=2,\"A\"\nDataItem=2,B\n", NULL);
    cr_assert_eq(it.findings.count, 0);
    cr_assert_eq(it.plan.count, 3);
    cr_assert_eq(step(&it, 0)->kind, INF_SERVICE);
    cr_assert_str_eq(step(&it, 0)->name, "svc");
    cr_assert_str_eq(step(&it, 0)->key, "%13%\\s");
    cr_assert_eq(step(&it, 0)->numbers[INF_SERVICE_TYPE], 16);
    cr_assert_eq(step(&it, 0)->numbers[INF_START_TYPE], 3);
    cr_assert_eq(step(&it, 1)->kind, INF_TRIGGER);
    cr_assert_eq(step(&it, 2)->numbers[INF_TRIGGER_ACTION], 2);
    cr_assert_str_eq(step(&it, 2)->owner, "svc");
    cr_assert_eq(step(&it, 2)->size, 24);
    cr_assert_arr_eq(step(&it, 2)->data, "\2\0\0\0\4\0\0\0A\0\0\0\2\0\0\0\4\0\0\0B\0\0\0", 24);
    done(&it);
}

Test(inf_plan, what_is_wrong_with_a_service_is_found)
{
    cr_assert_str_eq(found(SERVICE "3\n"), "nothing");
    cr_assert_str_eq(found(SERVICE "4\n"), "SVC-SVC-005 7:11");
    cr_assert_str_eq(found("[X.Services]\nAddService=,2\n"), "nothing");
    cr_assert_str_eq(found("[X.Services]\nAddService=a\n"), "SVC-SVC-001 2:1");
    cr_assert_str_eq(found(SERVICE "3\n[X.Services]\nAddService=b,,S,,Sister\n"),
                     "SVC-SVC-001 9:18");
    cr_assert_str_eq(found(SERVICE "3\n[X.Services]\nAddService=b,0x802,S\n"), "SVC-SVC-012 9:14");
    cr_assert_str_eq(found("[X.Services]\nAddService=a,,S\n[S]\nServiceType=16\nStartType=3\n"
                           "ServiceBinary=%13%\\x\n"),
                     "SVC-SVC-002 2:1");
    cr_assert_str_eq(found(TRIGGER), "SVC-TRG-001 13:1");
    cr_assert_str_eq(found(TRIGGER "Action=3\n"), "SVC-TRG-003 16:8");
    cr_assert_str_eq(found(TRIGGER "Action=1\nDataItem=1,00\n"), "SVC-TRG-004 17:10");
}

/* A trigger whose one DataItem has `letters`, or that has `items` of them. */
static const char *trigger(unsigned letters, unsigned items)
{
    static char text[8192];
    size_t length = (size_t)sprintf(text, "%s", TRIGGER "Action=1\n");

    for (unsigned i = 0; i < items; i++)
        length += (size_t)sprintf(text + length, "DataItem=2,%0*d\n", (int)letters, 0);
    return found(text);
}

Test(inf_plan, a_trigger_has_64_items_of_1024_bytes)
{
    cr_assert_str_eq(trigger(511, 1), "nothing");
    cr_assert_str_eq(trigger(512, 1), "SVC-TRG-008 17:12");
    cr_assert_str_eq(trigger(1, 64), "nothing");
    cr_assert_str_eq(trigger(1, 65), "SVC-TRG-008 81:1");
}

#define SETTINGS                                                                                   \
    SERVICE "3\nDisplayName=\"D\"\nDependencies=+G,S\nDelayedAutoStart=1\n"                        \
            "FailureActions=F\nSecurity=\"D:\"\n[F]\nResetPeriod=60\nAction=1,5\nAction=0,0\n"
Test(inf_plan, what_a_service_says_of_itself_is_kept)
{
    static const struct {
        const char *key, *name, *data;
        size_t size;
        uint32_t type, flags;
    } wanted[] = {
        {"DisplayName", "DisplayName", "D\0\0", 4, INF_SZ, INF_KEEP_DISPLAY_NAME},
        {"Dependencies", "DependOnService", "S\0\0\0\0", 6, INF_MULTI_SZ, INF_KEEP_DEPENDENCIES},
        {"Dependencies", "DependOnGroup", "G\0\0\0\0", 6, INF_MULTI_SZ, INF_KEEP_DEPENDENCIES},
        {"DelayedAutoStart", "DelayedAutostart", "\1\0\0", 4, INF_DWORD, INF_KEEP_DELAYED},
        {"FailureActions", "FailureActions",
         "\x3c\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\x14\0\0\0\1\0\0\0\5\0\0\0\0\0\0\0\0\0\0", 36,
         INF_BINARY, INF_KEEP_FAILURE_ACTIONS},
        {"Security", "Security", "D\0:\0\0", 6, 0, 0},
    };
    struct planned it;

    plan_in(&it, SETTINGS, NULL);
    cr_assert_eq(it.findings.count, 0);
    cr_assert_eq(it.plan.count, 7);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        cr_assert_eq(step(&it, i + 1)->kind, INF_SERVICE_SETTING);
        cr_assert_str_eq(step(&it, i + 1)->key, wanted[i].key);
        cr_assert_str_eq(step(&it, i + 1)->name, wanted[i].name);
        cr_assert_str_eq(step(&it, i + 1)->owner, "svc");
        cr_assert_eq(step(&it, i + 1)->type, wanted[i].type);
        cr_assert_eq(step(&it, i + 1)->flags, wanted[i].flags);
        cr_assert_eq(step(&it, i + 1)->size, wanted[i].size);
        cr_assert_arr_eq(step(&it, i + 1)->data, wanted[i].data, wanted[i].size);
    }
    done(&it);
    cr_assert_str_eq(found(SERVICE "3\nDelayAutoStart=1\n"), "SVC-SVC-014 8:1");
}

Test(inf_plan, a_section_is_named_as_it_is_written)
{
    cr_assert_str_eq(found("[X]\nAddReg=\";; Std Mfg \"\n[;; Std Mfg ]\nHKR,,V,,x\n"), "nothing");
    cr_assert_str_eq(found("[X]\nAddReg=\";; Std Mfg\"\n[;; Std Mfg ]\n"), "SVC-SYN-002 2:8");
    cr_assert_str_eq(found("[X]\nAddReg=a[\n[a[]\n"), "SVC-SYN-014 2:8");
    cr_assert_str_eq(found("[X]\nAddReg=\"a[\"\n[a[]\n"), "nothing");
    cr_assert_str_eq(found("[X]\nAddReg=a%\n[a%]\n"), "SVC-SYN-014 2:8");
    cr_assert_str_eq(found("[X]\nAddReg=\"a\\\"\n[a\\]\n"), "nothing");
}

Test(inf_plan, a_token_of_the_plan_has_its_string_here)
{
    cr_assert_str_eq(found(REGISTRY "HKR,,V,,%T%\n"), "SVC-STR-001 4:9");
    cr_assert_str_eq(found(REGISTRY "HKR,,V,,%T%\n[Strings]\nT=t\n"), "nothing");
    cr_assert_str_eq(found(REGISTRY "HKR,,V,,%13%\\t\n"), "nothing");
}

Test(inf_plan, files_go_where_their_section_says)
{
    struct planned it;

    plan_in(&it,
            "[X]\nCopyFiles=F,@one.sys\n[F]\na.dll,a.src\nb.dll\n[DestinationDirs]\n"
            "DefaultDestDir=12\nF=11,sub\n",
            NULL);
    cr_assert_eq(it.plan.count, 3);
    cr_assert_str_eq(step(&it, 1)->name, "b.dll");
    cr_assert_str_eq(step(&it, 1)->key, "11,sub");
    cr_assert_str_eq(step(&it, 2)->name, "one.sys");
    cr_assert_str_eq(step(&it, 2)->key, "12");
    done(&it);
}

static void put(const char *folder, const char *name, const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "we");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

Test(inf_plan, what_is_needed_is_done_with_the_strings_of_its_own_file)
{
    char folder[] = "/tmp/test-inf-XXXXXX", path[64];
    struct planned it;

    cr_assert_not_null(mkdtemp(folder));
    put(folder, "base.inf", "[Base]\nAddReg=R\n[R]\nHKR,,V,,%v%\n[Strings]\nv=its own\n");
    plan_in(&it, "[X]\nInclude=base.inf\nNeeds=Base\n[Strings]\nv=mine\n", folder);
    cr_assert_eq(it.plan.count, 1);
    cr_assert_str_eq(step(&it, 0)->text, "its own");
    cr_assert_not(it.plan.is_partial);
    done(&it);
    plan_in(&it, "[X]\nInclude=other.inf,../base.inf\nNeeds=Base\n", folder);
    cr_assert_eq(it.plan.count, 0);
    cr_assert(it.plan.is_partial);
    done(&it);
    plan_in(&it, "[X]\nInclude=other.inf,other.inf\nNeeds=Base,Base\n", folder);
    cr_assert_eq(it.library.count, 1, "what is not there is looked for once");
    done(&it);
    snprintf(path, sizeof(path), "%s/base.inf", folder);
    unlink(path);
    rmdir(folder);
}

Test(inf_plan, sections_that_need_each_other_come_to_an_end)
{
    struct planned it;

    plan_in(&it,
            "[X]\nNeeds=Y,Y,Y,Y,Y,Y,Y,Y\nNeeds=Y\n[Y]\nNeeds=X,X,X,X,X,X,X,X,X\nAddReg=R\n"
            "[R]\nHKR,,V\n",
            NULL);
    cr_assert(it.plan.is_partial);
    cr_assert_leq(it.plan.count, INF_STEPS_MAX);
    done(&it);
    plan_in(&it, "[X]\nAddInterface={12345678-1234-1234-1234-123456789abc},,X\n", NULL);
    cr_assert(it.plan.is_partial);
    done(&it);
}
