/* The line, or in page mode the page, that is being set: cells with a place. Lines are rebuilt from the places. */
#ifndef PURE_ESCPOS_SHEET_H
#define PURE_ESCPOS_SHEET_H

#include "charset.h"
#include "job.h"

enum { SHEET_CELLS_MOST = 32768 };

struct sheet {
    struct cell *cells;
    size_t count, room;
    int32_t x, y;           /* where the next cell goes, from the left margin and the page's top */
    int32_t area_x, area_y; /* the page-mode area's corner */
    uint64_t from;          /* stream offset that the cells count from */
    bool is_open;           /* the printer holds something that it has not printed */
    bool is_page_told;      /* the stream chose the code page, be it the usual one */
    uint8_t usual_page;     /* the page until the stream chooses one */
};

void sheet_clear(struct sheet *p);
void sheet_forget(struct sheet *p); /* the line buffer is thrown away */
void sheet_put(struct sheet *p, struct job_builder *j, const struct printer_state *s, unsigned char byte, uint64_t at);
void sheet_advance(struct sheet *p, int32_t dots);
void sheet_move_to(struct sheet *p, int32_t x);
void sheet_move_down_to(struct sheet *p, int32_t y);
int32_t sheet_dots(const struct printer_state *s, int32_t units); /* GS P says how many units an inch has */
bool sheet_is_on_paper(const struct printer_state *s, int32_t x);
/* Everything that stands there becomes lines of the job: one, or a page's in order from its top. */
void sheet_print(struct sheet *p, struct job_builder *j, struct charset *t, const struct printer_state *s);
int32_t sheet_cell_dots(const struct printer_state *s); /* one character with its space */

#endif
