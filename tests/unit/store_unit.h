/* What the store's tests share: a store in a folder of its own, and a moment to live in. */
#ifndef TESTS_STORE_UNIT_H
#define TESTS_STORE_UNIT_H

#include "unit.h"

#include "base/mem.h"
#include "edge/people.h"
#include "edge/store.h"
#include "edge/visits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DAY_US    ((int64_t)86400 * 1000000)
#define MINUTE_US ((int64_t)60 * 1000000)

/* Wednesday, 14 October 2026, 10:00 UTC. */
static const int64_t NOW_US = (int64_t)1791972000 * 1000000;

struct fixture {
    char folder[64], path[96];
    struct store *st;
    struct learned today;
};

__attribute__((unused)) static void reopen(struct fixture *f, const char *rules_folder)
{
    store_close(f->st);
    f->st = NULL;
    struct store_options options = { .path = f->path, .till = 3, .rules_folder = rules_folder };
    char *reason = NULL;
    err e = store_open(&options, NOW_US, &f->st, &reason);
    if (e != OK) {
        fail_msg("%s: %s", err_name(e), reason);
    }
}

__attribute__((unused)) static int set_up(void **state)
{
    setenv("TZ", "UTC", 1);
    struct fixture *f = mem_new(sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/tillside-store-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/store.sqlite", f->folder);
    f->today = (struct learned){ NOW_US, "counter", 0 };
    reopen(f, NULL);
    *state = f;
    return 0;
}

__attribute__((unused)) static int tear_down(void **state)
{
    struct fixture *f = *state;
    store_close(f->st);
    char *command[] = { "rm", "-rf", f->folder, NULL };
    pid_t child = fork();
    if (child == 0) {
        execvp(command[0], command);
        _exit(1);
    }
    waitpid(child, NULL, 0);
    mem_free(f);
    return 0;
}

__attribute__((unused)) static int64_t person(struct fixture *f, const char *name)
{
    int64_t id = 0;
    assert_int_equal(people_add(f->st, name, &f->today, &id), OK);
    return id;
}

__attribute__((unused)) static int64_t learn(struct fixture *f, int64_t customer, const char *key, const char *value,
                                             int64_t days_ago)
{
    struct learned from = { NOW_US - days_ago * DAY_US, "counter", 0 };
    int64_t id = 0;
    assert_int_equal(people_learn(f->st, &(struct new_fact){ customer, key, value }, &from, &id), OK);
    return id;
}

__attribute__((unused)) static int64_t visit_of(struct fixture *f, int64_t customer, int64_t days_ago)
{
    int64_t id = 0, then_us = NOW_US - days_ago * DAY_US;
    assert_int_equal(visits_open(f->st, customer, "scan", then_us, &id), OK);
    return id;
}

__attribute__((unused)) static int64_t past_visit(struct fixture *f, int64_t customer, int64_t days_ago)
{
    int64_t id = visit_of(f, customer, days_ago);
    assert_int_equal(visits_close(f->st, id, NOW_US - days_ago * DAY_US + 5 * MINUTE_US), OK);
    return id;
}

/* Another one each time, printed so that it can be played again with TILLSIDE_SEED. */
__attribute__((unused)) static unsigned seed_of_chance(void)
{
    const char *given = getenv("TILLSIDE_SEED");
    unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)getpid() * 2654435761u;
    print_message("seed %u\n", seed);
    return seed;
}

/* One line for each row, joined by newlines; the tests compare the whole. */
struct lines {
    char text[8192];
};

__attribute__((unused, format(printf, 2, 3))) static void add_line(struct lines *l, const char *format, ...)
{
    size_t n = strlen(l->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(l->text + n, sizeof l->text - n, format, arguments);
    va_end(arguments);
    n = strlen(l->text);
    snprintf(l->text + n, sizeof l->text - n, "\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
