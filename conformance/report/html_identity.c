/* report.html: the block that tells one run from another, for somebody who was not there. */
#include <string.h>

#include "conformance/report/html.h"
#include "conformance/report/kept.h"
#include "conformance/report/markup.h"
#include "conformance/report/standing.h"

static bool known(const char *text)
{
    return text && *text;
}

static void member(FILE *out, const char *name, const char *value)
{
    if (known(value))
        rep_fill(out, "<dt>@</dt><dd>@</dd>\n", name, value);
}

static void code_member(FILE *out, const char *name, const char *value)
{
    if (known(value))
        rep_fill(out, "<dt>@</dt><dd><code>@</code></dd>\n", name, value);
}

static void list(FILE *out, const struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        rep_fill(out, i ? ", @" : "@", texts->at[i]);
}

/* ---- the device, or the players our own simulator was */

static const struct result_device *given(const struct results *results)
{
    return results->device_count == 1 && !*results->devices[0].player ? &results->devices[0] : NULL;
}

static void device(const struct results *results, FILE *out)
{
    const struct result_device *one = given(results);

    code_member(out, "Device", results->device);
    code_member(out, "SHA-256", results->player_sha256);
    if (!one)
        return;
    member(out, "Manufacturer", one->manufacturer);
    member(out, "Product", one->product);
    member(out, "Serial number", one->serial);
    member(out, "Firmware", one->firmware);
    rep_fill(out, "<dt>USB</dt><dd><code>@</code>, release @</dd>\n", one->usb, one->release);
}

static void players(const struct results *results, FILE *out)
{
    if (given(results) || !results->device_count)
        return;
    fprintf(out, "<dt>Players</dt><dd><details><summary>%zu of our simulator</summary>\n<ul>\n",
            results->device_count);
    for (size_t i = 0; i < results->device_count; i++) {
        const struct result_device *one = &results->devices[i];

        rep_fill(out,
                 "<li>@: @ @, serial number <code>@</code>, firmware @, USB <code>@</code> release "
                 "@</li>\n",
                 one->player, one->manufacturer, one->product, one->serial, one->firmware, one->usb,
                 one->release);
    }
    fputs("</ul></details></dd>\n", out);
}

static void observed(const struct results *results, FILE *out)
{
    size_t count = results->ics_count;

    if (!count)
        return;
    fputs("<dt>ICS</dt><dd><details><summary>", out);
    if (rep_ics_file(results))
        rep_fill(out, "<code>@</code>, sha256 <code>@</code>", results->ics_file,
                 results->ics_sha256);
    else
        fprintf(out, "observed, of %zu player%s", count, count == 1 ? "" : "s");
    fputs("</summary>\n", out);
    for (size_t i = 0; i < count; i++) {
        const struct result_ics *one = &results->ics[i];

        rep_fill(out, "<p>@: <code>",
                 *one->player            ? one->player
                 : rep_ics_file(results) ? "declared"
                                         : "the device");
        list(out, &one->items);
        fputs("</code></p>\n", out);
    }
    fputs("</details></dd>\n", out);
}

/* ---- the suite and what it was told */

static void provider(const struct results *results, FILE *out)
{
    code_member(out, "Provider", *results->provider ? rep_base_name(results->provider) : "none");
    code_member(out, "SHA-256", results->provider_sha256);
    code_member(out, "Class", results->provider_class);
    code_member(out, "Named by", results->provider_class_by);
}

/* By its base name, as a provider: whose machine it was on is no reader's matter. */
static void files(const struct results *results, FILE *out)
{
    for (size_t i = 0; i < results->file_count; i++) {
        const struct result_file *one = &results->files[i];

        rep_fill(out, "<dt>File: @</dt><dd><code>@</code>, SHA-256 <code>@</code></dd>\n",
                 one->what, rep_base_name(one->name), one->sha256);
    }
}

static void selection(const struct results *results, FILE *out)
{
    fputs("<dt>Selection</dt><dd>", out);
    if (results->patterns.count)
        list(out, &results->patterns);
    else
        fputs("everything", out);
    if (known(results->shard))
        rep_fill(out, ", shard @", results->shard);
    fputs("</dd>\n", out);
}

static void suite(const struct results *results, FILE *out)
{
    rep_fill(out, "<dt>Suite</dt><dd>@", results->suite);
    if (known(results->git))
        rep_fill(out, ", sources <code>@</code>", results->git);
    rep_fill(out, "@</dd>\n", results->strict ? ", strict: a SHOULD that does not hold fails" : "");
}

void rep_html_identity(const struct results *results, FILE *out)
{
    fputs("<section class=\"card\" aria-labelledby=\"judged\">\n"
          "<h2 id=\"judged\">What was judged</h2>\n<dl>\n<dt>Subjects</dt><dd>",
          out);
    list(out, &results->subjects);
    fputs("</dd>\n", out);
    device(results, out);
    players(results, out);
    provider(results, out);
    files(results, out);
    selection(results, out);
    observed(results, out);
    suite(results, out);
    code_member(out, "Command", results->command);
    fprintf(out, "<dt>Seed</dt><dd>%llu</dd>\n", (unsigned long long)results->seed);
    fprintf(out, "<dt>Defects</dt><dd>%s</dd>\n",
            results->defects.count ? "switched on, see above" : "none in force");
    member(out, "Host", results->host);
    member(out, "Date", results->began);
    fputs("</dl>\n</section>\n", out);
}
