/* The job that is being built, and when it is over. */
#ifndef PURE_ESCPOS_JOB_H
#define PURE_ESCPOS_JOB_H

#include "base/view.h"
#include "pure/escpos.h"

/* What one job may hold. More is left out and said so. */
enum {
    JOB_LINES_MOST = 20000,
    JOB_CODES_MOST = 2000,
    JOB_IMAGES_MOST = 4000,
    JOB_TEXT_MOST = 2 << 20,
    JOB_BITS_MOST = 16 << 20,
    IMAGE_BYTES_MOST = 4 << 20
};

struct job_builder {
    struct print_line *lines;
    struct print_code *codes;
    struct print_image *images;
    size_t line_count, code_count, image_count, line_room, code_room, image_room;
    size_t text_bytes, bit_bytes;
    uint64_t from, tail_to;
    unsigned pulses, pulses_after, unknown;
    bool is_over_ceiling;
    bool is_held;      /* cut, and waiting for what follows the cut */
    bool is_tail_over; /* ESC @ came: what follows belongs to the next job */
    bool waits_for_tail;
    enum dialect dialect, held_dialect;
    job_fn *fn;
    void *self;
};

void job_clear(struct job_builder *j);
bool job_is_empty(const struct job_builder *j);
void job_printed(struct job_builder *j);                          /* before anything new stands on the paper */
void job_add_line(struct job_builder *j, struct print_line line); /* copies the text */
void job_add_code(struct job_builder *j, const char *type, struct view data, uint64_t from);
void job_add_image(struct job_builder *j, struct print_image image, size_t bytes); /* copies the bits */
void job_pulse(struct job_builder *j, uint64_t to);
void job_initialise(struct job_builder *j, uint64_t from);
void job_cut(struct job_builder *j, uint64_t to);
void job_end(struct job_builder *j, uint64_t to);

#endif
