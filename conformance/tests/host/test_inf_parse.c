/* INFs of every shape, written by hand: what each becomes, and where it stands. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conformance/host/inf/inf.h"

/* What is read, what is found in it, and why it is not. */
struct read {
    struct inf_findings findings;
    struct inf *inf;
    char error[256];
    int status;
};

static struct read read_bytes(const void *data, size_t size)
{
    struct read it = {.status = 0};

    it.status =
        inf_parse("x.inf", data, size, 1252, &it.findings, &it.inf, it.error, sizeof(it.error));
    return it;
}

#define READ(text) read_bytes(text, sizeof(text) - 1)

static void done(struct read *it)
{
    inf_free(it->inf);
    inf_findings_done(&it->findings);
}

/* Entries as "KEY=VALUE|VALUE;…", with {} around what was quoted. */
static const char *show(const struct inf *inf, const char *section)
{
    static char text[20000];
    size_t length = 0;

    text[0] = '\0';
    for (const struct inf_entry *e = inf_first(inf, inf_section(inf, section)); e;
         e = inf_next(inf, e)) {
        if (e->has_key)
            length += (size_t)sprintf(text + length, "%s=", inf_key(inf, e));
        for (size_t i = 0; i < inf_value_count(e); i++) {
            struct inf_field field = inf_value(inf, e, i);

            length += (size_t)sprintf(text + length, field.is_quoted ? "%s{%s}" : "%s%s",
                                      i ? "|" : "", field.text);
        }
        length += (size_t)sprintf(text + length, ";");
    }
    return text;
}

#define SHOWS(text, expected)                                                                      \
    do {                                                                                           \
        struct read shown = READ(text);                                                            \
                                                                                                   \
        cr_assert_eq(shown.status, 0, "%s", shown.error);                                          \
        cr_assert_str_eq(show(shown.inf, "s"), expected);                                          \
        cr_assert_eq(shown.findings.count, 0);                                                     \
        done(&shown);                                                                              \
    } while (0)

Test(inf_parse, names_know_no_case)
{
    struct read it = READ("[VERSION]\nSIGNATURE=x\n");
    const struct inf_section *section = inf_section(it.inf, "version");

    cr_assert_not_null(section);
    cr_assert_not_null(inf_entry(it.inf, section, "Signature"));
    cr_assert_null(inf_section(it.inf, "versio"));
    done(&it);
}

Test(inf_parse, sections_of_one_name_are_one_in_the_order_of_the_file)
{
    SHOWS("[s]\na\n[other]\nx\n[S]\nb\nc\n", "a;b;c;");
}

Test(inf_parse, a_key_ends_at_the_first_equals_sign_before_a_comma)
{
    SHOWS("[s]\na = b=c, d\nHKR,,x=y\n\"k=1\"=2\n=v\n", "a=b=c|d;HKR||x=y;k=1=2;=v;");
}

Test(inf_parse, an_omitted_value_keeps_its_place)
{
    SHOWS("[s]\na,,b\na,b\nAddService=Name,,Section\nx,\n",
          "a||b;a|b;AddService=Name||Section;x|;");
}

Test(inf_parse, a_comment_ends_where_the_line_does)
{
    SHOWS("; one\n[s] ; two\na;b\n\"a;b\";c\n  ; three\n%x;y%,z\n100% ; four\n",
          "a;{a;b};%x;y%|z;100%;");
}

Test(inf_parse, a_backslash_at_the_end_goes_on)
{
    SHOWS("[s]\na=b,\\\n  c,\\ ; why\r\n d\n", "a=b|c|d;");
    SHOWS("[s]\nCopyFiles=\"Dir\\\"\\ ; why\n,File\n", "CopyFiles={Dir\\}|File;");
    SHOWS("[s]\nCopyFiles=Dir\\\\\n,File\n", "CopyFiles=Dir|File;");
    SHOWS("[s]\nx=\"Dir\\\"\ny=1\n", "x={Dir\\};y=1;");
    SHOWS("[s]\nx=C:\\a\\b,c\n", "x=C:\\a\\b|c;");
    SHOWS("[s]\nx=a\\", "x=a;");
    SHOWS("[s]\nx=\\\\host\\a \\ b\n", "x=\\\\host\\a \\ b;");
}

