/* What stands at the top of a report. What differs between two equal runs is told apart: it is not
 * for results.json. */
#include "conformance/run/origin.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conformance/case/cases.h"
#include "git_id.h"
#include "spcore/base.h"

void origin_begin(struct run *run)
{
    time_t now = time(NULL);
    struct tm utc;

    gmtime_r(&now, &utc);
    strftime(run->began, sizeof(run->began), "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (gethostname(run->host, sizeof(run->host) - 1) < 0)
        run->host[0] = '\0';
}

static EVP_MD_CTX *hash_begin(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context && EVP_DigestInit_ex(context, EVP_sha256(), NULL))
        return context;
    EVP_MD_CTX_free(context);
    return NULL;
}

/* "" when it was not begun, or is `broken`. */
static void hash_end(EVP_MD_CTX *context, bool broken, char ret[ORIGIN_HASH_ROOM])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;

    ret[0] = '\0';
    if (context && !broken)
        EVP_DigestFinal_ex(context, digest, &length);
    for (unsigned i = 0; i < length; i++)
        snprintf(ret + 2 * (size_t)i, 3, "%02x", digest[i]);
    EVP_MD_CTX_free(context);
}

/* Of the file's bytes; "" when it cannot be read. */
static void hash_file(const char *path, char ret[ORIGIN_HASH_ROOM])
{
    unsigned char block[1 << 14];
    EVP_MD_CTX *context = hash_begin();
    FILE *file = fopen(path, "re");
    size_t count;

    while (file && context && (count = fread(block, 1, sizeof(block), file)) > 0)
        EVP_DigestUpdate(context, block, count);
    hash_end(context, !file || ferror(file), ret);
    if (file)
        fclose(file);
}

static void hash_texts(EVP_MD_CTX *context, char *const texts[], size_t count)
{
    for (size_t i = 0; i < count && context; i++) {
        if (texts[i])
            EVP_DigestUpdate(context, texts[i], strlen(texts[i]));
        EVP_DigestUpdate(context, "", 1);
    }
}

void origin_catalogue(const struct catalogue *catalogue, char ret[ORIGIN_HASH_ROOM])
{
    EVP_MD_CTX *context = hash_begin();

    for (size_t i = 0; i < catalogue->count; i++) {
        const struct catalogue_row *row = &catalogue->rows[i];
        char *const texts[] = {row->id,     row->level,  row->requirement, row->check,
                               row->mutant, row->source, row->subject,     row->flow};

        hash_texts(context, texts, ARRAY_SIZE(texts));
    }
    for (size_t i = 0; i < catalogue->clause_count; i++)
        hash_texts(context, (char *const[]){catalogue->clauses[i].id, catalogue->clauses[i].text},
                   2);
    for (size_t i = 0; i < catalogue->item_count; i++) {
        const struct catalogue_item *item = &catalogue->items[i];
        char *const texts[] = {item->name, item->by, item->meaning, item->observed, item->subject};

        hash_texts(context, texts, ARRAY_SIZE(texts));
    }
    hash_end(context, false, ret);
}

/* What decides which cases may do to a device what they do. */
static int name_options(const struct run_options *options, struct texts *ret)
{
    const struct {
        bool given;
        const char *word;
    } words[] = {
        {options->destructive, "--destructive"},
        {options->serial != NULL, "--serial"},
        {options->serial != NULL, options->serial},
        {options->allow_mtp, "--allow-mtp"},
    };
    int error = 0;

    for (size_t i = 0; i < ARRAY_SIZE(words) && !error; i++) {
        if (words[i].given)
            error = texts_add(ret, words[i].word);
    }
    return error;
}

/* ---- files */

const struct run_file_kind run_files[RUN_FILES] = {
    [RUN_INF] = {"inf", SUBJECT_INF},
    [RUN_SERVICE] = {"service", SUBJECT_SERVICE},
    [RUN_CLASS_PROVIDER] = {"class-provider", SUBJECT_CLASS_PROVIDER},
    [RUN_MOF] = {"mof", SUBJECT_CLASS_PROVIDER},
};

/* The path; NULL: what would be in it is not judged in this run, or it comes with the sources. */
static const char *file_path(const struct run_options *options, enum run_file file)
{
    enum subject_id subject = run_files[file].subject;

    if (!subjects[subject].given(options))
        return NULL;
    return file == RUN_MOF ? options->mof : options->of[subject].name;
}

/* As a provider's: ours is called as it is wherever it stands. */
static const char *file_name(const struct run_options *options, enum run_file file)
{
    enum subject_id subject = run_files[file].subject;

    return file != RUN_MOF && options->of[subject].own ? subjects[subject].own
                                                       : file_path(options, file);
}

static int name_files(struct run *run)
{
    struct results *results = &run->results;

    results->files = calloc(RUN_FILES, sizeof(*results->files));
    if (!results->files)
        return -ENOMEM;
    for (enum run_file file = 0; file < RUN_FILES; file++) {
        const char *path = file_path(&run->options, file);

        if (!path)
            continue;
        if (!run->lacking)
            hash_file(path, run->file_sha256[file]);
        results->files[results->file_count++] = (struct result_file){
            run_files[file].what, file_name(&run->options, file), run->file_sha256[file]};
    }
    return 0;
}

/* ---- all of it */

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
    origin_catalogue(run->catalogue, run->catalogue_sha256);
    results->catalogue_sha256 = run->catalogue_sha256;
    if (provider && !run->lacking)
        hash_file(provider, run->provider_sha256);
    results->provider_sha256 = run->provider_sha256;
    if (options->ics && !run->lacking)
        hash_file(options->ics, run->ics_sha256);
    results->player = options->player ? cases_base_name(options->player) : "";
    if (options->player && strchr(options->player, '/'))
        hash_file(options->player, run->player_sha256);
    results->player_sha256 = run->player_sha256;
    results->ics_file = options->ics ? cases_base_name(options->ics) : "";
    results->ics_sha256 = run->ics_sha256;
    error = name_files(run);
    for (size_t i = 0; i < options->pattern_count && !error; i++)
        error = texts_add(&results->patterns, options->patterns[i]);
    return error ? error : name_options(options, &results->options);
}
