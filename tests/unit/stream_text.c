#include "stream_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    unsigned char byte;
} names[] = {
    { "ESC", 0x1b }, { "FS", 0x1c },  { "GS", 0x1d },  { "RS", 0x1e }, { "US", 0x1f },  { "DLE", 0x10 },
    { "EOT", 0x04 }, { "ENQ", 0x05 }, { "LF", 0x0a },  { "CR", 0x0d }, { "HT", 0x09 },  { "FF", 0x0c },
    { "NUL", 0x00 }, { "CAN", 0x18 }, { "BEL", 0x07 }, { "SO", 0x0e }, { "DC4", 0x14 }, { "ETB", 0x17 },
};

static size_t word_length(const char *at)
{
    size_t n = 0;
    while (isalnum((unsigned char)at[n])) {
        n++;
    }
    return n;
}

static bool add_word(const char *at, size_t n, struct buf *out)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i].name) == n && strncmp(names[i].name, at, n) == 0) {
            return buf_add_byte(out, names[i].byte) == OK;
        }
    }
    bool is_hex = n == 2 && isxdigit((unsigned char)at[0]) && isxdigit((unsigned char)at[1]);
    const char digits[3] = { at[0], at[n > 1], 0 };
    return is_hex && buf_add_byte(out, (unsigned char)strtoul(digits, NULL, 16)) == OK;
}

static void read_option(const char *line, struct stream_text *out)
{
    char name[16] = "", value[32] = "";
    if (sscanf(line, ": %15s %31s", name, value) != 2) {
        return;
    }
    if (strcmp(name, "charset") == 0) {
        snprintf(out->charset, sizeof out->charset, "%s", value);
    }
    if (strcmp(name, "dialect") == 0 && dialect_from_name(value, &out->options.dialect) != OK) {
        out->options.dialect = DIALECT_AUTO;
    }
}

static bool repeat(struct buf *out, size_t from, unsigned long times)
{
    size_t n = out->n - from;
    bool is_good = true;
    for (unsigned long i = 1; i < times && is_good; i++) {
        for (size_t j = 0; j < n && is_good; j++) {
            is_good = buf_add_byte(out, out->at[from + j]) == OK;
        }
    }
    return is_good;
}

/* One token of the text. NULL: it makes no sense. */
static const char *read_token(const char *at, struct stream_text *out)
{
    size_t from = out->bytes.n;
    bool is_good;
    if (*at == '"') {
        const char *end = strchr(at + 1, '"');
        is_good = end && buf_add(&out->bytes, at + 1, (size_t)(end - at - 1)) == OK;
        at = end ? end + 1 : at;
    } else {
        size_t n = word_length(at);
        is_good = n > 0 && add_word(at, n, &out->bytes);
        at += n;
    }
    if (is_good && *at == '*') {
        char *end;
        is_good = repeat(&out->bytes, from, strtoul(at + 1, &end, 10));
        at = end;
    }
    return is_good ? at : NULL;
}

/* A space, a comment, an option or a token. NULL: none of them. */
static const char *read_one(const char *at, bool is_line_start, struct stream_text *out)
{
    if (isspace((unsigned char)*at)) {
        return at + 1;
    }
    if (*at == ':' && is_line_start) {
        read_option(at, out);
    } else if (*at != '#') {
        return read_token(at, out);
    }
    return at + strcspn(at, "\n");
}

bool stream_text_read(const char *text, struct stream_text *out, const char **at)
{
    *out = (struct stream_text){ .options.waits_for_tail = true };
    buf_init(&out->bytes, 64 << 20);
    *at = text;
    while (**at) {
        bool is_line_start = *at == text || (*at)[-1] == '\n';
        const char *next = read_one(*at, is_line_start, out);
        if (!next) {
            return false;
        }
        *at = next;
    }
    out->options.charset = out->charset[0] ? out->charset : NULL;
    return true;
}

void stream_text_clear(struct stream_text *s)
{
    buf_clear(&s->bytes);
}

static void must(err e)
{
    if (e != OK) {
        abort();
    }
}

static uint32_t hash(const unsigned char *bytes, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++) {
        h = (h ^ bytes[i]) * 16777619u;
    }
    return h;
}

static void describe_image(struct buf *out, const struct print_image *image)
{
    size_t bytes = (size_t)((image->width_dots + 7) / 8) * image->height_dots;
    must(buf_format(out, "  image %ux%u at %llu %08x\n", image->width_dots, image->height_dots, (unsigned long long)image->from,
                    image->bits ? hash(image->bits, bytes) : 0));
}

static void describe_job(void *self, const struct print_job *job)
{
    struct buf *out = self;
    must(buf_format(out, "job %llu-%llu %s cut %d drawer %u unknown %u over %d\n", (unsigned long long)job->from,
                    (unsigned long long)job->to, dialect_name(job->dialect), job->is_cut, job->drawer_pulses,
                    job->unknown_commands, job->is_over_ceiling));
    for (size_t i = 0; i < job->line_count; i++) {
        const struct print_line *l = &job->lines[i];
        must(buf_format(out, "  line at %llu %ux%u bold %d align %d: %s\n", (unsigned long long)l->from, l->width_times,
                        l->height_times, l->is_bold, (int)l->align, l->text));
    }
    for (size_t i = 0; i < job->code_count; i++) {
        const struct print_code *c = &job->codes[i];
        must(buf_format(out, "  code %s at %llu, %zu bytes: %s\n", c->type, (unsigned long long)c->from, c->data_bytes, c->data));
    }
    for (size_t i = 0; i < job->image_count; i++) {
        describe_image(out, &job->images[i]);
    }
}

static size_t piece_of(unsigned split, unsigned *seed, size_t left)
{
    if (split == SPLIT_WHOLE) {
        return left;
    }
    *seed = *seed * 1103515245u + 12345u;
    size_t n = split == SPLIT_BYTES ? 1 : 1 + (*seed >> 16) % 37;
    return n < left ? n : left;
}

static void describe_end(struct buf *out, const struct decoder *d)
{
    const struct printer_state *s = decoder_state(d);
    must(buf_format(out, "end %llu between %d state %08x\n", (unsigned long long)decoder_offset(d), decoder_is_between_jobs(d),
                    hash((const unsigned char *)s, sizeof *s)));
}

void decode_to_text(struct view bytes, const struct decoder_options *options, unsigned split, struct buf *out)
{
    struct decoder *d = decoder_new(options, describe_job, out);
    unsigned seed = split;
    while (bytes.n > 0) {
        size_t n = piece_of(split, &seed, bytes.n);
        decoder_feed(d, (struct view){ bytes.at, n });
        bytes = view_skip(bytes, n);
    }
    describe_end(out, d);
    decoder_end(d);
    describe_end(out, d);
    decoder_free(d);
}

bool read_whole_file(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        return false;
    }
    unsigned char chunk[4096];
    size_t n;
    bool is_good = true;
    while (is_good && (n = fread(chunk, 1, sizeof chunk, file)) > 0) {
        is_good = buf_add(out, chunk, n) == OK;
    }
    fclose(file);
    return is_good;
}
