/* The paper test: receipts printed with slips in between them look exactly as they do without, dot for dot. The witness is
 * the hosted printer, which shares no code with the decoder that follows the state or with the driver that writes the slip. */
#include "slip_filled.h"

#include "base/mem.h"
#include "driver/driver.h"
#include "firmware-host/printer/printer.h"
#include "pure/escpos.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECES_MOST = 4096, STREAM_BYTES_MOST = 4 << 20 };

/* What is remembered of a piece of paper. */
struct piece {
    unsigned width_dots, height_dots;
    size_t ink;
    uint64_t hash;
};

struct pieces {
    struct piece at[PIECES_MOST];
    size_t count;
};

/* One printer and the paper that came out of it; what was cut while a slip was printed is kept apart. */
struct counter {
    struct firmware_printer *printer;
    struct pieces receipts, slips;
    bool is_slip;
};

static void take_piece(void *self, const struct firmware_cut *cut)
{
    struct counter *c = self;
    struct pieces *p = c->is_slip ? &c->slips : &c->receipts;
    assert_true(p->count < PIECES_MOST);
    struct piece piece = { cut->width_dots, cut->height_dots, 0, 0xcbf29ce484222325 };
    for (size_t i = 0; i < (size_t)cut->stride * cut->height_dots; i++) {
        piece.hash = (piece.hash ^ cut->bits[i]) * 0x100000001b3;
        piece.ink += (size_t)__builtin_popcount(cut->bits[i]);
    }
    p->at[p->count++] = piece;
}

static struct counter *counter_new(unsigned width_dots)
{
    struct counter *c = mem_new(sizeof *c);
    const struct firmware_options options = { .width_dots = width_dots };
    c->printer = firmware_printer_new(&options, NULL, take_piece, c);
    assert_non_null(c->printer);
    return c;
}

static void counter_free(struct counter *c)
{
    firmware_printer_free(c->printer);
    mem_free(c);
}

static void print(struct counter *c, struct view bytes)
{
    assert_int_equal(firmware_printer_feed(c->printer, bytes), bytes.n);
}

/* A stream printed twice: on one printer as it is, on the other with a slip wherever one may go. */
struct trial {
    const struct printer_model *model;
    struct slip slip;
    struct counter *plain, *shared;
    struct decoder *decoder;
    unsigned slips, slips_refused;
};

static void ignore_job(void *self, const struct print_job *job)
{
    (void)self;
    (void)job;
}

static const struct printer_model *model_named(const char *name)
{
    for (const struct printer_model *m = all_printer_models; m->name != NULL; m++) {
        if (strcmp(m->name, name) == 0) {
            return m;
        }
    }
    fail_msg("there is no %s", name);
    return NULL;
}

static void trial_init(struct trial *t, const char *model_name, const char *template_text)
{
    *t = (struct trial){ .model = model_named(model_name) };
    t->slip = fill(template_text, anna, ANNA_VALUES, t->model->width_dots);
    t->plain = counter_new(t->model->width_dots);
    t->shared = counter_new(t->model->width_dots);
    t->decoder = decoder_new(&(struct decoder_options){ .dialect = DIALECT_ESCPOS }, ignore_job, NULL);
}

static void trial_clear(struct trial *t)
{
    slip_clear(&t->slip);
    decoder_free(t->decoder);
    counter_free(t->plain);
    counter_free(t->shared);
}

static void insert(struct trial *t)
{
    struct buf bytes;
    buf_init(&bytes, 256 * 1024);
    err e = t->model->driver->encode(t->model, &t->slip, decoder_state(t->decoder), &bytes);
    if (e == OK) {
        t->shared->is_slip = true;
        print(t->shared, buf_view(&bytes));
        if ((t->model->has & PRINTER_HAS_CUTTER) == 0) {
            firmware_printer_tear(t->shared->printer);
        }
        t->shared->is_slip = false;
        t->slips++;
    } else {
        assert_int_equal(e, ERR_AGAIN);
        t->slips_refused++;
    }
    buf_clear(&bytes);
}

