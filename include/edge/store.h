/* The store: one SQLite file, one writer. What is learned of a person is only ever added (facts); current values are
 * derived from facts in the same transaction. Ids are `till << 40 | sequence`, so that tills can be joined later.
 * Texts handed to a row function are borrowed until it returns; it may call the store again, but not take a change back.
 * Times are microseconds since 1970, UTC. */
#ifndef EDGE_STORE_H
#define EDGE_STORE_H

#include "base/err.h"
#include "base/view.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

struct store_options {
    const char *path;                 /* of the SQLite file; its folder exists */
    unsigned till;                    /* 1 to 8191 */
    const char *rules_folder;         /* more rules than the built-in ones; NULL: none */
};

/* ERR_REFUSED: another process has it, or it was written by a newer version (and is left untouched); `reason` (mem_free)
 * says which. ERR_SYSTEM: the disk. A rules_folder that is named must be there; a rule in it that cannot be used is left out. */
MUST_USE err store_open(const struct store_options *options, int64_t now_us, struct store **out, char **reason);
void store_close(struct store *st);

/* Several changes as one. They nest; only the outermost commits. store_commit answers what the disk said. */
MUST_USE err store_begin(struct store *st);
MUST_USE err store_commit(struct store *st);
void store_rollback(struct store *st);

/* Small named values of the program's own: the stream position, the printer's state, the page's choices. */
MUST_USE err store_keep_value(struct store *st, const char *name, struct view value);
MUST_USE err store_value(struct store *st, const char *name, void *into, size_t room, size_t *n);   /* ERR_MISSING; ERR_FULL: more than room */

/* Staff, from the first slice on: who did what. */
struct staff_row { int64_t id; const char *name, *role; };
typedef void staff_fn(void *self, const struct staff_row *row);
MUST_USE err store_add_staff(struct store *st, const char *name, const char *role, int64_t *id);
MUST_USE err store_each_staff(struct store *st, staff_fn *fn, void *self);

struct story_row { int64_t id; const char *about, *text, *maker; };
typedef void story_fn(void *self, const struct story_row *row);
/* `about` is a word or two that stand in an item's description; matched without case and accents. */
MUST_USE err store_add_story(struct store *st, const char *about, const char *maker, const char *text, int64_t *id);
MUST_USE err store_story_for_item(struct store *st, const char *description, story_fn *fn, void *self);   /* ERR_MISSING */

/* A shop described in one JSON file: staff, stories, customers with their facts, ties, promises and past visits. Dates in it
 * may be relative ("-21d"). All or nothing; what was loaded before is left as it is. ERR_INPUT: `reason` (mem_free) says why. */
MUST_USE err store_load_shop(struct store *st, const char *path, int64_t now_us, char **reason);

/* Makes all derived values again from the facts. */
MUST_USE err store_rebuild(struct store *st);

/* For a quiet moment: what was committed is moved from the write-ahead log to its place, so that no scan has to wait for it. */
MUST_USE err store_rest(struct store *st);

/* Reads every page, so never while somebody waits: is the file whole, and is what was derived in it sound? ERR_SYSTEM:
 * `reason` (mem_free) says what is not. */
MUST_USE err store_check(struct store *st, char **reason);

/* Rule files that could not be used, each as one line with file and line number. */
typedef void problem_fn(void *self, const char *problem);
void store_each_rule_problem(const struct store *st, problem_fn *fn, void *self);

#endif
