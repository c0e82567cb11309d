/* Kill -9 at random moments: every id that the store gave out for a committed change is there afterwards, and every receipt is
 * once. */
#include "tests/unit/store_unit.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

enum { ROUNDS = 20 };

/* Commits without end and says each id once the store said OK. */
static void commit_and_tell(const char *path, int round, int tell)
{
    struct store *st = NULL;
    char *reason = NULL;
    struct store_options options = { .path = path, .till = 3 };
    struct learned from = { NOW_US, "counter", 0 };
    if (store_open(&options, NOW_US, &st, &reason) != OK) {
        fprintf(stderr, "%s\n", reason);
        _exit(2);
    }
    for (int i = 0;; i++) {
        char number[32], name[32];
        snprintf(number, sizeof number, "%d-%d", round, i);
        snprintf(name, sizeof name, "Number%dx%d", round, i);
        struct receipt r = { .kind = RECEIPT_SALE, .number = number, .decimals = 2, .total = { i, true } };
        struct receipt_place place = { 0, (uint64_t)i * 10, (uint64_t)i * 10 + 9, NOW_US, "" };
        int64_t ids[2] = { 0, 0 };
        bool is_new = false;
        if (people_add(st, name, &from, &ids[0]) != OK || visits_keep_receipt(st, &r, &place, &ids[1], &is_new) != OK) {
            _exit(3);
        }
        if (write(tell, ids, sizeof ids) != sizeof ids) {
            _exit(4);
        }
    }
}

static void count_row(void *self, const struct customer_row *row)
{
    (void)row;
    ++*(int *)self;
}

static void count_receipt(void *self, const struct receipt_row *row)
{
    assert_int_equal(row->times_printed, 1);
    ++*(int *)self;
}

static int check_told(struct fixture *f, int from)
{
    int64_t ids[2] = { 0, 0 };
    int told = 0;
    while (read(from, ids, sizeof ids) == sizeof ids) {
        int found = 0;
        assert_int_equal(people_get(f->st, ids[0], count_row, &found), OK);
        assert_int_equal(visits_get_receipt(f->st, ids[1], count_receipt, &found), OK);
        assert_int_equal(found, 2);
        told++;
    }
    return told;
}

static void what_was_acknowledged_survives_kill_9(void **state)
{
    struct fixture *f = *state;
    unsigned seed = seed_of_chance();
    int told = 0;
    int64_t receipts = 0;
    for (int round = 0; round < ROUNDS; round++) {
        store_close(f->st);
        f->st = NULL;
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            commit_and_tell(f->path, round, ends[1]);
        }
        close(ends[1]);
        /* Not before it is at work; then at any moment of a change. */
        struct pollfd at_work = { .fd = ends[0], .events = POLLIN };
        assert_int_equal(poll(&at_work, 1, 20000), 1);
        poll(NULL, 0, rand_r(&seed) % 30);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        reopen(f, NULL);
        told += check_told(f, ends[0]);
        close(ends[0]);
    }
    assert_true(told >= ROUNDS);
    assert_int_equal(visits_count_receipts(f->st, &receipts), OK);
    assert_true(receipts >= told && receipts <= told + 2 * ROUNDS);
    char *reason = NULL;
    assert_int_equal(store_check(f->st, &reason), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(what_was_acknowledged_survives_kill_9) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