/* Slips go in where a job has just ended, as they do at a counter. */
static void print_stream(struct trial *t, struct view stream)
{
    bool was_between = true;
    for (size_t i = 0; i < stream.n; i++) {
        struct view byte = { stream.at + i, 1 };
        decoder_feed(t->decoder, byte);
        print(t->shared, byte);
        bool is_between = decoder_is_between_jobs(t->decoder);
        if (is_between && !was_between) {
            insert(t);
        }
        was_between = is_between;
    }
    print(t->plain, stream);
    if (!was_between) {
        decoder_end(t->decoder);
        firmware_printer_tear(t->plain->printer);
        firmware_printer_tear(t->shared->printer);
        insert(t);
    }
}

static void expect_same_paper(const struct trial *t, const char *what)
{
    const struct pieces *plain = &t->plain->receipts, *shared = &t->shared->receipts;
    for (size_t i = 0; i < plain->count && i < shared->count; i++) {
        if (memcmp(&plain->at[i], &shared->at[i], sizeof plain->at[i]) != 0) {
            fail_msg("%s: piece %zu is %u x %u with %zu dots; with slips in between it is %u x %u with %zu dots", what, i + 1,
                     plain->at[i].width_dots, plain->at[i].height_dots, plain->at[i].ink, shared->at[i].width_dots,
                     shared->at[i].height_dots, shared->at[i].ink);
        }
    }
    assert_int_equal(plain->count, shared->count);
}

/* The slips themselves all look alike, whatever the POS had set. */
static void expect_same_slips(const struct trial *t, const char *what)
{
    const struct pieces *slips = &t->shared->slips;
    assert_int_equal(slips->count, t->slips);
    for (size_t i = 1; i < slips->count; i++) {
        if (memcmp(&slips->at[0], &slips->at[i], sizeof slips->at[0]) != 0) {
            fail_msg("%s: slip %zu is %u dots high with %zu black ones, the first is %u with %zu", what, i + 1,
                     slips->at[i].height_dots, slips->at[i].ink, slips->at[0].height_dots, slips->at[0].ink);
        }
    }
}

/* Settings that a POS makes once and relies on ever after, and print that shows each of them. No ESC @ anywhere. */
struct habit {
    const char *what;
    const char *set, *show;
    size_t set_bytes, show_bytes;
};
#define HABIT(what, set, show)                                                                                                   \
    {                                                                                                                            \
        what, set, show, sizeof set - 1, sizeof show - 1                                                                         \
    }

#define CUT "\x1dV\x00"
#define SUM "2 Ring cleaning   15.00\nTOTAL             15.00\n"

