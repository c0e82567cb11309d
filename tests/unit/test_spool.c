#include "tap_desk.h"

static struct spool *open_spool(struct desk *d)
{
    struct spool *s = NULL;
    bool was_trusted = false;
    assert_int_equal(spool_open(d->folder, &was_trusted, &s), OK);
    return s;
}

static void accept_bytes(struct spool *s, struct spool_span owner, const char *text)
{
    spool_change(s);
    spool_add(s, owner, view_of(text));
    spool_commit(s);
}

static void hand(struct spool *s, size_t bytes)
{
    spool_about_to_push(s);
    spool_handed(s, bytes);
}

static void what_was_accepted_survives_and_counts_only_when_committed(void **state)
{
    struct desk *d = *state;
    struct spool *s = open_spool(d);
    accept_bytes(s, (struct spool_span){ .connection = 1 }, "kept");
    spool_change(s);
    spool_add(s, (struct spool_span){ .connection = 1 }, view_of(" not yet"));
    spool_close(s); /* as by a kill: never committed */
    s = open_spool(d);
    assert_int_equal(spool_state(s)->pos_end, 4);
    assert_true(view_equal(spool_pending(s), view_of("kept")));
    hand(s, 3);
    spool_close(s);
    s = open_spool(d);
    assert_int_equal(spool_printed(s), 3);
    assert_true(view_equal(spool_pending(s), view_of("t")));
    spool_close(s);
}

static void a_push_that_was_over_before_it_was_noted_is_known_by_the_kernels_note(void **state)
{
    struct desk *d = *state;
    struct spool *s = open_spool(d);
    accept_bytes(s, (struct spool_span){ .connection = 1 }, "abcdef");
    spool_about_to_push(s);
    spool_printer_witness(s)->taken.msg_len = 4; /* the kernel took four, and then came the kill */
    spool_close(s);
    s = open_spool(d);
    assert_true(view_equal(spool_pending(s), view_of("ef")));
    spool_close(s);
    s = open_spool(d);
    assert_true(view_equal(spool_pending(s), view_of("ef")));
    spool_close(s);
}

static void nothing_is_left_of_a_receipt_that_is_cut_in_its_middle(void **state)
{
    struct desk *d = *state;
    struct spool *s = open_spool(d);
    accept_bytes(s, (struct spool_span){ .connection = 1 }, "half and the rest");
    hand(s, 4);
    spool_cut(s, spool_printed(s));
    assert_int_equal(spool_pending(s).n, 0);
    assert_int_equal(spool_pos_printed(s), spool_state(s)->pos_end);
    accept_bytes(s, (struct spool_span){ .connection = 2 }, "half and the rest, again");
    assert_true(view_equal(spool_pending(s), view_of("half and the rest, again")));
    spool_close(s);
}

static void going_back_repeats_the_poss_bytes_but_never_a_begun_insertion(void **state)
{
    struct desk *d = *state;
    struct spool *s = open_spool(d);
    accept_bytes(s, (struct spool_span){ .connection = 1 }, "receipt");
    accept_bytes(s, (struct spool_span){ .insertion = 9 }, "[slip]");
    accept_bytes(s, (struct spool_span){ .connection = 1 }, "next");
    assert_int_equal(spool_state(s)->pos_end, 11);
    hand(s, 7);
    hand(s, 6);
    assert_int_equal(spool_pos_printed(s), 7);
    hand(s, 2);
    assert_int_equal(spool_pos_printed(s), 9);
    spool_go_back(s, 5); /* into the middle of the slip */
    assert_true(view_equal(spool_pending(s), view_of("next")));
    spool_go_back(s, 6 + 3); /* the slip was lost in whole */
    assert_true(view_equal(spool_pending(s), view_of("ipt")));
    spool_close(s);
}

static void the_ring_goes_round_without_losing_a_byte(void **state)
{
    struct desk *d = *state;
    struct spool *s = open_spool(d);
    unsigned char block[5000];
    uint64_t in = 0, out = 0;
    while (out < 3 * (uint64_t)SPOOL_RING_BYTES) {
        while (spool_pos_room(s) >= sizeof block) {
            for (size_t i = 0; i < sizeof block; i++) {
                block[i] = (unsigned char)((in + i) * 31 >> 3);
            }
            spool_change(s);
            spool_add(s, (struct spool_span){ .connection = in / 20000 + 1 }, (struct view){ block, sizeof block });
            spool_commit(s);
            in += sizeof block;
        }
        struct view next = spool_pending(s);
        assert_true(next.n > 0);
        for (size_t i = 0; i < next.n; i++) {
            assert_int_equal(next.at[i], (unsigned char)((out + i) * 31 >> 3));
        }
        hand(s, next.n);
        out += next.n;
    }
    assert_int_equal(spool_printed(s), out);
    spool_close(s);
}

