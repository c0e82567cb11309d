#include "job.h"

#include "base/mem.h"

#include <string.h>

bool job_is_empty(const struct job_builder *j)
{
    return j->is_held || j->line_count + j->code_count + j->image_count == 0;
}

/* The arrays stay for the next job; what hangs on them goes. */
static void forget(struct job_builder *j)
{
    for (size_t i = 0; i < j->line_count; i++) {
        mem_free((char *)j->lines[i].text);
    }
    for (size_t i = 0; i < j->code_count; i++) {
        mem_free((char *)j->codes[i].data);
    }
    for (size_t i = 0; i < j->image_count; i++) {
        mem_free((unsigned char *)j->images[i].bits);
    }
    j->line_count = j->code_count = j->image_count = 0;
    j->text_bytes = j->bit_bytes = 0;
    j->unknown = 0;
    j->is_over_ceiling = j->is_held = j->is_tail_over = false;
}

void job_clear(struct job_builder *j)
{
    forget(j);
    mem_free(j->lines);
    mem_free(j->codes);
    mem_free(j->images);
    j->lines = NULL;
    j->codes = NULL;
    j->images = NULL;
    j->line_room = j->code_room = j->image_room = 0;
}

static void report(struct job_builder *j, uint64_t to, bool is_cut)
{
    struct print_job job = {
        .from = j->from,
        .to = to,
        .dialect = j->is_held ? j->held_dialect : j->dialect,
        .lines = j->lines,
        .codes = j->codes,
        .images = j->images,
        .line_count = j->line_count,
        .code_count = j->code_count,
        .image_count = j->image_count,
        .drawer_pulses = j->pulses,
        .unknown_commands = j->unknown,
        .is_cut = is_cut,
        .is_over_ceiling = j->is_over_ceiling,
    };
    if (j->fn) {
        j->fn(j->self, &job);
    }
    forget(j);
    j->from = to;
    j->pulses = j->pulses_after;
    j->pulses_after = 0;
}

void job_printed(struct job_builder *j)
{
    if (j->is_held) {
        report(j, j->tail_to, true);
    }
}

static void *one_more(void *array, size_t count, size_t *room, size_t bytes_each)
{
    if (count < *room) {
        return array;
    }
    *room = *room ? *room * 2 : 16;
    return mem_grow(array, *room, bytes_each);
}

void job_add_line(struct job_builder *j, struct print_line line)
{
    job_printed(j);
    size_t n = strlen(line.text);
    if (j->line_count == JOB_LINES_MOST || j->text_bytes + n > JOB_TEXT_MOST) {
        j->is_over_ceiling = true;
        return;
    }
    j->lines = one_more(j->lines, j->line_count, &j->line_room, sizeof *j->lines);
    line.text = mem_text_n(line.text, n);
    j->text_bytes += n;
    j->lines[j->line_count++] = line;
}

void job_add_code(struct job_builder *j, const char *type, struct view data, uint64_t from)
{
    job_printed(j);
    if (j->code_count == JOB_CODES_MOST || j->text_bytes + data.n > JOB_TEXT_MOST) {
        j->is_over_ceiling = true;
        return;
    }
    char *copy = mem_new(data.n + 1);
    if (data.n) {
        memcpy(copy, data.at, data.n);
    }
    j->text_bytes += data.n;
    j->codes = one_more(j->codes, j->code_count, &j->code_room, sizeof *j->codes);
    j->codes[j->code_count++] = (struct print_code){ type, copy, data.n, from };
}

void job_add_image(struct job_builder *j, struct print_image image, size_t bytes)
{
    job_printed(j);
    if (j->image_count == JOB_IMAGES_MOST) {
        j->is_over_ceiling = true;
        return;
    }
    unsigned char *copy = NULL;
    if (image.bits && bytes > 0 && bytes <= JOB_BITS_MOST - j->bit_bytes) {
        copy = mem_new(bytes);
        memcpy(copy, image.bits, bytes);
        j->bit_bytes += bytes;
    }
    j->is_over_ceiling = j->is_over_ceiling || (image.bits && bytes > 0 && !copy);
    image.bits = copy;
    j->images = one_more(j->images, j->image_count, &j->image_room, sizeof *j->images);
    j->images[j->image_count++] = image;
}

/* Software opens the drawer before the cut or after it, and begins the next job with ESC @. So between a cut and that,
 * pulses and further cuts still belong to the job that was cut. */
void job_pulse(struct job_builder *j, uint64_t to)
{
    if (j->is_held && j->is_tail_over) {
        j->pulses_after++;
        return;
    }
    j->pulses++;
    j->tail_to = to;
}

void job_initialise(struct job_builder *j, uint64_t from)
{
    if (j->is_held && !j->is_tail_over) {
        j->is_tail_over = true;
        j->tail_to = from;
    }
}

void job_cut(struct job_builder *j, uint64_t to)
{
    if (j->is_held) {
        j->tail_to = j->is_tail_over ? j->tail_to : to;
        return;
    }
    if (job_is_empty(j)) {
        return;
    }
    j->tail_to = to;
    if (!j->waits_for_tail) {
        report(j, to, true);
        return;
    }
    j->is_held = true;
    j->held_dialect = j->dialect;
}

/* What came and printed nothing, a drawer opened for change, belongs to no job. */
void job_end(struct job_builder *j, uint64_t to)
{
    bool is_cut = j->is_held;
    if (!is_cut && job_is_empty(j)) {
        forget(j);
        j->pulses = 0;
        j->from = to;
        return;
    }
    j->pulses += j->pulses_after;
    j->pulses_after = 0;
    report(j, to, is_cut);
}