static const struct habit habits[] = {
    HABIT("double width", "\x1d!\x10", SUM),
    HABIT("five times as high", "\x1d!\x04", SUM),
    HABIT("plain size", "\x1d!\x00", SUM),
    HABIT("print mode", "\x1b!\xb9", SUM),
    HABIT("plain print mode", "\x1b!\x00", SUM),
    HABIT("font B", "\x1bM\x01", SUM),
    HABIT("font A", "\x1bM\x00", SUM),
    HABIT("bold",
          "\x1b"
          "E\x01",
          SUM),
    HABIT("not bold",
          "\x1b"
          "E\x00",
          SUM),
    HABIT("double strike", "\x1bG\x01", SUM),
    HABIT("single strike", "\x1bG\x00", SUM),
    HABIT("thick underline", "\x1b-\x02", SUM),
    HABIT("no underline", "\x1b-\x00", SUM),
    HABIT("centred",
          "\x1b"
          "a\x01",
          SUM),
    HABIT("right",
          "\x1b"
          "a2",
          SUM),
    HABIT("left",
          "\x1b"
          "a0",
          SUM),
    HABIT("upside down", "\x1b{\x01", SUM),
    HABIT("upright", "\x1b{\x00", SUM),
    HABIT("turned", "\x1bV\x01", SUM),
    HABIT("not turned", "\x1bV\x00", SUM),
    HABIT("reversed",
          "\x1d"
          "B\x01",
          SUM),
    HABIT("not reversed",
          "\x1d"
          "B\x00",
          SUM),
    HABIT("spaced out", "\x1b \x05", SUM),
    HABIT("not spaced out", "\x1b \x00", SUM),
    HABIT("dense lines",
          "\x1b"
          "3\x12",
          SUM),
    HABIT("wide lines",
          "\x1b"
          "3\x7f",
          SUM "\x1b"
              "d\x02"
              "x\n"),
    HABIT("standard lines",
          "\x1b"
          "2",
          SUM "\x1b"
              "d\x02"
              "x\n"),
    HABIT("code page 1252", "\x1bt\x10", "\x80 5 f\xfcr M\xfcller \x8a\n"),
    HABIT("code page 866", "\x1bt\x11", "\x84\xa0 \xe1\xaf\n"),
    HABIT("code page 858", "\x1bt\x13", "\xd5 5 f\x81r\n"),
    HABIT("German signs", "\x1bR\x02", "[\\]{|}~@#$\n"),
    HABIT("Japanese signs", "\x1bR\x08", "[\\]{|}~@#$\n"),
    HABIT("American signs", "\x1bR\x00", "[\\]{|}~@#$\n"),
    HABIT("left margin", "\x1dL\x60\x00", SUM),
    HABIT("narrow area", "\x1dW\xf0\x00", SUM "a line that is longer than the area goes on below\n"),
    HABIT("finer units", "\x1dP\xcb\xcb\x1dL\x40\x00\x1dW\x2c\x01", SUM "a line that is longer than the area goes on below\n"),
    HABIT("no margin", "\x1dL\x00\x00\x1dW\x40\x02", SUM),
    HABIT("tab stops",
          "\x1b"
          "D\x05\x0c\x1e\x00",
          "a\tb\tc\td\n"),
    HABIT("own letter",
          "\x1b&\x03"
          "AA\x03\xff\x00\xff\x0f\x0f\x0f\xff\xff\xff\x1b%\x01",
          "AB BA\n"),
    HABIT("own letter put away", "\x1b%\x00", "AB BA\n"),
    HABIT("own letter again", "\x1b%\x01", "AB BA\n"),
    HABIT("no own letters", "\x1b%\x00", "AB BA\n"),
    HABIT("smooth",
          "\x1d"
          "b\x01",
          "\x1d!\x11"
          "Smooth\n\x1d!\x00"),
    HABIT("two-byte letters", "\x1c&", "\xc4\xe3\xba\xc3 12\n"),
    HABIT("two-byte letters underlined", "\x1c!\x80", "\xc4\xe3\xba\xc3 12\n"),
    HABIT("two-byte letters plain", "\x1c!\x00", "\xc4\xe3\xba\xc3 12\n"),
    HABIT("one-byte letters", "\x1c.", "\x81\x82 12\n"),
    HABIT("Shift-JIS",
          "\x1c"
          "C\x01\x1c&",
          "\x82\xa0\x82\xa2 12\n"),
    HABIT("Chinese again",
          "\x1c"
          "C\x00\x1c.",
          "\x81\x82 12\n"),
    HABIT("UTF-8", "\x1c(C\x02\x00\x30\x02", "Z\xc3\xbcrich \xe2\x82\xac\n"),
    HABIT("no UTF-8", "\x1c(C\x02\x00\x30\x01", "\x81\x82\n"),
    HABIT("bar code",
          "\x1dh\x50\x1dw\x03\x1d"
          "f\x01\x1dH\x02",
          "\x1dk\x04"
          "A123\x00"),
    HABIT("other bar code",
          "\x1dh\x20\x1dw\x02\x1d"
          "f\x00\x1dH\x01",
          "\x1dk\x49\x06{BA123"),
    HABIT("QR code", "\x1d(k\x03\x00\x31\x43\x05\x1d(k\x03\x00\x31\x45\x33",
          "\x1d(k\x06\x00\x31\x50\x30"
          "abc"
          "\x1d(k\x03\x00\x31\x51\x30"),
    HABIT("QR code, model 1", "\x1d(k\x04\x00\x31\x41\x31\x00",
          "\x1d(k\x06\x00\x31\x50\x30"
          "abc"
          "\x1d(k\x03\x00\x31\x51\x30"),
    HABIT("one way", "\x1bU\x01", SUM),
    HABIT("stored picture",
          "\x1d*\x02\x01"
          "\xff\x81\x81\x81\x81\x81\x81\xff\xf0\x0f\xf0\x0f\xf0\x0f\xf0\x0f",
          "\x1d/\x00"
          "\n"),
    HABIT("raster", "", "\x1dv0\x00\x02\x00\x03\x00\xff\x01\x80\x01\xff\xff" SUM),
    HABIT("red", "\x1br\x01", SUM),
    HABIT("black", "\x1br\x00", SUM),
    /* The last ones show what only their own setting has stored. */
    HABIT("stored QR code", "\x1d(k\x06\x00\x31\x50\x30xyz", "\x1d(k\x03\x00\x31\x51\x30"),
    HABIT("stored graphic", "\x1d(L\x0c\x00\x30\x70\x30\x01\x01\x31\x08\x00\x02\x00\xff\x81", "-\n\x1d(L\x02\x00\x30\x32"),
};
enum { HABIT_COUNT = sizeof habits / sizeof *habits, STORED_HABITS = 2 };

