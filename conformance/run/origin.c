/* What stands at the top of a report. What differs between two equal runs is told apart: it is not
 * for results.json. */
#include "conformance/run/origin.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conformance/case/cases.h"
#include "git_id.h"

void origin_begin(struct run *run)
{
    time_t now = time(NULL);
    struct tm utc;

    gmtime_r(&now, &utc);
    strftime(run->began, sizeof(run->began), "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (gethostname(run->host, sizeof(run->host) - 1) < 0)
        run->host[0] = '\0';
}

/* Of the file's bytes; "" when it cannot be read. */
static void hash_file(const char *path, char ret[ORIGIN_HASH_ROOM])
{
    unsigned char digest[EVP_MAX_MD_SIZE], block[1 << 14];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    FILE *file = fopen(path, "re");
    unsigned length = 0;
    size_t count;

    ret[0] = '\0';
    if (file && context && EVP_DigestInit_ex(context, EVP_sha256(), NULL)) {
        while ((count = fread(block, 1, sizeof(block), file)) > 0)
            EVP_DigestUpdate(context, block, count);
        if (!ferror(file))
            EVP_DigestFinal_ex(context, digest, &length);
    }
    for (unsigned i = 0; i < length; i++)
        snprintf(ret + 2 * (size_t)i, 3, "%02x", digest[i]);
    if (file)
        fclose(file);
    EVP_MD_CTX_free(context);
}

int origin_results(struct run *run)
{
    const struct run_options *options = &run->options;
    const char *provider = options->of[SUBJECT_PROVIDER].name;
    struct results *results = &run->results;
    int error = 0;

    results->git = GIT_ID;
    results->began = run->began;
    results->host = run->host;
    results->command = options->command;
    results->shard = options->shard;
    if (provider)
        hash_file(provider, run->provider_sha256);
    results->provider_sha256 = run->provider_sha256;
    if (options->ics)
        hash_file(options->ics, run->ics_sha256);
    results->ics_file = options->ics ? cases_base_name(options->ics) : "";
    results->ics_sha256 = run->ics_sha256;
    for (size_t i = 0; i < options->pattern_count && !error; i++)
        error = texts_add(&results->patterns, options->patterns[i]);
    return error;
}