Test(inf_parse, quotation_marks_keep_what_is_between_them)
{
    SHOWS("[s]\na=\"  x, y  \" \n", "a={  x, y  };");
    SHOWS("[s]\na=\"an \"\"example\"\" here\"\n", "a={an \"example\" here};");
    SHOWS("[s]\na=\"\"\n", "a={};");
    SHOWS("[s]\na=pre\"mid \"post  \n", "a={premid post};");
}

Test(inf_parse, lines_end_in_every_way)
{
    SHOWS("[s]\ra\r\nb\nc\r\rd", "a;b;c;d;");
}

Test(inf_parse, what_comes_before_the_first_section_is_passed_over)
{
    SHOWS("/*++\nx=y\n[s]\na\n", "a;");
}

Test(inf_parse, a_control_z_ends_the_file)
{
    SHOWS("[s]\na\n\032b\n", "a;");
}

Test(inf_parse, every_field_has_its_line_and_column)
{
    static const char text[] = "[s]\r\n  \xc3\xa4key = \"v\xc3\xb6\", \\\n\tthird ; c\n";
    struct read it = READ(text);
    const struct inf_entry *entry = inf_first(it.inf, inf_section(it.inf, "s"));
    struct inf_field first = inf_value(it.inf, entry, 0), second = inf_value(it.inf, entry, 1);

    cr_assert_eq(entry->at.line, 2);
    cr_assert_eq(entry->at.column, 3);
    cr_assert_eq(first.at.line, 2);
    cr_assert_eq(first.at.column, 10);
    cr_assert_eq(second.at.line, 3);
    cr_assert_eq(second.at.column, 2);
    cr_assert_str_eq(inf_value(it.inf, entry, 2).text, "");
    cr_assert_eq(inf_value(it.inf, entry, 2).at.line, 3);
    done(&it);
}

#define ENCODED(bytes, wanted)                                                                     \
    do {                                                                                           \
        struct read it = READ(bytes);                                                              \
                                                                                                   \
        cr_assert_eq(it.status, 0, "%s", it.error);                                                \
        cr_assert_eq(it.inf->encoding, wanted);                                                    \
        cr_assert_str_eq(show(it.inf, "s"), "\xc3\xa4;");                                          \
        cr_assert_eq(inf_section(it.inf, "s")->at.column, 1);                                      \
        done(&it);                                                                                 \
    } while (0)

Test(inf_parse, every_encoding_says_the_same)
{
    ENCODED("[s]\n\xc3\xa4\n", INF_UTF8);
    ENCODED("\xef\xbb\xbf[s]\n\xc3\xa4\n", INF_UTF8_MARK);
    ENCODED("[s]\n\xe4\n", INF_ANSI);
    ENCODED("\xff\xfe[\0s\0]\0\n\0\xe4\0\n\0", INF_UTF16LE);
    ENCODED("\xfe\xff\0[\0s\0]\0\n\0\xe4\0\n", INF_UTF16BE);
}

Test(inf_parse, a_byte_of_a_character_is_no_backslash)
{
    struct inf_findings findings = {.count = 0};
    struct inf *inf;
    char error[256];

    /* U+8868, whose second byte in code page 932 is 0x5c. */
    cr_assert_eq(
        inf_parse("x", "[s]\na=\x95\x5c\nb=1\n", 13, 932, &findings, &inf, error, sizeof(error)),
        0);
    cr_assert_str_eq(show(inf, "s"), "a=\xe8\xa1\xa8;b=1;");
    inf_free(inf);
}

#define REFUSED(bytes, wanted, why)                                                                \
    do {                                                                                           \
        struct read it = READ(bytes);                                                              \
                                                                                                   \
        cr_assert_eq(it.status, wanted);                                                           \
        cr_assert_not_null(strstr(it.error, why), "%s", it.error);                                 \
        cr_assert_null(it.inf);                                                                    \
        done(&it);                                                                                 \
    } while (0)