static void add(struct buf *b, const char *bytes, size_t n)
{
    assert_int_equal(buf_add(b, bytes, n), OK);
}

/* Set and shown in one job, shown again in the next two without being set. */
static struct buf stream_of(const struct habit *h)
{
    struct buf b;
    buf_init(&b, 4096);
    add(&b, h->set, h->set_bytes);
    for (int i = 0; i < 3; i++) {
        add(&b, h->show, h->show_bytes);
        add(&b, CUT, sizeof CUT - 1);
    }
    return b;
}

static void run_habits(struct trial *t)
{
    for (size_t i = 0; i < HABIT_COUNT; i++) {
        struct buf stream = stream_of(&habits[i]);
        print_stream(t, buf_view(&stream));
        buf_clear(&stream);
        expect_same_paper(t, habits[i].what);
        expect_same_slips(t, habits[i].what);
    }
    assert_true(t->slips >= 3 * HABIT_COUNT);
}

/* Every kind of row, each in the way that this model gets it; with letters that a national set, the POS's own letters, or a
 * reading of the bytes as UTF-8 or in pairs would change. */
static const char every_row[] = "centre\nhand: Thank you, {name}\nrule\nleft\ntext: Zoë paid 5 €é\nbold: Žofie\nlarge: Да\n"
                                "text: [\\] \\{\\|\\} # $ @ ~ AB\ntext: שלום\nqr: {code}\nfeed 2\ncentre\ntext: {shop}";

static void what_a_pos_set_once_survives_every_slip(void **state)
{
    (void)state;
    static const char *const models[] = { "epson-tm-t20", "epson-tm-t88", "generic-80", "generic-58" };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct trial t;
        trial_init(&t, models[i], every_row);
        run_habits(&t);
        trial_clear(&t);
    }
}

/* All settings at once, so that one cannot hide behind another. */
static void a_pos_that_sets_everything_finds_everything(void **state)
{
    (void)state;
    struct trial t;
    trial_init(&t, "epson-tm-t20", every_row);
    for (size_t i = 0; i < HABIT_COUNT; i++) {
        for (size_t other = 0; other < HABIT_COUNT - STORED_HABITS; other += 7) {
            struct buf stream;
            buf_init(&stream, 4096);
            add(&stream, habits[i].set, habits[i].set_bytes);
            add(&stream, habits[other].show, habits[other].show_bytes);
            add(&stream, CUT, sizeof CUT - 1);
            print_stream(&t, buf_view(&stream));
            buf_clear(&stream);
            expect_same_paper(&t, habits[i].what);
        }
    }
    expect_same_slips(&t, "all settings");
    trial_clear(&t);
}

