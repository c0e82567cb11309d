/* The rules as the store keeps them: read and prepared once (rules.c), asked for each visit (candidates.c). */
#ifndef STORE_RULES_H
#define STORE_RULES_H

#include "room.h"

#include "pure/prompt.h"

enum { MOST_RULES = 64 };

struct rule {
    struct prompt_rule head;
    sqlite3_stmt *query;
};

struct rules {
    struct rule at[MOST_RULES];
    size_t count;
    char *problems[MOST_RULES];
    size_t problem_count;
    int looks;
};

#endif
