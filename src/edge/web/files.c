#include "base/mem.h"
#include "inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *ending, *type;
} types[] = {
    { ".html", "text/html; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".json", "application/json" },
    { ".svg", "image/svg+xml" },
    { ".png", "image/png" },
    { ".woff2", "font/woff2" },
};

static const char *type_of(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        size_t ending = strlen(types[i].ending);
        if (n > ending && strcmp(name + n - ending, types[i].ending) == 0) {
            return types[i].type;
        }
    }
    return "application/octet-stream";
}

/* FNV-1a: enough to tell one build's file from another's; nobody is kept out by it. */
static uint64_t digest(const unsigned char *at, size_t n)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ at[i]) * 0x100000001b3u;
    }
    return hash;
}

void files_open(struct web *w)
{
    size_t count = 0;
    while (w->files[count].name != NULL) {
        count++;
    }
    w->tags = mem_array(count, sizeof *w->tags);
    for (size_t i = 0; i < count; i++) {
        snprintf(w->tags[i], sizeof w->tags[i], "\"%016" PRIx64 "\"", digest(w->files[i].at, w->files[i].n));
    }
}

/* Whether the segments, with slashes between them, are this name. "/" is the first page. */
static bool is_named(const struct target *t, const char *name)
{
    if (t->segment_count == 1 && t->segments[0][0] == '\0') {
        return strcmp(name, "index.html") == 0;
    }
    for (size_t i = 0; i < t->segment_count; i++) {
        size_t n = strlen(t->segments[i]);
        if (strncmp(name, t->segments[i], n) != 0 || name[n] != (i + 1 < t->segment_count ? '/' : '\0')) {
            return false;
        }
        name += n + 1;
    }
    return true;
}

const struct embedded_file *files_find(const struct web *w, const struct target *t)
{
    for (const struct embedded_file *f = w->files; f->name != NULL; f++) {
        if (is_named(t, f->name)) {
            return f;
        }
    }
    return NULL;
}

struct MHD_Response *files_response(struct exchange *x, const struct embedded_file *file, unsigned *status)
{
    const char *tag = x->web->tags[file - x->web->files], *known = x->heads.at[HEADER_KNOWN_TAG].value;
    bool is_known = known != NULL && strstr(known, tag) != NULL;
    *status = is_known ? 304 : 200;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(is_known ? 0 : file->n, (void *)file->at, MHD_RESPMEM_PERSISTENT);
    if (response != NULL) {
        MHD_add_response_header(response, "Content-Type", type_of(file->name));
        MHD_add_response_header(response, "ETag", tag);
        MHD_add_response_header(response, "Cache-Control", "no-cache");
    }
    return response;
}