static void bytes_that_were_read_and_not_accepted_are_found_again_once(void **state)
{
    struct desk *d = *state;
    uint64_t connection = 0;
    struct spool *s = open_spool(d);
    spool_was_heard(s);
    struct wire_witness *w = spool_pos_witness(s);
    memcpy(w->bytes, "hello", 5);
    w->reader = 3;
    w->given.msg_len = 5;
    spool_close(s);
    s = open_spool(d);
    assert_true(view_equal(spool_unaccepted(s, &connection), view_of("hello")));
    assert_int_equal(connection, 3);
    accept_bytes(s, (struct spool_span){ .connection = 3 }, "hello");
    spool_close(s); /* a kill after the commit: they count already */
    s = open_spool(d);
    assert_int_equal(spool_unaccepted(s, &connection).n, 0);
    spool_close(s);
}

/* The journal comes first: a kill between the two leaves it ahead by what the kernel's note still holds, and by no more. */
static void a_journal_that_is_ahead_by_what_was_read_and_not_accepted_fits(void **state)
{
    struct desk *d = *state;
    struct spool *s = open_spool(d);
    accept_bytes(s, (struct spool_span){ .connection = 3 }, "abc");
    spool_was_heard(s);
    memcpy(spool_pos_witness(s)->bytes, "hello", 5);
    spool_pos_witness(s)->given.msg_len = 5;
    spool_close(s);
    s = open_spool(d);
    assert_false(spool_is_behind(s, 3));
    assert_false(spool_is_behind(s, 8));
    assert_true(spool_is_behind(s, 9));
    spool_close(s);
}

static void an_orderly_stop_is_remembered_on_the_disk_once(void **state)
{
    struct desk *d = *state;
    bool was_trusted = false;
    struct spool *s = open_spool(d);
    accept_bytes(s, (struct spool_span){ .connection = 1 }, "waits");
    spool_rest(s);
    spool_close(s);
    char *link = mem_format("%s/%s", d->folder, SPOOL_NAME);
    struct stat about;
    assert_int_equal(lstat(link, &about), -1); /* nothing is left in memory: the machine may go off */
    mem_free(link);
    assert_int_equal(spool_open(d->folder, &was_trusted, &s), OK);
    assert_true(was_trusted);
    assert_true(view_equal(spool_pending(s), view_of("waits")));
    shared_remove(d->folder, SPOOL_NAME); /* a power cut */
    spool_close(s);
    assert_int_equal(spool_open(d->folder, &was_trusted, &s), OK);
    assert_false(was_trusted);
    assert_int_equal(spool_pending(s).n, 0);
    spool_close(s);
}

static void a_verdict_is_remembered_and_the_oldest_is_forgotten_first(void **state)
{
    struct desk *d = *state;
    struct spool *s = open_spool(d);
    int verdict = 0;
    for (uint64_t id = 1; id <= SPOOL_INSERTIONS + 1; id++) {
        spool_change(s);
        spool_note_insertion(s, id, INSERTION_DONE);
        spool_commit(s);
    }
    assert_false(spool_find_insertion(s, 1, &verdict));
    assert_true(spool_find_insertion(s, 2, &verdict));
    assert_int_equal(verdict, INSERTION_DONE);
    spool_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_accepted_survives_and_counts_only_when_committed),
        TEST(a_push_that_was_over_before_it_was_noted_is_known_by_the_kernels_note),
        TEST(nothing_is_left_of_a_receipt_that_is_cut_in_its_middle),
        TEST(going_back_repeats_the_poss_bytes_but_never_a_begun_insertion),
        TEST(the_ring_goes_round_without_losing_a_byte),
        TEST(bytes_that_were_read_and_not_accepted_are_found_again_once),
        TEST(a_journal_that_is_ahead_by_what_was_read_and_not_accepted_fits),
        TEST(an_orderly_stop_is_remembered_on_the_disk_once),
        TEST(a_verdict_is_remembered_and_the_oldest_is_forgotten_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