/* The test can fail: a slip that resets the printer is found out. */
static void a_printer_that_was_reset_would_be_noticed(void **state)
{
    (void)state;
    struct counter *plain = counter_new(576), *shared = counter_new(576);
    static const char job[] = "\x1d!\x11"
                              "BIG\n" CUT,
                      next[] = "BIG\n" CUT, reset[] = "\x1b@";
    print(plain, (struct view){ (const unsigned char *)job, sizeof job - 1 });
    print(shared, (struct view){ (const unsigned char *)job, sizeof job - 1 });
    print(shared, (struct view){ (const unsigned char *)reset, sizeof reset - 1 });
    print(plain, (struct view){ (const unsigned char *)next, sizeof next - 1 });
    print(shared, (struct view){ (const unsigned char *)next, sizeof next - 1 });
    assert_int_equal(plain->receipts.count, 2);
    assert_memory_equal(&plain->receipts.at[0], &shared->receipts.at[0], sizeof(struct piece));
    assert_memory_not_equal(&plain->receipts.at[1], &shared->receipts.at[1], sizeof(struct piece));
    counter_free(plain);
    counter_free(shared);
}

/* Streams that other people's software wrote. */
static struct buf read_file(const char *path)
{
    struct buf b;
    buf_init(&b, STREAM_BYTES_MOST);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    unsigned char room[4096];
    for (size_t n = fread(room, 1, sizeof room, f); n > 0; n = fread(room, 1, sizeof room, f)) {
        add(&b, (const char *)room, n);
    }
    fclose(f);
    return b;
}

static void note_dialect(void *self, const struct print_job *job)
{
    bool *is_escpos = self;
    *is_escpos = *is_escpos && job->dialect == DIALECT_ESCPOS;
}

static bool is_escpos(struct view stream)
{
    bool is_all = true;
    struct decoder *d = decoder_new(&(struct decoder_options){ .dialect = DIALECT_AUTO }, note_dialect, &is_all);
    decoder_feed(d, stream);
    decoder_end(d);
    decoder_free(d);
    return is_all;
}

static int is_stream(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 4 && strcmp(entry->d_name + n - 4, ".bin") == 0;
}

static void receipts_of_many_programs_are_the_same_with_slips_in_between(void **state)
{
    (void)state;
    const char *corpus = getenv("TILLSIDE_CORPUS");
    char *folder = mem_format("%s/receipts", corpus ? corpus : SOURCE_FOLDER "/../shared/corpus");
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_stream, alphasort);
    if (count <= 0) {
        mem_free(folder);
        skip();
    }
    struct trial t;
    trial_init(&t, "epson-tm-t20", slip_template("thankyou"));
    for (int i = 0; i < count; i++) {
        char *path = mem_format("%s/%s", folder, entries[i]->d_name);
        struct buf stream = read_file(path);
        if (is_escpos(buf_view(&stream))) {
            print_stream(&t, buf_view(&stream));
            expect_same_paper(&t, entries[i]->d_name);
        }
        buf_clear(&stream);
        mem_free(path);
        free(entries[i]);
    }
    free(entries);
    expect_same_slips(&t, "the corpus");
    print_message("%u slips between the receipts, %u times none could go\n", t.slips, t.slips_refused);
    assert_true(t.slips > 20);
    trial_clear(&t);
    mem_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_printer_that_was_reset_would_be_noticed),
        cmocka_unit_test(what_a_pos_set_once_survives_every_slip),
        cmocka_unit_test(a_pos_that_sets_everything_finds_everything),
        cmocka_unit_test(receipts_of_many_programs_are_the_same_with_slips_in_between),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