Test(inf_parse, what_is_no_text_is_refused)
{
    REFUSED("[\0s\0]\0\n\0", -EILSEQ, "UTF-16 without a byte order mark");
    REFUSED("\0[\0s\0]\0\n", -EILSEQ, "UTF-16 without a byte order mark");
    REFUSED("[s]\na\0b\n", -EILSEQ, "a NUL after 5 bytes");
    REFUSED("a\nb\n", -EILSEQ, "no [section]");
    REFUSED("", -EILSEQ, "no [section]");
}

Test(inf_parse, a_code_page_that_nobody_knows_is_refused)
{
    struct inf_findings findings = {.count = 0};
    struct inf *inf = NULL;
    char error[256];

    cr_assert_eq(inf_parse("x", "\xe4", 1, 4711, &findings, &inf, error, sizeof(error)), -EINVAL);
    cr_assert_str_eq(error, "code page 4711: not one that is known here");
}

Test(inf_parse, a_file_beyond_the_limit_is_refused)
{
    char *data = malloc(INF_BYTES_MAX + 1);
    struct read it;

    memset(data, 'x', INF_BYTES_MAX + 1);
    it = read_bytes(data, INF_BYTES_MAX + 1);
    cr_assert_eq(it.status, -EFBIG);
    done(&it);
    memset(data, ',', INF_BYTES_MAX);
    memcpy(data, "[s]\n", 4);
    it = read_bytes(data, INF_BYTES_MAX);
    cr_assert_eq(it.status, -EFBIG);
    cr_assert_str_eq(it.error, "more than 4194304 fields");
    done(&it);
    free(data);
}

/* `length` letters between the two, and what is found. */
static void bounded(const char *before, size_t length, const char *after, size_t findings)
{
    char text[6000];
    size_t at = strlen(before);
    struct read it;

    memcpy(text, before, at);
    memset(text + at, 'x', length);
    memcpy(text + at + length, after, strlen(after));
    it = read_bytes(text, at + length + strlen(after));
    cr_assert_eq(it.status, 0);
    cr_assert_eq(it.findings.count, findings);
    done(&it);
}

Test(inf_parse, lengths_have_their_limits)
{
    bounded("[", 255, "]\n", 0);
    bounded("[", 256, "]\n", 1);
    bounded("[s]\na=", 4095, "\n", 0);
    bounded("[s]\na=", 4096, "\n", 1);
}

#define FINDS(bytes, wanted_row, wanted_line, wanted_column)                                       \
    do {                                                                                           \
        struct read it = READ(bytes);                                                              \
                                                                                                   \
        cr_assert_eq(it.status, 0);                                                                \
        cr_assert_eq(it.findings.count, 1);                                                        \
        cr_assert_str_eq(it.findings.at[0].row, wanted_row);                                       \
        cr_assert_eq(it.findings.at[0].at.line, wanted_line);                                      \
        cr_assert_eq(it.findings.at[0].at.column, wanted_column);                                  \
        done(&it);                                                                                 \
    } while (0)

Test(inf_parse, what_it_gets_over_is_found)
{
    FINDS("[s]\na = \"b\nc\n", "SVC-SYN-011", 2, 5);
    FINDS("\n [s\na\n", "SVC-SYN-002", 2, 2);
    FINDS("[s] x\na\n", "SVC-SYN-002", 1, 5);
    FINDS("\xef\xbb\xbf[s]\na\xff\n", "SVC-SYN-013", 2, 3);
}

Test(inf_parse, a_long_row_of_backslashes_is_passed_once, .timeout = 10)
{
    enum { LENGTH = 4 << 20 };
    char *data = malloc(LENGTH);
    struct read it;

    memset(data, '\\', LENGTH);
    memcpy(data, "[s]\n", 4);
    data[LENGTH - 1] = 'x';
    it = read_bytes(data, LENGTH);
    cr_assert_eq(it.status, 0);
    cr_assert_eq(it.inf->field_count, 1);
    done(&it);
    free(data);
}
